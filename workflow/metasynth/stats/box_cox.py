"""Mean and standard deviation from a median by the Box-Cox transformation.

The power that makes quartiles and extremes most symmetric about the median is taken for the one
that makes the numbers normal; mean and standard deviation of the powers are turned back by
quadrature, over the part of the normal distribution about its mean that has powers. McGrath, Zhao,
Steele and others, Stat Methods Med Res 2020;29:2520-37 (Box-Cox method); the power lies from 0
(logarithms) to 3, as in their R package estmeansd.
"""

from collections.abc import Callable, Sequence
from math import exp, expm1, log, sqrt

import numpy as np

from metasynth.core import lazy_special as special
from metasynth.stats.effects.binary import Array
from metasynth.stats.roots import bracketed_root

LARGEST = 3.0
_SEARCHED = np.linspace(-2.0, LARGEST, 251)
"""Powers between which minima are looked for; one below 0 is taken for 0."""
_WIDE = 12.0
_STEP = 0.01
_PRECISION = 1e-14
Pairs = Sequence[tuple[float, float]]
"""What lies below and above the median, over the median: quartiles, extremes or both."""


def power(pairs: Pairs) -> float:
    """The power from 0 to 3 that makes the pairs most symmetric about 1.

    Parameters:
        pairs: of numbers above 0, below 1 and above it.

    Example:
        >>> round(power([(0.5, 1.5)]), 6), power([(0.5, 2.0)]), power([(0.5, 4.0)])
        (1.0, 0.0, 0.0)
    """
    logs = [(log(low), log(high)) for low, high in pairs]
    slopes = [_slope(x, logs) for x in _SEARCHED]
    places = [float(_SEARCHED[0]), LARGEST]
    for i in range(len(slopes) - 1):
        if slopes[i] <= 0 <= slopes[i + 1]:
            low, high = float(_SEARCHED[i]), float(_SEARCHED[i + 1])
            places.append(_root(lambda x: _slope(x, logs), low, high))
    found = max(0.0, min(places, key=lambda x: _asymmetry(x, logs)))
    return found if found > _PRECISION else 0.0


def _root(slope: Callable[[float], float], low: float, high: float) -> float:
    for end in (low, high):
        if slope(end) == 0:
            return end
    return bracketed_root(slope, low, high, _PRECISION)


def _ratio(x: float, low: float, high: float) -> float:
    """How far the number above lies from the median, over that of the one below, in powers."""
    if abs(x) * max(high, -low) < _PRECISION:
        return -high / low
    return -expm1(x * high) / expm1(x * low)


def _asymmetry(x: float, logs: Pairs) -> float:
    return sum((_ratio(x, *pair) - 1) ** 2 for pair in logs)


def _slope(x: float, logs: Pairs) -> float:
    """The derivative of the asymmetry by the power."""
    total = 0.0
    for low, high in logs:
        ratio = _ratio(x, low, high)
        if abs(x) * max(high, -low) < 1e-4:
            relative = (high - low) / 2 + x * (high**2 - low**2) / 12
        else:
            relative = high / -expm1(-x * high) - low / -expm1(-x * low)
        total += 2 * (ratio - 1) * ratio * relative
    return total


def transformed(x: float, by: float) -> float:
    """The Box-Cox transformation: (x^by - 1)/by, or the logarithm.

    Parameters:
        x: above 0.
        by: the power, 0 for the logarithm.

    Example:
        >>> round(transformed(4.0, 0.5), 9), transformed(1.0, 0.0)
        (2.0, 0.0)
    """
    return expm1(by * log(x)) / by if by else log(x)


def moments(location: float, scale: float, by: float) -> tuple[float, float]:
    """Mean and standard deviation of numbers whose Box-Cox transformation is normal.

    The normal distribution is cut off where powers end, and as far on the other side of its mean.

    Parameters:
        location: mean of the transformed numbers.
        scale: their standard deviation, above 0.
        by: the power, from 0 to 3.

    Example:
        >>> mean, sd = moments(0.0, 0.1, 1.0)  # all but normal about 1
        >>> round(mean, 9), round(sd, 9)
        (1.0, 0.1)
    """
    if not by:
        mean = exp(location + scale**2 / 2)
        return mean, mean * sqrt(expm1(scale**2))
    reach = (location + 1 / by) / scale
    low, high = max(-reach, -_WIDE), min(reach, _WIDE + 2 * scale)
    z, weights, above = _nodes(low, high)
    base = by * scale * (above + (low + reach))
    density = weights * np.exp(-(z**2) / 2)
    # Next to the cut the base is exact by its distance from it, elsewhere by that from 1.
    beyond = np.log1p(np.maximum(by * (location + scale * z), -0.5))
    values = np.exp(np.where(base > 0.5, beyond, np.log(base)) / by)
    density /= density.sum()
    mean = float((density * values).sum())
    return mean, sqrt(float((density * (values - mean) ** 2).sum()))


def _nodes(low: float, high: float) -> tuple[Array, Array, Array]:
    """Points between two ends, their weights, and how far each is above the lower end.

    The tanh-sinh rule, which bears with a root at an end: Takahasi and Mori, Publ RIMS 1974;9.
    """
    t = np.arange(-400, 401) * _STEP
    half = (high - low) / 2
    inner = np.pi / 2 * np.sinh(t)
    above = 2 * half * special.expit(2 * inner)
    weights = half * _STEP * np.pi / 2 * np.cosh(t) / np.cosh(inner) ** 2
    kept = (above > 0) & (weights > 0)
    return (low + above)[kept], weights[kept], above[kept]
