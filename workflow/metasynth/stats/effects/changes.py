"""Changes of the same patients, in standard deviations: of the changes, or of the values before.

Formulas of one group as in metafor's escalc; `tests/reference` compares them. Arrays have the shape
(k,), and each function gives effects on the analysis scale and their variances. The change comes
from the mean after less the mean before.
"""

from dataclasses import dataclass

import numpy as np

from metasynth.stats.effects.binary import Array
from metasynth.stats.effects.continuous import hedges_j


@dataclass(frozen=True, slots=True)
class Changes:
    """Of one group a study: mean change, standard deviation before, correlation, and patients.

    `r` is the correlation of the values before and after, strictly between -1 and 1.
    """

    m: Array
    sd: Array
    r: Array
    n: Array


def change_by_changes(m: Array, sd: Array, n: Array) -> tuple[Array, Array]:
    """Mean change over the standard deviation of changes, variance 1/n + y²/(2n).

    Gibbons, Hedeker and Davis, J Educ Stat 1993;18:271-9; SMCC in metafor. The correction for few
    patients has n - 1 degrees of freedom.

    Parameters:
        m: mean changes, shape (k,).
        sd: standard deviations of the changes, above 0, shape (k,).
        n: patients, at least three, shape (k,).

    Example:
        >>> y, v = change_by_changes(np.array([2.0]), np.array([2.0]), np.array([3.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()  # J(2) is 1 / sqrt(pi); 1/3 + y² / 6
        ([0.56419], [0.386385])
    """
    y = hedges_j(n - 1) * m / sd
    return y, 1 / n + y**2 / (2 * n)


def change_by_baseline(c: Changes) -> tuple[Array, Array]:
    """Mean change over the standard deviation before, variance 2(1 - r)/n + y²/(2n).

    Becker, Br J Math Stat Psychol 1988;41:257-78; SMCR in metafor.

    Parameters:
        c: of at least three patients each, shape (k,).

    Example:
        >>> one = Changes(*(np.array([x]) for x in (2.0, 2.0, 0.5, 3.0)))
        >>> y, v = change_by_baseline(one)
        >>> y.round(6).tolist(), v.round(6).tolist()  # J(2) is 1 / sqrt(pi); 1/3 + y² / 6
        ([0.56419], [0.386385])
    """
    y = hedges_j(c.n - 1) * c.m / c.sd
    return y, 2 * (1 - c.r) / c.n + y**2 / (2 * c.n)


def difference_by_baseline(one: Changes, other: Changes) -> tuple[Array, Array]:
    """Difference of two groups' mean changes over their standard deviation before.

    The standard deviation is that within both groups, with N - 2 degrees of freedom: dppc2 of
    Morris, Organ Res Methods 2008;11:364-86. Its variance 2(1 - r₁)/n₁ + 2(1 - r₂)/n₂ + y²/(2N) is
    the large-sample one (Viechtbauer, www.metafor-project.org, Morris 2008), each group with its
    own correlation.

    Parameters:
        one: of the intervention, shape (k,).
        other: of control, shape (k,), with it four patients at least.

    Example:
        >>> one = Changes(*(np.array([x]) for x in (3.0, 2.0, 0.5, 2.0)))
        >>> other = Changes(*(np.array([x]) for x in (1.0, 2.0, 0.5, 2.0)))
        >>> y, v = difference_by_baseline(one, other)
        >>> y.round(6).tolist(), v.round(6).tolist()  # J(2) is 1 / sqrt(pi); 1 + y² / 8
        ([0.56419], [1.039789])
    """
    total = one.n + other.n
    within = ((one.n - 1) * one.sd**2 + (other.n - 1) * other.sd**2) / (total - 2)
    y = hedges_j(total - 2) * (one.m - other.m) / np.sqrt(within)
    parts = 2 * (1 - one.r) / one.n + 2 * (1 - other.r) / other.n
    return y, parts + y**2 / (2 * total)
