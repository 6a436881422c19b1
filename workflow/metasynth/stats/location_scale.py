"""Location-scale models: the average effect and the variance between studies, both by covariates.

Viechtbauer and López-López, Res Synth Methods 2022;13:697-715: effects are normal about Xb with
variances v + exp(Za), as metafor's `rma` with `scale` and a logarithmic link. The likelihood may
have several maxima, and none: it is looked at over a grid that is widened until none of its tops
lies at an edge, every top is climbed by Newton's steps until nothing is left to gain, and the
highest is taken.
"""

from dataclasses import dataclass
from math import inf, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from metasynth.core.distributions import chi2_upper_tail, f_upper_tail
from metasynth.core.messages import Refused, sentence
from metasynth.stats.effects.binary import Array
from metasynth.stats.intervals import Interval, dispersion, interval

LEVELS, SLOPES = 25, 17
"""Points of the grid for the level of log tau2, and for each slope."""
WIDENINGS = 3
"""How often the grid is doubled where a top lies at its edge."""
LEAST = 1e-12
"""The least part of a step that is tried."""
SMALL = 1e-3
"""How long a last step is at most, in logarithms of tau2 for a standard deviation."""
CLOSE = 1e-6
"""Of the log likelihood: what a step promises near the top, from where on whole ones are made."""


NO_TOP = sentence(
    "the likelihood of the scale has no maximum: a variance goes to 0, or to infinity"
)


class NoLocationScale(Refused, ArithmeticError):  # noqa: N818 - it names what is missing
    """The likelihood has no maximum: it rises towards a variance of 0, or without bound."""


@dataclass(frozen=True, slots=True)
class LocationScale:
    """A fitted model, on the analysis scale; of log tau2 where it is called scale.

    `tau2` is of each study, shape (k,); `scale_test` is of all scale coefficients but the first
    together: statistic, df, df2 (None of χ²) and p; `log_likelihood` is restricted where that is
    asked for, with the term of the design that metafor has.
    """

    coefficients: Array
    covariance: Array
    intervals: tuple[Interval, ...]
    scale: Array
    scale_covariance: Array
    scale_intervals: tuple[Interval, ...]
    scale_test: tuple[float, int, int | None, float]
    tau2: Array
    log_likelihood: float


def location_scale(
    y: Array,
    v: Array,
    scale: Array,
    design: Array | None = None,
    method: str = "REML",
    ci: str = "Wald",
) -> LocationScale:
    """Fit a location-scale model with a logarithmic link.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        scale: the scale's design, shape (k, q), the first column ones, one or two more.
        design: the location's design, shape (k, p); None for an intercept.
        method: REML or ML.
        ci: Wald, or HKSJ (t quantiles, the variance of the location by Knapp and Hartung).

    Raises:
        ValueError: when studies do not outnumber coefficients, or columns depend on each other.
        NoLocationScale: where the likelihood has no maximum.

    Example:
        >>> y = np.array([0.1, 0.2, 0.0, 0.15, 0.9, -0.6, 0.5, -0.4])
        >>> scale = np.column_stack([np.ones(8), np.repeat([0.0, 1.0], 4)])
        >>> found = location_scale(y, np.full(8, 0.004), scale)
        >>> found.tau2.round(6)[[0, 7]].tolist()
        [0.003247, 0.382929]
    """
    model = _Model.of(y, v, scale, np.ones((len(y), 1)) if design is None else design, method)
    best = _highest(model)
    a = model.unscaled @ best
    _, curvature = model.derivatives(best)
    scale_covariance = model.unscaled @ np.linalg.inv(-curvature) @ model.unscaled.T
    tau2 = model.tau2(best)
    w = 1 / (v + tau2)
    inverse = np.linalg.inv((model.x * w[:, None]).T @ model.x)
    b = inverse @ (model.x.T @ (w * y))
    df, scale_df = len(y) - model.x.shape[1], len(y) - scale.shape[1]
    residual = float((w * (y - model.x @ b) ** 2).sum())
    covariance = np.asarray(inverse * dispersion(ci, residual, df), dtype=np.float64)
    known = ci != "Wald"
    return LocationScale(
        b,
        covariance,
        _intervals(b, covariance, df if known else None),
        a,
        scale_covariance,
        _intervals(a, scale_covariance, scale_df if known else None),
        _together(a[1:], scale_covariance[1:, 1:], scale_df if known else None),
        tau2,
        model.height(best) + model.constant,
    )


def _intervals(at: Array, covariance: Array, df: int | None) -> tuple[Interval, ...]:
    errors = np.sqrt(np.diagonal(covariance))
    return tuple(interval(float(x), float(se), df) for x, se in zip(at, errors, strict=True))


