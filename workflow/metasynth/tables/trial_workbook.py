"""The workbook trials.xlsx: empty, to be filled in, or with the trials that there are."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from metasynth.core.workbook_writing import LAST_ROW, Sheet, SheetColumn, workbook
from metasynth.tables.long_tables import SHEETS
from metasynth.tables.raw_table import CHECKED, EXTRA_COLUMN, RawTable, table_of
from metasynth.tables.reader import RawTrial
from metasynth.tables.table_schema import STUDY_ID, Column, long_table, tables

_WIDE = 28
_PROSE = frozenset({EXTRA_COLUMN, CHECKED, "population", "background", "quote", "support"})


def template() -> bytes:
    """The workbook without a trial: each column explained in its header, words in lists."""
    return filled(())


def filled(trials: Iterable[RawTrial]) -> bytes:
    """The workbook with these trials, every cell as it stands in their tables."""
    return workbook(sheets(trials))


def from_texts(study: str, texts: Mapping[str, str]) -> RawTrial:
    """A trial from the CSV texts of its tables by file name, as an importer makes them."""
    return RawTrial(study, tuple(_table(name, texts.get(f"{name}.csv", "")) for name in SHEETS))


def _table(name: str, text: str) -> RawTable:
    records = list(csv.reader(io.StringIO(text, newline="")))
    return table_of(records, name, f"{name}.csv", tables()[name]) if records else RawTable(name, "")


def sheets(trials: Iterable[RawTrial]) -> tuple[Sheet, ...]:
    """The workbook's sheets, one a table."""
    known = list(trials)
    return tuple(_sheet(name, called, known) for name, called in SHEETS.items())


def _sheet(name: str, called: str, trials: Sequence[RawTrial]) -> Sheet:
    columns = long_table(name).columns
    rows = [
        [trial.study, *(row[column.name] for column in columns[1:])]
        for trial in trials
        for row in trial.table(name).rows
    ]
    return Sheet(called, tuple(_column(column, called) for column in columns), rows, to_fill=True)


def _column(column: Column, sheet: str) -> SheetColumn:
    choices: Sequence[str] | str = column.words
    if column is STUDY_ID and sheet != SHEETS["study"]:
        choices = f"{SHEETS['study']}!$A$2:$A${LAST_ROW}"
    return SheetColumn(
        column.name,
        column.explanation,
        choices,
        column.required,
        _WIDE if column.name in _PROSE else max(10, len(column.name) + 2),
    )
