"""The joint posterior of mu and tau under exact likelihoods of 2x2 tables, by quadrature over both.

Given tau the trials' effects are normal about mu, and each table's likelihood of mu is an integral
of its own (`exact_tables`). None of them is a formula, so what `tau_posterior` does over tau is
done here over tau and mu: panels of Gauss and Legendre's rule in coordinates that make both falls
double exponential, narrower until a higher rule changes no integral in its tenth digit.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.polynomial.legendre import legder

from metasynth.core.messages import sentence
from metasynth.model.priors import TauPrior
from metasynth.stats.effects.binary import Array
from metasynth.stats.exact_problem import LEAST, ONES, ExactProblem, log_sum
from metasynth.stats.exact_reach import Scan, middle, reach_of
from metasynth.stats.panel_distributions import Grid
from metasynth.stats.prior_densities import log_slope
from metasynth.stats.tau_posterior import LARGEST, NotResolved

RULE, CHECK = 16, 20
"""Points of a panel, and of the rule that no integral may differ from."""
MOST_PANELS = 250
AGREEMENT = 1e-10
"""Largest difference of an integral."""


@dataclass(frozen=True, slots=True)
class Joint:
    """The posterior on the points of two grids, of log tau and of mu.

    `logs` are the tables' log likelihoods (k, points, n), `inner` the log of the likelihood of tau
    with mu integrated out (points,); `outer` is the log of each point's share in the integral over
    tau, `log_integral` that of all.
    """

    problem: ExactProblem
    of_tau: Grid
    of_mu: Grid
    rule: int
    tau: Array
    mu: Array
    logs: Array
    given_tau: Array
    inner: Array
    outer: Array
    log_integral: float

    @property
    def weight(self) -> Array:
        """The posterior probability of each point of tau, of sum 1."""
        return np.exp(self.outer - self.log_integral)

    @property
    def marginal(self) -> Array:
        """The posterior density of mu's coordinate at its points (n,)."""
        return np.asarray(self.weight @ np.exp(self.given_tau - self.inner[:, None]))


def joint_posterior(problem: ExactProblem) -> Joint:
    """The posterior on grids as fine as it needs.

    Parameters:
        problem: tables with priors.

    Raises:
        NotResolved: where no number of panels settles an integral.

    Example:
        >>> from metasynth.model.priors import MuPrior
        >>> from metasynth.stats.exact_tables import exact_table
        >>> alike = (exact_table(3, 7, 5, 5), exact_table(5, 5, 3, 7))
        >>> prior = TauPrior("half_normal", scale=0.5)
        >>> joint = joint_posterior(ExactProblem(alike, prior, MuPrior(0.0, 2.0)))
        >>> round(float(joint.weight.sum()), 9)
        1.0
    """
    centre, scale = middle(problem)
    of_tau, of_mu, scan = reach_of(problem, centre, scale)
    while max(of_tau.panels, of_mu.panels) <= MOST_PANELS:
        found, check = (_on(problem, of_tau, of_mu, scan, rule) for rule in (RULE, CHECK))
        if _difference(found, check) <= AGREEMENT:
            return found
        of_tau, of_mu = _finer(of_tau), _finer(of_mu)
    raise NotResolved(sentence("the posterior of tau is too uneven to integrate"))


