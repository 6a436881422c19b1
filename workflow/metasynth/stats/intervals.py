"""Intervals of a pooled effect on the analysis scale: confidence and prediction."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from metasynth.core.distributions import half_width_factor, t_quantile, two_sided_p
from metasynth.core.messages import sentence
from metasynth.stats.effects.binary import Array
from metasynth.stats.heterogeneity import generalised_q
from metasynth.stats.leave_one_out import sums_of_others
from metasynth.stats.linear_model import unexplained
from metasynth.stats.pooling import EffectUndefined


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval with its standard error, statistic (z, or t where df is given) and p.

    statistic and p are None when the standard error is 0, statistic also where p is not of z or t.
    """

    low: float
    high: float
    se: float
    statistic: float | None
    df: float | None
    p: float | None


def interval(mean: float, se: float, df: float | None = None) -> Interval:
    """Wald's interval mean ± z se, or mean ± t se with `df` degrees of freedom.

    Parameters:
        mean: on the analysis scale.
        se: its standard error, at least 0.
        df: of Student's t, above 0; None for the normal distribution.

    Example:
        >>> round(interval(1.0, 0.5).low, 6), round(interval(1.0, 0.5).p, 6)
        (0.020018, 0.0455)
    """
    half = half_width_factor(df) * se
    if se == 0:
        return Interval(mean, mean, se, None, df, None)
    return Interval(mean - half, mean + half, se, mean / se, df, two_sided_p(mean / se, df))


def dispersion(ci: str, q: float | Array, df: float | Array) -> float | Array:
    """By what an interval's name multiplies the variance of a pooled effect, or of coefficients.

    Parameters:
        ci: "HKSJ" and "UWLS" for Q(tau2)/df, "HKSJ-adhoc" for the same but not below 1; else 1.
        q: the generalised Q at tau2, of shape (n,) of n meta-analyses.
        df: studies less coefficients, at least 1, of the same shape.

    References:
        Hartung and Knapp, Stat Med 2001;20:3875-89; Sidik and Jonkman, Stat Med 2002;21:3153-9;
        Knapp and Hartung, Stat Med 2003;22:2693-710.

    Example:
        >>> dispersion("HKSJ", 1.0, 2), dispersion("HKSJ-adhoc", 1.0, 2), dispersion("Wald", 1.0, 2)
        (0.5, 1.0, 1.0)
    """
    if ci in ("HKSJ", "UWLS"):
        return q / df
    if ci == "HKSJ-adhoc":
        return np.maximum(1.0, q / df) if isinstance(q, np.ndarray) else max(1.0, q / df)
    return 1.0


def hksj_interval(y: Array, v: Array, tau2: float, mean: float, variance: float) -> Interval:
    """Hartung-Knapp-Sidik-Jonkman: variance times Q(tau2)/(k - 1), and t with k - 1.

    Hartung and Knapp, Stat Med 2001;20:3875-89; Sidik and Jonkman, Stat Med 2002;21:3153-9.

    Parameters:
        y: effects on the analysis scale, shape (k,), at least two.
        v: their variances, above 0, shape (k,).
        tau2: the between-study variance that weighs them.
        mean: their weighted mean.
        variance: 1 over the sum of the weights.

    Example:
        >>> y, v = np.array([0.1, 0.5, 0.9]), np.full(3, 0.04)
        >>> round(hksj_interval(y, v, 0.12, 0.5, 0.16 / 3).high, 6)
        1.493655
    """
    return _dispersed("HKSJ", y, v, tau2, mean, variance)


def hksj_ad_hoc_interval(y: Array, v: Array, tau2: float, mean: float, variance: float) -> Interval:
    """HKSJ with its factor Q(tau2)/(k - 1) not below 1, so never a smaller error than Wald's.

    Knapp and Hartung, Stat Med 2003;22:2693-710.

    Parameters:
        y: effects on the analysis scale, shape (k,), at least two.
        v: their variances, above 0, shape (k,).
        tau2: the between-study variance that weighs them.
        mean: their weighted mean.
        variance: 1 over the sum of the weights.

    Example:
        >>> y, v = np.array([0.4, 0.5, 0.6]), np.full(3, 0.03)
        >>> found = hksj_ad_hoc_interval(y, v, 0.0, 0.5, 0.01)
        >>> found.se, found.df  # Q is 0.67, below 2
        (0.1, 2)
    """
    return _dispersed("HKSJ-adhoc", y, v, tau2, mean, variance)


