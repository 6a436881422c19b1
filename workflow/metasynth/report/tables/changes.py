"""The tables of what changed since the baseline."""

from collections import Counter
from collections.abc import Callable, Iterable

from metasynth.language import formats, keys
from metasynth.language.interval_names import intervals_name
from metasynth.language.languages import Language
from metasynth.language.sentences import Mark, lowered
from metasynth.language.tracked import marked
from metasynth.living.changes import Changes, OutcomeChange
from metasynth.living.input_changes import CellChange, RowChange
from metasynth.living.state import Measured
from metasynth.model.methods import CREDIBLE
from metasynth.report.document import Column, Inlines, Row, Styled, Text, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import RIGHT, NoTableError, TableBody, group, row
from metasynth.report.text.change_names import is_shown
from metasynth.report.text.change_words import KINDS, SCOPES, SOFTWARE, meaning


def of_the_report(
    table: Callable[[Changes, Language], TableBody],
) -> Callable[[Scope], TableBody]:
    """A table of changes as the report's texts ask for it, which they do if there are any."""
    return lambda scope: table(known(scope), scope.language)


def known(scope: Scope) -> Changes:
    """The changes that the report was given.

    Raises:
        NoTableError: where it was given none.
    """
    if scope.material.changes is None:
        raise NoTableError("the report was given no changes")
    return scope.material.changes


def outcomes_table(changes: Changes, language: Language, mark: Mark = marked) -> TableBody:
    """Each outcome whose numbers differ: its primary analysis before and after, flags, causes."""
    say = language.say
    columns = (
        Column(say("Version"), width=0.8),
        Column(say("Trials"), RIGHT, 0.7),
        Column(say("Participants"), RIGHT, 1.1),
        Column(say("Measure"), "center", 0.8),
        Column(say("Effect [95% {interval}]", interval=_interval(changes, language)), RIGHT, 1.7),
        Column(say("Prediction interval"), RIGHT, 1.4),
        Column("tau²", RIGHT, 0.6),
        Column("I²", RIGHT, 0.5),
        Column(say("What it means, and what it is due to"), width=3),
    )
    rows: list[Row] = []
    for outcome in changes.outcomes:
        if is_shown(outcome):
            title = say(
                "{outcome}: {change}",
                outcome=_called(outcome, language),
                change=say(KINDS[outcome.kind]),
            )
            rows += [group(title), *_before_after(outcome, changes, language, mark)]
    caption = say("Outcomes whose numbers changed: the primary analysis before and after.")
    return text(caption), columns, tuple(rows), ()


def _called(outcome: OutcomeChange, language: Language) -> str:
    """An outcome by its label, with what it reads in another way and its comparison of several."""
    names = (name for name in (outcome.reading_of, outcome.label) if name)
    label = ": ".join(language.label(name) for name in names)
    first, *others = map(language.label, outcome.comparison or ("",))
    if others:
        sides = {"intervention": first, "control": lowered(others[0])}
        first = language.say("{intervention} versus {control}", **sides)
    return f"{label} ({lowered(first)})" if first else label


def _interval(changes: Changes, language: Language) -> str:
    """What the intervals of the primary analyses are, before and after."""
    shown = [outcome.primary for outcome in changes.outcomes if is_shown(outcome)]
    states = (state for primary in shown for state in (primary.before, primary.after) if state)
    return intervals_name((state.ci_method == CREDIBLE for state in states), language)


def _before_after(
    outcome: OutcomeChange, changes: Changes, language: Language, mark: Mark
) -> Iterable[Row]:
    earlier = changes.baseline.version if changes.baseline else ""
    primary = outcome.primary
    if primary.before:
        yield row(earlier, *_numbers(primary.before, language, lambda printed, _: printed), "")
    if primary.after:
        told = meaning(outcome, language, mark)
        yield row(changes.version.version, *_numbers(primary.after, language, mark), told)


