"""Estimators of the between-study variance tau2, on the square of the analysis scale.

Iterated ones are roots of their estimating equation, found in a bracket that provably holds every
root, so they are exact to the last float whatever the scale of the data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from sys import float_info

import numpy as np

from metasynth.stats.effects.binary import Array
from metasynth.stats.heterogeneity import generalised_q, q_about, solve_q
from metasynth.stats.pooling import inverse_variance, sum_of_products
from metasynth.stats.roots import highest_maximum, scan_points


@dataclass(frozen=True, slots=True)
class Tau2:
    """An estimate, and a second maximum of the likelihood if there is one."""

    value: float
    other_maximum: float | None = None


def estimate_tau2(y: Array, v: Array, method: str) -> Tau2:
    """Estimate tau2 of at least two studies by the named method, truncated at 0."""
    return ESTIMATORS[method](y, v)


def dersimonian_laird(y: Array, v: Array) -> Tau2:
    """Method of moments with weights 1/v: Control Clin Trials 1986;7:177-88, equation 8."""
    return Tau2(_moment(y, v, 1 / v))


def dersimonian_laird_about(y: Array, v: Array, centre: float) -> Tau2:
    """Method of moments with Q about a given estimate: RevMan 5's is Mantel-Haenszel's.

    Deeks and Higgins, Statistical algorithms in Review Manager 5 (Cochrane 2010), section 6: the
    expected Q is taken as if the squares were about the inverse-variance mean.
    """
    w = 1 / v
    excess = float(q_about(y, v, centre)) - (len(y) - 1)
    return Tau2(max(0.0, excess / (sum_of_products(w) / float(w.sum()))))


def _moment(y: Array, v: Array, a: Array) -> float:
    """Equate the sum of squares with weights `a` to what tau2 would make it; same paper, eq. 6."""
    total = a.sum()
    q = float((a * (y - (a * y).sum() / total) ** 2).sum())
    expected_within = float((a * v).sum() - (a**2 * v).sum() / total)
    return max(0.0, (q - expected_within) / (sum_of_products(a) / float(total)))


def two_step_dersimonian_laird(y: Array, v: Array) -> Tau2:
    """Method of moments with weights 1/(v + tau2 of DL): DerSimonian and Kacker 2007, section 3.

    Contemp Clin Trials 2007;28:105-14.
    """
    return Tau2(_moment(y, v, 1 / (v + dersimonian_laird(y, v).value)))


def hedges(y: Array, v: Array) -> Tau2:
    """Hedges (HE): the sample variance of the effects minus the mean of their variances."""
    return Tau2(max(0.0, float(y.var(ddof=1) - v.mean())))


def hunter_schmidt(y: Array, v: Array) -> Tau2:
    """Hunter and Schmidt (HS): (Q - k) / sum(w), w = 1/v."""
    return Tau2(max(0.0, (float(generalised_q(y, v)) - len(y)) / float((1 / v).sum())))


def sidik_jonkman(y: Array, v: Array) -> Tau2:
    """Sidik and Jonkman (SJ), J R Stat Soc C 2005;54:367-84: positive unless all effects agree."""
    crude = float(y.var())
    if crude == 0:
        return Tau2(0.0)
    return Tau2(crude * float(generalised_q(y, v, crude)) / (len(y) - 1))


def paule_mandel(y: Array, v: Array) -> Tau2:
    """Paule and Mandel (PM), J Res Natl Bur Stand 1982;87:377-85: where Q(tau2) = k - 1.

    Morris's empirical Bayes estimate (EB) solves the same equation when there is no covariate.
    """
    return Tau2(solve_q(y, v, len(y) - 1))


def maximum_likelihood(y: Array, v: Array) -> Tau2:
    """Maximise the likelihood: Hardy and Thompson, Stat Med 1996;15:619-29."""
    return _global_maximum(y, v, ml_score, ml_log_likelihood)


def restricted_maximum_likelihood(y: Array, v: Array) -> Tau2:
    """Maximise the restricted likelihood: Viechtbauer, J Educ Behav Stat 2005;30:261-93, eq. 16."""
    return _global_maximum(y, v, reml_score, reml_log_likelihood)


def reml_score(y: Array, v: Array, tau2: float | Array) -> Array:
    """Twice the derivative of the restricted log likelihood with respect to tau2."""
    pool = inverse_variance(y, v, tau2)
    w2 = pool.weights**2
    return np.asarray(
        (w2 * (y - pool.mean) ** 2).sum(axis=0)
        - pool.weights.sum(axis=0)
        + w2.sum(axis=0) * pool.variance
    )


def reml_log_likelihood(y: Array, v: Array, tau2: float | Array) -> Array:
    """Twice the restricted log likelihood, but for a constant."""
    pool = inverse_variance(y, v, tau2)
    spread = (pool.weights * (y - pool.mean) ** 2).sum(axis=0)
    return np.asarray(np.log(pool.weights).sum(axis=0) + np.log(pool.variance) - spread)


def ml_score(y: Array, v: Array, tau2: float | Array) -> Array:
    """Twice the derivative of the profile log likelihood with respect to tau2."""
    pool = inverse_variance(y, v, tau2)
    w2 = pool.weights**2
    return np.asarray((w2 * (y - pool.mean) ** 2).sum(axis=0) - pool.weights.sum(axis=0))


def ml_log_likelihood(y: Array, v: Array, tau2: float | Array) -> Array:
    """Twice the profile log likelihood, but for a constant."""
    pool = inverse_variance(y, v, tau2)
    spread = (pool.weights * (y - pool.mean) ** 2).sum(axis=0)
    return np.asarray(np.log(pool.weights).sum(axis=0) - spread)


Profile = Callable[[Array, Array, float | Array], Array]


def _global_maximum(y: Array, v: Array, score: Profile, log_likelihood: Profile) -> Tau2:
    """Scan the score, refine each maximum by a root, and keep the highest.

    Every root lies below max(v) or 2 S/(k - 1), S = sum((y - mean)²): the first term of the score
    is at most max(w)² S, the penalty at least (k - 1) min(w), and beyond max(v) all weights lie
    within a factor 2 of each other.
    """
    crude = float(((y - y.mean()) ** 2).sum()) / (len(y) - 1)
    least = float(v.min())
    grid = scan_points(least, max(float(v.max()), 2 * crude))
    highest, other = highest_maximum(
        lambda t: float(score(y, v, t)),
        lambda t: float(log_likelihood(y, v, t)),
        grid,
        score(y[:, None], v[:, None], grid) > 0,
        least * float_info.epsilon,
    )
    return Tau2(highest, other)


ESTIMATORS: dict[str, Callable[[Array, Array], Tau2]] = {
    "DL": dersimonian_laird,
    "REML": restricted_maximum_likelihood,
    "ML": maximum_likelihood,
    "PM": paule_mandel,
    "EB": paule_mandel,
    "SJ": sidik_jonkman,
    "HE": hedges,
    "HS": hunter_schmidt,
    "DL2": two_step_dersimonian_laird,
}
