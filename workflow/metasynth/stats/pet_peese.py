"""What a study without a standard error would show: PET, PEESE, and limit meta-analysis."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from metasynth.stats.effects.binary import Array
from metasynth.stats.intervals import Interval, interval
from metasynth.stats.least_squares import weighted_least_squares
from metasynth.stats.small_study import MINIMUM, dispersed_line, require

GENUINE = 0.10
"""Two-sided p of PET's effect below which PEESE is believed: one-sided 5%."""


@dataclass(frozen=True, slots=True)
class Extrapolated:
    """An effect at a standard error of 0, and the slope on the regressor, on the analysis scale."""

    mean: float
    slope: float
    interval: Interval


def pet(y: Array, v: Array, minimum: int = MINIMUM) -> Extrapolated:
    """The intercept of Egger's regression (precision-effect test).

    Stanley and Doucouliagos, Res Synth Methods 2014;5:60-78: effects on their standard errors,
    weights 1/v, a dispersion estimated from the residuals, t with k - 2 degrees of freedom.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        minimum: studies below which it is refused.

    Raises:
        TooFewStudies: below `minimum`, or three.
        NotTestable: when the effects lie exactly on a line.
        ValueError: when all studies are equally precise.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.4, 0.9]), np.array([0.01, 0.02, 0.05, 0.1])
        >>> round(pet(y, v, minimum=3).slope, 6)  # that of Egger's test
        3.269727
    """
    return _intercept(y, v, np.sqrt(v), minimum)


def peese(y: Array, v: Array, minimum: int = MINIMUM) -> Extrapolated:
    """The same by a regression on the variances (precision-effect estimate with standard error).

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        minimum: studies below which it is refused.

    Raises:
        TooFewStudies: below `minimum`, or three.
        NotTestable: when the effects lie exactly on a curve.
        ValueError: when all studies are equally precise.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.4, 0.9]), np.array([0.01, 0.02, 0.05, 0.1])
        >>> pet(y, v, 3).mean < peese(y, v, 3).mean
        True
    """
    return _intercept(y, v, v, minimum)


def believed(p: float | None) -> str:
    """PEESE where PET finds an effect with this two-sided p, else PET: the estimator PET-PEESE.

    Parameters:
        p: None where there is none.

    Example:
        >>> believed(0.01), believed(0.3)
        ('PEESE', 'PET')
    """
    return "PEESE" if p is not None and p < GENUINE else "PET"


def _intercept(y: Array, v: Array, x: Array, minimum: int) -> Extrapolated:
    fit, dispersion = dispersed_line(y, x, 1 / v, minimum)
    mean, slope = (float(b) for b in fit.coefficients)
    se = sqrt(dispersion * float(fit.unscaled[0, 0]))
    return Extrapolated(mean, slope, interval(mean, se, len(y) - 2))


def limit_meta_analysis(y: Array, v: Array, tau2: float, minimum: int = MINIMUM) -> Extrapolated:
    """The mean of trials that are as large as can be, heterogeneity remaining.

    Rücker, Schwarzer, Carpenter, Binder and Schumacher, Biostatistics 2011;12:122-42: the line of
    the generalised radial plot, y/s on 1/s with s² = v + tau², read where s is tau (their β0);
    normal quantiles.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        tau2: the between-study variance, at least 0.
        minimum: studies below which it is refused.

    Raises:
        TooFewStudies: below `minimum`, or three.
        ValueError: when all studies are equally precise.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.4, 0.9]), np.array([0.01, 0.02, 0.05, 0.1])
        >>> at_zero = limit_meta_analysis(y, v, 0.0, 3)
        >>> round(at_zero.mean - pet(y, v, 3).mean, 9)  # without heterogeneity it is PET's
        0.0
    """
    require(len(y), max(3, minimum))
    s = np.sqrt(v + tau2)
    fit = weighted_least_squares(y, np.column_stack([np.ones_like(s), s]), 1 / (v + tau2))
    at = np.array([1.0, sqrt(tau2)])
    mean, se = float(at @ fit.coefficients), sqrt(float(at @ fit.unscaled @ at))
    return Extrapolated(mean, float(fit.coefficients[1]), interval(mean, se))
