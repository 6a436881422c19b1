"""Standard deviations, means and counts from other numbers that a trial prints.

Cochrane Handbook, 6.5.2 (continuous outcomes) and 6.3 (ratios). Medians are in medians.py.
"""

from math import sqrt

from metasynth.core import lazy_special as special


def sd_of_error(se: float, n: float) -> float:
    """From the standard error of a mean of `n` (6.5.2.2)."""
    return se * sqrt(n)


def sd_of_limits(low: float, high: float, n: float, level: float = 0.95) -> float:
    """From the limits of a mean of `n`, by Student's t with n - 1 degrees of freedom (6.5.2.2)."""
    return sd_of_error(error_of_limits(low, high, n - 1, level), n)


def error_of_limits(low: float, high: float, df: float, level: float = 0.95) -> float:
    """The standard error behind limits by Student's t."""
    return (high - low) / (2 * float(special.stdtrit(df, (1 + level) / 2)))


def t_of_p(p: float, df: float) -> float:
    """The absolute t of a two-sided p-value strictly between 0 and 1 (6.5.2.3)."""
    return float(-special.stdtrit(df, p / 2))


def z_of_p(p: float) -> float:
    """The absolute z of a two-sided p-value strictly between 0 and 1 (6.3.2)."""
    return float(-special.ndtri(p / 2))


def sd_within(error: float, n1: float, n2: float) -> float:
    """Of both groups, from the standard error of the difference of their means (6.5.2.3)."""
    return error / sqrt(1 / n1 + 1 / n2)


def sd_of_change(baseline: float, final: float, correlation: float) -> float:
    """Of changes, from standard deviations at both times and their correlation (6.5.2.8)."""
    variance = baseline**2 + final**2 - 2 * correlation * baseline * final
    return sqrt(max(0.0, variance))


def means_of_total(total: float, difference: float, n1: float, n2: float) -> tuple[float, float]:
    """Both groups' means from the mean of all patients and their difference (first - second)."""
    n = n1 + n2
    return total + n2 / n * difference, total - n1 / n * difference
