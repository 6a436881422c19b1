"""What a forest plot says: its columns, rows, marks and lines of statistics, as plain text.

The order and the words are those of Cochrane reviews: study, data of both groups, weight, effect.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from string import ascii_uppercase
from typing import Literal

from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.style import BLUE
from metasynth.figures.forest.columns import Column, columns, pooled_cells, study_cells
from metasynth.figures.forest.preset import JOURNAL, Preset, arrange
from metasynth.figures.forest.statistics import heterogeneity, notes, statistics
from metasynth.figures.observed import STUDIES_TABLE
from metasynth.figures.outcome import (
    analysis_label,
    chosen_analyses,
    compares,
    group_names,
    left_out_of,
    of_effect,
    one_group,
    overall,
    part_label,
    studies_with_effects,
    study_label,
)
from metasynth.figures.plots.risk_of_bias import (
    LEVELS,
    NOT_JUDGED,
    Judgements,
    domain_names,
    level,
    signs_note,
)
from metasynth.language import keys
from metasynth.language.cluster_names import heading
from metasynth.language.formats import MISSING, NumberStyle
from metasynth.language.interval_names import PREDICTION, interval_name, intervals_name
from metasynth.language.languages import Language
from metasynth.language.moderators import group_name
from metasynth.language.printed import Printed, of_pool, predicts_more
from metasynth.language.sentences import in_words, noun
from metasynth.language.tracked import bare
from metasynth.model import bounds, clusters
from metasynth.model.methods import CREDIBLE
from metasynth.model.primary_effects import is_logarithmic
from metasynth.model.records import AnalysisResult, Estimate, OutcomeResult, StudyData, StudyEffect

PITCH = 13.0
"""Height of a row, in points, where rows are few enough."""

Shape = Literal["square", "diamond", "interval"]
Kind = Literal["heading", "study", "subtotal", "total", "prediction", "note"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a row shows on the graph, on the natural scale; a limit of None has no end.

    The square of a `second` analysis is a circle; the interval of a posterior is `credible`.
    Shapes: a square with its interval, a diamond, or an interval alone. `weight` is in per cent.
    """

    shape: Shape
    estimate: float | None
    low: float | None
    high: float | None
    weight: float = 0.0
    second: bool = False
    credible: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a label, a cell for each column (empty where there is nothing to say), a mark.

    `dots` are judgements of risk of bias, one for each domain of the figure; `key` is that of the
    result which the mark shows. `before` is drawn above the mark, paler: what the row showed
    without the rest.
    """

    kind: Kind
    label: str
    cells: tuple[str, ...] = ()
    mark: Mark | None = None
    dots: tuple[str, ...] = ()
    indented: bool = False
    key: str = ""
    before: Mark | None = None


@dataclass(frozen=True, slots=True)
class Forest:
    """All that a forest plot says; `reference` is the pooled effect of its first analysis.

    `band` are the marks of studies that are too many for a row each, in the order of their effects,
    and `band_note` what they are. `domains` are the headings of `dots` of risk of bias, which stand
    on one side of the graph; `colour` is that of the squares, `largest` the side of the heaviest
    and the height of diamonds, in points, where rows are that high, which is `pitch`. Of
    `one_group` (see `outcome.one_group`) no value means no effect. A diamond that reaches `widest`
    times as far as the studies, or further, is clipped.
    """

    study_heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    statistics: tuple[str, ...]
    notes: tuple[str, ...]
    favours: tuple[str, str]
    logarithmic: bool
    reference: float | None
    domains: tuple[str, ...] = ()
    dots: Literal["left", "right"] = "right"
    colour: str = BLUE
    dots_heading: str = ""
    largest: float = 9.0
    widest: float = 1.6
    one_group: str = ""
    band: tuple[Mark, ...] = ()
    band_note: str = ""
    pitch: float = PITCH


def forest_rows(
    result: OutcomeResult,
    analyses: Sequence[str] | None,
    language: Language,
    preset: Preset = JOURNAL,
    judgements: Judgements | None = None,
) -> Forest:
    """Compose the forest plot of an outcome; the first of `analyses` gives weights and effects.

    `judgements` are those of each study by its id, in the order of domains.

    Raises:
        KeyError: when an analysis is named that the result does not have.
    """
    chosen = chosen_analyses(result, analyses)
    first = chosen[0] if chosen else None
    many = len(result.studies) > bounds.DRAWN_ROWS
    judgements = None if many else judgements
    domains = domain_names(judgements)
    band, band_note = _band(result, first, language) if many else ((), "")
    dots = _dots(result, judgements, domains)
    studies = list(_study_rows(result, first, dots, language))
    if not studies and not result.studies:
        studies = [Row("note", language.say("No study has data on this outcome."))]
    pools = _pooled_rows(result, chosen, language)
    rows = [*studies, *pools, *_left_out_rows(result, first, dots, language)]
    pooled = overall(first) if first else None
    ratio = is_logarithmic(result)
    every = columns(result, first, language, heading=interval_heading(rows, language))
    arranged, order = arrange(every, preset)
    spoken = with_effects(rows, result.outcome.measure, limits(preset, ratio, language.numbers))
    ordered = [replace(row, cells=order.cells(row.cells)) for row in spoken]
    shown, told = _with_weights(arranged, ordered)
    return Forest(
        language.say("Study"),
        tuple(_in_brackets(column, preset) for column in shown),
        told,
        statistics(chosen, language),
        (*notes(chosen, language, daggers=not many), *_domain_notes(rows, domains, language)),
        favours(result, language),
        ratio,
        pooled.estimate if pooled else None,
        tuple(ascii_uppercase[: len(domains)]),
        preset.dots,
        preset.colour,
        language.say("Risk of bias") if domains else "",
        one_group=one_group(result),
        band=band,
        band_note=band_note,
    )


def _with_weights(
    columns: Sequence[Column], rows: Sequence[Row]
) -> tuple[tuple[Column, ...], tuple[Row, ...]]:
    """Columns and rows without the column of weights, where the model gives trials none."""
    place = next((i for i, column in enumerate(columns) if column.kind == "weight"), None)
    cells = [row.cells[place] for row in rows if row.cells and place is not None]
    if place is None or any(bare(cell) not in ("", MISSING) for cell in cells):
        return tuple(columns), tuple(rows)
    less = [replace(row, cells=(*row.cells[:place], *row.cells[place + 1 :])) for row in rows]
    return (*columns[:place], *columns[place + 1 :]), tuple(less)


def _in_brackets(column: Column, preset: Preset) -> Column:
    if column.kind != "effect":
        return column
    return replace(column, heading=name(bare(column.heading).strip("[]").join(preset.brackets)))


# --- risk of bias ---------------------------------------------------------------------------------


def _dots(
    result: OutcomeResult, judgements: Judgements | None, domains: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Each study's judgements in the order of `domains`, empty where there is none."""
    by_study = {
        study.study: {j.domain: j.judgement for j in (judgements or {}).get(study.study, ())}
        for study in result.studies
    }
    return {study: tuple(own.get(d, "") for d in domains) for study, own in by_study.items()}


