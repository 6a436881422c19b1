"""A document as pandoc's own tree: the structure alone, in which text is never markup.

The tree's shape is that of pandoc-types (https://hackage.haskell.org/package/pandoc-types), which
`pandoc --to=json` prints for any document.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from math import fsum
from typing import Any

from metasynth.language.languages import Language
from metasynth.report.document import (
    Block,
    Citation,
    Document,
    Figure,
    Heading,
    Inline,
    Inlines,
    Landscape,
    Link,
    Listing,
    Marks,
    Notes,
    Number,
    Paragraph,
    Quote,
    References,
    Row,
    Styled,
    Table,
    Text,
    plain,
    text,
)
from metasynth.report.render import word_fields
from metasynth.report.render.word_fields import Bookmarks, Node

WIDTH_INCHES = 6.3
"""How wide figures are set on an upright page."""
_API = [1, 23, 1]
_ALIGN = {"left": "AlignLeft", "right": "AlignRight", "center": "AlignCenter"}
_STYLES = {"strong": "Strong", "emphasis": "Emph", "superscript": "Superscript"}
_MARGINS = (
    '<w:pgMar w:top="1304" w:right="1191" w:bottom="1191" w:left="1191" w:header="600" '
    'w:footer="600" w:gutter="0"/>'
)
PORTRAIT = '<w:pgSz w:w="11906" w:h="16838"/>'
WIDE = '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the tree's parts need beside the document.

    These are each SVG's pictures, the language, the kind and number of each table and figure by its
    anchor, the bookmarks given so far, the anchors of the tables on wide pages, and whether another
    may turn its own.
    """

    pictures: Mapping[str, Sequence[str]]
    language: Language
    captions: Mapping[str, tuple[str, str]]
    bookmarks: Bookmarks
    wide: frozenset[str]
    turns: bool

    def label(self, kind: str, number: str) -> str:
        """ "Table 3", as it is called."""
        word = self.language.say("Table") if kind == "Table" else self.language.say("Figure")
        return f"{word} {number}"


def tree(document: Document, pictures: Mapping[str, Sequence[str]], language: Language) -> Node:
    """The whole document; `pictures` names the pictures of each figure's SVG."""
    draft = _node("Strong", _inlines(text(document.draft)))
    banner = [_node("Para", [draft])] if document.draft else []
    prefix = f"{language.say('Draft')}: " if document.draft else ""
    captions = {
        block.anchor: (type(block).__name__, block.number)
        for block in document.blocks
        if isinstance(block, Table | Figure)
    }
    # Where no page is wide, a table that needs one has its own.
    turns = not any(isinstance(block, Landscape) for block in document.blocks)
    setting = _Setting(pictures, language, captions, Bookmarks(), _on_wide(document.blocks), turns)
    body = _blocks(_turned_once(document.blocks), setting)
    return {
        "pandoc-api-version": _API,
        "meta": {
            "title": _meta(text(f"{prefix}{document.title}")),
            "subtitle": _meta(document.subtitle),
            "lang": _meta(text(document.locale)),
        },
        "blocks": [*banner, *map(_author_line, document.byline), *body],
    }


def _author_line(line: Inlines) -> Node:
    return _styled("Author", _inlines(line))


def _styled(style: str, content: list[Node]) -> Node:
    """A paragraph in a style of reference.docx."""
    return _node("Div", [["", [], [["custom-style", style]]], [_node("Para", content)]])


def _turned_once(blocks: Iterable[Block]) -> list[Block]:
    """Without any later turn of the pages: they are wide already."""
    kept, wide = list[Block](), False
    for block in blocks:
        if not (wide and isinstance(block, Landscape)):
            kept.append(block)
        wide = wide or isinstance(block, Landscape)
    return kept


def _on_wide(blocks: Iterable[Block]) -> frozenset[str]:
    """The anchors of the tables behind the first turn of the pages."""
    later = dropwhile(lambda block: not isinstance(block, Landscape), blocks)
    return frozenset(block.anchor for block in later if isinstance(block, Table))


def _meta(content: Inlines) -> Node:
    return _node("MetaInlines", _inlines(content))


def _node(kind: str, content: Any = None) -> Node:
    return {"t": kind} if content is None else {"t": kind, "c": content}


def _attributes(anchor: str = "", **pairs: str) -> list[Any]:
    return [anchor, [], [[key.replace("_", "-"), value] for key, value in pairs.items()]]


def _blocks(blocks: Iterable[Block], setting: _Setting) -> list[Node]:
    return [node for block in blocks for node in _block(block, setting)]


def _block(block: Block, setting: _Setting) -> list[Node]:
    match block:
        case Heading(level, anchor, content):
            return [_node("Header", [level, _attributes(anchor), _inlines(content, setting)])]
        case Paragraph(content, anchor):
            said = _inlines(content, setting)
            return [_node("Para", [_span(anchor, said)] if anchor else said)]
        case Listing(ordered, points):
            bodies = [_blocks(item, setting) for item in points]
            return [_ordered(bodies) if ordered else _node("BulletList", bodies)]
        case Quote(blocks):
            return [_node("BlockQuote", _blocks(blocks, setting))]
        case Table():
            return _table(block, setting)
        case Figure():
            return _figure(block, setting)
        case References(entries):
            marks = setting.bookmarks
            items = [
                _span(anchor, [word_fields.entry(marks, str(n)), *_inlines(body, setting)])
                for n, (anchor, body) in enumerate(entries, start=1)
            ]
            return [_ordered([[_node("Para", [item])] for item in items])]
        case Notes():
            return []  # of paper alone, as are their marks
        case Landscape():
            return [_section_break(PORTRAIT)]


