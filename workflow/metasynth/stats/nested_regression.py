"""A regression of effects in studies that differ, and of studies that differ, by likelihood.

Moderators may differ within studies and between them. Effects of study i have the covariance
V_i + within I + between 11'; coefficients are profiled out. Both variances are looked for on a grid
up to a bound, every highest point of which is climbed from by Newton's method, and the place found
is checked to be a maximum by its slope and its curvature.
"""

from dataclasses import dataclass, field
from math import log, pi

import numpy as np
from numpy.typing import NDArray

from metasynth.core.messages import sentence
from metasynth.stats.effects.binary import Array
from metasynth.stats.least_squares import NotTestable, weighted_least_squares
from metasynth.stats.nested_effects import NestedEffects
from metasynth.stats.nested_effects import turned as rotated
from metasynth.stats.roots import scan_points

_PROMISE = 1e-13
"""Of twice the log likelihood: what a Newton step from its maximum may still promise."""
_PART = 2
"""Points of the scan for a variance's likelihood of which one is taken in each direction here: the
other variance bridges what lies between."""


@dataclass(frozen=True, slots=True, eq=False)
class _Slope:
    """Twice the log likelihood, and its derivatives by (between, within)."""

    height: float
    score: Array
    curvature: Array
    expected: Array


@dataclass(frozen=True, eq=False)
class _Turned(NestedEffects):
    """Effects in studies with a design that is turned as they are, shape (k, p)."""

    design: Array = field(kw_only=True)

    def solved(self, x: Array, between: float, within: float) -> Array:
        """M⁻¹x for the columns of x, shape (k, q)."""
        a = 1 / (self.v + within)
        ao = (a * self.ones)[:, None]
        share = between / (1 + between * self._sums(a * self.ones**2))
        return np.asarray(a[:, None] * x - ao * self._each(share[:, None] * self._sums(ao * x)))

    def heights(self, between: Array, within: Array) -> Array:
        """Twice the profile log likelihood but for a constant, at n pairs; shape (n,)."""
        a = 1 / (self.v[:, None] + within)
        weighted = a * self.ones[:, None]
        own = 1 + between * self._sums(weighted * self.ones[:, None])
        whole = np.column_stack([self.design, self.y])
        sums = self._sums(weighted[:, :, None] * whole[:, None, :])
        inner = np.einsum("kn,kp,kq->npq", a, whole, whole)
        inner -= np.einsum("gn,gnp,gnq->npq", between / own, sums, sums)
        p = self.design.shape[1]
        left = np.linalg.solve(inner[:, :p, :p], inner[:, :p, p:])[:, :, 0]
        squares = inner[:, p, p] - (inner[:, :p, p] * left).sum(axis=1)
        found = np.log(a).sum(axis=0) - np.log(own).sum(axis=0) - squares
        if self.restricted:
            found -= np.linalg.slogdet(inner[:, :p, :p])[1]
        return np.asarray(found)

    def slope(self, between: float, within: float) -> _Slope:
        """The height at a pair of variances, and how it changes there."""
        a, o = 1 / (self.v + within), self.ones
        own = self._sums(a * o * o)
        grown = 1 + between * own
        z = self.solved(self.design, between, within)
        bread = np.linalg.inv(self.design.T @ z)
        b = bread @ (z.T @ self.y)
        q = self.solved((self.y - self.design @ b)[:, None], between, within)[:, 0]
        h, s = self._sums(o[:, None] * z), self._sums(o * q)
        height = np.log(a).sum() - np.log(grown).sum() - float(self.y @ q)
        third = self._sums(a**2 * o**2)
        fourth = self._sums(a**3 * o**2)
        c = between / grown
        trace = np.array([(own / grown).sum(), a.sum() - (c * third).sum()])
        crossed = np.empty((2, 2))
        crossed[0, 0] = ((own / grown) ** 2).sum()
        crossed[0, 1] = crossed[1, 0] = (third / grown**2).sum()
        crossed[1, 1] = (a**2).sum() - (2 * c * fourth - (c * third) ** 2).sum()
        if self.restricted:
            height += float(np.linalg.slogdet(bread)[1])
            spreads = [h.T @ h, z.T @ z]
            again = self.solved(z, between, within)
            ahead = self._sums(o[:, None] * again)
            mixed = h.T @ ahead
            twice = [
                [(h * (own / grown)[:, None]).T @ h, (mixed + mixed.T) / 2],
                [(mixed + mixed.T) / 2, z.T @ again],
            ]
            for i in range(2):
                trace[i] -= float(np.sum(bread * spreads[i]))
                for j in range(2):
                    crossed[i, j] += float(
                        np.sum((bread @ spreads[i]) * (bread @ spreads[j]).T)
                        - 2 * np.sum(bread * twice[i][j])
                    )
        turned = np.column_stack([o * self._each(s), q])
        projected = turned.T @ self.solved(turned, between, within)
        along = z.T @ turned
        projected -= along.T @ bread @ along
        score = np.array([float(s @ s), float(q @ q)]) - trace
        return _Slope(float(height), score, crossed - 2 * projected, crossed)


