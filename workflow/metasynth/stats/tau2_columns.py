"""The between-study variances of many meta-analyses at once, by every estimator of `tau2`.

Arrays have a row a study and a column a meta-analysis; `mask` holds 1 where a study takes part,
else 0, where `y` and `v` are any finite numbers, `v` above 0. Equations, brackets and scan are
those of `tau2` and `heterogeneity`, evaluated for all columns together.
"""

from collections.abc import Callable, Iterable
from math import ceil, log10
from sys import float_info

import numpy as np
from numpy.typing import NDArray

from metasynth.stats.effects.binary import Array
from metasynth.stats.roots import POINTS_PER_DECADE, bracketed_roots, falling_roots
from metasynth.stats.tau2 import estimate_tau2


def tau2_many(method: str, y: Array, v: Array, mask: Array) -> Array:
    """Each column's tau2 by the named estimator; 0 where fewer than two studies take part."""
    k = mask.sum(axis=0)
    tau2 = np.zeros(k.shape)
    several = np.flatnonzero(k > 1)
    if len(several):
        y, v, mask = contiguous((y, v, mask), several)
        tau2[several] = _ESTIMATORS[method](y, v, mask, k[several])
    return tau2


def contiguous(arrays: Iterable[Array], chosen: NDArray[np.intp]) -> list[Array]:
    """The chosen columns, rows contiguous: indexing alone would turn the memory's order round."""
    return [np.ascontiguousarray(array[:, chosen]) for array in arrays]


def weighted(y: Array, w: Array) -> tuple[Array, Array, Array]:
    """Each column's mean under the weights, their sum, and the squares about the mean (Q)."""
    total = w.sum(axis=0)
    mean = (w * y).sum(axis=0) / total
    return mean, total, (w * (y - mean) ** 2).sum(axis=0)


def _moment(y: Array, v: Array, mask: Array, a: Array) -> Array:
    """Method of moments with weights `a`; the sum over pairs does not cancel."""
    _, total, q = weighted(y, a)
    expected_within = (a * v).sum(axis=0) - (a**2 * v).sum(axis=0) / total
    return np.asarray(np.maximum(0.0, (q - expected_within) / (_products(a) / total)))


def _dersimonian_laird(y: Array, v: Array, mask: Array, k: Array) -> Array:
    return _moment(y, v, mask, mask / v)


def dersimonian_laird_about_many(y: Array, v: Array, mask: Array, centre: Array) -> Array:
    """Each column's moment estimate with Q about a given centre; two studies or more."""
    w = mask / v
    excess = (w * (y - centre) ** 2).sum(axis=0) - (mask.sum(axis=0) - 1)
    return np.asarray(np.maximum(0.0, excess / (_products(w) / w.sum(axis=0))))


def _products(a: Array) -> Array:
    """Sums of a[i] a[j] over all i ≠ j, which do not cancel; see `pooling.sum_of_products`."""
    ordered = np.sort(a, axis=0)
    return np.asarray(2 * (ordered[1:] * ordered.cumsum(axis=0)[:-1]).sum(axis=0))


def _two_step(y: Array, v: Array, mask: Array, k: Array) -> Array:
    return _moment(y, v, mask, mask / (v + _dersimonian_laird(y, v, mask, k)))


def _hedges(y: Array, v: Array, mask: Array, k: Array) -> Array:
    _, _, squares = weighted(y, mask)
    return np.asarray(np.maximum(0.0, squares / (k - 1) - (mask * v).sum(axis=0) / k))


def _hunter_schmidt(y: Array, v: Array, mask: Array, k: Array) -> Array:
    _, total, q = weighted(y, mask / v)
    return np.asarray(np.maximum(0.0, (q - k) / total))


def _sidik_jonkman(y: Array, v: Array, mask: Array, k: Array) -> Array:
    _, _, squares = weighted(y, mask)
    crude = squares / k
    _, _, q = weighted(y, mask / (v + crude))
    return np.asarray(crude * q / (k - 1))


