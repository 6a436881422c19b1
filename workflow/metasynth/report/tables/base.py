"""What all builders of tables share: rows from cells, and small ways to write them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from metasynth.language import formats, keys
from metasynth.language.languages import Language, message
from metasynth.language.tracked import marked
from metasynth.model import bounds
from metasynth.model.records import Cell, CurvePoint, Result, Trial
from metasynth.report.document import Column, Inlines, Link, Row, plain, text
from metasynth.report.material import Scope
from metasynth.report.text.phrases import versus

_Body = tuple[Inlines, tuple[Column, ...], tuple[Row, ...], Inlines]
TableBody = _Body | tuple[*_Body, tuple[Inlines, ...]]
"""A table's caption, columns, rows and note, and its footnotes where it has any."""

Rows = tuple[Row, ...]


class NoTableError(ValueError):
    """A text asks for a table of what this review does not have; the message says what."""


Item = TypeVar("Item")
RIGHT = "right"
PROVENANCES = {
    "reported": message("reported"),
    "external": message("external"),
    "derived": message("derived"),
}
"""How a number of the tables came to be known."""
RISKS_OF_SCORES = message(
    "Risks of a standardised mean difference follow from the odds ratio that it stands for if "
    "scores are logistic (Chinn 2000)."
)


def row(*cells: str | Inlines, anchor: str = "") -> Row:
    """A row of cells, text or inlines."""
    return Row(tuple(text(cell) if isinstance(cell, str) else cell for cell in cells), anchor)


def group(title: str, anchor: str = "") -> Row:
    """A heading over the rows that follow."""
    return Row((text(title),), anchor, heading=True)


