"""Limits of a single study: score limits of RR, OR and RD, Wilson and exact limits of one arm.

The score test of a hypothetical effect compares the data with the risks that are most likely under
it; the limits are the effects that it would just not reject. No correction of empty cells, nor of
n/(n - 1) as in Miettinen and Nurminen (Stat Med 1985;4:213-26), whose restricted risks are used.
"""

from collections.abc import Callable
from math import acos, copysign, cos, exp, log, pi, sqrt

from metasynth.core import lazy_special as special
from metasynth.core.distributions import LEVEL, normal_quantile
from metasynth.model.records import Count
from metasynth.stats.roots import bracketed_root

Limits = tuple[float, float | None]


def score_limits(
    measure: str, a: Count, n1: Count, c: Count, n2: Count, level: float = LEVEL
) -> Limits:
    """Score limits of a for n1 against c of n2; sources are with the function of each measure.

    Parameters:
        measure: RR, OR or RD.
        a: events under the intervention; of a shared group a part of one counts.
        n1: participants, above 0.
        c: events under control.
        n2: participants, above 0.
        level: coverage, between 0 and 1.

    Returns:
        Limits on the natural scale; the upper one of a ratio is None where it is infinite.

    Example:
        >>> low, high = score_limits("RR", 10, 20, 10, 20)
        >>> round(low, 6), round(low * high, 6)
        (0.531571, 1.0)
        >>> score_limits("RR", 0, 20, 0, 20)
        (0.0, None)
    """
    return SCORE_LIMITS[measure](a, n1, c, n2, level)


def _score_limits_risk_ratio(
    a: Count, n1: Count, c: Count, n2: Count, level: float = LEVEL
) -> Limits:
    """Limits of a/n1 : c/n2; Koopman, Biometrics 1984;40:513-7.

    With no event under the intervention the lower limit is 0, with none under control the upper
    one does not exist (infinite) and is None; with no event at all the limits are (0, None).
    """

    def score(log_ratio: float) -> float:
        return _score_ratio(a, n1, c, n2, exp(log_ratio))

    start = log((a or 0.5) / n1) - log((c or 0.5) / n2)
    return _ratio_limits(score, start, normal_quantile(level), a > 0, c > 0)


def _score_limits_odds_ratio(
    a: Count, n1: Count, c: Count, n2: Count, level: float = LEVEL
) -> Limits:
    """Limits of the odds ratio; Cornfield 1956 without his continuity correction.

    Proc 3rd Berkeley Symp 1956;4:135-48. The lower limit is 0 where the odds ratio is 0 or has no
    data, the upper None where it is infinite or has none.
    """
    b, d = n1 - a, n2 - c

    def score(log_ratio: float) -> float:
        return _score_odds(a, n1, c, n2, exp(log_ratio))

    start = log((a + 0.5) / (b + 0.5)) - log((c + 0.5) / (d + 0.5))
    return _ratio_limits(score, start, normal_quantile(level), a > 0 and d > 0, b > 0 and c > 0)


def _score_limits_risk_difference(
    a: Count, n1: Count, c: Count, n2: Count, level: float = LEVEL
) -> Limits:
    """Limits of a/n1 - c/n2, within -1 and 1; Mee, Biometrics 1984;40:1175-6.

    Example:
        >>> [round(x, 6) for x in _score_limits_risk_difference(10, 10, 0, 10)]
        [0.67775, 1.0]
    """
    z, difference = normal_quantile(level), a / n1 - c / n2

    def score(delta: float) -> float:
        return _score_difference(a, n1, c, n2, delta)

    edge = 1 - 1e-12
    low = high = difference
    if score(-edge) > z:
        low = bracketed_root(lambda x: score(x) - z, -edge, difference)
    if score(edge) < -z:
        high = bracketed_root(lambda x: score(x) + z, difference, edge)
    return (-1.0 if low == difference else low), (1.0 if high == difference else high)


SCORE_LIMITS = {
    "RR": _score_limits_risk_ratio,
    "OR": _score_limits_odds_ratio,
    "RD": _score_limits_risk_difference,
}


