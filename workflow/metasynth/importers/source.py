"""A file of another program, row by row, and what its rows become."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import dropwhile
from math import sqrt
from pathlib import Path

from metasynth.core.faults import Fault, shown
from metasynth.core.foreign_files import FileRefused, is_workbook, separator
from metasynth.core.text_files import MAX_BYTES, text_of
from metasynth.importers.found import ArmResult, ImportRefused

Results = tuple[ArmResult, ...]
_MOST_NAMED = 12
_COUNTS = frozenset({"events", "total"})
_YEAR = re.compile(r"\b(1[89][0-9]{2}|20[0-9]{2})[a-z]?\b")
_MARKS = {"semicolons": ";", "tabs": "\t", "bars": "|"}
_MARK = re.compile(r"[,;\t|]")
_DECIMAL = re.compile(r"[-+]?[0-9]+([.,])[0-9]+")
_GROUPED = re.compile(r"[-+]?[1-9][0-9]{0,2}([.,])[0-9]{3}")
"""A number that is a thousand and more, if its mark is not the decimal one."""


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


def sheet(path: Path, *required: str, encoding: str = "", name: str = "") -> list[Line]:
    """The rows of a spreadsheet: CSV with commas, semicolons or tabs, or the sheet of a workbook.

    Where semicolons or tabs stand between the columns, a comma within a number is its point.
    Without `encoding` a text is UTF-8.

    Raises:
        ImportRefused: when it is no table with rows and the `required` columns.
    """
    content = ordinary(path).read_bytes()
    return lines_of(content, str(path), *required, encoding=encoding, name=name)


def lines_of(
    content: bytes,
    called: str,
    *required: str,
    empty: bool = False,
    encoding: str = "",
    name: str = "",
) -> list[Line]:
    """The rows of a table's content, as `sheet`; `empty` allows a header alone.

    Raises:
        ImportRefused: as `sheet`.
    """
    return _by_header(_records_of(content, called, encoding, name), called, required, empty)


@lru_cache(maxsize=1)
def _records_of(content: bytes, called: str, encoding: str, name: str) -> list[list[str]]:
    """The rows of a workbook's sheet or of a text, as lists of cells; kept for `how_read`."""
    if not is_workbook(content):
        return _records(text_in(content, called, encoding=encoding), called)
    from metasynth.core import workbook

    try:
        return workbook.rows(content, called, name)
    except FileRefused as refused:
        raise ImportRefused(str(refused)) from refused


def text_in(content: bytes, called: str, kind: str = "CSV", encoding: str = "") -> str:
    """The text of a file's content; without `encoding` it is UTF-8.

    Raises:
        ImportRefused: when it is none, with what it is instead.
    """
    if not content.strip():
        raise ImportRefused(f"{called} is empty")
    text, fault = text_of(content, called, kind, encoding)
    if fault:
        raise refusal(called, fault)
    return text or ""


def refusal(called: str, fault: Fault) -> ImportRefused:
    """What is told of a file that has a fault."""
    line = f", line {fault.row}" if fault.row else ""
    told = f"expected {fault.expected}; {fault.remedy}"
    if fault.expected.startswith("text in UTF-8"):
        told += ", or name its encoding: --encoding cp1252, cp1250, latin-1 or utf-16"
    return ImportRefused(f"{called}{line}: {told}")


def how_read(path: Path, encoding: str = "", name: str = "") -> list[str]:
    """What was read otherwise than as a table with commas whose first row names its columns.

    It is said to the reader, who knows whether it is so.
    """
    content, said = path.read_bytes(), list[str]()
    if not is_workbook(content):
        text, _ = text_of(content, path.name, encoding=encoding)
        if not text or text.lstrip().startswith("<"):
            return []
        mark, comma, decimals = _separator(text).partition(",")
        if mark:
            said.append(f"{mark} stand between its columns{comma}{decimals}; it was read so")
    records = _records_of(content, path.name, encoding, name)
    above = _above_header(records)
    titles = " ".join(cell.strip() for record in records[:above] for cell in record if cell)
    stands = f"above it stands {shown(titles) or 'nothing'}"
    if both := _two_rows_of_names(records, above):
        name = next(name for name in both if ": " in name)
        said.append(
            f"rows {above + 1} and {above + 2} were read as the names of its columns together, such"
            f" as {shown(name)}" + f"; {stands}" * (above > 0)
        )
    elif above:
        said.append(f"row {above + 1} was read as the names of its columns; {stands}")
    return said


