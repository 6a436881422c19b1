"""From a trial's arms to the two sides of the review's comparison, for one outcome.

Arms of one side are combined (Cochrane Handbook 6.5.2.10 and table 6.5.a; 23.3.4): counts are
summed; means and standard deviations are merged so that they equal those of the pooled patients.
"""

import math
from collections.abc import Iterable, Sequence

from metasynth.methods import is_ratio
from metasynth.records import (
    Comparison,
    Contrast,
    Group,
    Omission,
    OutcomeSpec,
    Result,
    StudyData,
    Trial,
)

_Z975 = 1.959963984540054
_WEAKNESS = {"reported": 0, "external": 1, "derived": 2}


def selected_rows(trial: Trial, outcome: OutcomeSpec, comparison: Comparison) -> list[Result]:
    """The trial's rows for an outcome, one an arm (or contrast), its declared reading preferred.

    A row of the outcome's `reading` replaces the primary (blank) reading of the same arm; arms
    without one keep the primary. Rows that only say that a number is missing are left out.
    """
    treatments = {*comparison.intervention, *comparison.control}
    arms = {arm.arm_id for arm in trial.arms if arm.treatment in treatments}
    chosen: dict[tuple[str, str], Result] = {}
    for row in trial.results:
        wanted = (row.outcome, row.week) == (outcome.outcome, outcome.week)
        if not wanted or row.arm_id not in arms or row.reading not in ("", outcome.reading):
            continue
        key = (row.arm_id, row.reference_arm_id)
        if key not in chosen or row.reading:
            chosen[key] = row
    return [row for row in chosen.values() if row.provenance != "missing"]


def reports(trial: Trial, outcome: OutcomeSpec, comparison: Comparison) -> bool:
    """Whether an included trial has any number for this outcome."""
    return trial.study.status == "included" and bool(selected_rows(trial, outcome, comparison))


def study_data(trial: Trial, outcome: OutcomeSpec, comparison: Comparison) -> StudyData | Omission:
    """What the trial brings to the outcome's pool, or why it brings nothing."""
    rows = selected_rows(trial, outcome, comparison)
    contrasts = [row for row in rows if row.reference_arm_id]
    if outcome.type == "generic":
        return _with_contrast(trial, outcome, contrasts)
    sides = (comparison.intervention, comparison.control)
    groups = [_group(trial, rows, treatments, outcome.type) for treatments in sides]
    intervention, control = groups
    if intervention is None or control is None:
        return Omission(trial.study.study, _why_no_group(rows, intervention, control))
    return StudyData(
        study=trial.study.study,
        label=trial.study.label,
        year=trial.study.year,
        intervention=intervention,
        control=control,
        provenance=_weakest(rows),
    )


def _with_contrast(
    trial: Trial, outcome: OutcomeSpec, rows: Sequence[Result]
) -> StudyData | Omission:
    study = trial.study
    if len(rows) != 1:
        return Omission(study.study, f"{len(rows)} contrasts reported where one is needed")
    effect = _contrast(rows[0], log=is_ratio(outcome.measure))
    if effect is None:
        return Omission(study.study, "the contrast has no standard error or interval")
    provenance = _weakest(rows)
    return StudyData(study.study, study.label, study.year, contrast=effect, provenance=provenance)


def _contrast(row: Result, *, log: bool) -> Contrast | None:
    """Estimate and SE on the analysis scale; a 95 % interval gives the SE (Handbook 6.3.1)."""
    if row.estimate is None:
        return None
    if row.se is not None:
        return Contrast(row.estimate, row.se, (row.cell,))
    if row.ci_low is None or row.ci_high is None:
        return None
    estimate, low, high = row.estimate, row.ci_low, row.ci_high
    if log:
        if min(estimate, low, high) <= 0:
            return None
        estimate, low, high = math.log(estimate), math.log(low), math.log(high)
    return Contrast(estimate, (high - low) / (2 * _Z975), (row.cell,))


def _group(
    trial: Trial, rows: Iterable[Result], treatments: tuple[str, ...], kind: str
) -> Group | None:
    """The side's arms combined; None where no arm of it has usable numbers."""
    arms = {arm.arm_id: arm for arm in trial.arms if arm.treatment in treatments}
    usable = [row for row in rows if row.arm_id in arms and _usable(row, kind)]
    if not usable:
        return None
    label = " + ".join(arms[row.arm_id].label for row in usable)
    ids, cells = tuple(row.arm_id for row in usable), tuple(row.cell for row in usable)
    total = sum(row.total or 0 for row in usable)
    if kind == "binary":
        low = sum(_first(row.events_low, row.events) for row in usable)
        high = sum(_first(row.events_high, row.events) for row in usable)
        events = sum(row.events or 0 for row in usable)
        return Group(ids, label, events, total, low, high, cells=cells)
    mean, sd = _merged([(row.total or 0, row.mean or 0.0, row.sd or 0.0) for row in usable])
    return Group(ids, label, total=total, mean=mean, sd=sd, cells=cells)


def _usable(row: Result, kind: str) -> bool:
    if kind == "binary":
        return row.events is not None and row.total is not None
    return row.mean is not None and row.sd is not None and row.total is not None


def _first(bound: int | None, events: int | None) -> int:
    return bound if bound is not None else (events or 0)


def _merged(groups: Sequence[tuple[int, float, float]]) -> tuple[float, float]:
    """Mean and SD of several groups of (n, mean, sd) taken as one (Handbook table 6.5.a)."""
    n, mean, sd = groups[0]
    for m, other, spread in groups[1:]:
        between = n * m / (n + m) * (mean - other) ** 2
        variance = ((n - 1) * sd**2 + (m - 1) * spread**2 + between) / (n + m - 1)
        mean, sd, n = (n * mean + m * other) / (n + m), math.sqrt(variance), n + m
    return mean, sd


def _weakest(rows: Sequence[Result]) -> str:
    return max((row.provenance for row in rows), key=lambda name: _WEAKNESS.get(name, 0))


def _why_no_group(rows: Sequence[Result], intervention: Group | None, control: Group | None) -> str:
    if any(row.reported_percent and row.events is None for row in rows):
        return "only percentages are reported, without the numbers of patients behind them"
    missing = [
        side
        for side, group in (("intervention", intervention), ("control", control))
        if group is None
    ]
    return f"no numbers for the {' and '.join(missing)} side"
