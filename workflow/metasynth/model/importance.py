"""From where on an effect is important: what a review declares, else GRADE's convention, named so.

An effect may be called unimportant ("little to no difference") only where the review has declared
its smallest important difference. The convention can lower certainty, and says that it is one.
Certainty, conclusions and the audit of published statements ask here, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

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

    @property
    def measure(self) -> str:
        """The effect measure that the limits are of."""
        return "RR" if self.scale == RISK_RATIO else self.scale


@dataclass(frozen=True, slots=True)
class Declared:
    """What a review declares to be important: sizes by outcome's id, by measure, and risk ratios.

    The first that speaks of an outcome decides.
    """

    outcomes: Mapping[str, float] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    ratios: tuple[float, ...] = ()


def declared(rules: CertaintyRules) -> Declared:
    """What config.yaml declares, in its sections `living` and `certainty`."""
    ratios = rules.imprecision.important
    return Declared(rules.important_outcomes, rules.important_measures, ratios)


def of_outcome(outcome: OutcomeSpec, known: Declared) -> Importance | None:
    """The outcome's smallest important difference, or its measure's, or the risk ratios.

    Where nothing is declared, GRADE's convention for what can be read as a risk ratio; None for
    other measures, and for a proportion, which has no effect.
    """
    return _of_size(outcome.measure, known.outcomes.get(outcome.id), known)


def of_measure(measure: str, known: Declared) -> Importance | None:
    """The same of an effect that is none of a declared outcome's."""
    return _of_size(measure, None, known)


def _of_size(measure: str, size: float | None, known: Declared) -> Importance | None:
    null = no_effect(measure)
    if null is None:
        return None
    size = known.measures.get(measure) if size is None else size
    if size is not None:
        ends = sorted((size, 1 / size)) if is_ratio(measure) else (null - size, null + size)
        return Importance(ends[0], ends[1], measure, declared=True)
    if measure not in _READ_AS_RISK_RATIOS:
        return None
    low, high = known.ratios or CONVENTION
    return Importance(low, high, RISK_RATIO, declared=bool(known.ratios))
