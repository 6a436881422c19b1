"""An outcome's numbers as entries: combined groups, studies' effects, pooled estimates, tests."""

from collections.abc import Container, Iterator, Sequence
from math import fsum

from metasynth.language import keys
from metasynth.language.languages import Language, message
from metasynth.language.sentences import in_words
from metasynth.model.conversions import CONVERSIONS, DESIGNS, MEDIANS
from metasynth.model.methods import compares
from metasynth.model.records import AnalysisResult, AnalysisSpec, Group, OutcomeResult, StudyData
from metasynth.model.units import RULE
from metasynth.provenance import formulas
from metasynth.provenance.context import GROUP, Context, Study, assumed_keys, studies_of
from metasynth.provenance.entry import Entry
from metasynth.provenance.pools import LEVELS, pooled_entries, sums

_CELLS = {
    "mean": ("mean", "total"),
    "sd": ("sd", "mean", "total"),
    "correlation": ("correlation", "total"),
    "baseline_sd": ("baseline_sd", "total"),
    "change_correlation": ("change_correlation", "total"),
}
_OF_MEANS = frozenset(
    (*MEDIANS, "mean-of-median", "change-of-means", "means-of-total", "mean-of-difference")
)
_OF_EVENTS = frozenset(("events-of-total", "events-of-effect"))
_OF_CORRELATIONS = frozenset(("correlation-of-change", "correlation-of-change-assumed"))
_OF_EFFECTS = frozenset(("smd-of-odds-ratio", "odds-ratio-of-smd"))
_OTHERS = _OF_MEANS | _OF_EVENTS | _OF_CORRELATIONS | _OF_EFFECTS | DESIGNS
_OF_SPREADS = (frozenset(CONVERSIONS) - _OTHERS) | frozenset(MEDIANS)
_MADE = {
    "mean": _OF_MEANS,
    "sd": _OF_SPREADS,
    "events": _OF_EVENTS | DESIGNS,
    "total": DESIGNS,
    "person_time": DESIGNS,
    "baseline_sd": frozenset((RULE,)),
    "change_correlation": _OF_CORRELATIONS,
}
"""The rules by what they give; a median gives both a mean and a standard deviation."""
EFFECT = {
    "estimate": message("the trial’s own effect"),
    "ci_low": message("lower 95% limit of the trial’s own effect"),
    "ci_high": message("upper 95% limit of the trial’s own effect"),
    "log_estimate": message("the trial’s own effect on the analysis scale"),
    "se": message("standard error of the trial’s own effect, analysis scale"),
    "weight": message("weight in the pooled effect, in per cent"),
}


def outcome_entries(
    result: OutcomeResult, cells: Container[str], language: Language
) -> Iterator[Entry]:
    """Every number of an outcome's result; `cells` are the keys of the raw cells with a number."""
    context = Context(result, language, cells)
    parts = keys.parts(result.studies)
    for study in result.studies:
        yield from _group_entries(context, study, parts[study.study, study.label])
    yield from _participants(context)
    for analysis in result.analyses:
        studies = studies_of(context, analysis, parts)
        yield from _effect_entries(context, analysis, studies)
        for place, row in enumerate(analysis.estimates):
            own = [s for s in studies if not place or s.row.subgroup == row.subgroup]
            prefix, group = keys.pooled(context.id, analysis.spec.name, place), row.subgroup
            yield from pooled_entries(
                context, analysis.spec, row, prefix, group if place else "", own
            )
            yield from sums(context, row, prefix, own)
        for place, row in enumerate(analysis.components, len(analysis.estimates)):
            prefix = keys.pooled(context.id, analysis.spec.name, place)
            yield from pooled_entries(context, analysis.spec, row, prefix, row.subgroup, studies)
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


