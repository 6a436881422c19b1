"""Odds ratios among standardised mean differences, and the reverse, where an outcome declares how.

With logistic scores of equal spread ln OR is pi/sqrt(3) standard deviations (Chinn, Stat Med
2000;19:3127-31; Cochrane Handbook 10.6), whatever the cut. Its sign is not in the numbers: events
may be what low scores are, and the outcome's `events_mean` says which.
"""

from dataclasses import replace
from math import sqrt

from metasynth.core.messages import Sentence
from metasynth.model.records import AnalysisSpec, Contrast, OutcomeSpec, StudyData
from metasynth.model.risks import LOGISTIC

DIFFERENCES = ("SMD", "SMD-RevMan", "SMD-UB", "SMD-LS2", "SMDH")
FORM = "other_kind"
OF_ODDS, OF_SCORES = "smd-of-odds-ratio", "odds-ratio-of-smd"
_PLAIN = AnalysisSpec("", "", model="IV")


def convertible(outcome: OutcomeSpec) -> bool:
    """Whether the other kind of numbers can become an effect of this outcome."""
    return (outcome.type, outcome.measure) == ("binary", "OR") or outcome.measure in DIFFERENCES


def other_kind(outcome: OutcomeSpec) -> OutcomeSpec:
    """The outcome as it would be of the other kind: of odds ratios or of differences."""
    kind, measure = ("continuous", "SMD") if outcome.type == "binary" else ("binary", "OR")
    return replace(outcome, type=kind, measure=measure, events_mean="")


def converted(study: StudyData, outcome: OutcomeSpec) -> StudyData | Sentence:
    """The effect of a study of the other kind as one of the outcome's, or why there is none.

    Of counts with an empty cell 0.5 is added to each; of means Cohen's d is taken, as metafor's
    D2ORL does.
    """
    from metasynth.synthesis.selection import effects_of, missing_data, uninformative

    other = other_kind(outcome)
    if why := missing_data(study, other) or uninformative(study, other, _PLAIN):
        return why
    if other.type == "continuous" and study.contrast is None:
        y, v = _cohen(study)
    else:
        found = effects_of([study], other, _PLAIN)
        y, v = float(found.y[0]), float(found.v[0])
    rule = OF_SCORES if outcome.type == "binary" else OF_ODDS
    times = LOGISTIC if rule == OF_SCORES else 1 / LOGISTIC
    sign = -1 if outcome.events_mean == "lower" else 1
    parts = [part for part in (study.intervention, study.control, study.contrast) if part]
    contrast = Contrast(
        sign * times * y,
        times * sqrt(v),
        tuple(dict.fromkeys(cell for part in parts for cell in part.cells)),
        FORM,
        study.contrast.adjusted_for if study.contrast else "",
        (*dict.fromkeys(rule for part in parts for rule in part.rules), rule),
    )
    return replace(study, intervention=None, control=None, contrast=contrast, tables=())


def _cohen(study: StudyData) -> tuple[float, float]:
    """Cohen's d of a study's means, and its variance."""
    from metasynth.stats.effects.continuous import cohen_d
    from metasynth.synthesis.selection import means_of

    means = means_of([study])
    d, n1, n2 = (float(x[0]) for x in (cohen_d(means), means.n1, means.n2))
    return d, 1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2))
