"""Mode, median, shortest and central interval of distributions, many at once, by roots."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metasynth.core.distributions import LEVEL
from metasynth.stats.effects.binary import Array
from metasynth.stats.roots import bracketed_roots
from metasynth.stats.roots_of_rising import rising_roots

AROUND = np.linspace(-0.25, 1.25, 25)
"""Where a density is looked at, from its shortest interval's lower end (0) to the upper one (1)."""
ENOUGH = 1e-12
"""An interval's probability and the equality of its ends' densities are exact to this."""


@dataclass(frozen=True, slots=True)
class Located:
    """Mode, median, shortest and central interval of distributions, each of shape (pools, d)."""

    mode: Array
    median: Array
    shortest: tuple[Array, Array]
    central: tuple[Array, Array]


class Distributions(Protocol):
    """What is located: some distributions of each of some pools, x of shape (pools, d, q)."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many pools and distributions there are."""

    def only(self, d: NDArray[np.bool_]) -> "Distributions":
        """Some of them, each as a pool of its own."""

    def one_top(self) -> tuple[NDArray[np.bool_], Array, Array, Array]:
        """Which surely have one top, where between it is, and how exactly it is wanted."""

    def quantiles(self, probability: Array) -> Array:
        """Values below which lies each probability."""

    def density(self, x: Array) -> Array:
        """Density at x."""

    def below_density_slope(self, x: Array) -> tuple[Array, Array, Array]:
        """Probability of less than x, density at x and its derivative."""

    def fall_and_bend(self, x: Array) -> tuple[Array, Array]:
        """Minus the first and the second derivative of the density at x."""


def central(mixture: Distributions) -> Array:
    """Lower limit of the central interval, median and upper limit, shape (3, pools, d).

    Parameters:
        mixture: d distributions of each of some pools.

    Example:
        >>> from metasynth.stats.normal_mixtures import Mixture
        >>> one = np.ones((1, 1))
        >>> normal = Mixture(one, one[:, None], one[:, None])  # mean 1, standard deviation 1
        >>> central(normal)[:, 0, 0].round(6).tolist()
        [-0.959964, 1.0, 2.959964]
    """
    tail = (1 - LEVEL) / 2
    wanted = np.array([tail, 0.5, 1 - tail])
    shape = (*mixture.shape, 3)
    return np.moveaxis(mixture.quantiles(np.broadcast_to(wanted, shape)), 2, 0)


def locate(mixture: Distributions) -> Located:
    """Where each of the distributions lies.

    Parameters:
        mixture: d distributions of each of some pools.

    Raises:
        EffectUndefined: where a distribution has no value.

    Example:
        >>> from metasynth.stats.normal_mixtures import Mixture
        >>> one = np.ones((1, 1))
        >>> normal = Mixture(one, one[:, None], one[:, None])  # mean 1, standard deviation 1
        >>> found = locate(normal)
        >>> round(float(found.mode[0, 0]), 6), [round(float(x[0, 0]), 6) for x in found.shortest]
        (1.0, [-0.959964, 2.959964])
    """
    low, median, high = central(mixture)
    a, b, found = _level_set(mixture, low, high)
    mode, single = _mode(mixture, median, a, b)
    hard = ~(found & single)
    if hard.any():
        a[hard], b[hard], mode[hard] = _searched(mixture.only(hard))
    return Located(mode, median, (a, b), (low, high))


