"""Variances of a pooled effect that hold whatever the correlations within studies.

The sandwich estimators CR0, CR1 and CR2 with Satterthwaite's degrees of freedom: Pustejovsky and
Tipton, J Bus Econ Stat 2018;36:672-83, the working model being the three-level one.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from metasynth.stats.effects.binary import Array
from metasynth.stats.nested_effects import sampling_covariance

ROBUST = ("CR0", "CR1", "CR2")
_EMPTY = 1e-12
"""Share of the largest eigenvalue below which one is that of a direction without variance."""


@dataclass(frozen=True, slots=True)
class RobustVariance:
    """A variance of the pooled effect, and Student's degrees of freedom for it."""

    value: float
    df: float


@dataclass(frozen=True, slots=True, eq=False)
class Working:
    """The working model of one study.

    Parameters:
        residuals: effects less the pooled one, shape (n,).
        covariance: of the effects, shape (n, n).
        weights: of its effects in the pooled one, before they are divided by the sum of all.
    """

    residuals: Array
    covariance: Array
    weights: Array


def robust_variance(
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    between: float,
    within: float,
    kind: str = "CR2",
    correlation: float = 0.0,
) -> RobustVariance:
    """The variance of the pooled effect of a three-level model from the studies' own residuals.

    CR0 takes them as they are, CR1 enlarges them by m/(m - 1), CR2 by what makes the variance
    unbiased if the model holds.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's study, from 0, none left out, shape (k,).
        between: variance of the studies' true effects.
        within: variance of true effects within a study.
        kind: CR0, CR1 or CR2.
        correlation: of the sampling errors of any two effects of one study, from 0 and below 1.

    Returns:
        The variance on the squared analysis scale, and the degrees of freedom, both above 0 unless
        all studies agree.

    Raises:
        ValueError: for another kind.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7]), np.full(4, 0.01)
        >>> found = robust_variance(y, v, np.array([0, 0, 1, 1]), 0.17, 0.01)
        >>> round(found.value, 6), round(found.df, 6)
        (0.09, 1.0)
    """
    if kind not in ROBUST:
        raise ValueError(f"{kind!r} is not one of {', '.join(ROBUST)}")
    studies, total = _working(y, v, cluster, between, within, correlation)
    loads = [_load(study, total, kind, len(studies)) for study in studies]
    value = sum(float(g @ study.residuals) ** 2 for g, study in zip(loads, studies, strict=True))
    sums = np.array([g.sum() for g in loads])
    own = np.array([g @ s.covariance @ g for g, s in zip(loads, studies, strict=True)])
    own -= sums**2 / total
    crossed = ((sums**2).sum() ** 2 - (sums**4).sum()) / total**2
    return RobustVariance(value, float(own.sum() ** 2 / ((own**2).sum() + crossed)))


def effect_weights(
    v: Array,
    cluster: NDArray[np.intp],
    between: float,
    within: float,
    correlation: float = 0.0,
) -> Array:
    """The weight of each effect in the pooled one, their sum one over its variance.

    Parameters are those of `robust_variance`. With a correlation a weight may be below 0.

    Example:
        >>> v, cluster = np.full(3, 0.01), np.array([0, 0, 1])
        >>> effect_weights(v, cluster, 0.1, 0.0).round(4).tolist()  # 2 studies, nearly alike
        [4.7619, 4.7619, 9.0909]
    """
    weights = np.empty_like(v)
    for own in _members(cluster):
        weights[own] = _solved(_covariance(v[own], between, within, correlation))
    return weights


def _members(cluster: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    order = np.argsort(cluster, kind="stable")
    return np.split(order, np.cumsum(np.bincount(cluster))[:-1])


def _covariance(v: Array, between: float, within: float, correlation: float) -> Array:
    """That of one study's effects."""
    found = sampling_covariance(v, correlation) + between
    found[np.diag_indices(len(v))] += within
    return found


def _solved(covariance: Array) -> Array:
    return np.asarray(np.linalg.solve(covariance, np.ones(len(covariance))))


def _working(
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    between: float,
    within: float,
    correlation: float,
) -> tuple[list[Working], float]:
    """The working model of each study, and the sum of all weights."""
    members = _members(cluster)
    covariances = [_covariance(v[own], between, within, correlation) for own in members]
    weights = [_solved(covariance) for covariance in covariances]
    total = float(sum(w.sum() for w in weights))
    mean = sum(float(w @ y[own]) for w, own in zip(weights, members, strict=True)) / total
    return [
        Working(y[own] - mean, covariance, w)
        for own, covariance, w in zip(members, covariances, weights, strict=True)
    ], total


def _load(study: Working, total: float, kind: str, studies: int) -> Array:
    """By what a study's residuals enter the pooled effect, adjusted."""
    plain = study.weights / total
    if kind == "CR0":
        return plain
    if kind == "CR1":
        return plain * sqrt(studies / (studies - 1))
    root = np.linalg.cholesky(study.covariance).T
    residual = study.covariance - 1 / total
    values, vectors = np.linalg.eigh(root @ residual @ root.T)
    known = values > _EMPTY * values.max()
    turned = vectors.T @ (root @ plain)
    scaled = np.where(known, turned / np.sqrt(np.where(known, values, 1.0)), 0.0)
    return np.asarray(root.T @ (vectors @ scaled))
