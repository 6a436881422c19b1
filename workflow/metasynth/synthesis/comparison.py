"""From a trial's arms to the two sides of the review's comparison, for one outcome.

Arms of one side are combined (Cochrane Handbook 6.5.2.10 and table 6.5.a; 23.3.4): counts are
summed; means and standard deviations are merged so that they equal those of the pooled patients.
Or, where config.yaml says so, each intervention arm is compared with its share of the control
(`split`), or with all of it, the effects being averaged with their covariance (`covariance`).
Numbers that are not printed as they are pooled are computed first (completed.py).
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from metasynth.core.messages import Sentence, message, sentence
from metasynth.model import clusters, covariates
from metasynth.model.conversions import DESIGNS, MEDIANS
from metasynth.model.designs import PAIRS, is_paired, layout
from metasynth.model.methods import BY_BASELINE, compares, is_ratio, letters
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
    Topic,
    Trial,
)
from metasynth.model.records import whole as whole_number
from metasynth.stats.medians import is_skewed
from metasynth.synthesis import zero_events
from metasynth.synthesis.completed import (
    OF_MEANS,
    Completed,
    completed,
    design_effect,
    is_whole_change,
    summary,
)
from metasynth.synthesis.curves import contrasts_of_curves
from metasynth.synthesis.in_units import in_unit
from metasynth.synthesis.log_rank import of_log_rank
from metasynth.synthesis.other_kinds import converted, convertible, other_kind
from metasynth.synthesis.paired import paired, paired_counts
from metasynth.synthesis.stated_results import pairs_left, says_of_counts

_MEDIANS = frozenset((*MEDIANS, "mean-of-median"))
_WEAKNESS = {"reported": 0, "external": 1, "derived": 2}


def topics(trial: Trial) -> dict[Topic, Trial]:
    """The trial with what it says of one outcome at one week, and of no other, by outcome and week.

    That is all that a pooled result depends on but for judgements (`judged`); sources are left out.
    """
    rows: dict[Topic, list[Result]] = {}
    for row in trial.results:
        rows.setdefault((row.outcome, row.week), []).append(row)
    return {
        topic: replace(
            trial,
            results=tuple(found),
            sources=(),
            risk_of_bias=(),
            survival=tuple(row for row in trial.survival if (row.outcome, row.week) == topic),
        )
        for topic, found in rows.items()
    }


def judged(about: Trial, whole: Trial, outcome: OutcomeSpec) -> Trial:
    """One of a whole trial's `topics`, with the risk of bias where the outcome depends on it."""
    if covariates.RISK_OF_BIAS not in covariates.columns_of(outcome):
        return about
    overall = tuple(one for one in whole.risk_of_bias if one.outcome in ("", outcome.outcome))
    return replace(about, risk_of_bias=overall)


def about(by_topic: Mapping[Topic, Trial], outcome: OutcomeSpec) -> Trial | None:
    """Of a trial by outcome and week, all that an outcome selects; None: there is none."""
    found = [by_topic[topic] for topic in outcome.topics if topic in by_topic]
    if len(found) < 2:
        return found[0] if found else None
    return replace(
        found[0],
        results=tuple(row for part in found for row in part.results),
        survival=tuple(point for part in found for point in part.survival),
    )


def selected_rows(trial: Trial, outcome: OutcomeSpec, comparison: Comparison) -> list[Result]:
    """The trial's rows for an outcome, one an arm (or contrast), its declared reading preferred.

    Of several effects there is one of each.

    A row of the outcome's `reading` replaces the primary (blank) reading of the same arm; arms
    without one keep the primary. Rows that only say that a number is missing are left out, and so
    are contrasts with an arm that takes no part.
    """
    arms = {"", *(arm.arm_id for arm in trial.arms if takes_part(arm, comparison))}
    chosen: dict[tuple[Topic, str, str], Result] = {}
    for row in trial.results:
        topic = row.outcome, row.week
        if topic not in outcome.topics or row.reading not in ("", outcome.reading):
            continue
        if not {row.arm_id, row.reference_arm_id} <= arms:
            continue
        key = (topic, row.arm_id, row.reference_arm_id)
        if key not in chosen or row.reading:
            chosen[key] = row
    found = [row for row in chosen.values() if row.provenance != "missing"]
    return _whole_or_strata(found, trial, keep=comparison.strata == "keep")


