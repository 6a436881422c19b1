"""The posterior of tau in a normal random-effects model, by quadrature.

Given tau the mean effect mu is normal, and integrates out by a formula; what is left is one
integral over tau (Röver, J Stat Softw 2020;93(6):1-51, section 2). It is taken over x, where
log tau = centre + sinh(x): the integrand then falls double-exponentially at both ends, however
heavy the tails of the prior (Takahasi and Mori, Publ RIMS 1974;9:721-41). Panels of Gauss and
Legendre's rule are made narrower until half as many points again in each change no integral in its
eleventh digit, so there is one right answer, and no draw of random numbers in it.

Arrays have the shape (pools, points); pools are separate meta-analyses of k trials each.
"""

from dataclasses import dataclass
from functools import cache
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from metasynth.core.messages import sentence
from metasynth.model.priors import TauPrior
from metasynth.stats.bayes_problem import Problem
from metasynth.stats.effects.binary import Array
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.prior_densities import log_density, typical
from metasynth.stats.roots_of_rising import rising_roots
from metasynth.stats.tau_agreement import difference

RULE, CHECK = 16, 24
"""Points of a panel, and of the rule that no integral may differ from."""
FIRST_PANELS, MOST_PANELS = 10, 1280
AGREEMENT = 1e-11
"""Largest difference of an integral, relative to the integral of its absolute value."""
NOTHING = 40.0
"""Where the log of the integrand is so far below its maximum, the rest is left out."""
LARGEST = 300.0
"""The largest log tau that is looked at: the square of tau is then still a float."""


class NotResolved(EffectUndefined):
    """An integral that no number of panels settles; the message says which."""


class TauProblem(Protocol):
    """What a posterior of tau is made of."""

    @property
    def tau_prior(self) -> TauPrior:
        """The prior of tau."""

    @property
    def moment(self) -> int:
        """The highest moment of tau, of 0, 1 and 2, that is finite."""

    def log_joint(self, u: Array) -> Array:
        """Log of prior times likelihood as a density of u = log tau, shape (pools, points)."""

    def slope(self, u: Array) -> Array:
        """Derivative by u of the log of the posterior density of tau."""


P = TypeVar("P", bound=TauProblem)


