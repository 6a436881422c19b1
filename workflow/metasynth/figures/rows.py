"""What a forest plot says: its columns, rows, marks and lines of statistics, as plain text.

The order and the words are those of Cochrane reviews: study, data of both groups, weight, effect.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from metasynth.figures.language import MEASURES, Language
from metasynth.figures.text import clean
from metasynth.formats import (
    FIGURE_SPACE,
    MISSING,
    NumberStyle,
    aligned,
    count,
    estimate,
    number,
    p_value,
    percent,
    positive,
    stated,
)
from metasynth.methods import is_ratio
from metasynth.records import AnalysisResult, Estimate, Group, OutcomeResult, StudyData, StudyEffect

Kind = Literal["heading", "study", "subtotal", "total", "prediction", "note"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a row shows on the graph, on the natural scale; a limit of None has no end.

    Shapes: a square with its interval, a diamond, or an interval alone. `weight` is in per cent.
    """

    shape: Literal["square", "diamond", "interval"]
    estimate: float | None
    low: float | None
    high: float | None
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a label, a cell for each column (empty where there is nothing to say), a mark."""

    kind: Kind
    label: str
    cells: tuple[str, ...] = ()
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers under its own heading, and under that of a group where it has one."""

    heading: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Forest:
    """All that a forest plot says; `reference` is the pooled effect of its first analysis."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    statistics: tuple[str, ...]
    notes: tuple[str, ...]
    study_heading: str
    logarithmic: bool
    favours: tuple[str, str]
    reference: float | None


def forest_rows(
    result: OutcomeResult, analyses: Sequence[str] | None, language: Language
) -> Forest:
    """Compose the forest plot of an outcome; the first of `analyses` gives weights and effects.

    Raises:
        KeyError: when an analysis is named that the result does not have.
    """
    by_name = {analysis.spec.name: analysis for analysis in result.analyses}
    chosen = [by_name[name] for name in (analyses if analyses is not None else by_name)]
    columns = _columns(result, language)
    studies = list(_study_rows(result, chosen, language))
    studies = studies or [Row("note", language.say("No study has data on this outcome."))]
    rows = [*studies, *_pooled_rows(result, chosen, language)]
    overall = _overall(chosen[0]) if chosen else None
    return Forest(
        columns=columns,
        rows=_with_effects(rows, result.outcome.measure, language.numbers),
        statistics=tuple(_statistics(chosen, language)),
        notes=tuple(_notes(chosen, language)),
        study_heading=language.say("Study"),
        logarithmic=is_logarithmic(result),
        favours=_favours(result, language),
        reference=overall.estimate if overall else None,
    )


def is_logarithmic(result: OutcomeResult) -> bool:
    """Whether the effects are ratios; those of a declared generic measure show it themselves."""
    effects = (effect for analysis in result.analyses for effect in analysis.studies)
    return is_ratio(result.outcome.measure) or any(
        effect.log_estimate is not None and effect.log_estimate != effect.estimate
        for effect in effects
    )


# --- columns --------------------------------------------------------------------------------------


def _columns(result: OutcomeResult, language: Language) -> tuple[Column, ...]:
    comparison = result.comparison
    groups = (
        clean(comparison.intervention_label) or language.say("Intervention"),
        clean(comparison.control_label) or language.say("Control"),
    )
    headings = {"binary": ("Events", "Total"), "continuous": ("Mean", "SD", "Total")}
    data = [
        Column(language.say(heading), group)
        for group in groups
        for heading in headings.get(result.outcome.type, ())
    ]
    measure = MEASURES.get(result.outcome.measure, clean(result.outcome.measure))
    effect = Column(language.say("[95% CI]"), language.say(measure))
    return (*data, Column(language.say("Weight")), effect)


def _data_cells(result: OutcomeResult, study: StudyData, language: Language) -> list[str]:
    groups = (study.intervention, study.control)
    if result.outcome.type == "binary":
        return [cell for group in groups for cell in _events_of(group)]
    if result.outcome.type == "continuous":
        decimals = _decimals(result)
        return [cell for group in groups for cell in _mean_of(group, decimals, language)]
    return []


def _events_of(group: Group | None) -> list[str]:
    return [count(group.events if group else None), count(group.total if group else None)]


def _mean_of(group: Group | None, decimals: int, language: Language) -> list[str]:
    mean, sd, total = (group.mean, group.sd, group.total) if group else (None, None, None)
    return [*(number(x, decimals, language.numbers) for x in (mean, sd)), count(total)]


def _decimals(result: OutcomeResult) -> int:
    """As many decimals as the most precise mean or SD was given with, at most two."""
    groups = (group for study in result.studies for group in (study.intervention, study.control))
    values = (x for group in groups if group for x in (group.mean, group.sd) if x is not None)
    return max((_decimals_of(x) for x in values), default=0)


def _decimals_of(x: float) -> int:
    return next((n for n in (0, 1) if round(x, n) == x), 2)


# --- rows -----------------------------------------------------------------------------------------


def _study_rows(
    result: OutcomeResult, chosen: Sequence[AnalysisResult], language: Language
) -> Iterable[Row]:
    """Studies in the order of the data, by subgroup where the analysis has subgroups."""
    first = chosen[0] if chosen else None
    effects = {(e.study, e.label): e for e in first.studies} if first else {}
    subgroups = [e for e in first.estimates if e.subgroup != "all"] if first else []
    if not subgroups:
        for study in result.studies:
            yield _study_row(result, study, effects.get((study.study, study.label)), language)
        return
    named = {e.subgroup for e in subgroups}
    for subtotal in subgroups:
        yield Row("heading", clean(subtotal.subgroup))
        for study in result.studies:
            if study.subgroup == subtotal.subgroup:
                yield _study_row(result, study, effects.get((study.study, study.label)), language)
        yield _pooled_row(result, subtotal, "subtotal", language.say("Subtotal"), language)
        yield Row("note", _heterogeneity(subtotal, language))
    others = [study for study in result.studies if study.subgroup not in named]
    if others:
        yield Row("heading", language.say("In no subgroup"))
    for study in others:
        yield _study_row(result, study, effects.get((study.study, study.label)), language)


def _study_row(
    result: OutcomeResult, study: StudyData, effect: StudyEffect | None, language: Language
) -> Row:
    data = _data_cells(result, study, language)
    label = clean(study.label) or study.study
    if effect is None or effect.estimate is None:
        cells = (*data, MISSING, language.say("Not estimable"))
        return Row("study", label, cells)
    weight = percent(effect.weight, 1, language.numbers)
    if effect.corrected:
        label += " †"
    mark = Mark("square", effect.estimate, effect.ci_low, effect.ci_high, effect.weight or 0.0)
    return Row("study", label, (*data, weight, ""), mark)


def _pooled_rows(
    result: OutcomeResult, chosen: Sequence[AnalysisResult], language: Language
) -> Iterable[Row]:
    shown: tuple[str, ...] = ()
    for analysis in chosen:
        label = clean(analysis.spec.label or analysis.spec.name)
        overall = _overall(analysis)
        if overall is None or overall.estimate is None:
            blank = ("",) * (len(_columns(result, language)) - 1)
            yield Row("total", label, (*blank, language.say("Not estimable")))
            continue
        row = _pooled_row(result, overall, "total", label, language)
        data = row.cells[:-1]
        # Totals are said once: a second analysis of the same data adds nothing to them.
        yield replace(row, cells=("",) * len(data) + row.cells[-1:]) if data == shown else row
        shown = shown or data
        if overall.pi_low is not None or overall.pi_high is not None:
            yield _prediction_row(overall, len(data), language)


def _overall(analysis: AnalysisResult) -> Estimate | None:
    return next((e for e in analysis.estimates if e.subgroup == "all"), None)


def _pooled_row(
    result: OutcomeResult, pooled: Estimate, kind: Kind, label: str, language: Language
) -> Row:
    totals = (count(pooled.total_intervention), count(pooled.total_control))
    events = (count(pooled.events_intervention), count(pooled.events_control))
    data = {
        "binary": (events[0], totals[0], events[1], totals[1]),
        "continuous": ("", "", totals[0], "", "", totals[1]),
    }.get(result.outcome.type, ())
    if pooled.estimate is None:
        return Row(kind, label, (*data, "", language.say("Not estimable")))
    weight = percent(100.0, 1, language.numbers) if kind == "total" else ""
    mark = Mark("diamond", pooled.estimate, pooled.ci_low, pooled.ci_high)
    return Row(kind, label, (*data, weight, ""), mark)


def _prediction_row(pooled: Estimate, data_columns: int, language: Language) -> Row:
    mark = Mark("interval", None, pooled.pi_low, pooled.pi_high)
    label = language.say("95% prediction interval")
    return Row("prediction", label, ("",) * (data_columns + 1), mark)


# --- effects, aligned -----------------------------------------------------------------------------


def _with_effects(rows: Sequence[Row], measure: str, numbers: NumberStyle) -> tuple[Row, ...]:
    """Say each mark in the last column: estimates and limits aligned, padded with figure spaces."""
    marks = [row.mark for row in rows if row.mark]
    estimates = aligned(
        "" if m.estimate is None else estimate(measure, m.estimate, numbers) for m in marks
    )
    lows = aligned(estimate(measure, mark.low, numbers) for mark in marks)
    highs = aligned(estimate(measure, mark.high, numbers) for mark in marks)
    texts = (
        f"{x} [{low}{numbers.separator}{high}]".lstrip(FIGURE_SPACE + " ")
        for x, low, high in zip(estimates, lows, highs, strict=True)
    )
    return tuple(
        replace(row, cells=(*row.cells[:-1], next(texts))) if row.mark else row for row in rows
    )


# --- statistics -----------------------------------------------------------------------------------


def _statistics(chosen: Sequence[AnalysisResult], language: Language) -> Iterable[str]:
    """Heterogeneity of each analysis, then the test of each overall effect, each line once."""
    pooled = [(analysis, _overall(analysis)) for analysis in chosen]
    usable = [(a, e) for a, e in pooled if e is not None and e.estimate is not None]
    for say in (_heterogeneity, _overall_effect):
        lines: dict[str, list[str]] = {}
        for analysis, e in usable:
            if text := say(e, language):
                lines.setdefault(text, []).append(clean(analysis.spec.label or analysis.spec.name))
        for text, labels in lines.items():
            yield text if len(labels) == len(usable) else f"{text} – {', '.join(labels)}"


def _heterogeneity(e: Estimate, language: Language) -> str:
    """One line of Cochrane's heterogeneity statistics."""
    if not e.q_df or e.q is None:
        return language.say("Heterogeneity: not applicable")
    numbers = language.numbers
    p = stated("p", p_value(e.q_p, numbers))
    parts = [
        *([stated("Tau²", positive(e.tau2, numbers))] if e.tau2 is not None else []),
        f"{stated('Q', number(e.q, 2, numbers))}, df = {e.q_df} ({p})",
        *([stated("I²", percent(e.i2, 0, numbers))] if e.i2 is not None else []),
    ]
    return language.say("Heterogeneity: {statistics}", statistics="; ".join(parts))


