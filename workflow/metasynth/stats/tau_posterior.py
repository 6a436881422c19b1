"""The posterior of tau in a normal random-effects model, by quadrature.

Given tau the mean effect mu is normal, and integrates out by a formula; what is left is one
integral over tau (Röver, J Stat Softw 2020;93(6):1-51, section 2). It is taken over x, where
log tau = centre + sinh(x): the integrand then falls double-exponentially at both ends, however
heavy the tails of the prior (Takahasi and Mori, Publ RIMS 1974;9:721-41). Panels of Gauss and
Legendre's rule are halved until no integral changes in its eleventh digit, so there is one right
answer, and no draw of random numbers in it.

Arrays have the shape (pools, points); pools are separate meta-analyses of k trials each.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from metasynth.core.messages import sentence
from metasynth.stats.bayes_problem import Problem
from metasynth.stats.effects.binary import Array
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.prior_densities import log_density, typical
from metasynth.stats.roots_of_rising import rising_roots

RULE = 16
"""Points of a panel."""
FIRST_PANELS, MOST_PANELS = 5, 1280
AGREEMENT = 1e-11
"""Largest change of an integral, relative to the integral of its absolute value, when halved."""
NOTHING = 40.0
"""Where the log of the integrand is so far below its maximum, the rest is left out."""
LARGEST = 300.0
"""The largest log tau that is looked at: the square of tau is then still a float."""


class NotResolved(EffectUndefined):
    """An integral that no number of panels settles; the message says which."""


@dataclass(frozen=True, slots=True)
class TauPosterior:
    """The posterior of tau as points with weights, and as panels for what lies between them.

    `tau`, `weight` (of sum 1), `mean` and `variance` of mu given tau have the shape (pools,
    points); `edges` of the panels in x and the posterior probability `below` them (pools,
    panels + 1); `log_integral` of prior times likelihood and `centre` (pools,).
    """

    problem: Problem
    centre: Array
    edges: Array
    below: Array
    tau: Array
    weight: Array
    mean: Array
    variance: Array
    log_integral: Array

    def u(self, x: Array) -> Array:
        """Log tau at x, shape (pools, points)."""
        return _log_tau(self.centre, x)

    def density_of_x(self, x: Array) -> Array:
        """Posterior density of x, shape (pools, points)."""
        log_joint = self.problem.log_joint(self.u(x)) - self.log_integral[:, None]
        return np.asarray(np.exp(log_joint) * np.cosh(x))

    def density(self, tau: Array) -> Array:
        """Posterior density of tau > 0, shape (pools, points)."""
        u = np.log(tau)
        return np.asarray(np.exp(self.problem.log_joint(u) - self.log_integral[:, None] - u))

    def probability_below_x(self, x: Array) -> Array:
        """Posterior probability of less than x: whole panels, and a rule for the rest of one."""
        inside = np.clip(x, self.edges[:, :1], self.edges[:, -1:])
        panel = (inside[:, :, None] >= self.edges[:, None, 1:-1]).sum(axis=2)
        left = np.take_along_axis(self.edges, panel, axis=1)
        half = (inside - left) / 2
        z, weights = legendre(RULE)
        points = left[:, :, None] + half[:, :, None] * (1 + z)
        flat = points.reshape(len(x), -1)
        part = (self.density_of_x(flat).reshape(points.shape) * weights).sum(axis=2) * half
        return np.asarray(np.take_along_axis(self.below, panel, axis=1) + part)

    def quantiles(self, probability: Array) -> Array:
        """Values of tau below which lies each probability, both of shape (pools, points)."""
        panel = (probability[:, :, None] >= self.below[:, None, 1:-1]).sum(axis=2)
        low = np.take_along_axis(self.edges, panel, axis=1)
        high = np.take_along_axis(self.edges, panel + 1, axis=1)

        def excess(x: Array) -> tuple[Array, Array]:
            return self.probability_below_x(x) - probability, self.density_of_x(x)

        left, right = (np.take_along_axis(self.below, panel + i, axis=1) for i in (0, 1))
        start = low + (high - low) * ((probability - left) / (right - left))
        x = rising_roots(excess, low, high, start, np.full(low.shape, 1e-14))
        return np.asarray(np.exp(self.u(x)))

    def probability_below(self, tau: Array) -> Array:
        """Posterior probability of less than tau > 0, shape (pools, points)."""
        return self.probability_below_x(np.arcsinh(np.log(tau) - self.centre[:, None]))


def tau_posterior(problem: Problem) -> list[tuple[NDArray[np.int_], TauPosterior]]:
    """The posteriors of tau, in groups of pools that need as many panels: (their numbers, them).

    Raises EffectUndefined where a posterior is not a distribution, and NotResolved.
    """
    centre = _centre(problem)
    low, high = _ends(problem, centre)
    return list(_resolved(problem, centre, low, high))


def _resolved(
    problem: Problem, centre: Array, low: Array, high: Array
) -> "list[tuple[NDArray[np.int_], TauPosterior]]":
    """Halve the panels of those pools whose integrals still change, until there are none."""
    left = np.arange(len(centre))
    found, panels = [], FIRST_PANELS
    coarse = _points(problem, centre, low, high, panels)
    while panels < MOST_PANELS:
        panels *= 2
        fine = _points(coarse.problem, centre[left], low[left], high[left], panels)
        agree = _agree(coarse, fine)
        if agree.any():
            found.append((left[agree], fine if agree.all() else _only(fine, agree)))
        if agree.all():
            return found
        left, coarse = left[~agree], _only(fine, ~agree)
    raise NotResolved(sentence("the posterior of tau is too uneven to integrate"))


def _only(posterior: TauPosterior, pools: NDArray[np.bool_]) -> TauPosterior:
    """The same of some pools."""
    p = posterior
    arrays = (p.centre, p.edges, p.below, p.tau, p.weight, p.mean, p.variance, p.log_integral)
    return TauPosterior(p.problem.only(pools), *(array[pools] for array in arrays))


def _log_tau(centre: Array, x: Array) -> Array:
    return np.minimum(centre[:, None] + np.sinh(x), LARGEST)


def _points(problem: Problem, centre: Array, low: Array, high: Array, panels: int) -> TauPosterior:
    """Gauss and Legendre's rule on equal panels from `low` to `high`."""
    edges = low[:, None] + (high - low)[:, None] * (np.arange(panels + 1) / panels)
    z, weights = legendre(RULE)
    half = ((high - low) / (2 * panels))[:, None, None]
    x = ((edges[:, :-1] + edges[:, 1:]) / 2)[:, :, None] + half * z
    x = x.reshape(len(centre), -1)
    u = _log_tau(centre, x)
    tau = np.exp(u)
    value, mean, variance = problem.given_tau(tau)
    each = value + log_density(problem.tau_prior, u, problem.v) + np.log(np.cosh(x))
    top = each.max(axis=1)
    weight = np.exp(each - top[:, None]) * np.tile(weights, panels) * half[:, 0]
    parts = weight.reshape(len(centre), panels, RULE).sum(axis=2)
    below = np.concatenate([np.zeros((len(centre), 1)), parts.cumsum(axis=1)], axis=1)
    total = below[:, -1:].copy()
    log_integral = top + np.log(total[:, 0])
    return TauPosterior(
        problem, centre, edges, below / total, tau, weight / total, mean, variance, log_integral
    )