@dataclass(frozen=True, slots=True)
class TauPosterior(Generic[P]):
    """The posterior of tau as points with weights, and as panels for what lies between them.

    `tau`, `weight` (of sum 1), `mean` and `variance` of mu given tau have the shape (pools,
    points); `edges` of the panels in x and the posterior probability `below` them (pools,
    panels + 1); `log_integral` of prior times likelihood and `centre` (pools,).
    """

    problem: P
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

    def probability_below_x(self, x: Array) -> tuple[Array, Array]:
        """Posterior probability of less than x, and the density there.

        Whole panels, and a rule for the rest of one.
        """
        inside = np.minimum(np.maximum(x, self.edges[:, :1]), self.edges[:, -1:])
        panel = (inside[:, :, None] >= self.edges[:, None, 1:-1]).sum(axis=2)
        left = _picked(self.edges, panel)
        half = (inside - left) / 2
        z, weights = legendre(RULE)
        points = left[:, :, None] + half[:, :, None] * (1 + z)
        every = np.concatenate([points, x[:, :, None]], axis=2)
        density = self.density_of_x(every.reshape(len(x), -1)).reshape(every.shape)
        part = (density[:, :, :-1] * weights).sum(axis=2) * half
        return _picked(self.below, panel) + part, density[:, :, -1]

    def quantiles(self, probability: Array) -> Array:
        """Values of tau below which lies each probability, both of shape (pools, points)."""
        panel = (probability[:, :, None] >= self.below[:, None, 1:-1]).sum(axis=2)
        low, high = _picked(self.edges, panel), _picked(self.edges, panel + 1)

        def excess(x: Array) -> tuple[Array, Array]:
            below, density = self.probability_below_x(x)
            return below - probability, density

        start = self._about(probability)
        x = rising_roots(excess, low, high, start, np.full(low.shape, 1e-14))
        return np.asarray(np.exp(self.u(x)))

    def _about(self, probability: Array) -> Array:
        """About the x below which lies each probability: between the middles of points' weights."""
        middles = self.weight.cumsum(axis=1) - self.weight / 2
        last = (probability[:, :, None] >= middles[:, None, 1:-1]).sum(axis=2)
        left, right = _picked(middles, last), _picked(middles, last + 1)
        points = self.points()
        low, high = _picked(points, last), _picked(points, last + 1)
        share = (probability - left) / np.where(right > left, right - left, 1.0)
        return np.asarray(low + (high - low) * share)

    def points(self) -> Array:
        """The places x of the points, shape (pools, points)."""
        pools, panels = len(self.edges), self.edges.shape[1] - 1
        z, _ = legendre(self.tau.shape[1] // panels)
        half = np.diff(self.edges, axis=1)[:, :, None] / 2
        return np.asarray((self.edges[:, :-1, None] + half * (1 + z)).reshape(pools, -1))

    def probability_below(self, tau: Array) -> Array:
        """Posterior probability of less than tau > 0, shape (pools, points)."""
        return self.probability_below_x(self.x(tau))[0]

    def x(self, tau: Array) -> Array:
        """The place of tau > 0, shape (pools, points)."""
        return np.arcsinh(np.log(tau) - self.centre[:, None])


def tau_posterior(
    problem: Problem, trials: bool = True
) -> list[tuple[NDArray[np.int_], TauPosterior[Problem]]]:
    """The posteriors of tau, in groups of pools that need as many panels.

    Parameters:
        problem: pools with priors.
        trials: whether there are enough panels for each trial's own effect, too, else for mu alone.

    Returns:
        The numbers of the pools of each group, and their posteriors.

    Raises:
        NotResolved: where a posterior is too uneven, or its tails too heavy, to integrate.

    Example:
        >>> from metasynth.model.priors import TauPrior
        >>> prior = TauPrior("half_normal", scale=0.5)
        >>> problem = Problem(np.array([[0.1, 0.5, 0.9]]), np.full((1, 3), 0.04), prior)
        >>> ((pools, posterior),) = tau_posterior(problem)
        >>> pools.tolist(), round(float(posterior.weight.sum()), 9)
        ([0], 1.0)
    """
    centre = _centre(problem)
    low, high = _ends(problem, centre)
    return list(_resolved(problem, trials, centre, low, high))


def _resolved(
    problem: Problem, trials: bool, centre: Array, low: Array, high: Array
) -> "list[tuple[NDArray[np.int_], TauPosterior[Problem]]]":
    """More panels for the pools whose integrals a higher rule changes, until there are none."""
    left, found, panels = np.arange(len(centre)), [], FIRST_PANELS
    while panels <= MOST_PANELS:
        place = centre[left], low[left], high[left], panels
        posterior, check = (_points(problem, *place, rule) for rule in (RULE, CHECK))
        agree = difference(posterior, check, trials) <= AGREEMENT
        if agree.any():
            found.append((left[agree], posterior if agree.all() else _only(posterior, agree)))
        if agree.all():
            return found
        left, problem = left[~agree], problem.only(~agree)
        panels += panels // 2 + 1
    raise NotResolved(sentence("the posterior of tau is too uneven to integrate"))


def _only(posterior: TauPosterior[Problem], pools: NDArray[np.bool_]) -> TauPosterior[Problem]:
    """The same of some pools."""
    p = posterior
    arrays = (p.centre, p.edges, p.below, p.tau, p.weight, p.mean, p.variance, p.log_integral)
    return TauPosterior(p.problem.only(pools), *(array[pools] for array in arrays))


def _picked(rows: Array, which: NDArray[np.int_]) -> Array:
    """Of each row the elements at its places `which` (rows, n)."""
    return np.asarray(rows[np.arange(len(rows))[:, None], which])


def _log_tau(centre: Array, x: Array) -> Array:
    return np.minimum(centre[:, None] + np.sinh(x), LARGEST)


def _points(
    problem: Problem, centre: Array, low: Array, high: Array, panels: int, rule: int
) -> TauPosterior[Problem]:
    """Gauss and Legendre's rule of so many points on equal panels from `low` to `high`."""
    edges = low[:, None] + (high - low)[:, None] * (np.arange(panels + 1) / panels)
    z, weights = legendre(rule)
    half = ((high - low) / (2 * panels))[:, None, None]
    x = ((edges[:, :-1] + edges[:, 1:]) / 2)[:, :, None] + half * z
    x = x.reshape(len(centre), -1)
    u = _log_tau(centre, x)
    tau = np.exp(u)
    value, mean, variance = problem.given_tau(tau)
    each = value + log_density(problem.tau_prior, u, problem.v) + np.log(np.cosh(x))
    top = each.max(axis=1)
    weight = np.exp(each - top[:, None]) * np.tile(weights, panels) * half[:, 0]
    parts = weight.reshape(len(centre), panels, rule).sum(axis=2)
    below = np.concatenate([np.zeros((len(centre), 1)), parts.cumsum(axis=1)], axis=1)
    total = below[:, -1:].copy()
    log_integral = top + np.log(total[:, 0])
    return TauPosterior(
        problem, centre, edges, below / total, tau, weight / total, mean, variance, log_integral
    )


def _centre(problem: Problem) -> Array:
    """About where the density of log tau is highest, from an even scan; shape (pools,)."""
    known = typical(problem.tau_prior)
    sizes = np.log(np.stack([problem.v.min(axis=1), problem.v.max(axis=1)])) / 2
    spread = np.log(np.ptp(problem.y, axis=1) + np.exp(sizes[0]))
    places = [sizes[0], sizes[1], spread] + ([] if known is None else [np.full_like(spread, known)])
    low, high = np.min(places, axis=0) - 6, np.max(places, axis=0) + 3
    u = low[:, None] + (high - low)[:, None] * (np.arange(64) / 63)
    return _picked(u, _height(problem, u).argmax(axis=1)[:, None])[:, 0]


def _height(problem: Problem, u: Array) -> Array:
    """Log of the integrand of log tau; the scans may reach where floats end."""
    with np.errstate(over="ignore", divide="ignore", under="ignore"):
        return problem.log_joint(u)


def _ends(problem: Problem, centre: Array) -> tuple[Array, Array]:
    """Where, in x, the integrand and its moments become nothing on either side of the centre."""
    x = np.linspace(-12, 12, 97)[None, :]
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
    """Nodes and weights of Gauss and Legendre's rule on [-1, 1].

    Parameters:
        points: how many, at least 1.

    Returns:
        Two arrays of shape (points,).

    Example:
        >>> [x.round(6).tolist() for x in legendre(2)]  # the roots of 3 x² - 1
        [[-0.57735, 0.57735], [1.0, 1.0]]
    """
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return nodes, weights
