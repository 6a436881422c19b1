"""Densities of the priors of tau, on the scale u = log tau, where quadrature needs them.

Half-normal, half-t, half-Cauchy: Gelman, Bayesian Anal 2006;1:515-34; Röver et al., Res Synth
Methods 2021;12:448-74. Jeffreys': Bodnar et al., Stat Med 2017;36:378-99, there the overall prior's
factor for tau alone.
"""

from math import exp, inf, lgamma, log, pi, sqrt

import numpy as np

from metasynth.core import lazy_special as special
from metasynth.model.priors import TauPrior
from metasynth.stats.effects.binary import Array


def log_density(prior: TauPrior, u: Array, v: Array) -> Array:
    """Log of the density of u = log tau: that of tau, times tau.

    Parameters:
        prior: an improper one has its conventional constant.
        u: shape (pools, points).
        v: variances of the trials, shape (pools, k), which Jeffreys' depends on.

    Returns:
        Shape (pools, points).

    Example:
        >>> prior = TauPrior("half_normal", scale=0.5)
        >>> found = log_density(prior, np.log([[0.5]]), np.ones((1, 1)))
        >>> np.exp(found).round(6).tolist()  # twice the normal density at 1
        [[0.483941]]
    """
    scale, df = prior.scale or 1.0, prior.df or 1.0
    if prior.family in ("log_normal", "log_t"):
        z = (u - (prior.location or 0.0)) / scale
        if prior.family == "log_normal":
            return np.asarray(-(z**2) / 2 - log(scale * sqrt(2 * pi)))
        return np.asarray(_log_t_constant(df) - log(scale) - (df + 1) / 2 * np.log1p(z * z / df))
    if prior.family == "uniform":
        return u
    if prior.family == "jeffreys":
        share = _share_of_tau2(u, v)
        return np.asarray(np.log((share**2).sum(axis=1)) / 2)
    z = np.exp(u - log(scale))
    if prior.family == "half_normal":
        return np.asarray(log(2 / (scale * sqrt(2 * pi))) - z * z / 2 + u)
    if prior.family == "exponential":
        return np.asarray(-log(scale) - z + u)
    constant = log(2 / scale) + _log_t_constant(df)
    return np.asarray(constant - (df + 1) / 2 * np.log1p(z * z / df) + u)


def log_slope(prior: TauPrior, u: Array, v: Array) -> Array:
    """Derivative by u of the log density of tau itself (not of u).

    Parameters:
        prior: as for `log_density`.
        u: log tau, shape (pools, points).
        v: variances of the trials, shape (pools, k), which Jeffreys' depends on.

    Returns:
        Shape (pools, points).

    Example:
        >>> prior = TauPrior("half_normal", scale=0.5)
        >>> log_slope(prior, np.log([[0.5]]), np.ones((1, 1))).round(9).tolist()  # -(tau / 0.5)²
        [[-1.0]]
    """
    scale, df = prior.scale or 1.0, prior.df or 1.0
    if prior.family in ("log_normal", "log_t"):
        z = (u - (prior.location or 0.0)) / scale
        fall = z if prior.family == "log_normal" else (df + 1) * z / (df + z * z)
        return np.asarray(-fall / scale - 1)
    if prior.family == "uniform":
        return np.zeros_like(u)
    if prior.family == "jeffreys":
        share = _share_of_tau2(u, v)
        square = share**2
        return np.asarray((square * (1 - 2 * share)).sum(axis=1) / square.sum(axis=1))
    z = np.exp(u - log(scale))
    if prior.family == "half_normal":
        return np.asarray(-z * z)
    if prior.family == "exponential":
        return np.asarray(-z)
    return np.asarray(-(df + 1) * (z * z) / (df + z * z))


def prior_density(prior: TauPrior, tau: Array) -> Array:
    """Density of a proper prior at tau > 0.

    Parameters:
        prior: of tau on the analysis scale.
        tau: shape (points,), above 0.

    Returns:
        Shape (points,), per unit of tau.

    Example:
        >>> prior_density(TauPrior("half_normal", scale=0.5), np.array([0.5])).round(6).tolist()
        [0.967883]
    """
    u = np.log(tau)
    return np.asarray(np.exp(log_density(prior, u[None, :], np.ones((1, 1)))[0] - u))


def prior_quantile(prior: TauPrior, probability: float) -> float:
    """The value below which tau lies with `probability` before the data; inf if it is improper.

    Parameters:
        prior: of tau on the analysis scale.
        probability: strictly between 0 and 1.

    Example:
        >>> round(prior_quantile(TauPrior("half_normal", scale=0.5), 0.5), 6)  # 0.67449 / 2
        0.337245
    """
    scale, p = prior.scale or 1.0, probability
    if not prior.proper:
        return inf
    if prior.family == "half_normal":
        return scale * float(special.ndtri((1 + p) / 2))
    if prior.family == "exponential":
        return scale * float(-np.log1p(-p))
    if prior.family == "log_normal":
        return exp((prior.location or 0.0) + scale * float(special.ndtri(p)))
    if prior.family == "log_t":
        return exp((prior.location or 0.0) + scale * float(special.stdtrit(prior.df, p)))
    return scale * float(special.stdtrit(prior.df or 1.0, (1 + p) / 2))


def typical(prior: TauPrior) -> float | None:
    """Log of the prior's median of tau; None where it has none.

    Parameters:
        prior: of tau on the analysis scale.

    Example:
        >>> typical(TauPrior("log_normal", location=-1.0, scale=0.5)), typical(TauPrior("uniform"))
        (-1.0, None)
    """
    return log(prior_quantile(prior, 0.5)) if prior.proper else None


def _log_t_constant(df: float) -> float:
    return lgamma((df + 1) / 2) - lgamma(df / 2) - log(df * pi) / 2


def _share_of_tau2(u: Array, v: Array) -> Array:
    """tau² / (v + tau²), shape (pools, k, points).

    Jeffreys' density of tau is the root of the sum of squares of tau / (v + tau²), so that of
    log tau is that of these shares.
    """
    tau2 = np.exp(2 * u)[:, None, :]
    return np.asarray(tau2 / (v[:, :, None] + tau2))
