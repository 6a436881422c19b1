"""The maxima of a model's likelihood over tau2: of one meta-analysis, or of many at once.

Every maximum lies below max(v) or 2 S/df, S the sum of squared residuals of the unweighted fit and
df the studies less the coefficients: the first term of the score is at most max(w)² S, the penalty
at least df min(w), and beyond max(v) all weights lie within a factor 2 of each other.
"""

from math import ceil, log10
from sys import float_info

import numpy as np

from metasynth.stats.effects.binary import Array
from metasynth.stats.linear_model import LinearModel
from metasynth.stats.roots import (
    POINTS_PER_DECADE,
    bracketed_root,
    bracketed_roots,
    falling_root,
    highest_maximum,
    scan_points,
)


def maxima(model: LinearModel, restricted: bool) -> tuple[float, float | None]:
    """The highest maximum of one meta-analysis, then the next or None.

    Parameters:
        model: one meta-analysis.
        restricted: whether the likelihood is the restricted one.

    Returns:
        Values of tau2, at least 0, on the squared analysis scale.

    Example:
        >>> maxima(LinearModel(np.array([0.4, 0.5, 0.6]), np.full(3, 0.04)), restricted=True)
        (0.0, None)
    """
    least = float(model.least)
    grid = scan_points(least, float(_bound(model)))
    scan = LinearModel(model.y[:, None], model.v[:, None], model.design)
    return highest_maximum(
        lambda t: float(model.score(t, restricted)),
        lambda t: float(model.log_likelihood(t, restricted)),
        grid,
        scan.score(grid, restricted) > 0,
        least * float_info.epsilon,
    )


def likelihood_region(
    model: LinearModel, restricted: bool, drop: float, top: float | None = None
) -> tuple[float, float]:
    """The least and the largest tau2 whose likelihood comes within `drop` of the maximum.

    Parameters:
        model: one meta-analysis.
        restricted: whether the likelihood is the restricted one.
        drop: of twice the log likelihood, above 0.
        top: where the maximum is, if that is known.

    Example:
        >>> model = LinearModel(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04))
        >>> low, high = likelihood_region(model, restricted=True, drop=1.0)  # about 0.12
        >>> round(low, 4), round(high, 4)
        (0.0279, 0.4903)
    """
    if top is None:
        top = maxima(model, restricted)[0]
    least = drop - float(model.log_likelihood(top, restricted))

    def above(tau2: float) -> float:
        return float(model.log_likelihood(tau2, restricted)) + least

    floor = float(model.least) * float_info.epsilon
    points = sorted({top, *scan_points(float(model.least), float(_bound(model))).tolist()})
    inside = [i for i, tau2 in enumerate(points) if tau2 == top or above(tau2) > 0]
    first, last = inside[0], inside[-1]
    low = (
        points[0] if first == 0 else bracketed_root(above, points[first - 1], points[first], floor)
    )
    beyond = points[min(last + 1, len(points) - 1)]
    return low, falling_root(above, points[last], beyond, floor)


def highest_of_many(model: LinearModel, restricted: bool) -> Array:
    """The highest maximum of each column; those that have several go one at a time.

    Parameters:
        model: n meta-analyses.
        restricted: whether the likelihood is the restricted one.

    Returns:
        Values of tau2, at least 0, shape (n,).
    """
    low, high, count = _brackets(model, restricted)
    found = np.zeros(low.shape)
    one = np.flatnonzero((count == 1) & (high > 0))
    if len(one):
        part = model.columns(one)
        found[one] = bracketed_roots(
            lambda tau2: part.score(tau2, restricted),
            low[one],
            high[one],
            float_info.epsilon * part.least,
        )
    for i in np.flatnonzero(count > 1):
        found[i] = maxima(model.column(int(i)), restricted)[0]
    return found


def _bound(model: LinearModel) -> Array:
    return np.maximum(model.largest, 2 * model.q(model.ones) / model.df)


def _brackets(model: LinearModel, restricted: bool) -> tuple[Array, Array, Array]:
    """Walk up the scan points: the last bracket of each column (0, 0 if none), and its maxima.

    Where rounding hides the last, as the score rises even at the bound, that counts as two.
    """
    least, last = model.least, _bound(model) * (1 + 1e-9)
    steps = 1 + ceil(POINTS_PER_DECADE * log10(1 + float((last / least).max())))
    ratio = (1 + last / least) ** (1 / steps)
    low, high = np.zeros(last.shape), np.zeros(last.shape)
    before, point = np.zeros(last.shape), least * (ratio - 1)
    rising = model.score(before, restricted) > 0
    count = np.where(rising, 0, 1)
    for _ in range(steps):
        now = model.score(point, restricted) > 0
        top = rising & ~now
        low, high = np.where(top, before, low), np.where(top, point, high)
        count = count + top
        before, rising, point = point, now, (point + least) * ratio - least
    return low, high, np.where(rising, 2, count)
