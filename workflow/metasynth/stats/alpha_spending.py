"""Two-sided group sequential boundaries of O'Brien-Fleming type by alpha spending.

Lan and DeMets, Biometrika 1983;70:659-63: at the information fraction t each side may have spent
2 - 2 Phi(z / sqrt(t)), z the normal quantile of 1 - alpha/4, so that half of alpha is spent at
t = 1. Boundaries follow one after the other by recursive numerical integration: Armitage, McPherson
and Rowe, J R Stat Soc A 1969;132:235-44; Jennison and Turnbull, Group Sequential Methods (2000),
chapter 19.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from metasynth.core import lazy_special as special
from metasynth.stats.roots import bracketed_root

Array = NDArray[np.float64]

FARTHEST = 8.0
"""Boundaries end here: a Z as large has a probability below 1e-15, that of rounding."""
NODES = 16
"""Gauss-Legendre nodes of a panel."""
PANEL = 3.0
"""Width of a panel in standard deviations of the narrower of the steps before and after it, over
which the integrand is as smooth as a normal density."""
SHORTEST = 1e-5
"""The least step of information between two looks."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The boundary of a look at the information fraction `time`: Z beyond ±z rejects.

    `spent` is the probability under no effect to have crossed a boundary, on either side, by then.
    """

    time: float
    z: float
    spent: float


@dataclass(frozen=True, slots=True, eq=False)
class _Density:
    """The density of the score Z sqrt(t), not having crossed yet, at nodes with their weights."""

    nodes: Array
    weighted: Array


def spending(time: float, alpha: float) -> float:
    """Alpha spent by the fraction `time` of the information, both sides together; all from 1 on.

    Parameters:
        time: above 0.
        alpha: two-sided, between 0 and 1.

    Example:
        >>> round(spending(0.5, 0.05), 6), spending(1.0, 0.05)  # 4 - 4 Phi(2.241403 / sqrt(0.5))
        (0.003051, 0.05)
    """
    quantile = float(special.ndtri(1 - alpha / 4))
    return min(alpha, 4 * float(special.ndtr(-quantile / sqrt(time)))) if time < 1 else alpha


def boundaries(times: Sequence[float], alpha: float) -> tuple[Boundary, ...]:
    """The boundary of each look, in order of information.

    Parameters:
        times: fractions of the information, rising from above 0 to 1 at most.
        alpha: two-sided, between 0 and 1.

    Raises:
        ValueError: for times that do not rise by at least `SHORTEST`, or exceed 1.

    Example:
        >>> [round(look.z, 3) for look in boundaries([0.5, 1.0], 0.05)]
        [2.963, 1.969]
    """
    steps = np.diff([0.0, *times])
    if len(times) and (steps.min() < SHORTEST or times[-1] > 1):
        raise ValueError(f"looks must rise by at least {SHORTEST:g} and end at 1: {list(times)}")
    found: list[Boundary] = []
    density: _Density | None = None
    for i, time in enumerate(times):
        spent = found[-1].spent if found else 0.0
        z = _solve(density, float(steps[i]), time, (spending(time, alpha) - spent) / 2)
        crossed = 2 * _beyond(density, float(steps[i]), z * sqrt(time))
        found.append(Boundary(time, z, spent + crossed))
        if i + 1 < len(times):
            width = PANEL * sqrt(min(float(steps[i]), float(steps[i + 1])))
            density = _advance(density, float(steps[i]), z * sqrt(time), width)
    return tuple(found)


def _solve(density: _Density | None, step: float, time: float, side: float) -> float:
    """The z that is crossed on one side with probability `side`, at most `FARTHEST`."""
    root = sqrt(time)
    if side <= _beyond(density, step, FARTHEST * root):
        return FARTHEST
    return bracketed_root(lambda z: _beyond(density, step, z * root) - side, 0.0, FARTHEST, 1e-13)


def _beyond(density: _Density | None, step: float, score: float) -> float:
    """The probability that the score is above `score` at this look, not having crossed before."""
    if density is None:
        return float(special.ndtr(-score / sqrt(step)))
    return float(density.weighted @ special.ndtr((density.nodes - score) / sqrt(step)))


def _advance(density: _Density | None, step: float, score: float, width: float) -> _Density:
    """The density of scores between ± `score` at this look."""
    nodes, weights = _nodes(score, width)
    if density is None:
        values = _normal(nodes / sqrt(step)) / sqrt(step)
    else:
        kernel = _normal((nodes[:, None] - density.nodes) / sqrt(step)) / sqrt(step)
        values = kernel @ density.weighted
    return _Density(nodes, weights * values)


def _nodes(end: float, width: float) -> tuple[Array, Array]:
    """Nodes and weights of integration from -end to end, in panels no wider than `width`."""
    x, w = _gauss_legendre()
    panels = max(1, ceil(2 * end / width))
    half = end / panels
    middles = -end + half * (2 * np.arange(panels) + 1)
    return (middles[:, None] + half * x).ravel(), np.tile(half * w, panels)


@cache
def _gauss_legendre() -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(NODES)


def _normal(x: Array) -> Array:
    return np.asarray(np.exp(-x * x / 2) / sqrt(2 * np.pi))
