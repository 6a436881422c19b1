"""Binomial-normal models against metafor, and against their likelihood integrated by scipy.

metafor's optimisers stop near the maximum: ours must be at least as high at our estimates as at
theirs, and the estimates agree within 5e-4; the conditional model within 1e-4, its standard error
(by finite differences there) within 2e-4 and ours within 1e-6 of second differences.

metafor's UM.RS is the maximum of Laplace's approximation, ours of the integral itself. Like is
compared with like: our likelihood by one point of quadrature, which is Laplace's, has its maximum
where metafor has it; by the fewest points we use it equals nested adaptive integration.
"""

from math import exp, inf, log, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import dblquad, quad
from scipy.optimize import minimize, minimize_scalar
from scipy.special import logsumexp, xlogy
from tests.reference.expected_tables import read

from metasynth.language.sentences import in_words
from metasynth.model.methods import check_combination
from metasynth.model.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.stats.effects.binary import Tables
from metasynth.stats.glmm import (
    OF_TABLES,
    _hypergeometric,
    _random_levels,
)
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.quadrature import POINTS, Predictor, integrate
from metasynth.synthesis.synthesise import synthesise

FITS = {"UM.FS": OF_TABLES["GLMM"], "CM.EL": OF_TABLES["GLMM-CM.EL"]}


def tables(dataset):
    columns = ("a", "n1", "c", "n2")
    rows = [[float(r[x]) for x in columns] for r in read("counts.csv") if r["dataset"] == dataset]
    rows = [r for r in rows if (r[0] or r[2]) and (r[0] < r[1] or r[2] < r[3])]
    return Tables(*np.array(rows).T)


ROWS = read("glmm.csv")
LAPLACE = [r for r in ROWS if r["model"] == "UM.RS"]


def name(row):
    return f"{row['dataset']}-{row['model']}"


@pytest.mark.parametrize("row", [r for r in ROWS if r["model"] in FITS], ids=name)
def test_estimates(row):
    fit = FITS[row["model"]](tables(row["dataset"]))
    tolerance = 5e-4 if row["model"] == "UM.FS" else 1e-4
    assert fit.mean == pytest.approx(float(row["mean"]), rel=tolerance)
    assert sqrt(fit.variance) == pytest.approx(float(row["se"]), rel=max(tolerance, 2e-4))
    assert fit.tau2 == pytest.approx(float(row["tau2"]), rel=tolerance, abs=1e-6)


def saturated(t):
    """The log likelihood of each study when both groups have their own proportions."""
    return sum(xlogy(x, x / n) for x, n in ((t.a, t.n1), (t.b, t.n1), (t.c, t.n2), (t.d, t.n2)))


def exact_log_likelihood(t, mean, tau):
    """UM.FS by adaptive integration, each study's level at its maximum, beside the saturated."""

    def study(a, n1, c, n2):
        def integrand(u, level, scale):
            one, two = level + mean + tau * u / 2, level - tau * u / 2
            value = a * one - n1 * np.logaddexp(0, one) + c * two - n2 * np.logaddexp(0, two)
            return exp(value - u * u / 2 - scale)

        def loss(level):
            scale = log(integrand(0, level, 0))
            area, _ = quad(integrand, -inf, inf, (level, scale), epsabs=0, epsrel=1e-11)
            return -(log(area / sqrt(2 * pi)) + scale)

        start = log((a + c + 0.5) / (n1 + n2 - a - c + 0.5))
        return -minimize_scalar(loss, bracket=(start - 0.5, start + 0.5), tol=1e-9).fun

    whole = sum(study(*cells) for cells in zip(t.a, t.n1, t.c, t.n2, strict=True))
    return whole - saturated(t).sum()


def test_the_unconditional_maximum_is_higher_than_metafors():
    data = tables("nielweise2007")
    fit = FITS["UM.FS"](data)
    theirs = next(
        r for r in read("glmm.csv") if (r["dataset"], r["model"]) == ("nielweise2007", "UM.FS")
    )
    ours = exact_log_likelihood(data, fit.mean, sqrt(fit.tau2))
    assert ours == pytest.approx(fit.log_likelihood, rel=1e-10)
    assert ours >= exact_log_likelihood(data, float(theirs["mean"]), sqrt(float(theirs["tau2"])))


def conditional_height(t):
    """The conditional log likelihood as a function of mean and tau."""
    predictor = Predictor((1,), (1,), _hypergeometric(t))

    def height(mean, tau):
        fixed = np.full((len(t.a), 1), mean)
        return float(integrate([predictor], fixed, np.array([tau]), POINTS[1][0]).value.sum())

    return height


