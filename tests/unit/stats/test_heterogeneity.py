"""Estimators of tau2 and their limits where rounding, scale or agreement could break them."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.budget import examples

from metasynth.stats.covariate_fit import meta_regression
from metasynth.stats.heterogeneity import generalised_q, q_profile
from metasynth.stats.linear_model import Covariates
from metasynth.stats.roots import bracketed_root, falling_root, falling_roots
from metasynth.stats.tau2 import ESTIMATORS, estimate_tau2, tau2_many
from metasynth.synthesis.subgroups import common_tau2

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


SCALES = st.floats(-8, 8).map(lambda power: 10.0**power)
agreeing = st.tuples(
    st.lists(st.tuples(st.integers(-3, 3), st.floats(0, 6)), min_size=2, max_size=40),
    st.floats(0.1, 1),
    SCALES,
    st.floats(-40, 0),
)
"""Effects that differ by a few units in the last place, at any scale, with variances from those of
such differences up."""


def almost_equal(drawn):
    steps, centre, scale, least = drawn
    y = np.array([scale * (centre + step * np.spacing(centre)) for step, _ in steps])
    v = np.array([(scale * 10.0 ** (least / 2) * 10.0**more) ** 2 for _, more in steps])
    return y, v


@examples(75)
@given(agreeing, st.sampled_from(LIKELIHOODS))
@example(([(2, 5.45), (-3, 5.15), (0, 0.079)], 0.5, 10.0**0.125, -36.12), "PM")  # Q rose with tau2
def test_brackets_withstand_the_rounding_of_effects_that_agree(drawn, method):
    """One study at a time, many at once, in subgroups and around a regression."""
    y, v = almost_equal(drawn)
    spread = float(((np.abs(y - y.mean()) + 8 * np.spacing(np.abs(y).max())) ** 2).sum())
    most = max(2 * spread / (len(y) - 1), float(v.max())) * (1 + 1e-6)
    ours = [estimate_tau2(y, v, method).value]
    columns = [np.column_stack([z, z, z[::-1]]) for z in (y, v, np.ones_like(y))]
    ours += list(tau2_many(method, *columns))
    ours.append(common_tau2([(y, v)], method).value)
    ours.append(meta_regression(y, v, np.ones((len(y), 1)), method, "Wald").tau2)
    assert all(0 <= tau2 <= most for tau2 in ours)
    low, high = q_profile(y, v)
    assert 0 <= low <= high


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(0.1, 2)), min_size=3, max_size=9), SCALES)
def test_paule_mandel_is_the_same_in_all_its_places(rows, scale):
    y, se = scale * np.array(rows).T
    v = se**2
    found = estimate_tau2(y, v, "PM").value
    if found > 0:
        assert float(generalised_q(y, v, found)) == pytest.approx(len(y) - 1, rel=1e-9)
    else:
        assert float(generalised_q(y, v)) <= (len(y) - 1) * (1 + 1e-12)
    same = pytest.approx(found, rel=1e-9, abs=1e-12 * scale**2)
    assert tau2_many("PM", y[:, None], v[:, None], np.ones((len(y), 1)))[0] == same
    assert common_tau2([(y, v)], "PM").value == same
    assert meta_regression(y, v, np.ones((len(y), 1)), "PM", "Wald").tau2 == same


draws = st.tuples(st.integers(0, 2**32 - 1), st.integers(4, 25), st.floats(-6, 0), SCALES)


@given(draws, st.sampled_from(sorted(ESTIMATORS)))
@example((498, 4, -6.0, 1.0), "DL")  # a study with all the weight took the digits of the trace
def test_estimators_do_not_depend_on_how_the_design_is_written(drawn, method):
    """An intercept or a column of ones, groups or dummies, one at a time or beside each other."""
    seed, k, least, scale = drawn
    draw = np.random.default_rng(seed)
    v = 10 ** draw.uniform(least, 1, k)
    y = draw.normal(0.3, np.sqrt(v + draw.choice([0.0, 0.3, 5.0])))
    y, v = scale * y, scale**2 * v
    first = int(draw.integers(1, k - 1))
    dummies = np.column_stack([np.ones(k), np.arange(k) >= first]).astype(float)
    beside = np.column_stack([y, y[::-1], y]), np.column_stack([v, v[::-1], v])
    mask = np.ones((k, 3))
    mask[first:, 2] = 0
    alone = estimate_tau2(y, v, method).value
    part = estimate_tau2(y[:first], v[:first], method).value if first > 1 else 0.0
    grouped = common_tau2([(y[:first], v[:first]), (y[first:], v[first:])], method).value
    close = {"rel": 1e-8, "abs": 1e-10 * float(v.min())}
    assert tau2_many(method, *beside, mask) == pytest.approx([alone, alone, part], **close)
    assert estimate_tau2(y, v, method, Covariates(np.ones((k, 1)))).value == pytest.approx(
        alone, **close
    )
    assert estimate_tau2(y, v, method, Covariates(dummies)).value == pytest.approx(grouped, **close)


def test_a_study_with_all_the_weight_does_not_cancel_the_moment_estimate():
    """By hand: Q = 1 + 9, of which all but its 2 df is tau2 times the trace of P, 2 + 1 + 1."""
    y, v = np.array([0.0, 1.0, 3.0]), np.array([1e-24, 1.0, 1.0])
    places = [estimate_tau2(y, v, "DL").value, common_tau2([(y, v), (y, v)], "DL").value]
    places += list(tau2_many("DL", y[:, None], v[:, None], np.ones((3, 1))))
    assert places == pytest.approx([2.0, 2.0, 2.0], rel=1e-14)


def test_a_falling_root_is_found_beyond_a_bound_that_is_too_low():
    assert falling_root(lambda x: 3 - x, 0.0, 1.0) == pytest.approx(3, rel=1e-15)
    assert falling_root(lambda x: 3 - x, 0.0, 0.0, 1e-9) == pytest.approx(3, rel=1e-8)
    assert falling_root(lambda x: -1 - x, 0.0, 1.0) == 0
    ends = (np.zeros(3), np.ones(3), np.full(3, 1e-12))
    roots = falling_roots(lambda x: np.array([3.0, 0.5, -1.0]) - x, *ends)
    assert roots == pytest.approx([3, 0.5, 0], rel=1e-11)
