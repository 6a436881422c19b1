"""Characters that a program has spoilt, and rows that a quotation mark has swallowed."""

import re
from collections.abc import Iterator
from functools import partial

from metasynth.checks.check import Check, Doubt, View
from metasynth.checks.labels import LOOK_ALIKES
from metasynth.model.records import Cell
from metasynth.tables import cells
from metasynth.tables.raw_table import RawTable, Row
from metasynth.tables.table_schema import tables

_NOT_ASCII = re.compile(r"[^\x00-\x7f]{2,}")
_PAGES = ("cp1252", "latin-1", "cp1250")
_USUAL = re.compile("[\u00a0-\u017f\u0370-\u03ff\u2010-\u2044\u20ac\u2122\u2212\u2264\u2265]+")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#[0-9]{2,5}|#x[0-9a-fA-F]{2,4});")
_UNSEEN = re.compile("[\u200b\u2060\ufeff]|(?<=[\x21-\x7e])[\u00ad\u200c\u200d](?=[\x21-\x7e])")
_MIXED = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z]")
_FEWEST_BEFORE = 2
_NAMES = frozenset(
    {"label", "treatment", "dose_unit", "design", "background", "population", "unit", "tool"}
    | {"domain", "judgement", "registration", "concept", "part"}
)
"""Columns of names, in which a line break, or a character that is not seen, has no business."""


def mojibake(text: str) -> str:
    """What spoilt characters of `text` were meant to be; blank when none look spoilt.

    UTF-8 read as Windows-1252, Latin-1 or Windows-1250 gives "Ã©", "â€“" or "Ĺ‚".
    """
    for run in _NOT_ASCII.findall(text):
        for page in _PAGES:
            try:
                meant = run.encode(page).decode("utf-8")
            except UnicodeError:
                continue
            if _USUAL.fullmatch(meant):
                return str(meant)
    return ""


def _texts(view: View) -> Iterator[tuple[Row, str, str]]:
    """The cells in which anything but plain ASCII, an entity or a line break stands."""
    for table in view.raw.each():
        for row in table.rows:
            if "".join(row.values()).isascii() and not _odd(row):
                continue
            for column, text in row.items():
                if not text.isascii() or "&" in text or "\n" in text or "\r" in text:
                    yield row, column, text


def _odd(row: Row) -> bool:
    joined = "".join(row.values())
    return "&" in joined or "\n" in joined or "\r" in joined


def spoilt(view: View) -> dict[str, list[Doubt]]:
    """Everything that is odd in the characters of cells, by its kind."""
    found: dict[str, list[Doubt]] = {name: [] for name in _LOOKS}
    for row, column, text in _texts(view):
        for name, look in _LOOKS.items():
            if column != "checked" and (advice := look(view, row, column, text)):
                found[name].append(Doubt(Cell(row.table.file, row.number), column, *advice))
    return found


Advice = tuple[str, str] | None


def _mojibake(_view: View, _row: Row, _column: str, text: str) -> Advice:
    if meant := mojibake(text):
        expected = f"text as it was written: a program has read “{meant}” in another encoding"
        return expected, f"write {meant}, and save the file as UTF-8"
    return None


def _lost(_view: View, _row: Row, _column: str, text: str) -> Advice:
    if "\ufffd" in text:
        expected = "the letter for which U+FFFD stands, which a program could not read"
        return expected, "type it anew from the source"
    return None


def _entity(_view: View, _row: Row, _column: str, text: str) -> Advice:
    if found := _ENTITY.search(text):
        return f"the character that {found[0]} stands for on a web page", "write the character"
    return None


def _unseen(_view: View, _row: Row, column: str, text: str) -> Advice:
    if found := _UNSEEN.search(text) if column in _NAMES else _UNSEEN_ANYWHERE.search(text):
        expected = f"no character that cannot be seen: U+{ord(found[0]):04X} stands at"
        return f"{expected} place {found.start() + 1}", "type the text anew"
    return None


_UNSEEN_ANYWHERE = re.compile("[\u200b\u2060\ufeff]")


def _line_break(_view: View, _row: Row, column: str, text: str) -> Advice:
    if column in _NAMES and ("\n" in text or "\r" in text):
        return "a name on one line", "remove the line break in the cell"
    return None


def _look_alike(_view: View, _row: Row, _column: str, text: str) -> Advice:
    for word in _MIXED.findall(text) if not text.isascii() else ():
        odd = next((char for char in word if ord(char) in LOOK_ALIKES), "")
        if odd and _LATIN.search(word):
            plain = odd.translate(LOOK_ALIKES)
            expected = f"letters of one alphabet in “{word}”: its “{odd}” is U+{ord(odd):04X}"
            return expected, f"type the Latin {plain}, if the word is a Latin one"
    return None


def _swallowed(view: View, row: Row, column: str, text: str) -> Advice:
    """A cell whose last line begins like another row of its own table."""
    if "\n" not in text and "\r" not in text:
        return None
    table = row.table
    last = re.split(r"[\r\n]+", text.strip())[-1].split(",")
    before = [c for c in tables()[table.name].columns if _stands_before(table, c.name, column)]
    parts = {c: last[table.columns[c.name]] for c in before if table.columns[c.name] < len(last)}
    if len(before) < _FEWEST_BEFORE or len(parts) < len(before) or len(last) <= len(before):
        return None
    references = view.raw.references or frozenset()
    known = all(part in references for c, part in parts.items() if c.name == "reference")
    if (
        known
        and any(not c.is_prose for c in parts)
        and not any(cells.check(c, part) for c, part in parts.items())
    ):
        expected = "a text, but its last line looks like another row of this table"
        return expected, "close the quotation mark that opens in this cell, where the text ends"
    return None


def _stands_before(table: RawTable, name: str, column: str) -> bool:
    return name in table.columns and table.columns[name] < table.columns[column]


_LOOKS = {
    "row_swallowed": _swallowed,
    "mojibake": _mojibake,
    "letter_lost": _lost,
    "letter_of_other_alphabet": _look_alike,
    "character_unseen": _unseen,
    "line_break_in_name": _line_break,
    "html_entity": _entity,
}


def _told(name: str, view: View) -> Iterator[Doubt]:
    yield from view.once(spoilt)[name]


_LOOKS_FOR = {
    "row_swallowed": "a row that a quotation mark has swallowed",
    "mojibake": "text in one encoding that was read in another, such as Ã© for é",
    "letter_lost": "the mark U+FFFD for a letter that was lost",
    "letter_of_other_alphabet": "a Cyrillic or Greek letter in a Latin word",
    "character_unseen": "a zero-width character, or a soft hyphen in a name",
    "line_break_in_name": "a line break in a label, treatment, unit or other name",
    "html_entity": "an entity of a web page, such as &amp;nbsp;",
}

CHECKS = tuple(Check(name, "any table", _LOOKS_FOR[name], partial(_told, name)) for name in _LOOKS)