def _whole_or_strata(rows: list[Result], trial: Trial, *, keep: bool) -> list[Result]:
    """The rows of the whole trial, or those of its strata, so that no patient counts twice.

    Where both are there the whole leads, unless strata are kept.
    """
    if not any(arm.stratum for arm in trial.arms):
        return rows
    strata = {arm.arm_id: arm.stratum for arm in trial.arms}
    parts = [row for row in rows if strata[row.arm_id]]
    whole = [row for row in rows if not strata[row.arm_id]]
    return (parts if keep else whole) if parts and whole else rows


def contrasts(rows: Iterable[Result], trial: Trial, comparison: Comparison) -> list[Result]:
    """Those of a trial's rows that are of two arms on different sides of the comparison."""
    treatments = {arm.arm_id: arm.treatment for arm in trial.arms}
    side = {name: n for n, names in enumerate(comparison.sides) for name in names}
    found = []
    for row in rows:
        pair = [side.get(treatments.get(arm, "")) for arm in (row.arm_id, row.reference_arm_id)]
        if row.reference_arm_id and pair[0] != pair[1]:
            found.append(row)
    return found


def takes_part(arm: Arm, comparison: Comparison) -> bool:
    """Whether an arm is on a side of the comparison; where nothing is compared, every arm is."""
    sides = (*comparison.intervention, *comparison.control)
    return not comparison.intervention or arm.treatment in sides


def makes(trial: Trial, comparison: Comparison) -> bool:
    """Whether a trial has an arm on each side that the comparison has."""
    treatments = {arm.treatment for arm in trial.arms}
    return all(not side or treatments.intersection(side) for side in comparison.sides)


def reports(trial: Trial, outcome: OutcomeSpec, comparison: Comparison) -> bool:
    """Whether an included trial has any number for this outcome.

    Of several comparisons, one that it does not make is none that it reports.
    """
    asked = trial.study.status == "included" and (
        not outcome.comparison or makes(trial, comparison)
    )
    return asked and bool(selected_rows(trial, outcome, comparison))


def informs(
    trial: Trial, outcome: OutcomeSpec, analysis: AnalysisSpec, comparison: Comparison
) -> bool:
    """Whether a trial that reports the outcome has numbers that this analysis can use."""
    data, _ = brought([trial], outcome, comparison)
    sides = ([g for g in (s.intervention, s.control) if g is not None] for s in data)
    groups = ([(g.events, g.total) for g in found] for found in sides)
    return any(not own or zero_events.reason(outcome, analysis, own) is None for own in groups)


def brought(
    trials: Iterable[Trial], outcome: OutcomeSpec, comparison: Comparison
) -> tuple[list[StudyData], list[Omission]]:
    """What all trials bring to the outcome's pool, and why others bring nothing.

    Of several effects a trial brings those of which it has rows.
    """
    data = [
        study_data(trial, one, comparison)
        for trial in trials
        for one in outcome.each
        if not outcome.effects or selected_rows(trial, one, comparison)
    ]
    studies = [study for item in data if not isinstance(item, Omission) for study in item]
    return studies, [item for item in data if isinstance(item, Omission)]


def study_data(
    trial: Trial, outcome: OutcomeSpec, comparison: Comparison
) -> tuple[StudyData, ...] | Omission:
    """What the trial brings to the outcome's pool, or why it brings nothing.

    One item a trial, unless several intervention arms are to share the control (`split`), the
    strata of its patients are kept apart, or the outcome pools several effects. Each has its value
    of the outcome's covariate, where there is one, and the name of the cluster that the trial
    states. Of several effects (see `brought`) one without numbers is passed over.
    """
    if len(outcome.effects) > 1:
        found, why = brought([trial], outcome, comparison)
        return tuple(found) if found else why[0]
    data, cluster = _study_items(trial, outcome, comparison), clusters.stated(trial)
    for effect in outcome.effects:
        data = _named(data, trial, effect.name)
    if isinstance(data, Omission) or not cluster:
        return data
    named = clusters.heading(trial)
    return tuple(replace(item, cluster=cluster, heading=named) for item in data)


