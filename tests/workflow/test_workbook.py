"""A review whose trials stand in a workbook has the results of one with folders, to the byte."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from metasynth.core import workbook
from metasynth.core.workbook_writing import Sheet, SheetColumn
from metasynth.core.workbook_writing import workbook as written
from metasynth.tables import reader, trial_workbook

from .conftest import Review

pytestmark = pytest.mark.slow

TABLES = ("estimates", "studies", "crosscheck", "certainty", "findings", "conclusions")


def test_results_are_those_of_the_folders(
    fresh: Callable[[str], Review], finished: Callable[[str], Review]
) -> None:
    review = fresh("bcg")
    raw = review.folder / "data/raw"
    path = raw / "trials.xlsx"
    path.write_bytes(trial_workbook.filled(reader.read(raw).trials))
    shutil.rmtree(raw / "trials")
    review.run()
    there = finished("bcg").results()
    made = review.results()
    for name in TABLES:
        assert made[f"tables/{name}.csv"] == there[f"tables/{name}.csv"]
    assert b"trials.xlsx/results" in made["report/provenance.json"]
    assert review.planned() == set()

    changed(path, "results", "events", row=2)
    planned = review.planned()
    study = str(workbook.sheets(path.read_bytes(), "it")["results"][1][0])
    assert {name for name in planned if name.startswith("clean")} == {f"clean {study}"}


def changed(path: Path, sheet: str, column: str, row: int) -> None:
    """One event more in a row of the workbook."""
    book = workbook.sheets(path.read_bytes(), "it")
    place = book[sheet][0].index(column)
    book[sheet][row - 1][place] = str(int(book[sheet][row - 1][place]) + 1)
    path.write_bytes(
        written(
            [
                Sheet(name, tuple(SheetColumn(cell) for cell in rows[0]), rows[1:])
                for name, rows in book.items()
            ]
        )
    )
