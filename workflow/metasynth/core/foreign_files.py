"""What a file is that is not the text it should be: a workbook, an encoding, two versions.

Each is named, so that its author can mend it; what is named here is refused, whoever reads it.
"""

import re
import zipfile
import zlib
from collections.abc import Sequence


class FileRefused(ValueError):  # noqa: N818 - it is what the user is told
    """A file of another program that cannot be read at all; the message says why."""


_PACKED = b"PK\x03\x04"
_PACKAGES = (
    (b"xl/workbook", "a workbook (xlsx)"),
    (b"oasis.opendocument.spreadsheet", "a workbook (ods)"),
    (b"word/document", "a document (docx)"),
    (b"[Content_Types].xml", "an office document (xlsx, docx)"),
    (b"oasis.opendocument.text", "a document (odt)"),
    (b"-data.zip", "the data package of RevMan Web (zip)"),
    (b"-data-rows.csv", "the data package of RevMan Web (zip)"),
)
"""Kinds of zip by the names of files in them, which stand in a zip as they are."""
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook (xls)"),
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"{\\rtf", "a document (rtf)"),
)
_MARKUP = (
    (re.compile(rb"\s*(?:<!doctype html|<html\b|<head\b|<body\b|<table\b)", re.IGNORECASE),
     "a web page (HTML), as some programs save for a workbook"),
    (re.compile(rb"\s*<\?xml\b(?=.{0,400}<COCHRANE_REVIEW\b)", re.DOTALL),
     "a review of RevMan 5 (rm5)"),
    (re.compile(rb"\s*<\?xml\b"), "an XML file"),
)  # fmt: skip
_WITH_MARKUP = ("Markdown",)
"""Kinds of text in which a tag may well stand first."""
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)
"""What reading a zip raises when it is cut short, spoilt or encrypted."""
_CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} |\|{7} )", re.MULTILINE)
_PAGES = (("cp1250", "Windows-1250"), ("cp1252", "Windows-1252 or Latin-1"))
_LETTERS_OF = {
    "cp1250": frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻčďěňřšťůýžČĎĚŇŘŠŤŮÝŽőűŐŰ"),
    "cp1252": frozenset("àâäæçèéêëîïñôöœùûüÿßåøÀÂÄÆÇÈÉÊËÎÏÑÔÖŒÙÛÜŸÅØ"),
}
_WORD = re.compile(r"[^\s,;\"]{0,20}[^\x00-\x7f][^\s,;\"]{0,20}")


def signature(content: bytes, kind: str = "CSV") -> str:
    """What the first bytes say the file is, where a file of `kind` should be; blank for a text."""
    if content.startswith(_PACKED):
        return next((name for mark, name in _PACKAGES if mark in content), "a zip")
    named = next((name for start, name in _SIGNATURES if content.startswith(start)), "")
    if named or kind in _WITH_MARKUP:
        return named
    start = content[:2000].removeprefix(b"\xef\xbb\xbf")
    return next((name for pattern, name in _MARKUP if pattern.match(start)), "")


def is_workbook(content: bytes) -> bool:
    """Whether the content is that of a workbook (xlsx), whole or not, whatever its name."""
    return content.startswith(_PACKED) and signature(content) == _PACKAGES[0][1]


def instead_of_zip(content: bytes) -> str:
    """What a file is that has a workbook's name and is no zip; blank where nothing is known."""
    if content.startswith(_PACKED):
        return ""
    plain = content and not re.search(rb"[\x00-\x08\x0e-\x1f]", content[:4096])
    return signature(content) or ("a text, such as CSV" if plain else "")


def conflict(text: str) -> int | None:
    """The line of the first conflict marker that a merge of git has left; None when there is none.

    A line of seven equals signs alone may underline a heading, and is no sign by itself.
    """
    marks = list(_CONFLICT.finditer(text)) if "<<<<<<< " in text or ">>>>>>> " in text else []
    if not any(mark[0][0] in "<>" for mark in marks):
        return None
    return text.count("\n", 0, marks[0].start()) + 1


def code_page(content: bytes) -> str:
    """In which encoding of Windows the text is most likely written, with a word of it."""
    texts = {page: content.decode(page, errors="replace") for page, _ in _PAGES}
    counts = {page: sum(map(text.count, _LETTERS_OF[page])) for page, text in texts.items()}
    page, name = max(_PAGES, key=lambda pair: counts[pair[0]])
    word = _WORD.search(texts[page])
    if not counts[page] or word is None:
        return ""
    return f"; in {name} it would read “{word[0]}”"


def separator(header: str, body: Sequence[str] = ()) -> str:
    """What stands between the columns instead of commas; blank when commas do.

    `body` are some lines below, which may show that decimals have commas too.
    """
    for mark, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if header.count(mark) > header.count(","):
            decimal = any(re.search(r"(^|[;\t|])-?[0-9]+,[0-9]+($|[;\t|])", line) for line in body)
            return f"{called}, and decimals have commas" if decimal else called
    return ""
