"""Trim and fill: how many studies would a symmetric funnel have more, and what would it average?"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from metasynth.core.messages import Refused, sentence
from metasynth.stats.covariate_fit import meta_regression
from metasynth.stats.effects.binary import Array
from metasynth.stats.linear_model import EXACT
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.tau2 import estimate_tau2

MOST_ROUNDS = 100


@dataclass(frozen=True, slots=True)
class TrimAndFill:
    """How many studies were filled in, on which side, and all effects with the filled ones last."""

    filled: int
    side: str
    y: Array
    v: Array


class NoConvergence(Refused, ArithmeticError):  # noqa: N818 - it names the fault, as `why` does
    """Trimming went in circles, or the estimator does not exist; the message says which."""


def trim_and_fill(
    y: Array, v: Array, estimator: str = "L0", method: str | None = "REML", side: str | None = None
) -> TrimAndFill:
    """Estimate the number of suppressed studies and mirror as many: Duval and Tweedie 2000.

    J Am Stat Assoc 2000;95:89-98.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        estimator: L0, R0 or Q0.
        method: the estimator of tau2 for the centre; None for a common effect.
        side: left or right, where studies are missing; None for the side away from which effects
            lean as standard errors grow.

    Raises:
        NoConvergence: when trimming goes in circles, or Q0 does not exist.
        ValueError: for another estimator; without `side` also below three studies, or when all are
            equally precise.

    Example:
        >>> y, v = np.array([0.0, 0.05, 0.1, 0.15, 0.9, 1.0, 1.1]), np.full(7, 0.01)
        >>> found = trim_and_fill(y, v, method=None, side="left")
        >>> found.filled, found.y[-1:].round(6).tolist()  # 1.1 about the mean of the others
        (1, [-0.366667])
    """
    side = side or _thin_side(y, v, method)
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    ascending, variances = (sign * y)[order], v[order]
    filled, previous, rounds = 0, -1, 0
    while filled != previous:
        rounds += 1
        if rounds > MOST_ROUNDS:
            raise NoConvergence(sentence("trimming did not settle in {n} rounds", n=MOST_ROUNDS))
        kept = slice(0, len(y) - filled)
        centre = _centre(ascending[kept], variances[kept], method)
        deviations = ascending - centre
        deviations[np.abs(deviations) <= EXACT * np.abs(y).max()] = 0.0  # on neither side
        previous, filled = filled, max(0, round(_missing(deviations, estimator)))
    mirrored = slice(len(y) - filled, len(y))
    return TrimAndFill(
        filled,
        side,
        np.concatenate([y, sign * (2 * centre - ascending[mirrored])]),
        np.concatenate([v, variances[mirrored]]),
    )


def _centre(y: Array, v: Array, method: str | None) -> float:
    tau2 = estimate_tau2(y, v, method).value if method and len(y) > 1 else 0.0
    return float(inverse_variance(y, v, tau2).mean)


def _thin_side(y: Array, v: Array, method: str | None) -> str:
    """Left when effects grow with their standard errors: small low studies are then missing."""
    slope = meta_regression(y, v, np.column_stack([np.ones_like(y), np.sqrt(v)]), method, "Wald")
    return "right" if slope.coefficients[1] < 0 else "left"


def _missing(deviations: Array, estimator: str) -> float:
    """The number missing on the left by L0, R0 or Q0 from signed ranks of the deviations."""
    k = len(deviations)
    if not deviations.any():
        return 0.0
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(deviations), kind="stable")] = np.arange(1, k + 1)
    if estimator == "R0":
        left = ranks[deviations < 0]
        return float(k - (left.max() if len(left) else 0) - 1)
    rank_sum = float(ranks[deviations > 0].sum())
    if estimator == "L0":
        return (4 * rank_sum - k * (k + 1)) / (2 * k - 1)
    if estimator == "Q0":
        radicand = 2 * k * k - 4 * rank_sum + 0.25
        if radicand < 0:
            raise NoConvergence(sentence("Q0 does not exist: nearly all effects lie on one side"))
        return k - 0.5 - sqrt(radicand)
    raise ValueError(f"trim and fill has the estimators L0, R0 and Q0, not {estimator}")
