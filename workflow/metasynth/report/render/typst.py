"""A document as Typst source, and that as a tagged PDF.

Text enters Typst only as string literals, which is the one place where nothing in it is markup.
"""

import json
import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import cast

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
)
from metasynth.report.render.compiled import compiled
from metasynth.report.render.pictures import heading_foot, parts

_WHOLE = 14  # a table of so many rows or fewer is not broken over pages
_SHORT = 900  # where no cell has more letters, no row is broken
_NAME = re.compile(r"[\w./-]{24,}")
"""A name too long for a column, such as that of a choice."""
_STANDARDS = ["a-3a", "ua-1"]
_SPACES = " \u00a0\u2007\u2009\u202f"  # none of which Python calls printable, but the first
_quoted = json.JSONEncoder(ensure_ascii=False).encode
_STYLES = {"strong": "strong", "emphasis": "emph", "code": "raw-text", "superscript": "small-super"}


def pdf(
    document: Document, templates: Path, language: Language, attachments: Iterable[str] = ()
) -> bytes:
    """The PDF's bytes, PDF/A-3a and PDF/UA-1 wherever the font has all letters.

    Paths in the document are relative to the working directory.

    Raises:
        typst.TypstError: where the document cannot be set, with Typst's own explanation.
    """
    from typst import TypstError

    text = source(document, templates / "review.typ", language, attachments)
    fonts, told = templates / "fonts", {"format": "pdf", "timestamp": document.moment}
    try:
        return cast(bytes, compiled(text, fonts, pdf_standards=_STANDARDS, **told))
    except TypstError as error:
        if "could not be displayed with font" not in error.message:
            raise
        # A letter that the font lacks: shown as a box, in a PDF that claims no standard.
        return cast(bytes, compiled(text, fonts, **told))


def source(
    document: Document, template: Path, language: Language, attachments: Iterable[str] = ()
) -> str:
    """The document in Typst's markup, its look taken from the template."""
    settings = ", ".join(
        f"{name}: {literal(getattr(document, name))}"
        for name in ("title", "language", "version", "date", "draft")
    )
    settings += f", subtitle: {_inlines(document.subtitle)}"
    settings += f", byline: {_array(map(_inlines, document.byline))}"
    settings += f", authors: {_array(literal(one.name) for one in document.authors)}"
    _, _, region = document.locale.partition("-")
    settings += f", region: {literal(region)}"
    article = document.stem.startswith("review")  # which has no need of contents
    settings += f", contents: {str(not article).lower()}, head: {literal(_head(document, article))}"
    settings += f", said: {_said(language)}"
    parts = [template.read_text(encoding="utf-8"), f"#show: review.with({settings})"]
    parts += map(_attachment, attachments)
    return "\n\n".join([*parts, *(f"#{_block(block)}" for block in document.blocks)]) + "\n"


def _head(document: Document, article: bool) -> str:
    """What stands above each page: the title without its last parts, which leave no room."""
    return ": ".join(document.title.split(": ")[: 1 if article else 2])


def _said(language: Language) -> str:
    """The words that the template itself says."""
    words = {
        "table": language.say("Table"),
        "figure": language.say("Figure"),
        "contents": language.say("Contents"),
        "version": language.say("version"),
        "kind": language.say("Systematic review"),
        "draft": language.say("Draft"),
    }
    return "(" + ", ".join(f"{name}: {literal(word)}" for name, word in words.items()) + ")"


def literal(value: str) -> str:
    """A Typst string literal; JSON's escapes for quotes and backslashes are Typst's own."""
    if not value.isprintable():
        value = "".join(char for char in value if char.isprintable() or char in _SPACES)
    return _quoted(value)


def _attachment(path: str) -> str:
    # Its folder is part of the name: every trial has an arms.csv.
    name = literal("-".join(path.split("/")[-2:]))
    content = f"read({literal('/' + path)}, encoding: none)"
    kind = 'mime-type: "text/csv", relationship: "data"'
    return f"#pdf.attach({name}, {content}, description: {literal(path)}, {kind})"


