"""Deletion diagnostics of clusters: metafor's of class rma.mv, and refits by robumeta."""

import csv
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from metasynth.model.records import AnalysisSpec
from metasynth.stats.cluster_influence import cluster_influence, robust_influence
from metasynth.stats.rve_pool import rve
from metasynth.stats.three_level import fit_three_level

EXPECTED = Path(__file__).parent / "expected"


def rows(name):
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CASES = defaultdict(list)
for row in rows("cluster_influence.csv"):
    CASES[row["dataset"], float(row["rho"])].append(row)


ROBUST = defaultdict(list)
for row in rows("robust_influence.csv"):
    ROBUST[row["dataset"], row["weights"]].append(row)


def data(dataset):
    own = [row for row in rows("multilevel_effects.csv") if row["dataset"] == dataset]
    y, v = (np.array([float(row[name]) for row in own]) for name in ("y", "v"))
    return y, v, np.array([int(row["study"]) - 1 for row in own])


def found(dataset, rho):
    y, v, cluster = data(dataset)
    fit = fit_three_level(y, v, cluster, correlation=rho)
    return cluster_influence(fit, y, v, cluster, rho)


def test_seven_published_data_sets():
    assert len({dataset for dataset, _ in CASES}) >= 7
    assert {rho for _, rho in CASES} == {0.0, 0.6}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_influence_of_each_cluster(case):
    """Both variances at verified maxima on both sides."""
    own, wanted = found(*case), CASES[case]
    assert len(wanted) == len(own.dfbetas)
    for name, values in (("cooks", own.cooks_distance), ("dfbetas", own.dfbetas)):
        expected = [float(row[name]) for row in wanted]
        assert values == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("case", ROBUST, ids="-".join)
def test_influence_on_a_robust_pool(case):
    dataset, weights = case
    spec = AnalysisSpec("a", "A", f"RVE-{weights}", ci="CR2")
    if weights == "CORR":
        spec = replace(spec, correlation=0.8)
    own = robust_influence(lambda *rest: rve(spec, *rest).robust, *data(dataset))
    for name, values in (("cooks", own.cooks_distance), ("dfbetas", own.dfbetas)):
        expected = [float("nan" if row[name] == "NA" else row[name]) for row in ROBUST[case]]
        assert values == pytest.approx(expected, rel=1e-6, abs=1e-9, nan_ok=True)


def test_one_that_leaves_no_two_levels_has_none():
    y, v, cluster = np.array([0.1, 0.4, 0.3]), np.full(3, 0.01), np.array([0, 0, 1])
    influence = cluster_influence(fit_three_level(y, v, cluster), y, v, cluster)
    assert np.isnan(influence.dfbetas).all()
