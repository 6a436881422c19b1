"""`metasynth.Review` reads a finished review's tables as pandas frames."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.reviews import Review

import metasynth as ms
from metasynth.interface.finished import NoResults


def test_every_table_is_a_frame_with_its_numbers(finished: Callable[[str], Review]) -> None:
    folder = finished("bcg").folder
    review = ms.Review(folder)
    assert {"estimates", "studies"} <= set(review.tables)
    for name in review.tables:
        with (folder / f"results/tables/{name}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        frame = review.table(name)
        assert len(frame) == len(rows)
        if rows:
            assert list(frame.columns) == list(rows[0])
            assert all(frame[column].notna().any() for column in rows[0] if rows[0][column])
    with (folder / "results/tables/estimates.csv").open(newline="", encoding="utf-8") as file:
        for row, (_, found) in zip(csv.DictReader(file), review.estimates.iterrows(), strict=True):
            assert found["estimate"] == float(row["estimate"])
            assert found["outcome"] == row["outcome"]
    assert len(review.studies) >= 13


def test_what_is_not_there_is_told(tmp_path: Path, finished: Callable[[str], Review]) -> None:
    with pytest.raises(NoResults, match="run the review first"):
        ms.Review(tmp_path)
    with pytest.raises(NoResults, match="no table 'weights' among"):
        ms.Review(finished("bcg").folder).table("weights")
