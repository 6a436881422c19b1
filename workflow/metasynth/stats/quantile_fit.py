"""Mean and standard deviation of the distribution whose quantiles lie nearest to printed ones.

Normal, lognormal, gamma and Weibull distributions are fitted by least squares to minimum and
maximum (taken for the quantiles 1/n and 1 - 1/n), quartiles and median; the one with the least sum
of squares is taken. McGrath et al., Stat Methods Med Res 2020;29:2520-37 (quantile estimation). Of
a distribution with a shape the scale is linear, so that the fit is a root of one derivative, and
every one between bounds is found. The beta distribution, which that paper fits to numbers between 0
and 1, is left out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, expm1, gamma, log, sqrt

import numpy as np

from metasynth.core import lazy_special as special
from metasynth.stats.effects.binary import Array
from metasynth.stats.roots import bracketed_root

_GRID = np.linspace(log(1e-4), log(1e4), 400)
"""Logarithms of shapes between which minima are looked for."""
_STEP = 1e-5


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted distribution: its mean, standard deviation, and the sum of squares that is left."""

    family: str
    mean: float
    sd: float
    left: float


def best_fit(probabilities: Array, quantiles: Array) -> Fit:
    """The nearest distribution; below 0 only a normal one has quantiles.

    Parameters:
        probabilities: between 0 and 1, ascending, shape (3,) or (5,).
        quantiles: in the same order, ascending, of the same shape.

    Example:
        >>> found = best_fit(np.array([0.25, 0.5, 0.75]), np.array([1.0, 2.0, 3.0]))
        >>> found.family, round(found.mean, 6), round(found.sd, 6)  # 1 / 0.67449
        ('normal', 2.0, 1.482602)
    """
    fits = [_normal(probabilities, quantiles)]
    if quantiles[0] >= 0 and fits[0].sd > 0:
        fits += _lognormal(probabilities, quantiles)
        fits += _gamma(probabilities, quantiles)
        fits += _weibull(probabilities, quantiles)
    return min(fits, key=lambda fit: fit.left)


def _normal(p: Array, q: Array) -> Fit:
    z = special.ndtri(p)
    about = z - z.mean()
    sd = float((about * (q - q.mean())).sum() / (about**2).sum())
    mean = float(q.mean() - sd * z.mean())
    return Fit("normal", mean, sd, float(((mean + sd * z - q) ** 2).sum()))


def _lognormal(p: Array, q: Array) -> Iterator[Fit]:
    z = special.ndtri(p)
    for s, scale, left in _powers(z, q):
        mean = scale * exp(s * s / 2)
        yield Fit("lognormal", mean, mean * sqrt(expm1(s * s)), left)


def _weibull(p: Array, q: Array) -> Iterator[Fit]:
    for t, scale, left in _powers(np.log(-np.log1p(-p)), q):
        first, second = gamma(1 + t), gamma(1 + 2 * t)
        yield Fit("weibull", scale * first, scale * sqrt(second - first**2), left)


def _gamma(p: Array, q: Array) -> Iterator[Fit]:
    def unit(x: Array) -> Array:
        a = np.exp(x)
        return np.asarray(special.gammaincinv(a, p) / a)

    def slope(x: Array) -> Array:
        return np.asarray((unit(x + _STEP) - unit(x - _STEP)) / (2 * _STEP))

    for x, scale, left in _minima(q, unit, slope):
        yield Fit("gamma", scale, scale * exp(-x / 2), left)


def _powers(w: Array, q: Array) -> Iterator[tuple[float, float, float]]:
    """Minima of quantiles scale exp(t w): t, the scale, and the sum of squares that is left."""
    largest = w.max()

    def unit(x: Array) -> Array:
        return np.asarray(np.exp(np.exp(x) * (w - largest)))

    def slope(x: Array) -> Array:
        return np.asarray(np.exp(x) * (w - largest) * unit(x))

    for x, scale, left in _minima(q, unit, slope):
        t = exp(x)
        if t <= _MOST_SPREAD:
            yield t, scale * exp(-t * largest), left


_MOST_SPREAD = 10.0
"""Of a lognormal or Weibull distribution with more, moments are beyond any data."""


def _minima(
    q: Array, unit: Callable[[Array], Array], slope: Callable[[Array], Array]
) -> Iterator[tuple[float, float, float]]:
    """Every minimum of the squares of q less a scale times unit(x): x, the scale, the squares.

    `unit` and `slope`, its derivative, give quantiles in rows of x of shape (m, 1).
    """

    def scaled(x: Array) -> tuple[Array, Array]:
        u = unit(x)
        scale = (q * u).sum(axis=1, keepdims=True) / (u * u).sum(axis=1, keepdims=True)
        return scale, q - scale * u

    def derivative(x: Array) -> Array:
        scale, away = scaled(x)
        return np.asarray(-(scale * away * slope(x)).sum(axis=1))

    def at(x: float) -> float:
        return float(derivative(np.array([[x]]))[0])

    with np.errstate(all="ignore"):
        values = derivative(_GRID[:, None])
        for i in np.flatnonzero((values[:-1] < 0) & (values[1:] > 0)):
            x = bracketed_root(at, float(_GRID[i]), float(_GRID[i + 1]), 1e-13)
            scale, away = scaled(np.array([[x]]))
            yield x, float(scale[0, 0]), float((away**2).sum())
