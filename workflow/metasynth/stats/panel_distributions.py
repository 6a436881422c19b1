"""Distributions known by their log density at the points of panels, and polynomials between them.

The panels are equal in a coordinate y of which the values are x = centre + scale sinh(y): narrow in
the middle, and reaching as far as a heavy tail does. In each the log density of y is the Legendre
polynomial through its points. Arrays have the shapes of `normal_mixtures`, for one pool alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre as series
from numpy.typing import NDArray

from metasynth.stats.effects.binary import Array
from metasynth.stats.roots_of_rising import rising_roots
from metasynth.stats.tau_posterior import legendre

FLOOR = -745.0
"""The log of what is no longer a float above 0."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Equal panels between `low` and `high`, coordinates of x = centre + scale sinh(y)."""

    centre: float
    scale: float
    low: float
    high: float
    panels: int

    @property
    def width(self) -> float:
        """That of a panel."""
        return (self.high - self.low) / self.panels

    def points(self, rule: int) -> tuple[Array, Array]:
        """The coordinates of a rule's points in all panels, and their weights."""
        z, weights = legendre(rule)
        middles = self.low + self.width * (np.arange(self.panels) + 0.5)
        half = self.width / 2
        return (middles[:, None] + half * z).ravel(), np.tile(half * weights, self.panels)

    def x(self, y: Array) -> Array:
        """The values at coordinates."""
        return np.asarray(self.centre + self.scale * np.sinh(y))

    def y(self, x: Array) -> Array:
        """The coordinates of values."""
        return np.arcsinh((x - self.centre) / self.scale)

    def place(self, y: Array) -> tuple[NDArray[np.int_], Array]:
        """The panel of each coordinate, and where in it between -1 and 1."""
        where = (np.clip(y, self.low, self.high) - self.low) / self.width
        panel = np.minimum(where.astype(int), self.panels - 1)
        return panel, 2 * (where - panel) - 1

    def series(self, values: Array, rule: int) -> Array:
        """Legendre coefficients (…, panels, rule) of values (…, panels * rule) at its points."""
        z, weights = legendre(rule)
        basis = series.legvander(z, rule - 1) * weights[:, None]
        basis *= np.arange(rule) + 0.5
        return np.asarray(values.reshape(*values.shape[:-1], self.panels, rule) @ basis)

    def between(self, coefficients: Array, y: Array) -> Array:
        """The polynomials (…, panels, rule) at coordinates (n,), shape (…, n)."""
        panel, t = self.place(y)
        basis = series.legvander(t, coefficients.shape[-1] - 1)
        return np.asarray((coefficients[..., panel, :] * basis).sum(axis=-1))


