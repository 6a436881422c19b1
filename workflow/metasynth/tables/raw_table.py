"""One CSV file as text, with the place of every cell and the faults of its form.

Everything stays text here, exactly as it was typed: no number, date or missing value is guessed.
A row has the number that a spreadsheet shows (the header is row 1, a line break within quotes does
not count), a column the spreadsheet's letter.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from metasynth.core.faults import Fault, column_letter, nearest, of_file
from metasynth.core.foreign_files import separator
from metasynth.core.text_files import HIDDEN, hidden_advice, read_text
from metasynth.tables.table_schema import Table, tables

# A column for remarks may be added to any table; nothing but a reader looks into it.
EXTRA_COLUMN = "note"
# What was checked in a row that looks doubtful, and by whom: it answers the doubts about the row.
CHECKED = "checked"
MAX_CELL = 131_072
MAX_ROWS = 100_000
# Begins the template's row of explanations, and a row that other readers may take for a comment.
COMMENT = "# "
_HEADERLESS = "the first row to hold the names of the columns"


class Row(dict[str, str]):
    """One row of a table, the text of its cells by column; blank where the table lacks the column.

    `bad` names the columns whose cell is already known to be at fault.
    """

    __slots__ = ("bad", "number", "table")

    def __init__(self, table: "RawTable", number: int, cells: dict[str, str]) -> None:
        super().__init__(cells)
        self.table = table
        self.number = number
        self.bad = set(table.unusable)

    def __missing__(self, column: str) -> str:
        """Blank, for a column that the table lacks."""
        return ""

    def fault(
        self, column: str, expected: str, remedy: str, severity: str = "error", kind: str = ""
    ) -> Fault:
        """A fault of this row at `column`."""
        cell, file = self.cell(column), self.table.file
        return Fault(
            file, self.number, column, cell, self[column], expected, remedy, severity, kind
        )

    def cell(self, column: str) -> str:
        """The place of a cell, such as "trials/bao2011/results.csv:17:F"."""
        return f"{self.table.file}:{self.number}{self.table.letter(column)}"


@dataclass(slots=True)
class RawTable:
    """One table as read.

    `columns` gives each known column's index, `unusable` the columns that are missing or there
    twice, and `complete` says that every row of the file is among `rows`.
    """

    name: str
    file: str
    columns: dict[str, int] = field(default_factory=dict)
    unusable: set[str] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    complete: bool = False

    def letter(self, column: str) -> str:
        """A colon and the letters that a spreadsheet shows for the column; blank if not there."""
        return f":{column_letter(self.columns[column])}" if column in self.columns else ""

    def knows(self, column: str) -> bool:
        """Whether every cell of `column` is known and sound, so that absence can be concluded."""
        return self.complete and not any(column in row.bad for row in self.rows)


def read_table(
    path: Path, name: str, file: str, root: Path, contract: Table | None = None
) -> RawTable:
    """The table called `name` in the contract, from `path`, which faults call `file`.

    `contract` is another one than that of a trial's own folder.
    """
    text, fault = read_text(path, file, root)
    if text is None:
        return RawTable(name, file, faults=[fault] if fault else [])
    records, broken = _records(text, file)
    table = table_of(records, name, file, contract or tables()[name], broken)
    if HIDDEN.search(text):
        table.faults += _hidden_characters(table)
    return table


def table_of(
    records: Sequence[Sequence[str]],
    name: str,
    file: str,
    contract: Table,
    broken: Fault | None = None,
) -> RawTable:
    """The table whose header and rows are `records`, up to where it is `broken`."""
    table = RawTable(name, file)
    if broken:
        table.faults.append(broken)
    elif not records:
        remedy = "fill it in; its header, at least, must be there"
        table.faults.append(of_file(file, "", "a table, but the file is empty", remedy))
    if records and _read_header(table, records, contract):
        table.complete = broken is None
        _read_rows(table, records)
    return table


def table_of_sheet(
    rows: Sequence[Sequence[str]], name: str, file: str, contract: Table
) -> RawTable:
    """The table that a sheet of a workbook holds; its rows may be of different lengths."""
    width = max((len(row) for row in rows), default=0)
    table = table_of([[*row, *[""] * (width - len(row))] for row in rows], name, file, contract)
    if any(HIDDEN.search(cell) for row in rows for cell in row):
        table.faults += _hidden_characters(table)
    return table


def _records(text: str, file: str) -> tuple[list[list[str]], Fault | None]:
    """The records of a CSV text, up to the first that cannot be read and why it cannot."""
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for record in reader:
            if len(text) > MAX_CELL and max(map(len, record), default=0) > MAX_CELL:
                raise csv.Error("field larger")  # whatever limit another library has set
            if len(records) > MAX_ROWS:
                raise csv.Error("too many rows")
            records.append(record)
    except csv.Error as error:
        row = len(records) + 1
        expected, remedy = _csv_fault(str(error))
        return records, Fault(file, row, "", f"{file}:{row}", "", expected, remedy)
    return records, None


def _csv_fault(message: str) -> tuple[str, str]:
    if "unexpected end of data" in message:
        return (
            "every quotation mark to be closed",
            "close the one that opens in this row, or double it if it belongs to the text",
        )
    if "too many rows" in message:
        return (
            f"at most {MAX_ROWS:,} rows below the header",
            "look for rows that were pasted again and again",
        )
    if "field larger" in message:
        return (
            f"a cell of at most {MAX_CELL} characters",
            "shorten it; look for a missing quotation mark",
        )
    return (
        "only a comma or the end of the row after a closing quotation mark",
        "double each quotation mark that belongs to the text of a quoted cell",
    )


def _read_header(table: RawTable, records: Sequence[Sequence[str]], contract: Table) -> bool:
    """Note where each column stands and what is wrong with the header; False when it is none."""
    header = records[0]
    known = {column.name for column in contract.columns}
    needed = {column.name for column in contract.columns if not column.optional}
    if 2 * len(known.intersection(header)) < len(needed):
        advice = _no_header(records, contract)
        if len(records) > 1 and 2 * len(known.intersection(records[1])) >= len(needed):
            advice = _HEADERLESS, "remove this row: the names of the columns stand in the next one"
        first = header[0] if header else ""
        table.faults.append(_header_fault(table, 0, first, *advice))
        return False
    absent = known.difference(header)
    for index, name in enumerate(header):
        if name in table.columns:
            table.unusable.add(name)
            expected = f"each column once, but {name} stands in {table.letter(name)[1:]} already"
            table.faults.append(_header_fault(table, index, name, expected, "remove or rename one"))
        elif name in known or name == EXTRA_COLUMN:
            table.columns[name] = index
        elif name.strip():
            expected, remedy = _unknown_column(name, absent, known)
            table.faults.append(_header_fault(table, index, name, expected, remedy))
    explained = {nearest(name, absent) for name in header if name not in known}
    for name in sorted(absent.intersection(needed) - explained):
        expected, remedy = f"a column {name}", f"add {name} to the header, and its cells below it"
        table.faults.append(Fault(table.file, 1, name, f"{table.file}:1", "", expected, remedy))
    table.unusable |= absent.intersection(needed | explained)
    return True


def _no_header(records: Sequence[Sequence[str]], contract: Table) -> tuple[str, str]:
    first, *body = (",".join(record) for record in records[:50])
    if called := separator(first, body):
        remedy = "save it again as CSV with the comma as field separator"
        if "decimals" in called:
            remedy += " and a point as decimal mark"
        return f"commas between the columns, but there are {called}", remedy
    if first.casefold().startswith("sep="):
        return _HEADERLESS, "remove this first line, which only spreadsheets understand"
    return (
        _HEADERLESS,
        f"put this row on top: {','.join(column.name for column in contract.columns)}",
    )


def _unknown_column(name: str, absent: set[str], known: set[str]) -> tuple[str, str]:
    near = nearest(name, absent) or nearest(name, known)
    remedy = f"did you mean {near}?" if near else f"remove it, or write remarks in {EXTRA_COLUMN}"
    return f"a column of this table ({', '.join(sorted(absent or known))})", remedy


def _header_fault(table: RawTable, index: int, name: str, expected: str, remedy: str) -> Fault:
    cell = f"{table.file}:1:{column_letter(index)}"
    return Fault(table.file, 1, name, cell, name, expected, remedy)


def _read_rows(table: RawTable, records: Sequence[Sequence[str]]) -> None:
    """Add every row, unless it is blank (as below the end) or its cells are displaced."""
    header, *body = records
    nameless = list(_nameless(table, header, body))
    for number, cells in enumerate(body, start=2):
        if not "".join(cells).strip():
            continue
        if cells[0].startswith(COMMENT):
            table.faults.append(_explanations(table, number, cells[0]))
            continue
        if len(cells) != len(header) or (nameless and any(cells[index] for index in nameless)):
            table.faults.append(_displaced(table, number, cells, len(header), nameless))
            table.complete = False
            continue
        named = {name: cells[index] for name, index in table.columns.items()}
        table.rows.append(Row(table, number, named))
    if any(cells and cells[0].startswith(COMMENT) for cells in body) and not table.rows:
        table.complete = False


def _nameless(
    table: RawTable, header: Sequence[str], body: Sequence[Sequence[str]]
) -> Iterator[int]:
    """The columns without a name that must be empty; one that is mostly filled lacks its name."""
    for index in (index for index, name in enumerate(header) if not name.strip()):
        filled = sum(len(cells) == len(header) and bool(cells[index].strip()) for cells in body)
        if 1 < filled > len(body) / 2:
            remedy = "write its name above it, or delete the column"
            expected = f"a name, as {filled} rows have a value in this column"
            table.faults.append(_header_fault(table, index, "", expected, remedy))
        else:
            yield index


def _explanations(table: RawTable, number: int, value: str) -> Fault:
    expected = "data: a row that begins with # and a blank only explains, as in the template"
    remedy = "delete this row, or begin its first cell without #"
    cell = f"{table.file}:{number}:A"
    return Fault(table.file, number, "", cell, value, expected, remedy)


def _displaced(
    table: RawTable, number: int, cells: Sequence[str], width: int, nameless: Sequence[int]
) -> Fault:
    """A comma too many or too few moves all values behind it, so that no cell can be trusted."""
    index = min(len(cells), width)
    expected = f"{width} cells, as in the header, but there are {len(cells)}"
    if len(cells) == width:
        index = next(i for i in nameless if cells[i])
        expected = "nothing in a column without a name"
    place = f"{table.file}:{number}:{column_letter(index)}"
    value = cells[index] if index < len(cells) else ""
    remedy = "check the commas of this row; a text that holds one must stand in quotation marks"
    if not table.file.endswith(".csv"):
        remedy = "empty this cell, or write the name of its column above"
    return Fault(table.file, number, "", place, value, expected, remedy)


def _hidden_characters(table: RawTable) -> Iterator[Fault]:
    for row in table.rows:
        for column, text in row.items():
            if found := HIDDEN.search(text):
                row.bad.add(column)
                yield row.fault(column, *hidden_advice(found))
