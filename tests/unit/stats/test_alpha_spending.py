"""Sequential boundaries against published ones and against multivariate normal probabilities."""

from math import sqrt

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from metasynth.stats.alpha_spending import FARTHEST, boundaries, spending

REBOUSSIN = (
    (0.2, 4.8769, 1.0777e-06),
    (0.4, 3.3569, 7.8830e-04),
    (0.6, 2.6803, 7.6161e-03),
    (0.8, 2.2898, 2.4424e-02),
    (1.0, 2.0310, 5.0000e-02),
)
"""Time, boundary, cumulative exit probability: Reboussin, DeMets, Kim and Lan, Control Clin Trials
2000;21:190-207, as printed in section 5.1 of the vignette of the R package ldbounds."""

RTSA = ((0.5, 2.963), (0.75, 2.359), (1.0, 2.014))
"""Time and two-sided boundary at alpha 0.05 of a design with looks at 0.5, 0.75 and 1: vignette
`prospective_retrospective` of the R package RTSA 0.2.2 (which plans three looks at these times)."""


def test_five_looks_are_those_of_reboussin_and_others():
    found = boundaries([time for time, _, _ in REBOUSSIN], 0.05)
    for own, (time, z, spent) in zip(found, REBOUSSIN, strict=True):
        assert own.time == time
        # Their integration is on a grid: 3.3569 at 0.4, where the exact value rounds to 3.3570.
        assert own.z == pytest.approx(z, abs=1.2e-4)
        assert own.spent == pytest.approx(spent, rel=5e-5)


def test_three_looks_are_those_of_rtsa():
    found = boundaries([time for time, _ in RTSA], 0.05)
    assert [round(own.z, 3) for own in found] == [z for _, z in RTSA]


@pytest.mark.parametrize(
    "times", [(0.3,), (0.2, 0.9), (0.13, 0.31, 0.62, 0.9), (0.5, 0.51), (0.05, 0.4, 1.0)]
)
@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.2])
def test_the_alpha_spent_is_the_probability_to_have_crossed(times, alpha):
    """By integration over the joint normal distribution of all Z, which knows no recursion."""
    found = boundaries(times, alpha)
    z = np.array([own.z for own in found])
    covariance = [[sqrt(min(a, b) / max(a, b)) for a in times] for b in times]
    joint = multivariate_normal(
        mean=np.zeros(len(times)), cov=covariance, maxpts=2_000_000, abseps=1e-9, releps=1e-9
    )
    inside = joint.cdf(z, lower_limit=-z)
    assert 1 - inside == pytest.approx(spending(times[-1], alpha), abs=2e-7)
    assert found[-1].spent == pytest.approx(spending(times[-1], alpha), abs=1e-12)


def test_one_look_at_the_end_is_the_usual_test():
    (found,) = boundaries([1.0], 0.05)
    assert found.z == pytest.approx(1.959963984540054, abs=1e-12)


def test_looks_of_very_unequal_size_are_as_exact():
    """Two looks a ten-thousandth apart: the second boundary follows from a joint of nearly 1."""
    found = boundaries([0.3, 0.3001, 1.0], 0.05)
    z = np.array([own.z for own in found])
    times = (0.3, 0.3001, 1.0)
    covariance = [[sqrt(min(a, b) / max(a, b)) for a in times] for b in times]
    joint = multivariate_normal(
        mean=np.zeros(3), cov=covariance, maxpts=4_000_000, abseps=1e-9, releps=1e-9
    )
    assert 1 - joint.cdf(z, lower_limit=-z) == pytest.approx(0.05, abs=1e-6)


def test_with_hardly_any_information_no_evidence_can_cross():
    first, last = boundaries([0.001, 1.0], 0.05)
    assert first.z == FARTHEST
    assert last.z == pytest.approx(1.959963984540054, abs=1e-9)


@pytest.mark.parametrize("times", [(0.5, 0.5), (0.5, 0.4), (0.5, 1.1), (0.0, 1.0)])
def test_looks_must_rise(times):
    with pytest.raises(ValueError, match="rise"):
        boundaries(times, 0.05)
