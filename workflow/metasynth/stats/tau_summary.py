"""Mode and intervals of the posterior of tau, which, unlike a mixture's, may begin at its top."""

from itertools import pairwise
from math import inf

import numpy as np

from metasynth.core.distributions import LEVEL
from metasynth.stats.effects.binary import Array
from metasynth.stats.locating import ENOUGH
from metasynth.stats.roots import bracketed_root
from metasynth.stats.tau_posterior import P, TauPosterior

SCAN = 40
"""Intervals of the scan of the probability below the shortest interval of an uneven density."""
NEXT_TO_0 = 1e-6
"""A share of the probability outside an interval that stands for none below it."""
_ROOM = NEXT_TO_0 * (1 - LEVEL), (1 - NEXT_TO_0) * (1 - LEVEL)

Limits = tuple[float, float]


def tau_located(posterior: TauPosterior[P]) -> tuple[float | None, float, Limits, Limits]:
    """Mode, median, shortest and central interval of the tau of one pool.

    Parameters:
        posterior: of one pool.

    Returns:
        All on the analysis scale; no mode under a log-t prior, whose density has no highest point.

    Raises:
        EffectUndefined: where the posterior has no value at a quantile.

    Example:
        >>> from metasynth.model.priors import TauPrior
        >>> from metasynth.stats.bayes_problem import Problem
        >>> from metasynth.stats.tau_posterior import tau_posterior
        >>> prior = TauPrior("half_normal", scale=0.5)
        >>> problem = Problem(np.array([[0.3, 0.3]]), np.full((1, 2), 0.04), prior)
        >>> ((_, posterior),) = tau_posterior(problem)
        >>> mode, median, shortest, central = tau_located(posterior)
        >>> mode, shortest[0], shortest[1] < central[1]  # effects that agree
        (0.0, 0.0, True)
    """
    tail = (1 - LEVEL) / 2
    least = 2 * NEXT_TO_0 * tail
    wanted = np.array([[least, tail, 0.5, LEVEL, LEVEL + least, 1 - tail]])
    first, low, median, most, last, high = posterior.quantiles(wanted)[0].tolist()
    tops = _tau_tops(posterior)
    if len(tops) > 1:
        shortest = _searched(posterior)
    elif np.diff(posterior.density(np.array([[first, last]]))[0])[0] <= 0:
        shortest = 0.0, most
    else:
        shortest = _level(posterior, low, high) or _ends(posterior, _crossing(posterior, *_ROOM))
    if posterior.problem.tau_prior.family == "log_t":
        return None, median, shortest, (low, high)
    return _highest(posterior, tops), median, shortest, (low, high)


def _tau_tops(posterior: TauPosterior[P]) -> list[float]:
    """Every tau at which the density has a maximum; 0 where it falls from there on.

    With a log-t prior the density has no bound near 0, and no highest point.
    """

    def slope(u: float) -> float:
        return float(posterior.problem.slope(np.array([[u]]))[0, 0])

    u = np.log(posterior.tau[0, posterior.tau[0] > 0])
    rises = posterior.problem.slope(u[None, :])[0] > 0
    tops = [] if rises[0] else [0.0]
    for i, (left, right) in enumerate(pairwise(u.tolist())):
        if rises[i] and not rises[i + 1]:
            tops.append(float(np.exp(bracketed_root(slope, left, right, 1e-14))))
    return tops


def _highest(posterior: TauPosterior[P], tops: list[float]) -> float:
    """That of several maxima where the density is highest."""
    smallest = float(posterior.tau[0, 0])
    heights = posterior.density(np.array([[max(top, smallest) for top in tops]]))[0]
    return tops[int(heights.argmax())]


def _level(posterior: TauPosterior[P], low: float, high: float) -> Limits | None:
    """Newton's steps from an interval to ends of equal density; None where they do not end there.

    With one top, no other interval of that probability is as short.
    """
    x, last = posterior.x(np.array([[low, high]])), inf
    while True:
        error, step, tau = _step(posterior, x)
        if error < ENOUGH:
            return tau
        if not error < last / 2:
            return None
        most = (x[0, 1] - x[0, 0]) / 4
        x, last = x + np.clip(step, -most, most), error


def _step(posterior: TauPosterior[P], x: Array) -> tuple[float, Array, Limits]:
    """By how much an interval misses, infinite where its ends do not rise and fall; the step."""
    below, rate = posterior.probability_below_x(x)
    u, stretch = posterior.u(x), np.cosh(x)
    tau, rise = np.exp(u), posterior.problem.slope(u) * stretch
    density = rate / (stretch * tau)
    (pa, pb), (sa, sb) = rate[0].tolist(), (density * rise)[0].tolist()
    miss, gap = below[0, 1] - below[0, 0] - LEVEL, density[0, 1] - density[0, 0]
    if not sa > 0 > sb:
        return inf, x, (0.0, 0.0)
    det = pb * sa - pa * sb
    step = np.array([[(pb * gap - sb * miss) / det, (pa * gap - sa * miss) / det]])
    return float(abs(miss) + abs(gap) / density.max()), step, (float(tau[0, 0]), float(tau[0, 1]))


def _searched(posterior: TauPosterior[P]) -> Limits:
    """The shortest of the intervals of a scan, refined where its ends' densities cross.

    Where the density has more than one trough next to it, the scan is made finer first.
    """
    low, high = 0.0, 1 - LEVEL
    while True:
        step = (high - low) / SCAN
        below = low + step * np.arange(SCAN)
        first = np.maximum(below, NEXT_TO_0 * step)
        ends = posterior.quantiles(np.concatenate([first, below + LEVEL])[None, :])[0]
        starts, lasts = np.where(below > 0, ends[:SCAN], 0.0), ends[SCAN:]
        best = int((lasts - starts).argmin())
        if below[best] == 0 or step < ENOUGH:
            return float(starts[best]), float(lasts[best])
        low, high = float(below[max(best - 1, 0)]), float(below[best] + step)
        bracket = max(low, NEXT_TO_0 * step), high
        if _gap(posterior, bracket[0]) > 0 > _gap(posterior, bracket[1]):
            return _ends(posterior, _crossing(posterior, *bracket))


def _crossing(posterior: TauPosterior[P], low: float, high: float) -> float:
    """The probability below an interval whose ends have equal density."""
    return bracketed_root(lambda below: _gap(posterior, below), low, high, 1e-13)


def _gap(posterior: TauPosterior[P], below: float) -> float:
    """By how much the density at the interval's upper end exceeds that at its lower one."""
    densities = posterior.density(np.array([_ends(posterior, below)]))[0]
    return float(densities[1] - densities[0])


def _ends(posterior: TauPosterior[P], below: float) -> Limits:
    """The interval that leaves so much probability below it."""
    first, last = posterior.quantiles(np.array([[below, below + LEVEL]]))[0].tolist()
    return first, last
