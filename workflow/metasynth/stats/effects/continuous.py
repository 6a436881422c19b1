"""Each study's own effect from means and standard deviations, on the analysis scale.

Each function gives effects and their variances, of the shape of `Means`.
"""

from dataclasses import dataclass

import numpy as np

from metasynth.core import lazy_special as special
from metasynth.stats.effects.binary import Array


@dataclass(frozen=True, slots=True)
class Means:
    """Means, standard deviations and sizes of the intervention (m1, sd1, n1) and control groups.

    All of one shape, (k,) or (k, n) of n meta-analyses.
    """

    m1: Array
    sd1: Array
    n1: Array
    m2: Array
    sd2: Array
    n2: Array


def _mean_difference(m: Means) -> tuple[Array, Array]:
    """Difference of means and its variance sd1²/n1 + sd2²/n2 (Handbook 6.5.1.1).

    Example:
        >>> means = Means(*(np.array([x]) for x in (12.0, 2.0, 10.0, 10.0, 2.0, 10.0)))
        >>> y, v = _mean_difference(means)
        >>> y.round(6).tolist(), v.round(6).tolist()
        ([2.0], [0.8])
    """
    return m.m1 - m.m2, m.sd1**2 / m.n1 + m.sd2**2 / m.n2


def _standardised_mean_difference(m: Means) -> tuple[Array, Array]:
    """Hedges' g with the exact correction, and its variance 1/n1 + 1/n2 + g²/(2(n1 + n2)).

    Hedges, J Educ Stat 1981;6:107-28. The pooled standard deviation has n1 + n2 - 2 degrees of
    freedom, and J(df) = gamma(df/2) / (sqrt(df/2) gamma((df - 1)/2)).

    Example:
        >>> means = Means(*(np.array([x]) for x in (12.0, 2.0, 2.0, 10.0, 2.0, 2.0)))
        >>> y, v = _standardised_mean_difference(means)
        >>> y.round(6).tolist(), v.round(6).tolist()  # J(2) is 1 / sqrt(pi); 1 + g² / 8
        ([0.56419], [1.039789])
    """
    total = m.n1 + m.n2
    g = cohen_d(m) * hedges_j(total - 2)
    return g, 1 / m.n1 + 1 / m.n2 + g**2 / (2 * total)


def _standardised_mean_difference_revman(m: Means) -> tuple[Array, Array]:
    """Hedges' g as RevMan has it: J = 1 - 3/(4N - 9), variance 1/n1 + 1/n2 + g²/(2(N - 3.94)).

    Deeks and Higgins, Statistical algorithms in Review Manager 5 (2010), section 4.

    Example:
        >>> means = Means(*(np.array([x]) for x in (12.0, 2.0, 10.0, 10.0, 2.0, 10.0)))
        >>> y, v = _standardised_mean_difference_revman(means)
        >>> y.round(6).tolist(), v.round(6).tolist()  # 1 - 3/71, and 0.2 + y² / (2 × 16.06)
        ([0.957746], [0.228558])
    """
    total = m.n1 + m.n2
    g = cohen_d(m) * (1 - 3 / (4 * total - 9))
    return g, 1 / m.n1 + 1 / m.n2 + g**2 / (2 * (total - 3.94))


def _log_ratio_of_means(m: Means) -> tuple[Array, Array]:
    """Log ratio of means of equal sign and its variance sd1²/(n1 m1²) + sd2²/(n2 m2²).

    Hedges, Gurevitch and Curtis, Ecology 1999;80:1150-6.

    Example:
        >>> means = Means(*(np.array([x]) for x in (10.0, 2.0, 5.0, 5.0, 1.0, 5.0)))
        >>> y, v = _log_ratio_of_means(means)
        >>> y.round(6).tolist(), v.round(6).tolist()  # log(2), 4 / 500 + 1 / 125
        ([0.693147], [0.016])
    """
    variance = m.sd1**2 / (m.n1 * m.m1**2) + m.sd2**2 / (m.n2 * m.m2**2)
    return np.log(m.m1 / m.m2), variance


def _corrected_log_ratio_of_means(m: Means) -> tuple[Array, Array]:
    """The same less its bias in small groups; the variance stays (Lajeunesse 2015, equation 8).

    Ecology 2015;96:2056-63.

    Example:
        >>> means = Means(*(np.array([x]) for x in (10.0, 2.0, 5.0, 5.0, 2.0, 5.0)))
        >>> y, v = _corrected_log_ratio_of_means(means)
        >>> y.round(6).tolist(), v.round(6).tolist()  # log(2) + (0.008 - 0.032) / 2
        ([0.681147], [0.04])
    """
    y, v = _log_ratio_of_means(m)
    bias = m.sd1**2 / (m.n1 * m.m1**2) - m.sd2**2 / (m.n2 * m.m2**2)
    return y + bias / 2, v


def _standardised_mean_difference_unbiased(m: Means) -> tuple[Array, Array]:
    """Hedges' g with the unbiased estimate of its variance (Hedges 1983, equation 9).

    Psychol Bull 1983;93:388-95. For more than two degrees of freedom.

    Example:
        >>> means = Means(*(np.array([x]) for x in (12.0, 2.0, 3.0, 10.0, 2.0, 3.0)))
        >>> y, v = _standardised_mean_difference_unbiased(means)
        >>> y.round(6).tolist(), v.round(6).tolist()  # J(4) is sqrt(2/pi); 2/3 + (1 - pi/4) 2/pi
        ([0.797885], [0.803286])
    """
    df = m.n1 + m.n2 - 2
    j = hedges_j(df)
    g = cohen_d(m) * j
    return g, 1 / m.n1 + 1 / m.n2 + (1 - (df - 2) / (df * j**2)) * g**2