@dataclass(frozen=True, eq=False)
class NestedRegression:
    """A three-level model with moderators at the highest maximum of its likelihood.

    Parameters:
        coefficients: shape (p,).
        covariance: of them, as if the variances were known, shape (p, p).
        between: variance of the studies' true effects about the regression.
        within: variance of true effects within a study.
        q: weighted squares about the regression without variances of true effects.
        typical_variance: of sampling error, (k - p)/tr(P), P the projection without them.
        log_likelihood: with its constants, as metafor gives it.
    """

    coefficients: Array
    covariance: Array
    between: float
    within: float
    q: float
    typical_variance: float
    log_likelihood: float

    @property
    def tau2(self) -> float:
        """The whole residual variance of true effects."""
        return self.between + self.within

    @property
    def i2(self) -> float:
        """Share of the variance about the regression that is not sampling error, in per cent."""
        return 100 * self.tau2 / (self.tau2 + self.typical_variance)


def fit_nested_regression(
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    design: Array,
    method: str = "REML",
    correlation: float = 0.0,
) -> NestedRegression:
    """The coefficients and both variances, at the highest maximum of the likelihood.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's study, from 0, none left out, shape (k,).
        design: shape (k, p).
        method: REML or ML.
        correlation: of the sampling errors of any two effects of one study, from 0 and below 1.

    Raises:
        ValueError: where studies do not outnumber coefficients, columns depend on each other, no
            study has several effects, or for another method or a correlation outside its range.
        NotTestable: where the likelihood is too flat, or rises without end.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7, 0.4]), np.full(5, 0.01)
        >>> x = np.column_stack([np.ones(5), [0.0, 1.0, 0.0, 1.0, 1.0]])
        >>> fit = fit_nested_regression(y, v, np.array([0, 0, 1, 1, 2]), x)
        >>> fit.coefficients.round(4).tolist(), round(fit.between, 4), round(fit.within, 4)
        ([0.4766, -0.01], 0.0823, 0.0251)
    """
    studies, (k, p) = int(cluster.max()) + 1, design.shape
    if studies <= p or studies == k:
        raise ValueError("three levels need more studies than coefficients, and several effects")
    if method not in ("REML", "ML") or not 0 <= correlation < 1:
        raise ValueError(f"method {method!r}, correlation {correlation}")
    weighted_least_squares(y, design, 1 / v)  # raises where columns depend on each other
    own, u, ones, x, starts = rotated(y, v, design, cluster, correlation)
    turned = _Turned(own, u, ones, starts, method == "REML", design=x)
    between, within, height = _highest(turned)
    z = turned.solved(turned.design, between, within)
    covariance: Array = np.asarray(np.linalg.inv(turned.design.T @ z), dtype=np.float64)
    nothing = turned.solved(turned.design, 0.0, 0.0)
    bread = np.linalg.inv(turned.design.T @ nothing)
    left = turned.y - turned.design @ (bread @ (nothing.T @ turned.y))
    trace = (1 / turned.v).sum() - float(np.sum(bread * (nothing.T @ nothing)))
    constant = k * log(2 * pi)
    if turned.restricted:
        constant = (k - p) * log(2 * pi) - float(np.linalg.slogdet(design.T @ design)[1])
    return NestedRegression(
        covariance @ (z.T @ turned.y),
        covariance,
        between,
        within,
        float((left**2 / turned.v).sum()),
        float((k - p) / trace),
        (height - constant) / 2,
    )


