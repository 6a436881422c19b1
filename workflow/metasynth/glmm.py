"""Binomial-normal models of the log odds ratio: exact likelihoods, so no correction of empty cells.

Stijnen, Hamza and Özdemir, Stat Med 2010;29:3046-67. Two models, named as in metafor:

- UM.FS: both groups binomial, a fixed level for each study, study effects normal around the mean
  (spread symmetrically over the two groups, as Jackson et al., Stat Med 2018;37:1059-85, advise);
- CM.EL: conditional on each study's total of events, noncentral hypergeometric.

Each study's normal effect is integrated out by adaptive Gauss-Hermite quadrature; the maximum is
found through roots of the score, level by level, never by a minimiser.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from metasynth.effects import Array, Tables
from metasynth.pooling import EffectUndefined
from metasynth.roots import bracketed_root, bracketed_roots

NODES, WEIGHTS = np.polynomial.hermite.hermgauss(31)
LOG_WEIGHTS = np.log(WEIGHTS) + NODES**2
WIDEST = 30.0
"""Log odds beyond ±30 are certainty to the last float."""
TAU_GRID = np.concatenate(([1e-3, 1e-2], np.geomspace(0.03, 8, 12)))
PRECISION = 1e-11
"""Of levels and means, log odds: what lies below is noise of the integrals."""
MODE_PRECISION = 1e-3
"""How well the centre of the quadrature needs to be known; the integral does not depend on it."""
STEP = 1e-4
"""Step of the central differences that give the information matrix."""


@dataclass(frozen=True, slots=True)
class Glmm:
    """Mean log odds ratio, its variance, tau2, and the maximum of the log likelihood.

    The log likelihood lacks a constant of the data.
    """

    mean: float
    variance: float
    tau2: float
    log_likelihood: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Log likelihood of each study and its derivatives by level, mean and tau."""

    log_likelihood: Array
    by_level: Array
    by_mean: Array
    by_tau: Array


Model = Callable[[float, float], Scores]


def unconditional(t: Tables) -> Glmm:
    """Fit UM.FS by maximum likelihood; every study needs an event and a participant without one.

    Raises EffectUndefined when the mean has no finite maximum.
    """
    _require_finite_maximum(t)
    centre = np.log((t.a + t.c) / (t.b + t.d))

    def profiled(mean: float, tau: float) -> Scores:
        reach = WIDEST + abs(mean)
        levels = bracketed_roots(
            lambda level: _binomial(t, level, mean, tau).by_level,
            centre - reach,
            centre + reach,
            np.full(t.a.shape, PRECISION),
        )
        return _binomial(t, levels, mean, tau)

    return _maximise(profiled)


def conditional(t: Tables) -> Glmm:
    """Fit CM.EL by maximum likelihood; every study needs an event and a participant without one.

    Raises EffectUndefined when the mean has no finite maximum.
    """
    _require_finite_maximum(t)
    x, ways = _support(t)
    return _maximise(lambda mean, tau: _hypergeometric(t.a, x, ways, mean, tau))


def _require_finite_maximum(t: Tables) -> None:
    """Refuse tables that all lie at the same end of what their margins allow."""
    if not (np.any((t.a > 0) & (t.d > 0)) and np.any((t.b > 0) & (t.c > 0))):
        raise EffectUndefined("every study has an empty cell on the same diagonal")


def _maximise(model: Model) -> Glmm:
    """The mean at each tau, then the tau with the highest likelihood, by roots of the score."""

    def mean_at(tau: float) -> float:
        def slope_of_mean(mean: float) -> float:
            return float(model(mean, tau).by_mean.sum())

        edge = 2.0
        while edge < WIDEST and (slope_of_mean(-edge) < 0 or slope_of_mean(edge) > 0):
            edge *= 2
        return bracketed_root(slope_of_mean, -edge, edge, PRECISION)

    def slope(tau: float) -> float:
        return float(model(mean_at(tau), tau).by_tau.sum())

    rising = [slope(float(tau)) > 0 for tau in TAU_GRID]
    candidates = [0.0]
    for i in range(len(TAU_GRID) - 1):
        if rising[i] and not rising[i + 1]:
            low, high = float(TAU_GRID[i]), float(TAU_GRID[i + 1])
            candidates.append(bracketed_root(slope, low, high, 10 * PRECISION))
    heights = [float(model(mean_at(t), t).log_likelihood.sum()) for t in candidates]
    tau = candidates[int(np.argmax(heights))]
    mean = mean_at(tau)
    return Glmm(mean, _variance(model, mean, tau), tau**2, max(heights))


def _variance(model: Model, mean: float, tau: float) -> float:
    """The mean's variance from the inverse of the observed information on mean and tau."""

    def slopes(at_mean: float, at_tau: float) -> Array:
        found = model(at_mean, at_tau)
        return np.array([found.by_mean.sum(), found.by_tau.sum()])

    by_mean = (slopes(mean + STEP, tau) - slopes(mean - STEP, tau)) / (2 * STEP)
    if tau < STEP:
        return float(-1 / by_mean[0])
    by_tau = (slopes(mean, tau + STEP) - slopes(mean, tau - STEP)) / (2 * STEP)
    determinant = by_mean[0] * by_tau[1] - by_mean[1] * by_tau[0]
    return float(-by_tau[1] / determinant)


