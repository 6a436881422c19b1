"""Variances of coefficients that hold whatever the correlations within studies.

The sandwich estimators CR0, CR1 and CR2 with Satterthwaite's degrees of freedom, and the test of
several coefficients with Hotelling's T²: Pustejovsky and Tipton, J Bus Econ Stat 2018;36:672-83.
Effects are weighted by the inverse of a working covariance of each study's effects.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from metasynth.core.distributions import f_upper_tail
from metasynth.stats.effects.binary import Array
from metasynth.stats.least_squares import weighted_least_squares
from metasynth.stats.nested_effects import sampling_covariance

ROBUST = ("CR0", "CR1", "CR2")
_EMPTY = 1e-12
"""Share of the largest eigenvalue below which one is that of a direction without variance."""


@dataclass(frozen=True, slots=True)
class RobustVariance:
    """A variance of the pooled effect, and Student's degrees of freedom for it."""

    value: float
    df: float


@dataclass(frozen=True, slots=True)
class RobustTest:
    """Whether several coefficients are 0: an F statistic with `df` and `df2`.

    `df2` may be 0 or less, where studies are too few for a test; statistic and `p` are None then.
    """

    statistic: float | None
    df: int
    df2: float
    p: float | None


@dataclass(frozen=True, eq=False)
class RobustRegression:
    """Coefficients of a regression on effects of studies, and what their studies say of them.

    Parameters:
        coefficients: shape (p,).
        model_covariance: of the coefficients, if the working model holds, shape (p, p).
        scores: by how much each study moves each coefficient, adjusted, shape (m, p).
        own: expected products of each study's own scores if the working model holds, but for what
            the coefficients take of them, shape (m, p, p).
        shared: by what the coefficients enter each study's scores, shape (m, p, p).
    """

    coefficients: Array
    model_covariance: Array
    scores: Array
    own: Array
    shared: Array

    @cached_property
    def covariance(self) -> Array:
        """The robust covariance of the coefficients, shape (p, p)."""
        return self.scores.T @ self.scores

    @cached_property
    def df(self) -> Array:
        """Satterthwaite's degrees of freedom of each coefficient, shape (p,)."""
        places = range(len(self.coefficients))
        return np.array([self._degrees(row) for row in np.eye(len(places))])

    def _products(self, rows: Array) -> Array:
        """Expected products of the scores of any two studies, of shape (m, m, q, q)."""
        shared = rows @ self.shared
        found = -np.einsum("isa,ab,jtb->ijst", shared, self.model_covariance, shared)
        each = np.arange(len(self.scores))
        found[each, each] += rows @ self.own @ rows.T
        return np.asarray(found)

    def _degrees(self, row: Array) -> float:
        products = self._products(row[None])[:, :, 0, 0]
        return float(np.trace(products) ** 2 / (products**2).sum())

    def combined(self, row: Array) -> tuple[float, RobustVariance]:
        """A sum of coefficients, its variance and degrees of freedom.

        Parameters:
            row: what each coefficient is multiplied by, shape (p,).
        """
        variance = float(row @ self.covariance @ row)
        return float(row @ self.coefficients), RobustVariance(variance, self._degrees(row))

    def test(self, places: Sequence[int]) -> RobustTest:
        """Whether the coefficients at `places` are all 0, by the approximation HTZ.

        The degrees of freedom are those whose Wishart matrix has the total variance of the robust
        covariance: Tipton and Pustejovsky, J Educ Behav Stat 2015;40:604-34.
        """
        q = len(places)
        rows = np.eye(len(self.coefficients))[list(places)]
        expected = np.einsum("iist->st", self._products(rows))
        values, vectors = np.linalg.eigh(expected)
        turned = (vectors / np.sqrt(values)) @ vectors.T @ rows
        products = self._products(turned)
        same = np.einsum("ijss->ijs", products)
        whole = float((same.sum(axis=2) ** 2).sum())
        crossed = float((products * products.swapaxes(2, 3)).sum())
        eta = q * (q + 1) / (whole + crossed)
        b = rows @ self.coefficients
        wald = float(b @ np.linalg.solve(rows @ self.covariance @ rows.T, b))
        df2 = eta - q + 1
        if df2 <= 0:
            return RobustTest(None, q, df2, None)
        statistic = wald * df2 / (eta * q)
        return RobustTest(statistic, q, df2, f_upper_tail(statistic, q, df2))


