"""The curves of a Bayesian pool: densities of the mean effect and of tau, prior and posterior.

They are evaluated here, so that figures only draw them. A density of the effect is by what a figure
has across: by the logarithm of a ratio, else by the effect on its natural scale.
"""

from math import exp, pi, sqrt

import numpy as np

from metasynth.core.distributions import normal_quantile
from metasynth.model.methods import MEASURE, is_ratio
from metasynth.model.posteriors import Curve, PriorLimits
from metasynth.model.priors import MuPrior, TauPrior
from metasynth.stats.bayes import BayesFit
from metasynth.stats.effects.binary import Array
from metasynth.stats.effects.scales import LARGEST_EXPONENT, natural
from metasynth.stats.prior_densities import prior_density, prior_quantile

POINTS = 161
"""Values at which a curve is known."""
BEYOND = 2.0
"""How many times as far from the median as the interval's ends the curve of the effect goes."""
PAST_TAU, PAST_PRIOR, MOST = 1.3, 1.05, 2.5
"""How far the curve of tau goes: past the upper limits of posterior and prior, but of the prior's
no more than so many times the posterior's."""
STEP = 1e-5
"""Of the length of a curve, the step by which the stretch of its scale is measured."""
FIRST = 1e-6
"""Of the largest tau, what stands for 0, where some densities have no value."""


def effect_curve(measure: str, prior: MuPrior, fit: BayesFit) -> Curve:
    """The density of the mean effect, but where no axis holds it.

    Parameters:
        measure: by which an axis has the logarithm of a ratio, else the natural scale.
        prior: of the mean effect; a vague one has no curve.
        fit: on the analysis scale.

    Returns:
        Values on the natural scale, and densities per unit of the axis.
    """
    start, end = (fit.mu.median + BEYOND * (limit - fit.mu.median) for limit in fit.mu.central)
    step = STEP * (end - start)
    kept, stretch, values = list[float](), list[float](), list[float]()
    for y in np.linspace(start, end, POINTS).tolist():
        value, *ends = natural(measure, y), *_across(measure, y, step)
        left, right = ends
        if value is not None and left is not None and right is not None and left < right:
            kept.append(y)
            stretch.append((right - left) / (2 * step))
            values.append(value)
    y, by = np.array(kept), np.array(stretch)
    after = fit.of_mu.density(y) / by
    before = [] if prior.sd is None else (_normal(y, prior.mean, prior.sd) / by).tolist()
    return Curve(tuple(values), tuple(after.tolist()), tuple(before))


def _across(measure: str, y: float, step: float) -> tuple[float | None, float | None]:
    """Where values of the analysis scale a step below and above `y` stand on an axis."""
    if is_ratio(measure):
        return y - step, y + step
    return natural(measure, y - step), natural(measure, y + step)


def _normal(mu: Array, mean: float, sd: float) -> Array:
    z = (mu - mean) / sd
    return np.asarray(np.exp(-z * z / 2) / (sd * sqrt(2 * pi)))


def tau_curve(prior: TauPrior, fit: BayesFit) -> Curve:
    """The density of tau over its interval, and over its prior's unless that is far wider."""
    limit, before = fit.tau.central[1], prior_limits(prior)
    most = PAST_PRIOR * before.high if before else 0.0
    at = np.linspace(0.0, max(PAST_TAU * limit, min(most, MOST * limit)), POINTS)
    at[0] = FIRST * at[-1]
    drawn = prior_density(prior, at).tolist() if prior.proper else []
    return Curve(tuple(at.tolist()), tuple(fit.of_tau.density(at).tolist()), tuple(drawn))


def prior_limits(prior: TauPrior) -> PriorLimits | None:
    """The median and the central 95% of a prior of tau; None of an improper one."""
    if not prior.proper:
        return None
    low, middle, high = (prior_quantile(prior, p) for p in (0.025, 0.5, 0.975))
    return PriorLimits(middle, low, high)


def reach(measure: str, tau: float) -> float | None:
    """How far the true effects of 95% of trials are from their centre, on the natural scale.

    Parameters:
        measure: a name of the catalogue of methods.
        tau: on the analysis scale.

    Returns:
        A factor of ratios, a distance of differences; None on a scale turned back otherwise.

    Example:
        >>> round(reach("MD", 1.0), 6), round(reach("RR", 0.1), 6), reach("PLO", 0.1)
        (1.959964, 1.216523, None)
    """
    distance = normal_quantile() * tau
    if is_ratio(measure):
        return exp(distance) if distance < LARGEST_EXPONENT else None
    return distance if MEASURE[measure].back == "x" else None
