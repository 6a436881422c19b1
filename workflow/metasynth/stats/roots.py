"""Bracketed roots to the last float, and the maxima of a function by the roots of its derivative.

A minimiser stops where its objective is flat to rounding, which is half the digits, and where that
is differs from one processor to the next. A root in a bracket has neither fault.
"""

from collections.abc import Callable
from itertools import pairwise
from math import copysign, isnan, log10
from sys import float_info

import numpy as np
from numpy.typing import NDArray

POINTS_PER_DECADE = 8
"""Density of the scan for several maxima of a variance's likelihood: a feature of such a profile
is about a decade wide."""


def bracketed_root(
    function: Callable[[float], float], low: float, high: float, floor: float = 0.0
) -> float:
    """Find where `function`, of opposite signs at `low` and `high`, crosses zero.

    The bracket is narrowed until it is as wide as the spacing of floats there, or as `floor`,
    below which a difference of the argument has no meaning. Method: Chandrupatla, Adv Eng Softw
    1997;28:145-9 (inverse quadratic steps that are taken only where they are safe, bisection
    otherwise).

    Parameters:
        function: of one argument.
        low: an end of the bracket.
        high: its other end.
        floor: as above.

    Raises:
        ValueError: without a change of sign, or where the sign changes at a value that is none.

    Example:
        >>> round(bracketed_root(lambda x: x * x - 2, 0.0, 2.0), 6)
        1.414214
    """
    a, b = low, high
    fa, fb = function(a), function(b)
    if fa == 0 or fb == 0:
        return a if fa == 0 else b
    if copysign(1.0, fa) == copysign(1.0, fb):
        raise ValueError(f"no change of sign between {low} and {high}")
    step = 0.5
    while True:
        x = a + step * (b - a)
        fx = function(x)
        if copysign(1.0, fx) == copysign(1.0, fa):
            c, fc = a, fa
        else:
            c, fc, b, fb = b, fb, a, fa
        a, fa = x, fx
        best, residual = (a, fa) if abs(fa) < abs(fb) else (b, fb)
        least = (float_info.epsilon * abs(best) + floor) / abs(b - a)
        if residual == 0 or least > 0.5:
            if isnan(fa) or isnan(fb):
                raise ValueError(f"no value between {low} and {high}")
            return best
        step = min(1 - least, max(least, _safe_step(a, b, c, fa, fb, fc)))


def falling_root(
    function: Callable[[float], float], low: float, high: float, floor: float = 0.0
) -> float:
    """Find where `function`, which falls through zero between `low` and `high`, does so.

    The ends need hold it but for rounding: `low` is given where the function is not positive even
    there, and `high` is doubled until the function is not positive there. `floor` is as for
    `bracketed_root`, above 0 where `high` may be 0.

    Parameters:
        function: of one argument.
        low: where the bracket begins, at least 0.
        high: about where it ends.
        floor: the least width of a bracket that has a meaning.

    Returns:
        The root, or `low`.

    Raises:
        ValueError: where the function has no value, or stays above 0.

    Example:
        >>> round(falling_root(lambda x: 2 - x * x, 0.0, 0.1), 6)
        1.414214
        >>> falling_root(lambda x: -x, 0.0, 1.0)
        0.0
    """
    if not (start := function(low)) > 0:
        if isnan(start):
            raise ValueError(f"no value at {low}")
        return low
    high = max(high, low + floor)
    while function(high) > 0:
        if 2 * high == high:  # 0 or infinite
            raise ValueError(f"no root above {low}")
        high *= 2
    return bracketed_root(function, low, high, floor)


def _safe_step(a: float, b: float, c: float, fa: float, fb: float, fc: float) -> float:
    """Give the next step as a fraction of b - a: inverse quadratic if monotone there, else half."""
    xi = (a - b) / (c - b)
    phi = (fa - fb) / (fc - fb)
    if not (phi * phi < xi and (1 - phi) * (1 - phi) < 1 - xi):
        return 0.5
    return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)


def scan_points(smallest_variance: float, high: float) -> NDArray[np.float64]:
    """Where to look at a score between 0 and `high`, a bound on every root.

    Evenly on the log scale of tau2 + `smallest_variance`, that of the most exact study: the score
    depends on tau2 by the studies' total variances alone, and none of them changes faster.

    Parameters:
        smallest_variance: above 0, on the squared analysis scale.
        high: at least 0, on the same scale.

    Returns:
        Rising from 0 to a little beyond `high`, shape (points,).

    Example:
        >>> points = scan_points(0.01, 0.99)  # two decades of v + tau2, eight steps in each
        >>> len(points), points[0].tolist(), points[-1].round(6).tolist()
        (18, 0.0, 0.99)
    """
    decades = log10(1 + high / smallest_variance)
    totals = np.geomspace(1, 1 + high / smallest_variance, 2 + int(POINTS_PER_DECADE * decades))
    points = smallest_variance * (totals - 1)
    points[-1] = high * (1 + 1e-9)
    return np.asarray(points)


