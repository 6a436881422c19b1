"""Likelihoods with normal random effects, integrated study by study by adaptive Gauss-Hermite.

A study's data depend on one or more linear predictors, each a sum of fixed effects and of random
ones, which are independent standard normals times their standard deviations. With one point for
each random effect the integral is Laplace's approximation; with enough points it is exact to
rounding. How many that are depends on the tables: `POINTS` are rules to try in turn, until one
agrees with the next. Derivatives are those of the integral itself: posterior means of the complete
data's (Louis, J R Stat Soc B 1982;44:226-33).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from metasynth.core.messages import Refused, sentence
from metasynth.stats.effects.binary import Array

POINTS = {1: (31, 63, 127, 255), 2: (15, 31, 63, 127, 255)}
"""Points for each random effect, from few to many, by the number of random effects."""
MODE_PRECISION = 1e-9
MOST_STEPS = 200
SQRT2 = float(np.sqrt(2.0))

Kernel = Callable[[Array], tuple[Array, Array, Array]]
"""From predictors (studies, points) to log likelihoods, their slopes and minus their curvatures."""


class NotReached(Refused, ArithmeticError):  # noqa: N818 - it names the fault, as `why` does
    """Steps did not end at the maximum of a likelihood; the message says where."""


@dataclass(frozen=True, slots=True)
class Predictor:
    """The coefficients of the fixed effects and of the random effects, and the data's likelihood.

    The likelihood must be log-concave in the predictor.
    """

    fixed: tuple[float, ...]
    random: tuple[float, ...]
    kernel: Kernel


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Each study's log likelihood, and its slope and curvature by fixed effects, then deviations.

    Shapes (studies,), (studies, parameters) and (studies, parameters, parameters). `modes` are the
    likeliest values of r random effects (studies, r).
    """

    value: Array
    slope: Array
    curvature: Array
    modes: Array


def integrate(
    predictors: Sequence[Predictor],
    fixed: Array,
    deviations: Array,
    points: int,
    near: Array | None = None,
) -> Likelihood:
    """Integrate the random effects out.

    Pinheiro and Bates, J Comput Graph Stat 1995;4:12-35. The modes of the random effects are looked
    for from `near` on, which costs less where they are known at parameters that differ little.

    Parameters:
        predictors: what the data depend on.
        fixed: the fixed effects, shape (studies, f).
        deviations: standard deviations of the random effects, shape (r,).
        points: of the rule, for each random effect.
        near: where their modes are looked for first, shape (studies, r); None for 0.

    Raises:
        NotReached: where the likeliest random effects are not found.

    Example:
        >>> kernel = lambda x: (-(x**2) / 2, -x, np.ones_like(x))
        >>> found = integrate([Predictor((1,), (1,), kernel)], np.zeros((1, 1)), np.ones(1), 31)
        >>> found.value.round(6).tolist()  # -log(1 + 1) / 2
        [-0.346574]
    """
    start = np.zeros((len(fixed), len(deviations))) if near is None else near
    bases = [fixed @ np.array(p.fixed) for p in predictors]
    loads = [np.array(p.random) * deviations for p in predictors]
    mode, root = _modes(predictors, bases, loads, start)
    z, log_weights = _grid(points, len(deviations))
    b = mode[:, None, :] + z @ (SQRT2 * np.swapaxes(root, 1, 2))
    parts = [
        p.kernel(base[:, None] + b @ load)
        for p, base, load in zip(predictors, bases, loads, strict=True)
    ]
    each = sum(part[0] for part in parts) - (b**2).sum(axis=2) / 2 + log_weights
    top = each.max(axis=1)
    posterior = np.exp(each - top[:, None])
    total = posterior.sum(axis=1)
    posterior /= total[:, None]
    volume = np.log(np.diagonal(root, axis1=1, axis2=2) / np.sqrt(np.pi)).sum(axis=1)
    slope, curvature = _derivatives(predictors, parts, posterior, b)
    return Likelihood(top + np.log(total) + volume, slope, curvature, mode)


def _derivatives(
    predictors: Sequence[Predictor],
    parts: Sequence[tuple[Array, Array, Array]],
    posterior: Array,
    b: Array,
) -> tuple[Array, Array]:
    """Posterior means of slope and curvature, and the posterior variance of the slope."""
    score = 0.0
    curvature = 0.0
    for predictor, (_, slope, bend) in zip(predictors, parts, strict=True):
        constant = np.broadcast_to(predictor.fixed, (*b.shape[:2], len(predictor.fixed)))
        d = np.concatenate([constant, b * np.array(predictor.random)], axis=2)
        score = score + slope[..., None] * d
        curvature = curvature - np.swapaxes(d * (posterior * bend)[..., None], 1, 2) @ d
    mean = (posterior[..., None] * score).sum(axis=1)
    around = score - mean[:, None, :]
    spread = np.swapaxes(around * posterior[..., None], 1, 2) @ around
    return mean, curvature + spread


def _modes(
    predictors: Sequence[Predictor], bases: Sequence[Array], loads: Sequence[Array], b: Array
) -> tuple[Array, Array]:
    """The most likely random effects of each study, and a root of their inverse curvature.

    Newton's steps from `b` on, halved wherever they would lower a study's likelihood. Raises
    NotReached.
    """
    height, slope, bend = _joint(predictors, bases, loads, b)
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(bend, slope[..., None])[..., 0]
        size = np.abs(step).max(axis=1)
        if size.max() < MODE_PRECISION:
            return b, np.linalg.cholesky(np.linalg.inv(bend))
        there = _joint(predictors, bases, loads, b + step)
        while (lower := _lower(there[0], height, size)).any():
            step = np.where(lower[:, None], step / 2, step)
            size = np.abs(step).max(axis=1)
            there = _joint(predictors, bases, loads, b + step)
        b = b + step
        height, slope, bend = there
    raise NotReached(
        sentence("{n} steps do not reach the most likely random effects", n=MOST_STEPS)
    )


def _lower(there: Array, here: Array, size: Array) -> NDArray[np.bool_]:
    """Which studies' steps, of such sizes, lead down by more than rounding."""
    return np.asarray((there < here - 1e-12 * np.abs(here)) & (size >= MODE_PRECISION))


def _joint(
    predictors: Sequence[Predictor], bases: Sequence[Array], loads: Sequence[Array], b: Array
) -> tuple[Array, Array, Array]:
    """Log density of data and random effects together, its slope and minus its curvature."""
    height, slope = -(b**2).sum(axis=1) / 2, -b
    bend = np.broadcast_to(np.eye(b.shape[1]), (len(b), b.shape[1], b.shape[1]))
    for predictor, base, load in zip(predictors, bases, loads, strict=True):
        value, first, second = predictor.kernel((base + b @ load)[:, None])
        height = height + value[:, 0]
        slope = slope + first * load
        bend = bend + second[..., None] * np.outer(load, load)
    return height, slope, bend


@cache
def _grid(points: int, effects: int) -> tuple[Array, Array]:
    """Nodes (points, effects) of the product rule, and the logs of their weights times exp(z²)."""
    nodes, weights = np.polynomial.hermite.hermgauss(points)
    logs = np.log(weights) + nodes**2
    grid = np.array(list(product(range(points), repeat=effects)))
    return nodes[grid], logs[grid].sum(axis=1)
