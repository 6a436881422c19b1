"""Several effects of one study: the likelihood of variances between and within studies.

Effects y of study i have the covariance V_i + within I + between 11'. Given the variance within,
the likelihood is that of the studies' own means, with the variances 1/W of those means, under the
usual random-effects model (so `linear_model` and `likelihood` serve for the variance between), and
a part that does not depend on the variance between. Each V_i is turned into its eigenvectors once,
after which all sums are over effects.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasynth.stats.effects.binary import Array
from metasynth.stats.linear_model import LinearModel


def sampling_covariance(v: Array, correlation: float) -> Array:
    """Covariance of the sampling errors of one study's effects, equally correlated.

    Parameters:
        v: variances above 0, shape (n,).
        correlation: of any two errors, from 0 and below 1.

    Returns:
        Shape (n, n).

    Example:
        >>> sampling_covariance(np.array([1.0, 4.0]), 0.5).tolist()
        [[1.0, 1.0], [1.0, 4.0]]
    """
    s = np.sqrt(v)
    found = correlation * np.outer(s, s)
    np.fill_diagonal(found, v)
    return np.asarray(found)


@dataclass(frozen=True, slots=True, eq=False)
class NestedEffects:
    """Effects in studies, in the coordinates in which each study's sampling errors are independent.

    Made by `nested`. Functions take arrays of n pairs of variances and give arrays of shape (n,).

    Parameters:
        y: the turned effects, shape (k,), those of one study next to each other.
        v: their variances (eigenvalues), above 0, shape (k,).
        ones: the turned vector of ones, shape (k,).
        starts: where each study begins, shape (m,).
        restricted: whether the likelihood is the restricted one.
    """

    y: Array
    v: Array
    ones: Array
    starts: NDArray[np.intp]
    restricted: bool = True

    @property
    def sizes(self) -> NDArray[np.intp]:
        """The number of effects of each study."""
        return np.diff(self.starts, append=len(self.y))

    @property
    def least(self) -> float:
        """The smallest variance."""
        return float(self.v.min())

    @property
    def bound(self) -> float:
        """What every stationary variance within studies lies below, whatever that between them.

        Beyond the largest eigenvalue of V, the penalty, at least that of the contrasts within
        studies, (k - m)/(2 within), exceeds the squares, at most S/within², from 2 S/(k - m) on.
        """
        squares = float(((self.y - self.ones * self._mean) ** 2).sum())
        return max(float(self.v.max()), 2 * squares / (len(self.y) - len(self.starts)))

    @property
    def _mean(self) -> float:
        """The unweighted mean of the effects, which turning does not change."""
        return float(self.ones @ self.y) / len(self.y)

    def _sums(self, values: Array) -> Array:
        return np.add.reduceat(values, self.starts, axis=0)

    def _each(self, values: Array) -> Array:
        """A value of each study as one of each of its effects."""
        return np.repeat(values, self.sizes, axis=0)

    def _precisions(self, within: Array) -> tuple[Array, Array, Array]:
        """1/(v + within) of shape (k, n), and the turned vectors of ones and effects (k, 1)."""
        return 1 / (self.v[:, None] + within), self.ones[:, None], self.y[:, None]

    def means(self, within: Array) -> tuple[Array, Array]:
        """The studies' own means and their precisions W, of shape (m, n)."""
        a, ones, y = self._precisions(within)
        precision = self._sums(a * ones * ones)
        return self._sums(a * ones * y) / precision, precision

    def between_studies(self, within: Array) -> LinearModel:
        """The random-effects model of the studies' own means, one for each variance within."""
        mean, precision = self.means(within)
        return LinearModel(mean, 1 / precision, mask=np.ones_like(mean))

    def log_likelihood(self, between: Array, within: Array) -> Array:
        """Twice the (restricted) profile log likelihood, but for a constant."""
        a, ones, y = self._precisions(within)
        mean, precision = self.means(within)
        residuals = y - ones * self._each(mean)
        inside = np.log(a).sum(axis=0) - np.log(precision).sum(axis=0)
        inside -= (a * residuals * residuals).sum(axis=0)
        return np.asarray(
            inside + LinearModel(mean, 1 / precision).log_likelihood(between, self.restricted)
        )

    def score_within(self, between: Array, within: Array) -> Array:
        """Twice the derivative of the (restricted) log likelihood by the variance within."""
        a, ones, y = self._precisions(within)
        mean, precision = self.means(within)
        w = 1 / (between + 1 / precision)
        centre = (w * mean).sum(axis=0) / w.sum(axis=0)
        shrunk = centre + between * w * (mean - centre)
        left = a * (y - ones * self._each(shrunk))
        squares = self._sums((a * ones) ** 2)
        share = w / precision
        penalty = a.sum(axis=0) - (between * share * squares).sum(axis=0)
        if self.restricted:
            penalty = penalty - (share * share * squares).sum(axis=0) / w.sum(axis=0)
        return np.asarray((left * left).sum(axis=0) - penalty)


def nested(
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    correlation: float = 0.0,
    restricted: bool = True,
) -> NestedEffects:
    """Effects in studies, turned so that each study's sampling errors are independent.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's study, from 0, none left out, shape (k,).
        correlation: of the sampling errors of any two effects of one study, from 0 and below 1.
        restricted: whether the likelihood is the restricted one.

    Example:
        >>> cluster = np.array([0, 1, 0])
        >>> own = nested(np.array([0.1, 0.5, 0.3]), np.full(3, 0.04), cluster)
        >>> mean, precision = own.means(np.zeros(1))
        >>> mean[:, 0].round(6).tolist(), precision[:, 0].round(6).tolist()
        ([0.2, 0.5], [50.0, 25.0])
    """
    y, v, ones, _, starts = turned(y, v, np.empty((len(y), 0)), cluster, correlation)
    return NestedEffects(y, v, ones, starts, restricted)


def turned(
    y: Array, v: Array, design: Array, cluster: NDArray[np.intp], correlation: float
) -> tuple[Array, Array, Array, Array, NDArray[np.intp]]:
    """Effects and a design, those of one study next to each other, its errors independent.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        design: shape (k, p).
        cluster: the number of each effect's study, from 0, none left out, shape (k,).
        correlation: of the sampling errors of any two effects of one study, from 0 and below 1.

    Returns:
        The turned effects, their variances, the vector of ones turned likewise, shapes (k,), the
        design, shape (k, p), and where each study begins, shape (m,).

    Example:
        >>> y, cluster = np.array([0.1, 0.5, 0.3]), np.array([0, 1, 0])
        >>> y, v, ones, _, starts = turned(y, np.full(3, 0.04), np.ones((3, 1)), cluster, 0.5)
        >>> starts.tolist(), v.round(6).tolist()  # of both together, and of their difference
        ([0, 2], [0.02, 0.06, 0.04])
    """
    order = np.argsort(cluster, kind="stable")
    y, v, design, sizes = y[order], v[order], design[order], np.bincount(cluster)
    starts = np.cumsum(sizes) - sizes
    ones = np.ones_like(y)
    if correlation:
        for start, size in zip(starts, sizes, strict=True):
            here = slice(start, start + size)
            v[here], vectors = np.linalg.eigh(sampling_covariance(v[here], correlation))
            y[here], ones[here] = vectors.T @ y[here], vectors.sum(axis=0)
            design[here] = vectors.T @ design[here]
    return y, v, ones, design, starts