def _block(block: Block) -> str:
    match block:
        case Heading(level, anchor, content):
            return f"labelled({literal(anchor)}, heading(level: {level}, {_inlines(content)}))"
        case Paragraph(content, ""):
            return f"par({_inlines(content)})"
        case Paragraph(content, anchor):
            return f"labelled({literal(anchor)}, par({_inlines(content)}))"
        case Listing(ordered, items):
            kind = "enum" if ordered else "list"
            return f"{kind}({', '.join(map(_blocks, items))})"
        case Quote(blocks):
            return f"quote(block: true, {_blocks(blocks)})"
        case Table():
            return _table(block)
        case Figure():
            return (
                f"review-figure(anchor: {literal(block.anchor)}, number: {literal(block.number)}, "
                f"caption: {_inlines(block.caption)}, path: {literal('/' + block.path)}, "
                f"alt: {literal(block.alt)}{_cut(block.path)})"
            )
        case References(entries):
            pairs = (f"({literal(anchor)}, {_inlines(body)})" for anchor, body in entries)
            return f"reference-list({', '.join(pairs)})"
        case Notes(entries):
            return f"note-list({', '.join(map(_inlines, entries))})"
        case Landscape():
            return "set page(flipped: true)"


def _cut(path: str) -> str:
    """Of a figure that is higher than paper: its parts, and the foot of the heading they repeat."""
    found = parts(path)
    if not found:
        return ""
    pairs = _array(f"({start:.2f}pt, {end:.2f}pt)" for start, end in found)
    return f", parts: {pairs}, head: {heading_foot(path):.2f}pt"


def _blocks(blocks: Iterable[Block]) -> str:
    return "[" + " ".join(f"#{_block(block)}" for block in blocks) + "]"


def _table(table: Table) -> str:
    columns = _array(f"{column.width}fr" for column in table.columns)
    aligns = _array(column.align for column in table.columns)
    header = _array(f"[#{literal(column.title)}]" for column in table.columns)
    rows = _array(_row(row, len(table.columns)) for row in table.rows)
    short = all(len(plain(cell)) <= _SHORT for row in table.rows for cell in row.cells)
    return (
        f"review-table(anchor: {literal(table.anchor)}, number: {literal(table.number)}, "
        f"caption: {_inlines(table.caption)}, note: {_inlines(table.note)}, "
        f"footnotes: {_array(map(_inlines, table.footnotes))}, "
        f"whole: {str(len(table.rows) <= _WHOLE).lower()}, rows-whole: {str(short).lower()}, "
        f"columns: {columns}, align: {aligns}, "
        f"header: {header}, rows: {rows})"
    )


def _array(items: Iterable[str]) -> str:
    """A Typst array; the comma behind each item makes one of a single item, too."""
    return "(" + "".join(f"{item}, " for item in items) + ")"


def _row(row: Row, width: int) -> str:
    cells = [_inlines(cell) for cell in row.cells]
    if row.anchor:
        cells[0] = f"labelled({literal(row.anchor)}, {cells[0]})"
    if row.heading:
        return f"(group-row({width}, {cells[0]}), )"
    return _array(cells)


def _inlines(content: Inlines) -> str:
    """Content; texts and numbers side by side are one literal, which is set in one go."""
    parts: list[str] = []
    for is_text, group in groupby(content, lambda item: isinstance(item, Text | Number)):
        items = tuple(group)
        parts += [literal(plain(items))] if is_text else map(_inline, items)
    only_text = len(parts) == 1 and isinstance(content[0], Text | Number)
    return parts[0] if only_text else _shown(parts)


def _shown(parts: Iterable[str]) -> str:
    return "[" + "".join(f"#{part}" for part in parts) + "]"


def _inline(item: Inline) -> str:
    match item:
        case Text(content) | Number(content):
            return literal(content)
        case Styled("code", children) if _NAME.fullmatch(plain(children)):
            return f"raw-name({literal(plain(children))})"
        case Styled(style, children):
            return f"{_STYLES[style]}({_inlines(children)})"
        case Link(target, children):
            if target.startswith("#"):
                return f"goto({literal(target[1:])}, {_inlines(children)})"
            return f"link({literal(target)}, {_inlines(children)})"
        case Citation():
            runs = (
                "".join(f'("ref-{key}", "{number}"), ' for key, number in run)
                for run in item.runs()
            )
            return f"citation({', '.join(f'({run})' for run in runs)})"
        case Marks(items):
            return f"note-marks({', '.join(f'({n}, {str(new).lower()})' for n, new in items)})"
