"""Weighted averages of studies: inverse variance, Mantel-Haenszel and Peto.

Each function gives a `Pool`: the average on the analysis scale, its variance and the weights.
Studies lie along the first axis. Zero cells enter the Mantel-Haenszel and Peto formulas as they
are, without a continuity correction.
"""

from dataclasses import dataclass

import numpy as np

from metasynth.core.messages import Refused, Sentence, sentence
from metasynth.stats.effects.binary import Array, Tables, observed_minus_expected
from metasynth.stats.effects.rates import Rates
from metasynth.stats.linear_model import INTERCEPT


@dataclass(frozen=True, slots=True)
class Pool:
    """A pooled effect on the analysis scale, its variance, and the weights that gave it."""

    mean: Array
    variance: Array
    weights: Array


class EffectUndefined(Refused, ArithmeticError):  # noqa: N818 - it names the fault, as `why` does
    """The data hold no information on the effect that was asked for."""


def inverse_variance(y: Array, v: Array, tau2: float | Array = 0.0) -> Pool:
    """Average effects with weights 1/(v + tau2): common effect at tau2 = 0, else random effects.

    Handbook 10.3.1 and 10.4.3; DerSimonian and Laird, Control Clin Trials 1986;7:177-88.

    Parameters:
        y: effects on the analysis scale, shape (k,), or (k, n) of n meta-analyses.
        v: their variances, above 0, of the same shape; infinite for no weight.
        tau2: the between-study variance, on the squared analysis scale; of shape (n,) where each
            meta-analysis has its own.

    Example:
        >>> pool = inverse_variance(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04), 0.12)
        >>> round(float(pool.mean), 9), round(float(pool.variance), 9)
        (0.5, 0.053333333)
    """
    w = 1 / (v + tau2)
    mean, total = INTERCEPT.means(y, w)
    return Pool(mean, 1 / total, w)


def mantel_haenszel(t: Tables | Rates, measure: str) -> Pool:
    """Pool by Mantel and Haenszel's weights; sources are with the function of each measure.

    Parameters:
        t: tables as they are, uncorrected, of shape (k,), or (k, n) of n meta-analyses.
        measure: RR, OR or RD of tables; IRR or IRD of rates.

    Returns:
        The log ratio, or the difference in risks or rates.

    Raises:
        EffectUndefined: when the sums hold no information.

    Example:
        >>> tables = Tables(*np.array([[4.0, 123, 11, 139], [6, 306, 29, 303]]).T)
        >>> round(float(np.exp(mantel_haenszel(tables, "RR").mean)), 6)
        0.25879
    """
    if isinstance(t, Rates):
        return {"IRR": _mh_rate_ratio, "IRD": _mh_rate_difference}[measure](t)
    return {"RR": _mh_risk_ratio, "OR": mh_odds_ratio, "RD": _mh_risk_difference}[measure](t)


def _mh_risk_ratio(t: Tables) -> Pool:
    """Log risk ratio with the variance of Greenland and Robins, Biometrics 1985;41:55-68.

    Raises:
        EffectUndefined: when one side has no event in any study.

    Example:
        >>> pool = _mh_risk_ratio(Tables(*(np.array([x]) for x in (10.0, 100.0, 20.0, 100.0))))
        >>> round(float(pool.mean), 6), round(float(pool.variance), 6)  # of one study it is its own
        (-0.693147, 0.13)
    """
    r, s = t.a * t.n2 / t.n, t.c * t.n1 / t.n
    r_sum, s_sum = r.sum(axis=0), s.sum(axis=0)
    _require_positive(r_sum, s_sum, sentence("one side has no event in any study"))
    p = (t.n1 * t.n2 * (t.a + t.c) - t.a * t.c * t.n) / t.n**2
    return Pool(np.log(r_sum / s_sum), p.sum(axis=0) / (r_sum * s_sum), s)


def mh_odds_ratio(t: Tables) -> Pool:
    """Log odds ratio with the variance of Robins, Breslow and Greenland, Biometrics 1986;42:311-23.

    Parameters:
        t: tables as they are, uncorrected, of shape (k,), or (k, n) of n meta-analyses.

    Raises:
        EffectUndefined: when every study has an empty cell on the same diagonal.

    Example:
        >>> pool = mh_odds_ratio(Tables(*(np.array([x]) for x in (20.0, 60.0, 10.0, 60.0))))
        >>> round(float(pool.mean), 6), round(float(pool.variance), 6)  # of one study it is Woolf's
        (0.916291, 0.195)
    """
    r, s = t.a * t.d / t.n, t.b * t.c / t.n
    p, q = (t.a + t.d) / t.n, (t.b + t.c) / t.n
    r_sum, s_sum = r.sum(axis=0), s.sum(axis=0)
    _require_positive(r_sum, s_sum, sentence("every study has an empty cell on the same diagonal"))
    variance = (
        (p * r).sum(axis=0) / (2 * r_sum**2)
        + (p * s + q * r).sum(axis=0) / (2 * r_sum * s_sum)
        + (q * s).sum(axis=0) / (2 * s_sum**2)
    )
    return Pool(np.log(r_sum / s_sum), variance, s)


