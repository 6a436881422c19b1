"""Score, Wilson and exact limits against statsmodels, brute force and their own definition."""

from math import log

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from metasynth.core.distributions import normal_quantile
from metasynth.stats.score_intervals import (
    SCORE_LIMITS,
    exact_limits,
    wilson_limits,
)

TABLES = [
    (1027, 1116, 261, 283),
    (10, 250, 8, 251),
    (1, 10, 9, 10),
    (36, 40, 16, 80),
    (2, 3, 1, 900),
]


@pytest.mark.parametrize("cells", TABLES)
@pytest.mark.parametrize(
    ("compare", "ours"),
    [("ratio", SCORE_LIMITS["RR"]), ("odds-ratio", SCORE_LIMITS["OR"])],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # statsmodels, on its way
def test_ratios_agree_with_statsmodels(cells, compare, ours):
    a, n1, c, n2 = cells
    theirs = confint_proportions_2indep(
        a, n1, c, n2, method="score", compare=compare, correction=False
    )
    assert ours(*cells) == pytest.approx(theirs, rel=1e-6)


def log_likelihood(a, n1, c, n2, p1, p2):
    pairs = ((a, p1), (n1 - a, 1 - p1), (c, p2), (n2 - c, 1 - p2))
    return sum(n * log(p) for n, p in pairs if n)


@pytest.mark.parametrize("cells", [*TABLES, (0, 15, 4, 15), (15, 15, 3, 20), (0, 9, 0, 12)])
def test_risk_difference_by_brute_force(cells):
    """At a limit the squared score, with risks found by search, is the chi-squared quantile."""
    a, n1, c, n2 = cells
    for limit in SCORE_LIMITS["RD"](*cells):
        low, high = max(0.0, -limit), min(1.0, 1 - limit)
        found = minimize_scalar(
            lambda p, d=limit: -log_likelihood(a, n1, c, n2, p + d, p),
            bounds=(low + 1e-13, high - 1e-13),
            method="bounded",
            options={"xatol": 1e-13},
        )
        p2 = found.x
        p1 = p2 + limit
        variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
        z = (a / n1 - c / n2 - limit) / np.sqrt(variance)
        assert abs(z) == pytest.approx(normal_quantile(), rel=1e-4)


@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_swapping_the_groups_inverts_the_limits(measure):
    low, high = SCORE_LIMITS[measure](4, 21, 9, 33)
    inverse_low, inverse_high = SCORE_LIMITS[measure](9, 33, 4, 21)
    assert (1 / inverse_high, 1 / inverse_low) == pytest.approx((low, high), rel=1e-12)


def test_swapping_the_groups_negates_the_difference():
    low, high = SCORE_LIMITS["RD"](4, 21, 9, 33)
    assert SCORE_LIMITS["RD"](9, 33, 4, 21) == pytest.approx((-high, -low), rel=1e-11)


@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_zero_cells(measure):
    limits = SCORE_LIMITS[measure]
    low, high = limits(0, 15, 4, 15)
    mirrored_low, mirrored_high = limits(4, 15, 0, 15)
    assert low == 0
    assert mirrored_high is None
    assert 1 / mirrored_low == pytest.approx(high, rel=1e-12)
    assert limits(0, 15, 0, 15) == (0, None)


def test_all_events_in_both_groups():
    low, high = SCORE_LIMITS["RR"](20, 20, 30, 30)
    assert low < 1 < high
    assert SCORE_LIMITS["OR"](20, 20, 30, 30) == (0, None)
    low, high = SCORE_LIMITS["RD"](20, 20, 30, 30)
    assert low < 0 < high


def test_opposite_certainties_reach_the_end_of_the_scale():
    low, high = SCORE_LIMITS["RD"](12, 12, 0, 14)
    assert (0 < low < 1, high) == (True, 1)
    low, high = SCORE_LIMITS["RD"](0, 12, 14, 14)
    assert (low, -1 < high < 0) == (-1, True)


@pytest.mark.parametrize(("events", "total"), [(0, 7), (7, 7), (1, 30), (13, 29), (900, 1000)])
@pytest.mark.parametrize(("ours", "name"), [(wilson_limits, "wilson"), (exact_limits, "beta")])
def test_one_risk(events, total, ours, name):
    theirs = proportion_confint(events, total, method=name)
    assert ours(events, total) == pytest.approx(theirs, rel=1e-9, abs=1e-15)
