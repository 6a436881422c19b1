"""Which analysis of an outcome leads: by the policy of few trials, the first of the list it makes.

Everything that speaks of the primary analysis (abstract, summary of findings, certainty, figures,
audit, the scripts for R) reads the first one, so that there is one primary analysis everywhere.
"""

from collections.abc import Sequence
from dataclasses import replace

from metasynth.model.records import AnalysisResult, OutcomeSpec


def leading(
    outcome: OutcomeSpec, results: Sequence[AnalysisResult]
) -> tuple[OutcomeSpec, tuple[AnalysisResult, ...]]:
    """The outcome and its analyses with the one that leads first.

    How many trials there are is counted in the analysis that is declared first.
    """
    if outcome.few is None:
        return outcome, tuple(results)
    by_name = {result.spec.name: result for result in results}
    names = outcome.few.order(tuple(by_name), results[0].estimates[0].k)
    return replace(outcome, analyses=names), tuple(by_name[name] for name in names)
