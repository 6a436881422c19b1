"""Confidence limits of tau2, on the squared analysis scale, beside those by Q profile."""

from collections.abc import Callable
from functools import partial
from math import sqrt
from sys import float_info

import numpy as np

from metasynth.core.distributions import LEVEL, chi2_quantile, half_width_factor
from metasynth.model.methods import DEFAULT_TAU2
from metasynth.stats.effects.binary import Array
from metasynth.stats.heterogeneity import q_profile
from metasynth.stats.likelihood import likelihood_region
from metasynth.stats.linear_model import LinearModel
from metasynth.stats.q_distribution import QDistribution
from metasynth.stats.roots import falling_root
from metasynth.stats.tau2 import LIKELIHOODS, estimate_tau2

Limits = tuple[float, float]


def tau2_limits(
    name: str, y: Array, v: Array, method: str | None = None, tau2: float | None = None
) -> Limits:
    """95% limits of tau2 by the method of that name.

    Parameters:
        name: a key of `LIMITS`.
        y: effects on the analysis scale, shape (k,), at least two.
        v: their variances, above 0, shape (k,).
        method: the estimator of tau2, whose likelihood PL and Wald are of: REML (also None) or ML.
        tau2: its estimate, which both start from; None: it is made.

    Returns:
        The lower and the upper limit, on the squared analysis scale.

    Raises:
        KeyError: where nothing has that name, or the estimator has no likelihood.
        IntegralNotReached: of BJ and J, where a quadrature misses its precision.

    Example:
        >>> y, v = np.array([0.1, 0.5, 0.9]), np.full(3, 0.04)
        >>> low, high = tau2_limits("BJ", y, v)  # of equal variances it is the Q profile's
        >>> round(low, 4), round(high, 4)
        (0.0034, 6.2797)
    """
    return LIMITS[name](y, v, method or DEFAULT_TAU2, tau2)


def _q_profile(y: Array, v: Array, _: str, __: float | None) -> Limits:
    return q_profile(y, v)


def _by_generalised_q(
    y: Array, v: Array, _: str, __: float | None = None, power: float = 1.0
) -> Limits:
    """Where Q with fixed weights v^-power has probabilities of 97.5 and 2.5% below what it is.

    Biggerstaff and Jackson, Stat Med 2008;27:6093-110 (power 1, Cochran's Q); Jackson, Res Synth
    Methods 2013;4:220-9 (power 1/2). Both limits are 0 where even at tau2 = 0 a smaller Q has a
    probability below 2.5%.

    Example:
        >>> y, v = np.array([0.1, 0.5, 0.9]), np.array([0.04, 0.04, 0.08])
        >>> low, high = _by_generalised_q(y, v, "DL", power=0.5)
        >>> low, round(high, 4)
        (0.0, 5.9266)
    """
    w = v**-power
    q, known = float(LinearModel(y, v).q(w)), QDistribution(v, w)
    if q == 0:
        return 0.0, 0.0
    start, floor = float(v.min()), float(v.min()) * float_info.epsilon

    def root(target: float) -> float:
        return falling_root(
            lambda tau2: float(known.below(q, np.array([tau2]))[0]) - target, 0.0, start, floor
        )

    return root((1 + LEVEL) / 2), root((1 - LEVEL) / 2)


def _by_profile_likelihood(y: Array, v: Array, method: str, tau2: float | None = None) -> Limits:
    """Where twice the (restricted) log likelihood lies χ²'s 95% point below its maximum.

    Hardy and Thompson, Stat Med 1996;15:619-29. Where several maxima come near the highest, the
    limits hold all values of tau2 that are as likely.

    Example:
        >>> y, v = np.array([0.1, 0.5, 0.9]), np.full(3, 0.04)
        >>> low, high = _by_profile_likelihood(y, v, "REML")
        >>> low, round(high, 4)
        (0.0, 2.7641)
    """
    drop = chi2_quantile(1 - LEVEL, 1)
    return likelihood_region(LinearModel(y, v), LIKELIHOODS[method], drop, tau2)


def _by_standard_error(y: Array, v: Array, method: str, tau2: float | None = None) -> Limits:
    """Wald's: the estimate ± 1.96 standard errors by the expected information, at least 0.

    Viechtbauer, Stat Med 2007;26:37-52, equations 9 and 10: 2/Σw² of ML, 2/tr(PP) of REML.

    Example:
        >>> y, v = np.array([0.1, 0.5, 0.9]), np.full(3, 0.04)
        >>> low, high = _by_standard_error(y, v, "REML")  # 0.12 + 1.96 × 0.16 × √(2/2)
        >>> low, round(high, 6)
        (0.0, 0.433594)
    """
    if tau2 is None:
        tau2 = estimate_tau2(y, v, method).value
    w = 1 / (v + tau2)
    information = float((w * w).sum())
    if LIKELIHOODS[method]:
        model = LinearModel(y, v)
        diagonal = model.design.diagonal(w, model.design.fit(y, w)[1])
        share = w / w.sum()
        others = (w * share).sum() ** 2 - ((w * share) ** 2).sum()  # of P off its diagonal, squared
        information = float((diagonal**2).sum() + others)
    half = half_width_factor(None) * sqrt(2 / information)
    return max(0.0, tau2 - half), tau2 + half


LIMITS: dict[str, Callable[[Array, Array, str, float | None], Limits]] = {
    "QP": _q_profile,
    "BJ": _by_generalised_q,
    "J": partial(_by_generalised_q, power=0.5),
    "PL": _by_profile_likelihood,
    "Wald": _by_standard_error,
}
"""Each kind by its name: effects, variances, an estimator's name and its estimate in."""