def _together(at: Array, covariance: Array, df: int | None) -> tuple[float, int, int | None, float]:
    """Wald's test of coefficients together: χ², or F with the degrees of freedom of errors."""
    m = len(at)
    squares = float(at @ np.linalg.solve(covariance, at))
    if df is None:
        return squares, m, None, chi2_upper_tail(squares, m)
    return squares / m, m, df, f_upper_tail(squares / m, m, df)


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """The likelihood by coefficients of scale covariates that are centred, of unit variance."""

    y: Array
    v: Array
    z: Array  # the scale's design, standardised, shape (k, q)
    unscaled: Array  # from these coefficients to those of the design as given, shape (q, q)
    x: Array
    restricted: bool

    @classmethod
    def of(cls, y: Array, v: Array, scale: Array, x: Array, method: str) -> "_Model":
        """Standardise, and refuse what has no answer."""
        k, q = scale.shape
        for part in (scale, x):
            if np.linalg.matrix_rank(part) < part.shape[1]:
                raise ValueError("columns of a design depend on each other")
        if k <= x.shape[1] or k <= q:
            raise ValueError("studies do not outnumber coefficients")
        centre, spread = scale[:, 1:].mean(axis=0), scale[:, 1:].std(axis=0)
        z = np.column_stack([np.ones(k), (scale[:, 1:] - centre) / spread])
        unscaled = np.diag(np.concatenate([[1.0], 1 / spread]))
        unscaled[0, 1:] = -centre / spread
        return cls(y, v, z, unscaled, x, method == "REML")

    @property
    def constant(self) -> float:
        """What the likelihood has beyond `height`, whatever the coefficients."""
        k, p = self.x.shape
        if not self.restricted:
            return -0.5 * float(k) * log(2 * pi)
        return 0.5 * float(np.linalg.slogdet(self.x.T @ self.x)[1]) - 0.5 * float(k - p) * log(
            2 * pi
        )

    def tau2(self, at: Array) -> Array:
        """The variance between studies of each, of coefficients of shape (..., q)."""
        return np.exp(np.clip(at @ self.z.T, -600.0, 600.0))

    def heights(self, at: Array) -> Array:
        """The log likelihood at coefficients of shape (n, q), the location's profiled out."""
        w = 1 / (self.v + self.tau2(at))
        cross = np.einsum("nk,kp,kr->npr", w, self.x, self.x)
        moments = np.einsum("nk,kp->np", w * self.y, self.x)
        b = np.linalg.solve(cross, moments[..., None])[..., 0]
        squares = (w * (self.y - b @ self.x.T) ** 2).sum(axis=1)
        found = np.log(w).sum(axis=1) - squares
        if self.restricted:
            found = found - np.linalg.slogdet(cross)[1]
        return np.asarray(0.5 * found)

    def height(self, at: Array) -> float:
        """The log likelihood at coefficients of shape (q,)."""
        return float(self.heights(at[None, :])[0])

    def derivatives(self, at: Array) -> tuple[Array, Array]:
        """Slope (q,) and curvature (q, q) of the log likelihood at coefficients."""
        tau2 = self.tau2(at)
        w = 1 / (self.v + tau2)
        wx = self.x * w[:, None]
        projection = np.diag(w) - wx @ np.linalg.solve(wx.T @ self.x, wx.T)
        e = projection @ self.y
        diagonal, squares = (w, np.diag(w**2))
        if self.restricted:
            diagonal, squares = np.diagonal(projection), projection**2
        slope = 0.5 * (e**2 - diagonal) * tau2
        moved = self.z * tau2[:, None]
        bent = 0.5 * squares - e[:, None] * projection * e
        return self.z.T @ slope, moved.T @ bent @ moved + (self.z * slope[:, None]).T @ self.z


def _starts(model: _Model) -> list[Array]:
    """The tops of a grid, widened until none lies at its edge.

    Raises:
        NoLocationScale: where one still does when it has been widened.
    """
    middle = log(float(np.median(model.v)) + float(np.var(model.y)))
    for widening in range(WIDENINGS + 1):
        level = middle + 6.0 * 2**widening * np.linspace(-1, 1, LEVELS)
        slope = 3.0 * 2**widening * np.linspace(-1, 1, SLOPES)
        axes = [level, *[slope] * (model.z.shape[1] - 1)]
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
        heights = model.heights(grid.reshape(-1, len(axes))).reshape(grid.shape[:-1])
        wide = np.pad(heights, 1, constant_values=-np.inf)
        around = np.lib.stride_tricks.sliding_window_view(wide, (3,) * len(axes))
        tops = np.argwhere(heights >= around.max(axis=tuple(range(-len(axes), 0))))
        last: NDArray[np.intp] = np.array(heights.shape) - 1
        inner = [tuple(top) for top in tops if (top > 0).all() and (top < last).all()]
        if inner and max(heights[top] for top in inner) >= heights.max():
            return [grid[top] for top in inner]
    raise NoLocationScale(NO_TOP)


def _highest(model: _Model) -> Array:
    """The highest maximum.

    Raises:
        NoLocationScale: where the likelihood rises further beyond the grid.
    """
    found = [_climbed(model, start) for start in _starts(model)]
    at, reached = max(found, key=lambda end: model.height(end[0]))
    if not reached:
        raise NoLocationScale(NO_TOP)
    return at


def _climbed(model: _Model, start: Array) -> tuple[Array, bool]:
    """Newton's steps, each as long as leads upwards; near the top whole ones, to the last digit.

    Returns:
        Where they end, and whether that is a maximum, or where nothing leads upwards any more.
    """
    at, last = start, inf
    while True:
        slope, curvature = model.derivatives(at)
        values, vectors = np.linalg.eigh(-curvature)
        size = np.maximum(np.abs(values), 1e-10 * np.abs(values).max())
        step = vectors @ ((vectors.T @ slope) / size)
        promise = float(slope @ step)
        if values.min() > 0 and promise < CLOSE:
            if not 0 < promise < last / 2:
                return at, bool(step @ step < SMALL**2)  # of a slope without end they stay long
            at, last = at + step, promise
            continue
        step *= min(1.0, 2.0 / sqrt(float(step @ step)))
        here, share = model.height(at), 1.0
        while share > LEAST and not model.height(at + share * step) > here:
            share /= 2
        if share <= LEAST:
            return at, False
        at = at + share * step
