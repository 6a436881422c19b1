"""An outcome's numbers as entries: combined groups, studies' effects, pooled estimates, tests."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from metasynth import keys
from metasynth.language import Language, message
from metasynth.methods import is_ratio
from metasynth.provenance import formulas
from metasynth.provenance.entry import COMPUTED, Entry
from metasynth.records import (
    AnalysisResult,
    AnalysisSpec,
    Contrast,
    Estimate,
    Group,
    OutcomeResult,
    StudyData,
    StudyEffect,
)
from metasynth.sensitivity import Sensitivity

_GROUP = {
    "events": message("patients with the event, arms of one side together"),
    "total": message("patients analysed, arms of one side together"),
    "mean": message("mean of the arms of one side together"),
    "sd": message("standard deviation of the arms of one side together"),
    "person_time": message("person-time, arms of one side together"),
}
_CELLS = {"mean": ("mean", "total"), "sd": ("sd", "mean", "total")}
_CONTRAST = ("estimate", "se", "ci_low", "ci_high", "o_minus_e", "variance")
_COUNTS = tuple(f"{what}_{side}" for side in ("intervention", "control") for what in _GROUP)
POOLED = {
    "k": message("trials pooled"),
    "events_intervention": message("patients with the event under the intervention, all trials"),
    "total_intervention": message("patients under the intervention, all trials"),
    "events_control": message("patients with the event under control, all trials"),
    "total_control": message("patients under control, all trials"),
    "estimate": message("pooled effect"),
    "ci_low": message("lower limit of the 95% confidence interval"),
    "ci_high": message("upper limit of the 95% confidence interval"),
    "pi_low": message("lower limit of the 95% prediction interval"),
    "pi_high": message("upper limit of the 95% prediction interval"),
    "log_estimate": message("pooled effect on the analysis scale"),
    "se": message("standard error on the analysis scale"),
    "statistic": message("test statistic of no effect"),
    "df": message("degrees of freedom of the test and interval"),
    "p": message("p-value of the test of no effect, two-sided"),
    "q": message("Cochran’s Q"),
    "q_df": message("degrees of freedom of Q"),
    "q_p": message("p-value of Q"),
    "i2": message("I², in per cent"),
    "i2_low": message("lower 95% limit of I², in per cent"),
    "i2_high": message("upper 95% limit of I², in per cent"),
    "h2": message("H²"),
    "tau2": message("tau², the variance between trials"),
    "tau2_low": message("lower 95% limit of tau²"),
    "tau2_high": message("upper 95% limit of tau²"),
}
EFFECT = {
    "estimate": message("the trial’s own effect"),
    "ci_low": message("lower 95% limit of the trial’s own effect"),
    "ci_high": message("upper 95% limit of the trial’s own effect"),
    "log_estimate": message("the trial’s own effect on the analysis scale"),
    "se": message("standard error of the trial’s own effect, analysis scale"),
    "weight": message("weight in the pooled effect, in per cent"),
}
_NATURAL = {"estimate", "ci_low", "ci_high", "pi_low", "pi_high"}
_ANALYSIS = {"log_estimate", "se", "tau2", "tau2_low", "tau2_high"}
"""Which fields are on which scale; others have none."""
_OF_ESTIMATE: Mapping[str, tuple[str, ...]] = {
    "estimate": ("log_estimate",),
    "ci_low": ("log_estimate", "se", "df"),
    "ci_high": ("log_estimate", "se", "df"),
    "pi_low": ("log_estimate", "se", "tau2", "k"),
    "pi_high": ("log_estimate", "se", "tau2", "k"),
    "statistic": ("log_estimate", "se"),
    "df": ("k",),
    "p": ("statistic", "df"),
    "q_df": ("k",),
    "q_p": ("q", "q_df"),
    "h2": ("i2",),
    "i2_low": ("tau2_low",),
    "i2_high": ("tau2_high",),
}
"""Which fields of a pooled estimate others follow from; what is not here rests on the studies."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What all entries of an outcome have in common."""

    result: OutcomeResult
    language: Language
    cells: Container[str]

    @property
    def id(self) -> str:
        return self.result.outcome.id

    @property
    def label(self) -> str:
        return self.language.label(self.result.outcome.label)

    def entry(self, key: str, label: str, of: str, value: Any, **more: Any) -> Entry:
        said = self.language.say(label)
        outcome = self.result.outcome
        more = {"target": f"table-inputs_{outcome.sensitivity_of or outcome.id}", **more}
        return Entry(key=key, kind=COMPUTED, label=said, of=of, value=value, **more)

    def scale(self, field: str) -> str:
        if field in _NATURAL:
            return "natural"
        if field not in _ANALYSIS:
            return ""
        return "log" if is_ratio(self.result.outcome.measure) else "natural"


