"""The pooled effects of all subsets of the studies, or of a sample of them.

Olkin, Dahabreh and Trikalinos, Res Synth Methods 2012;3:214-23.
"""

from dataclasses import dataclass

import numpy as np

from metasynth.model import bounds
from metasynth.stats import pool_columns
from metasynth.stats.effects.binary import Array

ALL_UP_TO = 13
"""With more studies than this a sample of subsets is pooled: 2^13 are 8191."""
SAMPLE = 10_000
"""Fewer of more than 320 studies (`bounds.sets`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Subsets:
    """The pooled effects of subsets (analysis scale) and their I² from Q, in per cent."""

    effects: Array
    i2: Array
    complete: bool


def subsets(y: Array, v: Array) -> Subsets:
    """Pool subsets of two studies and more by random effects (REML).

    Parameters:
        y: effects on the analysis scale, shape (k,), at least two.
        v: their variances, above 0, shape (k,).

    Returns:
        All subsets of up to `ALL_UP_TO` studies in the order of their binary numbers, else a sample
        that is the same at every run.

    Example:
        >>> found = subsets(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> found.effects.round(6).tolist(), found.i2.round(6).tolist()
        ([0.3, 0.5, 0.7, 0.5], [50.0, 87.5, 50.0, 75.0])
    """
    complete = len(y) <= ALL_UP_TO
    parts = list(pool_columns.gosh(y, v, None if complete else bounds.sets(SAMPLE, len(y))))
    k, mean, q = (np.concatenate([getattr(p, name) for p in parts]) for name in ("k", "mean", "q"))
    several = k > 1
    k, mean, q = k[several], mean[several], q[several]
    with np.errstate(divide="ignore", invalid="ignore"):
        i2 = np.where(q > k - 1, 100 * (q - (k - 1)) / q, 0.0)
    return Subsets(mean, i2, complete)