def _mh_risk_difference(t: Tables) -> Pool:
    """Risk difference with the variance of Sato et al., Biometrics 1989;45:1323-4.

    Example:
        >>> pool = _mh_risk_difference(Tables(*np.array([[5.0, 10, 2, 10], [5, 10, 2, 10]]).T))
        >>> round(float(pool.mean), 6)  # of two like studies it is theirs
        0.3
    """
    w = t.n1 * t.n2 / t.n
    total = w.sum(axis=0)
    mean = (t.a * t.n2 - t.c * t.n1) / t.n
    mean = mean.sum(axis=0) / total
    p = (t.n1**2 * t.c - t.n2**2 * t.a + t.n1 * t.n2 * (t.n2 - t.n1) / 2) / t.n**2
    q = (t.a * t.d + t.b * t.c) / (2 * t.n)
    return Pool(mean, (mean * p.sum(axis=0) + q.sum(axis=0)) / total**2, w)


def _mh_rate_ratio(t: Rates) -> Pool:
    """Log rate ratio, R/S of the sums of x1 t2/T and x2 t1/T, T = t1 + t2.

    Variance sum(t1 t2 (x1 + x2)/T²)/(R S): Rothman, Greenland and Lash, Modern Epidemiology (2008),
    chapter 15.

    Raises:
        EffectUndefined: when one side has no event in any study.

    Example:
        >>> pool = _mh_rate_ratio(Rates(*(np.array([x]) for x in (10.0, 100.0, 20.0, 100.0))))
        >>> round(float(pool.mean), 6), round(float(pool.variance), 6)  # of one study 1/10 + 1/20
        (-0.693147, 0.15)
    """
    time = t.t1 + t.t2
    r, s = t.x1 * t.t2 / time, t.x2 * t.t1 / time
    r_sum, s_sum = r.sum(axis=0), s.sum(axis=0)
    _require_positive(r_sum, s_sum, sentence("one side has no event in any study"))
    spread = (t.t1 * t.t2 * (t.x1 + t.x2) / time**2).sum(axis=0)
    return Pool(np.log(r_sum / s_sum), spread / (r_sum * s_sum), s)


def _mh_rate_difference(t: Rates) -> Pool:
    """Rate difference, sum((x1 t2 - x2 t1)/T)/sum(t1 t2/T), T = t1 + t2.

    Variance sum((x1 t2² + x2 t1²)/T²)/sum(t1 t2/T)²: Rothman, Greenland and Lash (2008).

    Example:
        >>> pool = _mh_rate_difference(Rates(*(np.array([x]) for x in (10.0, 100.0, 20.0, 100.0))))
        >>> round(float(pool.mean), 6), round(float(pool.variance), 6)  # of one study it is its own
        (-0.1, 0.003)
    """
    time = t.t1 + t.t2
    w = t.t1 * t.t2 / time
    total = w.sum(axis=0)
    mean = ((t.x1 * t.t2 - t.x2 * t.t1) / time).sum(axis=0) / total
    spread = ((t.x1 * t.t2**2 + t.x2 * t.t1**2) / time**2).sum(axis=0)
    return Pool(mean, spread / total**2, w)


def peto(t: Tables) -> Pool:
    """Peto's one-step log odds ratio, sum(O - E) / sum(V), with variance 1 / sum(V).

    Yusuf et al., Prog Cardiovasc Dis 1985;27:335-71; Handbook 10.4.2.

    Parameters:
        t: tables as they are, uncorrected, of shape (k,), or (k, n) of n meta-analyses.

    Raises:
        EffectUndefined: when no study has both an event and a participant without one.

    Example:
        >>> pool = peto(Tables(*np.array([[10.0, 20, 5, 20], [10, 20, 5, 20]]).T))
        >>> round(float(pool.mean), 6), round(float(pool.variance), 6)  # 5 / 4.807692
        (1.04, 0.208)
    """
    o_minus_e, v = observed_minus_expected(t)
    total = v.sum(axis=0)
    _require_positive(
        total, total, sentence("no study has both events and participants without them")
    )
    return Pool(o_minus_e.sum(axis=0) / total, 1 / total, v)


def _require_positive(first: Array, second: Array, why: Sentence) -> None:
    if not (np.all(first > 0) and np.all(second > 0)):
        raise EffectUndefined(why)
