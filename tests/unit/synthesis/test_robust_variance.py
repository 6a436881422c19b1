"""Pools with robust variance estimation, and three levels by ML, as the pipeline keeps them."""

import csv
from pathlib import Path

import pytest

import metasynth as ms
from metasynth.figures.forest.statistics import heterogeneity
from metasynth.language.language import ENGLISH
from metasynth.language.tracked import bare

EXPECTED = Path(__file__).parents[2] / "reference" / "expected"
DATASET = "konstantopoulos2011"


def rows(name: str) -> list[dict[str, str]]:
    with (EXPECTED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["dataset"] == DATASET]


def data() -> dict[str, list[object]]:
    own = rows("multilevel_effects")
    return {
        "yi": [float(row["y"]) for row in own],
        "vi": [float(row["v"]) for row in own],
        "district": [row["study"] for row in own],
    }


@pytest.mark.parametrize(("weights", "rho"), [("CORR", 0.8), ("CORR", 0.2), ("HIER", 0.0)])
def test_a_robust_pool_is_that_of_robumeta(weights, rho):
    model = f"RVE-{weights}"
    found = ms.pool(data(), "SMD", cluster="district", model=model, ci="CR2", correlation=rho)
    pooled = found.pooled
    theirs = next(
        row
        for row in rows("rve")
        if (row["weights"], float(row["rho"]), row["model"]) == (weights, rho, "mean")
    )
    names = {"b1": "estimate", "CR2_se1": "se", "CR2_df1": "df", "CR2_p1": "p"}
    names |= {"tau2": "tau2", "i2": "i2"} if weights == "CORR" else {}
    names |= {"tau2": "tau2_between", "omega2": "tau2_within"} if weights == "HIER" else {}
    ours = {name: getattr(pooled, own) for name, own in names.items()}
    assert ours == pytest.approx({name: float(theirs[name]) for name in names}, rel=1e-6)
    assert (pooled.q, pooled.pi_low, pooled.tau2_method, pooled.clusters) == (None, None, "", 11)
    assert "tau2" in found.summary()


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_three_levels_by_either_likelihood(method):
    found = ms.pool(
        data(), "SMD", cluster="district", model="three_level", tau2=method, ci="CR2"
    ).pooled
    theirs = next(
        row for row in rows("multilevel") if (row["method"], float(row["rho"])) == (method, 0.0)
    )
    ours = [found.estimate, found.tau2_between, found.tau2_within, found.se, found.df]
    names = ("mean", "between", "within", "CR2_se", "CR2_df")
    assert ours == pytest.approx([float(theirs[name]) for name in names], rel=1e-6)
    assert found.tau2_method == method


def test_a_forest_plot_says_what_differs_and_no_test_of_it():
    pooled = ms.pool(
        data(), "SMD", cluster="district", model="RVE-CORR", ci="CR2", correlation=0.8
    ).pooled
    said = bare(heterogeneity(pooled, ENGLISH))
    assert "Tau² = 0.11" in said
    assert "I² = 91%" in said
    assert "Q" not in said
