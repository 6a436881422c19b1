"""A document as pandoc's own tree: the structure alone, in which text is never markup.

The tree's shape is that of pandoc-types (https://hackage.haskell.org/package/pandoc-types), which
`pandoc --to=json` prints for any document.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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

Node = dict[str, Any]
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


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the tree's parts need beside the document: each SVG's pictures, and the language."""

    pictures: Mapping[str, Sequence[str]]
    language: Language


def tree(document: Document, pictures: Mapping[str, Sequence[str]], language: Language) -> Node:
    """The whole document; `pictures` names the pictures of each figure's SVG."""
    draft = _node("Strong", _inlines(text(document.draft)))
    banner = [_node("Para", [draft])] if document.draft else []
    prefix = f"{language.say('Draft')}: " if document.draft else ""
    body = _blocks(_turned_once(document.blocks), _Setting(pictures, language))
    return {
        "pandoc-api-version": _API,
        "meta": {
            "title": _meta(text(f"{prefix}{document.title}")),
            "subtitle": _meta(document.subtitle),
            "lang": _meta(text(document.language)),
        },
        "blocks": [*banner, *map(_author_line, document.byline), *body],
    }


def _author_line(line: Inlines) -> Node:
    return _node("Div", [["", [], [["custom-style", "Author"]]], [_node("Para", _inlines(line))]])


def _turned_once(blocks: Iterable[Block]) -> list[Block]:
    """Without any later turn of the pages: they are wide already."""
    kept, wide = list[Block](), False
    for block in blocks:
        if not (wide and isinstance(block, Landscape)):
            kept.append(block)
        wide = wide or isinstance(block, Landscape)
    return kept


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
            return [_node("Header", [level, _attributes(anchor), _inlines(content)])]
        case Paragraph(content, anchor):
            said = _inlines(content)
            return [_node("Para", [_span(anchor, said)] if anchor else said)]
        case Listing(ordered, points):
            bodies = [_blocks(item, setting) for item in points]
            return [_ordered(bodies) if ordered else _node("BulletList", bodies)]
        case Quote(blocks):
            return [_node("BlockQuote", _blocks(blocks, setting))]
        case Table():
            return _table(block, setting)
        case Figure():
            return [_figure(block, setting)]
        case References(entries):
            items = [_span(anchor, _inlines(body)) for anchor, body in entries]
            return [_ordered([[_node("Para", [item])] for item in items])]
        case Notes():
            return []  # of paper alone, as are their marks
        case Landscape():
            return [_section_break()]


def _ordered(items: list[list[Node]]) -> Node:
    return _node("OrderedList", [[1, _node("Decimal"), _node("Period")], items])


def _span(anchor: str, content: list[Node]) -> Node:
    return _node("Span", [_attributes(anchor), content])


def _section_break() -> Node:
    """The end of the upright pages: in Word a section's properties stand in its last paragraph."""
    properties = f"<w:sectPr>{PORTRAIT}{_MARGINS}</w:sectPr>"
    return _node("RawBlock", ["openxml", f"<w:p><w:pPr>{properties}</w:pPr></w:p>"])


def _label(label: str, caption: Inlines) -> list[Node]:
    return [_node("Strong", [_node("Str", label)]), _node("Space"), *_inlines(caption)]


def _figure(figure: Figure, setting: _Setting) -> Node:
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
    caption = [
        None,
        [
            _node(
                "Plain",
                _label(
                    setting.language.say("Figure {number}.", number=figure.number), figure.caption
                ),
            )
        ],
    ]
    return _node(
        "Figure",
        [_attributes(figure.anchor), caption, [_node("Plain", [image]) for image in images]],
    )


def _table(table: Table, setting: _Setting) -> list[Node]:
    share = sum(column.width for column in table.columns)
    columns = [
        [_node(_ALIGN[column.align]), _node("ColWidth", column.width / share)]
        for column in table.columns
    ]
    header = [_cell([_node("Str", column.title)]) for column in table.columns]
    caption = [
        None,
        [
            _node(
                "Plain",
                _label(setting.language.say("Table {number}.", number=table.number), table.caption),
            )
        ],
    ]
    rows = [_row(row, len(columns)) for row in table.rows]
    body = [[_attributes(), 0, [], rows]]
    head = [_attributes(), [[_attributes(), header]]]
    made = _node(
        "Table", [_attributes(table.anchor), caption, columns, head, body, [_attributes(), []]]
    )
    notes = [table.note] if table.note else []
    return [made, *map(_note, (*notes, *table.footnotes))]


def _note(content: Inlines) -> Node:
    return _node(
        "Div", [["", [], [["custom-style", "Table Note"]]], [_node("Para", _inlines(content))]]
    )


def _row(row: Row, width: int) -> list[Any]:
    cells = [_inlines(cell) for cell in row.cells]
    if row.anchor:
        cells[0] = [_span(row.anchor, cells[0])]
    if row.heading:
        return [_attributes(), [_cell([_node("Strong", cells[0])], width)]]
    return [_attributes(), [_cell(cell) for cell in cells]]


def _cell(content: list[Node], width: int = 1) -> list[Any]:
    return [_attributes(), _node("AlignDefault"), 1, width, [_node("Plain", content)]]


def _inlines(content: Iterable[Inline]) -> list[Node]:
    return [_inline(item) for item in content]


def _inline(item: Inline) -> Node:
    match item:
        case Text(content) | Number(content):
            return _node("Str", content)
        case Styled("code", children):
            return _node("Code", [_attributes(), "".join(_code(children))])
        case Styled(style, children):
            return _node(_STYLES[style], _inlines(children))
        case Link(target, children):
            return _link(target, _inlines(children))
        case Citation(items):
            links = [_link(f"#ref-{key}", [_node("Str", str(number))]) for key, number in items]
            commas = [part for link in links for part in (_node("Str", ","), link)][1:]
            return _node("Superscript", commas)
        case Marks():
            return _node("Str", "")


def _code(children: Inlines) -> Iterable[str]:
    return (child.text for child in children if isinstance(child, Text | Number))


def _link(target: str, content: list[Node]) -> Node:
    return _node("Link", [_attributes(), content, [target, ""]])
