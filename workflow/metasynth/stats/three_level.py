"""The three-level model: effects within studies that differ, and studies that differ.

Konstantopoulos, Res Synth Methods 2011;2:61-76; Van den Noortgate et al., Behav Res Methods
2013;45:576-94. The variance between studies is profiled out: for each variance within, its highest
maximum is found as that of the usual random-effects model. The profile is scanned up to a bound on
all its maxima, each of which is a root of the derivative in a bracket.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import log, pi
from sys import float_info

import numpy as np
from numpy.typing import NDArray

from metasynth.core.distributions import LEVEL, chi2_quantile
from metasynth.stats.effects.binary import Array
from metasynth.stats.likelihood import highest_of_many, maxima
from metasynth.stats.linear_model import LinearModel
from metasynth.stats.nested_effects import NestedEffects, nested
from metasynth.stats.roots import bracketed_root, bracketed_roots, highest_maximum, scan_points

Limits = tuple[float, float]
_FINE = 1e-9
"""To what share of itself a limit of a variance is found."""


@dataclass(frozen=True, eq=False)
class ThreeLevelFit:
    """A three-level model at the highest maximum of its likelihood, on the analysis scale.

    Parameters:
        effects: what was fitted.
        between: variance of the studies' true effects.
        within: variance of true effects within a study.
        other_within: the variance within at the next lower maximum, None where there is none.
    """

    effects: NestedEffects
    between: float
    within: float
    other_within: float | None

    @cached_property
    def _studies(self) -> tuple[Array, Array]:
        """The studies' own means and their weights, of shape (m,)."""
        mean, precision = self.effects.means(np.array([self.within]))
        return mean[:, 0], 1 / (self.between + 1 / precision[:, 0])

    @property
    def mean(self) -> float:
        """The pooled effect."""
        mean, w = self._studies
        return float(w @ mean / w.sum())

    @property
    def variance(self) -> float:
        """Of the pooled effect, as if the variances were known."""
        return 1 / float(self._studies[1].sum())

    @property
    def tau2(self) -> float:
        """The whole variance of true effects: between and within studies."""
        return self.between + self.within

    @property
    def log_likelihood(self) -> float:
        """With its constants, as metafor gives it."""
        own, k = self.effects, len(self.effects.y)
        value = float(own.log_likelihood(np.array([self.between]), np.array([self.within]))[0])
        if own.restricted:
            return (value + log(k) - (k - 1) * log(2 * pi)) / 2
        return (value - k * log(2 * pi)) / 2

    @property
    def q(self) -> float:
        """Cochran's Q about a common effect, with the covariances of sampling errors."""
        own, zero = self.effects, np.zeros(1)
        mean, precision = own.means(zero)
        centre = float((precision * mean).sum() / precision.sum())
        return float(((own.y - own.ones * centre) ** 2 / own.v).sum())

    @property
    def typical_variance(self) -> float:
        """Of sampling error: (k - 1)/tr(P), P the projection of the common-effect model.

        Viechtbauer's for any covariance; without correlations Higgins and Thompson's, as in Cheung,
        Psychol Methods 2014;19:211-29.
        """
        own = self.effects
        a = 1 / own.v
        projection = a.sum() - ((a * own.ones) ** 2).sum() / (a * own.ones**2).sum()
        return (len(own.y) - 1) / float(projection)

    @property
    def i2(self) -> tuple[float, float]:
        """Shares of the variance that is between and within studies, in per cent."""
        whole = self.tau2 + self.typical_variance
        return 100 * self.between / whole, 100 * self.within / whole


def fit_three_level(
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    method: str = "REML",
    correlation: float = 0.0,
) -> ThreeLevelFit:
    """The pooled effect and both variances, at the highest maximum of the likelihood.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's study, from 0, none left out, shape (k,).
        method: REML or ML.
        correlation: of the sampling errors of any two effects of one study, from 0 and below 1.

    Raises:
        ValueError: for fewer than two studies, without a study of several effects, for another
            method or a correlation outside its range.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7]), np.full(4, 0.01)
        >>> fit = fit_three_level(y, v, np.array([0, 0, 1, 1]))
        >>> round(fit.mean, 6), round(fit.between, 6), round(fit.within, 6)
        (0.5, 0.17, 0.01)
    """
    studies = int(cluster.max()) + 1
    if studies < 2 or studies == len(y):
        raise ValueError("a three-level model needs two studies, and several effects of one")
    if method not in ("REML", "ML") or not 0 <= correlation < 1:
        raise ValueError(f"method {method!r}, correlation {correlation}")
    effects = nested(y, v, cluster, correlation, method == "REML")
    within, other = _highest(effects)
    return ThreeLevelFit(effects, _between_given(effects, within), within, other)


def _grid(effects: NestedEffects) -> Array:
    return scan_points(effects.least, effects.bound)


def _between_given(effects: NestedEffects, within: float) -> float:
    mean, precision = effects.means(np.array([within]))
    return maxima(LinearModel(mean[:, 0], 1 / precision[:, 0]), effects.restricted)[0]


_FINER = 8
"""Parts of each step of the scan: where the best variance between studies reaches 0, the profile
turns more sharply than a likelihood of one variance can."""


