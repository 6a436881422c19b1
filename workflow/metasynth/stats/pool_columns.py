"""Many random-effects meta-analyses at once: for resampling, multiverses and subsets of studies.

Arrays have a row a study and a column a meta-analysis; `w` masks hold 1 where a study takes part,
else 0. Results agree with those of one at a time to rounding: the same equations, brackets and
scan, evaluated for all columns together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasynth.core.distributions import t_quantiles
from metasynth.model import bounds
from metasynth.stats.columns import average
from metasynth.stats.effects.binary import Array
from metasynth.stats.intervals import dispersion
from metasynth.stats.tau2 import tau2_many

COLUMNS = 2048
"""Meta-analyses that are worked on together: enough to hide overhead, few enough for the cache.

Of more than 64 studies fewer, so that a block stays as large (`bounds.columns`)."""
NUMBERED = 62
"""Up to so many studies a subset has a number that 64 bits hold."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Results on the analysis scale, one value a meta-analysis; NaN where k is too small.

    HKSJ limits need two studies, the prediction interval (t with k - 1, HKSJ error) three.
    """

    k: Array
    mean: Array
    se: Array
    tau2: Array
    q: Array
    ci_low: Array
    ci_high: Array
    pi_low: Array
    pi_high: Array


def pool_many(y: Array, v: Array, taking_part: Array | None = None) -> Batch:
    """Pool each column by REML with HKSJ and prediction limits.

    Parameters:
        y: effects on the analysis scale, shape (k, n) of n meta-analyses, or what broadcasts to it.
        v: their variances, above 0, of the same shape.
        taking_part: 1 or 0, of the same shape, everywhere 1 if None; every column needs a study.

    Example:
        >>> pools = pool_many(np.array([[0.1, 1.0], [0.5, 5.0], [0.9, 9.0]]), np.full((3, 2), 0.04))
        >>> pools.mean.round(9).tolist(), pools.tau2.round(9).tolist()
        ([0.5, 5.0], [0.12, 15.96])
    """
    shape = np.broadcast_shapes(y.shape, v.shape, () if taking_part is None else taking_part.shape)
    mask = np.ones(shape) if taking_part is None else np.broadcast_to(taking_part, shape)
    y, v = np.broadcast_to(y, shape), np.broadcast_to(v, shape)
    wide = bounds.columns(COLUMNS, shape[0])
    parts = [
        _pool_block(y[:, i : i + wide], v[:, i : i + wide], mask[:, i : i + wide])
        for i in range(0, shape[1], wide)
    ]
    return Batch(*(np.concatenate([getattr(p, f) for p in parts]) for f in Batch.__slots__))


def gosh(y: Array, v: Array, subsets: int | None = None, seed: int = 1) -> Iterator[Batch]:
    """Pool all subsets of the studies, or a sample of them, in blocks of constant size.

    Olkin, Dahabreh and Trikalinos, Res Synth Methods 2012;3:214-23.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        subsets: how many to draw at random, each non-empty subset as likely as the next; None for
            all 2^k - 1 in the order of their binary numbers (study 1 the lowest bit).
        seed: the same subsets are drawn for the same one.

    Raises:
        ValueError: for all subsets of more than 62 studies.

    Example:
        >>> (block,) = gosh(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> block.mean.round(6).tolist()
        [0.1, 0.5, 0.3, 0.9, 0.5, 0.7, 0.5]
    """
    k = len(y)
    if subsets is None and k > NUMBERED:
        raise ValueError(f"2^{k} subsets are too many to pool all of them: ask for a sample")
    total = 2**k - 1 if subsets is None else subsets
    wide = bounds.columns(COLUMNS, k)
    draw = np.random.default_rng(seed)
    for start in range(0, total, wide):
        count = min(wide, total - start)
        if subsets is None:
            taking = _members(k, np.arange(start + 1, start + 1 + count, dtype=np.int64))
        else:
            taking = _drawn(k, count, draw)
        yield pool_many(y[:, None], v[:, None], taking)


def _members(k: int, numbers: NDArray[np.int64]) -> Array:
    """Which of `k` studies the subsets of these binary numbers hold, a row a study."""
    bits = np.arange(k, dtype=np.int64)[:, None]
    return ((numbers >> bits) & 1).astype(np.float64)


def _drawn(k: int, count: int, draw: np.random.Generator) -> Array:
    """Random non-empty subsets: by their numbers as far as these are machine integers."""
    if k <= NUMBERED:
        return _members(k, draw.integers(1, 2**k, size=count, dtype=np.int64))
    taking = draw.integers(0, 2, size=(k, count), dtype=np.int8)
    while len(empty := np.flatnonzero(~taking.any(axis=0))):
        taking[:, empty] = draw.integers(0, 2, size=(k, len(empty)), dtype=np.int8)
    return taking.astype(np.float64)


def _pool_block(y: Array, v: Array, mask: Array) -> Batch:
    k = mask.sum(axis=0)
    tau2 = tau2_many("REML", y, v, mask)
    mean, total, spread = average(y, mask / (v + tau2))
    df = np.where(k > 1, k - 1, np.nan)
    se, t = np.sqrt(dispersion("HKSJ", spread, df) / total), t_quantiles(df)
    half, reach = t * se, np.where(k > 2, t * np.sqrt(tau2 + se**2), np.nan)
    _, _, q = average(y, mask / v)
    return Batch(k, mean, se, tau2, q, mean - half, mean + half, mean - reach, mean + reach)
