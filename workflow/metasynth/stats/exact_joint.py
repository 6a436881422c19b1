"""The joint posterior of mu and tau under exact likelihoods of 2x2 tables, by quadrature over both.

Given tau the trials' effects are normal about mu, and each table's likelihood of mu is an integral
of its own (`exact_tables`). None of them is a formula, so what `tau_posterior` does over tau is
done here over tau and mu: panels of Gauss and Legendre's rule in coordinates that make both falls
double exponential, narrower until a higher rule changes no integral in its tenth digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, pi

import numpy as np
from numpy.polynomial.legendre import legder
from numpy.typing import NDArray

from metasynth.core.messages import sentence
from metasynth.model.priors import MuPrior, TauPrior, moment_exists
from metasynth.stats.effects.binary import Array
from metasynth.stats.exact_tables import ExactTable
from metasynth.stats.panel_distributions import Grid
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.prior_densities import log_density, log_slope
from metasynth.stats.tau_posterior import LARGEST, NotResolved

RULE, CHECK = 16, 20
"""Points of a panel, and of the rule that no integral may differ from."""
PANELS_OF_TAU, PANEL_OF_MU = 9, 0.6
"""How many panels tau has at first, and how wide those of mu are, in their coordinates."""
MOST_PANELS = 250
NOTHING = 32.0
"""Where the log of the integrand is so far below its maximum, the rest is left out."""
AGREEMENT = 1e-10
ONES = np.ones((1, 1))
LEAST = 1e-305


@dataclass(frozen=True)
class ExactProblem:
    """Tables with priors. Raises EffectUndefined where the posterior is no distribution."""

    tables: Sequence[ExactTable]
    tau_prior: TauPrior
    mu_prior: MuPrior

    def __post_init__(self) -> None:
        """Refuse what has no posterior."""
        if self.tau_prior.family == "jeffreys":
            raise EffectUndefined(
                sentence("Jeffreys' prior of tau is made of variances, which tables have not")
            )
        vague = self.mu_prior.sd is None
        for side in ("up", "down"):
            if vague and not any(len(getattr(table, side)) for table in self.tables):
                raise EffectUndefined(
                    sentence(
                        "no trial says how far the effect may go on one side, as one group has no "
                        "event, or the other events alone: give the mean effect a normal prior, "
                        "mu_prior"
                    )
                )
        if not moment_exists(self.tau_prior, self.mu_prior, self.interior, 0):
            raise EffectUndefined(
                sentence(
                    "{k} trials with events and others in both groups are too few for the prior "
                    "{family} of tau: choose one with a lighter tail, such as half_normal",
                    k=self.interior,
                    family=self.tau_prior.family,
                )
            )

    @cached_property
    def interior(self) -> int:
        """How many trials bound the effect on both sides, as those do that have a normal effect."""
        return sum(table.interior for table in self.tables)

    @property
    def moment(self) -> int:
        """2 where the posterior of tau has a finite mean and variance, else 0."""
        return 2 if moment_exists(self.tau_prior, self.mu_prior, self.interior, 2) else 0

    @property
    def power(self) -> int:
        """The power of 1/tau by which the likelihood falls as tau grows."""
        return self.interior - (self.mu_prior.sd is None)

    def logs(self, mu: Array, tau: Array) -> Array:
        """Log likelihoods of the tables given mu (n,) and tau (points,), shape (k, points, n)."""
        given = np.stack([table.given(mu, tau) for table in self.tables])
        return np.log(np.maximum(given, LEAST))

    def common(self, mu: Array) -> Array:
        """The same without heterogeneity, all tables together, with the prior of mu; (n,)."""
        each = np.stack([table.likelihood(mu) for table in self.tables])
        return np.asarray(np.log(np.maximum(each, LEAST)).sum(axis=0) + self.log_prior(mu))

    def log_prior(self, mu: Array) -> Array:
        """Log density of the prior of mu; 0 where it is vague."""
        prior = self.mu_prior
        if prior.sd is None:
            return np.zeros_like(mu)
        return np.asarray(
            -(((mu - prior.mean) / prior.sd) ** 2) / 2 - log(2 * pi * prior.sd**2) / 2
        )

    def prior_of_tau(self, u: Array) -> Array:
        """Log density of u = log tau before the data."""
        return log_density(self.tau_prior, u.reshape(1, -1), ONES).reshape(u.shape)


@dataclass(frozen=True, slots=True)
class Scan:
    """At which of some values of log tau, and coordinates of mu, there is something: `filled`."""

    u: Array
    y: Array
    filled: NDArray[np.bool_]

    def something(self, of_mu: Grid, u: Array, rule: int) -> slice:
        """The points of mu, whole panels, where there is something for such values of log tau."""
        step = self.u[1] - self.u[0]
        rows = (self.u > u.min() - 2 * step) & (self.u < u.max() + 2 * step)
        rows[0 if u.min() < self.u[0] else -1] |= not rows.any() or u.min() < self.u[0]
        found = np.flatnonzero(self.filled[rows].any(axis=0))
        if not len(found):
            return slice(0, 0)
        ends = self.y[max(0, found[0] - 1)], self.y[min(len(self.y) - 1, found[-1] + 1)]
        first, last = of_mu.place(np.array(ends))[0]
        return slice(int(first) * rule, (int(last) + 1) * rule)


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
    """The posterior on grids as fine as it needs. Raises NotResolved."""
    centre, scale = _middle(problem)
    of_tau, of_mu, scan = _reach(problem, centre, scale)
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


def log_sum(values: Array) -> Array:
    """Logs of the sums of exponentials over the last axis."""
    top = values.max(axis=-1, keepdims=True)
    return np.asarray((top + np.log(np.exp(values - top).sum(axis=-1, keepdims=True)))[..., 0])


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


def _middle(problem: ExactProblem) -> tuple[float, float]:
    """Where mu is likeliest without heterogeneity, and about its standard deviation there."""
    centre = float(np.median([table.centre for table in problem.tables]))
    away = 1e-3 * np.sinh(np.linspace(-12, 12, 241))
    for _ in range(4):
        mu = centre + away
        height = problem.common(mu)
        centre = float(mu[height.argmax()])
    near = mu[height > height.max() - 0.5]
    return centre, max(float(np.ptp(near)) / 2, 1e-3)


def _reach(problem: ExactProblem, centre: float, scale: float) -> tuple[Grid, Grid, Scan]:
    """Grids that reach, from a scan, as far as there is something of the posterior."""
    widths = [table.width for table in problem.tables]
    u = np.arange(log(0.02 * min(widths)), 60, 0.5)
    rises = u - log(10 * max(widths))
    bound = problem.prior_of_tau(u) - (problem.power - problem.moment) * np.maximum(0.0, rises)
    u = u[: int(np.flatnonzero(bound > bound.max() - 60)[-1]) + 2]
    far = max(abs(table.centre - centre) for table in problem.tables) + 10 * np.exp(u[-1])
    most = float(np.arcsinh(far / scale)) + 1
    y = np.linspace(-most, most, int(most / 0.2))
    mu = centre + scale * np.sinh(y)
    given_tau = problem.logs(mu, np.exp(u)).sum(axis=0) + problem.log_prior(mu)
    given_tau += np.log(scale * np.cosh(y))
    inner = log_sum(given_tau)
    of_tau = _of_tau(problem, u, inner)
    height = given_tau + problem.prior_of_tau(u)[:, None]
    height += problem.moment * np.maximum(0.0, u - of_tau.centre)[:, None]
    left = NOTHING + height - height.max()
    reach = np.sqrt(2 * np.maximum(left, 0.0)) * np.exp(u)[:, None]
    low, high = (mu - reach)[left > 0].min(), (mu + reach)[left > 0].max()
    ends = np.arcsinh((np.array([low, high]) - centre) / scale)
    panels = int(np.ceil(np.ptp(ends) / PANEL_OF_MU))
    of_mu = Grid(centre, scale, float(ends[0]), float(ends[1]), panels)
    return of_tau, of_mu, Scan(u, y, left > 0)


def _of_tau(problem: ExactProblem, u: Array, inner: Array) -> Grid:
    """The grid of tau: log tau = centre + sinh(x), where the integrand is more than nothing."""
    centre = float(u[(inner + problem.prior_of_tau(u)).argmax()])
    x = np.linspace(-12, 12, 193)
    wide = np.minimum(centre + np.sinh(x), LARGEST)
    height = np.interp(wide, u, inner) - problem.power * np.maximum(0.0, wide - u[-1])
    with np.errstate(over="ignore"):
        height += problem.prior_of_tau(wide) + np.log(np.cosh(x))
    height += problem.moment * np.maximum(0.0, wide - centre)
    something = np.flatnonzero(height > height.max() - NOTHING)
    if something[0] == 0 or something[-1] == len(x) - 1:
        raise NotResolved(sentence("the tails of the prior of tau are too heavy to integrate"))
    return Grid(centre, 1.0, float(x[something[0] - 1]), float(x[something[-1] + 1]), PANELS_OF_TAU)


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