def _ordered(items: list[list[Node]]) -> Node:
    return _node("OrderedList", [[1, _node("Decimal"), _node("Period")], items])


def _span(anchor: str, content: list[Node]) -> Node:
    return _node("Span", [_attributes(anchor), content])


def _section_break(size: str) -> Node:
    """The end of pages of a size: in Word a section's properties stand in its last paragraph."""
    properties = f"<w:sectPr>{size}{_MARGINS}</w:sectPr>"
    return _node("RawBlock", ["openxml", f"<w:p><w:pPr>{properties}</w:pPr></w:p>"])


def _caption(block: Table | Figure, setting: _Setting) -> list[Any]:
    """A caption whose number is a field; its words follow a full stop."""
    kind = type(block).__name__
    word, _, _ = setting.label(kind, "").partition(" ")
    label = word_fields.caption(setting.bookmarks, word, kind, block.number)
    words = _inlines(block.caption, setting)
    dot = _node("Strong", [_node("Str", ".")])
    return [None, [_node("Plain", [label, dot, _node("Space"), *words])]]


def _figure(figure: Figure, setting: _Setting) -> list[Node]:
    """A figure with its caption; each part of one has its line, where pandoc would set a row."""
    images = [
        _node(
            "Image",
            [
                _attributes(width=f"{WIDTH_INCHES}in"),
                [_node("Str", figure.alt)],
                [picture, plain(figure.description)],
            ],
        )
        for picture in setting.pictures[figure.path]
    ]
    anchor, caption = _attributes(figure.anchor), _caption(figure, setting)
    if len(images) == 1:
        return [_node("Figure", [anchor, caption, [_node("Plain", images)]])]
    parts = [_styled("Captioned Figure", [image]) for image in images]
    said = caption[1][0]["c"]
    return [_node("Div", [anchor, [*parts, _styled("Image Caption", said)]])]


def _table(table: Table, setting: _Setting) -> list[Node]:
    """In the page's width as it is, else in small letters, else on a wide page of its own."""
    wide = table.anchor in setting.wide
    if wide or not setting.turns or fsum(_least(table, SMALL_LETTER)) <= 1:
        return _set_table(table, setting, wide)
    made = _set_table(table, setting, wide=True)
    return [_section_break(PORTRAIT), *made, _section_break(WIDE)]


def _set_table(table: Table, setting: _Setting, wide: bool) -> list[Node]:
    page = UPRIGHT if wide else 1
    small = fsum(_least(table, LETTER * page)) > _FULL
    letter = (SMALL_LETTER if small else LETTER) * page
    columns = [
        [_node(_ALIGN[column.align]), _node("ColWidth", share)]
        for column, share in zip(table.columns, shares(table, letter), strict=True)
    ]
    header = [
        _cell([_node("Strong", [_node("Str", column.title)])], small) for column in table.columns
    ]
    rows = [_row(row, len(columns), small, setting) for row in table.rows]
    body = [[_attributes(), 0, [], rows]]
    head = [_attributes(), [[_attributes(), header]]]
    made = _node(
        "Table",
        [
            _attributes(table.anchor),
            _caption(table, setting),
            columns,
            head,
            body,
            [_attributes(), []],
        ],
    )
    notes = [table.note] if table.note else []
    below = [_note(one, setting) for one in (*notes, *table.footnotes)]
    return [made, *(below or [_SPACE])]


LETTER, SMALL_LETTER = 1 / 95, 1 / 112
"""The width of a letter of a table, of 8 and of 7 points, as a share of that of a page's text."""
_MARGIN = 2
"""The letters that the margins of a cell would hold."""
_BOLD = 1.1
"""How much wider a letter of a column's title is."""
_SPACE: Node = {
    "t": "RawBlock",
    "c": [
        "openxml",
        '<w:p><w:pPr><w:pStyle w:val="TableNote"/><w:spacing w:before="0" w:after="60"/></w:pPr>'
        "</w:p>",
    ],
}
"""What stands below a table that has no notes: Word leaves no room there."""
UPRIGHT = 0.65
"""The width of an upright page's text, as a share of a wide one's."""
_LONG = 120
_WORD = 24.0
"""The letters of a word that no column breaks; longer ones are names of files and the like."""
_FULL = 0.85
"""The share of the width that words alone may take: with less left, texts would be columns."""
_BREAK = re.compile(r"[ \n]+|(?<=[^\W\d]-)(?=[^\W\d])")
_NAME = re.compile(r"[\w.,/:-]*[._/][\w./:-]*")
_NARROW = frozenset(" \u00a0\u2009\u202f,.;:!|'[](){}/ijlt")
"""Characters about half as wide as others in print."""


