"""Kenward and Roger's interval from their matrices, and RevMan's SMD by hand."""

import numpy as np
import pytest

from metasynth.stats.effects.continuous import CONTINUOUS_EFFECTS, Means, hedges_j
from metasynth.stats.intervals import kenward_roger_interval
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.tau2 import estimate_tau2


def test_kenward_roger_from_its_matrices():
    """The general formulas of Kenward and Roger (1997) with V = diag(v) + tau2 I and one column."""
    y = np.array([0.2, -0.4, 0.9, 1.1, 0.3])
    v = np.array([0.04, 0.30, 0.09, 0.20, 0.02])
    tau2 = estimate_tau2(y, v, "REML").value
    x = np.ones((5, 1))
    inverse = np.diag(1 / (v + tau2))
    phi = np.linalg.inv(x.T @ inverse @ x)
    projector = inverse - inverse @ x @ phi @ x.T @ inverse
    information = np.trace(projector @ projector) / 2
    p, q = -x.T @ inverse @ inverse @ x, x.T @ inverse @ inverse @ inverse @ x
    adjusted = (phi + 2 * phi @ ((q - p @ phi @ p) / information) @ phi)[0, 0]
    pool = inverse_variance(y, v, tau2)
    found = kenward_roger_interval(y, v, tau2, float(pool.mean), float(pool.variance))
    assert tau2 > 0
    assert found.se**2 == pytest.approx(adjusted, rel=1e-12)
    assert found.df == pytest.approx(2 * information / (adjusted * -p[0, 0]) ** 2, rel=1e-12)


def test_smd_of_revman_by_hand():
    one = Means(*(np.array([x]) for x in (12.0, 2.0, 10.0, 10.0, 2.0, 10.0)))
    y, v = CONTINUOUS_EFFECTS["SMD-RevMan"](one)
    g = 1 - 3 / 71
    assert y[0] == pytest.approx(g, rel=1e-14)
    assert v[0] == pytest.approx(0.2 + g**2 / (2 * 16.06), rel=1e-14)


@pytest.mark.parametrize("df", [1e4, 1e6, 1e9])
def test_hedges_factor_of_large_studies(df):
    series = 1 - 3 / (4 * df) - 7 / (32 * df**2) - 9 / (128 * df**3)
    assert hedges_j(np.array([df]))[0] == pytest.approx(series, rel=5e-12)
