"""A file of another program, row by row, and what its rows become."""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from pathlib import Path

from metasynth.core.faults import Fault
from metasynth.core.foreign_files import FileRefused, separator
from metasynth.core.text_files import MAX_BYTES, read_text, text_of
from metasynth.importers.found import ArmResult, ImportRefused

Results = tuple[ArmResult, ...]
_COUNTS = frozenset({"events", "total"})
_YEAR = re.compile(r"\b(1[89][0-9]{2}|20[0-9]{2})[a-z]?\b")
_MARKS = {"semicolons": ";", "tabs": "\t", "bars": "|"}
_DECIMAL = re.compile(r"[-+]?[0-9]+,[0-9]+")


@dataclass(frozen=True, slots=True)
class Sides:
    """The names of the two treatments compared."""

    intervention: str
    control: str

    def pair(self, first: Mapping[str, str], second: Mapping[str, str], note: str = "") -> Results:
        """The numbers of the intervention's arm, then of the control's."""
        arms = (self.intervention, "intervention", first), (self.control, "control", second)
        return tuple(
            ArmResult(name, role, name, whole(given), note=note) for name, role, given in arms
        )

    def contrast(self, numbers: Mapping[str, str], note: str = "") -> Results:
        """The numbers of a contrast on the scale of the analysis."""
        name = self.intervention
        return (ArmResult(name, "intervention", name, whole(numbers), self.control, note=note),)


def whole(numbers: Mapping[str, str]) -> dict[str, str]:
    """Numbers as the tables have them: a count may have been written as 12.0."""
    written = {name: _in_full(text) for name, text in numbers.items()}
    return {
        name: re.sub(r"\.0+$", "", text) if name in _COUNTS else text
        for name, text in written.items()
    }


def _in_full(text: str) -> str:
    """A number such as 1.25E7 without its exponent, as the tables have large numbers."""
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?[eE]\+?[0-9]{1,2}", text):
        return format(Decimal(text), "f")
    return text


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file: its number in a spreadsheet, and its cells by lower-case column."""

    row: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell; blank where there is none, or R has written NA."""
        text = self.cells.get(column.casefold(), "").strip()
        return "" if text == "NA" else text

    def has(self, *columns: str) -> bool:
        """Whether all of these cells are filled."""
        return all(self[column] for column in columns)

    def numbers(self, **columns: str) -> dict[str, str]:
        """The cells that become columns of results.csv."""
        return whole({name: self[column] for name, column in columns.items()})


def ordinary(path: Path) -> Path:
    """A file that can be read to its end: no device, no pipe, no folder, and not too large.

    Raises:
        ImportRefused: when it is another.
    """
    if not path.is_file():
        raise ImportRefused(f"{path}: {'no ordinary file' if path.exists() else 'no such file'}")
    if path.stat().st_size > MAX_BYTES:
        raise ImportRefused(f"{path} is larger than {MAX_BYTES // 1_000_000} MB")
    return path


def lines(path: Path, *required: str) -> list[Line]:
    """The rows of a CSV file by the names in its header.

    Raises:
        ImportRefused: when the file is no CSV file with rows and the `required` columns.
    """
    return sheet(path, *required)


def sheet(path: Path, *required: str, encoding: str = "", name: str = "") -> list[Line]:
    """The rows of a spreadsheet: CSV with commas, semicolons or tabs, or the sheet of a workbook.

    Where semicolons or tabs stand between the columns, a comma within a number is its point.
    Without `encoding` a text is UTF-8.

    Raises:
        ImportRefused: as `lines`.
    """
    if zipfile.is_zipfile(path):
        from metasynth.core import workbook

        try:
            rows = workbook.rows(path.read_bytes(), str(path), name)
        except FileRefused as refused:
            raise ImportRefused(str(refused)) from refused
        return _by_header(rows, str(path), required)
    if encoding:
        try:
            return _lines(path.read_text(encoding), str(path), required)
        except (LookupError, UnicodeError) as error:
            raise ImportRefused(f"{path} is not in the encoding {encoding}: {error}") from error
    text, fault = read_text(path, path.name, path.resolve().parent)
    return _lines(_known(text, fault, str(path)), str(path), required)


def lines_of(content: bytes, called: str, *required: str, empty: bool = False) -> list[Line]:
    """The rows of a CSV file's content; `empty` allows a header alone.

    Raises:
        ImportRefused: as `lines`.
    """
    return _lines(_known(*text_of(content, called), called), called, required, empty)


def _known(text: str | None, fault: Fault | None, called: str) -> str:
    if text is None:
        line = f", line {fault.row}" if fault and fault.row else ""
        told = f"expected {fault.expected}; {fault.remedy}" if fault else "expected text"
        if fault and fault.value.startswith("byte"):
            told += ", or name its encoding: --encoding cp1252, cp1250 or latin-1"
        raise ImportRefused(f"{called}{line}: {told}")
    return text


def _lines(text: str, called: str, required: Iterable[str], empty: bool = False) -> list[Line]:
    first, *body = text[:100_000].splitlines() or [""]
    separated = separator(first, body[:50])
    mark = _MARKS.get(separated.partition(",")[0], ",")
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        raise ImportRefused(f"{called} is no CSV file: {error}") from error
    if mark != ",":
        records = [[_pointed(cell) for cell in record] for record in records]
    return _by_header(records, called, required, empty)


def _pointed(cell: str) -> str:
    return cell.replace(",", ".") if _DECIMAL.fullmatch(cell.strip()) else cell


def _by_header(
    records: list[list[str]], called: str, required: Iterable[str], empty: bool = False
) -> list[Line]:
    names = [name.strip().casefold() for name in records[0]] if records else []
    if twice := [name for name, times in Counter(names).items() if name and times > 1]:
        raise ImportRefused(f"{called} has several columns {', '.join(twice)}: rename all but one")
    if missing := [name for name in required if name.casefold() not in names]:
        raise ImportRefused(f"{called} has no column {', '.join(missing)}")
    found = [
        Line(number, dict(zip(names, record, strict=False)))
        for number, record in enumerate(records[1:], start=2)
        if "".join(record).strip()
    ]
    if not found and not empty:
        raise ImportRefused(f"{called} has no rows below its header")
    return found


def year_of(label: str) -> str:
    """The last year in a study's name; blank when there is none."""
    years = _YEAR.findall(label)
    return years[-1] if years else ""


def with_variance(estimate: str, variance: str) -> tuple[dict[str, str], str]:
    """An estimate and its standard error, and how that was found.

    A text that is no variance is left as it is, for the table's contract to refuse.
    """
    try:
        se, how = repr(sqrt(float(variance))), f"se is the square root of the variance {variance}."
    except ValueError:
        se, how = variance, ""
    return {"estimate": estimate, "se": se}, how
