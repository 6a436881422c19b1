"""Methods of medians: where they say that they apply they answer, elsewhere they refuse."""

from itertools import product
from math import isfinite

import pytest

from metasynth.model.conversions import MEDIANS
from metasynth.stats.medians import Summary, applies, mean_and_sd, skewness

EXTREMES = ({}, {"minimum": 2.0, "maximum": 30.0}, {"minimum": -2.0, "maximum": 30.0})
QUARTILES = ({}, {"q1": 8.0, "q3": 14.0}, {"q1": 0.0, "q3": 14.0})
SUMMARIES = [Summary(n, 10.0, **a, **b) for n, a, b in product((5, 25, 400), EXTREMES, QUARTILES)]


@pytest.mark.parametrize("method", MEDIANS)
@pytest.mark.parametrize("summary", SUMMARIES)
def test_a_method_answers_where_it_applies_and_refuses_elsewhere(summary, method):
    if applies(summary, method):
        mean, sd = mean_and_sd(summary, method)
        assert isfinite(mean)
        assert sd > 0
    else:
        with pytest.raises((KeyError, ValueError)):
            mean_and_sd(summary, method)


@pytest.mark.parametrize("method", MEDIANS)
def test_numbers_that_are_all_alike_have_no_spread(method):
    for kind in ({"q1": 3.0, "q3": 3.0}, {"minimum": 3.0, "maximum": 3.0}):
        alike = Summary(20, 3.0, **kind)
        if applies(alike, method):
            mean, sd = mean_and_sd(alike, method)
            assert mean == pytest.approx(3.0, rel=1e-14)
            assert sd == 0
            assert skewness(alike)[0] == 0