@dataclass(frozen=True, slots=True)
class _Study:
    """A study in an analysis: its effect's key, its row, and the keys of its groups' numbers."""

    key: str
    row: StudyEffect
    raw: tuple[str, ...]
    provenance: str

    def effect(self) -> tuple[str, ...]:
        """Its effect and standard error, else what these would be computed from."""
        if self.row.log_estimate is None or self.row.se is None:
            return self.raw
        return f"{self.key}.log_estimate", f"{self.key}.se"


def outcome_entries(
    result: OutcomeResult, cells: Container[str], language: Language
) -> Iterator[Entry]:
    """Every number of an outcome's result; `cells` are the keys of the raw cells with a number."""
    context = _Context(result, language, cells)
    parts = keys.parts(result.studies)
    for study in result.studies:
        yield from _group_entries(context, study, parts[study.study, study.label])
    yield from _participants(context)
    for analysis in result.analyses:
        studies = _studies(context, analysis, parts)
        yield from _effect_entries(context, analysis, studies)
        for place, row in enumerate(analysis.estimates):
            own = [s for s in studies if not place or s.row.subgroup == row.subgroup]
            prefix, group = keys.pooled(context.id, analysis.spec.name, place), row.subgroup
            yield from _pooled_entries(
                context, analysis.spec, row, prefix, group if place else "", own
            )
            yield from _sums(context, row, prefix, own)
        yield from _test_entries(context, analysis)


def counts(result: OutcomeResult) -> tuple[str, ...]:
    """The keys of the events and totals of all groups that an outcome was pooled from."""
    outcome, parts = result.outcome.id, keys.parts(result.studies)
    return tuple(
        f"{keys.group(outcome, study.study, side, parts[study.study, study.label])}.{field}"
        for study in result.studies
        for side in ("intervention", "control")
        if (group := getattr(study, side))
        for field in ("events", "total")
        if getattr(group, field) is not None
    )


def effects(result: OutcomeResult) -> tuple[str, ...]:
    """The keys of the studies' effects and standard errors in the primary analysis."""
    parts, analysis = keys.parts(result.studies), result.analyses[0]
    return tuple(
        f"{keys.effect(row.outcome, row.analysis, row.study, parts[row.study, row.label])}.{field}"
        for row in analysis.studies
        for field in ("log_estimate", "se")
        if getattr(row, field) is not None
    )


def _studies(
    context: _Context, analysis: AnalysisResult, parts: Mapping[tuple[str, str], int]
) -> list[_Study]:
    known = {(study.study, study.label): study for study in context.result.studies}
    return [
        _Study(
            keys.effect(context.id, analysis.spec.name, row.study, parts[row.study, row.label]),
            row,
            _study_inputs(context, known[row.study, row.label], parts[row.study, row.label]),
            known[row.study, row.label].provenance,
        )
        for row in analysis.studies
    ]


def _group_entries(context: _Context, study: StudyData, part: int) -> Iterator[Entry]:
    """Both sides of a study: a single arm's numbers, or several arms' together."""
    say, comparison = context.language.say, context.result.comparison
    labels = {
        "intervention": comparison.intervention_label,
        "control": comparison.control_label,
    }
    for side, label in labels.items():
        group: Group | None = getattr(study, side)
        for field, what in _GROUP.items() if group else ():
            value = getattr(group, field)
            if value is None or group is None:
                continue
            columns = _CELLS.get(field, (field,))
            places = (keys.cell(cell, column) for cell in group.cells for column in columns)
            inputs = tuple(key for key in places if key in context.cells)
            target = {"target": f"row-{keys.place(group.cells[0])}"} if group.cells else {}
            several = len(group.cells) > 1
            yield context.entry(
                f"{keys.group(context.id, study.study, side, part)}.{field}",
                what,
                f"{context.label}; {study.label}, {context.language.label(label)}",
                value,
                inputs=inputs or (keys.outcome_choice(context.id),),
                method=say(formulas.ARMS) if several else say(formulas.ONE_ARM),
                formula="formula-combine" if several else "",
                provenance=study.provenance,
                **target,
            )


