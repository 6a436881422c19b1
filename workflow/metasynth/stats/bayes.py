"""Bayesian random-effects meta-analysis by deterministic quadrature: the whole posterior.

The model is the usual one: y[i] is normal about theta[i] with variance v[i], theta[i]
normal about mu with variance tau². Priors of mu and tau are independent. Röver, J Stat Softw
2020;93(6):1-51. All effects are on the analysis scale (log for ratios).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol

import numpy as np

from metasynth.model.priors import VAGUE, MuPrior, TauPrior
from metasynth.stats.bayes_problem import Problem
from metasynth.stats.effects.binary import Array
from metasynth.stats.locating import Located, central, locate
from metasynth.stats.normal_mixtures import Mixture
from metasynth.stats.tau_posterior import P, TauPosterior, tau_posterior
from metasynth.stats.tau_summary import tau_located

NEGLIGIBLE = 1e-17
"""Points of less weight are left out of mixtures."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A posterior distribution in numbers; intervals hold 95 %, and are credible.

    `mean` and `sd` are None where the tail is so heavy that they are not finite; `mode` is None
    where the density has no highest point.
    """

    median: float
    mode: float | None
    mean: float | None
    sd: float | None
    shortest: tuple[float, float]
    central: tuple[float, float]


class Distribution(Protocol):
    """A distribution of one number; x and what is given have the shape (points,)."""

    def density(self, x: Array) -> Array:
        """Density at each of x."""

    def above(self, x: Array) -> Array:
        """Probability of more than each of x."""


@dataclass(frozen=True, slots=True)
class BayesFit:
    """All results of one meta-analysis.

    `new` is the effect of a trial to come. `above` are the posterior probabilities that mu exceeds
    each asked-for value. `shrunken` are the trials' own effects, `weights` (per cent) the posterior
    means of their shares in mu, which a normal prior of mu has a part of. `log_marginal` is the log
    of the data's density (mu's prior taken as 1 where vague), `log_common` the same under a common
    effect (tau = 0), and `bayes_factor_common` is for that against this model, None where the prior
    of tau is improper. `of_mu` and `of_tau` give densities and probabilities of any values.
    """

    tau: Summary
    mu: Summary
    new: Summary
    above: tuple[float, ...]
    shrunken: tuple[Summary, ...]
    weights: tuple[float, ...]
    log_marginal: float
    log_common: float
    bayes_factor_common: float | None
    of_mu: Distribution
    of_tau: Distribution

    @property
    def effective_trials(self) -> float | None:
        """How many trials of equal weights spread them as far, (sum w)² / sum w² (Kish 1965)."""
        if not self.weights:
            return None
        w = np.array(self.weights)
        return float(w.sum() ** 2 / (w * w).sum())


@dataclass(frozen=True, slots=True)
class OfMixture:
    """One of the distributions of a mixture's first pool."""

    mixture: Mixture
    i: int = 0

    def density(self, x: Array) -> Array:
        """Density at each of x, shape (points,)."""
        return np.asarray(self._only().density(x[None, None, :])[0, 0])

    def above(self, x: Array) -> Array:
        """Probability of more than each of x, shape (points,)."""
        return np.asarray(self._only().above(x[None, None, :])[0, 0])

    def _only(self) -> Mixture:
        part = slice(self.i, self.i + 1)
        return Mixture(
            self.mixture.weight[:1], self.mixture.mean[:1, part], self.mixture.sd[:1, part]
        )


@dataclass(frozen=True, slots=True)
class OfTau(Generic[P]):
    """The distribution of the tau of one pool."""

    posterior: TauPosterior[P]

    def density(self, x: Array) -> Array:
        """Density at each of x > 0, shape (points,)."""
        return np.asarray(self.posterior.density(x[None, :])[0])

    def above(self, x: Array) -> Array:
        """Probability of more than each of x > 0, shape (points,)."""
        return np.asarray(1 - self.posterior.probability_below(x[None, :])[0])


