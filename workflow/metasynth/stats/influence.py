"""How each study bears on a random-effects (or common-effect) average of effects."""

from dataclasses import dataclass

import numpy as np

from metasynth.stats.covariate_fit import meta_regression
from metasynth.stats.effects.binary import Array
from metasynth.stats.heterogeneity import generalised_q
from metasynth.stats.leave_one_out import sums_of_others
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.tau2 import estimate_tau2


@dataclass(frozen=True, slots=True)
class Influence:
    """Deletion diagnostics, one value a study; `deleted` means that the study was left out."""

    rstudent: Array
    dffits: Array
    cooks_distance: Array
    covariance_ratio: Array
    tau2_deleted: Array
    q_deleted: Array
    hat: Array


def influence(y: Array, v: Array, method: str | None = "REML") -> Influence:
    """Diagnostics of Viechtbauer and Cheung, Res Synth Methods 2010;1:112-25.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        method: the estimator of tau2; None for a common effect.

    Raises:
        ValueError: below three studies, or two under a common effect, as what is left could not be
            pooled.

    Example:
        >>> found = influence(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> found.rstudent.round(6).tolist(), found.hat.round(6).tolist()
        ([-1.732051, 0.0, 1.732051], [0.333333, 0.333333, 0.333333])
    """
    least = 2 if method is None else 3
    if len(y) < least:
        raise ValueError(f"{len(y)} studies; leaving one out needs {least}")
    tau2 = _tau2(y, v, method)
    full = inverse_variance(y, v, tau2)
    hat = full.weights / full.weights.sum()
    others = [np.arange(len(y)) != i for i in range(len(y))]
    tau2s = np.array([_tau2(y[rest], v[rest], method) for rest in others])
    pools = [inverse_variance(y[r], v[r], t) for r, t in zip(others, tau2s, strict=True)]
    means = np.array([float(p.mean) for p in pools])
    variances = np.array([float(p.variance) for p in pools])
    shift = full.mean - means
    return Influence(
        rstudent=(y - means) / np.sqrt(v + tau2s + variances),
        dffits=shift / np.sqrt(hat * (v + tau2s)),
        cooks_distance=shift**2 / full.variance,
        covariance_ratio=variances / full.variance,
        tau2_deleted=tau2s,
        q_deleted=np.array([float(generalised_q(y[r], v[r])) for r in others]),
        hat=hat,
    )


def _tau2(y: Array, v: Array, method: str | None) -> float:
    return 0.0 if method is None else estimate_tau2(y, v, method).value


def baujat(y: Array, v: Array) -> tuple[Array, Array]:
    """Each study's part of Cochran's Q, and its pull on the common effect.

    Baujat et al., Stat Med 2002;21:2641-52: (y - mean)²/v, and the squared change of the mean when
    the study is left out, over the variance of the mean without it.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).

    Raises:
        ValueError: below two studies.

    Example:
        >>> q, pull = baujat(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> q.round(9).tolist(), pull.round(9).tolist()
        ([4.0, 0.0, 4.0], [2.0, 0.0, 2.0])
    """
    if len(y) < 2:
        raise ValueError(f"{len(y)} studies; leaving one out needs 2")
    full = inverse_variance(y, v)
    left = sums_of_others(full.weights)
    without = sums_of_others(full.weights * y) / left
    return (y - full.mean) ** 2 / v, (full.mean - without) ** 2 * left


@dataclass(frozen=True, slots=True)
class RegressionInfluence(Influence):
    """The same about a meta-regression; `dfbetas` of shape (k, p) are of each coefficient."""

    dfbetas: Array


def regression_influence(
    y: Array, v: Array, design: Array, method: str | None = "REML"
) -> RegressionInfluence:
    """Deletion diagnostics of a meta-regression, as Viechtbauer and Cheung 2010 have them.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        design: shape (k, p).
        method: the estimator of tau2; None for tau2 = 0.

    Raises:
        ValueError: when studies less one do not outnumber coefficients, or when, without one of
            them, columns of the design depend on each other.

    Example:
        >>> y, v, x = np.array([0.0, 1.0, 2.0, 4.0]), np.full(4, 0.01), np.arange(4.0)
        >>> found = regression_influence(y, v, np.column_stack([np.ones(4), x]), None)
        >>> found.hat.round(6).tolist(), float(found.rstudent[3].round(6))  # 3 is foretold
        ([0.7, 0.3, 0.3, 0.7], 5.477226)
    """
    full = meta_regression(y, v, design, method, "Wald")
    inverse = np.linalg.inv(full.covariance)
    leverage = np.einsum("ij,jk,ik->i", design, full.covariance, design)
    hat = leverage / (v + full.tau2)
    others = [np.arange(len(y)) != i for i in range(len(y))]
    fits = [meta_regression(y[r], v[r], design[r], method, "Wald") for r in others]
    shifts = np.array([full.coefficients - fit.coefficients for fit in fits])
    tau2s = np.array([fit.tau2 for fit in fits])
    foretold = np.array([row @ fit.coefficients for row, fit in zip(design, fits, strict=True)])
    spread = np.array([row @ fit.covariance @ row for row, fit in zip(design, fits, strict=True)])
    errors = [np.sqrt(np.diag(np.linalg.inv((design.T / (v + tau2)) @ design))) for tau2 in tau2s]
    whole = np.linalg.det(full.covariance)
    return RegressionInfluence(
        rstudent=(y - foretold) / np.sqrt(v + tau2s + spread),
        dffits=(design @ full.coefficients - foretold) / np.sqrt(hat * (v + tau2s)),
        cooks_distance=np.einsum("ij,jk,ik->i", shifts, inverse, shifts),
        covariance_ratio=np.array([np.linalg.det(fit.covariance) for fit in fits]) / whole,
        tau2_deleted=tau2s,
        q_deleted=np.array([fit.qe for fit in fits]),
        hat=hat,
        dfbetas=shifts / np.array(errors),
    )
