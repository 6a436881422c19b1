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

    How many trials there are is counted in the analysis that is declared first. Where they are not
    few, an analysis that the outcome has by the policy alone is left out.
    """
    few = outcome.few
    if few is None:
        return outcome, tuple(results)
    chosen = [result for result in results if result.spec.name == few.primary]
    others = [result for result in results if result.spec.name != few.primary]
    if few.leads(results[0].estimates[0].k):
        ordered = [*chosen, *others]
    else:
        ordered = others if few.added else list(results)
    names = tuple(result.spec.name for result in ordered)
    return replace(outcome, analyses=names), tuple(ordered)
