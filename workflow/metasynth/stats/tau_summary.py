"""Mode and intervals of the posterior of tau, which, unlike a mixture's, may begin at its top."""

from itertools import pairwise

import numpy as np

from metasynth.core.distributions import LEVEL
from metasynth.stats.roots import bracketed_root
from metasynth.stats.tau_posterior import TauPosterior

SCAN = 40
"""Intervals of the scan of the probability below the shortest interval of an uneven density."""
NEXT_TO_0 = 1e-6
"""A share of the probability outside an interval that stands for none below it."""

Limits = tuple[float, float]


def tau_located(posterior: TauPosterior) -> tuple[float | None, float, Limits, Limits]:
    """Mode, median, shortest and central interval of the tau of one pool."""
    tail = (1 - LEVEL) / 2
    low, median, high = posterior.quantiles(np.array([[tail, 0.5, 1 - tail]]))[0].tolist()
    tops = tau_tops(posterior)
    shortest = _shortest(posterior) if len(tops) == 1 else _searched(posterior)
    if posterior.problem.tau_prior.family == "log_t":
        return None, median, shortest, (low, high)
    return _highest(posterior, tops), median, shortest, (low, high)


def tau_tops(posterior: TauPosterior) -> list[float]:
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


def _highest(posterior: TauPosterior, tops: list[float]) -> float:
    """That of several maxima where the density is highest."""
    smallest = float(posterior.tau[0, 0])
    heights = posterior.density(np.array([[max(top, smallest) for top in tops]]))[0]
    return tops[int(heights.argmax())]


def _shortest(posterior: TauPosterior) -> Limits:
    """The shortest interval of a density with one top: from 0, or between ends of equal density."""
    outside = 1 - LEVEL
    if _gap(posterior, NEXT_TO_0 * outside) <= 0:
        return 0.0, float(posterior.quantiles(np.array([[LEVEL]]))[0, 0])
    return _ends(posterior, _crossing(posterior, NEXT_TO_0 * outside, (1 - NEXT_TO_0) * outside))


def _searched(posterior: TauPosterior) -> Limits:
    """The shortest of the intervals of a scan, refined where its ends' densities cross."""
    outside = 1 - LEVEL
    below = outside * (np.arange(SCAN) / SCAN)
    ends = posterior.quantiles(np.concatenate([below[1:], below + LEVEL])[None, :])[0]
    starts, lasts = np.concatenate([[0.0], ends[: SCAN - 1]]), ends[SCAN - 1 :]
    best = int((lasts - starts).argmin())
    if best == 0:
        return 0.0, float(lasts[0])
    step = outside / SCAN
    return _ends(posterior, _crossing(posterior, (best - 1 + NEXT_TO_0) * step, best * step + step))


def _crossing(posterior: TauPosterior, low: float, high: float) -> float:
    """The probability below an interval whose ends have equal density."""
    return bracketed_root(lambda below: _gap(posterior, below), low, high, 1e-13)


def _gap(posterior: TauPosterior, below: float) -> float:
    """By how much the density at the interval's upper end exceeds that at its lower one."""
    densities = posterior.density(np.array([_ends(posterior, below)]))[0]
    return float(densities[1] - densities[0])


def _ends(posterior: TauPosterior, below: float) -> Limits:
    """The interval that leaves so much probability below it."""
    first, last = posterior.quantiles(np.array([[below, below + LEVEL]]))[0].tolist()
    return first, last