def _named(
    data: tuple[StudyData, ...] | Omission, trial: Trial, part: str
) -> tuple[StudyData, ...] | Omission:
    """What a trial brings, by the name of the effect that it is."""
    if isinstance(data, Omission):
        return replace(data, label=f"{trial.study.label}, {part}")
    return tuple(_as_part(item, part) for item in data)


def _as_part(item: StudyData, part: str) -> StudyData:
    """A study's data as what they are of its trial."""
    return replace(
        item,
        label=f"{item.label}, {part}",
        part=f"{item.part}, {part}" if item.part else part,
        heading=item.heading or item.label,
    )


def _study_items(
    trial: Trial, outcome: OutcomeSpec, comparison: Comparison
) -> tuple[StudyData, ...] | Omission:
    """The same, without clusters."""
    rows = in_unit(selected_rows(trial, outcome, comparison), outcome)
    if comparison.strata == "keep" and len(strata := _strata(trial, rows)) > 1:
        return _by_stratum(trial, outcome, comparison, strata)
    data = _with_characteristics(
        trial, outcome, comparison, rows, _study_data(trial, outcome, comparison, rows)
    )
    if isinstance(data, Omission) and convertible(outcome):
        return _of_other_kind(trial, outcome, comparison, rows) or data
    return data


def _treated(trial: Trial, comparison: Comparison) -> list[str]:
    """The arms on the side of the intervention."""
    return [arm.arm_id for arm in trial.arms if arm.treatment in comparison.intervention]


def _with_characteristics(
    trial: Trial,
    outcome: OutcomeSpec,
    comparison: Comparison,
    rows: Sequence[Result],
    data: tuple[StudyData, ...] | Omission,
) -> tuple[StudyData, ...] | Omission:
    """What the trial brings, with its values of the outcome's covariate and moderators."""
    columns = covariates.columns_of(outcome)
    if isinstance(data, Omission) or not (outcome.covariate or columns):
        return data
    contrasted = [row.arm_id for row in rows if row.reference_arm_id] or _treated(trial, comparison)
    found = []
    for item in data:
        arm_ids = item.intervention.arm_ids if item.intervention else contrasted
        number, cell = covariates.value(trial, outcome.covariate, arm_ids)
        values = (covariates.characteristic(trial, c, arm_ids, outcome.outcome) for c in columns)
        known = tuple(value for value in values if value is not None)
        valued = replace(item, covariate=number, covariate_cell=cell, values=known)
        found.append(_grouped(valued, outcome))
    return tuple(found)


def _grouped(study: StudyData, outcome: OutcomeSpec) -> StudyData:
    """The study in the subgroup that its characteristic says; in none where it is not stated."""
    term = covariates.grouping(outcome)
    own = [value for value in study.values if term and value.column == term.column]
    level = covariates.level_of(term, own[0]) if term and own else None
    return replace(study, subgroup=str(level)) if level is not None else study


_UNDECLARED = sentence(
    "its numbers are of another kind (events where means are pooled, or the reverse); events_mean "
    "of the outcome would say whether events mean higher or lower scores, and so how an odds ratio "
    "and a standardised difference become each other"
)


def _of_other_kind(
    trial: Trial, outcome: OutcomeSpec, comparison: Comparison, rows: Sequence[Result]
) -> tuple[StudyData, ...] | Omission | None:
    """A trial of events among means, or the reverse, as the outcome declares; None if it is not."""
    data = _study_data(trial, other_kind(outcome), comparison, rows)
    data = _with_characteristics(trial, outcome, comparison, rows, data)
    if isinstance(data, Omission):
        return None
    if not outcome.events_mean:
        return Omission(trial.study.study, _UNDECLARED)
    found = [converted(study, outcome) for study in data]
    why = next((one for one in found if isinstance(one, Sentence)), None)
    studies = tuple(one for one in found if not isinstance(one, Sentence))
    return Omission(trial.study.study, why) if why else studies


