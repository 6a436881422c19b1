"""Binomial-normal models against metafor, and against their likelihood integrated by scipy.

metafor's optimisers stop near the maximum: ours must be at least as high at our estimates as at
theirs, and the estimates agree within 5e-4; the conditional model within 1e-4, its standard error
(by finite differences there) within 2e-4 and ours within 1e-6 of second differences.
"""

import csv
from math import exp, inf, log, sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from metasynth.effects import Tables
from metasynth.glmm import _hypergeometric, _support, conditional, unconditional
from metasynth.methods import check_combination
from metasynth.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.synthesis import synthesise

EXPECTED = Path(__file__).parent / "expected"
FITS = {"UM.FS": unconditional, "CM.EL": conditional}


def read(name):
    with (EXPECTED / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tables(dataset):
    columns = ("a", "n1", "c", "n2")
    rows = [[float(r[x]) for x in columns] for r in read("counts.csv") if r["dataset"] == dataset]
    rows = [r for r in rows if (r[0] or r[2]) and (r[0] < r[1] or r[2] < r[3])]
    return Tables(*np.array(rows).T)


@pytest.mark.parametrize("row", read("glmm.csv"), ids=lambda r: f"{r['dataset']}-{r['model']}")
def test_estimates(row):
    fit = FITS[row["model"]](tables(row["dataset"]))
    tolerance = 5e-4 if row["model"] == "UM.FS" else 1e-4
    assert fit.mean == pytest.approx(float(row["mean"]), rel=tolerance)
    assert sqrt(fit.variance) == pytest.approx(float(row["se"]), rel=max(tolerance, 2e-4))
    assert fit.tau2 == pytest.approx(float(row["tau2"]), rel=tolerance, abs=1e-6)


def exact_log_likelihood(t, mean, tau):
    """UM.FS by adaptive integration, each study's level at its maximum."""

    def study(a, n1, c, n2):
        def integrand(u, level, scale):
            one, two = level + mean + tau * u / 2, level - tau * u / 2
            value = a * one - n1 * np.logaddexp(0, one) + c * two - n2 * np.logaddexp(0, two)
            return exp(value - u * u / 2 - scale)

        def loss(level):
            scale = log(integrand(0, level, 0))
            area, _ = quad(integrand, -inf, inf, (level, scale), epsabs=0, epsrel=1e-11)
            return -(log(area) + scale)

        start = log((a + c + 0.5) / (n1 + n2 - a - c + 0.5))
        return -minimize_scalar(loss, bracket=(start - 0.5, start + 0.5), tol=1e-9).fun

    return sum(study(*cells) for cells in zip(t.a, t.n1, t.c, t.n2, strict=True))


def test_the_unconditional_maximum_is_higher_than_metafors():
    data = tables("nielweise2007")
    fit = unconditional(data)
    theirs = next(
        r for r in read("glmm.csv") if (r["dataset"], r["model"]) == ("nielweise2007", "UM.FS")
    )
    ours = exact_log_likelihood(data, fit.mean, sqrt(fit.tau2))
    assert ours == pytest.approx(fit.log_likelihood, rel=1e-10)
    assert ours >= exact_log_likelihood(data, float(theirs["mean"]), sqrt(float(theirs["tau2"])))


def test_the_conditional_variance_is_the_inverse_curvature():
    data = tables("lee2004")
    x, ways = _support(data)
    fit = conditional(data)

    def height(mean, tau):
        return float(_hypergeometric(data.a, x, ways, mean, tau).log_likelihood.sum())

    m, t, h = fit.mean, sqrt(fit.tau2), 1e-3
    by_mean = (height(m + h, t) - 2 * height(m, t) + height(m - h, t)) / h**2
    by_tau = (height(m, t + h) - 2 * height(m, t) + height(m, t - h)) / h**2
    mixed = height(m + h, t + h) - height(m + h, t - h)
    mixed = (mixed - height(m - h, t + h) + height(m - h, t - h)) / (4 * h**2)
    variance = -by_tau / (by_mean * by_tau - mixed**2)
    assert fit.variance == pytest.approx(variance, rel=1e-6)


def test_conditional_likelihood_of_one_table_by_hand():
    t = Tables(*(np.array([x]) for x in (1.0, 2.0, 1.0, 3.0)))
    x, ways = _support(t)
    found = _hypergeometric(t.a, x, ways, log(2), 0.0)
    chances = [1 * 3 * 1, 2 * 3 * 2, 1 * 1 * 4]  # (2 choose x)(3 choose 2 - x) 2^x
    assert found.by_mean[0] == pytest.approx(1 - (chances[1] + 2 * chances[2]) / sum(chances))


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
    assert row.log_estimate == conditional(data).mean
    assert (row.tau2_method, row.tau2_high) == ("ML", None)
    assert row.pi_low < row.ci_low < row.estimate
    assert {s.weight for s in result.studies} == {None}
    assert check_combination(outcome, AnalysisSpec("p", "", model="GLMM", tau2="DL"))
    assert check_combination(outcome, AnalysisSpec("p", "", model="GLMM", ci="HKSJ"))
