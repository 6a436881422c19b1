"""Prediction intervals that allow for the error of tau2, by its confidence distribution.

Nagashima, Noma and Furukawa, Stat Methods Med Res 2019;28:1689-702. They draw values of tau2 from
its confidence distribution (exact, from Q), and about each a true effect of a new study; here the
distribution of that effect is integrated, so that no draws and no seed decide its limits.
"""

from dataclasses import dataclass
from math import lgamma, log, sqrt

import numpy as np

from metasynth.core import lazy_special as special
from metasynth.core.distributions import LEVEL
from metasynth.core.messages import sentence
from metasynth.stats.common_effect_intervals import IntegralNotReached
from metasynth.stats.effects.binary import Array
from metasynth.stats.linear_model import LinearModel
from metasynth.stats.q_distribution import QDistribution
from metasynth.stats.roots import falling_root

STEPS = (1 / 16, 1 / 32, 1 / 64, 1 / 128)
"""Distances of the points of tau2, in arguments of the double exponential substitution, as far as
they are needed."""
REACH = 3.4
"""How far these arguments go: beyond, the substitution's slope is below 1e-20."""
LEAST = 1e-12
"""Probabilities below which both variables are left."""
PRECISION = 1e-10
"""The largest difference of the probabilities from one, in all."""


def confidence_prediction(y: Array, v: Array) -> tuple[float, float]:
    """95% limits of a new study's true effect, tau2 having its confidence distribution.

    Given tau2, the effect is m + tau Z - se T: m the mean weighted by 1/(v + tau2), se the standard
    error of Hartung and Knapp, Z normal and T of t with k - 1 degrees of freedom.

    Parameters:
        y: effects on the analysis scale, not all the same, shape (k,), of three studies at least.
        v: their variances, above 0, shape (k,).

    Raises:
        IntegralNotReached: where a quadrature misses its precision.

    Example:
        >>> y, v = np.array([0.1, 0.2, 0.5, 0.9, 1.2]), np.full(5, 0.04)
        >>> low, high = confidence_prediction(y, v)
        >>> round(low + high, 6)  # of equal variances it is symmetric about the mean, 0.58
        1.16
    """
    known = _Predicted.of(y, v)
    return known.quantile((1 - LEVEL) / 2), known.quantile((1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class _Predicted:
    """The distribution of a new effect: normal given tau2 and the chi-squared variable of t."""

    means: Array  # given tau2, shape (n,)
    between: Array  # the variances tau2, shape (n,)
    errors: Array  # the squared standard errors, shape (n,)
    shares: Array  # the probability of each tau2, shape (n,)
    stretched: Array  # (k - 1) over the chi-squared variable, shape (m,)
    weights: Array  # the probability of each of these, shape (m,)

    @classmethod
    def of(cls, y: Array, v: Array) -> "_Predicted":
        """By trapezoidal rules over both variables."""
        tau2, shares = _confidence(y, v)
        w = 1 / (v[:, None] + tau2)
        total = w.sum(axis=0)
        means = (w * y[:, None]).sum(axis=0) / total
        spread = (w * (y[:, None] - means) ** 2).sum(axis=0)
        stretched, weights = _of_t(len(y) - 1)
        return cls(means, tau2, spread / (len(y) - 1) / total, shares, stretched, weights)

    def below(self, x: float) -> float:
        """The probability of an effect below x."""
        spread = np.sqrt(self.between + self.stretched[:, None] * self.errors)
        given = special.ndtr((x - self.means) / spread)
        return float(((self.weights[:, None] * given).sum(axis=0) * self.shares).sum())

    def quantile(self, p: float) -> float:
        """Where the distribution has that probability below."""
        centre, unit = float(self.means[0]), sqrt(float((self.errors + self.between).max()))
        unit = min(unit, float(np.sqrt(self.errors[0])))
        low = centre - unit
        while self.below(low) > p:
            low = centre - 2 * (centre - low)
        return low + falling_root(lambda x: p - self.below(low + x), 0.0, unit)


def _confidence(y: Array, v: Array) -> tuple[Array, Array]:
    """Values of tau2, the first 0, and the probability that its confidence distribution has there.

    Raises:
        IntegralNotReached: where the probabilities do not add up to 1.
    """
    w = 1 / v
    q, known, least = float(LinearModel(y, v).q(w)), QDistribution(v, w), float(v.min())
    # Beyond tau2, Q is as small as it is with a probability that falls as tau to the power 1 - k.
    last = falling_root(
        lambda u: float(known.below(q, least * np.expm1(np.array([u])))[0]) - LEAST, 0.0, 1.0
    )
    if last == 0:
        return np.zeros(1), np.ones(1)
    at_zero = 1 - float(known.below(q, np.zeros(1))[0])
    for step in STEPS:
        u, slope = _doubly_exponential(last, step)
        tau2 = least * np.expm1(u)
        shares = known.density_of_tau2(q, tau2) * (tau2 + least) * slope
        if abs(at_zero + float(shares.sum()) - 1) <= PRECISION:
            return np.append(0.0, tau2), np.append(at_zero, shares)
    raise IntegralNotReached(sentence("the distribution of tau2 given Q does not add up to one"))


def _doubly_exponential(last: float, step: float) -> tuple[Array, Array]:
    """Points from 0 to `last` and their weights, by u = last (1 + tanh(π/2 sinh t))/2."""
    t = np.arange(-REACH, REACH + step / 2, step)
    inner = np.pi / 2 * np.sinh(t)
    slope = last * np.pi / 2 * np.cosh(t) / (2 * np.cosh(inner) ** 2)
    return last / (1 + np.exp(-2 * inner)), slope * step


def _of_t(df: int) -> tuple[Array, Array]:
    """Values of df over a chi-squared variable with df, and their probabilities.

    Of the variable's logarithm, whose standard deviation is about √(2/df), the density is analytic
    up to π/2 from the real axis, so that the trapezoidal rule is exact but for rounding.
    """
    half = df / 2
    step = min(0.25, 0.7 * sqrt(2 / df))
    u = np.arange(log(df) + log(LEAST) / half - 1, log(df + 60 + 12 * sqrt(df)), step)
    logs = half * u - np.exp(u) / 2 - half * log(2) - lgamma(half)
    weights = np.exp(logs) * step
    return df / np.exp(u), weights