def _strata(trial: Trial, rows: Sequence[Result]) -> tuple[str, ...]:
    """The strata of a trial's patients that these rows are of, each once."""
    known = {arm.arm_id: arm.stratum for arm in trial.arms}
    return tuple(dict.fromkeys(known[row.arm_id] for row in rows if known[row.arm_id]))


def _unlike_strata(sides: Sequence[Sequence[Group]], arms: Mapping[str, Arm]) -> bool:
    """Whether the two sides would be added up from different strata."""
    one, other = ({arms[name].stratum for g in side for name in g.arm_ids} for side in sides)
    return one != other


def _by_stratum(
    trial: Trial, outcome: OutcomeSpec, comparison: Comparison, strata: Sequence[str]
) -> tuple[StudyData, ...] | Omission:
    """What each stratum brings by itself; nothing where one of them brings nothing."""
    found: list[StudyData] = []
    for stratum in strata:
        arms = tuple(arm for arm in trial.arms if arm.stratum == stratum)
        names = {arm.arm_id for arm in arms}
        results = tuple(row for row in trial.results if row.arm_id in names)
        data = study_data(replace(trial, arms=arms, results=results), outcome, comparison)
        if isinstance(data, Omission):
            return data
        found += [_as_part(one, stratum) for one in data]
    return tuple(found)


def _study_data(
    trial: Trial, outcome: OutcomeSpec, comparison: Comparison, rows: Sequence[Result]
) -> tuple[StudyData, ...] | Omission:
    published = contrasts(rows, trial, comparison)
    if outcome.type == "generic":
        return _with_contrast(trial, outcome, comparison, published, rows)
    arms = {arm.arm_id: arm for arm in trial.arms}
    in_pairs = is_paired(trial.study.design)
    every = completed(rows, outcome, paired=in_pairs)
    known = [arm for arm in every if _usable(arm.row, outcome)]
    sides = [
        [_group(arm, arms, outcome) for arm in known if arms[arm.row.arm_id].treatment in names]
        for names in _treatments(arms.values(), comparison)
    ]
    single = not compares(outcome)
    why = next((arm.why for arm in every if arm.why), None)
    if published and not all(sides) and not single:
        data = _published(trial, outcome, comparison, published, rows)
        if not (why and isinstance(data, Omission)):
            return data
    if not all(sides[:1] if single else sides):
        found = why or _why_no_group(rows, bool(sides[0]), bool(sides[1]), single)
        return Omission(trial.study.study, found)
    if not single and _unlike_strata(sides, arms):
        unlike = sentence("numbers of some strata of its patients are given for one side alone")
        return Omission(trial.study.study, unlike)
    intervention, control = sides[0], None if single else _combined(sides[1])
    whole = StudyData(
        study=trial.study.study,
        label=trial.study.label,
        year=trial.study.year,
        intervention=_combined(intervention),
        control=control,
        subgroup=covariates.group_in_study(trial.study, outcome),
        provenance=_weakest(rows),
        tables=_tables(known, rows, arms, comparison) if outcome.type == "binary" else (),
    )
    whole = replace(whole, layout=_unheeded(trial, whole))
    across = [row for row in rows if not row.reference_arm_id or row in published]
    of_pairs = paired_counts if outcome.type == "binary" else paired
    if in_pairs and control and (pairs := of_pairs(whole, across, outcome)):
        return pairs if isinstance(pairs, Omission) else (replace(pairs, layout=""),)
    if control is None or len(intervention) == 1 or comparison.multi_arm == "combine":
        return (whole,)
    separate = _separate(whole, intervention, control, shared=comparison.multi_arm == "split")
    return separate if comparison.multi_arm == "split" else (_correlated(whole, separate, outcome),)


