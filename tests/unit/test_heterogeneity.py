"""Estimators of tau2 and their limits where rounding, scale or agreement could break them."""

import numpy as np
import pytest

from metasynth.heterogeneity import generalised_q, q_profile
from metasynth.meta_regression import meta_regression
from metasynth.roots import bracketed_root
from metasynth.tau2 import ESTIMATORS, estimate_tau2

LIKELIHOODS = ("REML", "ML", "PM", "EB")


@pytest.mark.parametrize("method", ESTIMATORS)
@pytest.mark.parametrize("v", [1e-12, 1e-20, 1e-30])
def test_negligible_variances_leave_the_variance_of_the_effects(method, v):
    y = np.array([1.0, 2.0, 4.0, 4.5])
    found = estimate_tau2(y, np.full(4, v), method).value
    divisor = 4 if method in ("ML", "HS") else 3
    assert found == pytest.approx(float(((y - y.mean()) ** 2).sum()) / divisor, rel=1e-7)
    low, high = q_profile(y, np.full(4, v))
    assert 0 < low < found < high


@pytest.mark.parametrize("method", ESTIMATORS)
def test_studies_that_agree_have_none(method):
    y, v = np.full(4, 0.3), np.array([0.1, 0.2, 0.3, 0.4])
    assert estimate_tau2(y, v, method).value == 0
    assert q_profile(y, v) == (0, 0)


def test_effects_that_agree_but_for_their_rounding_have_limits():
    """Their mean is 1e17 exactly, their weighted mean another number, and Q not 0."""
    y, v = np.full(6, 1e17), np.arange(1, 7) / 7
    assert generalised_q(y, v) > 12
    low, high = q_profile(y, v)
    assert 0 <= low <= high < (100 * np.spacing(1e17)) ** 2


@pytest.mark.parametrize("method", LIKELIHOODS)
def test_equal_variances_have_a_closed_form(method):
    y, v = np.array([1.0, 2.0, 4.0, 4.5, 9.0]), np.full(5, 0.7)
    divisor = 5 if method == "ML" else 4
    expected = float(((y - y.mean()) ** 2).sum()) / divisor - 0.7
    assert estimate_tau2(y, v, method).value == pytest.approx(expected, rel=1e-14)


def test_limits_solve_their_equation():
    y, v = np.array([0.1, 0.9, 0.4, 1.8]), np.array([0.01, 0.02, 0.05, 0.09])
    low, high = q_profile(y, v)
    assert float(generalised_q(y, v, low)) == pytest.approx(9.348403604496148, rel=1e-12)
    assert float(generalised_q(y, v, high)) == pytest.approx(0.2157952826239, rel=1e-11)


def test_regression_with_negligible_variances():
    y = np.array([1.0, 2.0, 4.0, 4.5])
    design = np.ones((4, 1))
    for method in ("REML", "PM", "DL"):
        tau2 = meta_regression(y, np.full(4, 1e-25), design, method).tau2
        assert tau2 == pytest.approx(float(y.var(ddof=1)), rel=1e-9)


def test_a_root_needs_a_change_of_sign():
    with pytest.raises(ValueError, match="no change of sign"):
        bracketed_root(lambda x: x * x + 1, 0.0, 1.0)


def test_a_root_at_an_end_is_that_end():
    assert bracketed_root(lambda x: x - 1, 0.0, 1.0) == 1
    assert bracketed_root(lambda x: x, 0.0, 1.0) == 0


def test_roots_are_found_to_the_last_float():
    for target in (1e-8, 0.5, 2.0, 3e7):
        root = bracketed_root(lambda x, t=target: x**3 - t, 0.0, 1e9)
        assert root == pytest.approx(target ** (1 / 3), rel=4e-16)