def _domain_notes(rows: Sequence[Row], domains: Sequence[str], language: Language) -> Iterator[str]:
    """What the letters above the dots mean, and the signs in them."""
    if domains:
        pairs = zip(ascii_uppercase, domains, strict=False)
        named = "; ".join(f"{letter} {name(language.label(domain))}" for letter, domain in pairs)
        yield language.say("Risk of bias: {domains}.", domains=named)
        present = {level(judgement) for row in rows for judgement in row.dots if judgement}
        yield signs_note([sign for sign in LEVELS if sign in present], language)
        if any("" in row.dots for row in rows):
            yield language.say(NOT_JUDGED)


# --- studies --------------------------------------------------------------------------------------


def _study_rows(
    result: OutcomeResult,
    analysis: AnalysisResult | None,
    dots: Mapping[str, tuple[str, ...]],
    language: Language,
) -> Iterator[Row]:
    """Studies in the order of the data; under headings and with subtotals where there are any.

    Of very many studies the subtotals alone.
    """
    many = len(result.studies) > bounds.DRAWN_ROWS
    left_out = set(left_out_of(result, analysis))
    effects = studies_with_effects(result, analysis)
    studies = [pair for pair in effects if (pair[0].study, pair[0].label) not in left_out]
    subtotals = [e for e in (analysis.estimates if analysis else ()) if e.subgroup != "all"]
    for place, subtotal in enumerate(analysis.estimates if analysis else ()):
        if subtotal.subgroup == "all":
            continue
        members = [pair for pair in studies if pair[0].subgroup == subtotal.subgroup]
        yield Row("heading", name(group_name(subtotal.subgroup, language)))
        if not many:
            yield from _by_cluster(result, members, dots, language)
        weight = fsum(effect.weight or 0.0 for _, effect in members if effect)
        label = language.say("Subtotal")
        yield _pooled_row(result, subtotal, label, weight, language, place)
        yield Row("note", heterogeneity(subtotal, language, place))
    named = {subtotal.subgroup for subtotal in subtotals}
    others = [pair for pair in studies if pair[0].subgroup not in named and not many]
    if subtotals and others:
        yield Row("heading", language.say("In no subgroup"))
    yield from _by_cluster(result, others, dots, language)