def _unheeded(trial: Trial, study: StudyData) -> str:
    """The layout of a trial whose groups are taken as if they were of independent patients."""
    groups = (study.intervention, study.control)
    heeded = any(group and not DESIGNS.isdisjoint(group.rules) for group in groups)
    found = "" if heeded else layout(trial.study.design)
    return "" if found == PAIRS and study.control is None else found


def _treatments(arms: Iterable[Arm], comparison: Comparison) -> tuple[Collection[str], ...]:
    """The treatments of both sides; where nothing is compared, every arm's are of the first."""
    if comparison.intervention:
        return comparison.intervention, comparison.control
    return [arm.treatment for arm in arms], ()


def _tables(
    usable: Sequence[Completed],
    rows: Sequence[Result],
    arms: Mapping[str, Arm],
    comparison: Comparison,
) -> tuple[tuple[int, int], ...]:
    """The events of the two sides that what is published of two arms leaves; none: all of them."""
    intervention, control = (
        [arm for arm in usable if arms[arm.row.arm_id].treatment in names]
        for names in (comparison.intervention, comparison.control)
    )
    if any(arm.design_effect != 1 for arm in usable):
        return ()  # counts are no whole ones
    if len(intervention) == len(control) == 1:
        (one,), (other,) = intervention, control
        if one.pairs or other.pairs:  # events that follow from a published effect
            return one.pairs or tuple((a, c) for c, a in other.pairs)
    stated = [row for row in rows if says_of_counts(row)]
    if not stated:
        return ()
    return pairs_left([arm.row for arm in intervention], [arm.row for arm in control], stated)


def _separate(
    whole: StudyData, intervention: Sequence[Group], control: Group, *, shared: bool
) -> tuple[StudyData, ...]:
    """A comparison for each intervention arm, with its share of the control or all of it."""
    from metasynth.synthesis.multi_arm import split_group

    parts = len(intervention)
    controls = split_group(control, parts) if shared else (control,) * parts
    return tuple(
        _as_part(replace(whole, intervention=group, control=part, tables=()), group.label)
        for group, part in zip(intervention, controls, strict=True)
    )


def _correlated(whole: StudyData, separate: Sequence[StudyData], outcome: OutcomeSpec) -> StudyData:
    """The arms' effects against the same control, averaged with their covariance (GLS)."""
    from metasynth.synthesis.multi_arm import pool_within_trial

    estimate, se = pool_within_trial(separate, outcome)
    return replace(whole, contrast=Contrast(estimate, se))


