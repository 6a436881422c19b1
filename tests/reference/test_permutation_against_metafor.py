"""Permutation tests against metafor's permutest, where all permutations are made."""

from itertools import groupby

import numpy as np
import pytest
from tests.reference.expected_tables import read
from tests.reference.test_small_study_against_r import columns

from metasynth.stats.permutation import permuted_pool, permuted_regression

CASES = [
    (*key, {row["name"]: row for row in rows})
    for key, rows in groupby(
        read("permutation.csv"),
        lambda row: tuple(row[name] for name in ("dataset", "model", "k", "method", "test")),
    )
]
CI = {"z": "Wald", "knha": "HKSJ"}


def given(dataset, model, k):
    y, v = (column[: int(k)] for column in columns(dataset, "y", "v"))
    place = np.arange(1.0, int(k) + 1)
    return y, v, np.column_stack([np.ones(int(k)), place if model == "place" else place % 2])


@pytest.mark.parametrize(("dataset", "model", "k", "method", "test", "rows"), CASES)
def test_exact_tests_are_those_of_metafor(dataset, model, k, method, test, rows):
    y, v, design = given(dataset, model, k)
    if model == "pool":
        found = permuted_pool(y, v, method, CI[test])
    else:
        found = permuted_regression(y, v, design, method, CI[test])
    theirs = [float(row["p"]) for row in rows.values()]
    assert [*found.p, found.omnibus] == pytest.approx(theirs, rel=1e-6)
    assert found.exact
    assert {row["permutations"] for row in rows.values()} == {str(found.permutations)}


def test_many_data_sets_are_compared():
    assert len({case[0] for case in CASES}) >= 10


def test_drawn_permutations_come_near_all_of_them():
    y, v, design = given("bcg", "place", 5)
    all_of_them = permuted_pool(y, v), permuted_regression(y, v, design)
    drawn = permuted_pool(y, v, most=31), permuted_regression(y, v, design, most=100)
    assert [one.exact for one in (*all_of_them, *drawn)] == [True, True, False, False]
    assert [one.permutations for one in drawn] == [31, 100]
    for one, other in zip(drawn, all_of_them, strict=True):
        assert one.omnibus == pytest.approx(other.omnibus, abs=0.2)
    again = permuted_pool(y, v, most=31), permuted_regression(y, v, design, most=100)
    assert again == drawn


def test_effects_that_agree_exactly_are_told_from_none():
    assert permuted_pool(np.ones(6), np.full(6, 0.1)).p == (2 / 64,)