def _numbers(found: Measured, language: Language, mark: Mark) -> tuple[str, ...]:
    """The cells of one state's numbers; those of the current state carry their provenance."""
    style, at = language.numbers, keys.pooled(found.outcome, found.analysis)

    def natural(name: str) -> str:
        printed = formats.estimate(found.measure, getattr(found, name), style)
        return mark(printed, f"{at}.{name}")

    effect = formats.bracketed(natural("estimate"), natural("ci_low"), natural("ci_high"), style)
    effect += formats.named(found.ci_method)
    limits = (natural("pi_low"), natural("pi_high"))
    prediction = formats.MISSING if found.pi_low is None else style.separator.join(limits)
    name, trials = found.studies
    return (
        mark(str(trials), f"{at}.{name}"),
        formats.count(found.participants, style),
        found.measure,
        effect,
        prediction,
        mark(formats.positive(found.tau2, style), f"{at}.tau2"),
        mark(formats.percent(found.i2), f"{at}.i2"),
    )


def rows_table(changes: Changes, language: Language) -> TableBody:
    """Every corrected row cell by cell; added and removed ones with what they say, or counted."""
    say = language.say
    columns = (
        Column(say("Trial"), width=1.3),
        Column(say("Row"), width=2.6),
        Column(say("Change"), width=1),
        Column(say("Cells"), width=5),
    )
    whole = {trial.study for trial in changes.trials if trial.kind in ("added", "removed")}
    single = [change for change in changes.rows if change.study not in whole]
    counted = Counter(
        (change.study, change.table, change.kind)
        for change in changes.rows
        if change.study in whole
    )
    rows = [
        row(study, table, say(KINDS[kind]), language.say_n("{n} row", "{n} rows", n))
        for (study, table, kind), n in counted.items()
    ]
    rows += [
        row(change.study, change.name, say(KINDS[change.kind]), _cells(change)) for change in single
    ]
    caption = say("Rows of the raw tables that changed.")
    note = say("Of a trial that is new or gone, rows are counted; results/changes.json names them.")
    return text(caption), columns, tuple(rows), text(note) if whole else ()


def _cells(change: RowChange) -> str:
    if change.kind == "corrected":
        return "; ".join(map(_cell, change.cells))
    return "; ".join(f"{cell.name} {cell.before or cell.after}" for cell in change.cells)


def _cell(cell: CellChange) -> str:
    return f"{cell.name}: {cell.before or formats.MISSING} → {cell.after or formats.MISSING}"


def choices_table(changes: Changes, language: Language) -> TableBody:
    """Choices of config.yaml, and software, before and after."""
    say = language.say
    columns = (
        Column(say("Choice"), width=3),
        Column(say("Before"), width=3),
        Column(say("Now"), width=3),
    )
    software = (
        CellChange(say(SOFTWARE.get(c.name, c.name)), c.before, c.after) for c in changes.software
    )
    rows = tuple(
        row(item.name, item.before or formats.MISSING, item.after or formats.MISSING)
        for item in (*changes.choices, *software)
    )
    caption = say("Choices and software that changed; what is not stated has its default.")
    return text(caption), columns, rows, ()


def _place(scope: str, item: str, part: str) -> Inlines:
    """What an entry is about; the names of tables, keys and rows are those of the files."""
    names = " ".join(filter(None, (item, part)))
    if not names:
        return text(scope)
    return (*text(f"{scope} "), Styled("code", (Text(names),)))


def reasons_table(changes: Changes, language: Language) -> TableBody:
    """The entries of changelog.csv since the baseline."""
    say = language.say
    columns = (
        Column(say("Date"), width=1),
        Column(say("Version"), width=0.8),
        Column(say("What"), width=2.4),
        Column(say("Change"), width=1),
        Column(say("Reason"), width=4),
        Column(say("By"), width=1.2),
    )
    signed = any(entry.who for entry in changes.reasons)
    rows = tuple(
        row(
            entry.date,
            entry.version,
            _place(say(SCOPES[entry.scope]), entry.item, entry.row),
            say(KINDS[entry.kind]),
            language.label(entry.reason),
            *([entry.who or say("not stated")] if signed else []),
        )
        for entry in changes.reasons
    )
    note = "" if signed else say("By whom a change was made is not stated.")
    caption = text(say("Reasons given for the changes (changelog.csv)."))
    return caption, columns if signed else columns[:-1], rows, text(note)