def _published(
    trial: Trial,
    outcome: OutcomeSpec,
    comparison: Comparison,
    rows: Sequence[Result],
    every: Sequence[Result],
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
    return _with_contrast(trial, outcome, comparison, rows, every)


def _with_contrast(
    trial: Trial,
    outcome: OutcomeSpec,
    comparison: Comparison,
    rows: Sequence[Result],
    every: Sequence[Result],
) -> tuple[StudyData, ...] | Omission:
    study = trial.study
    effects = _effects(trial, outcome, rows, every)
    if isinstance(effects, Sentence):
        drawn = contrasts_of_curves(trial, outcome, comparison, every)
        if drawn is None or isinstance(drawn, Sentence):
            return Omission(study.study, drawn or effects)
        effects = [_of_clusters(one, row, outcome) for one, row in drawn]
        rows = [row for row in every if not row.reference_arm_id]
    effect, provenance = _averaged(effects), _weakest(rows)
    data = StudyData(study.study, study.label, study.year, contrast=effect, provenance=provenance)
    return (replace(data, subgroup=covariates.group_in_study(study, outcome)),)


def _effects(
    trial: Trial, outcome: OutcomeSpec, rows: Sequence[Result], every: Sequence[Result]
) -> list[Contrast] | Sentence:
    """The published contrasts, one or one a stratum, or why there are none."""
    if not rows:
        if any(row.reference_arm_id for row in every):
            return sentence("its contrast is of two arms of one side")
        return sentence("its rows are of single arms, not of a contrast")
    if len(rows) > 1 and len(_strata(trial, rows)) < len(rows):
        return sentence("{n} contrasts reported where one is needed", n=len(rows))
    effects = [_effect(row, every, outcome, paired=is_paired(trial.study.design)) for row in rows]
    why = next((one for one in effects if isinstance(one, Sentence)), None)
    return why or [one for one in effects if not isinstance(one, Sentence)]


def _averaged(strata: Sequence[Contrast]) -> Contrast:
    """The contrasts of a trial's strata as one, weighted by inverse variance."""
    if len(strata) == 1:
        return strata[0]
    weights = [one.se**-2 for one in strata]
    total = math.fsum(weights)
    y = math.fsum(w * one.estimate for w, one in zip(weights, strata, strict=True)) / total
    rules = dict.fromkeys(rule for one in strata for rule in one.rules)
    return replace(
        strata[0],
        estimate=y,
        se=1 / math.sqrt(total),
        cells=tuple(dict.fromkeys(cell for one in strata for cell in one.cells)),
        rules=(*rules, "strata-averaged"),
    )


def _effect(
    row: Result, every: Sequence[Result], outcome: OutcomeSpec, *, paired: bool
) -> Contrast | Sentence:
    """A contrast on the scale of the analysis, or why there is none."""
    tested = of_log_rank(row, every, outcome.measure)
    if isinstance(tested, Sentence):
        return tested
    if tested is None:
        if reason := _why_no_contrast(row, outcome.measure):
            return reason
        try:
            tested = _contrast(row, outcome.measure, _degrees(row, every, paired=paired))
        except ValueError:
            return sentence("a correlation lies between −1 and 1")
    return _of_clusters(tested, row, outcome)


def _of_clusters(contrast: Contrast, row: Result, outcome: OutcomeSpec) -> Contrast:
    """A contrast with the design effect of its clusters, where its row has one."""
    effect, rule = design_effect(row, outcome.conversions)
    se = contrast.se * math.sqrt(effect)
    return replace(contrast, se=se, rules=(*contrast.rules, rule)) if rule else contrast


def _degrees(row: Result, every: Sequence[Result], *, paired: bool) -> int | None:
    """The degrees of freedom of a difference of two arms' means, where their sizes are known."""
    sizes = {arm.arm_id: arm.total for arm in every if not arm.reference_arm_id and arm.total}
    pair = [sizes.get(name) for name in (row.arm_id, row.reference_arm_id)]
    known = [n for n in pair if n is not None]
    if paired and known and min(known) > 1:
        return min(known) - 1
    return sum(known) - 2 if len(known) == 2 and sum(known) > 2 else None


def _why_no_contrast(row: Result, measure: str) -> Sentence | None:
    """Why a contrast gives no estimate with a standard error; None where it does."""
    log = is_ratio(measure)
    limits = [x for x in (row.ci_low, row.estimate, row.ci_high) if x is not None]
    if row.estimate is None and row.o_minus_e is None:
        return sentence("the contrast has no estimate")
    if row.estimate is None:
        return None if log else sentence("only a ratio follows from O − E and V")
    if row.se is not None:
        return None
    if row.ci_low is None or row.ci_high is None:
        if row.reported_p or _statistic(row) is not None:
            return _why_no_error(row, measure)
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


def _statistic(row: Result) -> float | None:
    """The test statistic of a contrast as z or t without its sign: z, t, or the root of F."""
    if row.reported_z is not None:
        return abs(row.reported_z)
    if row.reported_t is not None:
        return abs(row.reported_t)
    return None if row.reported_f is None else math.sqrt(row.reported_f)


def _why_no_error(row: Result, measure: str) -> Sentence | None:
    """Why no standard error follows from an estimate and its z, t, F or p-value."""
    log = is_ratio(measure)
    if log and (row.estimate or 0.0) <= 0:
        return sentence("a ratio with a p-value or a test is taken as printed, and is above 0")
    if row.estimate == (1.0 if log else 0.0):
        return sentence("no standard error follows from an estimate of no effect")
    if row.reported_z is None and _statistic(row) is not None and measure != "MD":
        return sentence("only a difference of means follows from t or F; z, p or limits would do")
    if _statistic(row) is not None:
        return None if _statistic(row) else sentence("no standard error follows from a test of 0")
    if row.reported_p[0] in "<>":
        return sentence(
            "no standard error follows from a p-value that is only above or below another; "
            "limits, or the exact p-value, would give one"
        )
    if not 0 < float(row.reported_p) < 1:
        return sentence("no standard error follows from a p-value of 0 or 1")
    return None


def _contrast(row: Result, measure: str, df: int | None) -> Contrast:
    """Estimate and SE on the analysis scale; limits or a test give the SE (Handbook 6.3.1).

    O - E and its variance V give a log ratio (O - E)/V with SE 1/√V: Yusuf et al., Prog Cardiovasc
    Dis 1985;27:335-71. Of a p-value of a difference of means t is read where both arms' sizes give
    its `df` (6.5.2.3), else z. Only for rows of which `_why_no_contrast` has nothing to say.
    """
    from metasynth.core.distributions import normal_quantile  # numpy, which loading does without
    from metasynth.stats.conversions import t_of_p, z_of_p
    from metasynth.stats.effects.scales import analysed

    cells, adjusted = (row.cell,), row.adjusted_for
    if row.o_minus_e is not None and row.variance:
        y, se = row.o_minus_e / row.variance, 1 / math.sqrt(row.variance)
        return Contrast(y, se, cells, "o_minus_e", adjusted)
    if row.se is not None:
        return Contrast(row.estimate or 0.0, row.se, cells, "se", adjusted)
    y = analysed(measure, row.estimate or 0.0)
    if row.ci_low is None:
        if test := _statistic(row):
            form = "t" if row.reported_z is None else "z"
            return Contrast(y, abs(y) / test, cells, form, adjusted)
        p = float(row.reported_p)
        by_t = df is not None and measure == "MD"
        z = t_of_p(p, df) if by_t and df is not None else z_of_p(p)
        return Contrast(y, abs(y) / z, cells, "p", adjusted)
    low, high = (analysed(measure, x or 0.0) for x in (row.ci_low, row.ci_high))
    z = normal_quantile(row.level)
    return Contrast(y, (high - low) / (2 * z), cells, "limits", adjusted)


def _group(completed_arm: Completed, arms: Mapping[str, Arm], outcome: OutcomeSpec) -> Group:
    """One arm's numbers as a side of a comparison."""
    row, rules, by = completed_arm.row, completed_arm.rules, completed_arm.design_effect
    kind = outcome.type
    group = Group(
        (row.arm_id,),
        arms[row.arm_id].label,
        total=_effective(row.total, by),
        cells=completed_arm.cells,
        rules=rules,
        skewed=kind in OF_MEANS and _skewed(row, rules),
    )
    if kind in ("binary", "proportion"):
        if by != 1:  # of parts of patients no range of whole ones is known
            return replace(group, events=_effective(row.events, by))
        low, high = _first(row.events_low, row.events), _first(row.events_high, row.events)
        return replace(group, events=row.events, events_low=low, events_high=high)
    if kind in ("rate", "incidence"):
        time = None if row.person_time is None else row.person_time / by
        return replace(group, events=_effective(row.events, by), person_time=time)
    if kind == "correlation":
        return replace(group, correlation=row.correlation)
    if outcome.measure in BY_BASELINE:
        r = row.change_correlation
        return replace(group, mean=row.mean, baseline_sd=row.baseline_sd, change_correlation=r)
    return replace(group, mean=row.mean, sd=row.sd)


def _effective(count: int | None, design_effect: float) -> Count | None:
    """A number of patients or events as so many independent ones."""
    return count if count is None or design_effect == 1 else whole_number(count / design_effect)


def _skewed(row: Result, rules: Sequence[str]) -> bool:
    """Whether a mean was read off a median whose quartiles or extremes are not symmetric."""
    return not _MEDIANS.isdisjoint(rules) and is_skewed(summary(row))


def _combined(groups: Sequence[Group]) -> Group:
    """The arms of a side as one group."""
    if len(groups) == 1:
        return groups[0]
    merged = replace(
        groups[0],
        arm_ids=tuple(arm for group in groups for arm in group.arm_ids),
        label=" + ".join(group.label for group in groups),
        total=_sum([group.total for group in groups]),
        cells=tuple(dict.fromkeys(cell for group in groups for cell in group.cells)),
        rules=tuple(dict.fromkeys(rule for group in groups for rule in group.rules)),
        skewed=any(group.skewed for group in groups),
    )
    if groups[0].baseline_sd is not None:
        return _merged_changes(merged, groups)
    if groups[0].mean is not None:
        known = [(group.total or 0, group.mean or 0.0, group.sd or 0.0) for group in groups]
        mean, sd = _merged(known)
        return replace(merged, mean=mean, sd=sd)
    if groups[0].correlation is not None:
        weighted = [(group.correlation, (group.total or 0) - 3) for group in groups]
        return replace(merged, correlation=_common_correlation(weighted))
    if groups[0].person_time is not None:
        time = math.fsum(group.person_time or 0 for group in groups)
        return replace(merged, events=_sum([g.events for g in groups]), person_time=time)
    return replace(
        merged,
        events=_sum([group.events for group in groups]),
        events_low=_bound([group.events_low for group in groups]),
        events_high=_bound([group.events_high for group in groups]),
    )


def _common_correlation(known: Sequence[tuple[float | None, Count]]) -> float:
    """The correlation within several groups, each with its weight, on Fisher's scale."""
    z = math.fsum(math.atanh(r or 0.0) * weight for r, weight in known)
    return math.tanh(z / math.fsum(weight for _, weight in known))


def _merged_changes(merged: Group, groups: Sequence[Group]) -> Group:
    """With the mean change of several groups, spread before and correlation as within them.

    Means count by patients, variances by degrees of freedom, correlations on Fisher's scale by
    patients.
    """
    known = [
        (g.total or 0, g.mean or 0.0, g.baseline_sd or 0.0, g.change_correlation or 0.0)
        for g in groups
    ]
    patients = math.fsum(n for n, *_ in known)
    freedom = math.fsum(n - 1 for n, *_ in known)
    return replace(
        merged,
        mean=math.fsum(n * m for n, m, *_ in known) / patients,
        baseline_sd=math.sqrt(math.fsum((n - 1) * sd**2 for n, _, sd, _ in known) / freedom),
        change_correlation=_common_correlation([(r, n) for n, *_, r in known]),
    )


def _sum(counts: Sequence[Count | None]) -> Count | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _bound(bounds: Sequence[int | None]) -> int | None:
    known = [bound for bound in bounds if bound is not None]
    return sum(known) if len(known) == len(bounds) else None


def _usable(row: Result, outcome: OutcomeSpec) -> bool:
    kind = outcome.type
    if kind in ("binary", "proportion"):
        return row.events is not None and row.total is not None
    if kind in ("rate", "incidence"):
        return row.events is not None and row.person_time is not None
    if kind == "correlation":
        return row.correlation is not None and row.total is not None
    if outcome.measure in BY_BASELINE:
        return is_whole_change(row)
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
    if any(row.mean is not None and row.sd is None and not row.reference_arm_id for row in rows):
        return sentence(
            "means are given without standard deviations; a standard error, limits, quartiles, or "
            "the t, F or p-value of their difference would give these"
        )
    if single:
        return sentence("it has no such numbers of the group")
    if not (intervention or control):
        missing = message("intervention and control")
    else:
        missing = message("control") if intervention else message("intervention")
    return sentence("no numbers for the {sides} side", sides=missing)
