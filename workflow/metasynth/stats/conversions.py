"""Standard deviations, means and counts from other numbers that a trial prints.

Cochrane Handbook, 6.5.2 (continuous outcomes) and 6.3 (ratios). Medians are in medians.py.
"""

from math import sqrt

from metasynth.core import lazy_special as special


def sd_of_error(se: float, n: float) -> float:
    """From the standard error of a mean of `n` (6.5.2.2).

    Parameters:
        se: the standard error.
        n: patients.

    Example:
        >>> sd_of_error(0.5, 16)
        2.0
    """
    return se * sqrt(n)


def sd_of_limits(low: float, high: float, n: float, level: float = 0.95) -> float:
    """From the limits of a mean of `n`, by Student's t with n - 1 degrees of freedom (6.5.2.2).

    Parameters:
        low: the lower limit.
        high: the upper limit.
        n: patients, at least 2.
        level: coverage, between 0 and 1.

    Example:
        >>> round(sd_of_limits(30.0, 34.2, 25), 6)
        5.087459
    """
    return sd_of_error(error_of_limits(low, high, n - 1, level), n)


def error_of_limits(low: float, high: float, df: float, level: float = 0.95) -> float:
    """The standard error behind limits by Student's t.

    Parameters:
        low: the lower limit, of a mean or of a difference of means.
        high: the upper limit.
        df: degrees of freedom, above 0.
        level: coverage, between 0 and 1.

    Example:
        >>> round(error_of_limits(-1.0, 1.0, 10), 6)  # 1 / 2.228139
        0.448805
    """
    return (high - low) / (2 * float(special.stdtrit(df, (1 + level) / 2)))


def t_of_p(p: float, df: float) -> float:
    """The absolute t of a two-sided p-value (6.5.2.3).

    Parameters:
        p: strictly between 0 and 1.
        df: degrees of freedom, above 0.

    Example:
        >>> round(t_of_p(0.05, 10), 6)
        2.228139
    """
    return float(-special.stdtrit(df, p / 2))


def z_of_p(p: float) -> float:
    """The absolute z of a two-sided p-value (6.3.2).

    Parameters:
        p: strictly between 0 and 1.

    Example:
        >>> round(z_of_p(0.05), 6)
        1.959964
    """
    return float(-special.ndtri(p / 2))


def sd_within(error: float, n1: float, n2: float) -> float:
    """Of both groups, from the standard error of the difference of their means (6.5.2.3).

    Parameters:
        error: the standard error, above 0.
        n1: patients of one group, at least 1.
        n2: patients of the other.

    Example:
        >>> sd_within(0.5, 8, 8)
        1.0
    """
    return error / sqrt(1 / n1 + 1 / n2)


def sd_of_change(baseline: float, final: float, correlation: float) -> float:
    """Of changes, from standard deviations at both times and their correlation (6.5.2.8).

    Parameters:
        baseline: standard deviation before.
        final: standard deviation after.
        correlation: of both values within a patient, from -1 to 1.

    Example:
        >>> sd_of_change(3.0, 4.0, 0.0), sd_of_change(3.0, 3.0, 0.5)
        (5.0, 3.0)
    """
    variance = baseline**2 + final**2 - 2 * correlation * baseline * final
    return sqrt(max(0.0, variance))


def correlation_of_change(baseline: float, final: float, change: float) -> float:
    """Of the values before and after, from their standard deviations and that of changes (6.5.2.8).

    Parameters:
        baseline: standard deviation before, above 0.
        final: standard deviation after, above 0.
        change: standard deviation of the changes.

    Returns:
        The correlation; beyond -1 or 1 where the three cannot be of the same patients.

    Example:
        >>> correlation_of_change(3.0, 4.0, 5.0), correlation_of_change(3.0, 3.0, 3.0)
        (0.0, 0.5)
    """
    return (baseline**2 + final**2 - change**2) / (2 * baseline * final)


def means_of_total(total: float, difference: float, n1: float, n2: float) -> tuple[float, float]:
    """Both groups' means from the mean of all patients and their difference (first - second).

    Parameters:
        total: the mean of all n1 + n2 patients.
        difference: of the groups' means.
        n1: patients of the first group.
        n2: patients of the second.

    Example:
        >>> means_of_total(10.0, 2.0, 30, 10)  # (30 * 10.5 + 10 * 8.5) / 40 is 10
        (10.5, 8.5)
    """
    n = n1 + n2
    return total + n2 / n * difference, total - n1 / n * difference
