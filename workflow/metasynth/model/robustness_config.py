"""What config.yaml declares for the analyses of robustness: multiverse and sequential analysis."""

from collections.abc import Iterable
from dataclasses import dataclass

from metasynth.model import method_catalogue as catalogue
from metasynth.model.measure_catalogue import MEASURE_RECORDS
from metasynth.model.method_records import Method


def _default(records: Iterable[Method]) -> tuple[str, ...]:
    return tuple(record.name for record in records if record.by_default)


@dataclass(frozen=True, slots=True)
class MultiverseChoices:
    """The defensible choices of every kind; each outcome's own choices always belong to them.

    `measures` that an outcome's type does not have, and combinations that have no meaning (tau2 of
    a common-effect model, Peto's method of a risk ratio), are left out. `readings` and
    `leave_one_out` say whether declared alternative readings are taken, and each trial left out.
    """

    measures: tuple[str, ...] = _default(MEASURE_RECORDS)
    models: tuple[str, ...] = _default(catalogue.MODELS)
    tau2: tuple[str, ...] = _default(catalogue.TAU2_METHODS)
    ci: tuple[str, ...] = _default(catalogue.CI_METHODS)
    zero_cells: tuple[str, ...] = _default(catalogue.ZERO_CELLS)
    double_zero: tuple[str, ...] = _default(catalogue.DOUBLE_ZERO)
    multi_arm: tuple[str, ...] = _default(catalogue.MULTI_ARM)
    readings: bool = True
    leave_one_out: bool = True


DEFAULT_MULTIVERSE = MultiverseChoices()


@dataclass(frozen=True, slots=True)
class SmallStudyChoices:
    """From how many trials small-study effects are tested, and results adjusted for them.

    Ten by the Handbook (13.3.5.4): of fewer, asymmetry cannot be told from chance.
    """

    minimum: int = 10


DEFAULT_SMALL_STUDY = SmallStudyChoices()


@dataclass(frozen=True, slots=True)
class SequentialChoices:
    """What a sequential analysis is planned for: a relative risk reduction, and errors.

    `relative_risk_reduction` is 1 - RR, negative for an increase; `alpha` is two-sided. What is
    None comes from the data: `control_risk` from all control groups together, `diversity` (D2, from
    0 to below 1) from the pooled trials.
    """

    relative_risk_reduction: float
    alpha: float = 0.05
    power: float = 0.9
    control_risk: float | None = None
    diversity: float | None = None
