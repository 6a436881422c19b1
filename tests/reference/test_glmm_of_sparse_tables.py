"""Binomial-normal models of sparse and of hard tables, against maxima that were found otherwise.

A thousand made-up sparse reviews have their maxima in expected/sparse.csv, by trapezoidal sums and
BFGS (make_sparse_reference.py, which shares no code with the engine). A hundred are looked at by
default; EXAMPLES=10 looks at all of them, which takes five minutes. Published tables that
were got wrong before are in expected/hard_counts.csv, with logistic regression and metafor's fits
(make_glmm_reference.R).
"""

from functools import cache
from math import log, pi, sqrt

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.special import xlogy
from tests.budget import TIMES
from tests.reference import make_sparse_reference as independent
from tests.reference.expected_tables import read

from metasynth.stats.effects.binary import Tables
from metasynth.stats.glmm import OF_TABLES

FITS = {
    "UM.FS": OF_TABLES["GLMM"],
    "CM.EL": OF_TABLES["GLMM-CM.EL"],
    "UM.RS": OF_TABLES["GLMM-UM.RS"],
}
RANDOM_EFFECTS = {"UM.FS": 1, "CM.EL": 1, "UM.RS": 2}
WHOLE = min(1000, 100 * TIMES)
MOST = {"UM.FS": WHOLE, "CM.EL": max(25, WHOLE // 10), "UM.RS": max(4, WHOLE * 12 // 1000)}


def saturated(t):
    a, n1, c, n2 = t
    parts = ((a, n1), (n1 - a, n1), (c, n2), (n2 - c, n2))
    return sum(float(xlogy(x, x / n).sum()) for x, n in parts)


def on_our_scale(height, model, t):
    """The independent log likelihood with the constants that ours has."""
    height -= RANDOM_EFFECTS[model] * t.shape[1] * log(2 * pi) / 2
    return height if model == "CM.EL" else height - saturated(t)


@cache
def fitted(model, number):
    return FITS[model](Tables(*independent.review(number)))


ROWS = [r for r in read("sparse.csv") if int(r["review"]) < MOST[r["model"]]]
BLOCKS = {
    f"{model}-{start}": [
        r for r in ROWS if r["model"] == model and int(r["review"]) // 50 * 50 == start
    ]
    for model in FITS
    for start in range(0, MOST[model], 50)
}


def test_the_reference_has_a_thousand_reviews():
    assert [int(r["review"]) for r in read("sparse.csv") if r["model"] == "UM.FS"] == [*range(1000)]


@pytest.mark.parametrize("block", BLOCKS)
def test_no_sparse_review_ends_below_its_maximum(block):
    wrong = []
    for row in BLOCKS[block]:
        t, fit = independent.review(int(row["review"])), fitted(row["model"], int(row["review"]))
        assert (t.shape[1], int(t[[0, 2]].sum())) == (int(row["k"]), int(row["events"]))
        theirs = on_our_scale(float(row["log_likelihood"]), row["model"], t)
        same = (
            abs(fit.log_likelihood - theirs) < 1e-6
            and abs(fit.mean - float(row["mean"])) < 1e-4 * sqrt(fit.variance)
            and fit.tau2 == pytest.approx(float(row["tau2"]), rel=1e-4, abs=1e-6)
        )
        if not same:
            wrong.append((row, fit))
    assert wrong == []


@pytest.mark.parametrize("block", BLOCKS)
def test_exchanged_arms_change_the_sign_alone(block):
    for row in BLOCKS[block]:
        a, n1, c, n2 = independent.review(int(row["review"]))
        fit = fitted(row["model"], int(row["review"]))
        mirror = FITS[row["model"]](Tables(c, n2, a, n1))
        assert mirror.mean == pytest.approx(-fit.mean, rel=1e-8, abs=1e-9)
        for name in ("variance", "tau2", "log_likelihood", "sigma2", "other_maximum"):
            ours, theirs = getattr(fit, name), getattr(mirror, name)
            assert (ours is None) == (theirs is None)
            assert ours is None or theirs == pytest.approx(ours, rel=1e-8, abs=1e-8)


def logistic(t):
    """Logistic regression on the studies and the treatment: its mean, se and half deviance."""
    a, n1, c, n2 = t
    k = len(a)
    treated = np.repeat([1.0, 0.0], k)
    design = np.column_stack([np.tile(np.eye(k), (2, 1)), treated])
    cells = np.column_stack([np.r_[a, c], np.r_[n1 - a, n2 - c]])
    fit = sm.GLM(cells, design, family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200)
    return fit.params[-1], fit.bse[-1], -fit.deviance / 2


@pytest.mark.parametrize("block", [name for name in BLOCKS if name.startswith("UM.FS")])
def test_without_heterogeneity_it_is_logistic_regression(block):
    homogeneous = 0
    for row in BLOCKS[block]:
        fit = fitted("UM.FS", int(row["review"]))
        if fit.tau2 == 0:
            homogeneous += 1
            mean, se, height = logistic(independent.review(int(row["review"])))
            assert fit.mean == pytest.approx(mean, rel=1e-8, abs=1e-8)
            assert sqrt(fit.variance) == pytest.approx(se, rel=1e-8)
            assert fit.log_likelihood == pytest.approx(height, rel=1e-8, abs=1e-8)
    assert homogeneous


HARD = read("hard.csv")
AT_ZERO = ("nissen2007", "dong2013", "fine1993", "ten")


@cache
def hard(dataset):
    rows = [r for r in read("hard_counts.csv") if r["dataset"] == dataset]
    return np.array([[float(r[x]) for x in ("a", "n1", "c", "n2")] for r in rows]).T


def reference(dataset, model):
    return next(r for r in HARD if (r["dataset"], r["model"]) == (dataset, model))


@pytest.mark.parametrize("dataset", AT_ZERO)
def test_hard_tables_without_heterogeneity(dataset):
    row, fit = reference(dataset, "logistic"), FITS["UM.FS"](Tables(*hard(dataset)))
    assert fit.tau2 == 0
    assert fit.mean == pytest.approx(float(row["mean"]), rel=1e-10)
    assert sqrt(fit.variance) == pytest.approx(float(row["se"]), rel=1e-8)
    assert fit.log_likelihood == pytest.approx(float(row["half_deviance"]), rel=1e-10)


@pytest.mark.parametrize("dataset", ["thompson1999", "anand1999", "rare"])
def test_hard_tables_with_heterogeneity(dataset):
    """metafor's optimiser stops near the maximum."""
    row, fit = reference(dataset, "UM.FS"), FITS["UM.FS"](Tables(*hard(dataset)))
    assert fit.mean == pytest.approx(float(row["mean"]), rel=2e-4)
    assert fit.tau2 == pytest.approx(float(row["tau2"]), rel=2e-3)
    assert sqrt(fit.variance) == pytest.approx(float(row["se"]), rel=5e-3)
    assert fit.log_likelihood > float(reference(dataset, "logistic")["half_deviance"])


@pytest.mark.parametrize("dataset", [*AT_ZERO, "thompson1999", "anand1999", "rare", "fleiss1993"])
def test_hard_tables_are_at_the_independent_maximum(dataset):
    t = hard(dataset)
    fit, (height, mean, tau2, _) = FITS["UM.FS"](Tables(*t)), independent.fit("UM.FS", t)
    assert fit.log_likelihood == pytest.approx(on_our_scale(height, "UM.FS", t), abs=1e-6)
    assert fit.mean == pytest.approx(mean, abs=1e-4 * sqrt(fit.variance))
    assert fit.tau2 == pytest.approx(tau2, rel=1e-4, abs=1e-6)


def test_levels_at_random_have_two_maxima_in_fleiss1993():
    """That at tau 0 is the higher by 0.005; metafor's Laplace takes the other one."""
    t = hard("fleiss1993")
    fit, metafor = FITS["UM.RS"](Tables(*t)), reference("fleiss1993", "UM.RS")
    side = np.arange(-7, 7, 0.035)

    def maximum(mean, tau):
        options = {"gtol": 1e-5}
        start, fine = np.array([-2.0, mean, 0.33, tau]), (t, side)
        return minimize(
            independent.random_levels, start, args=fine, jac=True, method="BFGS", options=options
        )

    zero, other = maximum(-0.109, 0.0), maximum(float(metafor["mean"]), 0.085)
    assert -other.fun < -zero.fun - 0.004
    assert fit.log_likelihood == pytest.approx(on_our_scale(-zero.fun, "UM.RS", t), abs=1e-6)
    assert (fit.mean, fit.tau2) == (pytest.approx(zero.x[1], rel=1e-4), 0)
    assert fit.sigma2 == pytest.approx(zero.x[2] ** 2, rel=1e-3)
    assert fit.other_maximum == pytest.approx(other.x[3] ** 2, rel=1e-3)
    assert fit.other_maximum == pytest.approx(float(metafor["tau2"]), rel=5e-3)