def _finer(grid: Grid) -> Grid:
    return Grid(grid.centre, grid.scale, grid.low, grid.high, grid.panels + grid.panels // 2 + 1)


def _on(problem: ExactProblem, of_tau: Grid, of_mu: Grid, scan: Scan, rule: int) -> Joint:
    """All likelihoods at a rule's points of both grids."""
    (x, x_weights), (y, y_weights) = of_tau.points(rule), of_mu.points(rule)
    u, mu = np.minimum(of_tau.x(x), LARGEST), of_mu.x(y)
    tau = np.exp(u)
    logs = np.full((len(problem.tables), len(tau), len(mu)), log(LEAST))
    for panel in np.arange(len(tau)).reshape(of_tau.panels, rule):
        points = scan.something(of_mu, u[panel], rule)
        logs[:, panel, points] = problem.logs(mu[points], tau[panel])
    given_tau = logs.sum(axis=0) + problem.log_prior(mu) + np.log(of_mu.scale * np.cosh(y))
    inner = log_sum(given_tau + np.log(y_weights))
    outer = inner + problem.prior_of_tau(u) + np.log(np.cosh(x) * x_weights)
    log_integral = float(log_sum(outer[None])[0])
    return Joint(problem, of_tau, of_mu, rule, tau, mu, logs, given_tau, inner, outer, log_integral)


def _difference(one: Joint, two: Joint) -> float:
    """The largest difference of probabilities, means and what lies between the points."""
    changes = [abs(one.log_integral - two.log_integral)]
    for a, b in zip(_parts(one), _parts(two), strict=True):
        changes.append(float(np.abs(a - b).max()))
    moments = [_moments(joint) for joint in (one, two)]
    changes.append(float(np.abs(moments[0] / moments[1] - 1).max()))
    x, y = two.of_tau.points(CHECK)[0], two.of_mu.points(CHECK)[0]
    inner = one.of_tau.between(one.of_tau.series(one.inner, RULE), x)
    changes.append(float((np.abs(inner - two.inner) * two.weight).max()))
    logs = np.log(np.maximum(one.marginal, LEAST))
    between = one.of_mu.between(one.of_mu.series(logs, RULE), y)
    there = two.marginal
    changes.append(float((np.abs(np.exp(between) - there) / there.max()).max()))
    return max(changes)


def _parts(joint: Joint) -> tuple[Array, Array]:
    """The probabilities of the panels of tau and of mu."""
    _, weights = joint.of_mu.points(joint.rule)
    of_mu = (joint.marginal * weights).reshape(joint.of_mu.panels, joint.rule).sum(axis=1)
    return joint.weight.reshape(joint.of_tau.panels, joint.rule).sum(axis=1), of_mu


def _moments(joint: Joint) -> Array:
    """Integrals of what is nowhere negative, as far as they are finite."""
    _, weights = joint.of_mu.points(joint.rule)
    of_mu, away = joint.marginal * weights, (joint.mu - joint.of_mu.centre) / joint.of_mu.scale
    least = 2 if joint.problem.mu_prior.sd is not None else joint.problem.moment
    found = [1.0]
    for power in range(1, joint.problem.moment + 1):
        found.append(float((joint.weight * joint.tau**power).sum()))
    if least > 1:
        found.append(float((of_mu * away**2).sum()))
    return np.array(found)


@dataclass(frozen=True, slots=True)
class KnownTau:
    """The posterior of tau from its likelihood on a grid, as `TauPosterior` asks for it."""

    problem: ExactProblem
    grid: Grid
    coefficients: Array

    @property
    def tau_prior(self) -> TauPrior:
        """The prior of tau."""
        return self.problem.tau_prior

    @property
    def moment(self) -> int:
        """2 where tau has a finite mean and variance, else 0."""
        return self.problem.moment

    def log_joint(self, u: Array) -> Array:
        """Log of prior times likelihood as a density of u = log tau, shape (1, points)."""
        inner = self.grid.between(self.coefficients, self.grid.y(u[0]))
        return np.asarray(inner + self.problem.prior_of_tau(u[0]))[None]

    def slope(self, u: Array) -> Array:
        """Derivative by u of the log of the posterior density of tau, shape (1, points)."""
        x = self.grid.y(u[0])
        terms = np.asarray(legder(self.coefficients, axis=-1) * 2 / self.grid.width, dtype=float)
        rise = self.grid.between(terms, x) / np.cosh(x)
        return np.asarray(rise + log_slope(self.tau_prior, u, ONES)[0])[None]
