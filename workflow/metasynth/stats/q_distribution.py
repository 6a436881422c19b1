"""The distribution of the generalised Q with given weights: a weighted sum of chi-squared.

Biggerstaff and Jackson, Stat Med 2008;27:6093-110; Jackson, Res Synth Methods 2013;4:220-9. It is
found from its Laplace transform, in closed form for one intercept, by a trapezoidal rule on a
contour through the saddle point, whose error falls geometrically with the number of its points.
"""

from dataclasses import dataclass

import numpy as np

from metasynth.core.messages import sentence
from metasynth.stats.common_effect_intervals import IntegralNotReached
from metasynth.stats.effects.binary import Array
from metasynth.stats.roots import falling_roots

REACH, POINTS = 5.5, 176
"""How far the contour goes, in arguments of its hyperbola, and at how many points it is taken."""
BEND = 0.5
"""How fast the contour turns left, where the integrand vanishes; below 1."""
PRECISION = 1e-8
"""The largest difference from every second point alone; the error itself is about its square."""


@dataclass(frozen=True, slots=True, eq=False)
class QDistribution:
    """Q = sum of w (y - mean)², mean that of weights w, where effects have variances v + tau2.

    Parameters:
        v: variances of the effects, above 0, shape (k,), of two studies at least.
        w: the weights, above 0, shape (k,).

    Example:
        >>> q = QDistribution(np.full(3, 0.5), np.full(3, 2.0))  # chi-squared with 2 df at tau2 = 0
        >>> round(float(q.below(2.0, np.array([0.0]))[0]), 12)  # 1 - exp(-1)
        0.632120558829
    """

    v: Array
    w: Array

    def below(self, q: float, tau2: Array) -> Array:
        """The probability of less than `q`, above 0, at each tau2; it falls with tau2.

        Parameters:
            q: a value of Q.
            tau2: at least 0, shape (n,).

        Raises:
            IntegralNotReached: where the quadrature misses its `PRECISION`.
        """
        return np.asarray(np.clip(_integral(self._integrand(q, tau2)[0], 1.0), 0.0, 1.0))

    def density_of_tau2(self, q: float, tau2: Array) -> Array:
        """How fast the probability of less than `q` falls at each tau2.

        Parameters:
            q: a value of Q.
            tau2: at least 0, shape (n,).

        Raises:
            IntegralNotReached: where the quadrature misses its `PRECISION`.

        Example:
            >>> q = QDistribution(np.ones(3), np.ones(3))  # below is 1 - exp(-q/2/(1 + tau2))
            >>> round(float(q.density_of_tau2(2.0, np.array([1.0]))[0]), 12)  # exp(-1/2)/4
            0.151632664928
        """
        values, slope = self._integrand(q, tau2)
        return _integral(-values * slope, tau2 + float(self.v.min()))

    def _integrand(self, q: float, tau2: Array) -> tuple[Array, Array]:
        """Points of the contour's integrand, and the derivatives of its logarithm by tau2."""
        scales = self.w[:, None] * (self.v[:, None] + tau2)
        saddle = self._saddle(q, scales)
        s, step = self._contour(saddle, scales)
        total, logs = np.zeros_like(s), np.zeros_like(s)
        slopes, falls = np.zeros_like(s), np.zeros_like(s)
        for scale, w, part in zip(scales, self.w, self.w / self.w.sum(), strict=True):
            factor = 1 + 2 * scale * s
            logs += np.log(factor)
            total += part / factor
            slope = 2 * w * s / factor
            slopes += slope
            falls += part * slope / factor
        # |I + 2sM| by its determinant lemma
        values = np.exp(q * s) / s * step * np.exp(-logs / 2) / np.sqrt(total)
        return values, (falls / total - slopes) / 2

    @staticmethod
    def _saddle(q: float, scales: Array) -> Array:
        """Where the integrand is least on the positive axis, nearly."""
        k, n = scales.shape
        return falling_roots(
            lambda s: 1 / s + (scales / (1 + 2 * scales * s)).sum(axis=0) - q,
            np.full(n, 1 / q),
            np.full(n, (1 + k / 2) / q),
            np.full(n, 1e-3 / q),
        )

    @staticmethod
    def _contour(saddle: Array, scales: Array) -> tuple[Array, Array]:
        """Points of the upper half of the contour, and its derivative at them."""
        width = 1 / np.sqrt(1 / saddle**2 + (2 * (scales / (1 + 2 * scales * saddle)) ** 2).sum(0))
        u = np.linspace(0.0, REACH, POINTS + 1)[:, None]
        s = saddle + width * (1j * np.sinh(u) - BEND * (np.cosh(u) - 1))
        return s, width * (1j * np.cosh(u) - BEND * np.sinh(u))


def _integral(values: Array, unit: float | Array) -> Array:
    """The integral over the contour, by the trapezoidal rule; `unit` over it is about one or less.

    Raises:
        IntegralNotReached: where every second point alone gives another value.
    """
    terms = values.imag / np.pi * (REACH / POINTS)
    terms[0] /= 2
    found, coarse = terms.sum(axis=0), 2 * terms[::2].sum(axis=0)
    if not (abs(found - coarse) * unit <= PRECISION).all():
        raise IntegralNotReached(
            sentence("the distribution of the generalised Q does not reach its precision")
        )
    return np.asarray(found)