def _participants(context: _Context) -> Iterator[Entry]:
    """The patients of both sides in the first analysis."""
    analysis = context.result.analyses[0]
    row, prefix = analysis.estimates[0], keys.pooled(context.id, analysis.spec.name)
    fields = [f for f in ("total_intervention", "total_control") if getattr(row, f) is not None]
    yield context.entry(
        f"{context.id}.participants",
        message("patients of both sides, all trials"),
        context.label,
        sum(getattr(row, field) for field in fields),
        inputs=tuple(f"{prefix}.{f}" for f in fields) or (keys.outcome_choice(context.id),),
        method=context.language.say(formulas.SUM),
    )


def _effect_entries(
    context: _Context, analysis: AnalysisResult, studies: Sequence[_Study]
) -> Iterator[Entry]:
    """Each study's own effect and weight."""
    spec, say = analysis.spec, context.language.say
    pooled = keys.pooled(context.id, spec.name)
    weighing = [f"{study.key}.se" for study in studies if study.row.se is not None]
    weighing += [f"{pooled}.tau2"] if analysis.estimates[0].tau2 is not None else []
    for study in studies:
        row = study.row
        inputs: dict[str, tuple[str, ...]] = {"estimate": (f"{study.key}.log_estimate",)}
        limits = study.effect() if row.ci_method == "Wald" else study.raw
        inputs |= {"ci_low": limits, "ci_high": limits}
        inputs |= {"weight": tuple(weighing)} if _by_variance(spec) else {}
        for field, what in EFFECT.items():
            if getattr(row, field) is not None:
                method, formula = formulas.of_study(field, context.result.outcome, spec, row)
                yield context.entry(
                    f"{study.key}.{field}",
                    what,
                    f"{context.label}; {row.label}; {context.language.label(spec.label)}",
                    getattr(row, field),
                    measure=row.measure if context.scale(field) else "",
                    scale=context.scale(field),
                    inputs=(*inputs.get(field, study.raw), keys.analysis_choice(spec.name)),
                    method=say(method),
                    formula=formula,
                    provenance=study.provenance,
                    note=context.language.again(row.note),
                )


def _by_variance(spec: AnalysisSpec) -> bool:
    return spec.model in ("random", "IV", "Peto")


def _study_inputs(context: _Context, study: StudyData, part: int) -> tuple[str, ...]:
    """What a study's effect is computed from: its groups, or the cells of a published contrast."""
    contrast: Contrast | None = study.contrast
    if contrast and contrast.cells:
        return tuple(
            key
            for cell in contrast.cells
            for column in _CONTRAST
            if (key := keys.cell(cell, column)) in context.cells
        )
    return tuple(
        f"{keys.group(context.id, study.study, side, part)}.{field}"
        for side in ("intervention", "control")
        for field in _GROUP
        if (group := getattr(study, side)) and getattr(group, field) is not None
    )


def _pooled_entries(
    context: _Context,
    spec: AnalysisSpec,
    row: Estimate,
    prefix: str,
    part: str,
    studies: Sequence[_Study],
) -> Iterator[Entry]:
    """Every number of one pool, with the studies that it pools; `part` says which, if not all."""
    language = context.language
    names = (context.label, language.label(spec.label), language.label(part))
    of = "; ".join(name for name in names if name)
    chosen = (keys.outcome_choice(context.id), keys.analysis_choice(spec.name))
    for field, what in POOLED.items():
        value = getattr(row, field)
        if value is None:
            continue
        own = _OF_ESTIMATE.get(field, ())
        made = [f"{prefix}.{name}" for name in own if getattr(row, name) is not None]
        method, formula = formulas.of_pooled(field, row, spec)
        yield context.entry(
            f"{prefix}.{field}",
            what,
            of,
            value,
            measure=row.measure if context.scale(field) else "",
            scale=context.scale(field),
            inputs=(*(made or _from_studies(field, row, prefix, studies)), *chosen),
            method=language.say(method),
            formula=formula,
            note=language.again(row.note),
        )