def bayes(
    y: Array,
    v: Array,
    tau_prior: TauPrior,
    mu_prior: MuPrior = VAGUE,
    values: Sequence[float] = (0.0,),
) -> BayesFit:
    """Pool effects by quadrature over tau, mu being normal given tau.

    Röver, J Stat Softw 2020;93(6):1-51.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        tau_prior: of tau on the analysis scale.
        mu_prior: of the mean effect, vague unless it is given.
        values: of the mean effect, on the analysis scale; `above` are the probabilities of more.

    Raises:
        EffectUndefined: where the posterior is no distribution, or (NotResolved) is too uneven to
            integrate.

    Example:
        >>> y, v = np.array([0.1, 0.5, 0.9]), np.full(3, 0.04)  # alike on both sides of 0.5
        >>> found = bayes(y, v, TauPrior("half_normal", scale=0.5), values=(0.5,))
        >>> round(found.mu.median, 6), round(found.above[0], 6), round(found.weights[0], 6)
        (0.5, 0.5, 33.333333)
    """
    problem = Problem(np.asarray(y)[None, :], np.asarray(v)[None, :], tau_prior, mu_prior)
    ((_, posterior),) = tau_posterior(problem)
    whole = mixture_of(posterior, trials=True)
    mean, sd = whole.mean_and_sd()
    mixture = whole.heavier(NEGLIGIBLE)
    located = locate(mixture)
    moment = 2 if mu_prior.sd is not None else problem.moment
    moments = [moment, min(moment, problem.moment), *[2] * len(y)]
    parts = [
        summary(located, i, float(mean[0, i]), float(sd[0, i]), moments[i])
        for i in range(mean.shape[1])
    ]
    of_mu, common = OfMixture(mixture), float(_log_common(problem)[0])
    log_marginal = float(posterior.log_integral[0])
    factor = float(np.exp(min(common - log_marginal, 700.0)))
    return BayesFit(
        tau_in_numbers(posterior),
        parts[0],
        parts[1],
        tuple(of_mu.above(np.array(values, dtype=float)).tolist()),
        tuple(parts[2:]),
        tuple(_mean_weights(posterior)[0].tolist()),
        log_marginal,
        common,
        factor if tau_prior.proper else None,
        of_mu,
        OfTau(posterior),
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """Posteriors of many meta-analyses, each array of shape (pools,); see `Summary`."""

    median: Array
    mode: Array
    shortest: tuple[Array, Array]
    central: tuple[Array, Array]
    above_zero: Array
    tau_median: Array


def bayes_columns(
    y: Array, v: Array, tau_prior: TauPrior, mu_prior: MuPrior = VAGUE, at_once: int = 128
) -> Columns:
    """Pool many meta-analyses of k trials each; errors are those of `bayes`.

    Parameters:
        y: effects on the analysis scale, shape (pools, k).
        v: their variances, above 0, of the same shape.
        tau_prior: as for `bayes`.
        mu_prior: as for `bayes`.
        at_once: how many are worked on together, so that few arrays leave the processor's cache.

    Raises:
        EffectUndefined: where any of the posteriors is no distribution, or cannot be integrated.

    Example:
        >>> y, v = np.array([[0.1, 0.5, 0.9], [1.1, 1.5, 1.9]]), np.full((2, 3), 0.04)
        >>> found = bayes_columns(y, v, TauPrior("half_normal", scale=0.5))
        >>> found.median.round(6).tolist(), round(float(np.ptp(found.tau_median)), 9)
        ([0.5, 1.5], 0.0)
    """
    out = _by_parts(_columns, y, v, tau_prior, mu_prior, at_once)
    return Columns(out[0], out[1], (out[2], out[3]), (out[4], out[5]), out[6], out[7])


def bayes_limits(y: Array, v: Array, tau_prior: TauPrior, mu_prior: MuPrior = VAGUE) -> Array:
    """Of `bayes_columns` the median and the central interval alone, which take half the time.

    Parameters:
        y: effects on the analysis scale, shape (pools, k).
        v: their variances, above 0, of the same shape.
        tau_prior: as for `bayes`.
        mu_prior: as for `bayes`.

    Returns:
        Median, lower and upper limit, shape (3, pools): what many variants are compared by.

    Raises:
        EffectUndefined: where any of the posteriors is no distribution, or cannot be integrated.

    Example:
        >>> y, v = np.array([[0.1, 0.5, 0.9]]), np.full((1, 3), 0.04)
        >>> median, low, high = bayes_limits(y, v, TauPrior("half_normal", scale=0.5))[:, 0]
        >>> round(float(median), 6), round(float(low + high), 6)
        (0.5, 1.0)
    """
    return _by_parts(_limits, y, v, tau_prior, mu_prior, 64)


def _by_parts(
    rows: Callable[[TauPosterior[Problem]], Array],
    y: Array,
    v: Array,
    tau_prior: TauPrior,
    mu_prior: MuPrior,
    at_once: int,
) -> Array:
    """Some rows of numbers of each pool's posterior, shape (rows, pools)."""
    found = []
    for first in range(0, len(y), at_once):
        part = slice(first, first + at_once)
        problem = Problem(y[part], v[part], tau_prior, mu_prior)
        for pools, posterior in tau_posterior(problem, trials=False):
            found.append((first + pools, rows(posterior)))
    order = np.argsort(np.concatenate([pools for pools, _ in found]))
    return np.concatenate([numbers for _, numbers in found], axis=1)[:, order]


def _limits(posterior: TauPosterior[Problem]) -> Array:
    """The rows of `bayes_limits`."""
    low, median, high = central(mixture_of(posterior, trials=False))
    return np.array([median[:, 0], low[:, 0], high[:, 0]])


def _columns(posterior: TauPosterior[Problem]) -> Array:
    """The rows of `bayes_columns`."""
    mixture = mixture_of(posterior, trials=False)
    located = locate(mixture)
    zero = np.zeros((len(posterior.weight), 1, 1))
    tau = posterior.quantiles(np.full((len(zero), 1), 0.5))[:, 0]
    rows = [located.median, located.mode, *located.shortest, *located.central]
    return np.array([*(row[:, 0] for row in rows), mixture.above(zero)[:, 0, 0], tau])


def mixture_of(posterior: TauPosterior[Problem], trials: bool) -> Mixture:
    """The posteriors of mu and, with `trials`, of a new trial's effect and of each trial's own.

    Points of no weight in any pool are left out and, but with `trials`, those of a negligible one.

    Parameters:
        posterior: of tau, of pools of k trials each.
        trials: whether the effects of trials are asked for.

    Returns:
        Normal mixtures of shape (pools, 1), or (pools, 2 + k), on the analysis scale.

    Example:
        >>> prior = TauPrior("half_normal", scale=0.5)
        >>> problem = Problem(np.array([[0.1, 0.5, 0.9]]), np.full((1, 3), 0.04), prior)
        >>> ((_, posterior),) = tau_posterior(problem)
        >>> mixture_of(posterior, trials=True).mean_and_sd()[0].round(6)[0, :2].tolist()
        [0.5, 0.5]
    """
    least = 0.0 if trials else NEGLIGIBLE
    kept = (posterior.weight > least).any(axis=0)
    weight, tau = posterior.weight[:, kept], posterior.tau[:, kept]
    mean, variance = posterior.mean[:, kept], posterior.variance[:, kept]
    if not trials:
        return Mixture(weight, mean[:, None], np.sqrt(variance)[:, None])
    problem = posterior.problem
    mean, variance = problem.effects_given_tau(tau, mean, variance)
    return Mixture(weight, mean, np.sqrt(variance))


def _mean_weights(posterior: TauPosterior[Problem]) -> Array:
    """Posterior means of the trials' shares in mu, in per cent; shape (pools, k)."""
    tau2 = (posterior.tau * posterior.tau)[:, None, :]
    shares = posterior.variance[:, None, :] / (posterior.problem.v[:, :, None] + tau2)
    return np.asarray(100 * (shares * posterior.weight[:, None, :]).sum(axis=2))


def _log_common(problem: Problem) -> Array:
    """Log of the data's density under a common effect, mu's prior taken as 1 where vague.

    Parameters:
        problem: pools with priors.

    Returns:
        Shape (pools,).

    Example:
        >>> priors = TauPrior("half_normal", scale=0.5), MuPrior(0.0, 1.0)
        >>> problem = Problem(np.zeros((1, 1)), np.ones((1, 1)), *priors)
        >>> _log_common(problem).round(6).tolist()  # of one 0, normal with variance 2
        [-1.265512]
    """
    return problem.given_tau(np.zeros((len(problem.y), 1)))[0][:, 0]


def tau_in_numbers(posterior: TauPosterior[P]) -> Summary:
    """The posterior of tau of one pool.

    Parameters:
        posterior: of one pool.

    Example:
        >>> prior = TauPrior("half_normal", scale=0.5)
        >>> problem = Problem(np.array([[0.3, 0.3]]), np.full((1, 2), 0.04), prior)
        >>> ((_, posterior),) = tau_posterior(problem)
        >>> found = tau_in_numbers(posterior)
        >>> found.mode, found.shortest[0]  # effects that agree
        (0.0, 0.0)
    """
    mode, median, shortest, central = tau_located(posterior)
    mean = float((posterior.weight * posterior.tau).sum())
    square = float((posterior.weight * (posterior.tau - mean) ** 2).sum())
    moment = posterior.problem.moment
    return Summary(
        median,
        mode,
        mean if moment > 0 else None,
        square**0.5 if moment > 1 else None,
        shortest,
        central,
    )


def summary(located: Located, i: int, mean: float, sd: float, moment: int) -> Summary:
    """Distribution `i` of the first pool in numbers.

    Parameters:
        located: of shape (pools, d).
        i: below d.
        mean: its mean.
        sd: its standard deviation.
        moment: the highest that is finite, of 0, 1 and 2; mean and sd beyond it are None.

    Example:
        >>> one = np.array([[0.5]])
        >>> located = Located(one, one, (one - 1, one + 1), (one - 2, one + 2))
        >>> found = summary(located, 0, 0.5, 0.8, moment=1)
        >>> found.mean, found.sd, found.shortest
        (0.5, None, (-0.5, 1.5))
    """
    (low, high), (left, right) = located.shortest, located.central
    return Summary(
        float(located.median[0, i]),
        float(located.mode[0, i]),
        mean if moment > 0 else None,
        sd if moment > 1 else None,
        (float(low[0, i]), float(high[0, i])),
        (float(left[0, i]), float(right[0, i])),
    )
