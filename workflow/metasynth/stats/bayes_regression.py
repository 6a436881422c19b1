"""Bayesian meta-regression with one tau, by the quadrature of `tau_posterior`; or its subgroups.

y is normal about X beta with variance v + tau². Given tau the coefficients are normal, and
integrate out by a formula; so each linear combination of them is a mixture of normal distributions,
as the mean effect is in a plain pool. Röver and Friede, Comput Methods Programs Biomed
2023;229:107303.
"""

from dataclasses import dataclass
from math import log, pi

import numpy as np

from metasynth.core.messages import sentence
from metasynth.model.priors import VAGUE, MuPrior, TauPrior
from metasynth.stats.bayes import NEGLIGIBLE, OfMixture, Summary, summary, tau_in_numbers
from metasynth.stats.bayes_problem import Problem
from metasynth.stats.effects.binary import Array
from metasynth.stats.locating import locate
from metasynth.stats.normal_mixtures import Mixture
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.prior_densities import log_density, log_slope
from metasynth.stats.tau_posterior import TauPosterior, tau_posterior


@dataclass(frozen=True, slots=True)
class RegressionFit:
    """Posteriors of tau, of each combination of the coefficients, and of a new effect about it.

    `above` are the probabilities of a combination above 0. `log_marginal` is the log of the data's
    density, the prior of the coefficients taken as 1 where vague.
    """

    tau: Summary
    combined: tuple[Summary, ...]
    new: tuple[Summary, ...]
    above: tuple[float, ...]
    log_marginal: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignProblem(Problem):
    """A `Problem` of one pool, y and v of shape (1, k), with a design matrix (k, p).

    `combinations` (m, p) are what is asked of the coefficients. The prior of the mean effect is
    that of each coefficient, all independent. Raises EffectUndefined.
    """

    design: Array
    combinations: Array

    def __post_init__(self) -> None:
        """Refuse what has no posterior."""
        p = self.design.shape[1]
        if self.mu_prior.sd is None and np.linalg.matrix_rank(self.design) < p:
            raise EffectUndefined(sentence("the trials do not tell the coefficients apart"))
        Problem.__post_init__(self)  # super() does not know the class that slots make

    @property
    def _trials_for_tau(self) -> int:
        """Likewise, as many taken up as there are coefficients."""
        k, p = self.design.shape
        return int(k - p + 1)

    def coefficients(self, tau: Array) -> tuple[Array, Array, Array, Array]:
        """Given tau (points,): weights (points, k), coefficients, covariance, log determinant."""
        w = 1 / (self.v[0] + (tau * tau)[:, None])
        p = self.design.shape[1]
        precision = np.swapaxes(self.design * w[:, :, None], 1, 2) @ self.design
        precision = precision + self.mu_prior.precision * np.eye(p)
        right = (w * self.y[0]) @ self.design + self.mu_prior.precision * self.mu_prior.mean
        covariance = np.linalg.inv(precision)
        mean = (covariance @ right[:, :, None])[:, :, 0]
        return w, mean, covariance, -np.linalg.slogdet(precision)[1]

    def given_tau(self, tau: Array) -> tuple[Array, Array, Array]:
        """Log likelihood of tau, and mean and variance of the first combination given it."""
        prior, (k, p) = self.mu_prior, self.design.shape
        w, mean, covariance, log_det = self.coefficients(tau[0])
        away = (w * (self.y[0] - mean @ self.design.T) ** 2).sum(axis=1)
        away += prior.precision * ((mean - prior.mean) ** 2).sum(axis=1)
        constant = (k - (p if prior.sd is None else 0)) * log(2 * pi)
        constant += 0.0 if prior.sd is None else 2 * p * log(prior.sd)
        value = (np.log(w).sum(axis=1) + log_det - away - constant) / 2
        first = self.combinations[0]
        return value[None], (mean @ first)[None], (covariance @ first @ first)[None]

    def effects_given_tau(self, tau: Array, mean: Array, variance: Array) -> tuple[Array, Array]:
        """Means and variances of all combinations, then of new effects about them."""
        _, beta, covariance, _ = self.coefficients(tau[0])
        means = (beta @ self.combinations.T).T
        spread = np.einsum("mp,tpq,mq->mt", self.combinations, covariance, self.combinations)
        variances = np.concatenate([spread, spread + tau[0] ** 2])
        return np.concatenate([means, means])[None], variances[None]

    def slope(self, u: Array) -> Array:
        """Derivative by u of the log of the posterior density of tau, shape (1, points)."""
        tau2 = np.exp(2 * u)
        w, beta, covariance, _ = self.coefficients(np.exp(u[0]))
        square = w * w
        away = (square * (self.y[0] - beta @ self.design.T) ** 2).sum(axis=1)
        shared = np.einsum("kp,tpq,kq->tk", self.design, covariance, self.design)
        score = ((square * shared).sum(axis=1) - w.sum(axis=1) + away) / 2
        return np.asarray(2 * tau2 * score[None] + log_slope(self.tau_prior, u, self.v))

    def log_joint(self, u: Array) -> Array:
        """Log of prior times likelihood, as a density of u = log tau."""
        value, _, _ = self.given_tau(np.exp(u))
        return np.asarray(value + log_density(self.tau_prior, u, self.v))