def wilson_limits(events: Count, total: Count, level: float = LEVEL) -> tuple[float, float]:
    """Score limits of one risk; Wilson, J Am Stat Assoc 1927;22:209-12.

    Parameters:
        events: 0 to `total`.
        total: participants, above 0.
        level: coverage, between 0 and 1.

    Example:
        >>> [round(limit, 6) for limit in wilson_limits(5, 10)]  # 0.5 ± sqrt(z²/(4 (10 + z²)))
        [0.236593, 0.763407]
    """
    z2 = normal_quantile(level) ** 2
    centre = (events + z2 / 2) / (total + z2)
    half = sqrt(z2 * (events * (total - events) / total + z2 / 4)) / (total + z2)
    return max(0.0, centre - half) if events else 0.0, min(1.0, centre + half)


def exact_limits(events: int, total: int, level: float = LEVEL) -> tuple[float, float]:
    """Exact limits of one risk; Clopper and Pearson, Biometrika 1934;26:404-13.

    Parameters:
        events: 0 to `total`.
        total: participants, above 0.
        level: coverage, between 0 and 1.

    Example:
        >>> [round(limit, 6) for limit in exact_limits(0, 10)]  # 1 - 0.025 ** (1 / 10)
        [0.0, 0.308497]
    """
    tail = (1 - level) / 2
    low = special.betaincinv(events, total - events + 1, tail) if events else 0.0
    high = special.betainccinv(events + 1, total - events, tail) if events < total else 1.0
    return float(low), float(high)


def _ratio_limits(
    score: Callable[[float], float], start: float, z: float, has_low: bool, has_high: bool
) -> Limits:
    low = exp(_falling_crossing(lambda x: score(x) - z, start)) if has_low else 0.0
    high = exp(_falling_crossing(lambda x: score(x) + z, start)) if has_high else None
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


def _score_ratio(a: Count, n1: Count, c: Count, n2: Count, ratio: float) -> float:
    """Signed score statistic of p1 = ratio p2; falls as the ratio grows."""
    quadratic, linear, constant = ratio * (n1 + n2), ratio * (n1 + c) + a + n2, a + c
    root = sqrt(max(0.0, linear * linear - 4 * quadratic * constant))
    p2 = min(1.0, 2 * constant / (linear + root))
    p1 = min(1.0, ratio * p2)
    variance = p1 * (1 - p1) / n1 + ratio * ratio * p2 * (1 - p2) / n2
    return (a / n1 - ratio * c / n2) / sqrt(variance) if variance > 0 else 0.0


def _score_odds(a: Count, n1: Count, c: Count, n2: Count, ratio: float) -> float:
    """Signed score statistic of an odds ratio; falls as it grows."""
    events = a + c
    linear = ratio * (n1 + events) + n2 - events
    root = sqrt(max(0.0, linear * linear - 4 * n1 * events * ratio * (ratio - 1)))
    expected = 2 * n1 * events * ratio / (linear + root)
    cells = (expected, n1 - expected, events - expected, n2 - events + expected)
    if min(cells) <= 0:
        return copysign(float("inf"), a - expected)
    return (a - expected) * sqrt(sum(1 / cell for cell in cells))


def _score_difference(a: Count, n1: Count, c: Count, n2: Count, delta: float) -> float:
    """Signed score statistic of p1 = p2 + delta; falls as delta grows."""
    p2 = _restricted_control_risk(a, n1, c, n2, delta)
    p1 = min(1.0, max(0.0, p2 + delta))
    variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
    excess = a / n1 - c / n2 - delta
    if excess == 0:
        return 0.0
    return excess / sqrt(variance) if variance > 0 else copysign(float("inf"), excess)


def _restricted_control_risk(a: Count, n1: Count, c: Count, n2: Count, delta: float) -> float:
    """The most likely control risk when p1 = p2 + delta: Miettinen and Nurminen's cubic."""
    n = n1 + n2
    square = ((n1 + 2 * n2) * delta - n - a - c) / n
    linear = ((n2 * delta - n - 2 * c) * delta + a + c) / n
    constant = c * delta * (1 - delta) / n
    q = (square / 3) ** 3 - square * linear / 6 + constant / 2
    p = copysign(sqrt(max(0.0, (square / 3) ** 2 - linear / 3)), q)
    angle = acos(min(1.0, max(-1.0, q / p**3))) if p else pi / 2
    p2 = 2 * p * cos((pi + angle) / 3) - square / 3
    return min(1.0, 1 - delta, max(0.0, -delta, p2))
