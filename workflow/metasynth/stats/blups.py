"""Best linear unbiased predictions: each study's true effect in the light of all of them."""

from dataclasses import dataclass

import numpy as np

from metasynth.core.distributions import half_width_factor
from metasynth.stats.effects.binary import Array


@dataclass(frozen=True, slots=True)
class Predictions:
    """A value a study on the analysis scale, its standard error and limits."""

    value: Array
    se: Array
    low: Array
    high: Array


def blups(
    y: Array,
    v: Array,
    tau2: float,
    fitted: float | Array,
    variance: float | Array,
    df: float | None = None,
) -> Predictions:
    """Empirical Bayes estimates of the studies' true effects, as metafor's `blup` has them.

    Raudenbush and Bryk, J Educ Stat 1985;10:75-98; Robinson, Stat Sci 1991;6:15-32: the average
    λy + (1 - λ)m with λ = tau2/(tau2 + v), and variance λv + (1 - λ)² var(m). That tau2 is an
    estimate is not allowed for.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        tau2: (residual) variance between studies, on the squared analysis scale.
        fitted: the average effect m, or of studies with covariates each one's, shape (k,).
        variance: that of m, as the interval takes it; of each study, shape (k,).
        df: of Student's t; None for the normal distribution.

    Example:
        >>> found = blups(np.array([0.1, 0.5, 0.9]), np.full(3, 0.04), 0.12, 0.5, 0.16 / 3)
        >>> found.value.round(6).tolist(), round(float(found.se[0]), 6)  # λ is 3/4
        ([0.2, 0.5, 0.8], 0.182574)
    """
    kept = tau2 / (tau2 + v)
    value, se = kept * y + (1 - kept) * fitted, np.sqrt(kept * v + (1 - kept) ** 2 * variance)
    half = half_width_factor(df) * se
    return Predictions(value, se, value - half, value + half)
