"""A bracketed root to the last float: the only iteration that the package uses.

A minimiser stops where its objective is flat to rounding, which is half the digits, and where that
is differs from one processor to the next. A root in a bracket has neither fault.
"""

from collections.abc import Callable
from math import copysign
from sys import float_info


def bracketed_root(
    function: Callable[[float], float], low: float, high: float, floor: float = 0.0
) -> float:
    """Find where `function`, of opposite signs at `low` and `high`, crosses zero.

    The bracket is narrowed until it is as wide as the spacing of floats there, or as `floor`,
    below which a difference of the argument has no meaning. Raises ValueError without a change of
    sign. Method: Chandrupatla, Adv Eng Softw 1997;28:145-9 (inverse quadratic steps that are
    taken only where they are safe, bisection otherwise).
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
            return best
        step = min(1 - least, max(least, _safe_step(a, b, c, fa, fb, fc)))


def _safe_step(a: float, b: float, c: float, fa: float, fb: float, fc: float) -> float:
    """Give the next step as a fraction of b - a: inverse quadratic if monotone there, else half."""
    xi = (a - b) / (c - b)
    phi = (fa - fb) / (fc - fb)
    if not (phi * phi < xi and (1 - phi) * (1 - phi) < 1 - xi):
        return 0.5
    return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