def test_the_conditional_variance_is_the_inverse_curvature():
    data = tables("lee2004")
    height, fit = conditional_height(data), FITS["CM.EL"](data)
    m, t, h = fit.mean, sqrt(fit.tau2), 1e-3
    by_mean = (height(m + h, t) - 2 * height(m, t) + height(m - h, t)) / h**2
    by_tau = (height(m, t + h) - 2 * height(m, t) + height(m, t - h)) / h**2
    mixed = height(m + h, t + h) - height(m + h, t - h)
    mixed = (mixed - height(m - h, t + h) + height(m - h, t - h)) / (4 * h**2)
    variance = -by_tau / (by_mean * by_tau - mixed**2)
    assert fit.variance == pytest.approx(variance, rel=2e-6)


def test_conditional_likelihood_of_one_table_by_hand():
    t = Tables(*(np.array([x]) for x in (1.0, 2.0, 1.0, 3.0)))
    value, slope, bend = (float(x[0, 0]) for x in _hypergeometric(t)(np.array([[log(2)]])))
    chances = np.array([1 * 3 * 1, 2 * 3 * 2, 1 * 1 * 4])  # (2 choose x)(3 choose 2 - x) 2^x
    mean = (chances @ [0, 1, 2]) / chances.sum()
    assert slope == pytest.approx(1 - mean)
    assert bend == pytest.approx((chances @ [0, 1, 4]) / chances.sum() - mean**2)
    assert value == pytest.approx(log(chances[1] / chances.sum()))


def laplace(t):
    """Minus the log likelihood of UM.RS by Laplace, of (level, mean, sigma, tau)."""
    model, _ = _random_levels(t)

    def loss(x):
        fixed, deviations = np.tile(x[:2], (len(t.a), 1)), np.abs(x[2:])
        return -float(integrate(model.predictors, fixed, deviations, points=1).value.sum())

    return loss


@pytest.mark.parametrize("row", LAPLACE, ids=name)
def test_random_levels_by_laplace_are_metafors(row):
    data = tables(row["dataset"])
    fit = OF_TABLES["GLMM-UM.RS"](data)
    start = [-1.0, fit.mean, sqrt(fit.sigma2), sqrt(fit.tau2) + 0.05]
    options = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000, "maxfev": 4000}
    found = minimize(laplace(data), start, method="Nelder-Mead", options=options)
    mean, sigma2, tau2 = (float(row[c]) for c in ("mean", "sigma2", "tau2"))
    assert found.x[1] == pytest.approx(mean, rel=1e-4)
    assert found.x[2] ** 2 == pytest.approx(sigma2, rel=2e-4)
    assert found.x[3] ** 2 == pytest.approx(tau2, rel=3e-4, abs=1e-6)


@pytest.mark.parametrize("row", LAPLACE, ids=name)
def test_random_levels_exactly_are_near_laplaces(row):
    fit = OF_TABLES["GLMM-UM.RS"](tables(row["dataset"]))
    assert fit.mean == pytest.approx(float(row["mean"]), rel=1e-2)
    assert sqrt(fit.variance) == pytest.approx(float(row["se"]), rel=1e-2)


def test_random_levels_by_nested_integration():
    whole = tables("nielweise2007")
    data = Tables(whole.a[:3], whole.n1[:3], whole.c[:3], whole.n2[:3])
    level, mean, sigma, tau = -3.0, -1.2, 0.8, 0.9

    def density(w, u, a, n1, c, n2):
        one, two = level + mean + sigma * u + tau * w / 2, level + sigma * u - tau * w / 2
        value = a * one - n1 * np.logaddexp(0, one) + c * two - n2 * np.logaddexp(0, two)
        return exp(value - (u * u + w * w) / 2 + 40)

    model, _ = _random_levels(data)
    fixed, deviations = np.tile([level, mean], (3, 1)), np.array([sigma, tau])
    ours = integrate(model.predictors, fixed, deviations, POINTS[2][0]).value
    whole = ours + saturated(data)
    for value, cells in zip(whole, zip(data.a, data.n1, data.c, data.n2, strict=True), strict=True):
        area, _ = dblquad(density, -9, 9, -9, 9, args=cells, epsabs=0, epsrel=1e-10)
        assert value == pytest.approx(log(area / (2 * pi)) - 40, abs=1e-8)


