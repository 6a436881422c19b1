"""Bayesian random-effects meta-analysis of 2x2 tables by their exact likelihood, by quadrature.

The model of `bayes`, but for the normal likelihood of effects: each table is hypergeometric given
its margins, so that its level needs no prior, no empty cell is corrected, and a trial with events
in one group alone says what it can. The results are those of `bayes`, without weights, as the mean
effect is no average of the trials' effects here.
"""

from dataclasses import dataclass

import numpy as np

from metasynth.core.messages import sentence
from metasynth.model.priors import MuPrior, TauPrior
from metasynth.stats.bayes import BayesFit, OfTau, summary, tau_in_numbers
from metasynth.stats.effects.binary import Array, Tables
from metasynth.stats.exact_joint import AGREEMENT, Joint, KnownTau, joint_posterior
from metasynth.stats.exact_problem import LEAST, ExactProblem, log_sum
from metasynth.stats.exact_tables import exact_table, hermite
from metasynth.stats.locating import locate
from metasynth.stats.panel_distributions import PanelDistributions, distributions
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.tau_posterior import NotResolved, TauPosterior

MOST_COUNTS = 5_000
"""Counts that the margins allow, all trials together; with more, effects are normal enough."""
NARROW = 1.5
"""Up to this tau, in standard deviations of mu without heterogeneity, new effects stand so near to
mu that they are summed by points about each value, not over the points of mu."""


@dataclass(frozen=True, slots=True)
class OfPanels:
    """One of several distributions on panels."""

    each: PanelDistributions
    i: int = 0

    def density(self, x: Array) -> Array:
        """Density at each of x, shape (points,)."""
        return np.asarray(self._only().density(x[None, None])[0, 0])

    def above(self, x: Array) -> Array:
        """Probability of more than each of x, shape (points,)."""
        return np.asarray(self._only().above(x[None, None])[0, 0])

    def _only(self) -> PanelDistributions:
        part = slice(self.i, self.i + 1)
        return PanelDistributions(
            self.each.grid, self.each.coefficients[part], self.each.below[part]
        )


def bayes_exact(
    t: Tables, tau_prior: TauPrior, mu_prior: MuPrior, values: tuple[float, ...] = (0.0,)
) -> BayesFit:
    """Pool tables by their exact likelihood given both margins; see `bayes`.

    Parameters:
        t: whole counts, each table with an event and a participant without one, shape (k,).
        tau_prior: of the spread of log odds ratios.
        mu_prior: of the mean log odds ratio.
        values: of the mean log odds ratio; `above` are the probabilities of more.

    Raises:
        EffectUndefined: where the posterior is no distribution; where a shared control was split
            into fractions of patients; with more than `MOST_COUNTS` possible counts.
        NotResolved: where the posterior is too uneven to integrate.

    Example:
        >>> mirrored = Tables(*np.array([[3.0, 10, 5, 10], [5, 10, 3, 10]]).T)
        >>> found = bayes_exact(mirrored, TauPrior("half_normal", scale=0.5), MuPrior(0.0, 2.0))
        >>> abs(round(found.mu.median, 6)), round(found.above[0], 6)
        (0.0, 0.5)
    """
    cells = np.array([t.a, t.b, t.c, t.d], dtype=float).T
    _refuse(cells)
    problem = ExactProblem(tuple(exact_table(*row) for row in cells.tolist()), tau_prior, mu_prior)
    joint = joint_posterior(problem)
    posterior = _tau(joint)
    each, moments = _effects(joint), _moments(problem)
    located = locate(each)
    mean, sd = _mean_and_sd(each)
    parts = [summary(located, i, mean[i], sd[i], moment) for i, moment in enumerate(moments)]
    common = _log_common(joint)
    factor = float(np.exp(min(common - joint.log_integral, 700.0)))
    return BayesFit(
        tau_in_numbers(posterior),
        parts[0],
        parts[1],
        tuple(OfPanels(each).above(np.array(values, dtype=float)).tolist()),
        tuple(parts[2:]),
        (),
        joint.log_integral,
        common,
        factor if tau_prior.proper else None,
        OfPanels(each),
        OfTau(posterior),
    )


def _refuse(cells: Array) -> None:
    """What no exact likelihood is taken of."""
    if np.any(cells != np.round(cells)):
        raise EffectUndefined(
            sentence(
                "a shared control that is split leaves fractions of patients, which have no exact "
                "likelihood"
            )
        )
    a, b, c, d = cells.T
    if (np.minimum(a + b, a + c) - np.maximum(0, a - d)).sum() > MOST_COUNTS:
        raise EffectUndefined(
            sentence(
                "the margins allow more than {n} counts, with which effects are as good as normal: "
                "choose model bayes",
                n=MOST_COUNTS,
            )
        )


