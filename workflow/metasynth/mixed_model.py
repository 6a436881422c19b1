"""The maximum of a likelihood with normal random effects, found through its slopes and curvatures.

Newton's steps in all parameters but tau, a scan and roots in tau: never a minimiser, which would
stop where the likelihood is flat to rounding. Extreme tables need more points of quadrature than
usual ones: all is done again with twice as many until the likelihood stands at what was found.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from metasynth.effects import Array
from metasynth.pooling import EffectUndefined
from metasynth.quadrature import POINTS, Likelihood, Predictor, integrate
from metasynth.roots import bracketed_root

TAU_GRID = np.concatenate(([1e-3, 1e-2], np.geomspace(0.03, 8, 12)))
"""Where the profile of tau is looked at for its maxima."""
PRECISION = 1e-10
"""Of log odds and standard deviations: what lies below is noise of the integrals."""
ENOUGH = 1e-11
"""Of the log likelihood: a Newton step that promises less is the last."""
ROUNDING = 1e-12
"""Of the log likelihood, relative to it."""
EXACT = 1e-7
"""Of the log likelihood: what a finer rule may change."""
MOST_STEPS = 60


@dataclass(frozen=True, slots=True)
class Glmm:
    """Mean log odds ratio, its variance, tau2, and the maximum of the log likelihood.

    The log likelihood lacks a constant of the data. `sigma2` is the variance of the levels (UM.RS).
    """

    mean: float
    variance: float
    tau2: float
    log_likelihood: float
    sigma2: float | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """Predictors, and how the parameters enter.

    The fixed effects end with the mean, the deviations with tau; where `own_level`, the first fixed
    effect is one of each study.
    """

    predictors: tuple[Predictor, ...]
    own_level: bool

    def at(self, state: "State", points: int) -> Likelihood:
        """The likelihood and its derivatives at the parameters' values, by a rule's points."""
        return integrate(self.predictors, state.fixed, state.deviations, points)


@dataclass(frozen=True, slots=True)
class State:
    """Values of the parameters: fixed effects (studies, f), deviations (r,)."""

    fixed: Array
    deviations: Array


def maximise(model: Model, start: State) -> Glmm:
    """Climb to the other parameters' maximum at each tau, then to the tau with the highest.

    At a given tau the likelihood is concave in the fixed effects. The profile's slope is scanned,
    each maximum refined as a root, and the highest taken. Raises EffectUndefined where that lies
    beyond the scan, has no curvature, or takes more points than there are.
    """
    for points, more in pairwise(POINTS[len(start.deviations)]):
        fits = _maxima(model, start, points)
        if all(_stands(there, model.at(state, more)) for state, there in fits):
            return _highest(model, fits)
    raise EffectUndefined(f"{points} points of quadrature are too few for tables so extreme")


def _stands(there: Likelihood, finer: Likelihood) -> bool:
    """Whether a finer rule leaves the log likelihood as it is."""
    height = float(there.value.sum())
    return abs(float(finer.value.sum()) - height) < EXACT + ROUNDING * abs(height)


def _maxima(model: Model, start: State, points: int) -> list[tuple[State, Likelihood]]:
    """Where the profile of tau is highest at an end of the scan or between."""
    latest = start

    def slope(tau: float) -> float:
        nonlocal latest
        latest, there = _climb(model, _with_tau(latest, tau), points)
        return float(there.slope[:, -1].sum())

    rising = [slope(float(tau)) > 0 for tau in TAU_GRID]
    candidates = [0.0]
    for i in np.flatnonzero(np.array(rising[:-1]) & ~np.array(rising[1:])):
        low, high = float(TAU_GRID[i]), float(TAU_GRID[i + 1])
        try:
            candidates.append(bracketed_root(slope, low, high, PRECISION))
        except ValueError:  # flat to rounding: the slope's sign depends on where the climb began
            candidates += (low, high)
    if rising[-1]:
        candidates.append(float(TAU_GRID[-1]))
    return [_climb(model, _with_tau(latest, tau), points) for tau in candidates]


def _highest(model: Model, fits: list[tuple[State, Likelihood]]) -> Glmm:
    """The fit at the highest of the maxima."""
    state, there = max(fits, key=lambda fit: float(fit[1].value.sum()))
    mean, deviations = float(state.fixed[0, -1]), state.deviations
    if deviations[-1] == TAU_GRID[-1] and there.slope[:, -1].sum() > 0:
        raise EffectUndefined(f"the likelihood still rises at tau = {TAU_GRID[-1]:g}")
    variance = _variance(model, there, deviations)
    sigma2 = float(deviations[0]) ** 2 if len(deviations) > 1 else None
    return Glmm(mean, variance, float(deviations[-1]) ** 2, float(there.value.sum()), sigma2)


def _with_tau(state: State, tau: float) -> State:
    return replace(state, deviations=np.append(state.deviations[:-1], tau))


def _climb(model: Model, state: State, points: int) -> tuple[State, Likelihood]:
    """Newton's steps in all parameters but tau, shortened where they would not lead upwards.

    The last step is one that promises next to nothing, and so leaves the square of that.
    """
    free = np.arange(state.fixed.shape[1] + len(state.deviations) - 1)
    here, damping = model.at(state, points), 0.0
    for _ in range(MOST_STEPS):
        slope, curvature, own = _reduced(model, here, free)
        if not _is_concave(curvature, damping):
            damping = _more(damping, curvature)
            continue
        step = _step(slope, curvature, damping)
        candidate = _moved(model, state, step, own(step))
        there = model.at(candidate, points)
        if _promise(model, here, slope, step) < ENOUGH:
            return candidate, there
        height = float(here.value.sum())
        if there.value.sum() >= height - ROUNDING * abs(height):
            state, here, damping = candidate, there, damping / 10 if damping > 1e-6 else 0.0
        else:
            damping = _more(damping, curvature)
    return state, here


def _more(damping: float, curvature: Array) -> float:
    return max(10 * damping, 1e-3 * float(np.abs(np.diag(curvature)).max()), 1e-6)


def _promise(model: Model, here: Likelihood, slope: Array, step: Array) -> float:
    """Twice the rise of the log likelihood that a Newton step promises."""
    promise = float(slope @ step)
    if model.own_level:
        promise -= float((here.slope[:, 0] ** 2 / here.curvature[:, 0, 0]).sum())
    return promise


def _step(slope: Array, curvature: Array, damping: float) -> Array:
    found = np.linalg.solve(damping * np.eye(len(slope)) - curvature, slope)
    return np.asarray(found, dtype=np.float64)


def _is_concave(curvature: Array, damping: float) -> bool:
    return bool(np.linalg.eigvalsh(curvature)[-1] < damping) if len(curvature) else True


def _reduced(
    model: Model, there: Likelihood, free: Array
) -> tuple[Array, Array, Callable[[Array], Array]]:
    """Slope and curvature in the common parameters, the studies' own levels having been eliminated.

    Also gives the levels' step that goes with a step of the common parameters.
    """
    if not model.own_level:
        total = there.curvature.sum(axis=0)[np.ix_(free, free)]
        return there.slope.sum(axis=0)[free], total, lambda _: np.zeros(0)
    common = free[1:]
    own, cross = there.curvature[:, 0, 0], there.curvature[:, 0, :][:, common]
    slope = there.slope[:, common] - (cross * there.slope[:, :1]) / own[:, None]
    curvature = there.curvature[:, common][:, :, common]
    curvature = curvature - cross[:, :, None] * cross[:, None, :] / own[:, None, None]
    return (
        slope.sum(axis=0),
        curvature.sum(axis=0),
        lambda step: -(there.slope[:, 0] + cross @ step) / own,
    )


def _moved(model: Model, state: State, step: Array, levels: Array) -> State:
    """The state after a step of the common parameters and of the levels."""
    f, first = state.fixed.shape[1], int(model.own_level)
    fixed = state.fixed.copy()
    if model.own_level:
        fixed[:, 0] += levels
    fixed[:, first:] += step[: f - first]
    deviations = state.deviations.copy()
    deviations[:-1] = np.abs(deviations[:-1] + step[f - first :])
    return State(fixed, deviations)


def _variance(model: Model, there: Likelihood, deviations: Array) -> float:
    """The mean's variance from the inverse of the observed information on all that is not at 0."""
    fixed = there.slope.shape[1] - len(deviations)
    free = np.concatenate([np.arange(fixed), fixed + np.flatnonzero(deviations > PRECISION)])
    _, curvature, _ = _reduced(model, there, free)
    if not _is_concave(curvature, 0.0):
        raise EffectUndefined("the likelihood is too flat at its maximum for a standard error")
    place = fixed - 1 - int(model.own_level)
    return float(np.linalg.inv(-curvature)[place, place])
