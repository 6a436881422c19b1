"""Sums of all values but one, for each: what remains when one study is left out."""

import numpy as np

from metasynth.stats.effects.binary import Array


def sums_of_others(values: Array) -> Array:
    """For each value the sum of all others, from the sums before and behind it.

    Nothing is taken away from a total, so that nothing cancels where one value is nearly all of it.
    """
    before, behind = np.zeros(len(values)), np.zeros(len(values))
    before[1:] = np.cumsum(values)[:-1]
    behind[:-1] = np.cumsum(values[::-1])[-2::-1]
    return before + behind
