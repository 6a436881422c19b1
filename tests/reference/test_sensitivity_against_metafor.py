"""Influence, asymmetry, trim and fill, meta-regression and shared controls against metafor.

See make_sensitivity_reference.R. metafor's trim and fill iterates at its default stopping rule,
so its REML average is compared at 1e-4; everything else as in the tests of the engine.
"""

from math import sqrt

import numpy as np
import pytest
from tests.reference.expected_tables import quantities, read

from metasynth.stats.covariate_fit import meta_regression, predict
from metasynth.stats.effects.binary import (
    BINARY_EFFECTS,
    Tables,
    binary_effects,
    continuity_correction,
)
from metasynth.stats.influence import baujat, influence
from metasynth.stats.rank_test import begg
from metasynth.stats.small_study import egger, harbord, peters
from metasynth.stats.trim_and_fill import NoConvergence, trim_and_fill
from metasynth.synthesis.multi_arm import (
    covariance_matrix,
    covariance_of_shared_control,
    pool_correlated,
)

VALUES = quantities("sensitivity.csv")
DATASETS = sorted(VALUES)


def tables(dataset):
    """The informative tables; the data sets here have no study with all events or none."""
    columns = ("a", "n1", "c", "n2")
    rows = [[float(r[x]) for x in columns] for r in read("counts.csv") if r["dataset"] == dataset]
    rows = [r for r in rows if (r[0] or r[2]) and (r[0] < r[1] or r[2] < r[3])]
    return Tables(*np.array(rows).T)


def log_odds_ratios(dataset):
    own = binary_effects(tables(dataset), "OR")
    return own.y, own.v


def numbered(values, name):
    found = [v for q, v in values.items() if q.startswith(f"{name}_")]
    assert found
    return np.array(found)


@pytest.mark.parametrize("dataset", DATASETS)
def test_influence(dataset):
    values = VALUES[dataset]["influence"]
    ours = influence(*log_odds_ratios(dataset), "REML")
    for theirs, found in (
        ("rstudent", ours.rstudent),
        ("dffits", ours.dffits),
        ("cook.d", ours.cooks_distance),
        ("cov.r", ours.covariance_ratio),
        ("tau2.del", ours.tau2_deleted),
        ("QE.del", ours.q_deleted),
        ("hat", ours.hat),
    ):
        assert found == pytest.approx(numbered(values, theirs), rel=1e-7, abs=1e-9), theirs


@pytest.mark.parametrize("dataset", DATASETS)
def test_baujat(dataset):
    q, pull = baujat(*log_odds_ratios(dataset))
    values = VALUES[dataset]["baujat"]
    assert q == pytest.approx(numbered(values, "q"), rel=1e-9, abs=1e-12)
    assert pull == pytest.approx(numbered(values, "pull"), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("dataset", DATASETS)
def test_leaving_one_out_of_a_common_effect(dataset):
    y, v = log_odds_ratios(dataset)
    w = 1 / v
    means = ((w * y).sum() - w * y) / (w.sum() - w)
    assert means == pytest.approx(numbered(VALUES[dataset]["leave1out"], "mean"), rel=1e-10)


@pytest.mark.parametrize("dataset", DATASETS)
def test_asymmetry(dataset):
    y, v = log_odds_ratios(dataset)
    data = tables(dataset)
    corrected, _ = continuity_correction(data, "only0")
    for name, found in (
        ("egger", egger(y, v, minimum=3)),
        ("harbord", harbord(data, minimum=3)),
        ("peters", peters(corrected, minimum=3)),
    ):
        values = VALUES[dataset][name]
        assert found.statistic == pytest.approx(values["statistic"], rel=1e-8), name
        assert found.p == pytest.approx(values["p"], rel=1e-8), name
    ranks, values = begg(y, v, minimum=3), VALUES[dataset]["begg"]
    assert ranks.tau == pytest.approx(values["tau"], rel=1e-10)
    assert ranks.p == pytest.approx(values["p"], rel=1e-8)


@pytest.mark.parametrize("estimator", ["L0", "R0", "Q0"])
@pytest.mark.parametrize("model", ["REML", "EE"])
@pytest.mark.parametrize("dataset", DATASETS)
def test_trim_and_fill(dataset, model, estimator):
    values = VALUES[dataset].get(f"trimfill {estimator} {model}")
    y, v = log_odds_ratios(dataset)
    method = None if model == "EE" else model
    if values is None:  # metafor fails too
        with pytest.raises(NoConvergence):
            trim_and_fill(y, v, estimator, method)
        return
    ours = trim_and_fill(y, v, estimator, method)
    assert ours.filled == values["filled"]
    assert (ours.side == "right") == bool(values["right"])
    mean = float(meta_regression(ours.y, ours.v, np.ones((len(ours.y), 1)), method).coefficients[0])
    assert mean == pytest.approx(values["mean"], rel=1e-9 if method is None else 1e-4)


@pytest.mark.parametrize("method", ["REML", "ML", "DL", "PM", "EE"])
@pytest.mark.parametrize("test", ["z", "knha"])
@pytest.mark.parametrize("dataset", DATASETS)
def test_meta_regression(dataset, method, test):
    values = VALUES[dataset][f"regression {method} {test}"]
    y, v = log_odds_ratios(dataset)
    corrected, _ = continuity_correction(tables(dataset), "only0")
    design = np.column_stack([np.ones_like(y), np.arange(1, len(y) + 1), np.sqrt(corrected.n)])
    ci = "Wald" if test == "z" else "HKSJ"
    ours = meta_regression(y, v, design, None if method == "EE" else method, ci)
    tolerance = 1e-7
    slope = ours.intervals[1]
    predicted = predict(ours, np.array([1.0, 3.0, 20.0]))
    for name, found in (
        ("tau2", ours.tau2),
        ("intercept", ours.coefficients[0]),
        ("slope", ours.coefficients[1]),
        ("other", ours.coefficients[2]),
        ("slope_se", slope.se),
        ("slope_p", slope.p),
        ("slope_high", slope.high),
        ("qm", ours.qm),
        ("qm_p", ours.qm_p),
        ("qe", ours.qe),
        ("qe_p", ours.qe_p),
        ("predicted_high", predicted.high),
    ):
        assert found == pytest.approx(values[name], rel=10 * tolerance, abs=1e-9), name


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_arms_that_share_a_control(measure):
    t = tables("bcg")
    pairs = np.repeat([0, 2, 4], 2)
    arms = Tables(t.a[:6], t.n1[:6], t.c[pairs], t.n2[pairs])
    own = binary_effects(arms, measure)
    shared = covariance_of_shared_control(measure, arms)
    covariance = covariance_matrix(own.v, shared, ["x", "x", "y", "y", "z", "z"])
    pool = pool_correlated(own.y, covariance)
    values = VALUES["bcg"][f"correlated {measure}"]
    assert float(pool.mean) == pytest.approx(values["mean"], rel=1e-9)
    assert sqrt(pool.variance) == pytest.approx(values["se"], rel=1e-9)


def test_the_shared_part_is_less_than_the_whole_variance():
    t = tables("bcg")
    assert np.all(covariance_of_shared_control("RD", t) < BINARY_EFFECTS["RD"](t)[1])