def _highest(effects: NestedEffects) -> tuple[float, float | None]:
    """The variance within at the highest maximum of the profile, then at the next or None.

    Maxima without a variance between studies are looked for on that edge as well.
    """

    def at(function: Callable[[Array, Array], Array], within: float) -> float:
        return float(function(np.array([_between_given(effects, within)]), np.array([within]))[0])

    grid = _parted(_grid(effects))
    between = highest_of_many(effects.between_studies(grid), effects.restricted)
    found = highest_maximum(
        lambda t: at(effects.score_within, t),
        lambda t: at(effects.log_likelihood, t),
        grid,
        effects.score_within(between, grid) > 0,
        effects.least * float_info.epsilon,
    )
    known = [one for one in found if one is not None]
    edge = [one for one in _without_between(effects, grid) if not _near(one, known)]
    best, *others = sorted(
        [*known, *edge], key=lambda t: at(effects.log_likelihood, t), reverse=True
    )
    return best, others[0] if others else None


def _parted(grid: Array) -> Array:
    """The points of a scan, and others between any two of them."""
    places = np.arange((len(grid) - 1) * _FINER + 1) / _FINER
    return np.interp(places, np.arange(len(grid)), grid)


def _without_between(effects: NestedEffects, grid: Array) -> list[float]:
    """The variances within at maxima of the likelihood whose variance between studies is 0."""
    rising = effects.score_within(np.zeros(len(grid)), grid) > 0
    tops = np.flatnonzero(rising[:-1] & ~rising[1:])
    places = bracketed_roots(
        lambda t: effects.score_within(np.zeros(len(t)), t),
        grid[tops],
        grid[tops + 1],
        np.full(len(tops), effects.least * float_info.epsilon),
    )
    return [t for t in places.tolist() if _between_given(effects, t) == 0]


def _near(one: float, known: list[float]) -> bool:
    return any(abs(one - other) <= _FINE * max(one, other) for other in known)


def profile_limits(fit: ThreeLevelFit, level: float = LEVEL) -> tuple[Limits, Limits]:
    """Profile-likelihood limits of the variances between and within studies.

    Where twice the log likelihood, its other variance at the best for it, is below its maximum by
    the chi-squared quantile of one degree of freedom; the outermost places where there are several.

    Parameters:
        fit: of REML or ML.
        level: coverage.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7]), np.full(4, 0.01)
        >>> between, within = profile_limits(fit_three_level(y, v, np.array([0, 0, 1, 1])))
        >>> [round(limit, 4) for limit in (*between, *within)]
        [0.0, 22.607, 0.0, 0.3405]
    """
    effects, drop = fit.effects, chi2_quantile(1 - level, 1)
    least = effects.log_likelihood(np.array([fit.between]), np.array([fit.within]))[0] - drop
    grid = _grid(effects)
    means = effects.between_studies(grid)
    between = _scan_between(means)
    pairs = np.repeat(between, len(grid)), np.tile(grid, len(between))
    coarse = effects.log_likelihood(*pairs).reshape(len(between), -1).max(axis=1)
    best = effects.log_likelihood(highest_of_many(means, effects.restricted), grid)

    def of_within(within: float) -> float:
        at = np.array([_between_given(effects, within)])
        return float(effects.log_likelihood(at, np.array([within]))[0] - least)

    def of_between(between: float) -> float:
        return _best_given_between(effects, between, grid) - float(least)

    return (
        _outermost(of_between, between, between[coarse > least], fit.between),
        _outermost(of_within, grid, grid[best > least], fit.within),
    )


def _scan_between(means: LinearModel) -> Array:
    """Where to look at the variance between studies: up to a bound on it, whatever that within."""
    bounds = np.maximum(means.largest, 2 * means.q(means.ones) / means.df)
    return scan_points(float(means.least.min()), float(bounds.max()))


def _best_given_between(effects: NestedEffects, between: float, grid: Array) -> float:
    """The log likelihood at the best variance within, all maxima of which are compared."""
    rising = effects.score_within(np.full(len(grid), between), grid) > 0
    tops = np.flatnonzero(rising[:-1] & ~rising[1:])
    found = bracketed_roots(
        lambda t: effects.score_within(np.full(len(t), between), t),
        grid[tops],
        grid[tops + 1],
        _FINE * grid[tops + 1],
    )
    places = np.concatenate([found, grid[[0]], grid[[-1]]])
    return float(effects.log_likelihood(np.full(len(places), between), places).max())


def _outermost(above: Callable[[float], float], grid: Array, inside: Array, best: float) -> Limits:
    """The first and the last root of a function that is positive at `best`, negative far above.

    `inside` are points of the grid where it is known to be positive, perhaps not all.
    """
    low, high = min([best, *inside.tolist()]), max([best, *inside.tolist()])
    for point in grid[grid < low][::-1].tolist():
        if not above(point) > 0:
            low = bracketed_root(above, point, low, _FINE * low)
            break
        low = point
    further = grid[grid > high].tolist()
    beyond = further[0] if further else 2 * high
    while above(beyond) > 0:
        high, beyond = beyond, 2 * beyond
    return low, bracketed_root(above, high, beyond, _FINE * high)
