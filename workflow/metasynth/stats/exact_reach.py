"""How far, in tau and mu, there is something of a posterior of tables: by a coarse scan of both."""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from metasynth.core.messages import sentence
from metasynth.stats.effects.binary import Array
from metasynth.stats.exact_problem import ExactProblem, log_sum
from metasynth.stats.panel_distributions import Grid
from metasynth.stats.tau_posterior import LARGEST, NotResolved

PANELS_OF_TAU, PANEL_OF_MU = 9, 0.6
"""How many panels tau has at first, and how wide those of mu are, in their coordinates."""
NOTHING = 32.0
"""Where the log of the integrand is so far below its maximum, the rest is left out."""


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


def middle(problem: ExactProblem) -> tuple[float, float]:
    """Where mu is likeliest without heterogeneity, and about its standard deviation there.

    Parameters:
        problem: tables with priors.

    Returns:
        The log odds ratio of a scan, and half the width in which the log likelihood is within
        0.5 of that at it, at least 0.001.

    Example:
        >>> from metasynth.model.priors import MuPrior, TauPrior
        >>> from metasynth.stats.exact_tables import exact_table
        >>> alike = (exact_table(3, 7, 5, 5), exact_table(5, 5, 3, 7))
        >>> prior = TauPrior("half_normal", scale=0.5)
        >>> abs(round(middle(ExactProblem(alike, prior, MuPrior(0.0, 2.0)))[0], 6))
        0.0
    """
    centre = float(np.median([table.centre for table in problem.tables]))
    away = 1e-3 * np.sinh(np.linspace(-12, 12, 241))
    while True:
        mu = centre + away
        height = problem.common(mu)
        if height.max() <= height[len(away) // 2]:  # none about it is higher
            break
        centre = float(mu[height.argmax()])
    near = mu[height > height.max() - 0.5]
    return centre, max(float(np.ptp(near)) / 2, 1e-3)


def reach_of(problem: ExactProblem, centre: float, scale: float) -> tuple[Grid, Grid, Scan]:
    """Grids that reach, from a scan, as far as there is something of the posterior.

    Parameters:
        problem: tables with priors.
        centre: about the likeliest mu, as `middle` has it.
        scale: about its standard deviation, above 0.

    Returns:
        The grids of log tau and of mu, and the scan.

    Raises:
        NotResolved: where the tails of tau reach further than floats.

    Example:
        >>> from metasynth.model.priors import MuPrior, TauPrior
        >>> from metasynth.stats.exact_tables import exact_table
        >>> prior = TauPrior("half_normal", scale=0.5)
        >>> problem = ExactProblem((exact_table(3, 7, 5, 5),), prior, MuPrior(0.0, 2.0))
        >>> of_tau, of_mu, _ = reach_of(problem, *middle(problem))
        >>> low, high = of_mu.x(np.array([of_mu.low, of_mu.high])).tolist()
        >>> low < -8 < 8 < high  # four standard deviations of the prior
        True
    """
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