def shares(table: Table, letter: float = LETTER) -> list[float]:
    """The columns' shares of the width: each its longest word, and of the rest what its text needs.

    Where every text has room on one line, the rest is shared in proportion to these. Else numbers,
    which stand to the right, come first, as an interval is not to be broken, if half of the rest
    is enough for them; and what is left is shared in proportion to what a column's longest text
    has beyond its word, up to some letters.
    """
    least = _least(table, letter)
    if fsum(least) >= 1:
        return [one / fsum(least) for one in least]
    texts = [max(map(_letters, _texts(table, number))) for number in range(len(least))]
    whole = [
        max(low, letter * (_MARGIN + min(_LONG, n))) for n, low in zip(texts, least, strict=True)
    ]
    if fsum(whole) <= 1:
        return [one / fsum(whole) for one in whole]
    aligned = [column.align == "right" for column in table.columns]
    first = [one if right else low for one, low, right in zip(whole, least, aligned, strict=True)]
    if fsum(first) - fsum(least) <= (1 - fsum(least)) / 2:
        least = first
    needs = [one - low for one, low in zip(whole, least, strict=True)]
    rest = 1 - fsum(least)
    return [low + rest * need / fsum(needs) for low, need in zip(least, needs, strict=True)]


def _letters(words: str) -> float:
    """How many letters of common width are as wide as these words."""
    return fsum(0.5 if character in _NARROW else 1.0 for character in words)


def _least(table: Table, letter: float) -> list[float]:
    return [letter * (_MARGIN + _longest(table, number)) for number in range(len(table.columns))]


def _texts(table: Table, number: int) -> list[str]:
    cells = (row.cells[number] for row in table.rows if not row.heading and number < len(row.cells))
    return [table.columns[number].title, *map(plain, cells)]


def _longest(table: Table, number: int) -> float:
    """The letters of the widest word of a column, which hyphens end; a very long one is broken."""
    title, *texts = _texts(table, number)
    words = [_letters(word) for text in texts for word in _BREAK.split(text)]
    return min(_WORD, max(*words, *(_BOLD * _letters(word) for word in _BREAK.split(title)), 0.0))


def _note(content: Inlines, setting: _Setting) -> Node:
    return _styled("Table Note", _inlines(content, setting))


def _row(row: Row, width: int, small: bool, setting: _Setting) -> list[Any]:
    cells = [_inlines(cell, setting) for cell in row.cells]
    if row.anchor:
        cells[0] = [_span(row.anchor, cells[0])]
    if row.heading:
        return [_attributes(), [_cell([_node("Strong", cells[0])], small, width)]]
    return [_attributes(), [_cell(cell, small) for cell in cells]]


def _cell(content: list[Node], small: bool, width: int = 1) -> list[Any]:
    content = [_parted(node) for node in content]
    said = _styled("Table Small", content) if small else _node("Plain", content)
    return [_attributes(), _node("AlignDefault"), 1, width, [said]]


def _parted(node: Node) -> Node:
    """Long names, such as "analyses.primary.label", with places where a line may end."""
    match node:
        case {"t": "Str", "c": text}:
            return _node("Str", _NAME.sub(_with_breaks, text))
        case {"t": "Code", "c": [attributes, text]}:
            return _node("Code", [attributes, _NAME.sub(_with_breaks, text)])
    return node


def _with_breaks(name: re.Match[str]) -> str:
    return name[0] if len(name[0]) <= _WORD else re.sub(r"(?<=[._/])(?=\w)", "\u200b", name[0])


def _inlines(content: Iterable[Inline], setting: _Setting | None = None) -> list[Node]:
    return [node for item in content for node in _inline(item, setting)]


def _inline(item: Inline, setting: _Setting | None) -> list[Node]:
    match item:
        case Text(content) | Number(content):
            return [_node("Str", content)]
        case Styled("code", children):
            return [_node("Code", [_attributes(), "".join(_code(children))])]
        case Styled(style, children):
            return [_node(_STYLES[style], _inlines(children, setting))]
        case Link(target, children):
            return [_link(target, _inlines(children, setting)), *_named(target, children, setting)]
        case Citation():
            parts = [
                part
                for run in item.runs()
                for sign, (_, number) in zip(",–", run, strict=False)
                for part in (
                    _node("Superscript", [_node("Str", sign)]),
                    word_fields.citation(str(number)),
                )
            ]
            return parts[1:]
        case Marks():
            return []


def _named(target: str, children: Inlines, setting: _Setting | None) -> list[Node]:
    """Behind a link to a table or figure of this document, which one that is: a field."""
    found = setting.captions.get(target.removeprefix("#")) if setting else None
    if not found or setting is None:
        return []
    label = setting.label(*found)
    if plain(children) == label:
        return []
    return [_node("Str", " ("), word_fields.reference(*found, label), _node("Str", ")")]


def _code(children: Inlines) -> Iterable[str]:
    return (child.text for child in children if isinstance(child, Text | Number))


def _link(target: str, content: list[Node]) -> Node:
    return _node("Link", [_attributes(), content, [target, ""]])
