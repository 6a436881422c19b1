"""The audit's tests of a 2×2 table against R's fisher.test and prop.test, and metafor's log RR."""

import csv
from pathlib import Path

import pytest

from metasynth.stats import two_by_two
from metasynth.stats.two_by_two import TwoByTwo

EXPECTED = Path(__file__).parent / "expected" / "audit_tests.csv"


def rows():
    with EXPECTED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: "{a}/{n1}-{c}/{n2}".format(**row))
def test_every_p_value_is_that_of_r(row):
    found = two_by_two.tests(TwoByTwo(*(int(row[name]) for name in ("a", "n1", "c", "n2"))))
    for name in ("fisher", "midp", "score", "wald"):
        assert getattr(found, name) == pytest.approx(float(row[name]), rel=1e-7, abs=1e-300), name


def test_the_reference_has_empty_and_full_cells_and_both_verdicts():
    known = rows()
    assert any(row["a"] == "0" for row in known)
    assert any(row["a"] == row["n1"] for row in known)
    assert {float(row["fisher"]) < 0.05 for row in known} == {True, False}
    assert any((float(r["fisher"]) < 0.05) != (float(r["score"]) < 0.05) for r in known)


def test_without_any_event_nothing_differs():
    for table in (TwoByTwo(0, 5, 0, 7), TwoByTwo(5, 5, 7, 7)):
        found = two_by_two.tests(table)
        assert (found.fisher, found.score, found.wald) == (1, 1, 1)
        assert table.direction == 0
