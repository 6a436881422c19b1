"""Every cell of a table against its column, each row with its cells in their places."""

from collections.abc import Iterator, Sequence

from metasynth.core.faults import Fault
from metasynth.tables import cells
from metasynth.tables.raw_table import RawTable, Row
from metasynth.tables.table_schema import Column, Table, tables


def check(table: RawTable, contract: Table | None = None) -> None:
    """Add the faults of all cells; a row that stands one column too far is one fault, and left out.

    A cell at fault is noted in its row's `bad`, so that no further rule looks at it.
    """
    every = (contract or tables()[table.name]).columns
    columns = [c for c in every if c.name not in table.unusable]
    chosen = [column for column in columns if column.words]
    sound = []
    for row in table.rows:
        if fault := next((f for column in chosen for f in _shifted(row, column)), None):
            table.faults.append(fault)
            table.complete = False
        else:
            table.faults += _faults(row, columns)
            sound.append(row)
    table.rows = sound


def _shifted(row: Row, column: Column) -> Iterator[Fault]:
    """The neighbour that holds one of the words of `column`, which itself does not."""
    place = row.table.columns.get(column.name)
    if place is None or row[column.name] in column.words:
        return
    by_place = {index: name for name, index in row.table.columns.items()}
    for step, side, back in ((1, "right", "left"), (-1, "left", "right")):
        neighbour = by_place.get(place + step, "")
        if row[neighbour] in column.words:
            expected = f"“{row[neighbour]}” in the column {column.name}, one to the {back}"
            remedy = f"move the cells of this row that stand too far to the {side}"
            yield row.fault(neighbour, expected, remedy)


def _faults(row: Row, columns: Sequence[Column]) -> Iterator[Fault]:
    for column in columns:
        advice = cells.check(column, row[column.name])
        if advice and column.name not in row.bad:
            row.bad.add(column.name)
            yield row.fault(column.name, *advice)
