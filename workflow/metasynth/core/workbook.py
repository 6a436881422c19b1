"""The cells of a workbook (xlsx) as text, read with nothing but the standard library.

ECMA-376 part 1, 18.3 and 18.8: a sheet's cells are numbers, or indices of the workbook's shared
strings; what a number looks like is said by the format of its style.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from metasynth.core.foreign_files import BROKEN_ZIP, FileRefused, instead_of_zip
from metasynth.core.text_files import MAX_BYTES
from metasynth.core.xml_tree import Node, parsed

_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")
_MOST_ROWS, _MOST_CELLS = 2**20, 5_000_000
"""The rows that a sheet can have, and the cells that are read of one, blank ones counted."""
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_ALWAYS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
# ECMA-376 part 1, 18.8.30: formats that have a number and no text. Those of dates are of a place.
_BUILT_IN = {"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%"}
_DATES = {str(n) for n in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))}
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_PLAIN = re.compile(r"[#,]*0(?:\.(0+))?(%?)")
_FIRST_DAY = datetime(1899, 12, 30)
Format = str
"""What a style says of a number: "General", a code such as "0.00%", or "date"."""


def rows(content: bytes, called: str, sheet: str = "") -> list[list[str]]:
    """The rows of a sheet, by default the first, each from column A on, blank rows kept.

    Numbers are given as they are kept, whatever their format.

    Raises:
        FileRefused: when it is no workbook, or has no sheet of this name.
    """
    with _Opened(content, called) as book:
        if not book.sheets or (sheet and sheet not in book.sheets):
            known = ", ".join(book.sheets) or "none"
            raise FileRefused(f"{called} has no sheet {sheet}, only {known}")
        return book.rows(sheet or next(iter(book.sheets)), ())


def sheets(content: bytes, called: str) -> dict[str, list[list[str]]]:
    """The rows of every sheet by its name, as `rows`, but each number as its format shows it.

    Zeros at the end are kept, digits that the format hides are not dropped, a date is written
    year-month-day, and a formula whose value was not kept is its own text.

    Raises:
        FileRefused: when it is no workbook.
    """
    with _Opened(content, called) as book:
        formats = book.formats()
        return {name: book.rows(name, formats) for name in book.sheets}


class _Opened:
    """A workbook: its sheets' paths by name, read part by part."""

    def __init__(self, content: bytes, called: str) -> None:
        self.called, self._content, self._left = called, content, 2 * MAX_BYTES
        self.sheets: dict[str, str] = {}

    def __enter__(self) -> "_Opened":
        """Open it; whatever goes wrong from now on is a `FileRefused`."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(self._content))
            book, relations = (self._part(name) for name in _ALWAYS)
            targets = {one["Id"]: one["Target"] for one in relations.all("Relationship")}
            self.sheets = {node["name"]: _path(targets[node["r:id"]]) for node in book.all("sheet")}
            if len({*self.sheets.values()}) < len(self.sheets):
                raise FileRefused(f"{self.called}: two sheets are one and the same part")
            self._from_1904 = any(
                node["date1904"] in ("1", "true") for node in book.all("workbookPr")
            )
            self._strings = self._shared()
        except FileRefused:
            raise
        except (KeyError, *BROKEN_ZIP) as error:
            raise self._refused(error) from error
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Close it."""
        self._zip.close()
        if isinstance(error, (KeyError, *BROKEN_ZIP)) and not isinstance(error, FileRefused):
            raise self._refused(error) from error

    def _refused(self, error: BaseException) -> FileRefused:
        named = instead_of_zip(self._content)
        why = f"it is {named}" if named else str(error)
        return FileRefused(f"{self.called} is no workbook (xlsx) that can be read: {why}")

    def _part(self, name: str) -> Node:
        size = self._zip.getinfo(name).file_size
        self._left -= size  # of all parts together
        if size > MAX_BYTES or self._left < 0:
            raise FileRefused(f"{self.called}: {name} is larger than {MAX_BYTES} bytes")
        return parsed(self._zip.read(name), f"{self.called}: {name}")

    def _has(self, name: str) -> bool:
        return name in self._zip.namelist()

    def _shared(self) -> list[str]:
        if not self._has(_STRINGS):
            return []
        return [_words(node) for node in self._part(_STRINGS).children if node.name == "si"]

    def formats(self) -> list[Format]:
        """The format of each style, in the order in which cells number them."""
        if not self._has(_STYLES):
            return []
        styles = self._part(_STYLES)
        codes = _BUILT_IN | {one["numFmtId"]: one["formatCode"] for one in styles.all("numFmt")}
        used = next((node for node in styles.children if node.name == "cellXfs"), None)
        numbers = [xf["numFmtId"] for xf in used.all("xf")] if used else []
        return [_kind(number, codes.get(number, "General")) for number in numbers]

    def rows(self, sheet: str, formats: Sequence[Format]) -> list[list[str]]:
        """The rows of a sheet; without formats, numbers as they are kept."""
        made: list[list[str]] = []
        size = 0
        for row in self._part(self.sheets[sheet]).all("row"):
            cells = dict(self._cells(row, formats))
            above = int(row["r"]) - 1 if row["r"].isdecimal() else 0
            wide = max(cells, default=-1) + 1
            size += wide
            if above >= _MOST_ROWS or size > _MOST_CELLS:
                raise FileRefused(f"{self.called}: sheet {sheet} is larger than a table can be")
            made += [[] for _ in range(above - len(made))]
            made.append([cells.get(i, "") for i in range(wide)])
        return made

    def _cells(self, row: Node, formats: Sequence[Format]) -> Iterator[tuple[int, str]]:
        for place, cell in enumerate(node for node in row.children if node.name == "c"):
            found = _CELL.fullmatch(cell["r"])
            yield (_index(found[1]) if found else place), self._text(cell, formats)

    def _text(self, cell: Node, formats: Sequence[Format]) -> str:
        kind, value, formula = cell["t"], cell.child("v"), cell.child("f")
        if kind == "inlineStr":
            inner = cell.child("is")
            return _words(inner) if inner else ""
        text = "".join(value.texts) if value else ""
        if kind == "s":
            known = text.isdecimal() and int(text) < len(self._strings)
            return self._strings[int(text)] if known else ""
        if kind == "b" and formats:
            return "TRUE" if text == "1" else "FALSE"
        if formula and not text and formats:
            return "=" + "".join(formula.texts)
        if kind not in ("", "n"):
            return text
        style = int(cell["s"]) if cell["s"].isdecimal() else 0
        shown = formats[style] if style < len(formats) else "General"
        return _shown(text, shown, from_1904=self._from_1904)