def _by_cluster(
    result: OutcomeResult,
    pairs: Sequence[tuple[StudyData, StudyEffect | None]],
    dots: Mapping[str, tuple[str, ...]],
    language: Language,
) -> Iterator[Row]:
    """Studies, those of one cluster below its heading where the analysis knows clusters.

    The effects of one trial stand below its name, each by what it is of it.
    """
    groups: dict[str, list[tuple[StudyData, StudyEffect | None]]] = {}
    for study, effect in pairs:
        own = clusters.name(effect) if effect else clusters.name(study)
        groups.setdefault(own, []).append((study, effect))
    known = any(effect and effect.cluster for _, effect in pairs)
    for members in groups.values():
        rows = [_study_row(result, *member, dots, language) for member in members]
        if known and len(rows) > 1:
            studies = [study for study, _ in members]
            yield Row("heading", name(heading(studies, language)))
            rows = [replace(row, indented=True) for row in rows]
            if len({study.study for study in studies}) == 1:
                rows = [_as_part(row, study) for row, study in zip(rows, studies, strict=True)]
        yield from rows


def _as_part(row: Row, study: StudyData) -> Row:
    """A row below the name of its trial, which it need not repeat."""
    mark = row.label.removeprefix(study_label(study))
    return replace(row, label=part_label(study) + mark)


def _left_out_rows(
    result: OutcomeResult,
    analysis: AnalysisResult | None,
    dots: Mapping[str, tuple[str, ...]],
    language: Language,
) -> Iterator[Row]:
    """Below the totals, which do not count them: the studies with data that are not pooled.

    Of very many studies the reasons alone.
    """
    reasons = left_out_of(result, analysis)
    for reason in dict.fromkeys(reasons.values()):
        why = name(in_words(reason, language))
        yield Row("heading", language.say("Left out: {reason}", reason=why))
        for study in result.studies if len(result.studies) <= bounds.DRAWN_ROWS else ():
            if reasons.get((study.study, study.label)) == reason:
                yield _study_row(result, study, None, dots, language)


def _band(
    result: OutcomeResult, analysis: AnalysisResult | None, language: Language
) -> tuple[tuple[Mark, ...], str]:
    """The marks of very many studies, the smallest effect first, and what is said beside them."""
    marks = [
        Mark("square", effect.estimate, effect.ci_low, effect.ci_high)
        for _, effect in studies_with_effects(result, analysis)
        if effect
    ]
    marks.sort(key=lambda mark: mark.estimate or 0.0)
    said = Printed(keys.figure(result.outcome.id, "forest"), language.numbers)
    note = language.say(
        "{k} studies in the order of their effects: each line is the confidence interval of one, "
        "and the mark on it the estimate. Their numbers stand in {file}.",
        k=said.count("k", len(marks)),
        file=name(STUDIES_TABLE),
    )
    return tuple(marks), note


def _study_row(
    result: OutcomeResult,
    study: StudyData,
    effect: StudyEffect | None,
    dots: Mapping[str, tuple[str, ...]],
    language: Language,
) -> Row:
    data, own = study_cells(result, study, language), dots[study.study]
    if effect is None:
        cells = (*data, MISSING, language.say("Not estimable"))
        return Row("study", study_label(study), cells, dots=own)
    said = of_effect(result, effect, language)
    weight = said.percent("weight", effect.weight, 1)
    mark = Mark("square", effect.estimate, effect.ci_low, effect.ci_high, effect.weight or 0.0)
    label = study_label(study) + (" †" if effect.corrected else "")
    return Row("study", label, (*data, weight, ""), mark, own, key=said.at)


# --- pooled results -------------------------------------------------------------------------------


def _pooled_rows(
    result: OutcomeResult, analyses: Sequence[AnalysisResult], language: Language
) -> Iterator[Row]:
    """A diamond for each analysis, each followed by its prediction interval.

    Where a single study has an effect there is nothing to pool, and no diamond.
    """
    width = len(columns(result, None, language))
    said: tuple[str, ...] | None = None
    for analysis in analyses:
        label, pooled = analysis_label(analysis), overall(analysis)
        if pooled is not None and pooled.k == 1:
            continue
        if pooled is None:
            yield Row("total", label, ("",) * (width - 1) + (language.say("Not estimable"),))
            continue
        weighed = any(study.weight is not None for study in analysis.studies)
        row = _pooled_row(result, pooled, label, 100.0 if weighed else None, language)
        # Totals are said once: a second analysis of the same data adds nothing to them.
        cells = tuple(map(bare, row.cells[:-2]))
        yield replace(row, cells=("",) * width) if cells == said else row
        said = cells if said is None else said
        if predicts_more(pooled, language):
            mark = Mark("interval", None, pooled.pi_low, pooled.pi_high)
            label = name(language.say("95% prediction interval"))
            yield Row("prediction", label, ("",) * width, mark, key=row.key)


