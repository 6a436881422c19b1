"""Tables with priors of mu and tau: their exact likelihoods, and when there is a posterior."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, pi

import numpy as np

from metasynth.core.messages import sentence
from metasynth.model.priors import MuPrior, TauPrior, moment_exists
from metasynth.stats.effects.binary import Array
from metasynth.stats.exact_tables import ExactTable
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.prior_densities import log_density

ONES = np.ones((1, 1))
"""Variances, which no prior of tables asks for."""
LEAST = 1e-305
"""The smallest likelihood that is told from 0."""


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


def log_sum(values: Array) -> Array:
    """Logs of the sums of exponentials over the last axis.

    Parameters:
        values: logs, not all infinite, shape (…, n).

    Returns:
        Shape (…).

    Example:
        >>> np.exp(log_sum(np.log([[1.0, 2.0], [3.0, 4.0]]))).round(9).tolist()
        [3.0, 7.0]
    """
    top = values.max(axis=-1, keepdims=True)
    return np.asarray((top + np.log(np.exp(values - top).sum(axis=-1, keepdims=True)))[..., 0])
