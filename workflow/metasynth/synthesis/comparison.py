"""From a trial's arms to the two sides of the review's comparison, for one outcome.

Arms of one side are combined (Cochrane Handbook 6.5.2.10 and table 6.5.a; 23.3.4): counts are
summed; means and standard deviations are merged so that they equal those of the pooled patients.
Or, where config.yaml says so, each intervention arm is compared with its share of the control
(`split`), or with all of it, the effects being averaged with their covariance (`covariance`).
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from metasynth.core.messages import Sentence, message, sentence
from metasynth.model import covariates
from metasynth.model.methods import compares, is_ratio, letters
from metasynth.model.records import (
    AnalysisSpec,
    Arm,
    Comparison,
    Contrast,
    Count,
    Group,
    Omission,
    OutcomeSpec,
    Result,
    StudyData,
    Trial,
)
from metasynth.synthesis import zero_events
from metasynth.synthesis.stated_results import pairs_left, says_of_counts

_WEAKNESS = {"reported": 0, "external": 1, "derived": 2}


def topics(trial: Trial) -> dict[tuple[str, int | None], Trial]:
    """The trial with what it says of one outcome at one week, and of no other, by outcome and week.

    That is all that a pooled result depends on; sources and judgements are left out as well.
    """
    rows: dict[tuple[str, int | None], list[Result]] = {}
    for row in trial.results:
        rows.setdefault((row.outcome, row.week), []).append(row)
    return {
        topic: replace(trial, results=tuple(found), sources=(), risk_of_bias=())
        for topic, found in rows.items()
    }


def selected_rows(trial: Trial, outcome: OutcomeSpec, comparison: Comparison) -> list[Result]:
    """The trial's rows for an outcome, one an arm (or contrast), its declared reading preferred.

    A row of the outcome's `reading` replaces the primary (blank) reading of the same arm; arms
    without one keep the primary. Rows that only say that a number is missing are left out.
    """
    arms = {arm.arm_id for arm in trial.arms if takes_part(arm, comparison)}
    chosen: dict[tuple[str, str], Result] = {}
    for row in trial.results:
        wanted = (row.outcome, row.week) == (outcome.outcome, outcome.week)
        if not wanted or row.arm_id not in arms or row.reading not in ("", outcome.reading):
            continue
        key = (row.arm_id, row.reference_arm_id)
        if key not in chosen or row.reading:
            chosen[key] = row
    return [row for row in chosen.values() if row.provenance != "missing"]


def takes_part(arm: Arm, comparison: Comparison) -> bool:
    """Whether an arm is on a side of the comparison; where nothing is compared, every arm is."""
    sides = (*comparison.intervention, *comparison.control)
    return not comparison.intervention or arm.treatment in sides


def reports(trial: Trial, outcome: OutcomeSpec, comparison: Comparison) -> bool:
    """Whether an included trial has any number for this outcome."""
    return trial.study.status == "included" and bool(selected_rows(trial, outcome, comparison))


def informs(
    trial: Trial, outcome: OutcomeSpec, analysis: AnalysisSpec, comparison: Comparison
) -> bool:
    """Whether a trial that reports the outcome has numbers that this analysis can use."""
    data = study_data(trial, outcome, comparison)
    if isinstance(data, Omission):
        return False
    sides = ([g for g in (s.intervention, s.control) if g is not None] for s in data)
    groups = ([(g.events, g.total) for g in found] for found in sides)
    return any(not own or zero_events.reason(outcome, analysis, own) is None for own in groups)


def brought(
    trials: Iterable[Trial], outcome: OutcomeSpec, comparison: Comparison
) -> tuple[list[StudyData], list[Omission]]:
    """What all trials bring to the outcome's pool, and why others bring nothing."""
    data = [study_data(trial, outcome, comparison) for trial in trials]
    studies = [study for item in data if not isinstance(item, Omission) for study in item]
    return studies, [item for item in data if isinstance(item, Omission)]


