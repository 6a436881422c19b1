"""Newton's climb to the maximum of an integrated likelihood, at given tau.

The studies' own levels, of which there may be hundreds, are eliminated from each system of
equations. Every step, theirs included, is shortened until it leads upwards, and the climb ends
where a step promises nothing more and the curvature is a maximum's, never by a count.
"""

from dataclasses import dataclass, replace

import numpy as np

from metasynth.core.messages import sentence
from metasynth.stats.effects.binary import Array
from metasynth.stats.quadrature import Likelihood, NotReached, Predictor, integrate

ENOUGH = 1e-11
"""Of the log likelihood: a step at a maximum that promises less is the last."""
ROUNDING = 1e-12
"""Of the log likelihood, relative to it; of a curvature, relative to the greatest."""
LEAST_SHARE = 1e-4
"""Of the rise that a step promises at its beginning: what it must keep (Armijo's rule)."""
CLOSE = 1e-2
"""Of the log likelihood: a step that promises less is judged by the slopes, which have more digits
than the heights, and are those of the integral also where a rule's heights are not."""
LONGEST = 5.0
"""Of log odds: no step goes further at once."""
SHORTEST = 2.0**-40
"""The least part of a step that is tried."""
AWAY = 0.05
"""Of log odds: how far to go where the likelihood is level but bends upwards."""
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class State:
    """Values of the parameters: fixed effects (studies, f), deviations (r,), the last one tau.

    `modes` (studies, r) is where the studies' likeliest random effects are looked for first.
    """

    fixed: Array
    deviations: Array
    modes: Array | None = None

    def at_tau(self, tau: float) -> "State":
        """The same but for tau."""
        return replace(self, deviations=np.append(self.deviations[:-1], tau))


@dataclass(frozen=True, slots=True)
class Place:
    """Values of the parameters, and the log likelihood there: by study, and in all."""

    state: State
    likelihood: Likelihood
    height: float


@dataclass(frozen=True, slots=True)
class Model:
    """Predictors, and how the parameters enter.

    The fixed effects end with the mean, the deviations with tau; where `own_level`, the first fixed
    effect is one of each study.
    """

    predictors: tuple[Predictor, ...]
    own_level: bool

    def at(self, state: State, points: int) -> Place:
        """The likelihood and its derivatives at the parameters' values, by a rule's points."""
        there = integrate(self.predictors, state.fixed, state.deviations, points, state.modes)
        return Place(replace(state, modes=there.modes), there, float(there.value.sum()))


@dataclass(frozen=True, slots=True)
class System:
    """Newton's equations: slope (p,) and curvature (p, p) in the common parameters.

    Those in the studies' levels are theirs at the levels that go with the common parameters; the
    levels' own are slope (k,), curvature (k,), negative, and mixed curvature (k, p), or empty.
    """

    slope: Array
    curvature: Array
    level_slope: Array
    level_curvature: Array
    mixed: Array

    def is_concave(self) -> bool:
        """Whether the curvature is negative in all directions, by more than its rounding."""
        if np.any(self.level_curvature >= 0):
            return False
        values = np.linalg.eigvalsh(self.curvature)
        return bool(np.all(values < -ROUNDING * np.abs(values).max(initial=0)))

    def step(self) -> tuple[Array, Array]:
        """The step of the common parameters and of the levels, which leads upwards.

        Where the curvature is not a maximum's, it is turned round, and a level direction that
        bends upwards is left.
        """
        if self.is_concave():
            step = np.linalg.solve(-self.curvature, self.slope)
        else:
            values, vectors = np.linalg.eigh(self.curvature)
            slope = vectors.T @ self.slope
            size = np.abs(values)
            along = slope / np.maximum(size, ROUNDING * size.max(initial=1.0))
            bent = (values > 0) & (np.abs(along) < AWAY)
            step = vectors @ np.where(bent, np.copysign(AWAY, slope), along)
        levels = (self.level_slope + self.mixed @ step) / np.abs(self.level_curvature)
        return np.asarray(step, dtype=np.float64), levels

    def promise(self, step: Array) -> float:
        """Twice the rise of the log likelihood that a Newton step promises."""
        levels = self.level_slope**2 / np.abs(self.level_curvature)
        return float(self.slope @ step) + float(levels.sum())


