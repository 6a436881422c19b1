"""On which side of what is important an effect lies, as `model.importance` has it of its outcome.

Limits that are risk ratios are of the event or of its absence, whichever is the rarer: a risk of
87 % cannot rise by a quarter, so that the event's own ratio would call nothing important there. So
an effect is judged alike whether patients with the event are counted or those without it.
"""

from metasynth.model.importance import RISK_RATIO, Importance
from metasynth.sensitivity.absolute import as_risk_ratio

_OF_PATIENTS = ("RR", "OR", "RD")


def side(important: Importance, measure: str, value: float, risk: float | None) -> int | None:
    """Whether an effect is an important reduction (-1), an important increase (1) or neither (0).

    `value` is of `measure`, natural scale; `risk` is that under control. None where the limits are
    of another measure, and no risk ratio follows from this one.
    """
    own = own_side(important, measure, value, risk)
    return own or (own if own is None else spared_side(important, measure, value, risk))


def own_side(important: Importance, measure: str, value: float, risk: float | None) -> int | None:
    """The same by the limits' own scale alone: the risk ratio of the event, or the measure."""
    if important.scale != RISK_RATIO:
        return _side(important, value) if important.scale == measure else None
    ratio = as_risk_ratio(measure, value, risk)
    return None if ratio is None else _side(important, ratio)


def spared_side(important: Importance, measure: str, value: float, risk: float | None) -> int:
    """The same by the ratio of the risks of having no event; 0 where it is not asked."""
    if important.scale != RISK_RATIO or measure not in _OF_PATIENTS or not risk or risk >= 1:
        return 0
    ratio = as_risk_ratio(measure, value, risk)
    return 0 if ratio is None else -_side(important, (1 - risk * ratio) / (1 - risk))


def _side(important: Importance, value: float) -> int:
    return (value > important.high) - (value < important.low)