STEP = 0.04
"""The bells below are wider than twice this: the rule's error is beyond a float's digits."""


def by_trapezoids(t, level, mean, sigma, tau):
    """The log likelihood of UM.RS by the plain trapezoidal rule, which is exact for such bells.

    Beside that of the saturated model.
    """
    x = np.arange(-9, 9, STEP)
    u, w = np.meshgrid(x, x)
    one, two = level + mean + sigma * u + tau * w / 2, level + sigma * u - tau * w / 2
    none_of_one, none_of_two, bell = np.logaddexp(0, one), np.logaddexp(0, two), (u * u + w * w) / 2
    total = 0.0
    for a, n1, c, n2 in zip(t.a, t.n1, t.c, t.n2, strict=True):
        value = a * one - n1 * none_of_one + c * two - n2 * none_of_two - bell
        total += logsumexp(value) + 2 * log(STEP) - log(2 * pi)
    return float(total - saturated(t).sum())


def test_random_levels_of_extreme_tables_are_at_the_maximum():
    rows = [(0, 257, 8, 266), (0, 266, 8, 348), (257, 266, 8, 348), (319, 348, 352, 352)]
    data = Tables(*np.array(rows, float).T)
    fit = OF_TABLES["GLMM-UM.RS"](data)
    ours = (fit.mean, sqrt(fit.sigma2), sqrt(fit.tau2))
    level = minimize_scalar(lambda x: -by_trapezoids(data, x, *ours), tol=1e-8).x
    assert by_trapezoids(data, level, *ours) == pytest.approx(fit.log_likelihood, abs=1e-6)
    at, h = np.array([level, *ours]), 1e-3
    here = by_trapezoids(data, *at)
    for step in h * np.eye(4):
        lower, upper = (by_trapezoids(data, *x) for x in (at - step, at + step))
        slope, curvature = (upper - lower) / (2 * h), (upper - 2 * here + lower) / h**2
        assert curvature < 0
        assert abs(slope / curvature) < 1e-4


def test_slope_and_curvature_are_those_of_the_integral():
    data = tables("lee2004")
    model, _ = _random_levels(data)
    at = np.array([-1.2, -0.7, 0.9, 0.6])

    def there(x):
        return integrate(model.predictors, np.tile(x[:2], (len(data.a), 1)), x[2:], POINTS[2][0])

    here, h = there(at), 1e-4
    for i in range(4):
        step = h * np.eye(4)[i]
        up, down = there(at + step), there(at - step)
        slope = (up.value - down.value).sum() / (2 * h)
        assert here.slope[:, i].sum() == pytest.approx(slope, rel=1e-6, abs=1e-6)
        curvature = (up.slope - down.slope).sum(axis=0) / (2 * h)
        assert here.curvature[:, i].sum(axis=0) == pytest.approx(curvature, rel=1e-5, abs=1e-5)


def test_too_many_counts_are_refused():
    many = Tables(*(np.array([x, x]) for x in (10.0**9, 2.0 * 10**9, 10.0**9, 2.0 * 10**9)))
    with pytest.raises(EffectUndefined) as refused:
        FITS["CM.EL"](many)
    assert "more than 200\u202f000 counts" in in_words(refused.value.why)
    assert FITS["UM.FS"](many).mean == pytest.approx(0, abs=1e-9)


def test_an_effect_in_both_models_through_the_engine():
    data = tables("lee2004")
    studies = [
        StudyData(f"s{i}", "", 1, Group((), "", int(a), int(n1)), Group((), "", int(c), int(n2)))
        for i, (a, n1, c, n2) in enumerate(zip(data.a, data.n1, data.c, data.n2, strict=True))
    ]
    outcome = OutcomeSpec("o", "O", "o", 1, "binary", "OR", "harm", ("p",))
    spec = AnalysisSpec("p", "", model="GLMM-CM.EL", prediction="t_k-1")
    result = synthesise(outcome, [spec], Comparison(("a",), ("b",)), studies).analyses[0]
    row = result.estimates[0]
    assert row.log_estimate == FITS["CM.EL"](data).mean
    assert (row.tau2_method, row.tau2_high) == ("ML", None)
    assert row.pi_low < row.ci_low < row.estimate
    assert {s.weight for s in result.studies} == {None}
    assert check_combination(outcome, AnalysisSpec("p", "", model="GLMM", tau2="DL"))
    assert check_combination(outcome, AnalysisSpec("p", "", model="GLMM", ci="HKSJ"))