def filled(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[tuple[Column, ...], Rows]:
    """A table without the columns in which no row says anything; the first one stays."""
    told_of = [r for r in rows if not r.heading]
    kept = [
        place
        for place in range(len(columns))
        if not place or any(plain(r.cells[place]) not in ("", formats.MISSING) for r in told_of)
    ]
    return at_places(kept, columns, rows)


def at_places(
    kept: Sequence[int], columns: Sequence[Column], rows: Sequence[Row]
) -> tuple[tuple[Column, ...], Rows]:
    """A table of some of its columns."""
    return tuple(columns[place] for place in kept), tuple(
        r if r.heading else replace(r, cells=tuple(r.cells[place] for place in kept)) for r in rows
    )


def told(items: Sequence[Item], file: str, language: Language) -> tuple[Sequence[Item], Inlines]:
    """As many of a table's trials as it tells, and what is said of the others: where they stand."""
    if len(items) <= bounds.TOLD_ROWS:
        return items, ()
    said = language.say("Shown are the first two hundred; all of them stand in {file}.", file=file)
    return items[: bounds.TOLD_ROWS], text(f" {said}")


def tells_patients(columns: Sequence[Column], language: Language) -> bool:
    """Whether the column of patients is left, as it is where any number of them is known."""
    return any(column.title == language.say("Patients") for column in columns)


def letters(count: int) -> list[str]:
    """The marks of so many footnotes: a to z, then aa, ab, and so on."""
    return [f"{chr(96 + i // 26) if i >= 26 else ''}{chr(97 + i % 26)}" for i in range(count)]


class Extracted(Protocol):
    """A record of a raw table's row."""

    @property
    def cell(self) -> Cell:
        """Where the row stands."""


def raw(record: Extracted, column: str, printed: str | None = None) -> str:
    """A number of a raw table with its provenance, as `printed`; weeks and years need no format."""
    value: int | None = getattr(record, column)
    if printed is None:
        printed = formats.MISSING if value is None else str(value)
    return marked(printed, keys.cell(record.cell, column))


def raw_count(record: Extracted, column: str, language: Language) -> str:
    """A count of a raw table with its provenance."""
    return raw(record, column, formats.count(getattr(record, column), language.numbers))


def contrast(result: Result, language: Language) -> list[str]:
    """What is published of two arms, as it is printed: an estimate with limits or SE, its p."""

    def short(column: str) -> str:
        return raw(result, column, formats.shortest(getattr(result, column), language.numbers))

    found = []
    if result.o_minus_e is not None and result.variance is not None:
        found.append(f"O − E {short('o_minus_e')} (V {short('variance')})")
    elif result.estimate is not None and result.ci_low is not None and result.ci_high is not None:
        limits = (short("ci_low"), short("ci_high"))
        level = f"{short('ci_level')}% " if result.ci_level is not None else ""
        found.append(f"{short('estimate')} [{level}{language.numbers.separator.join(limits)}]")
    elif result.estimate is not None:
        error = f" (SE {short('se')})" if result.se is not None else ""
        found.append(f"{short('estimate')}{error}")
    for column, symbol in (("reported_z", "z"), ("reported_t", "t"), ("reported_f", "F")):
        if getattr(result, column) is not None:
            found.append(f"{symbol} = {short(column)}".replace(" ", "\u00a0"))
    for column, what in (("events_both", message("events of both arms")),
                         ("mean_both", message("mean of both arms"))):  # fmt: skip
        if getattr(result, column) is not None:
            found.append(f"{language.say(what)} {short(column)}")
    if result.reported_p:
        p = raw(result, "reported_p", language.written(result.reported_p))
        found.append(formats.stated("p", p).replace(" ", "\u00a0"))
    return found


def of_arm(result: Result, language: Language) -> list[str]:
    """What is printed of one arm from which its mean and standard deviation follow."""

    def short(column: str) -> str:
        return raw(result, column, formats.shortest(getattr(result, column), language.numbers))

    def has(*columns: str) -> bool:
        return all(getattr(result, column) is not None for column in columns)

    separator, found = language.numbers.separator, []
    if has("mean"):
        found.append(short("mean"))
    if has("median"):
        found.append(language.say("median {x}", x=short("median")))
    if has("se"):
        found.append(f"SE {short('se')}")
    if has("ci_low", "ci_high"):
        level = f"{short('ci_level')}% " if has("ci_level") else ""
        found.append(f"[{level}{separator.join((short('ci_low'), short('ci_high')))}]")
    if has("q1", "q3"):
        span = separator.join((short("q1"), short("q3")))
        found.append(language.say("quartiles {span}", span=span))
    if has("minimum", "maximum"):
        span = separator.join((short("minimum"), short("maximum")))
        found.append(language.say("range {span}", span=span))
    for when, words in (("baseline", message("before")), ("final", message("after"))):
        known = [name for name in ("mean", "sd") if has(f"{when}_{name}")]
        numbers = [f"{'SD ' * (n == 'sd')}{short(f'{when}_{n}')}" for n in known]
        found += [f"{language.say(words)} {', '.join(numbers)}"] if numbers else []
    if has("change_correlation"):
        found.append(f"r = {short('change_correlation')}")
    if has("follow_up_min", "follow_up_max"):
        span = separator.join((short("follow_up_min"), short("follow_up_max")))
        found.append(language.say("follow-up {span}", span=span))
    if has("sd"):
        found.append(f"SD {short('sd')}")
    if result.unit:
        found.append(language.say("in {unit}", unit=language.label(result.unit)))
    if has("pair_correlation"):
        found.append(language.say("r of pairs {x}", x=short("pair_correlation")))
    return [*found, f"n = {raw_count(result, 'total', language)}"] if has("total") else found


def of_clusters(result: Result, language: Language) -> list[str]:
    """What is stated of a row's clusters."""
    said = {
        "design_effect": message("design effect {x}"),
        "cluster_size": message("patients in a cluster {x}"),
        "icc": message("ICC {x}"),
    }
    return [
        language.say(words, x=raw(result, column, formats.shortest(value, language.numbers)))
        for column, words in said.items()
        if (value := getattr(result, column)) is not None
    ]


def row_anchor(result: Result | CurvePoint) -> str:
    """Where the data appendix shows a raw row of results.csv, or of survival.csv."""
    return f"row-{keys.place(result.cell)}"


def source_anchor(trial: Trial, source_id: str) -> str:
    """Where the data appendix shows a trial's source."""
    return f"source-{trial.study.study}-{source_id}"


def source_link(trial: Trial, source_id: str, scope: Scope) -> Inlines:
    """Where in which document, leading to the quote in the appendix."""
    for source in trial.sources:
        if source.source_id == source_id:
            target = f"#{source_anchor(trial, source_id)}"
            where = source.locator or scope.language.say("its text")
            return (Link(target, text(where)), scope.cite(source.reference))
    return ()


def arm_label(trial: Trial, result: Result, language: Language) -> str:
    """The arm, or the two arms, that a raw row is about."""
    labels = {arm.arm_id: arm.label for arm in trial.arms}
    label = labels.get(result.arm_id, result.arm_id)
    reference = labels.get(result.reference_arm_id, result.reference_arm_id)
    return versus([label, reference], language) if reference else label
