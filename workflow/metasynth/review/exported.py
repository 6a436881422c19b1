"""The tables that a review is made from and those of its results, in one workbook for readers."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from metasynth.core.workbook_writing import Sheet, SheetColumn, Value, workbook
from metasynth.tables import trial_workbook
from metasynth.tables.reader import RawTables

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[-+]?[0-9]+)?")
_LONGEST = 31
"""Characters that the name of a sheet can have."""


def exported(raw: RawTables, results: Path) -> bytes:
    """The workbook: the trials' tables, then each table of `results`, a folder of CSV files.

    What was typed stays text; what was computed is a number.

    Raises:
        FileNotFoundError: when there is no result yet.
    """
    tables = sorted(results.glob("*.csv"))
    if not tables:
        raise FileNotFoundError(f"There is no table in {results}: metasynth run makes them.")
    inputs = (_read_only(sheet) for sheet in trial_workbook.sheets(raw.trials))
    return workbook([*inputs, *(_sheet(path) for path in tables)])


def _read_only(sheet: Sheet) -> Sheet:
    columns = tuple(SheetColumn(c.name, c.comment, width=c.width) for c in sheet.columns)
    return Sheet(sheet.name, columns, sheet.rows)


def _sheet(path: Path) -> Sheet:
    header, *body = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
    columns = tuple(SheetColumn(name, width=max(10, len(name) + 2)) for name in header)
    return Sheet(f"results_{path.stem}"[:_LONGEST], columns, [[*_values(row)] for row in body])


def _values(row: list[str]) -> Iterator[Value]:
    for text in row:
        number = _NUMBER.fullmatch(text)
        yield (float(text) if number[2] or number[3] else int(text)) if number else text