def _agree(coarse: TauPosterior, fine: TauPosterior) -> NDArray[np.bool_]:
    """Which pools' integrals are the same with panels half as wide."""
    change = np.abs(coarse.below - fine.below[:, ::2]).max(axis=1)
    change = np.maximum(change, np.abs(coarse.log_integral - fine.log_integral))
    for one, two in zip(_moments(coarse), _moments(fine), strict=True):
        change = np.maximum(change, np.abs(one - two) / np.abs(two))
    return np.asarray(change <= AGREEMENT)


def _moments(p: TauPosterior) -> list[Array]:
    """Integrals that results rest on, each of an integrand that is nowhere negative."""
    first = p.problem.y[:, :1]
    spread = np.abs(p.problem.y - first).max(axis=1)[:, None] + np.sqrt(p.problem.v[:, :1])
    integrands = [(p.mean - first) / spread + 2]
    if p.problem.moment > 0:
        integrands += [p.tau, np.sqrt(p.variance)]
    if p.problem.moment > 1:
        integrands += [p.tau**2, p.variance]
    return [(p.weight * integrand).sum(axis=1) for integrand in integrands]


def _centre(problem: Problem) -> Array:
    """About where the density of log tau is highest, from an even scan; shape (pools,)."""
    known = typical(problem.tau_prior)
    sizes = np.log(np.stack([problem.v.min(axis=1), problem.v.max(axis=1)])) / 2
    spread = np.log(np.ptp(problem.y, axis=1) + np.exp(sizes[0]))
    places = [sizes[0], sizes[1], spread] + ([] if known is None else [np.full_like(spread, known)])
    low, high = np.min(places, axis=0) - 6, np.max(places, axis=0) + 3
    u = low[:, None] + (high - low)[:, None] * (np.arange(64) / 63)
    return np.asarray(np.take_along_axis(u, _height(problem, u).argmax(axis=1)[:, None], 1)[:, 0])


def _height(problem: Problem, u: Array) -> Array:
    """Log of the integrand of log tau; the scans may reach where floats end."""
    with np.errstate(over="ignore", divide="ignore", under="ignore"):
        return problem.log_joint(u)


def _ends(problem: Problem, centre: Array) -> tuple[Array, Array]:
    """Where, in x, the integrand and its moments become nothing on either side of the centre."""
    x = np.linspace(-12, 12, 193)[None, :]
    u = _log_tau(centre, x)
    height = _height(problem, u) + np.log(np.cosh(x))
    height = height + problem.moment * np.maximum(0.0, u - centre[:, None])
    something = height > height.max(axis=1, keepdims=True) - NOTHING
    if something[:, 0].any() or something[:, -1].any():
        raise NotResolved(sentence("the tails of the prior of tau are too heavy to integrate"))
    first = something.argmax(axis=1) - 1
    last = x.shape[1] - something[:, ::-1].argmax(axis=1)
    return x[0, first], x[0, last]


@cache
def legendre(points: int) -> tuple[Array, Array]:
    """Nodes and weights of Gauss and Legendre's rule on [-1, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return nodes, weights
