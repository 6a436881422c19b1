"""Trials that stand in tables of all trials, a row telling its trial in the column study_id.

Either the sheets of a workbook, trials.xlsx, or CSV files of the sheets' names in the data folder.
A table is called as a trial's own is, its file is "results.csv" or "trials.xlsx/results".
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from metasynth.core.faults import Fault, nearest, of_file
from metasynth.core.text_files import read_bytes
from metasynth.tables import cell_checks
from metasynth.tables.raw_table import RawTable, Row, read_table, table_of_sheet
from metasynth.tables.table_schema import OPTIONAL_TABLES, STUDY_ID, TRIAL_TABLES, long_table

WORKBOOK = "trials.xlsx"
SHEETS = {name: "studies" if name == "study" else name for name in TRIAL_TABLES}
"""The sheet, or the CSV file without its ending, of each of a trial's tables."""
FILES = (WORKBOOK, *(f"{sheet}.csv" for sheet in SHEETS.values()))
"""The files of the data folder in which such tables stand."""


@dataclass(frozen=True, slots=True)
class LongTables:
    """The tables of one workbook, or of the CSV files, in the order of the contract."""

    tables: tuple[RawTable, ...]
    faults: tuple[Fault, ...] = ()
    rows: Mapping[str, tuple[tuple[Row, ...], ...]] = field(default_factory=dict)
    """Of each trial, the rows of each table."""

    @property
    def studies(self) -> RawTable:
        """The table with a row a trial."""
        return self.tables[0]

    @property
    def knows_all(self) -> bool:
        """Whether every trial's id is known, so that absence can be concluded."""
        return self.studies.knows(STUDY_ID.name)

    def trial(self, study: str) -> tuple[RawTable, ...]:
        """One trial's part of each table; its rows stay those of the whole table."""
        return tuple(
            RawTable(
                table.name,
                table.file,
                table.columns,
                table.unusable,
                list(rows),
                complete=table.knows(STUDY_ID.name),
            )
            for table, rows in zip(self.tables, self.rows[study], strict=True)
        )


def is_long(table: RawTable) -> bool:
    """Whether a trial's table is its part of a table of all trials."""
    return STUDY_ID.name in table.columns


def files_of(file: str) -> tuple[str, ...]:
    """The files of the data folder that belong together with the one in which a table stands."""
    return FILES[:1] if file.startswith(f"{WORKBOOK}/") else FILES[1:]


def read(data_dir: Path) -> tuple[LongTables, ...]:
    """What there is: of the workbook, of CSV files, or of both."""
    found = []
    if os.path.lexists(data_dir / WORKBOOK):
        found.append(_workbook(data_dir))
    if any(os.path.lexists(data_dir / file) for file in FILES[1:]):
        found.append(_csv_files(data_dir))
    return tuple(found)


def read_again(data_dir: Path) -> tuple[LongTables, ...]:
    """As `read`, kept as long as the files' content is the same; for looking, not for checks."""
    paths = [data_dir / file for file in FILES]
    return _kept(data_dir, tuple(path.read_bytes() if path.is_file() else b"" for path in paths))


@lru_cache(maxsize=1)
def _kept(data_dir: Path, _contents: tuple[bytes, ...]) -> tuple[LongTables, ...]:
    return read(data_dir)


def _csv_files(data_dir: Path) -> LongTables:
    tables = []
    for name, sheet in SHEETS.items():
        file = f"{sheet}.csv"
        if name in OPTIONAL_TABLES and not os.path.lexists(data_dir / file):
            tables.append(RawTable(name, file, complete=True))
        else:
            tables.append(read_table(data_dir / file, name, file, data_dir, long_table(name)))
    return _by_trial(tables)


def _workbook(data_dir: Path) -> LongTables:
    from metasynth.core import workbook
    from metasynth.core.foreign_files import FileRefused

    content, fault = read_bytes(data_dir / WORKBOOK, WORKBOOK, data_dir)
    try:
        sheets = workbook.sheets(content, WORKBOOK) if content is not None else {}
    except FileRefused as refused:
        remedy = "save it again as a workbook (xlsx), or as CSV files, one a sheet"
        fault = of_file(WORKBOOK, "", f"a workbook that can be read ({refused})", remedy)
    if fault:
        empty = tuple(RawTable(name, f"{WORKBOOK}/{sheet}") for name, sheet in SHEETS.items())
        return LongTables(empty, (fault,))
    faults = list(_strangers(sheets))
    misspelt = {nearest(fault.value, SHEETS.values()) for fault in faults}
    tables = []
    for name, sheet in SHEETS.items():
        file = f"{WORKBOOK}/{sheet}"
        if sheet in sheets:
            tables.append(table_of_sheet(sheets[sheet], name, file, long_table(name)))
            continue
        tables.append(RawTable(name, file, complete=name in OPTIONAL_TABLES))
        if name not in OPTIONAL_TABLES and sheet not in misspelt:
            expected, remedy = f"a sheet {sheet}", "add it: metasynth new --xlsx makes all of them"
            faults.append(of_file(file, "", expected, remedy))
    return _by_trial(tables, faults)


def _strangers(sheets: Mapping[str, list[list[str]]]) -> Iterable[Fault]:
    """Sheets of another name that hold a table of trials; those for notes may be there."""
    known = SHEETS.values()
    for name, rows in sheets.items():
        header = rows[0] if rows else []
        if name in known or not (STUDY_ID.name in header or nearest(name, known, 0.8)):
            continue
        near = nearest(name, set(known) - set(sheets))
        remedy = f"did you mean {near}?" if near else "rename it, or remove its column study_id"
        yield of_file(f"{WORKBOOK}/{name}", name, f"one of the sheets {', '.join(known)}", remedy)


def _by_trial(tables: list[RawTable], faults: Iterable[Fault] = ()) -> LongTables:
    """The tables, each cell checked, and the rows of each trial that the studies name."""
    sorted_rows: list[dict[str, list[Row]]] = []
    for table in tables:
        if table.columns:
            cell_checks.check(table, long_table(table.name))
        found = defaultdict(list)
        for row in table.rows:
            found[row[STUDY_ID.name]].append(row)
        sorted_rows.append(found)
    known = (r[STUDY_ID.name] for r in tables[0].rows if STUDY_ID.name not in r.bad)
    rows = {
        study: tuple(tuple(found.get(study, ())) for found in sorted_rows)
        for study in dict.fromkeys(known)
    }
    return LongTables(tuple(tables), tuple(faults), rows)
