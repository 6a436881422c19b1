"""Each study's own effect from means and standard deviations, on the analysis scale."""

from dataclasses import dataclass

import numpy as np

from metasynth.core import lazy_special as special
from metasynth.stats.effects.binary import Array


@dataclass(frozen=True, slots=True)
class Means:
    """Means, standard deviations and sizes of the intervention (m1, sd1, n1) and control groups."""

    m1: Array
    sd1: Array
    n1: Array
    m2: Array
    sd2: Array
    n2: Array


def mean_difference(m: Means) -> tuple[Array, Array]:
    """Difference of means and its variance sd1²/n1 + sd2²/n2 (Handbook 6.5.1.1)."""
    return m.m1 - m.m2, m.sd1**2 / m.n1 + m.sd2**2 / m.n2


def standardised_mean_difference(m: Means) -> tuple[Array, Array]:
    """Hedges' g with the exact correction, and its variance 1/n1 + 1/n2 + g²/(2(n1 + n2)).

    Hedges, J Educ Stat 1981;6:107-28. The pooled standard deviation has n1 + n2 - 2 degrees of
    freedom, and J(df) = gamma(df/2) / (sqrt(df/2) gamma((df - 1)/2)).
    """
    total = m.n1 + m.n2
    g = _cohen_d(m) * hedges_j(total - 2)
    return g, 1 / m.n1 + 1 / m.n2 + g**2 / (2 * total)


def standardised_mean_difference_revman(m: Means) -> tuple[Array, Array]:
    """Hedges' g as RevMan has it: J = 1 - 3/(4N - 9), variance 1/n1 + 1/n2 + g²/(2(N - 3.94)).

    Deeks and Higgins, Statistical algorithms in Review Manager 5 (2010), section 4.
    """
    total = m.n1 + m.n2
    g = _cohen_d(m) * (1 - 3 / (4 * total - 9))
    return g, 1 / m.n1 + 1 / m.n2 + g**2 / (2 * (total - 3.94))


def log_ratio_of_means(m: Means) -> tuple[Array, Array]:
    """Log ratio of means of equal sign and its variance sd1²/(n1 m1²) + sd2²/(n2 m2²).

    Hedges, Gurevitch and Curtis, Ecology 1999;80:1150-6.
    """
    variance = m.sd1**2 / (m.n1 * m.m1**2) + m.sd2**2 / (m.n2 * m.m2**2)
    return np.log(m.m1 / m.m2), variance


def _cohen_d(m: Means) -> Array:
    within = ((m.n1 - 1) * m.sd1**2 + (m.n2 - 1) * m.sd2**2) / (m.n1 + m.n2 - 2)
    return np.asarray((m.m1 - m.m2) / np.sqrt(within))


def hedges_j(df: Array) -> Array:
    """The factor that makes Cohen's d unbiased, for more than one degree of freedom."""
    return np.asarray(special.poch((df - 1) / 2, 0.5) / np.sqrt(df / 2))


CONTINUOUS_EFFECTS = {
    "MD": mean_difference,
    "SMD": standardised_mean_difference,
    "SMD-RevMan": standardised_mean_difference_revman,
    "ROM": log_ratio_of_means,
}