def _highest(turned: _Turned) -> tuple[float, float, float]:
    """Both variances at the highest maximum, and twice the log likelihood but for a constant."""
    own = weighted_least_squares(turned.y, turned.design, np.ones(len(turned.y)))
    studies, p = len(turned.starts), turned.design.shape[1]
    high = max(float(turned.v.max()), float((own.residuals**2).sum()) / (studies - p))
    while True:
        grid = scan_points(float(turned.v.min()), high)[::_PART]
        pairs = np.repeat(grid, len(grid)), np.tile(grid, len(grid))
        heights = turned.heights(*pairs).reshape(len(grid), -1)
        top = np.unravel_index(int(heights.argmax()), heights.shape)
        if max(top) < len(grid) - 1:
            break
        if high > 1e12 * float(turned.v.max()):
            raise NotTestable(sentence("the likelihood rises without end"))
        high *= 4
    padded = np.pad(heights, 1, constant_values=-np.inf)
    around = [
        padded[1 + i : padded.shape[0] - 1 + i, 1 + j : padded.shape[1] - 1 + j]
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        if i or j
    ]
    peaks = np.argwhere((heights >= np.array(around)).all(axis=0))
    found = [_climbed(turned, np.array([grid[i], grid[j]])) for i, j in peaks]
    return max(found, key=lambda one: one[2])


def _climbed(turned: _Turned, start: Array) -> tuple[float, float, float]:
    """The maximum that a place leads to, by Newton steps that rise and stay at 0 or above.

    Raises NotTestable where it is not one: a step promises more, or the curvature is not negative.
    """
    at, here = start, turned.slope(*start)
    while True:
        free = (at > 0) | (here.score > 0)
        if not free.any():
            break
        step = _step(here, free)
        # A component that leaves through 0 is held there; the other moves on without it.
        if (blocked := (at == 0) & (step < 0)).any():
            free &= ~blocked
            step = _step(here, free) if free.any() else np.zeros(2)
        if float(here.score @ step) <= _PROMISE:
            break
        moved = _rising(turned, at, here, step)
        if moved is None:
            break
        at, here = moved
    free = at > 0
    inside = here.curvature[np.ix_(free, free)]
    if free.any() and np.linalg.eigvalsh(inside).max() >= 0:
        raise NotTestable(sentence("the likelihood is too flat at its maximum"))
    step = _step(here, free) if free.any() else np.zeros(2)
    left = float(here.score @ step)
    if left > 1e-8 or (here.score[~free] * float(turned.v.min()) > 1e-8).any():
        raise NotTestable(sentence("the likelihood’s maximum was not reached"))
    polished = np.maximum(at + step, 0.0)
    return float(polished[0]), float(polished[1]), here.height


def _step(here: _Slope, free: NDArray[np.bool_]) -> Array:
    """Newton's step of the free variances, or Fisher's where the likelihood is not concave."""
    places = np.ix_(free, free)
    bend = -here.curvature[places]
    if np.linalg.eigvalsh(bend).min() <= 0:
        bend = here.expected[places]
    step = np.zeros(2)
    step[free] = np.linalg.solve(bend, here.score[free])
    return step


def _rising(turned: _Turned, at: Array, here: _Slope, step: Array) -> tuple[Array, _Slope] | None:
    """The first of ever shorter steps that rises; None where none does, at a rounded maximum."""
    share = 1.0
    while share * float(np.abs(step).max()) > np.finfo(float).eps * float(
        at.max() + turned.v.min()
    ):
        place = np.maximum(at + share * step, 0.0)
        there = turned.slope(*place)
        if there.height > here.height:
            return place, there
        share /= 2
    return None
