"""How much studies differ: Q, I2, H2, and Q-profile limits of the between-study variance."""

from dataclasses import dataclass
from sys import float_info

import numpy as np

from metasynth.core.distributions import LEVEL, chi2_quantile
from metasynth.stats.effects.binary import Array
from metasynth.stats.leave_one_out import sum_of_products
from metasynth.stats.linear_model import LinearModel
from metasynth.stats.roots import falling_root, falling_roots


@dataclass(frozen=True, slots=True)
class Share:
    """I2 in per cent and H2."""

    i2: float
    h2: float


def generalised_q(y: Array, v: Array, tau2: float | Array = 0.0) -> Array:
    """Squared distances from the mean, weighted by 1/(v + tau2); Cochran's Q at tau2 = 0.

    Parameters:
        y: effects on the analysis scale, shape (k,), or (k, n) of n meta-analyses.
        v: their variances, above 0, of the same shape.
        tau2: the between-study variance, on the squared analysis scale; of shape (n,) where each
            meta-analysis has its own.

    Example:
        >>> round(float(generalised_q(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))), 9)
        8.0
    """
    model = LinearModel(y, v)
    return model.q(model.weights(tau2))


def q_about(y: Array, v: Array, centre: float | Array) -> Array:
    """Inverse-variance weighted squared distances of y from a given centre.

    Parameters:
        y: effects on the analysis scale, shape (k,), or (k, n) of n meta-analyses.
        v: their variances, above 0, of the same shape; infinite for no weight.
        centre: on the analysis scale, of shape (n,) where each meta-analysis has its own.

    Example:
        >>> float(q_about(np.array([1.0, 3.0]), np.array([0.5, 1.0]), 2.0))
        3.0
    """
    return np.asarray(((y - centre) ** 2 / v).sum(axis=0))


def _typical_variance(v: Array) -> float:
    """The within-study variance of a typical study: Higgins and Thompson, Stat Med 2002;21:1539-58.

    Equation 9: (k - 1) sum(w) / (sum(w)² - sum(w²)), w = 1/v.

    Parameters:
        v: variances above 0, of two studies at least, shape (k,).

    Example:
        >>> _typical_variance(np.array([0.5, 1.0]))  # 1 × 3 / (9 - 5)
        0.75
    """
    w = 1 / v
    return (len(w) - 1) * float(w.sum()) / float(sum_of_products(w))


def share_from_q(q: float, df: int) -> Share:
    """I2 = max(0, (Q - df)/Q) in per cent and H2 = Q/df, for common-effect models.

    Parameters:
        q: Cochran's Q.
        df: studies less one, at least 1.

    Example:
        >>> share_from_q(8.0, 2), share_from_q(1.0, 2).i2
        (Share(i2=75.0, h2=4.0), 0.0)
    """
    return Share(i2=max(0.0, 100 * (q - df) / q) if q > 0 else 0.0, h2=q / df)


def share_from_tau2(tau2: float, v: Array) -> Share:
    """I2 = tau2/(tau2 + s²) in per cent and H2 = (tau2 + s²)/s², s² the typical variance.

    Used for random-effects models; with DerSimonian and Laird's tau2 it equals `share_from_q`
    wherever Q exceeds its degrees of freedom.

    Parameters:
        tau2: the between-study variance, on the squared analysis scale.
        v: variances above 0, of two studies at least, shape (k,).

    Example:
        >>> share = share_from_tau2(0.12, np.full(3, 0.04))
        >>> round(share.i2, 9), round(share.h2, 9)
        (75.0, 4.0)
    """
    s2 = _typical_variance(v)
    return Share(i2=100 * tau2 / (tau2 + s2), h2=(tau2 + s2) / s2)


def q_profile(y: Array, v: Array, level: float = LEVEL) -> tuple[float, float]:
    """Limits of tau2 where the generalised Q meets the chi-squared quantiles of k - 1.

    Viechtbauer, Stat Med 2007;26:37-52. Both limits are 0 when even Q at tau2 = 0 lies below the
    lower quantile: the studies agree better than chance would let them.

    Parameters:
        y: effects on the analysis scale, shape (k,), at least two.
        v: their variances, above 0, shape (k,).
        level: coverage.

    Returns:
        The lower and the upper limit, on the squared analysis scale.

    Example:
        >>> low, high = q_profile(np.array([0.1, 0.5, 0.9]), np.array([0.04, 0.04, 0.04]))
        >>> round(low, 4), round(high, 4)
        (0.0034, 6.2797)
    """
    model, tail, df = LinearModel(y, v), (1 - level) / 2, len(y) - 1
    low, high = (solve_q(model, chi2_quantile(end, df)) for end in (tail, 1 - tail))
    return float(low), float(high)


def solve_q(model: LinearModel, target: float | Array) -> Array:
    """Find the tau2 at which the generalised Q equals `target`; 0 when it is below even there.

    Q falls with tau2, and is at most S/tau2, S the squared residuals of the unweighted fit, which
    gives the upper bracket. Effects are taken from that of the most exact study, so that those that
    agree but for a few units in the last place keep their differences: from a mean that is rounded
    itself, Q could rise.

    Parameters:
        model: one meta-analysis, or n of them.
        target: above 0, of shape (n,) where each meta-analysis has its own.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> round(float(solve_q(model, 2.0)), 6)  # 0.32 / (0.04 + tau2) is 2
        0.12
    """
    first = model.known_v.argmin(axis=0)
    model = model.about(np.take_along_axis(model.y, first[None], axis=0)[0])
    if not model.many:
        return np.asarray(_root_of_one(model, float(target)))
    found = np.zeros(model.y.shape[1])
    above = np.flatnonzero(model.q(model.weights(0.0)) > target)
    part, target = model.columns(above), np.broadcast_to(target, found.shape)[above]
    found[above] = falling_roots(
        lambda tau2: part.q(part.weights(tau2)) - target,
        np.zeros(len(above)),
        part.q(part.ones) / target,
        float_info.epsilon * part.least,
    )
    return found


def _root_of_one(model: LinearModel, target: float) -> float:
    return falling_root(
        lambda t: float(model.q(model.weights(t))) - target,
        0.0,
        float(model.q(model.ones)) / target,
        float_info.epsilon * float(model.least),
    )
