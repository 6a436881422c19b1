"""A random-effects meta-analysis with priors: its likelihood with mu integrated out, given tau.

Röver, J Stat Softw 2020;93(6):1-51, section 2. Arrays have the shape (pools, points); pools are
separate meta-analyses of k trials each, with effects y and variances v of shape (pools, k).
"""

from dataclasses import dataclass
from math import log, pi

import numpy as np
from numpy.typing import NDArray

from metasynth.core.messages import sentence
from metasynth.model.priors import VAGUE, MuPrior, TauPrior, moment_exists
from metasynth.stats.effects.binary import Array
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.prior_densities import log_density, log_slope


@dataclass(frozen=True, slots=True)
class Problem:
    """Effects y and variances v, shape (pools, k), with priors; all on the analysis scale.

    Raises EffectUndefined where the posterior is no distribution, or a trial has no effect.
    """

    y: Array
    v: Array
    tau_prior: TauPrior
    mu_prior: MuPrior = VAGUE

    def __post_init__(self) -> None:
        """Refuse what has no posterior."""
        k = self.y.shape[1]
        if not (np.isfinite(self.y).all() and np.isfinite(self.v).all() and (self.v > 0).all()):
            raise EffectUndefined(sentence("a trial has no effect, or no variance above 0"))
        if not moment_exists(self.tau_prior, self.mu_prior, self._trials_for_tau, 0):
            raise EffectUndefined(
                sentence(
                    "the prior {family} of tau has no integral, and {k} trials are too few to give "
                    "its posterior one: choose a proper prior, such as half_normal",
                    family=self.tau_prior.family,
                    k=k,
                )
            )

    def only(self, pools: NDArray[np.bool_]) -> "Problem":
        """The same of some pools."""
        return Problem(self.y[pools], self.v[pools], self.tau_prior, self.mu_prior)

    @property
    def moment(self) -> int:
        """The highest moment of tau, of 0, 1 and 2, whose posterior mean is finite."""
        known = self.tau_prior, self.mu_prior, self._trials_for_tau
        return max(r for r in (0, 1, 2) if moment_exists(*known, r))

    @property
    def _trials_for_tau(self) -> int:
        """The trials whose effects tell of tau, one of them taken up by mu."""
        return int(self.y.shape[1])

    def given_tau(self, tau: Array) -> tuple[Array, Array, Array]:
        """Log likelihood of tau with mu integrated out, and mean and variance of mu given tau.

        A vague mu is taken to have the density 1 everywhere.
        """
        prior = self.mu_prior
        total = self.v[:, :, None] + (tau * tau)[:, None, :]
        w = 1 / total
        precision = w.sum(axis=1) + prior.precision
        mean = (w * self.y[:, :, None]).sum(axis=1) + prior.precision * prior.mean
        mean /= precision
        each = self.y[:, :, None] - mean[:, None, :]
        each *= each
        each *= w
        away = each.sum(axis=1) + prior.precision * (mean - prior.mean) ** 2
        constant = (self.y.shape[1] - (prior.sd is None)) * log(2 * pi)
        constant += 0.0 if prior.sd is None else 2 * log(prior.sd)
        log_total = np.log(total, out=total).sum(axis=1)
        value = -(log_total + np.log(precision) + away + constant) / 2
        return value, mean, 1 / precision

    def effects_given_tau(self, tau: Array, mean: Array, variance: Array) -> tuple[Array, Array]:
        """Means and variances given tau of mu, of a new trial's effect, and of each trial's own.

        `mean` and `variance` are those of mu; the results have the shape (pools, 2 + k, points).
        """
        mean, variance, tau2 = mean[:, None], variance[:, None], (tau * tau)[:, None]
        total = self.v[:, :, None] + tau2
        own, rest = tau2 / total, self.v[:, :, None] / total
        means = [mean, mean, own * self.y[:, :, None] + rest * mean]
        variances = [variance, variance + tau2, own * self.v[:, :, None] + rest**2 * variance]
        return np.concatenate(means, axis=1), np.concatenate(variances, axis=1)

    def log_joint(self, u: Array) -> Array:
        """Log of prior times likelihood, as a density of u = log tau."""
        value, _, _ = self.given_tau(np.exp(u))
        return np.asarray(value + log_density(self.tau_prior, u, self.v))

    def slope(self, u: Array) -> Array:
        """Derivative by u of the log of the posterior density of tau."""
        tau2 = np.exp(2 * u)
        _, mean, variance = self.given_tau(np.exp(u))
        w = 1 / (self.v[:, :, None] + tau2[:, None, :])
        square = w * w
        away = (square * (self.y[:, :, None] - mean[:, None, :]) ** 2).sum(axis=1)
        score = (square.sum(axis=1) * variance - w.sum(axis=1) + away) / 2
        return np.asarray(2 * tau2 * score + log_slope(self.tau_prior, u, self.v))
