"""Sums of all values but one, for each: what remains when one study is left out."""

import numpy as np

from metasynth.stats.effects.binary import Array


def sums_of_others(values: Array) -> Array:
    """For each value the sum of all others of its column, from the sums before and behind it.

    Nothing is taken away from a total, so that nothing cancels where one value is nearly all of it.

    Parameters:
        values: shape (k,) or (k, n), the studies along the first axis.

    Returns:
        The same shape.

    Example:
        >>> import numpy as np
        >>> sums_of_others(np.array([1.0, 2.0, 4.0])).tolist()
        [6.0, 5.0, 3.0]
    """
    before, behind = np.zeros_like(values), np.zeros_like(values)
    before[1:] = np.cumsum(values[:-1], axis=0)
    behind[:-1] = np.cumsum(values[:0:-1], axis=0)[::-1]
    return before + behind


def sum_of_products(w: Array) -> Array:
    """Sum of w[i] w[j] over all i ≠ j, which is sum(w)² - sum(w²) without its cancellation.

    Parameters:
        w: shape (k,) or (k, n), the studies along the first axis.

    Example:
        >>> float(sum_of_products(np.array([1.0, 2.0, 4.0])))  # 2 (2 + 4 + 8)
        28.0
    """
    return np.asarray((w * sums_of_others(w)).sum(axis=0))
