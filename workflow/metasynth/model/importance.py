"""From where on an effect is important: what a review declares, else GRADE's convention, named so.

An effect may be called unimportant ("little to no difference") only where the review has declared
its smallest important difference. The convention can lower certainty, and says that it is one.
"""

from dataclasses import dataclass

from metasynth.model.certainty_config import CONVENTION, CertaintyRules
from metasynth.model.methods import is_ratio, no_effect
from metasynth.model.records import OutcomeSpec

RISK_RATIO = "risk ratio"
_READ_AS_RISK_RATIOS = ("RR", "OR", "RD", "HR", "IRR")


@dataclass(frozen=True, slots=True)
class Importance:
    """An effect below `low` is an important reduction, one above `high` an important increase.

    `scale` is what the limits are of: the risk ratio, or the outcome's own measure (natural scale).
    """

    low: float
    high: float
    scale: str
    declared: bool


def of_outcome(outcome: OutcomeSpec, rules: CertaintyRules) -> Importance | None:
    """The outcome's smallest important difference, or its measure's, or the rules' risk ratios.

    Where nothing is declared, GRADE's convention for what can be read as a risk ratio; None for
    other measures, and for a proportion, which has no effect.
    """
    measure, null = outcome.measure, no_effect(outcome.measure)
    if null is None:
        return None
    size = rules.important_outcomes.get(outcome.id, rules.important_measures.get(measure))
    if size is not None:
        ends = sorted((size, 1 / size)) if is_ratio(measure) else (null - size, null + size)
        return Importance(ends[0], ends[1], measure, declared=True)
    if measure not in _READ_AS_RISK_RATIOS:
        return None
    low, high = rules.imprecision.important or CONVENTION
    return Importance(low, high, RISK_RATIO, declared=bool(rules.imprecision.important))
