"""Score limits of a risk ratio against statsmodels and against their own definition."""

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from metasynth.study_intervals import score_limits_risk_ratio


@pytest.mark.parametrize(
    "cells",
    [(1027, 1116, 261, 283), (10, 250, 8, 251), (1, 10, 9, 10), (36, 40, 16, 80), (2, 3, 1, 900)],
)
def test_agrees_with_statsmodels(cells):
    a, n1, c, n2 = cells
    theirs = confint_proportions_2indep(
        a, n1, c, n2, method="score", compare="ratio", correction=False
    )
    assert score_limits_risk_ratio(*cells) == pytest.approx(theirs, rel=1e-6)


def test_swapping_the_groups_inverts_the_limits():
    low, high = score_limits_risk_ratio(4, 21, 9, 33)
    inverse_low, inverse_high = score_limits_risk_ratio(9, 33, 4, 21)
    assert (1 / inverse_high, 1 / inverse_low) == pytest.approx((low, high), rel=1e-12)


def test_zero_cells():
    low, high = score_limits_risk_ratio(0, 15, 4, 15)
    mirrored_low, mirrored_high = score_limits_risk_ratio(4, 15, 0, 15)
    assert low == 0
    assert mirrored_high is None
    assert 1 / mirrored_low == pytest.approx(high, rel=1e-12)
    assert score_limits_risk_ratio(0, 15, 0, 15) == (0, None)


def test_all_events_in_both_groups_bracket_one():
    low, high = score_limits_risk_ratio(20, 20, 30, 30)
    assert low < 1 < high
