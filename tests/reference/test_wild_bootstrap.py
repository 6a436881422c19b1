"""Wild cluster bootstraps against fits in R, where all choices of signs are made."""

import numpy as np
import pytest
from tests.reference.expected_tables import read

from metasynth.model.records import AnalysisSpec
from metasynth.stats.wild_bootstrap import wild_bootstrap

CASES = read("wild_bootstrap.csv")
EFFECTS = read("multilevel_effects.csv")


def given(dataset, studies):
    rows = [row for row in EFFECTS if row["dataset"] == dataset]
    first = list(dict.fromkeys(row["study"] for row in rows))[:studies]
    kept = [row for row in rows if row["study"] in first]
    y, v = (np.array([float(row[name]) for row in kept]) for name in ("y", "v"))
    return y, v, np.array([first.index(row["study"]) for row in kept])


def design(tested, v):
    ones = np.ones(len(v))
    return ones[:, None] if tested == "mean" else np.column_stack([ones, np.sqrt(v)])


def spec(model):
    correlation = 0.8 if model == "RVE-CORR" else 0.0
    return AnalysisSpec("a", "A", model=model, ci="CR2", correlation=correlation)


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.values()))
def test_all_signs_give_the_p_value_of_fits_in_r(case):
    y, v, cluster = given(case["dataset"], 5 if case["model"] == "three_level" else 6)
    x = design(case["tested"], v)
    places = [x.shape[1] - 1]
    found = wild_bootstrap(spec(case["model"]), y, v, cluster, x, places, case["type"])
    assert found.exact
    assert found.choices == int(case["permutations"])
    assert found.p == pytest.approx(float(case["p"]), rel=1e-9)


def test_many_data_sets_are_compared():
    assert len({case["dataset"] for case in CASES}) >= 10


def test_drawn_signs_come_near_all_of_them_and_are_the_same_again():
    y, v, cluster = given("landenberger2005", 9)
    x = design("slope", v)
    known = spec("RVE-CORR"), y, v, cluster, x, [1]
    every, drawn = wild_bootstrap(*known), wild_bootstrap(*known, most=200)
    assert (every.exact, every.choices) == (True, 512)
    assert (drawn.exact, drawn.choices) == (False, 200)
    assert drawn.p == pytest.approx(every.p, abs=0.15)
    assert wild_bootstrap(*known, most=200) == drawn
    assert wild_bootstrap(*known, most=200, seed=2) != drawn


@pytest.mark.parametrize("model", ["three_level", "RVE-CORR", "RVE-HIER"])
def test_two_coefficients_at_once(model):
    """Units do not matter, nor the order of clusters."""
    y, v, cluster = given("konstantopoulos2011", 7)
    x = np.column_stack([np.ones(len(y)), np.sqrt(v), cluster % 2])
    found = wild_bootstrap(spec(model), y, v, cluster, x, [1, 2])
    assert 0 < found.p <= 1
    scaled = x * np.array([1.0, 10.0, -3.0])
    turned = wild_bootstrap(spec(model), 2 * y, 4 * v, 6 - cluster, scaled, [1, 2])
    assert turned.p == pytest.approx(found.p, abs=1e-9)