def study_data(
    trial: Trial, outcome: OutcomeSpec, comparison: Comparison
) -> tuple[StudyData, ...] | Omission:
    """What the trial brings to the outcome's pool, or why it brings nothing.

    One item a trial, unless several intervention arms are to share the control (`split`). Each has
    its value of the outcome's covariate, where there is one.
    """
    rows = selected_rows(trial, outcome, comparison)
    data = _study_data(trial, outcome, comparison, rows)
    if isinstance(data, Omission) or outcome.covariate is None:
        return data
    contrasted = [row.arm_id for row in rows if row.reference_arm_id]
    found = []
    for item in data:
        arm_ids = item.intervention.arm_ids if item.intervention else contrasted
        number, cell = covariates.value(trial, outcome.covariate, arm_ids)
        found.append(replace(item, covariate=number, covariate_cell=cell))
    return tuple(found)


def _study_data(
    trial: Trial, outcome: OutcomeSpec, comparison: Comparison, rows: Sequence[Result]
) -> tuple[StudyData, ...] | Omission:
    if outcome.type == "generic":
        return _with_contrast(trial, outcome, [row for row in rows if row.reference_arm_id])
    arms = {arm.arm_id: arm for arm in trial.arms}
    usable = [row for row in rows if _usable(row, outcome.type)]
    sides = [
        [_group(row, arms, outcome.type) for row in usable if arms[row.arm_id].treatment in names]
        for names in _treatments(arms.values(), comparison)
    ]
    single = not compares(outcome)
    published = [row for row in rows if row.reference_arm_id]
    if published and not all(sides) and not single:
        return _published(trial, outcome, published)
    if not all(sides[:1] if single else sides):
        return Omission(
            trial.study.study, _why_no_group(rows, bool(sides[0]), bool(sides[1]), single)
        )
    intervention, control = sides[0], None if single else _combined(sides[1])
    whole = StudyData(
        study=trial.study.study,
        label=trial.study.label,
        year=trial.study.year,
        intervention=_combined(intervention),
        control=control,
        subgroup=getattr(trial.study, outcome.subgroup) if outcome.subgroup else "",
        provenance=_weakest(rows),
        tables=_tables_left(usable, rows, arms, comparison) if outcome.type == "binary" else (),
    )
    if control is None or len(intervention) == 1 or comparison.multi_arm == "combine":
        return (whole,)
    separate = _separate(whole, intervention, control, shared=comparison.multi_arm == "split")
    return separate if comparison.multi_arm == "split" else (_correlated(whole, separate, outcome),)


def _treatments(arms: Iterable[Arm], comparison: Comparison) -> tuple[Collection[str], ...]:
    """The treatments of both sides; where nothing is compared, every arm's are of the first."""
    if comparison.intervention:
        return comparison.intervention, comparison.control
    return [arm.treatment for arm in arms], ()


def _tables_left(
    usable: Sequence[Result],
    rows: Sequence[Result],
    arms: Mapping[str, Arm],
    comparison: Comparison,
) -> tuple[tuple[int, int], ...]:
    """The events of the two sides that what is published of two arms leaves; none: all of them."""
    stated = [row for row in rows if says_of_counts(row)]
    intervention, control = (
        [row for row in usable if stated and arms[row.arm_id].treatment in names]
        for names in (comparison.intervention, comparison.control)
    )
    return pairs_left(intervention, control, stated)


def _separate(
    whole: StudyData, intervention: Sequence[Group], control: Group, *, shared: bool
) -> tuple[StudyData, ...]:
    """A comparison for each intervention arm, with its share of the control or all of it."""
    from metasynth.synthesis.multi_arm import split_group

    parts = len(intervention)
    controls = split_group(control, parts) if shared else (control,) * parts
    return tuple(
        replace(
            whole,
            label=f"{whole.label}, {group.label}",
            intervention=group,
            control=part,
            tables=(),
        )
        for group, part in zip(intervention, controls, strict=True)
    )


def _correlated(whole: StudyData, separate: Sequence[StudyData], outcome: OutcomeSpec) -> StudyData:
    """The arms' effects against the same control, averaged with their covariance (GLS)."""
    from metasynth.synthesis.multi_arm import pool_within_trial

    estimate, se = pool_within_trial(separate, outcome)
    return replace(whole, contrast=Contrast(estimate, se))