def _level_set(
    mixture: Distributions, low: Array, high: Array
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Newton's steps to the ends of equal density, and whether they ended there.

    Where they did, and the density has one top, no other interval of that probability is as short.
    """
    a, b = low.copy(), high.copy()
    last = np.full(a.shape, np.inf)
    while True:
        ends = np.stack([a, b], axis=2)
        p, f, slope = mixture.below_density_slope(ends)
        miss, gap = p[..., 1] - p[..., 0] - LEVEL, f[..., 1] - f[..., 0]
        error = np.abs(miss) + np.abs(gap) / f.max(axis=2)
        rising = (slope[..., 0] > 0) & (slope[..., 1] < 0)
        done = (error < ENOUGH) & rising
        better = rising & ~done & (error < last / 2)
        if not better.any():
            return a, b, done
        last = np.where(better, error, last)
        det = np.where(better, f[..., 1] * slope[..., 0] - f[..., 0] * slope[..., 1], 1.0)
        step_a = -(slope[..., 1] * miss - f[..., 1] * gap) / det
        step_b = -(slope[..., 0] * miss - f[..., 0] * gap) / det
        most = (b - a) / 4
        a = np.where(better, a + np.clip(step_a, -most, most), a)
        b = np.where(better, b + np.clip(step_b, -most, most), b)


def _mode(
    mixture: Distributions, median: Array, a: Array, b: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """The highest point, and whether, as far as a grid shows, it is the only top."""
    single, low, high, floor = mixture.one_top()
    place = np.stack([low, median, high, floor])
    if not single.all():
        rest = ~single
        place[:, rest], single[rest] = _on_grid(mixture.only(rest), a[rest], b[rest])
    low, start, high, floor = place[..., None]
    return rising_roots(mixture.fall_and_bend, low, high, start, floor)[..., 0], single


def _on_grid(mixture: Distributions, a: Array, b: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Where tops of distributions (n, 1) are, by a look at a grid about a and b, of shape (n,).

    Points below, next to and above them, and how exactly they are wanted, (4, n); which are alone.
    """
    x = (a[:, None] + (b - a)[:, None] * AROUND)[:, None]
    f = mixture.density(x)
    best = np.clip(f.argmax(axis=2), 1, len(AROUND) - 2)
    rises = f[..., 1:] > f[..., :-1]
    turns = (rises[..., :-1] & ~rises[..., 1:]).sum(axis=2)
    return _about(x, best[..., None])[..., 0, 0], turns[:, 0] == 1


def _about(x: Array, best: NDArray[np.int_]) -> Array:
    """The neighbours of the point `best` (pools, d, 1) of a grid x, and how exact a top is wanted.

    Shape (4, pools, d, 1): the point below, itself, the point above, the size of an error.
    """
    low, middle, high = (np.take_along_axis(x, best + i, axis=2) for i in (-1, 0, 1))
    return np.stack([low, middle, high, 1e-13 * (high - low)])


def _top(mixture: Distributions, x: Array, best: NDArray[np.int_]) -> Array:
    """The maximum next to the point `best` (pools, d, 1) of a grid x, by the root of the slope."""
    low, middle, high, floor = _about(x, best)
    return rising_roots(mixture.fall_and_bend, low, high, middle, floor)


def _searched(mixture: Distributions) -> tuple[Array, Array, Array]:
    """Shortest interval and mode of uneven densities (pools, 1), as arrays of shape (pools,).

    The interval is the shortest of those from a fine scan of the probability below it, refined
    where its ends' densities cross.
    """
    below = (1 - LEVEL) * (np.arange(1, 64) / 64)
    many = np.broadcast_to(below, (*mixture.shape, len(below)))
    starts, ends = mixture.quantiles(many), mixture.quantiles(many + LEVEL)
    best = np.clip((ends - starts).argmin(axis=2), 1, len(below) - 2)[..., None]
    bracket = [np.take_along_axis(many, best + i, axis=2) for i in (-1, 1)]

    def gap(p: Array) -> Array:
        first, last = mixture.quantiles(p), mixture.quantiles(p + LEVEL)
        return mixture.density(last) - mixture.density(first)

    p = bracketed_roots(gap, bracket[0], bracket[1], np.full_like(bracket[0], 1e-15))
    a, b = mixture.quantiles(p)[:, 0, 0], mixture.quantiles(p + LEVEL)[:, 0, 0]
    x = (a[:, None] + (b - a)[:, None] * np.linspace(0, 1, 200))[:, None, :]
    top = np.clip(mixture.density(x).argmax(axis=2), 1, 198)[..., None]
    return a, b, _top(mixture, x, top)[:, 0, 0]
