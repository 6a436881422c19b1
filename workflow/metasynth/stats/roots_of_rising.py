"""Roots of rising functions whose slope is known, such as distribution functions: quantiles."""

from collections.abc import Callable
from sys import float_info

import numpy as np

from metasynth.core.messages import sentence
from metasynth.stats.effects.binary import Array
from metasynth.stats.pooling import EffectUndefined


def rising_roots(
    function: Callable[[Array], tuple[Array, Array]],
    low: Array,
    high: Array,
    start: Array,
    floor: Array,
) -> Array:
    """Where each of many rising functions crosses zero between `low` and `high`.

    Newton's step is taken where it stays in the bracket and the last one at least halved the value,
    else the bracket is halved; so the brackets close, to the spacing of floats or to `floor`.

    Parameters:
        function: from arguments of any shape to values and slopes of that shape.
        low: where the brackets begin, of that shape.
        high: where they end, of that shape.
        start: about the roots, of that shape.
        floor: the least widths of brackets that have a meaning, of that shape.

    Returns:
        The roots, of that shape.

    Raises:
        EffectUndefined: where a function has no value.

    Example:
        >>> ends = np.zeros(2), np.full(2, 4.0)
        >>> squares = np.array([2.0, 9.0])
        >>> rising_roots(
        ...     lambda x: (x * x - squares, 2 * x), *ends, np.ones(2), np.zeros(2)
        ... ).round(9).tolist()
        [1.414213562, 3.0]
    """
    low, high = low.copy(), high.copy()
    x = np.minimum(np.maximum(start, low), high)
    last = np.full(x.shape, np.inf)
    while True:
        value, slope = function(x)
        if np.isnan(value).any():
            raise EffectUndefined(
                sentence("a distribution has no value where its quantile is looked for")
            )
        low, high = np.where(value < 0, x, low), np.where(value > 0, x, high)
        size, width = np.abs(value), high - low
        rising = slope > 0
        step = np.where(rising, -value / np.where(rising, slope, 1.0), np.inf)
        least = 4 * float_info.epsilon * np.abs(x) + floor
        done = (np.abs(step) <= least) | (width <= 2 * least) | (size == 0)
        if done.all():
            return x
        there = x + np.where(done, 0.0, step)
        newton = (there > low) & (there < high) & (size <= last / 2)
        x = np.where(done, x, np.where(newton, there, low + width / 2))
        last = np.where(newton, size, np.inf)