def _group_entries(context: Context, study: StudyData, part: int) -> Iterator[Entry]:
    """Both sides of a study: a single arm's numbers, or several arms' together."""
    say, comparison = context.language.say, context.result.comparison
    labels = {
        "intervention": comparison.intervention_label,
        "control": comparison.control_label,
    }
    for side, label in labels.items():
        group: Group | None = getattr(study, side)
        for field, what in GROUP.items() if group else ():
            value = getattr(group, field)
            if value is None or group is None:
                continue
            columns = (*_CELLS.get(field, (field,)), *_rule_columns(group, field))
            places = (keys.cell(cell, column) for cell in group.cells for column in columns)
            inputs = tuple(dict.fromkeys(key for key in places if key in context.cells))
            inputs += _assumed(group, field)
            target = {"target": f"row-{keys.place(group.cells[0])}"} if group.cells else {}
            several, rules = len(group.arm_ids) > 1, _rules(group, field)
            how = [say(CONVERSIONS[rule].label) for rule in rules]
            how += (
                []
                if rules and not several
                else [say(formulas.ARMS if several else formulas.ONE_ARM)]
            )
            yield context.entry(
                f"{keys.group(context.id, study.study, side, part)}.{field}",
                what,
                f"{context.label}; {study.label}, {context.language.label(label)}",
                value,
                inputs=inputs or (keys.outcome_choice(context.id),),
                method="; ".join(how),
                formula="formula-combine" if several else _formula(rules),
                provenance=study.provenance,
                **target,
            )


def _rules(group: Group, field: str) -> tuple[str, ...]:
    """The rules by which a group has a number that is not printed."""
    return tuple(rule for rule in group.rules if rule in _MADE.get(field, ()))


def _rule_columns(group: Group, field: str) -> Iterator[str]:
    """The columns that these read."""
    for rule in _rules(group, field):
        yield from CONVERSIONS[rule].columns


def _formula(rules: Sequence[str]) -> str:
    return CONVERSIONS[rules[-1]].anchor if rules else ""


def _assumed(group: Group, field: str) -> tuple[str, ...]:
    """The keys of what a number assumes."""
    return assumed_keys(_rules(group, field))


def _participants(context: Context) -> Iterator[Entry]:
    """The patients of both sides in the first analysis, where each is known."""
    analysis = context.result.analyses[0]
    row, prefix = analysis.estimates[0], keys.pooled(context.id, analysis.spec.name)
    sides = ("intervention", "control") if compares(context.result.outcome) else ("intervention",)
    fields = [f"total_{side}" for side in sides]
    if any(getattr(row, field) is None for field in fields):
        return
    yield context.entry(
        f"{context.id}.participants",
        message("patients of all groups, all trials"),
        context.label,
        sum(getattr(row, field) for field in fields),
        inputs=tuple(f"{prefix}.{f}" for f in fields),
        method=context.language.say(formulas.SUM),
    )


def _effect_entries(
    context: Context, analysis: AnalysisResult, studies: Sequence[Study]
) -> Iterator[Entry]:
    """Each study's own effect and weight."""
    spec, say = analysis.spec, context.language.say
    pooled = keys.pooled(context.id, spec.name)
    levels = [
        f"{pooled}.{field}" for field in LEVELS if getattr(analysis.estimates[0], field) is not None
    ]
    errors = [f"{study.key}.se" for study in studies] if levels else []
    tau2 = [f"{pooled}.tau2"] if analysis.estimates[0].tau2 is not None else []
    if by_variance := _by_variance(spec):
        yield _sum_of_weights(context, analysis, studies, tau2)
    for study in studies:
        row = study.row
        inputs: dict[str, tuple[str, ...]] = {"estimate": (f"{study.key}.log_estimate",)}
        limits = study.effect() if row.ci_method == "Wald" else study.raw
        inputs |= {"ci_low": limits, "ci_high": limits}
        if by_variance:
            inputs["weight"] = (f"{study.key}.se", *tau2, f"{pooled}.sum_of_weights")
        elif levels:
            inputs["weight"] = (*errors, *levels)
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
                    note=in_words(row.note, context.language),
                )


def _sum_of_weights(
    context: Context, analysis: AnalysisResult, studies: Sequence[Study], tau2: Sequence[str]
) -> Entry:
    """What each weight is a share of: once, as all trials behind each of them would be a square."""
    spec, between = analysis.spec, analysis.estimates[0].tau2 or 0.0
    errors = {f"{study.key}.se": study.row.se for study in studies if study.row.se is not None}
    return context.entry(
        f"{keys.pooled(context.id, spec.name)}.sum_of_weights",
        message("sum of the weights, the reciprocals of the variances"),
        f"{context.label}; {context.language.label(spec.label)}",
        fsum(1 / (se**2 + between) for se in errors.values() if se),
        inputs=(*errors, *tau2, keys.analysis_choice(spec.name)),
        method=context.language.say(formulas.SUM_OF_WEIGHTS),
    )


def _by_variance(spec: AnalysisSpec) -> bool:
    return spec.model in ("random", "IV", "Peto")


def _test_entries(context: Context, analysis: AnalysisResult) -> Iterator[Entry]:
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
