"""How many studies without an effect would it take? Fail-safe numbers.

The Cochrane Handbook (version 5.1.0, section 10.4.4.3) does not recommend them: they depend on what
is assumed of the studies that are missing, differ widely between methods, and look at p-values
rather than at the size of an effect.
"""

from math import ceil, sqrt

import numpy as np

from metasynth.core.distributions import normal_quantile
from metasynth.stats.effects.binary import Array
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.small_study import MINIMUM, require

WHOLE = 1.5e-8
"""A number this near a whole one is that one: the square root of the spacing of floats, as R's."""


def rosenthal(y: Array, v: Array, minimum: int = MINIMUM) -> int:
    """Studies of z = 0 until Stouffer's combined one-sided p is 0.05.

    Rosenthal, Psychol Bull 1979;86:638-41.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        minimum: studies below which it is refused.

    Raises:
        TooFewStudies: below `minimum`, or two.

    Example:
        >>> rosenthal(np.array([0.3, 0.4, 0.5]), np.full(3, 0.01), 3)
        51
    """
    require(len(y), max(2, minimum))
    z = abs(float((y / np.sqrt(v)).sum())) / sqrt(len(y))
    return _whole(len(y) * (z / normal_quantile(0.90)) ** 2 - len(y))


def orwin(y: Array, v: Array, minimum: int = MINIMUM) -> int | None:
    """Studies of no effect and average weight that halve the common-effect mean.

    Orwin, J Educ Stat 1983;8:157-9. With the half as the target it is the number of studies itself,
    whatever they show.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        minimum: studies below which it is refused.

    Returns:
        The number, None where the mean is 0 already.

    Raises:
        TooFewStudies: below `minimum`, or two.

    Example:
        >>> orwin(np.array([0.3, 0.4, 0.5]), np.full(3, 0.01), 3)
        3
    """
    require(len(y), max(2, minimum))
    mean = float(inverse_variance(y, v).mean)
    return None if mean == 0 else _whole(len(y) * (mean - mean / 2) / (mean / 2))


def rosenberg(y: Array, v: Array, minimum: int = MINIMUM) -> int:
    """Studies of no effect and average weight until the common effect has p = 0.05, two-sided.

    Rosenberg, Evolution 2005;59:464-8.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        minimum: studies below which it is refused.

    Raises:
        TooFewStudies: below `minimum`, or two.

    Example:
        >>> rosenberg(np.array([0.3, 0.4, 0.5]), np.full(3, 0.01), 3)
        35
    """
    require(len(y), max(2, minimum))
    w = 1 / v
    needed = (float((w * y).sum()) / normal_quantile()) ** 2 - float(w.sum())
    return _whole(needed / float(w.mean()))


def _whole(n: float) -> int:
    """Up to the next whole number, at least 0."""
    n = max(0.0, n)
    return round(n) if abs(n - round(n)) < WHOLE else ceil(n)
