"""Word's own captions and cross-references, as pandoc's raw pieces of WordprocessingML.

A caption's number is a SEQ field between the marks of a bookmark, and what refers to it a REF field
with the same number as its last result: Word renumbers both when a co-author moves a table.
(ECMA-376, part 1, 17.16: fields.)
"""

from html import escape
from itertools import count
from typing import Any

Node = dict[str, Any]
_SUPERSCRIPT = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
_BOLD = "<w:rPr><w:b/></w:rPr>"
FIRST_ID = 100_000
"""Of a bookmark: pandoc's own count from a few up."""


class Bookmarks:
    """The bookmarks of a document, each with an identity of its own."""

    def __init__(self) -> None:
        self._ids = count(FIRST_ID)

    def around(self, name: str, content: str) -> str:
        """Runs with a bookmark around them."""
        number = next(self._ids)
        start = f'<w:bookmarkStart w:id="{number}" w:name="{escape(name)}"/>'
        return f'{start}{content}<w:bookmarkEnd w:id="{number}"/>'


def caption(bookmarks: Bookmarks, word: str, kind: str, number: str) -> Node:
    """The label of a caption, "Table S3": what stands before the number's digits is plain."""
    prefix = number.rstrip("0123456789")
    digits = number[len(prefix) :]
    field = _field(f"SEQ {kind} \\* ARABIC", digits, _BOLD)
    return raw(bookmarks.around(name(kind, number), _run(f"{word} {prefix}", _BOLD) + field))


def reference(kind: str, number: str, shown: str) -> Node:
    """A cross-reference to a caption, such as "Table 3"."""
    return raw(_field(f"REF {name(kind, number)} \\h", shown, ""))


def citation(number: str) -> Node:
    """The number of an entry of the reference list, which is that of its paragraph."""
    return raw(_field(f"REF {name('Reference', number)} \\r \\h", number, _SUPERSCRIPT))


def entry(bookmarks: Bookmarks, number: str) -> Node:
    """A mark in an entry of the reference list."""
    return raw(bookmarks.around(name("Reference", number), ""))


def name(kind: str, number: str) -> str:
    """The name of a bookmark: letters and digits, as Word allows."""
    return f"_Ref{kind}{number}"


def raw(content: str) -> Node:
    """WordprocessingML among a paragraph's inlines."""
    return {"t": "RawInline", "c": ["openxml", content]}


def _field(instruction: str, shown: str, look: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r>{look}<w:fldChar w:fldCharType="{kind}"/></w:r>'

    said = f'<w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText>'
    asked = f"<w:r>{look}{said}</w:r>"
    return mark("begin") + asked + mark("separate") + _run(shown, look) + mark("end")


def _run(text: str, look: str) -> str:
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
