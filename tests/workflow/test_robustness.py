"""Extraction, multiverse and sequential analysis in a real run; the last only where asked for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Review

pytestmark = pytest.mark.slow


def record(review: Review, outcome: str, name: str) -> dict[str, object]:
    path = review.folder / "results/outcomes" / outcome / f"{name}.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def ask(path: Path) -> None:
    """Ask for a sequential analysis, and for a small multiverse."""
    text = path.read_text(encoding="utf-8")
    more = (
        "multiverse: {measures: [RR], models: [MH], leave_one_out: false}\n"
        "sequential: {relative_risk_reduction: 0.3}\n"
    )
    path.write_text(text + more, encoding="utf-8")


def test_a_sequential_analysis_is_made_drawn_and_told_where_it_is_asked_for(
    fresh: Callable[[str], Review],
) -> None:
    review = fresh("bcg")
    ask(review.folder / "config.yaml")
    review.run("results/report/review.html")
    found = record(review, "tuberculosis", "sequential")
    looks = found["looks"]
    assert isinstance(looks, list)
    assert [look["year"] for look in looks] == sorted(look["year"] for look in looks)
    assert looks[-1]["k"] == 13
    assert (review.folder / "results/figures/tuberculosis/sequential.svg").is_file()
    page = review.report()
    assert 'id="table-sequential"' in page
    assert 'id="fig-tuberculosis-sequential"' in page
    tally = record(review, "tuberculosis", "multiverse")["tally"]
    # The primary analysis' own choices with MH, and the default tau2 and intervals: 5 x 3 + 1.
    assert tally == {"analyses": 16, "below": 16, "above": 0, "ci_below": 16, "ci_above": 0}


def test_otherwise_it_is_not(finished: Callable[[str], Review]) -> None:
    review = finished("bcg")
    assert record(review, "tuberculosis", "sequential")["reason"]
    assert not (review.folder / "results/figures/tuberculosis/sequential.svg").exists()
    page = review.report()
    assert 'id="table-sequential"' not in page
    assert 'id="table-multiverse"' in page
    # Every count of these trials is a whole number of its source.
    (primary,) = record(review, "tuberculosis", "extraction")["ranges"]  # type: ignore[misc]
    assert (primary["tables"], primary["changes"]) == (1, False)
