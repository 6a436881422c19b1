"""Mixtures of normal distributions with common weights: what mu and each trial's effect become.

Given tau a posterior is normal, so over the points of `tau_posterior` it is a mixture. Its
distribution function is a sum, and its quantiles, mode and shortest interval are roots.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from metasynth.core import lazy_special as special
from metasynth.core.distributions import LEVEL
from metasynth.stats.effects.binary import Array
from metasynth.stats.roots import bracketed_roots
from metasynth.stats.roots_of_rising import rising_roots

ROOT_2PI = float(np.sqrt(2 * np.pi))
AROUND = np.linspace(-0.25, 1.25, 25)
"""Where a density is looked at, from its shortest interval's lower end (0) to the upper one (1)."""
ENOUGH = 1e-12
"""An interval's probability and the equality of its ends' densities are exact to this."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """`mean` and `sd` have the shape (pools, d, points), `weight` (pools, points), of sum 1.

    The components' order is that of tau: those with large spread stand last.
    """

    weight: Array
    mean: Array
    sd: Array
    scale: Array = field(init=False)  # one over sd
    height: Array = field(init=False)  # of the weighted density of each component

    def __post_init__(self) -> None:
        """Divide once, as every density asks for it."""
        object.__setattr__(self, "scale", 1 / self.sd)
        object.__setattr__(self, "height", self.weight[:, None, :] * self.scale / ROOT_2PI)

    def below(self, x: Array) -> Array:
        """Probability of less than x; x and the result have the shape (pools, d, q)."""
        return self._mean(special.ndtr(self._z(x)))

    def above(self, x: Array) -> Array:
        """Probability of more than x, exact also where it is small; shapes as for `below`."""
        return self._mean(special.ndtr(-self._z(x)))

    def density(self, x: Array) -> Array:
        """Density at x, shape (pools, d, q)."""
        return np.asarray(self._bells(self._z(x)).sum(axis=3))

    def below_density_slope(self, x: Array) -> tuple[Array, Array, Array]:
        """Probability of less than x, density at x and its derivative, shape (pools, d, q)."""
        z = self._z(x)
        bells, below = self._bells(z), self._mean(special.ndtr(z))
        z *= bells
        z *= self.scale[:, :, None, :]
        return below, bells.sum(axis=3), -z.sum(axis=3)

    def fall_and_bend(self, x: Array) -> tuple[Array, Array]:
        """Minus the first and the second derivative of the density at x, shape (pools, d, q)."""
        z, scale = self._z(x), self.scale[:, :, None, :]
        falls = self._bells(z)
        falls *= scale
        bends = falls * scale
        falls *= z
        bends *= 1 - z * z
        return falls.sum(axis=3), bends.sum(axis=3)

    def quantiles(self, probability: Array) -> Array:
        """Values below which lies each probability; both have the shape (pools, d, q)."""
        low, high = self._brackets(probability)
        middle = self._middle()
        z = special.ndtri(probability)
        pick = np.broadcast_to(middle[:, None, None], (*self.mean.shape[:2], 1))
        centre = np.take_along_axis(self.mean, pick, axis=2)
        spread = np.take_along_axis(self.sd, pick, axis=2)

        def excess(x: Array) -> tuple[Array, Array]:
            """Halley's step is Newton's with this slope in place of the density."""
            below, density, rise = self.below_density_slope(x)
            value = below - probability
            bent = density - value * rise / (2 * np.where(density > 0, density, 1.0))
            return value, np.where(bent > density / 2, bent, density)

        floor = np.broadcast_to(3e-14 * spread, z.shape)
        return rising_roots(excess, low, high, centre + spread * z, floor)

    def mean_and_sd(self) -> tuple[Array, Array]:
        """Mean and standard deviation, shape (pools, d), were the tails to have them."""
        weight = self.weight[:, None, :]
        mean = (weight * self.mean).sum(axis=2)
        away = (self.mean - mean[:, :, None]) ** 2
        return mean, np.sqrt((weight * (away + self.sd**2)).sum(axis=2))

    @property
    def shape(self) -> tuple[int, int]:
        """How many pools and distributions there are."""
        pools, distributions, _ = self.mean.shape
        return pools, distributions

    def one_top(self) -> tuple[NDArray[np.bool_], Array, Array, Array]:
        """Whether all components bend down wherever they do not all rise or all fall: one top.

        Also the ends of that range, between their least and their greatest mean, and how exactly
        the top is wanted; all of shape (pools, d).
        """
        low, high = self.mean.min(axis=2), self.mean.max(axis=2)
        away = np.maximum(self.mean - low[..., None], high[..., None] - self.mean)
        return (away < self.sd).all(axis=2), low, high, 1e-13 * self.sd.min(axis=2)

    def only(self, d: NDArray[np.bool_]) -> "Mixture":
        """Some of the distributions, each as a pool of its own; `d` has the shape (pools, d)."""
        pool, _ = np.nonzero(d)
        return Mixture(self.weight[pool], self.mean[d][:, None, :], self.sd[d][:, None, :])

    def _z(self, x: Array) -> Array:
        away = x[:, :, :, None] - self.mean[:, :, None, :]
        away *= self.scale[:, :, None, :]
        return np.asarray(away)

    def _mean(self, values: Array) -> Array:
        """The mean over the components of values (pools, d, q, points), which it overwrites."""
        values *= self.weight[:, None, None, :]
        return np.asarray(values.sum(axis=3))

    def _bells(self, z: Array) -> Array:
        """Weighted densities of the components at z."""
        bells = z * z
        bells *= -0.5
        np.exp(bells, out=bells)
        bells *= self.height[:, :, None, :]
        return bells

    def _middle(self) -> NDArray[np.int_]:
        """The component at the median of tau, of each pool."""
        return np.asarray((self.weight.cumsum(axis=1) < 0.5).sum(axis=1))

    def _brackets(self, probability: Array) -> tuple[Array, Array]:
        """Limits of the quantiles from all components but the widest, of which little depends."""
        rest = np.minimum(probability, 1 - probability).min(axis=(1, 2)) / 10
        kept = self.weight[:, ::-1].cumsum(axis=1)[:, ::-1] > rest[:, None]
        share = (self.weight * kept).sum(axis=1)[:, None, None]
        outside = 1 - share
        lower, upper = (probability - outside) / share, probability / share
        kept = kept[:, None, None, :]
        ends = [
            self.mean[:, :, None, :] + self.sd[:, :, None, :] * special.ndtri(p)[..., None]
            for p in (lower, upper)
        ]
        low = np.where(kept, ends[0], np.inf).min(axis=3)
        return low, np.where(kept, ends[1], -np.inf).max(axis=3)


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
    """Lower limit of the central interval, median and upper limit, shape (3, pools, d)."""
    tail = (1 - LEVEL) / 2
    wanted = np.array([tail, 0.5, 1 - tail])
    shape = (*mixture.shape, 3)
    return np.moveaxis(mixture.quantiles(np.broadcast_to(wanted, shape)), 2, 0)


def locate(mixture: Distributions) -> Located:
    """Where each of the distributions lies."""
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
    mode = np.empty(single.shape)
    if single.any():
        place = (x[single][:, None, None] for x in (low, high, median, floor))
        mode[single] = rising_roots(mixture.only(single).fall_and_bend, *place)[:, 0, 0]
    if not single.all():
        rest = ~single
        mode[rest], single[rest] = _on_grid(mixture.only(rest), a[rest], b[rest])
    return mode, single


def _on_grid(mixture: Distributions, a: Array, b: Array) -> tuple[Array, NDArray[np.bool_]]:
    """The same of distributions (n, 1) by a look at a grid about a and b, of shape (n,)."""
    x = (a[:, None] + (b - a)[:, None] * AROUND)[:, None]
    f = mixture.density(x)
    best = np.clip(f.argmax(axis=2), 1, len(AROUND) - 2)[..., None]
    turns = (np.diff(np.sign(np.diff(f, axis=2)), axis=2) < 0).sum(axis=2)
    return _top(mixture, x, best)[:, 0, 0], turns[:, 0] == 1


def _top(mixture: Distributions, x: Array, best: NDArray[np.int_]) -> Array:
    """The maximum next to the point `best` (pools, d, 1) of a grid x, by the root of the slope."""
    low, middle, high = (np.take_along_axis(x, best + i, axis=2) for i in (-1, 0, 1))
    return rising_roots(mixture.fall_and_bend, low, high, middle, 1e-13 * (high - low))


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
