"""How much studies differ: Q, I2, H2, and Q-profile limits of the between-study variance."""

from dataclasses import dataclass
from sys import float_info

import numpy as np

from metasynth.stats.distributions import LEVEL, chi2_quantile
from metasynth.stats.effects.binary import Array
from metasynth.stats.pooling import inverse_variance, sum_of_products
from metasynth.stats.roots import falling_root


@dataclass(frozen=True, slots=True)
class Share:
    """I2 in per cent and H2."""

    i2: float
    h2: float


def generalised_q(y: Array, v: Array, tau2: float | Array = 0.0) -> Array:
    """Squared distances from the mean, weighted by 1/(v + tau2); Cochran's Q at tau2 = 0."""
    pool = inverse_variance(y, v, tau2)
    return np.asarray((pool.weights * (y - pool.mean) ** 2).sum(axis=0))


def q_about(y: Array, v: Array, centre: float | Array) -> Array:
    """Inverse-variance weighted squared distances of y from a given centre."""
    return np.asarray(((y - centre) ** 2 / v).sum(axis=0))


def typical_variance(v: Array) -> float:
    """The within-study variance of a typical study: Higgins and Thompson, Stat Med 2002;21:1539-58.

    Equation 9: (k - 1) sum(w) / (sum(w)² - sum(w²)), w = 1/v; needs two studies.
    """
    w = 1 / v
    return (len(w) - 1) * float(w.sum()) / sum_of_products(w)


def share_from_q(q: float, df: int) -> Share:
    """I2 = max(0, (Q - df)/Q) in per cent and H2 = Q/df, for common-effect models."""
    return Share(i2=max(0.0, 100 * (q - df) / q) if q > 0 else 0.0, h2=q / df)


def share_from_tau2(tau2: float, v: Array) -> Share:
    """I2 = tau2/(tau2 + s²) in per cent and H2 = (tau2 + s²)/s², s² the typical variance.

    Used for random-effects models; with DerSimonian and Laird's tau2 it equals `share_from_q`
    wherever Q exceeds its degrees of freedom.
    """
    s2 = typical_variance(v)
    return Share(i2=100 * tau2 / (tau2 + s2), h2=(tau2 + s2) / s2)


def q_profile(y: Array, v: Array, level: float = LEVEL) -> tuple[float, float]:
    """Limits of tau2 where the generalised Q meets the chi-squared quantiles of k - 1.

    Viechtbauer, Stat Med 2007;26:37-52. Both limits are 0 when even Q at tau2 = 0 lies below the
    lower quantile: the studies agree better than chance would let them.
    """
    tail = (1 - level) / 2
    return solve_q(y, v, chi2_quantile(tail, len(y) - 1)), solve_q(
        y, v, chi2_quantile(1 - tail, len(y) - 1)
    )


def solve_q(y: Array, v: Array, target: float) -> float:
    """Find the tau2 at which the generalised Q equals `target`; 0 when it is below even there.

    Q falls with tau2, and is at most sum((y - mean)²)/tau2, which gives the upper bracket. Effects
    are taken from that of the most exact study, so that those that agree but for a few units in the
    last place keep their differences: from a mean that is rounded itself, Q could rise.
    """
    y = y - y[v.argmin()]
    high = float(((y - y.mean()) ** 2).sum()) / target
    floor = float(v.min()) * float_info.epsilon
    return falling_root(lambda t: float(generalised_q(y, v, t)) - target, 0.0, high, floor)