def _dispersed(ci: str, y: Array, v: Array, tau2: float, mean: float, variance: float) -> Interval:
    df = len(y) - 1
    q = float(unexplained(generalised_q(y, v, tau2), mean * mean / variance))
    factor = float(dispersion(ci, q, df))
    return interval(mean, sqrt(variance * factor), df)


def kenward_roger_interval(
    y: Array, v: Array, tau2: float, mean: float, variance: float
) -> Interval:
    """Kenward and Roger's variance and degrees of freedom, from the expected information on tau2.

    Biometrics 1997;53:983-97, as given for meta-analysis by Partlett and Riley, Stat Med
    2017;36:301-17: the degrees of freedom use the inflated variance. For REML only. Differences of
    sums of powers of the weights are written as sums over pairs of studies, which do not cancel,
    each in time that grows with k alone.

    Parameters:
        y: effects on the analysis scale, shape (k,); they do not enter, as the information is
            expected, not observed.
        v: their variances, above 0, shape (k,), at least two.
        tau2: the between-study variance by REML, that weighs them.
        mean: their weighted mean.
        variance: 1 over the sum of the weights.

    Raises:
        EffectUndefined: where one study has all the weight.

    Example:
        >>> y, v = np.array([0.1, 0.5, 0.9]), np.full(3, 0.04)  # of equal studies it is HKSJ's
        >>> found = kenward_roger_interval(y, v, 0.12, 0.5, 0.16 / 3)
        >>> round(found.high, 6), round(found.df, 6)
        (1.493655, 2.0)
    """
    w = 1 / (v + tau2)
    total = float(w.sum())
    share = w / total
    rest, squares = sums_of_others(share), sums_of_others(share**2)
    information = float(((share * rest) ** 2 + share**2 * squares).sum()) / 2
    if information == 0:
        raise EffectUndefined(
            sentence("one study has all the weight, which Kenward and Roger cannot judge")
        )
    # The sum over pairs of w_i w_j (w_i - w_j)² is the weighted sum of squares about the mean.
    spread = float((share * (share - (share**2).sum()) ** 2).sum())
    inflated = variance * (1 + 2 * spread / information)
    w2 = float((share**2).sum()) * total
    return interval(mean, sqrt(inflated), 2 * information / (inflated * w2) ** 2)


def _wald_interval(y: Array, v: Array, tau2: float, mean: float, variance: float) -> Interval:
    """Wald's interval in the form that it shares with the others."""
    return interval(mean, sqrt(variance))


CONFIDENCE_INTERVALS = {
    "Wald": _wald_interval,
    "HKSJ": hksj_interval,
    "HKSJ-adhoc": hksj_ad_hoc_interval,
    "KR": kenward_roger_interval,
}
"""The interval of each name, as a function of y, v, tau2, the pooled mean and its variance."""


def prediction_interval(mean: float, se: float, tau2: float, df: float) -> tuple[float, float]:
    """Where the true effect of a new study is expected: mean ± t_df sqrt(tau2 + se²).

    Higgins, Thompson and Spiegelhalter, J R Stat Soc A 2009;172:137-59, with the degrees of
    freedom that the caller names.

    Parameters:
        mean: the pooled effect on the analysis scale.
        se: its standard error, of the interval that it goes with.
        tau2: the between-study variance, on the squared analysis scale.
        df: above 0.

    Example:
        >>> low, high = prediction_interval(0.5, 0.2, 0.12, 2)
        >>> round(low, 6), round(high, 6)
        (-1.221061, 2.221061)
    """
    half = t_quantile(df) * sqrt(tau2 + se * se)
    return mean - half, mean + half
