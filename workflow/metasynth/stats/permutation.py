"""Permutation tests of a pool and of a meta-regression, as metafor's `permutest` makes them.

Follmann and Proschan, Biometrics 1999;55:732-7; Higgins and Thompson, Stat Med 2004;23:1663-82.
Where there are few permutations all of them are made; else some, drawn with a fixed seed, the first
of which is what was observed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb, inf

import numpy as np
from numpy.typing import NDArray

from metasynth.model import bounds
from metasynth.stats.columns import average
from metasynth.stats.effects.binary import Array
from metasynth.stats.intervals import dispersion
from metasynth.stats.least_squares import weighted_least_squares
from metasynth.stats.linear_model import Covariates, LinearModel, dot, unexplained
from metasynth.stats.pool_columns import COLUMNS
from metasynth.stats.tau2 import ESTIMATORS, tau2_many

MOST = 5000
"""Pools that are made at most, where no other number is asked for."""
MOST_ORDERS = 1000
"""Regressions that are made at most, likewise."""
NEARLY = 1e-8
"""Statistics that are less by no more than this, or this share, are as large: ties are rounded."""


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """Two-sided p-values: shares of the permutations whose statistics are as large as observed.

    Parameters:
        p: of each coefficient; of a pool there is one.
        omnibus: of all coefficients but the first together; of a pool that of its mean.
        permutations: how many there were.
        exact: whether they are all that there are.
    """

    p: tuple[float, ...]
    omnibus: float
    permutations: int
    exact: bool


def permuted_pool(
    y: Array, v: Array, method: str = "REML", ci: str = "HKSJ", most: int = MOST, seed: int = 1
) -> PermutationTest:
    """Test a pooled effect by turning the signs of the studies' effects, which no effect allows.

    The statistic is that of the interval, tau2 being estimated for each permutation.

    Parameters:
        y: effects on the analysis scale, 0 being none, shape (k,), of two studies at least.
        v: their variances, above 0, shape (k,).
        method: a key of `tau2.ESTIMATORS`.
        ci: Wald, HKSJ or HKSJ-adhoc.
        most: all 2^k are made where they are no more than these; else so many are drawn.
        seed: the same ones are drawn for the same seed.

    Example:
        >>> found = permuted_pool(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> found.p, found.permutations, found.exact  # at best 2 of 8
        ((0.25,), 8, True)
    """
    k = len(y)
    signs, exact = signs_of(k, most // 2, seed, most)
    wide = bounds.columns(COLUMNS, k)
    starts = range(0, signs.shape[1], wide)
    found = np.concatenate(
        [_statistics(y[:, None] * signs[:, i : i + wide], v, method, ci) for i in starts]
    )
    p = float(as_large(found, found[0]).mean())
    return PermutationTest((p,), p, 2**k if exact else most, exact)


def signs_of(units: int, half: int, seed: int, most: int) -> tuple[NDArray[np.int8], bool]:
    """Signs for units whose signs may turn, the first choice being all 1.

    All signs turned at once leave two-sided statistics as large, so that half of all choices will
    do: those in which the last unit keeps its own.

    Parameters:
        units: how many have a sign each, one at least.
        half: half of all choices is taken where it is no more than this.
        seed: else the same choices are drawn for the same seed.
        most: how many are drawn.

    Returns:
        Of 1 and -1, shape (units, n), and whether they stand for all choices.

    Example:
        >>> signs_of(2, 2, 1, 4)[0].tolist()
        [[1, -1], [1, 1]]
    """
    if units - 1 < half.bit_length() and 2 ** (units - 1) <= half:
        bits = (np.arange(2 ** (units - 1)) >> np.arange(units)[:, None]) & 1
        return 1 - 2 * bits.astype(np.int8), True
    signs = 1 - 2 * np.random.default_rng(seed).integers(0, 2, size=(units, most), dtype=np.int8)
    signs[:, 0] = 1
    return signs, False


def _statistics(y: Array, v: Array, method: str, ci: str) -> Array:
    """The statistic of each column without its sign, infinite where the error is 0."""
    v = np.broadcast_to(v[:, None], y.shape)
    mask = np.ones(y.shape)
    mean, total, spread = average(y, 1 / (v + tau2_many(method, y, v, mask)))
    se = np.sqrt(dispersion(ci, spread, np.full(len(mean), len(y) - 1.0)) / total)
    return np.asarray(np.divide(abs(mean), se, out=np.full(len(mean), inf), where=se > 0))


def permuted_regression(
    y: Array,
    v: Array,
    design: Array,
    method: str | None = "REML",
    ci: str = "HKSJ",
    most: int = MOST_ORDERS,
    seed: int = 1,
) -> PermutationTest:
    """Test the coefficients of a meta-regression by giving each study another's covariates.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        design: shape (k, p), the first column an intercept, fewer columns than studies.
        method: a key of `tau2.ESTIMATORS`; None for tau2 = 0.
        ci: Wald or HKSJ.
        most: all orders that differ are made where they are no more; else so many are drawn.
        seed: the same ones are drawn for the same seed.

    Raises:
        ValueError: when studies do not outnumber coefficients, or columns depend on each other.

    Example:
        >>> y, odd = np.array([0.0, 1.0, 0.1, 1.2]), np.array([1.0, 0.0, 1.0, 0.0])
        >>> design = np.column_stack([np.ones(4), odd])
        >>> found = permuted_regression(y, np.full(4, 0.01), design)
        >>> round(found.omnibus, 6), found.permutations, found.exact  # 2 of 4! / (2! 2!)
        (0.333333, 6, True)
    """
    _, kinds = np.unique(design, axis=0, return_inverse=True)
    kinds = kinds.ravel()
    counts, total, left = np.bincount(kinds), 1, len(y)
    for count in counts.tolist():
        total *= comb(left, count)
        left -= count
    exact = total <= most
    if len(y) <= design.shape[1]:
        raise ValueError(f"{len(y)} studies cannot support {design.shape[1]} coefficients")
    # Covariates in another order are effects in the reverse one, of one design for all.
    if exact:
        orders = [_places(kinds, np.array(one)) for one in _orders(counts.tolist(), ())]
    else:
        draw = np.random.default_rng(seed)
        orders = [np.argsort(draw.permutation(len(y))) for _ in range(most - 1)]
    places = np.array(orders).T
    wide = bounds.columns(COLUMNS, len(y))
    blocks = [places[:, i : i + wide] for i in range(0, places.shape[1], wide)]
    observed = _of_regressions(y[:, None], v[:, None], design, method, ci)[0]
    found = np.vstack([_of_regressions(y[at], v[at], design, method, ci) for at in blocks])
    found = found if exact else np.vstack([observed, found])
    *p, omnibus = as_large(found, observed).mean(axis=0).tolist()
    return PermutationTest(tuple(p), omnibus, len(found), exact)


def _orders(left: list[int], begun: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every order of kinds of which so many are left, after those that stand already."""
    if not any(left):
        yield begun
    for kind, count in enumerate(left):
        if count:
            yield from _orders([*left[:kind], count - 1, *left[kind + 1 :]], (*begun, kind))


def _places(kinds: NDArray[np.intp], others: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which study has, in another order of the kinds, the kind of each place, all used once."""
    found = np.empty(len(kinds), dtype=np.intp)
    found[np.argsort(kinds, kind="stable")] = np.argsort(others, kind="stable")
    return found


def _of_regressions(y: Array, v: Array, design: Array, method: str | None, ci: str) -> Array:
    """Statistics of the coefficients without signs, then of all but the first; a row a column."""
    model = LinearModel(y, v, Covariates(design), np.ones(y.shape))
    tau2 = ESTIMATORS[method](model) if method else np.zeros(y.shape[1])
    w = model.weights(tau2)
    fit = weighted_least_squares(y, design, w)
    left = unexplained(dot(w, fit.residuals**2), dot(w, y * y))
    spread = np.broadcast_to(dispersion(ci, left, np.asarray(model.df, dtype=float)), left.shape)
    b, tested = fit.coefficients, len(design[0]) - 1
    own = np.square(b) / np.diagonal(fit.unscaled, axis1=-2, axis2=-1)
    blocks, effects = fit.unscaled[:, 1:, 1:], b[:, 1:, None]
    together = (effects * np.linalg.solve(blocks, effects)).sum(axis=(1, 2)) / max(1, tested)
    squares = np.column_stack([own, together])
    # Where effects lie on the line nothing is larger.
    scaled = np.divide(
        squares, spread[:, None], out=np.full(squares.shape, inf), where=spread[:, None] > 0
    )
    return np.column_stack([np.sqrt(scaled[:, :-1]), scaled[:, -1]])


def as_large(found: Array, observed: Array | float) -> NDArray[np.bool_]:
    """Which statistics are as large as those observed, or larger, but for rounding.

    Parameters:
        found: statistics, one a row, shape (n,) or (n, p).
        observed: what they are compared with, a number or shape (p,).

    Example:
        >>> as_large(np.array([2.0, 1.0, 2.0 - 1e-12]), 2.0).tolist()
        [True, False, True]
    """
    return found >= np.asarray(observed) - NEARLY * np.maximum(1.0, np.minimum(observed, 1e300))
