"""Intervals about the common-effect mean that allow for differences between studies.

The weights stay 1/v, so that large studies keep theirs whatever tau2 is; the differences widen the
interval alone. All take effects on the analysis scale and their variances, of two studies at least.
"""

from math import sqrt

import numpy as np

from metasynth.core import lazy_special as special
from metasynth.core.distributions import LEVEL
from metasynth.core.messages import Refused, sentence
from metasynth.stats.effects.binary import Array
from metasynth.stats.intervals import Interval, hksj_interval, interval
from metasynth.stats.roots import falling_root
from metasynth.stats.tau2 import estimate_tau2

PRECISION = 1e-11
"""The largest error of an integral, as estimated, that is taken for rounding."""
FARTHEST = 40.0
"""Standard errors beyond which a normal density is 0 in floats."""


class IntegralNotReached(Refused, ArithmeticError):  # noqa: N818 - it names the fault
    """A quadrature did not reach its precision."""


def _uwls_interval(y: Array, v: Array, tau2: float, mean: float, variance: float) -> Interval:
    """Unrestricted weighted least squares: variance times Q/(k - 1), and t with k - 1.

    Stanley and Doucouliagos, Stat Med 2015;34:2116-27. Parameters are those of
    `intervals.hksj_interval`, but `tau2` plays no part.

    Example:
        >>> found = _uwls_interval(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04), 0.0, 0.5, 0.04 / 3)
        >>> round(found.se**2, 6), found.df  # 8 / 2 times 0.04 / 3
        (0.053333, 2)
    """
    return hksj_interval(y, v, 0.0, mean, variance)


def _ivhet_interval(y: Array, v: Array, tau2: float, mean: float, variance: float) -> Interval:
    """Inverse-variance heterogeneity: the mean's variance if tau2 is DerSimonian and Laird's.

    Doi et al., Contemp Clin Trials 2015;45:130-8. Parameters are those of
    `intervals.hksj_interval`, but `tau2` plays no part.

    Example:
        >>> found = _ivhet_interval(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04), 0.0, 0.5, 0.04 / 3)
        >>> round(found.se**2, 6)  # (0.04 + 0.12) / 3
        0.053333
    """
    return interval(mean, sqrt(_variance_with(v, _moment(y, v))))


def _moment(y: Array, v: Array) -> float:
    return estimate_tau2(y, v, "DL").value


def _variance_with(v: Array, tau2: float) -> float:
    """The variance of the common-effect mean under that much variance between studies."""
    share = (1 / v) / (1 / v).sum()
    return float((share**2 * (v + tau2)).sum())


def _henmi_copas_interval(
    y: Array, v: Array, tau2: float, mean: float, variance: float
) -> Interval:
    """Henmi and Copas: by the distribution of the mean over its error, tau2 being estimated.

    Stat Med 2010;29:2969-83. Q given the mean is taken as a gamma variable of its first two
    moments. Parameters are those of `intervals.hksj_interval`, but `tau2` plays no part.

    Raises:
        IntegralNotReached: where the quadrature misses its `PRECISION`.
    """
    between = _moment(y, v)
    se = sqrt(_variance_with(v, between))
    tail = _Tail(v, between)
    half = falling_root(lambda x: tail.beyond(x) - (1 - LEVEL) / 2, 0.0, 2.0) * tail.unit * se
    p = 2 * tail.beyond(abs(mean) / (tail.unit * se))
    return Interval(mean - half, mean + half, se, None, None, p)  # neither z nor t


class _Tail:
    """The probability that the mean, over its estimated error, lies beyond a bound on one side.

    Under a between-study variance `tau2`; equations 4 to 8 of the paper, whose W1 is the sum of the
    weights, and Wj the sum of their j-th powers over it. Bounds are in units of `unit`, the
    standard deviation of the mean over its error at tau2 = 0.
    """

    def __init__(self, v: Array, tau2: float) -> None:
        w = 1 / v
        scale = float(w.max())  # weights of any size leave their powers in range
        u, t = w / scale, tau2 * scale
        w1, w2, w3, w4 = (float((u**power).sum()) for power in (1, 2, 3, 4))
        w2, w3, w4 = w2 / w1, w3 / w1, w4 / w1
        self.df, self.ratio = len(w) - 1, w1 / w2 - 1
        self.vr = 1 + t * w2
        self.unit = sqrt(self.vr)
        self._mean = (self.df + t * (w1 - w2), t * t * (w3 - w2 * w2))
        self._variance = (
            2 * self.df + 4 * t * (w1 - w2) + 2 * t * t * (w1 * w2 - 2 * w3 + w2 * w2),
            4 * t * t * (w3 - w2 * w2) + 4 * t**3 * (w4 - 2 * w2 * w3 + w2**3),
            2 * t**4 * (w3 - w2 * w2) ** 2,
        )

    def beyond(self, bound: float) -> float:
        """Integrate over the standardised mean r from `bound` on."""
        if bound == 0:
            return 0.5
        from scipy.integrate import quad  # type: ignore[import-untyped]  # where asked for

        value, error = quad(
            lambda r: self._density(r, bound), bound, bound + FARTHEST, epsabs=1e-13, epsrel=1e-12,
            limit=500,
        )  # fmt: skip
        if not error <= PRECISION:
            raise IntegralNotReached(
                sentence("the integral of Henmi and Copas’s interval does not reach its precision")
            )
        return float(value)

    def _density(self, r: float, bound: float) -> float:
        """The density of r times the probability that tau2 is estimated small enough."""
        squared = r * r  # (r times the root of vr)² over vr, as the paper's R is not standardised
        bend = squared / self.vr - 1 / self.vr
        mean = self._mean[0] + bend * self._mean[1]
        variance = (
            self._variance[0]
            + bend * self._variance[1]
            + self._variance[2] * (1 - 2 * squared) / self.vr**2
        )
        limit = self.ratio * ((r / bound) ** 2 - 1) + self.df
        lower = special.gammainc(mean * mean / variance, limit * mean / variance)
        return float(lower * np.exp(-squared / 2) / sqrt(2 * np.pi))


ABOUT_THE_COMMON_MEAN = {
    "UWLS": _uwls_interval,
    "IVhet": _ivhet_interval,
    "HC": _henmi_copas_interval,
}
"""The interval of each name, as a function of y, v, tau2, the pooled mean and its variance."""