def _standardised_mean_difference_corrected(m: Means) -> tuple[Array, Array]:
    """Hedges' g with the variance of Cohen's d times the square of its correction.

    Borenstein, Effect sizes for continuous data (The Handbook of Research Synthesis, 2009),
    equation 12.17.

    Example:
        >>> means = Means(*(np.array([x]) for x in (12.0, 2.0, 2.0, 10.0, 2.0, 2.0)))
        >>> y, v = _standardised_mean_difference_corrected(means)
        >>> y.round(6).tolist(), v.round(6).tolist()  # J(2)² is 1/pi; times 1 + 1/8
        ([0.56419], [0.358099])
    """
    total = m.n1 + m.n2
    d, j = cohen_d(m), hedges_j(total - 2)
    return d * j, j**2 * (1 / m.n1 + 1 / m.n2 + d**2 / (2 * total))


def _standardised_mean_difference_unequal(m: Means) -> tuple[Array, Array]:
    """Difference over the root of the mean variance, for unequal ones (Bonett 2008, equation 8).

    Psychol Methods 2008;13:99-109; the bias is corrected as of Hedges' g.

    Example:
        >>> means = Means(*(np.array([x]) for x in (12.0, 2.0, 2.0, 10.0, 2.0, 2.0)))
        >>> y, v = _standardised_mean_difference_unequal(means)
        >>> y.round(6).tolist(), v.round(6).tolist()  # y² is 1/pi; y² / 4 + 2
        ([0.56419], [2.079577])
    """
    f1, f2 = m.n1 - 1, m.n2 - 1
    square = (m.sd1**2 + m.sd2**2) / 2
    y = hedges_j(f1 + f2) * (m.m1 - m.m2) / np.sqrt(square)
    spread = y**2 * (m.sd1**4 / f1 + m.sd2**4 / f2) / (8 * square**2)
    return y, spread + (m.sd1**2 / f1 + m.sd2**2 / f2) / square


def _log_variability_ratio(m: Means) -> tuple[Array, Array]:
    """Log ratio of standard deviations, with its bias corrected, and its variance.

    Nakagawa et al., Methods Ecol Evol 2015;6:143-52, equations 9 and 10.

    Example:
        >>> means = Means(*(np.array([x]) for x in (10.0, 2.0, 5.0, 5.0, 1.0, 5.0)))
        >>> y, v = _log_variability_ratio(means)
        >>> y.round(6).tolist(), v.round(6).tolist()  # log(2), 1/8 + 1/8
        ([0.693147], [0.25])
    """
    parts = 1 / (2 * (m.n1 - 1)), 1 / (2 * (m.n2 - 1))
    return np.log(m.sd1 / m.sd2) + parts[0] - parts[1], parts[0] + parts[1]


def _log_ratio_of_variation(m: Means) -> tuple[Array, Array]:
    """Log ratio of coefficients of variation, with its bias corrected, and its variance.

    Senior, Viechtbauer and Nakagawa, Res Synth Methods 2020;11:553-67, equation 6; the variance is
    that of Nakagawa et al. 2015, equation 12, without correlations of mean and spread.

    Example:
        >>> means = Means(*(np.array([x]) for x in (10.0, 2.0, 5.0, 5.0, 2.0, 5.0)))
        >>> y, v = _log_ratio_of_variation(means)
        >>> y.round(6).tolist(), v.round(6).tolist()  # -log(2) + (0.032 - 0.008) / 2; 0.25 + 0.04
        ([-0.681147], [0.29])
    """
    y, v = _log_variability_ratio(m)
    one, other = m.sd1**2 / (m.n1 * m.m1**2), m.sd2**2 / (m.n2 * m.m2**2)
    return y - np.log(m.m1 / m.m2) + (other - one) / 2, v + one + other


def cohen_d(m: Means) -> Array:
    """Difference over the standard deviation within groups, its bias uncorrected.

    Parameters:
        m: means, deviations and totals of two groups, each of shape (k,).

    Example:
        >>> means = Means(*(np.array([x]) for x in (12.0, 2.0, 2.0, 10.0, 2.0, 2.0)))
        >>> cohen_d(means).tolist()
        [1.0]
    """
    within = ((m.n1 - 1) * m.sd1**2 + (m.n2 - 1) * m.sd2**2) / (m.n1 + m.n2 - 2)
    return np.asarray((m.m1 - m.m2) / np.sqrt(within))


def hedges_j(df: Array) -> Array:
    """The factor that makes Cohen's d unbiased: Hedges, J Educ Stat 1981;6:107-28.

    Parameters:
        df: degrees of freedom, above 1, of shape (k,).

    Example:
        >>> hedges_j(np.array([2.0, 18.0])).round(6).tolist()  # the first is 1 / sqrt(pi)
        [0.56419, 0.957646]
    """
    return np.asarray(special.poch((df - 1) / 2, 0.5) / np.sqrt(df / 2))


CONTINUOUS_EFFECTS = {
    "MD": _mean_difference,
    "SMD": _standardised_mean_difference,
    "SMD-RevMan": _standardised_mean_difference_revman,
    "SMD-UB": _standardised_mean_difference_unbiased,
    "SMD-LS2": _standardised_mean_difference_corrected,
    "SMDH": _standardised_mean_difference_unequal,
    "SMD-SD": _mean_difference,
    "ROM": _log_ratio_of_means,
    "ROM-BC": _corrected_log_ratio_of_means,
    "VR": _log_variability_ratio,
    "CVR": _log_ratio_of_variation,
}
