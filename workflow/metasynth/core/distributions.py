"""Quantiles and tail probabilities, as floats; two-sided p-values."""

import numpy as np

from metasynth.core import lazy_special as special
from metasynth.core.arrays import Array

LEVEL = 0.95
"""Coverage of every interval."""


def normal_quantile(level: float = LEVEL) -> float:
    """Give z such that a standard normal lies within ±z with probability `level`."""
    return float(special.ndtri((1 + level) / 2))


def t_quantile(df: float, level: float = LEVEL) -> float:
    """Give t such that Student's t with `df` degrees of freedom lies within ±t at `level`."""
    return float(special.stdtrit(df, (1 + level) / 2))


def t_quantiles(df: Array, level: float = LEVEL) -> Array:
    """`t_quantile` of many, calculated once for each number of degrees; NaN stays NaN."""
    values, place = np.unique(df, return_inverse=True)
    return np.asarray(special.stdtrit(values, (1 + level) / 2))[place]


def half_width_factor(df: float | None, level: float = LEVEL) -> float:
    """Give the normal quantile, or Student's where `df` is given."""
    return normal_quantile(level) if df is None else t_quantile(df, level)


def two_sided_p(statistic: float, df: float | None = None) -> float:
    """Give the two-sided p-value of a z (or, with `df`, a t) statistic."""
    tail = special.ndtr(-abs(statistic)) if df is None else special.stdtr(df, -abs(statistic))
    return float(2 * tail)


def chi2_upper_tail(statistic: float, df: float) -> float:
    """Give the probability that chi-squared with `df` exceeds `statistic`."""
    return float(special.chdtrc(df, statistic))


def f_upper_tail(statistic: float, df1: float, df2: float) -> float:
    """Give the probability that F with df1 and df2 degrees of freedom exceeds `statistic`."""
    return float(special.fdtrc(df1, df2, statistic))


def chi2_quantile(upper_tail: float, df: float) -> float:
    """Give the chi-squared value that is exceeded with probability `upper_tail`."""
    return float(special.chdtri(df, upper_tail))