@dataclass(frozen=True, slots=True)
class PanelDistributions:
    """Log densities of y as coefficients (d, panels, rule); `below` the panels' ends (d, + 1)."""

    grid: Grid
    coefficients: Array
    below: Array

    @property
    def shape(self) -> tuple[int, int]:
        """One pool, and how many distributions there are."""
        return 1, len(self.coefficients)

    def only(self, d: NDArray[np.bool_]) -> "PanelDistributions | _Each":
        """Some of them, each as a pool of its own."""
        chosen = np.flatnonzero(d[0])
        each = [
            PanelDistributions(self.grid, self.coefficients[i : i + 1], self.below[i : i + 1])
            for i in chosen
        ]
        return _Each(tuple(each))

    def one_top(self) -> tuple[NDArray[np.bool_], Array, Array, Array]:
        """None of them is sure to have one top."""
        nothing = np.zeros(self.shape)
        return nothing > 0, nothing, nothing, nothing

    def quantiles(self, probability: Array) -> Array:
        """Values below which lies each probability, shape (1, d, q)."""
        edges = self.grid.low + self.grid.width * np.arange(self.grid.panels + 1)
        panel = (probability[0, :, :, None] >= self.below[:, None, 1:-1]).sum(axis=2)
        low, high = edges[panel], edges[panel + 1]
        left, right = (np.take_along_axis(self.below, panel + i, axis=1) for i in (0, 1))
        start = low + (high - low) * (probability[0] - left) / (right - left)

        def excess(y: Array) -> tuple[Array, Array]:
            density = np.exp(self._log_density(y)[0])
            return self._below(y) - probability[0], density

        y = rising_roots(excess, low, high, start, np.full(low.shape, 1e-14))
        return self.grid.x(y)[None]

    def density(self, x: Array) -> Array:
        """Density at x, shape (1, d, q)."""
        y = self.grid.y(x[0])
        return np.asarray(np.exp(self._log_density(y)[0]) / self._stretch(y))[None]

    def below_density_slope(self, x: Array) -> tuple[Array, Array, Array]:
        """Probability of less than x, density at x and its derivative, shape (1, d, q)."""
        y = self.grid.y(x[0])
        density, first, _ = self._derivatives(y)
        return self._below(y)[None], density[None], (density * first)[None]

    def above(self, x: Array) -> Array:
        """Probability of more than x, shape (1, d, q)."""
        y = self.grid.y(x[0])
        panel, t = self.grid.place(y)
        rest = self._part(panel, t, np.ones_like(t))
        beyond = np.cumsum(np.diff(self.below, axis=1)[:, ::-1], axis=1)[:, ::-1]
        beyond = np.concatenate([beyond, np.zeros((len(beyond), 1))], axis=1)
        return np.asarray(np.take_along_axis(beyond, panel + 1, axis=1) + rest)[None]

    def fall_and_bend(self, x: Array) -> tuple[Array, Array]:
        """Minus the first and the second derivative of the density at x, shape (1, d, q)."""
        density, first, second = self._derivatives(self.grid.y(x[0]))
        return -(density * first)[None], -(density * (first * first + second))[None]

    def _below(self, y: Array) -> Array:
        panel, t = self.grid.place(y)
        part = self._part(panel, -np.ones_like(t), t)
        return np.asarray(np.take_along_axis(self.below, panel, axis=1) + part)

    def _part(self, panel: NDArray[np.int_], start: Array, end: Array) -> Array:
        """The integral inside of a panel, between two of its places (d, q)."""
        z, weights = legendre(self.coefficients.shape[2])
        half = (end - start) / 2
        t = start[..., None] + half[..., None] * (1 + z)
        own = self.coefficients[np.arange(len(panel))[:, None], panel]
        log_density = (series.legvander(t, own.shape[-1] - 1) @ own[..., None])[..., 0]
        density = np.exp(np.maximum(log_density, FLOOR))
        return np.asarray((density * weights).sum(axis=2) * half * self.grid.width / 2)

    def _log_density(self, y: Array, more: int = 0) -> list[Array]:
        """The log density of y at coordinates (d, q), and so many of its derivatives."""
        panel, t = self.grid.place(y)
        own, found = self.coefficients[np.arange(len(panel))[:, None], panel], []
        for order in range(more + 1):
            terms = series.legder(own, order, axis=-1) if order else own
            basis = series.legvander(t, terms.shape[-1] - 1)
            found.append((basis * terms).sum(axis=-1) * (2 / self.grid.width) ** order)
        return found

    def _stretch(self, y: Array) -> Array:
        return np.asarray(self.grid.scale * np.cosh(y))

    def _derivatives(self, y: Array) -> tuple[Array, Array, Array]:
        """The density of x, and the first two derivatives by x of its log."""
        value, first, second = self._log_density(y, 2)
        stretch, bend = self._stretch(y), np.tanh(y)
        slope = first - bend
        turn = second - (1 - bend * bend) - slope * bend
        return np.exp(value) / stretch, slope / stretch, turn / stretch**2


@dataclass(frozen=True, slots=True)
class _Each:
    """Distributions as pools of one each; shapes (d, 1, q)."""

    each: tuple[PanelDistributions, ...]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.each), 1

    def only(self, d: NDArray[np.bool_]) -> "_Each":
        return _Each(tuple(one for one, wanted in zip(self.each, d[:, 0], strict=True) if wanted))

    def one_top(self) -> tuple[NDArray[np.bool_], Array, Array, Array]:
        nothing = np.zeros(self.shape)
        return nothing > 0, nothing, nothing, nothing

    def quantiles(self, probability: Array) -> Array:
        return self._joined("quantiles", probability)[0]

    def density(self, x: Array) -> Array:
        return self._joined("density", x)[0]

    def below_density_slope(self, x: Array) -> tuple[Array, Array, Array]:
        below, density, slope = self._joined("below_density_slope", x)
        return below, density, slope

    def fall_and_bend(self, x: Array) -> tuple[Array, Array]:
        fall, bend = self._joined("fall_and_bend", x)
        return fall, bend

    def _joined(self, what: str, x: Array) -> list[Array]:
        found = [getattr(one, what)(x[i : i + 1]) for i, one in enumerate(self.each)]
        parts = [part if isinstance(part, tuple) else (part,) for part in found]
        return [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]


def distributions(grid: Grid, log_density: Array, rule: int) -> PanelDistributions:
    """Distributions by their log densities at a rule's points.

    Parameters:
        grid: the panels.
        log_density: of y, up to a constant, shape (d, panels * rule).
        rule: points of a panel.

    Example:
        >>> even = distributions(Grid(0.0, 1.0, -1.0, 1.0, 4), np.zeros((1, 32)), 8)
        >>> even.below.round(9).tolist()
        [[0.0, 0.25, 0.5, 0.75, 1.0]]
    """
    _, weights = grid.points(rule)
    top = log_density.max(axis=1, keepdims=True)
    masses = np.exp(log_density - top) * weights
    masses = masses.reshape(len(masses), grid.panels, rule).sum(axis=2)
    total = masses.sum(axis=1, keepdims=True)
    known = np.maximum(log_density - top - np.log(total), FLOOR)
    below = np.concatenate([np.zeros((len(masses), 1)), (masses / total).cumsum(axis=1)], axis=1)
    return PanelDistributions(grid, grid.series(known, rule), below / below[:, -1:])