def highest_maximum(
    score: Callable[[float], float],
    log_likelihood: Callable[[float], float],
    grid: NDArray[np.float64],
    rising: NDArray[np.bool_],
    floor: float,
) -> tuple[float, float | None]:
    """Refine every maximum of a likelihood over tau2 >= 0; give the highest, then the next or None.

    `rising` says where on `grid` the derivative `score` is positive; at 0 it may fall at once, and
    0 is then a maximum itself. At the last point of the grid it falls, but for rounding.

    Parameters:
        score: the derivative, of a tau2 on the squared analysis scale.
        log_likelihood: of a tau2, but for a constant.
        grid: rising from 0, shape (points,).
        rising: whether the score is above 0 there, shape (points,).
        floor: the least difference of tau2 that has a meaning.

    Returns:
        The tau2 of the highest maximum, and of the next.

    Raises:
        ValueError: where the score has no value, or stays above 0.

    Example:
        >>> grid = np.linspace(0.0, 4.0, 9)
        >>> best, other = highest_maximum(
        ...     lambda t: 2 - 2 * t, lambda t: 2 * t - t * t, grid, 2 - 2 * grid > 0, 1e-9
        ... )
        >>> round(best, 6), other
        (1.0, None)
    """
    maxima = [] if rising[0] else [0.0]
    for i, (low, high) in enumerate(pairwise([*grid, grid[-1]])):
        if rising[i] and not rising[i + 1 : i + 2].any():
            maxima.append(falling_root(score, float(low), float(high), floor))
    maxima.sort(key=log_likelihood, reverse=True)
    return maxima[0], maxima[1] if len(maxima) > 1 else None


def bracketed_roots(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    floor: NDArray[np.float64],
) -> NDArray[np.float64]:
    """`bracketed_root` for many functions at once: arrays of brackets in, an array of roots out.

    `function` takes one argument for each and must change sign over each bracket, but for rounding:
    where it does not, the end with the smaller value is given; NaN where it has no value.

    Parameters:
        function: gives the values of all, of arguments of shape (n,) or whatever the others have.
        low: an end of each bracket, shape (n,).
        high: the other ends, of the same shape.
        floor: the least widths of brackets that have a meaning, of the same shape.

    Returns:
        The roots, of the same shape.

    Example:
        >>> squares, ends = np.array([2.0, 9.0]), np.zeros(2)
        >>> bracketed_roots(lambda x: squares - x * x, ends, ends + 4, ends).round(6).tolist()
        [1.414214, 3.0]
    """
    a, b = low.copy(), high.copy()
    fa, fb = function(a), function(b)
    same = (np.signbit(fa) == np.signbit(fb)) & (fa != 0) & (fb != 0)
    nearer = np.where(np.abs(fa) < np.abs(fb), a, b)
    a, b = np.where(same, nearer, a), np.where(same, nearer, b)
    step = np.full(a.shape, 0.5)
    while True:
        x = a + step * (b - a)
        fx = function(x)
        same = np.signbit(fx) == np.signbit(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        width = np.abs(b - a)
        tolerance = float_info.epsilon * np.abs(best) + floor
        done = (fa == 0) | (fb == 0) | (2 * tolerance > width)
        if done.all():
            return np.where(np.isnan(fa) | np.isnan(fb), np.nan, best)
        least = tolerance / np.where(done, np.inf, width)
        step = np.where(
            done, 0.0, np.clip(_safe_steps(a, b, c, fa, fb, fc, done), least, 1 - least)
        )


def falling_roots(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    floor: NDArray[np.float64],
) -> NDArray[np.float64]:
    """`falling_root` for many functions at once.

    Parameters:
        function: gives the values of all, of arguments of shape (n,).
        low: where the brackets begin, at least 0, shape (n,).
        high: about where they end, shape (n,).
        floor: the least widths of brackets that have a meaning, shape (n,).

    Returns:
        The roots, or the values of `low`, shape (n,); NaN where a function has no value.

    Raises:
        ValueError: where a function stays above 0.

    Example:
        >>> squares, ends = np.array([2.0, 9.0, -1.0]), np.zeros(3)
        >>> falling_roots(lambda x: squares - x * x, ends, ends + 1, ends + 1e-9).round(6).tolist()
        [1.414214, 3.0, 0.0]
    """
    above = function(low) > 0
    high = np.where(above, np.maximum(high, low + floor), low)
    while (short := above & (function(high) > 0)).any():
        if (2 * high == high)[short].any():  # 0 or infinite
            raise ValueError("a function has no root above its lower end")
        high = np.where(short, 2 * high, high)
    return bracketed_roots(function, low, high, floor)


def _safe_steps(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    c: NDArray[np.float64],
    fa: NDArray[np.float64],
    fb: NDArray[np.float64],
    fc: NDArray[np.float64],
    done: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """The steps of `_safe_step`; 0.5 where the root is found or the quadratic is not monotone."""
    usable = ~done & (fa != fb) & (fc != fb) & (fc != fa) & (b != c) & (b != a)
    ba, cb = np.where(usable, b - a, 1.0), np.where(usable, c - b, 1.0)
    fba, fcb, fca = (np.where(usable, d, 1.0) for d in (fb - fa, fc - fb, fc - fa))
    xi, phi = -ba / cb, -fba / fcb
    safe = usable & (phi * phi < xi) & ((1 - phi) ** 2 < 1 - xi)
    quadratic = -fa / fba * fc / fcb + (c - a) / ba * fa / fca * fb / fcb
    return np.where(safe, quadratic, 0.5)
