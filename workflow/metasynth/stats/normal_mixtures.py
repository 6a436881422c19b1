"""Mixtures of normal distributions with common weights: what mu and each trial's effect become.

Given tau a posterior is normal, so over the points of `tau_posterior` it is a mixture. Its
distribution function is a sum, and its quantiles, mode and shortest interval are roots.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from metasynth.core import lazy_special as special
from metasynth.stats.effects.binary import Array
from metasynth.stats.roots_of_rising import rising_roots

ROOT_2PI = float(np.sqrt(2 * np.pi))


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

    def heavier(self, least: float) -> "Mixture":
        """The same without components of no more weight than `least` in any pool."""
        kept = (self.weight > least).any(axis=0)
        if kept.all():
            return self
        return Mixture(self.weight[:, kept], self.mean[:, :, kept], self.sd[:, :, kept])

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