def robust_regression(
    y: Array,
    design: Array,
    cluster: NDArray[np.intp],
    covariances: Sequence[Array],
    kind: str = "CR2",
) -> RobustRegression:
    """Regress effects, weighted by their working covariance, with a robust covariance.

    CR0 takes the studies' residuals as they are, CR1 enlarges them by m/(m - 1), CR2 by what makes
    the covariance unbiased if the working model holds.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        design: shape (k, p).
        cluster: the number of each effect's study, from 0, none left out, shape (k,).
        covariances: of the effects of each study in their order, shapes (n, n).
        kind: CR0, CR1 or CR2.

    Raises:
        ValueError: for another kind, or columns that depend on each other.

    Example:
        >>> y, cluster = np.array([0.1, 0.3, 0.9, 0.7]), np.array([0, 0, 1, 1])
        >>> found = robust_regression(y, np.ones((4, 1)), cluster, [np.eye(2)] * 2)
        >>> found.covariance.round(6).tolist(), found.df.round(6).tolist()
        ([[0.09]], [1.0])
    """
    if kind not in ROBUST:
        raise ValueError(f"{kind!r} is not one of {', '.join(ROBUST)}")
    members = clusters_of(cluster)
    own = [design[i] for i in members]
    roots = [np.linalg.cholesky(phi) for phi in covariances]
    white = [np.linalg.solve(root, x) for root, x in zip(roots, own, strict=True)]
    whitened = [np.linalg.solve(root, y[i]) for root, i in zip(roots, members, strict=True)]
    fit = weighted_least_squares(
        np.concatenate(whitened), np.concatenate(white), np.ones(len(y), dtype=np.float64)
    )
    b, bread = fit.coefficients, fit.unscaled
    loads = [
        _load(x, phi, np.linalg.solve(root.T, part) @ bread, bread, kind, len(members))
        for x, phi, root, part in zip(own, covariances, roots, white, strict=True)
    ]
    residuals = [y[i] - x @ b for i, x in zip(members, own, strict=True)]
    return RobustRegression(
        b,
        bread,
        np.array([g.T @ e for g, e in zip(loads, residuals, strict=True)]),
        np.array([g.T @ phi @ g for g, phi in zip(loads, covariances, strict=True)]),
        np.array([g.T @ x for g, x in zip(loads, own, strict=True)]),
    )


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
    covariances = nested_covariances(v, cluster, between, within, correlation)
    found = robust_regression(y, np.ones((len(y), 1)), cluster, covariances, kind)
    return RobustVariance(float(found.covariance[0, 0]), float(found.df[0]))


def effect_weights(
    v: Array,
    cluster: NDArray[np.intp],
    between: float,
    within: float,
    correlation: float = 0.0,
) -> Array:
    """The weight of each effect in the pooled one, their sum one over its variance.

    With a correlation a weight may be below 0.

    Parameters:
        v: variances of the effects, above 0, shape (k,).
        cluster: the number of each effect's study, from 0, none left out, shape (k,).
        between: variance of the studies' true effects.
        within: variance of true effects within a study.
        correlation: of the sampling errors of any two effects of one study, from 0 and below 1.

    Returns:
        Shape (k,), per squared unit of the analysis scale.

    Example:
        >>> v, cluster = np.full(3, 0.01), np.array([0, 0, 1])
        >>> effect_weights(v, cluster, 0.1, 0.0).round(4).tolist()  # 2 studies, nearly alike
        [4.7619, 4.7619, 9.0909]
    """
    weights = np.empty_like(v)
    covariances = nested_covariances(v, cluster, between, within, correlation)
    for own, covariance in zip(clusters_of(cluster), covariances, strict=True):
        weights[own] = np.linalg.solve(covariance, np.ones(len(own)))
    return weights


def clusters_of(cluster: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """The places of each study's effects, studies in the order of their numbers.

    Parameters:
        cluster: the number of each effect's study, from 0, none left out, shape (k,).

    Example:
        >>> [own.tolist() for own in clusters_of(np.array([0, 1, 0]))]
        [[0, 2], [1]]
    """
    order = np.argsort(cluster, kind="stable")
    return np.split(order, np.cumsum(np.bincount(cluster))[:-1])


def nested_covariances(
    v: Array, cluster: NDArray[np.intp], between: float, within: float, correlation: float = 0.0
) -> list[Array]:
    """The covariance of each study's effects under a three-level model.

    Parameters:
        v: variances of the effects, above 0, shape (k,).
        cluster: the number of each effect's study, from 0, none left out, shape (k,).
        between: variance of the studies' true effects.
        within: variance of true effects within a study.
        correlation: of the sampling errors of any two effects of one study, from 0 and below 1.

    Returns:
        One of each study, of shape (n, n), on the squared analysis scale.

    Example:
        >>> found = nested_covariances(np.ones(3), np.array([0, 0, 1]), 0.5, 0.25)
        >>> [one.tolist() for one in found]
        [[[1.75, 0.5], [0.5, 1.75]], [[1.75]]]
    """
    return [
        sampling_covariance(v[own], correlation) + between + within * np.eye(len(own))
        for own in clusters_of(cluster)
    ]


def _load(x: Array, phi: Array, plain: Array, bread: Array, kind: str, studies: int) -> Array:
    """By what a study's residuals enter each coefficient, adjusted, of shape (n, p)."""
    if kind == "CR0":
        return plain
    if kind == "CR1":
        return plain * sqrt(studies / (studies - 1))
    root = np.linalg.cholesky(phi).T
    residual = phi - x @ bread @ x.T
    values, vectors = np.linalg.eigh(root @ residual @ root.T)
    known = values > _EMPTY * values.max()
    turned = vectors.T @ (root @ plain)
    kept = np.where(known, values, 1.0)
    scaled = np.where(known[:, None], turned / np.sqrt(kept)[:, None], 0.0)
    return np.asarray(root.T @ (vectors @ scaled))
