"""Effects around a design: what weights leave of them, for one meta-analysis or many at once.

Studies lie along the first axis of all arrays. Behind it there is nothing (one meta-analysis), the
points of a scan, or many meta-analyses side by side. A design is an intercept, the means of groups
or a matrix of covariates, and tells three things of weights w on W's diagonal, from which every
estimator of tau2 follows: residuals, P = W - WX(X'WX)⁻¹X'W, and log |X'WX|.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metasynth.stats.effects.binary import Array
from metasynth.stats.least_squares import weighted_least_squares
from metasynth.stats.leave_one_out import sums_of_others


def dot(a: Array, b: Array) -> Array:
    """Sums of products over the studies.

    One meta-analysis is summed in pairs, the same on every processor; many by one pass over memory.

    Parameters:
        a: shape (k,) or (k, n).
        b: of the same shape.

    Returns:
        One sum, or shape (n,).

    Example:
        >>> float(dot(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
        11.0
    """
    if a.ndim == 1 == b.ndim:
        return np.add.reduce(a * b)  # type: ignore[no-any-return]
    return np.asarray(np.einsum("i...,i...->...", a, b))


EXACT = 1e-12
"""Residuals below this share of the effects are the rounding of a fit that leaves none."""


def unexplained(q: float | Array, square: float | Array) -> Array:
    """Weighted squares of residuals, or 0 where they are no more than what rounding leaves.

    Effects that all agree would otherwise have a spread that says how their mean was rounded.

    Parameters:
        q: the weighted squares of the residuals, of any shape.
        square: those of the effects themselves, or of their mean, of the same shape.

    Example:
        >>> unexplained(np.array([0.5, 1e-33]), 2.0).tolist()
        [0.5, 0.0]
    """
    return np.where(q > EXACT**2 * np.asarray(square), q, 0.0)


def contiguous(arrays: Iterable[Array], chosen: NDArray[np.intp]) -> list[Array]:
    """The chosen columns, rows contiguous: indexing alone would turn the memory's order round.

    Parameters:
        arrays: each of shape (k, n).
        chosen: places of columns, shape (m,).

    Returns:
        As many arrays, each of shape (k, m).

    Example:
        >>> contiguous([np.array([[1.0, 2.0], [3.0, 4.0]])], np.array([1]))[0].tolist()
        [[2.0], [4.0]]
    """
    return [np.ascontiguousarray(array[:, chosen]) for array in arrays]


class Design(Protocol):
    """What explains effects. `inner` is what `fit` knows of X'WX, in the design's own form."""

    @property
    def coefficients(self) -> int:
        """How many there are."""

    def fit(self, y: Array, w: Array) -> tuple[Array, Array]:
        """Residuals of the weighted fit, and `inner`."""

    def trace(self, w: Array, inner: Array) -> Array:
        """The trace of P, fast: where one study has nearly all weight it cancels."""

    def diagonal(self, w: Array, inner: Array) -> Array:
        """The diagonal of P."""

    def log_det(self, inner: Array) -> Array:
        """log |X'WX|."""


class Groups:
    """A mean of all studies, or one of each group: columns of ones, or of dummies.

    Parameters:
        sizes: numbers of studies of the groups, whose studies follow each other; None for one
            group of all. `inner` is the sum of weights of each.
    """

    def __init__(self, sizes: NDArray[np.intp] | None = None) -> None:
        self.sizes = sizes
        self.coefficients = 1 if sizes is None else len(sizes)

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        assert self.sizes is not None
        return np.cumsum(self.sizes) - self.sizes

    def _totals(self, values: Array) -> Array:
        """The sum of each group."""
        if self.sizes is None:
            return np.add.reduce(values, axis=0)  # type: ignore[no-any-return]
        return np.add.reduceat(values, self._starts, axis=0)

    def _products(self, a: Array, b: Array) -> Array:
        return dot(a, b) if self.sizes is None else self._totals(a * b)

    def _each(self, totals: Array) -> Array:
        """A value of each group as one of each of its studies."""
        return totals if self.sizes is None else np.repeat(totals, self.sizes, axis=0)

    def _together(self, totals: Array) -> Array:
        return totals if self.sizes is None else np.asarray(totals.sum(axis=0))

    def means(self, y: Array, w: Array) -> tuple[Array, Array]:
        """The weighted mean of each group, and its sum of weights."""
        total = self._totals(w)
        return self._products(w, y) / total, total

    def fit(self, y: Array, w: Array) -> tuple[Array, Array]:
        """Distances from the weighted means, and the sums of weights."""
        means, total = self.means(y, w)
        return y - self._each(means), total

    def trace(self, w: Array, inner: Array) -> Array:
        """Sum of w less sum of w² over sum of w, in each group."""
        return self._together(inner - self._products(w, w) / inner)

    def diagonal(self, w: Array, inner: Array) -> Array:
        """w times the others' share of the weight: nothing cancels, whatever has all of it."""
        groups = [w] if self.sizes is None else np.split(w, self._starts[1:])
        others = np.concatenate([sums_of_others(group) for group in groups])
        return np.asarray(w * others / self._each(inner))

    def log_det(self, inner: Array) -> Array:
        """Sum of the logarithms."""
        return self._together(np.log(inner))


INTERCEPT = Groups()


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """A matrix with a row a study and a column a coefficient, the first of ones.

    `inner` is (X'WX)⁻¹. Fits raise ValueError where columns depend on each other.
    """

    matrix: Array

    @property
    def coefficients(self) -> int:
        """How many columns there are."""
        return int(self.matrix.shape[1])

    def fit(self, y: Array, w: Array) -> tuple[Array, Array]:
        """Residuals about the regression, and (X'WX)⁻¹."""
        found = weighted_least_squares(y, self.matrix, w)
        return found.residuals, found.unscaled

    def trace(self, w: Array, inner: Array) -> Array:
        """Sum of the diagonal."""
        return np.asarray(self.diagonal(w, inner).sum(axis=0))

    def diagonal(self, w: Array, inner: Array) -> Array:
        """w - w² x'(X'WX)⁻¹x, x the row of each study: w times what its leverage leaves of 1.

        By an orthogonal basis, as the inverse loses the digits where a study has all the weight.
        """
        basis = np.linalg.qr(self.matrix * np.sqrt(np.moveaxis(w, 0, -1))[..., None])[0]
        return np.asarray(w * (1 - np.moveaxis((basis**2).sum(axis=-1), -1, 0)))

    def log_det(self, inner: Array) -> Array:
        """Less that of the inverse."""
        return np.asarray(-np.linalg.slogdet(inner)[1])


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """Effects with variances v + tau2 around a design.

    Parameters:
        y: effects on the analysis scale, shape (k,), or (k, n) of n meta-analyses.
        v: their variances, above 0, of the same shape.
        design: what explains them.
        mask: 1 where a study takes part, else 0, of shape (k, n); there `y` and `v` are any
            finite numbers, `v` above 0.

    Example:
        >>> import numpy as np
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.array([0.04, 0.04, 0.04]))
        >>> round(float(model.q(model.weights(0.0))), 9), model.df
        (8.0, 2)
    """

    y: Array
    v: Array
    design: Design = INTERCEPT
    mask: Array | float = 1.0

    @property
    def many(self) -> bool:
        """Whether there are many meta-analyses."""
        return self.y.ndim > 1

    @property
    def k(self) -> int | Array:
        """How many studies take part in each."""
        return len(self.y) if isinstance(self.mask, float) else self.mask.sum(axis=0)

    @property
    def df(self) -> int | Array:
        """Studies less coefficients."""
        return self.k - self.design.coefficients

    @property
    def ones(self) -> Array:
        """Equal weights."""
        return np.ones_like(self.v) * self.mask

    @property
    def known_v(self) -> Array:
        """The variances, infinite where a study takes no part."""
        return self.v if isinstance(self.mask, float) else np.where(self.mask > 0, self.v, np.inf)

    @property
    def least(self) -> Array:
        """The variance of the most exact study."""
        return np.asarray(self.known_v.min(axis=0))

    @property
    def largest(self) -> Array:
        """The variance of the least exact study."""
        return np.asarray((self.mask * self.v).max(axis=0))

    def weights(self, tau2: float | Array) -> Array:
        """1/(v + tau2) of those that take part."""
        return self.mask / (self.v + tau2)

    def q(self, w: Array) -> Array:
        """The weighted squares of the residuals: y'Py, Cochran's Q at tau2 = 0."""
        residuals, _ = self.design.fit(self.y, w)
        return dot(w, residuals * residuals)

    def columns(self, chosen: NDArray[np.intp]) -> "LinearModel":
        """Those of many meta-analyses, which have a mask."""
        y, v, mask = contiguous((self.y, self.v, np.asarray(self.mask)), chosen)
        return LinearModel(y, v, self.design, mask)

    def column(self, i: int) -> "LinearModel":
        """One of many meta-analyses, without the studies that do not take part."""
        here = np.asarray(self.mask)[:, i] > 0
        return LinearModel(self.y[here, i], self.v[here, i], self.design)

    def about(self, centre: Array) -> "LinearModel":
        """The same, effects counted from `centre`."""
        return LinearModel(self.y - centre, self.v, self.design, self.mask)

    def score(self, tau2: float | Array, restricted: bool) -> Array:
        """Twice the derivative of the (restricted) profile log likelihood by tau2."""
        w = self.weights(tau2)
        residuals, inner = self.design.fit(self.y, w)
        residuals *= w
        penalty = self.design.trace(w, inner) if restricted else np.add.reduce(w, axis=0)
        return np.asarray(dot(residuals, residuals) - penalty)

    def log_likelihood(self, tau2: float | Array, restricted: bool) -> Array:
        """Twice the (restricted) profile log likelihood, but for a constant."""
        w = self.weights(tau2)
        residuals, inner = self.design.fit(self.y, w)
        value = np.log(w).sum(axis=0) - dot(w, residuals * residuals)
        return np.asarray(value - self.design.log_det(inner) if restricted else value)