def _above_header(records: list[list[str]]) -> int:
    """How many rows stand above the names of columns: titles, of one cell each, and blank rows."""
    filled = (sum(bool(cell.strip()) for cell in record) for record in records)
    return next((above for above, cells in enumerate(filled) if cells > 1), 0)


def _two_rows_of_names(records: list[list[str]], above: int) -> list[str]:
    """The names of columns where a second row names the parts of a merged cell; else none.

    "Drug" above "Events" and "Total" gives "Drug: Events" and "Drug: Total". The second row is one
    of names where it has none of the first column's and no number, and a name below a blank cell.
    """
    heads, parts = ([cell.strip() for cell in record] for record in (*records[above:], [], [])[:2])
    parts += [""] * (len(heads) - len(parts))
    heads += [""] * (len(parts) - len(heads))
    split = [bool(part) and not head for head, part in zip(heads, parts, strict=True)]
    if not any(split) or not heads[0] or parts[0] or any(map(_is_number, parts)):
        return []
    names, group = list[str](), ""
    for head, part in zip(heads, parts, strict=True):
        group = head or group
        names.append(f"{group}: {part}" if part else head)
    return names


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[0-9]*[.,]?[0-9]+%?", text))


def _separator(text: str) -> str:
    lines = text[:100_000].splitlines()
    first, *body = [*dropwhile(lambda line: not _MARK.search(line), lines), ""]
    return separator(first, body[:50])


def _records(text: str, called: str) -> list[list[str]]:
    mark = _MARKS.get(_separator(text).partition(",")[0], ",")
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        raise ImportRefused(f"{called} is no CSV file: {error}") from error
    return records if mark == "," else _pointed(records, called)


def _pointed(records: list[list[str]], called: str) -> list[list[str]]:
    """The records with points for decimal commas.

    Raises:
        ImportRefused: when nothing shows whether 1,234 (or 1.234) is a thousand and more.
    """
    cells = [(row, cell.strip()) for row, record in enumerate(records, 1) for cell in record]
    sure = {found[1] for _, cell in cells if (found := _DECIMAL.fullmatch(cell))
            and not _GROUPED.fullmatch(cell)}  # fmt: skip
    for row, cell in cells:
        if (found := _GROUPED.fullmatch(cell)) and sure != {found[1]}:
            raise ImportRefused(
                f"{called}, row {row}: {cell} may be a number with three decimals, or a thousand"
                " and more: write numbers with a point as decimal mark, and no separators of"
                " thousands"
            )
    return [[_with_point(cell) for cell in record] for record in records]


def _with_point(cell: str) -> str:
    return cell.replace(",", ".") if _DECIMAL.fullmatch(cell.strip()) else cell


def _by_header(
    records: list[list[str]], called: str, required: Iterable[str], empty: bool = False
) -> list[Line]:
    above = _above_header(records)
    both = _two_rows_of_names(records, above)
    header = both or (records[above] if records else [])
    names = [name.strip().casefold() for name in header]
    if twice := [name for name, times in Counter(names).items() if name and times > 1]:
        raise ImportRefused(f"{called} has several columns {', '.join(twice)}: rename all but one")
    if missing := [name for name in required if name.casefold() not in names]:
        there = ", ".join(shown(name) for name in header[:_MOST_NAMED] if name.strip())
        raise ImportRefused(f"{called} has no column {', '.join(missing)}; it has: {there}")
    first = above + (2 if both else 1)
    found = [
        Line(number, dict(zip(names, record, strict=False)))
        for number, record in enumerate(records[first:], start=first + 1)
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
