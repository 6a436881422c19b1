"""Tables of the appendix: the raw rows that hold numbers, their sources, the software."""

from metasynth.crosscheck.records import agreements
from metasynth.language import formats, keys
from metasynth.language.languages import Language
from metasynth.language.tracked import marked
from metasynth.model.records import CurvePoint, Result, Source, Trial
from metasynth.report.document import Column, Inlines, Row, Styled, Text, text
from metasynth.report.material import Cite, Scope
from metasynth.report.tables.base import (
    PROVENANCES,
    RIGHT,
    TableBody,
    arm_label,
    contrast,
    filled,
    of_arm,
    of_clusters,
    raw,
    raw_count,
    row,
    row_anchor,
    source_anchor,
    source_link,
)


def data_table(scope: Scope, trial: Trial) -> TableBody:
    """Every row of a trial's results.csv that holds a number, and where it comes from.

    Those of its survival.csv follow.
    """
    say = scope.language.say
    columns = (
        Column(say("Row"), RIGHT, 0.5),
        Column(say("Outcome"), width=2.5),
        Column(say("Week"), RIGHT, 0.6),
        Column(say("Arm"), width=2.2),
        Column(say("Result"), RIGHT, 1),
        Column(say("Printed"), RIGHT, 0.8),
        Column(say("Integers that fit"), RIGHT, 1),
        Column(say("Provenance"), width=1.1),
        Column(say("Source"), width=0.9),
        Column(say("Note"), width=5.4),
    )
    rows = tuple(
        _data_row(trial, result, scope)
        for result in trial.results
        if result.provenance != "missing"
    )
    rows += tuple(_point_row(trial, point, scope) for point in trial.survival)
    file = trial.results[0].cell.file if trial.results else f"{trial.study.study}/results.csv"
    caption = Text(say("{trial}: results, row by row.", trial=trial.study.label) + " ")
    return (caption, Styled("code", text(file))), *filled(columns, rows), ()


def _data_row(trial: Trial, result: Result, scope: Scope) -> Row:
    language = scope.language
    printed = ""
    if result.reported_percent:
        printed = raw(result, "reported_percent", f"{language.written(result.reported_percent)}%")
    provenance = PROVENANCES.get(result.provenance)
    return row(
        str(result.cell.row),
        scope.outcome_label(result),
        raw(result, "week"),
        arm_label(trial, result, language),
        _value(result, language),
        printed,
        _bounds(result, language),
        language.say(provenance) if provenance else result.provenance,
        source_link(trial, result.source_id, scope),
        _note(result, language),
        anchor=row_anchor(result),
    )


def _point_row(trial: Trial, point: CurvePoint, scope: Scope) -> Row:
    """A point of a survival curve."""
    language = scope.language
    arms = {arm.arm_id: arm.label for arm in trial.arms}
    time, share = (
        raw(point, name, formats.shortest(getattr(point, name), language.numbers))
        for name in ("time", "survival")
    )
    said = language.say("{share} at time {time}", share=share, time=time)
    if point.at_risk is not None:
        said = language.say(
            "{said}, {n} at risk", said=said, n=raw_count(point, "at_risk", language)
        )
    return row(
        f"survival {point.cell.row}",
        scope.outcome_label(point),
        "" if point.week is None else str(point.week),
        arms.get(point.arm_id, point.arm_id),
        said,
        *[""] * 3,
        source_link(trial, point.source_id, scope),
        text(point.note),
        anchor=row_anchor(point),
    )


def _value(result: Result, language: Language) -> str:
    """The numbers of a row as they are printed."""
    return "; ".join([_numbers(result, language), *of_clusters(result, language)])


def _numbers(result: Result, language: Language) -> str:
    def short(column: str) -> str:
        x = getattr(result, column)
        printed = formats.MISSING if x is None else formats.shortest(x, language.numbers)
        return raw(result, column, printed)

    def whole(column: str) -> str:
        return raw_count(result, column, language)

    if result.person_time is not None:
        return f"{whole('events')}/{short('person_time')}"
    if result.events is not None:
        return f"{whole('events')}/{whole('total')}"
    if result.correlation is not None:
        return f"r = {short('correlation')}, n = {whole('total')}"
    more = (result.pair_correlation, result.baseline_sd)
    if result.mean is not None and result.sd is not None and more == (None, None):
        unit = f" {language.label(result.unit)}" if result.unit else ""
        return f"{short('mean')} (SD {short('sd')}){unit}"
    if result.reference_arm_id:
        return "; ".join(contrast(result, language)) or formats.MISSING
    return "; ".join(of_arm(result, language)) or formats.MISSING


def _bounds(result: Result, language: Language) -> str:
    low, high = result.events_low, result.events_high
    if low is None or high is None:
        return ""
    if low == high:
        return language.say("only {n}", n=raw_count(result, "events_low", language))
    bounds = (raw_count(result, name, language) for name in ("events_low", "events_high"))
    return language.say("{low} to {high}", **dict(zip(("low", "high"), bounds, strict=True)))


def _note(result: Result, language: Language) -> Inlines:
    if not result.reading:
        return text(result.note)
    reading = language.label(result.reading.replace("_", " "))
    said = language.say("alternative: {reading}.", reading=reading)
    return (Styled("emphasis", text(f"{said} ")), *text(result.note))


def sources_table(scope: Scope, trial: Trial) -> TableBody:
    """A trial's sources with their quotes."""
    say = scope.language.say
    columns = (
        Column(say("Source"), width=1.8),
        Column(say("Where"), width=1),
        Column(say("Quote"), width=6),
    )
    rows = tuple(_source_row(trial, source, scope.cite) for source in trial.sources)
    caption = say(
        "{trial}: sources, with the words that carry the numbers.", trial=trial.study.label
    )
    return text(caption), columns, rows, ()


def _source_row(trial: Trial, source: Source, cite: Cite) -> Row:
    where: Inlines = (Text(source.locator), cite(source.reference))
    quote = f"“{source.quote}”" if source.quote else formats.MISSING
    return row(source.source_id, where, quote, anchor=source_anchor(trial, source.source_id))


def versions_table(scope: Scope) -> TableBody:
    """Software and its versions."""
    say = scope.language.say
    columns = (Column(say("Software")), Column(say("Version")))
    rows = tuple(row(name, version) for name, version in scope.material.versions)
    return text(say("Software that made this report.")), columns, rows, ()


def crosscheck_table(scope: Scope) -> TableBody:
    """What statsmodels recomputed, quantity by quantity, and how near it came."""
    say, numbers = scope.language.say, scope.language.numbers
    columns = (
        Column(say("Quantity"), width=3),
        Column(say("Numbers compared"), RIGHT, 1.2),
        Column(say("Differences below"), RIGHT, 1.2),
    )
    rows = []
    for found in agreements(scope.material.crosschecks):
        key = keys.crosscheck(found.quantity)
        count = marked(formats.count(found.count, numbers), f"{key}.count")
        below = marked(formats.shortest(found.below, numbers), f"{key}.below")
        rows.append(row(say(found.quantity), count, below))
    caption = say("Results that statsmodels recomputed from the same tables.")
    note = say(
        "The difference is a share of the number, or of one where the number is smaller. One that "
        "rounding does not explain would have stopped this report."
    )
    return text(caption), columns, tuple(rows), text(note)
