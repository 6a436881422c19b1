"""A rendered-nowhere-yet document: blocks of inlines, with text as plain data.

Authored Markdown and the results become these records once; HTML and Typst are two renderings of
them. Text here is never markup: each renderer escapes it in its own way.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import is_not
from typing import Any, TypeVar, cast

from metasynth.language.tracked import pieces, unnamed
from metasynth.model.authorship import AuthorDetails
from metasynth.provenance.entry import Entry
from metasynth.report.exploration import Explored

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Styled:
    """Inlines in one style: strong, emphasis, superscript or code."""

    style: str
    children: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link: "#anchor" within the report, or an http(s) address."""

    target: str
    children: tuple["Inline", ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """Numbered references, by key and number in the reference list."""

    items: tuple[tuple[str, int], ...]

    def runs(self) -> tuple[tuple[tuple[str, int], ...], ...]:
        """As they are printed: one alone, or the first and last of three and more in a row."""
        rows = groupby(enumerate(self.items), key=lambda place: place[1][1] - place[0])
        found = [[item for _, item in row] for _, row in rows]
        return tuple(
            part
            for row in found
            for part in ([(row[0], row[-1])] if len(row) > 2 else [(item,) for item in row])
        )


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number; `key` names its entry in provenance.json, which says where it is from.

    `target` is the anchor of the data behind it, where there is one.
    """

    text: str
    key: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of numbered notes behind what they explain: each number, and whether it is new here.

    Only paper knows them (report/render/notes.py).
    """

    items: tuple[tuple[int, bool], ...]


Inline = Text | Styled | Link | Citation | Number | Marks
Inlines = tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading; level 1 is a chapter of the report."""

    level: int
    anchor: str
    content: Inlines


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `anchor` lets other places link to it."""

    content: Inlines
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A bulleted or numbered list, one tuple of blocks an item."""

    ordered: bool
    items: tuple[tuple["Block", ...], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A quoted passage."""

    content: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: its title, alignment (left, right, center) and relative width in PDF."""

    title: str
    align: str = "left"
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row; `anchor` lets other places link to it, `heading` spans it over the columns."""

    cells: tuple[Inlines, ...]
    anchor: str = ""
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A captioned table; `number` is 1, 2, … or A1, A2, … in the appendix.

    `footnotes` stand below the note, a line each, with their marks. `stacked` makes each row a card
    of its own where a page is narrow, and keeps the order of rows.
    """

    anchor: str
    number: str
    caption: Inlines
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: Inlines = ()
    footnotes: tuple[Inlines, ...] = ()
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A captioned figure: the path of its SVG, a short alternative text and a long description.

    `numbers` are those drawn in it.
    """

    anchor: str
    number: str
    caption: Inlines
    path: str
    alt: str
    description: Inlines
    numbers: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class References:
    """The numbered reference list: an anchor and a formatted entry each."""

    entries: tuple[tuple[str, Inlines], ...] = ()


@dataclass(frozen=True, slots=True)
class Notes:
    """The numbered notes, in order from 1."""

    entries: tuple[Inlines, ...]


@dataclass(frozen=True, slots=True)
class Landscape:
    """From here on, pages are wide; only paper knows it."""


Block = Heading | Paragraph | Listing | Quote | Table | Figure | References | Notes | Landscape


LOCALES = {"en": "en-GB", "pl": "pl-PL"}


@dataclass(frozen=True, slots=True)
class Document:
    """The article or its supplement; `provenance` holds what is known of its numbers, by key.

    `draft` is what every page of one that is not finished says, blank for one that is. `byline` are
    the lines below the title that name its authors. `languages` are those of the report, each with
    this document's file in it. `stem` is its file without the form's ending, `sibling` that of the
    other document, and `elsewhere` the anchors there, each with the number of the table, figure or
    reference that it names. `explored` are the forest plots below which a page lets readers try
    pools of their own, by their anchors.
    """

    title: str
    subtitle: Inlines
    language: str
    version: str
    date: str
    blocks: tuple[Block, ...]
    provenance: Mapping[str, Entry] = field(default_factory=dict)
    draft: str = ""
    authors: tuple[AuthorDetails, ...] = ()
    byline: tuple[Inlines, ...] = ()
    forms: tuple[str, ...] = ("html", "pdf", "docx")
    languages: tuple[tuple[str, str], ...] = ()
    stem: str = "review"
    sibling: str = ""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    explored: Mapping[str, Explored] = field(default_factory=dict)

    def address(self, anchor: str, form: str) -> str:
        """Where an anchor is: "#anchor" here, else in the other document's file of this form."""
        return f"{self.sibling}.{form}#{anchor}" if anchor in self.elsewhere else f"#{anchor}"

    @property
    def locale(self) -> str:
        """The language with the region whose spelling the report has, as "en-GB"."""
        return LOCALES.get(self.language, self.language)

    @property
    def moment(self) -> datetime:
        """Noon of the review's own date, the only time that a report knows."""
        return datetime.fromisoformat(f"{self.date}T12:00:00+00:00")


def numbers(part: object) -> Iterator[Number]:
    """Every number that a part of a document prints, in order."""
    return (inner for inner in _within(part) if isinstance(inner, Number))


def anchors(part: object) -> Iterator[str]:
    """Every anchor in a part of a document."""
    for inner in _within(part):
        if isinstance(inner, References):
            yield from (anchor for anchor, _ in inner.entries)
        elif anchor := getattr(inner, "anchor", ""):
            yield anchor


def leading(part: Part, targets: Mapping[str, str]) -> Part:
    """A part of a document whose numbers lead to the data behind them, by the targets of keys.

    What stands in the very row that it would lead to leads nowhere.
    """
    if isinstance(part, Number):
        return cast(Part, replace(part, target=targets.get(part.key, "")))
    if isinstance(part, Row) and part.anchor:
        targets = {key: target for key, target in targets.items() if target != part.anchor}
    return _with_parts(part, lambda inner: leading(inner, targets))


def without_dead_links(part: Part, there: Collection[str]) -> Part:
    """A part whose links within the document all have their anchor `there`; others are plain."""
    if isinstance(part, tuple):
        inner: list[object] = []
        for item in part:
            dead = (
                isinstance(item, Link) and item.target[:1] == "#" and item.target[1:] not in there
            )
            inner += item.children if dead else [without_dead_links(item, there)]
        same = len(inner) == len(part) and not any(map(is_not, inner, part))
        return part if same else cast(Part, tuple(inner))
    return _with_parts(part, lambda inner: without_dead_links(inner, there))


def addressed(document: Document, form: str) -> Document:
    """The document whose links to the other one lead to that one's file of a form."""
    blocks = _addressed(document.blocks, document, form)
    subtitle = _addressed(document.subtitle, document, form)
    return replace(document, blocks=blocks, subtitle=subtitle)


def _addressed(part: Part, document: Document, form: str) -> Part:
    if isinstance(part, Link) and part.target[:1] == "#":
        part = cast(Part, replace(part, target=document.address(part.target[1:], form)))
    return _with_parts(part, lambda inner: _addressed(inner, document, form))


def _with_parts(part: Part, change: Callable[[Any], Any]) -> Part:
    """A part of a document with each of its own parts changed; itself where none is."""
    if isinstance(part, tuple):
        inner = tuple(change(item) for item in part)
        return cast(Part, inner) if any(map(is_not, inner, part)) else part
    changed, kind = {}, cast(Any, type(part))
    for name in _field_names(kind):
        old = getattr(part, name)
        if type(old) is not str and (new := change(old)) is not old:
            changed[name] = new
    return cast(Part, replace(cast(Any, part), **changed)) if changed else part


def _within(part: object) -> Iterator[object]:
    """A part and all parts of it but texts, in order."""
    waiting: list[Any] = [part]
    while waiting:
        yield (one := waiting.pop())
        kind: Any = type(one)
        own = one if kind is tuple else [getattr(one, name) for name in _field_names(kind)]
        waiting.extend(inner for inner in reversed(own) if type(inner) is not str)


@cache
def _field_names(cls: Hashable) -> tuple[str, ...]:
    """The fields of a kind of part; none of text and other things that have no parts."""
    return tuple(item.name for item in fields(cls)) if is_dataclass(cls) else ()


def text(content: str) -> Inlines:
    """Plain text as inlines, its marked numbers (see language/tracked.py) as numbers."""
    return tuple(
        Number(printed, key) if key else Text(printed) for printed, key in pieces(unnamed(content))
    )


def plain(content: Inlines) -> str:
    """Inlines as plain text, for outlines and alternative texts."""
    return "".join(_plain(item) for item in content)


def _plain(item: Inline) -> str:
    match item:
        case Text(content) | Number(content):
            return content
        case Citation(items):
            return f"[{', '.join(str(number) for _, number in items)}]"
        case Marks():
            return ""
        case _:
            return plain(item.children)