def _published(
    trial: Trial, outcome: OutcomeSpec, rows: Sequence[Result]
) -> tuple[StudyData, ...] | Omission:
    """A contrast that the trial gives in place of its groups' numbers, if it is of the measure."""
    own = letters(outcome.measure)
    if unlike := next((row for row in rows if letters(row.measure) != own), None):
        text = sentence("it gives a contrast and does not say of which measure")
        if unlike.measure:
            text = sentence(
                "it gives a published {theirs}, which cannot stand beside the others’ {ours}; "
                "the numbers of its groups could, or an outcome with measure {theirs}",
                theirs=unlike.measure,
                ours=outcome.measure,
            )
        return Omission(trial.study.study, text)
    return _with_contrast(trial, outcome, rows)


def _with_contrast(
    trial: Trial, outcome: OutcomeSpec, rows: Sequence[Result]
) -> tuple[StudyData, ...] | Omission:
    study = trial.study
    if not rows:
        return Omission(study.study, sentence("its rows are of single arms, not of a contrast"))
    if len(rows) > 1:
        return Omission(
            study.study, sentence("{n} contrasts reported where one is needed", n=len(rows))
        )
    if reason := _why_no_contrast(rows[0], log=is_ratio(outcome.measure)):
        return Omission(study.study, reason)
    try:
        effect = _contrast(rows[0], outcome.measure)
    except ValueError:
        return Omission(study.study, sentence("a correlation lies between −1 and 1"))
    provenance = _weakest(rows)
    data = StudyData(study.study, study.label, study.year, contrast=effect, provenance=provenance)
    return (replace(data, subgroup=getattr(study, outcome.subgroup) if outcome.subgroup else ""),)


def _why_no_contrast(row: Result, *, log: bool) -> Sentence | None:
    """Why a contrast gives no estimate with a standard error; None where it does."""
    limits = [x for x in (row.ci_low, row.estimate, row.ci_high) if x is not None]
    if row.estimate is None and row.o_minus_e is None:
        return sentence("the contrast has no estimate")
    if row.estimate is None:
        return None if log else sentence("only a ratio follows from O − E and V")
    if row.se is not None:
        return None
    if row.ci_low is None or row.ci_high is None:
        if row.reported_p:
            return _why_no_error(row, log=log)
        return sentence("the contrast has no standard error or interval")
    if log and min(limits) < 0:
        return sentence(
            "a ratio and its limits are above 0, and here one is not: limits are taken as printed, "
            "logarithms with a standard error"
        )
    if log and min(limits) == 0:
        return sentence("a limit of 0 gives a ratio no standard error")
    if row.ci_low == row.ci_high:
        return sentence("the limits of the contrast are equal, which gives no standard error")
    return None


def _why_no_error(row: Result, *, log: bool) -> Sentence | None:
    """Why no standard error follows from an estimate and its p-value."""
    if log and (row.estimate or 0.0) <= 0:
        return sentence("a ratio with a p-value is taken as printed, and is above 0")
    if row.reported_p[0] in "<>":
        return sentence(
            "no standard error follows from a p-value that is only above or below another; "
            "limits, or the exact p-value, would give one"
        )
    if row.estimate == (1.0 if log else 0.0) or not 0 < float(row.reported_p) < 1:
        return sentence(
            "no standard error follows from a p-value of 0 or 1, or of an estimate of no effect"
        )
    return None


def _contrast(row: Result, measure: str) -> Contrast:
    """Estimate and SE on the analysis scale; limits or a p-value give the SE (Handbook 6.3.1).

    O - E and its variance V give a log ratio (O - E)/V with SE 1/√V: Yusuf et al., Prog Cardiovasc
    Dis 1985;27:335-71. Only for rows of which `_why_no_contrast` has nothing to say.
    """
    from metasynth.core.distributions import normal_quantile  # numpy, which loading does without
    from metasynth.stats.effects.scales import analysed

    cells, adjusted = (row.cell,), row.adjusted_for
    if row.o_minus_e is not None and row.variance:
        y, se = row.o_minus_e / row.variance, 1 / math.sqrt(row.variance)
        return Contrast(y, se, cells, "o_minus_e", adjusted)
    if row.se is not None:
        return Contrast(row.estimate or 0.0, row.se, cells, "se", adjusted)
    y = analysed(measure, row.estimate or 0.0)
    if row.ci_low is None:
        z = normal_quantile(1 - float(row.reported_p))
        return Contrast(y, abs(y) / z, cells, "p", adjusted)
    low, high = (analysed(measure, x or 0.0) for x in (row.ci_low, row.ci_high))
    z = normal_quantile((row.ci_level or 95.0) / 100)
    return Contrast(y, (high - low) / (2 * z), cells, "limits", adjusted)