def _path(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _words(node: Node) -> str:
    """The text of a string without the phonetic runs that East Asian workbooks have."""
    texts = (
        n
        for c in node.children
        if c.name in ("t", "r")
        for n in ([c] if c.name == "t" else c.all("t"))
    )
    return "".join("".join(text.texts) for text in texts)


def _index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _kind(number: str, code: str) -> Format:
    """A format by its number and code; only what it says of positive numbers is heeded."""
    if number in _DATES:
        return "date"
    bare = _LITERAL.sub("", code.partition(";")[0])
    return "date" if re.search("[ymdhs]", bare.replace("General", ""), re.IGNORECASE) else bare


def _shown(text: str, shown: Format, *, from_1904: bool) -> str:
    """A number as its format shows it, except that no digit is lost."""
    number = _number(text)
    plain = _PLAIN.fullmatch(shown)
    try:
        if shown == "date":
            return _date(float(number), from_1904=from_1904)
        if not plain:
            return number
        value = Decimal(number) * (100 if plain[2] else 1)
        kept = max(-int(value.normalize().as_tuple().exponent), len(plain[1] or ""), 0)
        return f"{value:.{kept}f}{plain[2]}"
    except (ValueError, ArithmeticError):  # no number after all
        return number


def _date(days: float, *, from_1904: bool) -> str:
    """Days since the workbook's first one, as year-month-day, with the time where it has one."""
    when = _FIRST_DAY + timedelta(days=round(days * 86400) / 86400 + (1462 if from_1904 else 0))
    when = (when + timedelta(microseconds=500_000)).replace(microsecond=0)
    time = f"{when:%H:%M:%S}"
    if 0 <= days < 1:
        return time
    return f"{when:%Y-%m-%d}" + ("" if time == "00:00:00" else f" {time}")


def _number(text: str) -> str:
    """A number in the fewest digits: the workbook keeps 0.1 as 0.10000000000000001."""
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
