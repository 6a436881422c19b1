"""Which studies say nothing for an analysis because nobody, or everybody, had the event.

A ratio has no information on a study without events in either group, nor on one in which all
participants had it: Cochrane's algorithms, R's meta and metafor's `drop00` leave both out. A
difference has: 0 of 50 against 0 of 50 is evidence that the risks are alike. The conditional
likelihoods (Peto, binomial-normal, bayes-exact) hold nothing of such a study whatever the choice.
"""

from collections.abc import Sequence

from metasynth.core.messages import Sentence, sentence
from metasynth.model.methods import DIFFERENCES, EXACT_BAYES, GLMMS
from metasynth.model.records import AnalysisSpec, Count, OutcomeSpec

_CONDITIONAL = {"Peto", *GLMMS, EXACT_BAYES}


def _excludes(outcome: OutcomeSpec, analysis: AnalysisSpec) -> bool:
    """Whether the analysis leaves out studies with no events, or only events, in both groups.

    `double_zero: auto` goes by the measure; exclude and include hold for every measure.
    """
    if outcome.type not in ("binary", "rate"):
        return False
    if analysis.model in _CONDITIONAL:
        return True
    if analysis.double_zero == "auto":
        return outcome.measure not in DIFFERENCES
    return analysis.double_zero == "exclude"


def reason(
    outcome: OutcomeSpec,
    analysis: AnalysisSpec,
    groups: Sequence[tuple[Count | None, Count | None]],
) -> Sentence | None:
    """Why a study is left out for having no events, or only events; None where it is not.

    Parameters:
        outcome: of counts; of others the answer is None.
        analysis: whose `double_zero` says what becomes of such studies.
        groups: events and participants of each group; None for a number that is not known.
    """
    if not _excludes(outcome, analysis):
        return None
    if not any(events for events, _ in groups):
        return sentence("no events in either group")
    if outcome.type == "binary" and all(events == total for events, total in groups):
        return sentence("every participant of both groups had the event")
    return None
