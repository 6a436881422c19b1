"""Hazard ratios of trials that print a log-rank test and numbers of events, but no ratio.

Or a ratio and numbers of events, but nothing that gives its error. Tierney, Stewart, Ghersi,
Burdett and Sydes, Trials 2007;8:16: V from the events of both arms, or of all patients and how
these were divided; O - E from V and z.
"""

import math
from collections.abc import Mapping, Sequence

from metasynth.core.messages import Sentence, sentence
from metasynth.model.methods import letters
from metasynth.model.records import Cell, Contrast, Result

_NO_DIRECTION = sentence(
    "a log-rank p-value does not say which arm did better: z with its sign would, or the events of "
    "both arms"
)


def of_log_rank(row: Result, every: Sequence[Result], measure: str) -> Contrast | Sentence | None:
    """The contrast that a test and events give, or why they do not; None where there is no test.

    Tierney et al., Trials 2007;8:16: V = e₁ e₂/(e₁ + e₂) of the arms' events, or e n₁ n₂/(n₁ + n₂)²
    of all events and the arms' sizes; ln HR = z/√V, or the ratio that is stated, with variance 1/V.

    Parameters:
        row: of two arms.
        every: the trial's rows of the outcome, those of its arms among them.
        measure: of the outcome; of others than hazard ratios there is none.
    """
    if row.o_minus_e is not None or letters(measure) != "HR":
        return None
    arms = {arm.arm_id: arm for arm in every if not arm.reference_arm_id}
    if row.estimate is not None:
        return _of_ratio(row, arms)
    if row.reported_z is None and not row.reported_p:
        return None
    variance = _variance(row, arms)
    if not variance:
        return sentence(
            "a log-rank test gives a hazard ratio only with the events of both arms, or of all "
            "patients together with the size of each arm"
        )
    z = _signed(row, arms)
    if isinstance(z, Sentence):
        return z
    cells = _cells(row, arms)
    y, se = z / math.sqrt(variance), 1 / math.sqrt(variance)
    return Contrast(y, se, cells, "o_minus_e", row.adjusted_for, ("log-rank",))


def _of_ratio(row: Result, arms: Mapping[str, Result]) -> Contrast | None:
    """A ratio with the error that numbers of events give, where nothing else gives one."""
    errors = (row.se, row.ci_low, row.reported_z, row.reported_t, row.reported_f)
    stated = bool(row.reported_p) or any(x is not None for x in errors)
    variance = None if stated else _variance(row, arms)
    if not variance or row.estimate is None or row.estimate <= 0:
        return None
    y, se = math.log(row.estimate), 1 / math.sqrt(variance)
    rules = ("error-of-events",)
    return Contrast(y, se, _cells(row, arms), "events", row.adjusted_for, rules)


def _cells(row: Result, arms: Mapping[str, Result]) -> tuple[Cell, ...]:
    return (row.cell, *(arms[name].cell for name in _names(row) if name in arms))


def _names(row: Result) -> tuple[str, str]:
    return row.arm_id, row.reference_arm_id


def _both(row: Result, arms: Mapping[str, Result], column: str) -> tuple[int, int] | None:
    """A number of both arms, where each is known."""
    known = [getattr(arms[name], column) for name in _names(row) if name in arms]
    return (known[0], known[1]) if len(known) == 2 and None not in known else None


def _variance(row: Result, arms: Mapping[str, Result]) -> float | None:
    if events := _both(row, arms, "events"):
        return events[0] * events[1] / sum(events) if min(events) else None
    sizes = _both(row, arms, "total")
    if row.events_both is None or not sizes or not min(sizes):
        return None
    return row.events_both * sizes[0] * sizes[1] / sum(sizes) ** 2


def _signed(row: Result, arms: Mapping[str, Result]) -> float | Sentence:
    """z, negative where the first arm has fewer events than expected."""
    if row.reported_z is not None:
        return row.reported_z
    events, sizes = _both(row, arms, "events"), _both(row, arms, "total")
    if not (events and sizes and min(sizes)) or events[0] * sizes[1] == events[1] * sizes[0]:
        return _NO_DIRECTION
    if row.reported_p[0] in "<>" or not 0 < float(row.reported_p) < 1:
        return sentence("a log-rank p-value that is not exact, 0 or 1 gives no hazard ratio")
    from metasynth.stats.conversions import z_of_p  # scipy, where it is needed

    z = z_of_p(float(row.reported_p))
    return z if events[0] * sizes[1] > events[1] * sizes[0] else -z