def _binomial(t: Tables, level: Array, mean: float, tau: float) -> Scores:
    """Both groups binomial, with log odds level + mean + tau u/2 and level - tau u/2."""

    a, n1, c, n2, at = (x[:, None] for x in (t.a, t.n1, t.c, t.n2, level))

    def odds(u: Array) -> tuple[Array, Array]:
        return at + mean + tau * u / 2, at - tau * u / 2

    def excess(u: Array) -> tuple[Array, Array]:
        one, two = odds(u)
        return a - n1 * special.expit(one), c - n2 * special.expit(two)

    def slope(u: Array) -> Array:
        one, two = excess(u)
        return np.asarray(tau * (one - two) / 2)

    def bend(u: Array) -> Array:
        p, q = (special.expit(x) for x in odds(u))
        return np.asarray(tau**2 * (n1 * p * (1 - p) + n2 * q * (1 - q)) / 4)

    u, log_weights = _quadrature(slope, bend, len(t.a))
    one, two = odds(u)
    value = a * one - n1 * np.logaddexp(0, one) + c * two - n2 * np.logaddexp(0, two)
    total, posterior = _integrate(value, u, log_weights)
    one, two = excess(u)
    return Scores(
        total,
        (posterior * (one + two)).sum(axis=1),
        (posterior * one).sum(axis=1),
        (posterior * (one - two) * u / 2).sum(axis=1),
    )


def _support(t: Tables) -> tuple[Array, Array]:
    """Event counts from 0 up, and for each study the log number of ways to have them.

    Shapes (1, 1, counts) and (studies, 1, counts); -inf where the margins forbid a count.
    """
    events = (t.a + t.c)[:, None, None]
    n1, n2 = t.n1[:, None, None], t.n2[:, None, None]
    x = np.arange(np.minimum(n1, events).max() + 1)[None, None, :]
    allowed = (x <= n1) & (x <= events) & (x >= events - n2)
    parts = (x, n1 - x, events - x, n2 - events + x)
    ways = -sum(special.gammaln(np.where(allowed, z, 0) + 1) for z in parts)
    return x, np.where(allowed, ways, -np.inf)


def _hypergeometric(a: Array, x: Array, ways: Array, mean: float, tau: float) -> Scores:
    """Noncentral hypergeometric likelihoods with log odds ratios mean + tau u."""
    counts = x[0, 0]

    def chances(u: Array) -> tuple[Array, Array, Array]:
        """Each count's chance but for a factor, the factor's inverse and its logarithm."""
        each = ways + x * (mean + tau * u)[..., None]
        top = each.max(axis=-1)
        chance = np.exp(each - top[..., None])
        total = chance.sum(axis=-1)
        return chance, total, top + np.log(total)

    def excess(chance: Array, total: Array) -> Array:
        return np.asarray(a[:, None] - np.einsum("iqx,x->iq", chance, counts) / total)

    def slope(u: Array) -> Array:
        return np.asarray(tau * excess(*chances(u)[:2]))

    def bend(u: Array) -> Array:
        chance, total, _ = chances(u)
        first, second = (np.einsum("iqx,x->iq", chance, counts**n) / total for n in (1, 2))
        return np.asarray(tau**2 * np.maximum(second - first**2, 0))

    u, log_weights = _quadrature(slope, bend, len(a))
    chance, factor, log_factor = chances(u)
    total, posterior = _integrate(a[:, None] * (mean + tau * u) - log_factor, u, log_weights)
    beyond = excess(chance, factor)
    by_mean = (posterior * beyond).sum(axis=1)
    return Scores(total, by_mean, by_mean, (posterior * beyond * u).sum(axis=1))


def _quadrature(
    slope: Callable[[Array], Array], bend: Callable[[Array], Array], studies: int
) -> tuple[Array, Array]:
    """Nodes around the most likely u of each study, and the logs of their weights.

    `slope` and `bend` are the slope and minus the curvature of a concave log likelihood in u, so
    that the most likely u lies between 0 and the slope there.
    """
    start = slope(np.zeros((studies, 1)))[:, 0]
    mode = bracketed_roots(
        lambda u: slope(u[:, None])[:, 0] - u,
        np.minimum(start, 0),
        np.maximum(start, 0),
        np.full(studies, MODE_PRECISION),
    )[:, None]
    scale = np.sqrt(2 / (bend(mode) + 1))
    return mode + scale * NODES, LOG_WEIGHTS + np.log(scale)


def _integrate(value: Array, u: Array, log_weights: Array) -> tuple[Array, Array]:
    """Log of the integral of exp(value) over a standard normal u, and the posterior weights."""
    each = value - u**2 / 2 + log_weights
    top = each.max(axis=1, keepdims=True)
    posterior = np.exp(each - top)
    total = posterior.sum(axis=1, keepdims=True)
    return (top + np.log(total))[:, 0], posterior / total
