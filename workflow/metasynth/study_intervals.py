"""Score limits of a single study's risk ratio."""

from collections.abc import Callable
from math import exp, log, sqrt

from metasynth.distributions import LEVEL, normal_quantile
from metasynth.roots import bracketed_root


def score_limits_risk_ratio(
    a: int, n1: int, c: int, n2: int, level: float = LEVEL
) -> tuple[float, float | None]:
    """Limits of a/n1 : c/n2 by inverting the score test (Koopman, Biometrics 1984;40:513-7).

    The same as Miettinen and Nurminen's (Stat Med 1985;4:213-26) without their factor n/(n - 1).
    Needs no correction: with no event under the intervention the lower limit is 0, with none under
    control the upper limit does not exist (infinite) and is None; with no event at all nothing is
    bounded and the limits are (0, None).
    """
    z = normal_quantile(level)

    def score(log_ratio: float) -> float:
        return _score(a, n1, c, n2, exp(log_ratio))

    start = log((a or 0.5) / n1) - log((c or 0.5) / n2)
    low = exp(_falling_crossing(lambda x: score(x) - z, start)) if a else 0.0
    high = exp(_falling_crossing(lambda x: score(x) + z, start)) if c else None
    return low, high


def _falling_crossing(falling: Callable[[float], float], start: float) -> float:
    """Find the root of a falling function by walking out from `start` in doubling steps."""
    low = high = start
    width = 1.0
    while falling(low) < 0:
        low, width = low - width, 2 * width
    while falling(high) > 0:
        high, width = high + width, 2 * width
    return low if low == high else bracketed_root(falling, low, high, floor=1e-16)


def _score(a: int, n1: int, c: int, n2: int, ratio: float) -> float:
    """Signed root of the score statistic of the hypothesis p1 = ratio p2; falls as ratio grows."""
    p2 = _restricted_control_risk(a, n1, c, n2, ratio)
    p1 = min(1.0, ratio * p2)
    variance = p1 * (1 - p1) / n1 + ratio * ratio * p2 * (1 - p2) / n2
    difference = a / n1 - ratio * c / n2
    return difference / sqrt(variance) if variance > 0 else 0.0


def _restricted_control_risk(a: int, n1: int, c: int, n2: int, ratio: float) -> float:
    """The most likely control risk when p1 = ratio p2: the smaller root of a quadratic."""
    quadratic = ratio * (n1 + n2)
    linear = ratio * (n1 + c) + a + n2
    constant = a + c
    root = sqrt(max(0.0, linear * linear - 4 * quadratic * constant))
    return min(1.0, 2 * constant / (linear + root))
