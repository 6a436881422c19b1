"""Prediction limits by the distribution of tau2: against draws, print and quadrature."""

from math import exp, lgamma, pi, sqrt

import numpy as np
import pytest
from scipy import integrate, special
from tests.reference.expected_tables import read
from tests.reference.test_small_study_against_r import columns

from metasynth.model.records import AnalysisSpec
from metasynth.stats.confidence_prediction import confidence_prediction
from metasynth.stats.effects.binary import Effects
from metasynth.stats.models import fit_model

SPEC = AnalysisSpec("p", "P", prediction="NNF")


@pytest.mark.parametrize(
    "row", read("confidence_prediction.csv"), ids=lambda row: f"{row['dataset']}-{row['k']}"
)
def test_limits_are_those_of_many_draws(row):
    """As near as draws can tell: 50 000 of tau2 leave about a hundredth of the limits' distance."""
    y, v = columns(row["dataset"], "y", "v")
    low, high = confidence_prediction(y[: int(row["k"])], v[: int(row["k"])])
    drawn = float(row["low"]), float(row["high"])
    assert (low, high) == pytest.approx(drawn, abs=0.015 * (high - low))


def test_limits_are_those_that_the_authors_print():
    """Their package pimeta, introduction, 25 000 draws each: ten trials of systolic blood pressure
    (effects and standard errors of its data set sbp), and thirteen of cisapride."""
    y = np.array([0.0, 0.1, -0.4, -0.8, -0.63, 0.22, -0.34, -0.51, 0.03, -0.81])
    se = np.array([0.42347717, 0.21939179, 0.02551067, 0.19898325, 0.30102594, 0.30102594,
                   0.07142988, 0.10204269, 0.12245123, 0.30102594])  # fmt: skip
    assert confidence_prediction(y, se**2) == pytest.approx((-0.8807, 0.2240), abs=0.004)
    a = np.array([15, 12, 29, 42, 14, 44, 14, 29, 10, 17, 38, 19, 21.0])
    n1 = np.array([16, 16, 34, 56, 22, 54, 17, 58, 14, 26, 44, 29, 38.0])
    c = np.array([9, 1, 18, 31, 6, 17, 7, 23, 3, 6, 12, 22, 19.0])
    n2 = np.array([16, 16, 34, 56, 22, 55, 15, 58, 15, 27, 45, 30, 38.0])
    cells = [x + 0.5 for x in (a, n1 - a, c, n2 - c)]
    y = np.log(cells[0] * cells[3] / cells[1] / cells[2])
    assert (y[0], y[1]) == pytest.approx((2.098986, 3.357026), abs=1e-6)
    low, high = confidence_prediction(y, sum(1 / x for x in cells))
    assert (low, high) == pytest.approx(np.log([0.533, 33.692]), abs=0.03)
    assert exp(low) == pytest.approx(0.533, rel=0.02)


@pytest.mark.parametrize("k", [3, 8])
def test_of_equal_variances_the_limits_are_those_of_nested_quadrature(k):
    """There 1 + tau2/v is Q over a chi-squared variable, whatever the weights."""
    y, v, df = np.linspace(-1.0, 1.5, k) ** 3, 0.3, k - 1
    mean, squares = y.mean(), float(((y - y.mean()) ** 2).sum())
    q, se = squares / v, sqrt(squares / df / k)
    of_t = exp(lgamma(k / 2) - lgamma(df / 2)) / sqrt(pi * df)
    of_chi = exp(-lgamma(df / 2)) / 2 ** (df / 2)

    def below(x, tau2):
        def given(s):
            return (
                of_t * (1 + s * s / df) ** (-k / 2) * special.ndtr((x - mean + se * s) / tau2**0.5)
            )

        edge = (mean - x) / se  # where the normal distribution turns, if it is narrow
        sides = ((-np.inf, edge), (edge, np.inf))
        return sum(integrate.quad(given, *side, epsabs=1e-10)[0] for side in sides)

    def weighted(c, x):
        return of_chi * c ** (df / 2 - 1) * exp(-c / 2) * below(x, v * (q / c - 1))

    for limit, p in zip(confidence_prediction(y, np.full(k, v)), (0.025, 0.975), strict=True):
        found = special.chdtrc(df, q) * special.stdtr(df, (limit - mean) / se)
        found += integrate.quad(weighted, 0, q, (limit,), epsabs=1e-8)[0]
        assert found == pytest.approx(p, abs=5e-8)


def test_it_moves_and_stretches_with_the_effects():
    y, v = columns("bcg", "y", "v")
    low, high = confidence_prediction(y, v)
    assert confidence_prediction(3 - 10 * y, 100 * v) == pytest.approx(
        (3 - 10 * high, 3 - 10 * low), rel=1e-7
    )


def test_effects_that_agree_exactly_have_no_limits():
    effects = Effects(np.ones(4), np.array([0.1, 0.2, 0.3, 0.4]), np.zeros(4, dtype=bool))
    assert fit_model(SPEC, "MD", effects, None).prediction is None


def test_it_does_not_ask_for_the_estimate_of_tau2():
    y, v = columns("bcg", "y", "v")
    effects = Effects(y, v, np.zeros(len(y), dtype=bool))
    found = {
        fit_model(AnalysisSpec("p", "P", tau2=tau2, ci=ci, prediction="NNF"), "RR", effects, None)
        .prediction
        for tau2, ci in (("REML", "KR"), ("DL", "Wald"), ("SJ", "HKSJ"))
    }  # fmt: skip
    assert found == {confidence_prediction(y, v)}
