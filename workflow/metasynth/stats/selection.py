"""Selection models: what the mean would be if results that are not significant were seen as often.

The likelihood has several tops at times, or rises for ever. It is therefore looked at on a grid of
means and variances, where the weights of selection have one best value each (the likelihood is
concave in their logarithms); every top of the grid is climbed by Newton's steps until nothing is
left to gain, and the highest is taken.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from metasynth.core.distributions import chi2_upper_tail
from metasynth.core.messages import Refused, sentence
from metasynth.stats.effects.binary import Array
from metasynth.stats.intervals import Interval, interval
from metasynth.stats.linear_model import EXACT
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.selection_likelihood import Selected
from metasynth.stats.small_study import MINIMUM, require
from metasynth.stats.tau2 import estimate_tau2

THREE_PARAMETERS = (0.025, 1.0)
"""One step, at a two-sided p of 0.05 in the favoured direction."""
STEPS = (0.025, 0.5, 1.0)
"""Another where the effect turns to the other direction."""
MEANS, VARIANCES = 41, 24
"""Points of the grid."""
AT_ONCE = 50_000
"""Points times studies that are looked at together: what bounds the memory."""
WIDENINGS = 6
"""How often the grid is made four times as wide before the likelihood is said to rise for ever."""
CLOSE = 1e-7
"""What a step promises where the likelihood is as good as its parabola."""
LEAST_SHARE = 1e-4
"""Of what a step promises, that it must keep."""
NEARLY = 1e-6
"""The same on the grid, where a top is only to be found."""
SHORTEST = 1e-12
"""Share of a step below which none is tried."""
WIDEST_WEIGHT = 12.0
"""Of the logarithm of a weight: beyond it, what is seen says nothing of the weight."""


_NO_TOP = sentence("the likelihood rises as far as it was looked at, so that it has no top")


_EMPTY = (
    sentence("no study has a p up to the first step, so that the weight of others is not known"),
    sentence("no study has a p between two steps, so that its weight is not known"),
    sentence("no study has a p beyond the last step, so that its weight is not known"),
)
"""Which interval of p holds no study: the first, one between, the last."""


class NoSelection(Refused, ArithmeticError):  # noqa: N818 - it names the fault, as `why` does
    """A selection model that the effects do not determine; the message says why."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A fitted model on the analysis scale.

    `weights` are the chances of being seen in each interval of p, 1 in the first; `statistic` and
    `p` test that all are 1 (likelihood ratio, `df`).
    """

    mean: float
    interval: Interval
    tau2: float
    weights: tuple[float, ...]
    counts: tuple[int, ...]
    log_likelihood: float
    statistic: float
    df: int
    p: float


def step_selection(
    y: Array,
    v: Array,
    steps: tuple[float, ...] = THREE_PARAMETERS,
    *,
    larger: bool = True,
    common: bool = False,
    minimum: int = MINIMUM,
) -> Selection:
    """Fit a step function of selection by maximum likelihood; metafor's selmodel, type "stepfun".

    Hedges, Stat Sci 1992;7:246-55; Vevea and Hedges, Psychometrika 1995;60:419-35; with one step
    the three-parameter model of McShane, Böckenholt and Hansen, Perspect Psychol Sci
    2016;11:730-49. Wald's interval, from the observed information on all parameters.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        steps: upper ends of the intervals of the one-sided p-value, the last 1.
        larger: whether effects above 0 are those that are favoured, else those below.
        common: whether tau2 is 0, else estimated.
        minimum: studies below which it is refused.

    Raises:
        TooFewStudies: below `minimum`, or two more than steps.
        NoSelection: where an interval of p holds no study, effects all agree, or the likelihood
            has no top.

    Example:
        >>> y = np.array([0.0, 0.1, 0.2, 0.3, 0.9, 1.0, 0.6])
        >>> found = step_selection(y, np.full(7, 0.04), minimum=7)
        >>> found.counts, round(found.mean, 6), round(found.weights[1], 6)
        ((3, 4), 0.643436, 4.28523)
    """
    require(len(y), max(len(steps) + 2, minimum))
    data = Selected(y if larger else -y, v, steps)
    _require_seen(data)
    if np.ptp(y) <= EXACT * np.abs(y).max():
        raise NoSelection(sentence("the effects all agree, which tells of no selection"))
    tau2 = 0.0 if common else estimate_tau2(y, v, "ML").value
    centre = np.asarray(inverse_variance(data.y, v, tau2).mean)
    plain = float(data.densities(centre, np.asarray(tau2)))
    at = _highest(data, common)
    height = data.height(at)
    mean = float(at[0]) if larger else -float(at[0])
    statistic = max(0.0, 2 * (height - plain))
    return Selection(
        mean=mean,
        interval=interval(mean, sqrt(_variance(data, at))),
        tau2=float(at[1]),
        weights=(1.0, *np.exp(at[2:]).tolist()),
        counts=tuple(data.counts.tolist()),
        log_likelihood=height,
        statistic=statistic,
        df=len(steps) - 1,
        p=chi2_upper_tail(statistic, len(steps) - 1),
    )


def _require_seen(data: Selected) -> None:
    """Refuse an interval of p without a study, of which no weight is known."""
    empty = np.flatnonzero(data.counts == 0)
    if len(empty):
        last = len(data.steps) - 1
        raise NoSelection(_EMPTY[0 if empty[0] == 0 else -1 if empty[0] == last else 1])


def _variance(data: Selected, at: Array) -> float:
    """Of the mean, by the inverse of the observed information; a tau2 of 0 is known."""
    free = np.array([place != 1 or at[1] > 0 for place in range(len(at))])
    information = -data.slopes(at)[1][np.ix_(free, free)]
    return float(np.linalg.inv(information)[0, 0])


def _highest(data: Selected, common: bool) -> Array:
    """The parameters of the highest top.

    Raises:
        NoSelection: where the highest ground is no top, as a weight has no bound there.
    """
    found = [_climbed(data, start, common) for start in _starts(data, common)]
    highest = max(found, key=data.height)
    if np.abs(highest[2:]).max() > 2 * WIDEST_WEIGHT:
        raise NoSelection(_NO_TOP)
    return highest


def _starts(data: Selected, common: bool) -> list[Array]:
    """The tops of a grid, widened until none lies at its edge."""
    middle, reach = float(np.median(data.y)), float(np.ptp(data.y))
    for widening in range(WIDENINGS + 1):
        wide = reach * 4.0**widening
        means = middle + wide * np.linspace(-1, 1, MEANS)
        variances = _variances(data, wide, common)
        mean, tau2 = np.meshgrid(means, variances, indexing="ij")
        pieces = -(-mean.size * len(data.y) // AT_ONCE)  # so that memory stays bounded
        parts = zip(np.array_split(mean, pieces), np.array_split(tau2, pieces), strict=True)
        found = [_best_weights(data, *part) for part in parts if part[0].size]
        eta, heights = (np.concatenate(one) for one in zip(*found, strict=True))
        tops = _tops(heights)
        inside = (tops[:, 0] > 0) & (tops[:, 0] < MEANS - 1)
        inside &= common | (tops[:, 1] < len(variances) - 1)
        if inside[np.argmax([heights[i, j] for i, j in tops])]:
            return [np.array([means[i], variances[j], *eta[i, j]]) for i, j in tops[inside]]
    raise NoSelection(_NO_TOP)


def _variances(data: Selected, wide: float, common: bool) -> Array:
    """0, and values up to the square of the widest mean, evenly in the logarithm of the total."""
    if common:
        return np.zeros(1)
    least = float(data.v.min())
    return np.asarray(least * (np.geomspace(1, 1 + wide * wide / least, VARIANCES) - 1))


def _tops(heights: Array) -> NDArray[np.intp]:
    """Points (n, 2) of the grid that are as high as each of their neighbours."""
    padded = np.pad(heights, 1, constant_values=-np.inf)
    rows, columns = heights.shape
    top = np.ones(heights.shape, dtype=bool)
    for i in range(3):
        for j in range(3):
            top &= heights >= padded[i : i + rows, j : j + columns]
    return np.argwhere(top & np.isfinite(heights))


def _best_weights(data: Selected, mean: Array, tau2: Array) -> tuple[Array, Array]:
    """The best logarithms of weights at each point, but for bounds, and the likelihood there.

    By Newton's steps of a concave function, all points together, each halved until it leads
    upwards; a point is done where a step would gain nothing that matters to a start.
    """
    shape, counts = mean.shape, data.counts.astype(float)
    p = data.probabilities(mean, tau2).reshape(-1, len(data.y), len(counts))
    eta = np.zeros((len(p), len(counts) - 1))
    height, share = _chosen(p, counts, eta), np.ones(len(p))
    going = np.flatnonzero(np.isfinite(height))
    while len(going):
        step, gain = _step_of_weights(p[going], counts, eta[going])
        there = np.clip(eta[going] + share[going, None] * step, -WIDEST_WEIGHT, WIDEST_WEIGHT)
        new = _chosen(p[going], counts, there)
        up, stays = new > height[going], (there == eta[going]).all(axis=1)
        eta[going[up]], height[going[up]] = there[up], new[up]
        share[going] = np.where(up, np.minimum(1.0, 2 * share[going]), share[going] / 2)
        going = going[(gain > NEARLY) & ~stays & (share[going] > SHORTEST)]
    return eta.reshape(*shape, -1), data.densities(mean, tau2) + height.reshape(shape)


def _chosen(p: Array, counts: Array, eta: Array) -> Array:
    """The part of the likelihood that has the weights; none where what is seen cannot be."""
    weights = np.exp(np.concatenate([np.zeros_like(eta[..., :1]), eta], axis=-1))
    seen = np.einsum("...kj,...j->...k", p, weights)
    with np.errstate(divide="ignore"):
        return np.asarray(eta @ counts[1:] - np.log(seen).sum(axis=-1))


def _step_of_weights(p: Array, counts: Array, eta: Array) -> tuple[Array, Array]:
    """Newton's step, at most 2 in any logarithm, and what it promises.

    A logarithm at its bound stays where it would go on: it takes no room from the others' steps.
    """
    weights = np.exp(np.concatenate([np.zeros_like(eta[..., :1]), eta], axis=-1))
    own = p * weights[..., None, :]
    share = (own / np.maximum(own.sum(axis=-1, keepdims=True), 1e-300))[..., 1:]
    total = share.sum(axis=-2)
    gradient, one = counts[1:] - total, np.eye(len(counts) - 1)
    held = (np.abs(eta) == WIDEST_WEIGHT) & (gradient * eta > 0)
    gradient = np.where(held, 0.0, gradient)
    bend = total[..., None] * one - np.swapaxes(share, -1, -2) @ share
    bend = np.where(held[..., None] | held[..., None, :], one, bend) + 1e-9 * one
    step = np.linalg.solve(bend, gradient[..., None])[..., 0]
    longest = np.abs(step).max(axis=-1, keepdims=True)
    step = step * np.minimum(1.0, 2.0 / np.maximum(longest, 1e-300))
    return step, (gradient * step).sum(axis=-1)


def _climbed(data: Selected, start: Array, common: bool) -> Array:
    """Newton's steps, each as long as leads upwards; near the top whole ones, to the last digit.

    They end beyond the bound of weights where the ground rises on towards one of 0 or infinity.

    Raises:
        NoSelection: where none leads upwards before that.
    """
    at, last = start, np.inf
    while np.abs(at[2:]).max() <= 2 * WIDEST_WEIGHT:
        step, promise, concave = _step(data, at, common)
        if concave and promise < CLOSE:
            if not 0 < promise < last / 2:
                return at
            last, at = promise, _moved(at, step)
        else:
            at = _upwards(data, at, step, promise)
    return at


def _step(data: Selected, at: Array, common: bool) -> tuple[Array, float, bool]:
    """Newton's step, what it promises, and whether the likelihood bends down there.

    A tau2 of 0 stays where it would fall.
    """
    gradient, hessian = data.slopes(at)
    free = np.ones(len(at), dtype=bool)
    free[1] = not common and (at[1] > 0 or gradient[1] > 0)
    step = np.zeros(len(at))
    step[free], concave = _newton_step(gradient[free], hessian[np.ix_(free, free)])
    return step, float(gradient @ step), concave


def _moved(at: Array, step: Array) -> Array:
    there = at + step
    there[1] = max(0.0, there[1])
    return there


def _newton_step(gradient: Array, hessian: Array) -> tuple[Array, bool]:
    """The step to the top of the parabola; where it has none, one that leads upwards instead."""
    scale = np.sqrt(np.abs(np.diag(hessian)))
    scale[scale == 0] = 1.0
    values, vectors = np.linalg.eigh(hessian / np.outer(scale, scale))
    concave = bool(values.max() < 0)
    bend = np.maximum(np.abs(values), 1e-8)
    return vectors @ ((vectors.T @ (gradient / scale)) / bend) / scale, concave


def _upwards(data: Selected, at: Array, step: Array, promise: float) -> Array:
    """As much of the step as leads upwards.

    Raises:
        NoSelection: where no part does.
    """
    height = data.height(at)
    share = min(1.0, 2.0 / max(1e-300, float(np.abs(step[2:]).max())))
    while share > SHORTEST:
        there = _moved(at, share * step)
        if data.height(there) > height + LEAST_SHARE * share * promise * bool(there[1] > 0):
            return there
        share /= 2
    raise NoSelection(sentence("no step leads upwards from where the likelihood rises"))