def _pooled_row(
    result: OutcomeResult,
    pooled: Estimate,
    label: str,
    weight: float | None,
    language: Language,
    place: int = 0,
) -> Row:
    kind: Kind = "total" if pooled.subgroup == "all" else "subtotal"
    said = of_pool(pooled, language.numbers, place)
    data = pooled_cells(result, pooled, said)
    if pooled.estimate is None:
        return Row(kind, label, (*data, "", language.say("Not estimable")))
    mark = pooled_mark("diamond", pooled)
    cells = (*data, said.percent("weight", weight, 1), "")
    return Row(kind, label, cells, mark, key=said.at)


# --- what all rows share --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """How an effect and its limits read: the language's numbers, brackets, what stands between."""

    numbers: NumberStyle
    brackets: tuple[str, str]
    separator: str


def limits(preset: Preset, ratio: bool, numbers: NumberStyle) -> Limits:
    """The look of limits in a preset's layout."""
    own = preset.separators[0 if ratio else 1] if preset.separators else numbers.separator
    return Limits(numbers, preset.brackets, own)


def pooled_mark(shape: Shape, pooled: Estimate, weight: float = 0.0) -> Mark:
    """The mark of a pooled estimate."""
    credible = pooled.ci_method == CREDIBLE
    limits = pooled.estimate, pooled.ci_low, pooled.ci_high
    return Mark(shape, *limits, weight, credible=credible)


def _kinds(rows: Sequence[Row]) -> set[bool]:
    """Whether intervals are credible: of all rows but predictions."""
    return {row.mark.credible for row in rows if row.mark and row.kind != "prediction"}


def interval_heading(rows: Sequence[Row], language: Language) -> str:
    """The heading of the column of effects: what the intervals of these rows are."""
    kind = intervals_name(_kinds(rows), language)
    return name(language.say("[95% {interval}]", interval=kind))


def _named(row: Row) -> str:
    """What an interval is, behind its numbers, where a figure has intervals of both kinds."""
    assert row.mark is not None
    kind = interval_name(row.mark.credible)
    return "\u00a0" + (PREDICTION if row.kind == "prediction" else kind)


def with_effects(rows: Sequence[Row], measure: str, look: Limits) -> tuple[Row, ...]:
    """Say each mark in the last column, where it is blank: nothing is padded within brackets.

    Where some intervals are credible and others are not, each says what it is.
    """
    both = len(_kinds(rows)) > 1

    def told(row: Row) -> Row:
        said = _said(row, measure, look) + (_named(row) if both else "")
        return replace(row, cells=(*row.cells[:-1], said))

    return tuple(told(row) if row.mark and not row.cells[-1] else row for row in rows)


def _said(row: Row, measure: str, look: Limits) -> str:
    """An estimate and its interval, or an interval alone."""
    assert row.mark is not None
    own, of = Printed(row.key, look.numbers), "pi" if row.kind == "prediction" else "ci"
    low = own.estimate(f"{of}_low", measure, row.mark.low)
    high = own.estimate(f"{of}_high", measure, row.mark.high)
    limits = look.brackets[0] + low + look.separator + high + look.brackets[1]
    if row.mark.estimate is None:
        return limits
    return f"{own.estimate('estimate', measure, row.mark.estimate)} {limits}"


def favours(result: OutcomeResult, language: Language) -> tuple[str, str]:
    """The labels left and right of no effect; none where there is no comparison.

    A larger effect means more of the outcome under the intervention, which is in its favour when
    the outcome is a benefit. The review may have words of its own.
    """
    if result.outcome.favours:
        left, right = map(language.label, result.outcome.favours)
        return f"←\u00a0{left}", f"{right}\u00a0→"
    if not compares(result):
        return "", ""
    intervention, control = group_names(result, language)
    benefit = result.outcome.direction == "benefit"
    left, right = (control, intervention) if benefit else (intervention, control)
    return (
        "←\u00a0" + language.say("Favours {group}", group=noun(left, language)),
        language.say("Favours {group}", group=noun(right, language)) + "\u00a0→",
    )
