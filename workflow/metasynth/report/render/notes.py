"""Numbered notes: what a click tells on a screen, for readers on paper.

Behind each number of the text, or group of numbers with one origin, stands the number of a note.
The notes are in the data appendix and say where the numbers are from, down to file and row. Numbers
of one analysis share a note. Tables have their marks where all that follows has one origin: at the
caption, at a heading within, else at the row.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from metasynth.language.languages import Language, message
from metasynth.provenance.entry import Entry
from metasynth.report.document import (
    Block,
    Citation,
    Document,
    Figure,
    Heading,
    Inline,
    Inlines,
    Listing,
    Marks,
    Notes,
    Paragraph,
    Quote,
    Row,
    Table,
    Text,
    numbers,
    plain,
    text,
)
from metasynth.report.render.notes_text import Places, notes

DATA = ("table-inputs_", "table-data_")
"""Tables of the data appendix: they are what notes lead to, and name their rows themselves."""

_BEFORE = "appendix-data-by-outcome"
_TITLE = message("Appendix: notes on the numbers")
_HOW = message(
    "A small n and a number stand behind numbers of the text, and behind headings and rows of "
    "tables for all numbers there. Rows are counted as in a spreadsheet, the first one being the "
    "names of the columns; the raw tables are attached to this file."
)
_BESIDE = ("absolute", "certainty", "extraction", "findings", "fragility", "multiverse", "parts")
_ENDS = re.compile(r"[.!?…]\s")
_CLOSES = re.compile(r"[)\]%]+")
_MANY = 3  # origins; a row of more has its marks in its cells


def with_notes(document: Document, language: Language, other: Document | None = None) -> Document:
    """The document with marks behind its numbers, and the notes before the data by outcome.

    The notes are also on the numbers of the `other` one, which has no marks.
    """
    entries = {**(other.provenance if other else {}), **document.provenance}
    numbering = _Numbering(entries)
    subtitle = numbering.inlines(document.subtitle)
    blocks = [numbering.block(block) for block in document.blocks]
    if other:
        numbering.know(other.subtitle, other.blocks)
    if not numbering.keys:
        return document
    section: list[Block] = [
        Heading(1, "appendix-notes", text(language.say(_TITLE))),
        Paragraph(text(language.say(_HOW))),
        Notes(
            notes(numbering.keys.values(), Places(replace(document, provenance=entries), language))
        ),
    ]
    named = [getattr(block, "anchor", "") for block in blocks]
    place = named.index(_BEFORE) if _BEFORE in named else len(blocks)
    return replace(document, subtitle=subtitle, blocks=(*blocks[:place], *section, *blocks[place:]))


def origin(key: str, entries: Mapping[str, Entry]) -> str:
    """What the note of a number is about: a raw file, an analysis of an outcome, a statement.

    What an outcome has beside its analyses (absolute effects, certainty, …) shares a note.
    """
    if "/" in key:
        parts = key.split("/")
        return "/".join(parts[:2] if parts[0] == "config" else parts[:-2])
    first, second, *rest = key.split(".")
    inputs = entries[key].inputs
    if not rest:  # a sum of an outcome goes with what it adds up, a count of the review does not
        own = bool(inputs) and inputs[0].startswith(f"{first}.")
        return origin(inputs[0], entries) if own else first
    return first if second in _BESIDE else f"{first}.{second}"


@dataclass(slots=True)
class _Numbering:
    """Gives each origin a number at its first mark, and remembers the keys that are behind it."""

    entries: Mapping[str, Entry]
    keys: dict[str, dict[str, None]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    marked: set[str] = field(default_factory=set)

    def block(self, block: Block) -> Block:
        """A block with its marks."""
        match block:
            case Paragraph() if numbered(block.content):
                return replace(block, content=self.inlines(block.content))
            case Listing(_, items):
                return replace(block, items=tuple(tuple(map(self.block, item)) for item in items))
            case Quote(content):
                return replace(block, content=tuple(map(self.block, content)))
            case Figure() if numbered(block.caption):
                return replace(block, caption=self.inlines(block.caption))
            case Table() if not block.anchor.startswith(DATA) and numbered(block):
                return self._table(block)
            case _:
                return block

    def inlines(self, content: Inlines) -> Inlines:
        """Running text with a mark behind each run of numbers of one origin within a sentence."""
        found = [(i, self._origins((item,))) for i, item in enumerate(content)]
        runs = [(i, origins) for i, origins in found if origins]
        marked, done = list[Inline](), 0
        for (i, origins), (following, others) in pairwise([*runs, (len(content), ())]):
            if origins == others and not _ENDS.search(plain(content[i + 1 : following])):
                self.know(content[i])
                continue
            behind = content[i + 1 : i + 2]
            rest = behind if behind and isinstance(behind[0], Citation | Text) else ()
            closing, rest = _closing(rest)
            marked += [*content[done : i + 1], *closing, self._mark(content[i])]
            marked += rest
            done = i + 2 if behind and (closing or rest) else i + 1
        return (*marked, *content[done:])

    def _origins(self, content: object) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._origin(number.key) for number in numbers(content)))

    def _origin(self, key: str) -> str:
        if key not in self.origins:
            self.origins[key] = origin(key, self.entries)
        return self.origins[key]

    def know(self, *parts: object) -> dict[str, None]:
        """The origins of these parts' numbers, each with a note from now on."""
        found = dict[str, None]()
        for number in numbers(parts):
            name = self._origin(number.key)
            self.keys.setdefault(name, {})[number.key] = None
            self.places.setdefault(name, len(self.places) + 1)
            found[name] = None
        return found

    def _mark(self, *parts: object) -> Marks:
        found = self.know(*parts)
        marks = tuple((self.places[name], name not in self.marked) for name in found)
        self.marked |= found.keys()
        return Marks(marks)

    def _table(self, table: Table) -> Table:
        caption, rows = self.inlines(table.caption), table.rows
        if len(self._origins(rows)) == 1:
            caption = (*caption, self._mark(rows))
        else:
            rows = tuple(self._rows(rows))
        return replace(
            table,
            caption=caption,
            rows=rows,
            note=self.inlines(table.note),
            footnotes=tuple(map(self.inlines, table.footnotes)),
        )

    def _rows(self, rows: Sequence[Row]) -> Iterable[Row]:
        heading: Row | None = None
        for is_heading, group in groupby(rows, key=lambda row: row.heading):
            if is_heading:
                *others, heading = group
                yield from others
                continue
            members = tuple(group)
            shared = heading is not None and len(self._origins(members)) == 1
            if heading is not None:
                yield _behind(heading, self._mark(members)) if shared else heading
            yield from members if shared else self._each(members)
            heading = None
        if heading is not None:
            yield heading

    def _each(self, rows: Iterable[Row]) -> Iterable[Row]:
        above: tuple[str, ...] = ()
        for row in rows:
            origins = self._origins(row)
            if origins and origins == above and not plain(row.cells[0]):
                self.know(row)  # a row that goes on with what the one above began
                yield row
            elif len(origins) > _MANY:
                yield replace(row, cells=tuple(map(self.inlines, row.cells)))
            else:
                yield _behind(row, self._mark(row)) if origins else row
            above = origins


def numbered(part: object) -> bool:
    """Whether a part of a document has a number with provenance."""
    return next(numbers(part), None) is not None


def _behind(row: Row, mark: Marks) -> Row:
    return replace(row, cells=((*row.cells[0], mark), *row.cells[1:]))


def _closing(following: Inlines) -> tuple[Inlines, Inlines]:
    """What a mark stands behind, of what follows a number, and the rest: brackets, a citation."""
    match following:
        case (Text(said),) if found := _CLOSES.match(said):
            return (Text(found[0]),), (Text(said[found.end() :]),)
        case (Citation(),):
            return following, ()
        case _:
            return (), following