def _moments(problem: ExactProblem) -> list[int]:
    """The highest finite moment, up to 2, of mu, of a new effect and of each trial's own."""
    of_mu = 2 if problem.mu_prior.sd is not None else problem.moment
    new = min(of_mu, problem.moment)
    return [of_mu, new, *(2 if table.interior else new for table in problem.tables)]


def _tau(joint: Joint) -> TauPosterior[KnownTau]:
    """The posterior of tau; means and variances of mu given tau are not normal ones here."""
    grid, rule = joint.of_tau, joint.rule
    known = KnownTau(joint.problem, grid, grid.series(joint.inner, rule))
    parts = joint.weight.reshape(grid.panels, rule).sum(axis=1)
    edges = np.linspace(grid.low, grid.high, grid.panels + 1)
    nothing = np.zeros((1, len(joint.tau)))
    return TauPosterior(
        known,
        np.array([grid.centre]),
        edges[None],
        np.concatenate([[0.0], parts.cumsum() / parts.sum()])[None],
        joint.tau[None],
        joint.weight[None],
        nothing,
        nothing,
        np.array([joint.log_integral]),
    )


def _effects(joint: Joint) -> PanelDistributions:
    """The posteriors of mu, of a new trial's effect and of each trial's own. Raises NotResolved."""
    y, weights = joint.of_mu.points(joint.rule)
    stretch = np.log(joint.of_mu.scale * np.cosh(y))
    others = _around(joint, stretch)
    for i, table in enumerate(joint.problem.tables):
        others[i + 1] *= table.likelihood(joint.mu)
    rows = np.log(np.maximum(np.vstack([joint.marginal[None], others * np.exp(stretch)]), LEAST))
    masses = np.exp(log_sum(rows + np.log(weights)))
    if np.abs(masses - 1).max() > 100 * AGREEMENT:
        raise NotResolved(sentence("the trials' effects are too uneven to integrate"))
    return distributions(joint.of_mu, rows, joint.rule)


def _around(joint: Joint, stretch: Array) -> Array:
    """Densities of effects about mu: by all trials, then by all but one in turn; (1 + k, n).

    Weighted by tau's posterior. The likelihood of the one that is left out is not in them yet.
    """
    logs, tau = joint.logs, joint.tau
    prior = joint.problem.log_prior(joint.mu)
    every = logs.sum(axis=0)
    about = np.stack([every, *(every - own for own in logs)]) + prior - joint.inner[:, None]
    found = np.zeros((len(about), len(joint.mu)))
    _, weights = joint.of_mu.points(joint.rule)
    measure = weights * np.exp(stretch)
    for j in np.flatnonzero(joint.weight > LEAST):
        if tau[j] < NARROW * joint.of_mu.scale:
            part = _near(joint, about[:, j], float(tau[j]))
        else:
            z = (joint.mu[:, None] - joint.mu) / tau[j]
            kernel = np.exp(-z * z / 2) / (tau[j] * np.sqrt(2 * np.pi))
            part = (np.exp(about[:, j]) * measure) @ kernel
        found += joint.weight[j] * part
    return found


def _near(joint: Joint, about: Array, tau: float) -> Array:
    """The means of densities of mu (d, n), given as logs, over effects a narrow tau away."""
    z, weights = hermite()
    grid = joint.of_mu
    places = grid.y((joint.mu[:, None] + tau * z).ravel())
    logs = grid.between(grid.series(about, joint.rule), places)
    return np.asarray(np.exp(logs).reshape(len(about), len(joint.mu), len(z)) @ weights)


def _mean_and_sd(each: PanelDistributions) -> tuple[list[float], list[float]]:
    """Of each distribution, were the tails to have them."""
    rule = each.coefficients.shape[2]
    y, weights = each.grid.points(rule)
    x = each.grid.x(y)
    density = np.exp(each.grid.between(each.coefficients, y)) * weights
    mean = (density * x).sum(axis=1)
    sd = np.sqrt((density * (x - mean[:, None]) ** 2).sum(axis=1))
    return mean.tolist(), sd.tolist()


def _log_common(joint: Joint) -> float:
    """Log of the tables' probability under a common effect."""
    y, weights = joint.of_mu.points(joint.rule)
    logs = joint.problem.common(joint.mu) + np.log(joint.of_mu.scale * np.cosh(y) * weights)
    return float(log_sum(logs[None])[0])