def _overall_effect(e: Estimate, language: Language) -> str:
    """One line with the test of the overall effect."""
    if e.statistic is None:
        return ""
    numbers = language.numbers
    symbol, df = ("z", "") if e.df is None else ("t", f", df = {_degrees(e.df, language)}")
    test = f"{symbol} = {number(e.statistic, 2, numbers)}{df}"
    return language.say(
        "Overall effect: {test} ({p})", test=test, p=stated("p", p_value(e.p, numbers))
    )


def _degrees(df: float, language: Language) -> str:
    return number(df, 0 if df == int(df) else 1, language.numbers)


def _notes(chosen: Sequence[AnalysisResult], language: Language) -> Iterable[str]:
    if len(chosen) > 1 and chosen[0].studies:
        label = clean(chosen[0].spec.label or chosen[0].spec.name)
        yield language.say("Weights and squares: {analysis}.", analysis=label)
    if chosen and any(effect.corrected for effect in chosen[0].studies):
        yield language.say("† A cell is zero: the study's effect is after continuity correction.")


def _favours(result: OutcomeResult, language: Language) -> tuple[str, str]:
    """The labels left and right of no effect.

    A larger effect means more of the outcome under the intervention, which is in its favour when
    the outcome is a benefit.
    """
    intervention = clean(result.comparison.intervention_label) or language.say("intervention")
    control = clean(result.comparison.control_label) or language.say("control")
    sides = (control, intervention)
    left, right = sides if result.outcome.direction == "benefit" else sides[::-1]
    return (
        "←\u00a0" + language.say("Favours {group}", group=left),
        language.say("Favours {group}", group=right) + "\u00a0→",
    )