def _paule_mandel(y: Array, v: Array, mask: Array, k: Array) -> Array:
    found = np.zeros(k.shape)
    above = np.flatnonzero(weighted(y, mask / v)[2] > k - 1)
    y, v, mask = contiguous((y, v, mask), above)
    df = k[above] - 1
    found[above] = falling_roots(
        lambda tau2: np.asarray(weighted(y, mask / (v + tau2))[2] - df),
        np.zeros(len(above)),
        weighted(y, mask)[2] / df,
        float_info.epsilon * _least(v, mask),
    )
    return found


Score = Callable[[Array, Array, Array, Array], Array]


def _reml_score(y: Array, v: Array, mask: Array, tau2: Array) -> Array:
    """The REML score of each column, as in `tau2.reml_score`."""
    total, squares, weights = _sums(y, v, mask, tau2)
    return np.asarray(squares - total + weights / total)


def _ml_score(y: Array, v: Array, mask: Array, tau2: Array) -> Array:
    """The ML score of each column, as in `tau2.ml_score`."""
    total, squares, _ = _sums(y, v, mask, tau2)
    return np.asarray(squares - total)


def _sums(y: Array, v: Array, mask: Array, tau2: Array) -> tuple[Array, Array, Array]:
    """Sums of the weights, of the squared weighted deviations, and of the squared weights."""
    w = v + tau2
    np.divide(mask, w, out=w)
    total = w.sum(axis=0)
    deviation = y - np.einsum("ij,ij->j", w, y) / total
    deviation *= w
    squares, weights = (np.einsum("ij,ij->j", a, a) for a in (deviation, w))
    return total, squares, weights


def _likelihood(method: str, score: Score) -> Callable[[Array, Array, Array, Array], Array]:
    """Scan each column's score and refine its maximum; rare second maxima go the slow way."""

    def estimate(y: Array, v: Array, mask: Array, k: Array) -> Array:
        low, high, maxima = _brackets(score, y, v, mask, k)
        found = np.zeros(k.shape)
        one = np.flatnonzero((maxima == 1) & (high > 0))
        y1, v1, m1 = contiguous((y, v, mask), one)
        floor = float_info.epsilon * _least(v1, m1)
        if len(one):
            found[one] = bracketed_roots(
                lambda tau2: score(y1, v1, m1, tau2), low[one], high[one], floor
            )
        for i in np.flatnonzero(maxima > 1):
            here = mask[:, i] > 0
            found[i] = estimate_tau2(y[here, i], v[here, i], method).value
        return found

    return estimate


def _least(v: Array, mask: Array) -> Array:
    return np.asarray(np.where(mask > 0, v, np.inf).min(axis=0))


def _brackets(
    score: Score, y: Array, v: Array, mask: Array, k: Array
) -> tuple[Array, Array, Array]:
    """Walk up the scan points: the last bracket of each column (0, 0 if none), and its maxima.

    Where rounding hides the last, as the score rises even at the bound, that counts as two.
    """
    centre = (mask * y).sum(axis=0) / k
    crude = (mask * (y - centre) ** 2).sum(axis=0) / (k - 1)
    last = np.maximum((mask * v).max(axis=0), 2 * crude) * (1 + 1e-9)
    least = _least(v, mask)
    steps = 1 + ceil(POINTS_PER_DECADE * log10(1 + float((last / least).max())))
    ratio = (1 + last / least) ** (1 / steps)
    low, high = np.zeros(k.shape), np.zeros(k.shape)
    before, point = np.zeros(k.shape), least * (ratio - 1)
    rising = score(y, v, mask, before) > 0
    maxima = np.where(rising, 0, 1)
    for _ in range(steps):
        now = score(y, v, mask, point) > 0
        top = rising & ~now
        low, high = np.where(top, before, low), np.where(top, point, high)
        maxima = maxima + top
        before, rising, point = point, now, (point + least) * ratio - least
    return low, high, np.where(rising, 2, maxima)


_ESTIMATORS: dict[str, Callable[[Array, Array, Array, Array], Array]] = {
    "DL": _dersimonian_laird,
    "REML": _likelihood("REML", _reml_score),
    "ML": _likelihood("ML", _ml_score),
    "PM": _paule_mandel,
    "EB": _paule_mandel,
    "SJ": _sidik_jonkman,
    "HE": _hedges,
    "HS": _hunter_schmidt,
    "DL2": _two_step,
}