def system(model: Model, there: Likelihood, free: Array) -> System:
    """Newton's equations in the parameters with the indices `free`.

    Parameters:
        model: how the parameters enter.
        there: the likelihood at their values.
        free: places among fixed effects and deviations, shape (p,); where studies have levels of
            their own, the first of them is these.

    Example:
        >>> kernel = lambda x: (-((x - 1) ** 2) / 2, 1 - x, np.ones_like(x))  # normal about 1
        >>> model = Model((Predictor((1,), (1,), kernel),), own_level=False)
        >>> place = model.at(State(np.full((3, 1), 3.0), np.zeros(1)), 31)
        >>> found = system(model, place.likelihood, np.array([0]))
        >>> found.slope.round(9).tolist(), found.curvature.round(9).tolist()
        ([-6.0], [[-3.0]])
    """
    if not model.own_level:
        total, none = there.curvature.sum(axis=0)[np.ix_(free, free)], np.zeros(0)
        return System(there.slope.sum(axis=0)[free], total, none, none, np.zeros((0, len(free))))
    common = free[1:]
    level_slope, level_curvature = there.slope[:, 0], there.curvature[:, 0, 0]
    mixed = there.curvature[:, 0, :][:, common]
    share = mixed / np.abs(level_curvature)[:, None]
    slope = there.slope[:, common].sum(axis=0) + level_slope @ share
    curvature = there.curvature[:, common][:, :, common].sum(axis=0) + mixed.T @ share
    return System(slope, curvature, level_slope, level_curvature, mixed)


def climb(model: Model, state: State, points: int) -> Place:
    """The maximum in all parameters but tau, by a rule's points.

    Newton's steps converge quadratically: the last one promises less than `ENOUGH`, and leaves the
    square of that.

    Parameters:
        model: how the parameters enter.
        state: where to begin, and the tau that stays.
        points: of the rule of quadrature, for each random effect.

    Raises:
        NotReached: where no step leads upwards though one is promised, or too many do.

    Example:
        >>> kernel = lambda x: (-((x - 1) ** 2) / 2, 1 - x, np.ones_like(x))  # normal about 1
        >>> model = Model((Predictor((1,), (1,), kernel),), own_level=False)
        >>> place = climb(model, State(np.full((3, 1), 3.0), np.zeros(1)), 31)
        >>> round(float(place.state.fixed[0, 0]), 9), abs(round(place.height, 9))
        (1.0, 0.0)
    """
    free = np.arange(state.fixed.shape[1] + len(state.deviations) - 1)
    here = model.at(state, points)
    for _ in range(MOST_STEPS):
        equations = system(model, here.likelihood, free)
        step, levels = equations.step()
        promise = equations.promise(step)
        here = _upwards(model, here, step, levels, promise, points)
        if promise < ENOUGH and equations.is_concave():
            return here
    raise NotReached(
        sentence("{n} steps do not reach the maximum at tau = {tau}", n=MOST_STEPS, tau=_tau(state))
    )


def _upwards(
    model: Model, here: Place, step: Array, levels: Array, promise: float, points: int
) -> Place:
    """Where the step leads, or as much of it as leads upwards."""
    share = min(1.0, LONGEST / max(np.abs(step).max(initial=1), np.abs(levels).max(initial=1)))
    least = here.height - ROUNDING * abs(here.height)
    while share > SHORTEST:
        there = model.at(_moved(model, here.state, share * step, share * levels), points)
        if there.height >= least + LEAST_SHARE * share * promise:
            return there
        if promise < CLOSE and abs(_slope_along(model, there, step, levels)) < promise / 2:
            return there
        share /= 2
    raise NotReached(sentence("no step leads upwards at tau = {tau}", tau=_tau(here.state)))


def _slope_along(model: Model, place: Place, step: Array, levels: Array) -> float:
    """The slope in the direction of a step; that at its beginning is what it promises."""
    first, slope = int(model.own_level), place.likelihood.slope
    along = float(slope[:, first : first + len(step)].sum(axis=0) @ step)
    return along + float(slope[:, 0] @ levels) if model.own_level else along


def _tau(state: State) -> str:
    return f"{state.deviations[-1]:.3g}"


def _moved(model: Model, state: State, step: Array, levels: Array) -> State:
    """The state after a step of the common parameters and of the levels."""
    f, first = state.fixed.shape[1], int(model.own_level)
    fixed = state.fixed.copy()
    if model.own_level:
        fixed[:, 0] += levels
    fixed[:, first:] += step[: f - first]
    deviations = state.deviations.copy()
    deviations[:-1] = np.abs(deviations[:-1] + step[f - first :])
    return State(fixed, deviations, state.modes)
