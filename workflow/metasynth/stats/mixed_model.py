"""The maximum of a likelihood with normal random effects, found through its slopes and curvatures.

Newton's steps in all parameters but tau, a scan and roots in tau: never a minimiser, which would
stop where the likelihood is flat to rounding. What is given was checked to be a maximum, by its
slope and its curvature. Extreme tables need more points of quadrature than usual ones: all is done
again with twice as many until the likelihood stands at what was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from metasynth.core.messages import Digits, Sentence, sentence
from metasynth.stats.newton import ROUNDING, Model, Place, State, climb, system
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.quadrature import POINTS, NotReached
from metasynth.stats.roots import bracketed_root

TAU_GRID = np.concatenate(([0, 1e-3, 1e-2], np.geomspace(0.03, 8, 12)))
"""Where the profile of tau is looked at for its maxima."""
PRECISION = 1e-10
"""Of log odds and standard deviations: what lies below is noise of the integrals."""
LEFT = 1e-9
"""Of the log likelihood: what a Newton step from its maximum may still promise."""
EXACT = 1e-7
"""Of the log likelihood: what a finer rule may change."""
SAME = 1e-6
"""Of log odds and standard deviations: maxima that differ by less are one."""


@dataclass(frozen=True, slots=True)
class Glmm:
    """Mean log odds ratio, its variance, tau2, and the maximum of the log likelihood.

    The log likelihood of UM is relative to that of a saturated model, so minus half the deviance;
    that of CM.EL is whole. `sigma2` is the variance of the levels (UM.RS), `other_maximum` the tau2
    of the next lower maximum if there is one.
    """

    mean: float
    variance: float
    tau2: float
    log_likelihood: float
    sigma2: float | None = None
    other_maximum: float | None = None


def maximise(model: Model, starts: Sequence[State]) -> Glmm:
    """Climb to the other parameters' maximum at each tau, then to the tau with the highest.

    At given deviations the likelihood is concave in the fixed effects. From every start the profile
    of tau is scanned, each of its maxima refined as a root, and the highest taken and checked.

    Parameters:
        model: the predictors of all studies.
        starts: where to begin, at any tau.

    Raises:
        EffectUndefined: where the maximum lies beyond the scan, is not reached, has no curvature,
            or takes more points than there are.
    """
    fault = _too_few(0)
    for points, more in pairwise(POINTS[len(starts[0].deviations)]):
        try:
            places = _maxima(model, starts, points)
            if all(_stands(place, model.at(place.state, more)) for place in places):
                return _answer(model, places)
            fault = _too_few(points)
        except NotReached as it:  # where a rule is too coarse, its slopes are not its heights'
            fault = sentence("the likelihood’s maximum was not reached: {reason}", reason=it.why)
    raise EffectUndefined(fault)


def _too_few(points: int) -> Sentence:
    return sentence(
        "{points} points of quadrature are too few for tables so extreme", points=points
    )


def _stands(place: Place, finer: Place) -> bool:
    """Whether a finer rule leaves the log likelihood as it is."""
    return abs(finer.height - place.height) < _tolerance(place)


def _tolerance(place: Place) -> float:
    return EXACT + ROUNDING * abs(place.height)


def _maxima(model: Model, starts: Sequence[State], points: int) -> list[Place]:
    """All maxima that the starts lead to, each once, the highest first."""
    found: list[Place] = []
    for first in _distinct([climb(model, start.at_tau(0.0), points) for start in starts]):
        found += _profile_maxima(model, first, points)
    return _distinct(sorted(found, key=lambda place: -place.height))


def _distinct(places: Sequence[Place]) -> list[Place]:
    """The places in their order, without those that are an earlier one again."""
    found: list[Place] = []
    for place in places:
        if not any(_near(place.state, other.state) for other in found):
            found.append(place)
    return found


def _near(one: State, other: State) -> bool:
    parts = ((one.fixed, other.fixed), (one.deviations, other.deviations))
    return all(np.abs(a - b).max(initial=0) < SAME for a, b in parts)


def _profile_maxima(model: Model, first: Place, points: int) -> list[Place]:
    """Where the profile of tau, from a place at tau 0 on, is highest at an end or between.

    Each climb begins where that at the next lower tau ended. Raises NotReached.
    """
    places = {0.0: first}

    def rise(tau: float) -> float:
        if tau not in places:
            below = places[max(other for other in places if other < tau)]
            places[tau] = climb(model, below.state.at_tau(tau), points)
        return _rise(places[tau])

    grid = [float(tau) for tau in TAU_GRID]
    rising = [rise(tau) > 0 for tau in grid]
    found = [] if rising[0] else [grid[0]]
    for i in range(len(grid) - 1):
        if rising[i] and not rising[i + 1]:
            found.append(bracketed_root(rise, grid[i], grid[i + 1], PRECISION))
    if rising[-1]:
        found.append(grid[-1])
    highest = max((places[tau] for tau in found), key=lambda place: place.height)
    for tau, place in places.items():
        if place.height > highest.height + _tolerance(highest):
            raise NotReached(
                sentence(
                    "at tau = {tau} it is higher than at all its maxima", tau=Digits(f"{tau:.3g}")
                )
            )
    return [places[tau] for tau in found]


def _rise(place: Place) -> float:
    """Twice the slope of the profile in tau2: at tau 0, where it has none in tau, its curvature."""
    tau = float(place.state.deviations[-1])
    if tau == 0:
        return float(place.likelihood.curvature[:, -1, -1].sum())
    return float(place.likelihood.slope[:, -1].sum()) / tau


def _answer(model: Model, places: Sequence[Place]) -> Glmm:
    """The fit at the first of the maxima, which is the highest."""
    state, height = places[0].state, places[0].height
    sigma, tau = (float(x) for x in (state.deviations[0], state.deviations[-1]))
    if tau == TAU_GRID[-1]:
        raise EffectUndefined(
            sentence("the likelihood still rises at tau = {tau}", tau=Digits(f"{tau:g}"))
        )
    variance = _variance(model, places[0])
    sigma2 = sigma**2 if len(state.deviations) > 1 else None
    other = float(places[1].state.deviations[-1]) ** 2 if len(places) > 1 else None
    return Glmm(float(state.fixed[0, -1]), variance, tau**2, height, sigma2, other)


def _variance(model: Model, place: Place) -> float:
    """The mean's variance from the inverse of the observed information on all that is not at 0.

    Raises EffectUndefined where the place is not a maximum: where a Newton step promises a rise,
    the curvature is not negative, or the likelihood rises with the square of a deviation at 0.
    """
    fixed, away = place.state.fixed.shape[1], place.state.deviations > PRECISION
    free = np.concatenate([np.arange(fixed), fixed + np.flatnonzero(away)])
    equations = system(model, place.likelihood, free)
    if not equations.is_concave():
        raise EffectUndefined(
            sentence("the likelihood is too flat at its maximum for a standard error")
        )
    bends = np.diagonal(place.likelihood.curvature.sum(axis=0))[fixed:][~away]
    if equations.promise(equations.step()[0]) > LEFT or np.any(bends > LEFT):
        raise EffectUndefined(
            sentence("the likelihood still rises where its maximum was looked for")
        )
    mean = fixed - 1 - int(model.own_level)
    return float(np.linalg.inv(-equations.curvature)[mean, mean])