def _group(row: Result, arms: Mapping[str, Arm], kind: str) -> Group:
    """One arm's numbers as a side of a comparison."""
    label, cells = arms[row.arm_id].label, (row.cell,)
    if kind in ("binary", "proportion"):
        low, high = _first(row.events_low, row.events), _first(row.events_high, row.events)
        return Group((row.arm_id,), label, row.events, row.total, low, high, cells=cells)
    if kind in ("rate", "incidence"):
        time = row.person_time
        return Group((row.arm_id,), label, row.events, row.total, cells=cells, person_time=time)
    if kind == "correlation":
        r = row.correlation
        return Group((row.arm_id,), label, total=row.total, cells=cells, correlation=r)
    return Group((row.arm_id,), label, total=row.total, mean=row.mean, sd=row.sd, cells=cells)


def _combined(groups: Sequence[Group]) -> Group:
    """The arms of a side as one group."""
    if len(groups) == 1:
        return groups[0]
    merged = replace(
        groups[0],
        arm_ids=tuple(arm for group in groups for arm in group.arm_ids),
        label=" + ".join(group.label for group in groups),
        total=_sum([group.total for group in groups]),
        cells=tuple(cell for group in groups for cell in group.cells),
    )
    if groups[0].mean is not None:
        known = [(group.total or 0, group.mean or 0.0, group.sd or 0.0) for group in groups]
        mean, sd = _merged(known)
        return replace(merged, mean=mean, sd=sd)
    if groups[0].correlation is not None:
        return replace(merged, correlation=_common_correlation(groups))
    if groups[0].person_time is not None:
        time = math.fsum(group.person_time or 0 for group in groups)
        return replace(merged, events=_sum([g.events for g in groups]), person_time=time)
    return replace(
        merged,
        events=_sum([group.events for group in groups]),
        events_low=sum(group.events_low or 0 for group in groups),
        events_high=sum(group.events_high or 0 for group in groups),
    )


def _common_correlation(groups: Sequence[Group]) -> float:
    """The correlation within several groups, by Fisher's z with weights n - 3."""
    known = [(math.atanh(g.correlation or 0.0), (g.total or 0) - 3) for g in groups]
    return math.tanh(math.fsum(z * n for z, n in known) / math.fsum(n for _, n in known))


def _sum(counts: Sequence[Count | None]) -> Count | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _usable(row: Result, kind: str) -> bool:
    if kind in ("binary", "proportion"):
        return row.events is not None and row.total is not None
    if kind in ("rate", "incidence"):
        return row.events is not None and row.person_time is not None
    if kind == "correlation":
        return row.correlation is not None and row.total is not None
    return row.mean is not None and row.sd is not None and row.total is not None


def _first(bound: int | None, events: int | None) -> int:
    return bound if bound is not None else (events or 0)


def _merged(groups: Sequence[tuple[Count, float, float]]) -> tuple[float, float]:
    """Mean and SD of several groups of (n, mean, sd) taken as one (Handbook table 6.5.a)."""
    n, mean, sd = groups[0]
    for m, other, spread in groups[1:]:
        between = n * m / (n + m) * (mean - other) ** 2
        variance = ((n - 1) * sd**2 + (m - 1) * spread**2 + between) / (n + m - 1)
        mean, sd, n = (n * mean + m * other) / (n + m), math.sqrt(variance), n + m
    return mean, sd


def _weakest(rows: Sequence[Result]) -> str:
    return max((row.provenance for row in rows), key=lambda name: _WEAKNESS.get(name, 0))


def _why_no_group(
    rows: Sequence[Result], intervention: bool, control: bool, single: bool
) -> Sentence:
    if any(row.reported_percent and row.events is None for row in rows):
        return sentence(
            "only percentages are reported, without the numbers of patients behind them"
        )
    if single:
        return sentence("it has no such numbers of the group")
    if not (intervention or control):
        missing = message("intervention and control")
    else:
        missing = message("control") if intervention else message("intervention")
    return sentence("no numbers for the {sides} side", sides=missing)