def bayes_regression(
    y: Array,
    v: Array,
    design: Array,
    tau_prior: TauPrior,
    mu_prior: MuPrior = VAGUE,
    combinations: Array | None = None,
) -> RegressionFit:
    """Regress effects on a design by a prior of tau.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        design: shape (k, p).
        tau_prior: of tau on the analysis scale.
        mu_prior: of each coefficient, all independent; vague unless it is given.
        combinations: of the coefficients, which the answer is on, shape (m, p); None for each one.

    Raises:
        EffectUndefined: where the columns depend on each other under a vague prior, or the
            posterior is no distribution or (NotResolved) cannot be integrated.

    Example:
        >>> design = np.column_stack([np.ones(4), [-1.5, -0.5, 0.5, 1.5]])
        >>> y, v = np.array([1.0, 2.0, 3.0, 4.0]), np.full(4, 0.04)
        >>> found = bayes_regression(y, v, design, TauPrior("half_normal", scale=0.5))
        >>> [round(one.median, 6) for one in found.combined]
        [2.5, 1.0]
    """
    asked = np.eye(design.shape[1]) if combinations is None else combinations
    problem = DesignProblem(
        y[None, :], v[None, :], tau_prior, mu_prior, design=design, combinations=asked
    )
    ((_, posterior),) = tau_posterior(problem)
    whole = _mixture(problem, posterior)
    mixture = whole.heavier(NEGLIGIBLE)
    located, (mean, sd) = locate(mixture), whole.mean_and_sd()
    moment = 2 if mu_prior.sd is not None else problem.moment
    moments = [moment] * len(asked) + [min(moment, problem.moment)] * len(asked)
    parts = [
        summary(located, i, float(mean[0, i]), float(sd[0, i]), moments[i])
        for i in range(len(moments))
    ]
    above = [float(OfMixture(mixture, i).above(np.zeros(1))[0]) for i in range(len(asked))]
    return RegressionFit(
        tau_in_numbers(posterior),
        tuple(parts[: len(asked)]),
        tuple(parts[len(asked) :]),
        tuple(above),
        float(posterior.log_integral[0]),
    )


def _mixture(problem: DesignProblem, posterior: TauPosterior[Problem]) -> Mixture:
    """The posteriors of all combinations and of new effects."""
    kept = posterior.weight[0] > 0
    parts = (part[:, kept] for part in (posterior.tau, posterior.mean, posterior.variance))
    mean, variance = problem.effects_given_tau(*parts)
    return Mixture(posterior.weight[:, kept], mean, np.sqrt(variance))
