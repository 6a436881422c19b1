"""Estimators of the between-study variance tau2, on the square of the analysis scale.

Iterated ones are roots of their estimating equation, found in a bracket that provably holds every
root, so they are exact to the last float whatever the scale of the data.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metasynth.effects import Array
from metasynth.heterogeneity import generalised_q
from metasynth.pooling import inverse_variance
from metasynth.roots import bracketed_root

POINTS_PER_DECADE = 8
"""Density of the scan for several maxima: a feature of the profile is about a decade wide."""


@dataclass(frozen=True, slots=True)
class Tau2:
    """An estimate, and a second maximum of the likelihood if there is one."""

    value: float
    other_maximum: float | None = None


def estimate_tau2(y: Array, v: Array, method: str) -> Tau2:
    """Estimate tau2 of at least two studies by the named method, truncated at 0."""
    return ESTIMATORS[method](y, v)


def dersimonian_laird(y: Array, v: Array) -> Tau2:
    """Method of moments with weights 1/v: Control Clin Trials 1986;7:177-88, equation 8."""
    w = 1 / v
    excess = float(generalised_q(y, v)) - (len(y) - 1)
    return Tau2(max(0.0, excess / float(w.sum() - (w**2).sum() / w.sum())))


def restricted_maximum_likelihood(y: Array, v: Array) -> Tau2:
    """Maximise the restricted likelihood: Viechtbauer, J Educ Behav Stat 2005;30:261-93, eq. 16."""
    return _global_maximum(y, v, reml_score, reml_log_likelihood)


def reml_score(y: Array, v: Array, tau2: float | Array) -> Array:
    """Twice the derivative of the restricted log likelihood with respect to tau2."""
    pool = inverse_variance(y, v, tau2)
    w2 = pool.weights**2
    return np.asarray(
        (w2 * (y - pool.mean) ** 2).sum(axis=0)
        - pool.weights.sum(axis=0)
        + w2.sum(axis=0) * pool.variance
    )


def reml_log_likelihood(y: Array, v: Array, tau2: float | Array) -> Array:
    """Twice the restricted log likelihood, but for a constant."""
    pool = inverse_variance(y, v, tau2)
    spread = (pool.weights * (y - pool.mean) ** 2).sum(axis=0)
    return np.asarray(np.log(pool.weights).sum(axis=0) + np.log(pool.variance) - spread)


Profile = Callable[[Array, Array, float | Array], Array]


def _global_maximum(y: Array, v: Array, score: Profile, log_likelihood: Profile) -> Tau2:
    """Scan the score, refine each maximum by a root, and keep the highest.

    The score is negative beyond max(v) and 4 S/(k - 1), S = sum((y - mean)²): there every weight
    lies within a factor 2 of the next, and sum(w²(y - mu)²) <= max(w)² S falls below the penalty.
    """
    spread = float(((y - y.mean()) ** 2).sum())
    high = max(float(v.max()), 4 * spread / (len(y) - 1))
    low = float(v.min()) * 1e-3
    steps = 2 + int(POINTS_PER_DECADE * np.log10(high / low))
    grid = np.concatenate(([0.0], np.geomspace(low, high * (1 + 1e-9), steps)))
    rising = score(y[:, None], v[:, None], grid) > 0
    maxima = [] if rising[0] else [0.0]
    floor = float(v.min()) * np.finfo(float).eps
    for i in np.flatnonzero(rising[:-1] & ~rising[1:]):
        maxima.append(
            bracketed_root(
                lambda t: float(score(y, v, t)), float(grid[i]), float(grid[i + 1]), floor
            )
        )
    heights = [float(log_likelihood(y, v, t)) for t in maxima]
    order = sorted(range(len(maxima)), key=lambda i: -heights[i])
    return Tau2(maxima[order[0]], maxima[order[1]] if len(maxima) > 1 else None)


ESTIMATORS: dict[str, Callable[[Array, Array], Tau2]] = {
    "DL": dersimonian_laird,
    "REML": restricted_maximum_likelihood,
}