def _sums(
    context: _Context, row: Estimate, prefix: str, studies: Sequence[_Study]
) -> Iterator[Entry]:
    """What figures add up beside a pool: weights, participants, person-time."""
    known = [s.row.weight for s in studies if s.row.weight is not None]
    totals = {
        f: n for f in ("total_intervention", "total_control") if (n := getattr(row, f)) is not None
    }
    sums: dict[str, tuple[str, Any, tuple[str, ...]]] = {
        "weight": (
            message("weights of the trials together, in per cent"),
            sum(known) if row.subgroup != "all" else 100.0,
            tuple(f"{s.key}.weight" for s in studies if s.row.weight is not None),
        ),
        "participants": (
            message("patients of both sides, all trials"),
            sum(totals.values()) if len(totals) == 2 else None,
            tuple(f"{prefix}.{field}" for field in totals),
        ),
    }
    for side in ("intervention", "control"):
        keyed = tuple(key for s in studies for key in s.raw if key.endswith(f"{side}.person_time"))
        time = _time(context, studies, side)
        sums[f"person_time_{side}"] = message("person-time of all trials"), time, keyed
    for field, (what, value, inputs) in sums.items():
        if value is not None and inputs:
            more = {"inputs": inputs, "method": context.language.say(formulas.SUM)}
            yield context.entry(f"{prefix}.{field}", what, context.label, value, **more)


def _time(context: _Context, studies: Sequence[_Study], side: str) -> float | None:
    """The person-time of one side of these studies; None where any is unknown."""
    wanted = {(study.row.study, study.row.label) for study in studies}
    groups = [getattr(s, side) for s in context.result.studies if (s.study, s.label) in wanted]
    times = [group.person_time if group else None for group in groups]
    return None if not times or None in times else fsum(time or 0.0 for time in times)


def sequence_entries(
    result: OutcomeResult, item: Sensitivity, cells: Container[str], language: Language
) -> Iterator[Entry]:
    """The pools without each study in turn, and up to each by year."""
    context, primary = _Context(result, language, cells), result.analyses[0]
    studies = _studies(context, primary, keys.parts(result.studies))
    for kind, pools, prefix, part in (
        ("leave_one_out", item.leave_one_out, "without ", message("without {study}")),
        ("cumulative", item.cumulative, "up to ", message("up to {study}")),
    ):
        seen: list[_Study] = []
        for row in pools:
            study = row.subgroup.removeprefix(prefix)
            own = [s for s in studies if s.row.study == study]
            seen += own
            pooled = seen if kind == "cumulative" else [s for s in studies if s not in own]
            at = keys.sequence(context.id, primary.spec.name, kind, study)
            named = language.say(part, study=own[0].row.label if own else study)
            yield from _pooled_entries(context, primary.spec, row, at, named, pooled)


def _from_studies(
    field: str, row: Estimate, prefix: str, studies: Sequence[_Study]
) -> tuple[str, ...]:
    """The inputs of what rests on the studies themselves."""
    what, _, side = field.partition("_")
    if side in ("intervention", "control"):
        ending = f".{side}.{what}"
        return tuple(key for study in studies for key in study.raw if key.endswith(ending))
    if field == "i2" and row.tau2 is None and row.q is not None:
        return f"{prefix}.q", f"{prefix}.q_df"
    by_counts = row.model not in ("random", "IV")
    made = [key for study in studies for key in (study.raw if by_counts else study.effect())]
    if row.tau2 is not None and field in ("log_estimate", "se", "i2"):
        made.append(f"{prefix}.tau2")
    return tuple(made)


def _test_entries(context: _Context, analysis: AnalysisResult) -> Iterator[Entry]:
    """The tests beside an analysis: of subgroup differences, of the stratified table."""
    spec, language = analysis.spec, context.language
    rows = [(place, row) for place, row in enumerate(analysis.estimates) if row.se is not None]
    pooled = [place for place, _ in rows if place] or [place for place, _ in rows]
    inputs = [
        f"{keys.pooled(context.id, spec.name, place)}.{field}"
        for place in pooled
        for field in ("log_estimate", "se")
    ]
    for test in analysis.tests:
        prefix = keys.test(context.id, spec.name, test.name)
        for field in ("statistic", "df", "p"):
            if getattr(test, field) is not None:
                yield context.entry(
                    f"{prefix}.{field}",
                    formulas.TEST[field],
                    f"{context.label}; {language.label(spec.label)}; {language.say(test.name)}",
                    getattr(test, field),
                    inputs=(*inputs, keys.analysis_choice(spec.name)),
                    method=language.say(test.name),
                    formula="formula-subgroups" if "subgroup" in test.name else "",
                )
