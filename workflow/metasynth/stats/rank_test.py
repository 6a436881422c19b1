"""Begg and Mazumdar's test of funnel asymmetry: Kendall's rank correlation."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from metasynth.core.distributions import two_sided_p
from metasynth.core.messages import sentence
from metasynth.stats.effects.binary import Array
from metasynth.stats.least_squares import NotTestable
from metasynth.stats.linear_model import EXACT
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.small_study import MINIMUM, require


@dataclass(frozen=True, slots=True)
class RankTest:
    """Kendall's tau with its two-sided p, exact where there are no ties."""

    tau: float
    p: float
    exact: bool


def begg(y: Array, v: Array, minimum: int = MINIMUM) -> RankTest:
    """Correlate standardised effects with variances by rank: Begg and Mazumdar, Biometrics 1994.

    Biometrics 1994;50:1088-101. Without ties, and under 50 studies, p is exact; otherwise it comes
    from the normal approximation with the variance for ties, not continuity-corrected.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        minimum: studies below which the test is refused.

    Raises:
        TooFewStudies: below `minimum`, or three.
        NotTestable: when the effects or their variances all agree, or one study has all the weight.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.4, 0.9]), np.array([0.01, 0.02, 0.05, 0.1])
        >>> found = begg(y, v, minimum=3)
        >>> round(found.tau, 6), round(found.p, 6), found.exact  # two of 24 orders
        (1.0, 0.083333, True)
    """
    require(len(y), max(3, minimum))
    pool = inverse_variance(y, v)
    if np.ptp(v) == 0 or np.any(v <= pool.variance):
        raise NotTestable(
            sentence("the variances cannot be ranked, or one study has all the weight")
        )
    if np.ptp(y) <= EXACT * np.abs(y).max():
        raise NotTestable(sentence("the effects all agree, so that they cannot be ranked"))
    standardised = (y - pool.mean) / np.sqrt(v - pool.variance)
    return kendall(standardised, v)


def kendall(x: Array, y: Array) -> RankTest:
    """Kendall's tau-b and its p-value; needs values that are not all tied.

    Parameters:
        x: shape (k,).
        y: shape (k,).

    Example:
        >>> found = kendall(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
        >>> found.tau, round(found.p, 6), found.exact  # two of six orders are as extreme
        (1.0, 0.333333, True)
    """
    k = len(x)
    score = _score(x, y)
    pairs_x, pairs_y = _untied(x), _untied(y)
    tau = score / sqrt(pairs_x * pairs_y)
    if pairs_x == pairs_y == k * (k - 1) / 2 and k < 50:
        return RankTest(tau, _exact_p(k, score), exact=True)
    return RankTest(tau, two_sided_p(score / sqrt(_score_variance(x, y))), exact=False)


def _score(x: Array, y: Array) -> float:
    """Pairs that agree in order less those that disagree: a row of pairs at a time."""
    rows = ((np.sign(x[i + 1 :] - x[i]) @ np.sign(y[i + 1 :] - y[i])) for i in range(len(x) - 1))
    return float(sum(rows))


def _untied(x: Array) -> float:
    """Pairs that differ."""
    ties = np.unique(x, return_counts=True)[1].astype(float)
    return len(x) * (len(x) - 1) / 2 - float((ties * (ties - 1)).sum()) / 2


def _exact_p(k: int, score: float) -> float:
    """Count the permutations whose score is at least as far from 0, by their inversions."""
    counts = np.ones(1)
    for n in range(2, k + 1):
        counts = np.convolve(counts, np.full(n, 1.0 / n))
    inversions = round((k * (k - 1) / 2 - abs(score)) / 2)
    return min(1.0, 2 * float(counts[: inversions + 1].sum()))


def _score_variance(x: Array, y: Array) -> float:
    """Variance of Kendall's score with ties: Kendall, Rank Correlation Methods (1970), ch. 4."""
    k = len(x)
    t, u = (np.unique(z, return_counts=True)[1].astype(float) for z in (x, y))
    base = k * (k - 1) * (2 * k + 5) - _weighted_pairs(t) - _weighted_pairs(u)
    pairs = _falling(t, 2) * _falling(u, 2) / (2 * k * (k - 1))
    triples = _falling(t, 3) * _falling(u, 3) / (9 * k * (k - 1) * (k - 2))
    return base / 18 + pairs + triples


def _weighted_pairs(ties: Array) -> float:
    return float((ties * (ties - 1) * (2 * ties + 5)).sum())


def _falling(ties: Array, factors: int) -> float:
    """Sum of ties (ties - 1) ... over `factors` factors."""
    return float(np.prod([ties - i for i in range(factors)], axis=0).sum())
