"""Several dependent effects of a study: outcomes whose true effects covary, crossed effects.

Effects y have the covariance V + the sum over random effects of Z G Z', V that of their sampling
errors: Berkey et al., Stat Med 1998;17:2537-50; van Houwelingen et al., Stat Med 2002;21:589-624;
Ishak et al., Stat Med 2007;26:1812-30. The likelihood is made of blocks of effects that share
nothing with others. Newton's steps with its own slopes and curvatures climb from several starts; a
place counts as a maximum where it is level and bends upwards nowhere, and the highest is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import fsum, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from metasynth.core.distributions import chi2_upper_tail, f_upper_tail
from metasynth.core.messages import Refused, sentence
from metasynth.stats.cluster_robust import RobustRegression, clusters_of, robust_regression
from metasynth.stats.covariance_structures import Structure, structure
from metasynth.stats.effects.binary import Array
from metasynth.stats.least_squares import weighted_least_squares

Places = NDArray[np.intp]
ENOUGH = 1e-13
"""Of the log likelihood: a step at a maximum that promises less is the last."""
CLOSE = 1e-10
"""Of the log likelihood: what heights may be too coarse to show."""
ROUNDING = 1e-12
"""Of the log likelihood, relative to it."""
FLAT = 1e-9
"""Share of the greatest curvature below which a direction has none."""
LEAST_SHARE = 1e-4
"""Of the rise that a step promises at its beginning: what it must keep (Armijo's rule)."""
LONGEST = 2.0
"""Standard deviations of a typical effect: no step goes further at once."""
SHORTEST = 2.0**-40
"""The least part of a step that is tried."""
MOST_STEPS = 500
SMALL = 1e-2
"""Of such a standard deviation: a parameter below that is tried at 0."""
CORRELATIONS = (-0.2, 0.5, 0.9)
"""Where a search begins."""
_UNEQUAL = ((1.0, 0.1), (0.1, 1.0), (-1.0, 1.0))
"""The deviation of one outcome, and that of the others, where a search begins."""


class NoMaximum(Refused, ValueError):  # noqa: N818 - it names the fault, as `why` does
    """A likelihood whose maximum was not reached, or that data do not tell."""


class _Unfinished(Exception):  # noqa: N818 - what a climb ends with, caught in here
    """A start that led to no maximum, but only as high as this."""

    def __init__(self, height: float) -> None:
        super().__init__(height)
        self.height = height


@dataclass(frozen=True, slots=True, eq=False)
class RandomEffect:
    """Effects of the levels of one factor, one of each or one of each outcome of each level.

    Parameters:
        group: the number of each effect's level, from 0, shape (k,).
        outcome: which of its outcomes an effect is of, from 0, shape (k,).
        form: how the effects of one level covary.
    """

    group: Places
    outcome: Places
    form: Structure


def intercepts(group: Places) -> RandomEffect:
    """One random effect of each level of a factor.

    Parameters:
        group: the number of each effect's level, from 0, shape (k,).

    Example:
        >>> intercepts(np.array([0, 0, 1])).form.kind
        'ID'
    """
    return RandomEffect(group, np.zeros_like(group), structure("ID", 1))


def outcomes_of(
    group: Places, outcome: Places, kind: str, times: Array | None = None
) -> RandomEffect:
    """One random effect of each outcome of each study.

    Parameters:
        group: the number of each effect's study, from 0, shape (k,).
        outcome: the number of its outcome, from 0, none left out, shape (k,).
        kind: one of `STRUCTURES`.
        times: of the outcomes, for CAR, shape (n,).

    Raises:
        NoMaximum: where no study tells how outcomes go together that the structure asks for.

    Example:
        >>> outcomes_of(np.array([0, 0, 1]), np.array([0, 1, 0]), "UN").form.levels
        2
    """
    form = structure(kind, int(outcome.max()) + 1, times)
    together = np.zeros((form.levels, form.levels), dtype=bool)
    for own in clusters_of(group):
        together[np.ix_(outcome[own], outcome[own])] = True
    asked = ~together if form.kind == "UN" else np.full_like(together, not _pairs(together))
    if form.levels > 1 and form.kind not in ("ID", "DIAG") and asked.any():
        one, other = (int(x) + 1 for x in np.argwhere(asked & ~np.eye(form.levels, dtype=bool))[0])
        raise NoMaximum(
            sentence(
                "no study has both outcome {one} and outcome {other}, so that nothing tells how "
                "they go together",
                one=one,
                other=other,
            )
        )
    return RandomEffect(group, outcome, form)


def _pairs(together: NDArray[np.bool_]) -> bool:
    """Whether any study has two outcomes."""
    return bool((together & ~np.eye(len(together), dtype=bool)).any())


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """b sets of s effects, each of which shares nothing with effects outside.

    `at` the effects' places (b, s); `v` (b, s, s); `element` of each random effect, which of all
    elements stands where, one beyond them for none, each (b, s, s); x (b, s, p), y (b, s, 1).
    """

    at: Places
    v: Array
    element: tuple[Places, ...]
    x: Array
    y: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Height:
    """The log likelihood but for constants, its slope and curvature in the elements."""

    value: float
    slope: Array
    curvature: Array
    coefficients: Array
    covariance: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """A likelihood to climb, of effects in units of a typical standard error."""

    blocks: tuple[_Block, ...]
    random: tuple[RandomEffect, ...]
    restricted: bool

    @property
    def count(self) -> int:
        """The number of elements of all random effects."""
        return sum(len(one.form.steps) for one in self.random)

    def elements(self, theta: Array) -> tuple[Array, Array, Array]:
        """All elements, their slopes and curvatures by all parameters."""
        count, size = self.count, len(theta)
        value, slope, bend = np.zeros(count), np.zeros((count, size)), np.zeros((count, size, size))
        e = q = 0
        for one in self.random:
            form = one.form
            rows, own = slice(e, e + len(form.steps)), slice(q, q + form.parameters)
            value[rows], slope[rows, own], bend[rows, own, own] = form.at(theta[own])
            e, q = rows.stop, own.stop
        return value, slope, bend

    def at(self, theta: Array) -> "_Place":
        """The likelihood there, with its slope and curvature by the parameters."""
        value, slope, bend = self.elements(theta)
        height = self.height(value)
        curvature = slope.T @ height.curvature @ slope + np.tensordot(height.slope, bend, 1)
        return _Place(theta, value, height, height.slope @ slope, curvature)

    def height(self, elements: Array) -> _Height:
        """The likelihood of given elements."""
        count = len(elements)
        padded = np.append(elements, 0.0)
        p = self.blocks[0].x.shape[2]
        bread, right, logs = np.zeros((p, p)), np.zeros((p, 1)), []
        inverses = []
        for block in self.blocks:
            m = block.v.copy()
            for places in block.element:
                m += padded[places]
            root = np.linalg.cholesky(m)
            logs.append(2 * float(np.log(np.diagonal(root, axis1=1, axis2=2)).sum()))
            w = np.linalg.inv(m)
            w = (w + np.swapaxes(w, 1, 2)) / 2
            wx = w @ block.x
            bread += (np.swapaxes(block.x, 1, 2) @ wx).sum(axis=0)
            right += (np.swapaxes(wx, 1, 2) @ block.y).sum(axis=0)
            inverses.append((w, wx))
        c = np.linalg.inv(bread)
        c = (c + c.T) / 2
        b = c @ right
        slope, curvature = np.zeros(count), np.zeros((count, count))
        taken = np.zeros((count, p, p))  # X'W B W X
        twice = np.zeros((count, count, p, p))  # X'W B W B' W X
        pulled = np.zeros((count, p))  # X'W B W r
        squares = 0.0
        for block, (w, wx) in zip(self.blocks, inverses, strict=True):
            left = w @ (block.y - block.x @ b)
            squares += float(((block.y - block.x @ b) * left).sum())
            masks = np.zeros((count, *block.v.shape))
            for places in block.element:
                for e in range(count):
                    masks[e] += places == e
            wb = w @ masks
            bwx, bwr = masks @ wx, masks @ left
            wbwr = w @ bwr
            slope += (np.swapaxes(left, 1, 2) @ bwr).sum(axis=(1, 2, 3)) / 2
            slope -= np.trace(wb, axis1=2, axis2=3).sum(axis=1) / 2
            flat = wb.reshape(count, block.v.size)
            turned = np.swapaxes(wb, 2, 3).reshape(count, block.v.size)
            curvature += flat @ turned.T / 2
            curvature -= bwr.reshape(count, block.y.size) @ wbwr.reshape(count, block.y.size).T
            pulled += (np.swapaxes(wx, 1, 2) @ bwr).sum(axis=1)[..., 0]
            if self.restricted:
                taken += (np.swapaxes(wx, 1, 2) @ bwx).sum(axis=1)
                wbwx = w @ bwx
                twice += np.einsum("ebsp,fbsq->efpq", bwx, wbwx)
        curvature += pulled @ c @ pulled.T
        value = -squares / 2 - fsum(logs) / 2
        if self.restricted:
            value -= float(np.linalg.slogdet(bread)[1]) / 2
            ct = c @ taken
            slope += np.trace(ct, axis1=1, axis2=2) / 2
            curvature -= np.einsum("pq,efqp->ef", c, twice)
            curvature += np.einsum("epq,fqp->ef", ct, ct) / 2
        return _Height(value, slope, (curvature + curvature.T) / 2, b[:, 0], c)

    def climb(self, theta: Array) -> "_Place":
        """The maximum that a start leads to.

        Raises:
            _Unfinished: where it leads to none.
        """
        here = self.at(theta)
        for _ in range(MOST_STEPS):
            values, vectors = np.linalg.eigh(here.curvature)
            along = vectors.T @ here.slope
            floor = FLAT * max(1.0, float(np.abs(values).max()))
            step = vectors @ (along / np.maximum(np.abs(values), floor))
            promise = float(here.slope @ step)
            concave = bool(values[-1] <= floor)
            if promise < ENOUGH and concave:
                return self._settled(here, step)
            if promise < ENOUGH:
                step, promise = vectors[:, -1] * SMALL, 0.0  # level, but bent upwards: a saddle
            there = self._upwards(here, step, promise)
            if (
                there is None and promise < CLOSE and concave
            ):  # by the slopes, which have more digits
                return self._settled(here, step)
            if there is None:
                break
            here = there
        raise _Unfinished(here.height.value)

    def _upwards(self, here: "_Place", step: Array, promise: float) -> "_Place | None":
        """Where the step leads, or as much of it as leads upwards."""
        share = min(1.0, LONGEST / float(np.abs(step).max()))
        least = here.height.value - ROUNDING * (1 + abs(here.height.value))
        while share > SHORTEST:
            there = self.at(here.theta + share * step)
            if there.height.value >= least + LEAST_SHARE * share * promise:
                return there
            share /= 2
        return None

    def _settled(self, here: "_Place", step: Array) -> "_Place":
        """The last step of all, and parameters that the likelihood does not tell from 0 at 0."""
        tolerance = ROUNDING * (1 + abs(here.height.value))
        last = self.at(here.theta + step)
        if last.height.value >= here.height.value - tolerance:
            here = last
        for i in np.flatnonzero(np.abs(here.theta) < SMALL):
            theta = here.theta.copy()
            theta[i] = 0.0
            there = self.at(theta)
            if there.height.value >= here.height.value - tolerance / 10:
                here = there
        return here


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Values of the parameters, the elements they give, and the likelihood there."""

    theta: Array
    elements: Array
    height: _Height
    slope: Array
    curvature: Array


@dataclass(frozen=True, eq=False)
class MultivariateFit:
    """Coefficients and covariances of true effects at the highest maximum of the likelihood.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        design: shape (k, p).
        sampling: covariance of the sampling errors, shape (k, k).
        random: the random effects.
        method: REML or ML.
        elements: the distinct elements of each random effect's covariance.
        coefficients: shape (p,).
        covariance: of the coefficients, as if all covariances were known, shape (p, p).
        log_likelihood: with its constants, as metafor gives it.
        other_log_likelihood: at the next lower maximum, None where no start led to one.
    """

    y: Array
    design: Array
    sampling: Array
    random: tuple[RandomEffect, ...]
    method: str
    elements: tuple[Array, ...]
    coefficients: Array
    covariance: Array
    log_likelihood: float
    other_log_likelihood: float | None

    @cached_property
    def covariances(self) -> tuple[Array, ...]:
        """Of the true effects, of each random effect: of one level's outcomes, shape (n, n)."""
        return tuple(
            one.form.covariance(own) for one, own in zip(self.random, self.elements, strict=True)
        )

    @property
    def parameters(self) -> int:
        """The number of variances and correlations that were estimated."""
        return sum(one.form.parameters for one in self.random)

    @property
    def marginal(self) -> Array:
        """Covariance of the effects, shape (k, k)."""
        return self.sampling + _true_covariance(self.random, self.covariances)

    @property
    def qe(self) -> float:
        """Squares about the regression without variances of true effects."""
        return _squares(self.y, self.design, self.sampling)

    @property
    def typical_variance(self) -> float:
        """Of sampling error: (k - p)/tr(P), P the projection of the model without random effects.

        Viechtbauer's generalisation of Higgins and Thompson's.
        """
        w, x = np.linalg.inv(self.sampling), self.design
        taken = w @ x @ np.linalg.solve(x.T @ w @ x, x.T @ w)
        return float((len(x) - x.shape[1]) / (np.trace(w) - np.trace(taken)))

    @property
    def i2(self) -> tuple[float, ...] | None:
        """Share of each random effect in the variance, in per cent; None where outcomes differ."""
        if any(one.form.kind != "ID" for one in self.random):
            return None
        own = [float(elements[0]) for elements in self.elements]
        whole = fsum(own) + self.typical_variance
        return tuple(100 * one / whole for one in own)

    @property
    def df(self) -> Array:
        """Degrees of freedom of each coefficient: levels of what holds its column, less p.

        The fewest levels of a random effect within each of which the column does not vary, else
        the effects; less the number of coefficients, and 1 at least. Shape (p,).
        """
        k, p = self.design.shape
        found = []
        for column in self.design.T:
            held = [
                len(members)
                for one in self.random
                for members in [clusters_of(one.group)]
                if all(np.ptp(column[own]) == 0 for own in members)
            ]
            found.append(max(1, min(held, default=k) - p))
        return np.array(found)

    def wald(self, places: Sequence[int], df2: float | None = None) -> tuple[float, float]:
        """Whether coefficients are all 0: chi-squared, or F where it has `df2`; its p-value.

        Parameters:
            places: of the coefficients.
            df2: degrees of freedom of the denominator; None for a chi-squared statistic.
        """
        own = list(places)
        b = self.coefficients[own]
        found = float(b @ np.linalg.solve(self.covariance[np.ix_(own, own)], b))
        if df2 is None:
            return found, chi2_upper_tail(found, len(own))
        return found / len(own), f_upper_tail(found / len(own), len(own), df2)

    def robust(self, cluster: Places, kind: str = "CR2") -> RobustRegression:
        """The coefficients with a covariance that holds whatever that within clusters.

        Parameters:
            cluster: the number of each effect's cluster, from 0, none left out, shape (k,).
            kind: CR0, CR1 or CR2.

        Raises:
            NoMaximum: where effects of different clusters covary.
        """
        m = self.marginal
        if np.any(m[cluster[:, None] != cluster] != 0):
            raise NoMaximum(
                sentence("effects of different clusters covary, so that no cluster is by itself")
            )
        working = [m[np.ix_(own, own)] for own in clusters_of(cluster)]
        return robust_regression(self.y, self.design, cluster, working, kind)


def likelihood_ratio(full: MultivariateFit, reduced: MultivariateFit) -> tuple[float, int, float]:
    """Twice the difference of two log likelihoods, its degrees of freedom and p-value.

    Parameters:
        full: the model with more parameters.
        reduced: of the same effects, a special case of it; of REML with the same design.

    Raises:
        ValueError: where the models are not comparable.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7, 0.4]), np.diag(np.full(5, 0.01))
        >>> studies, each = intercepts(np.array([0, 0, 1, 1, 2])), intercepts(np.arange(5))
        >>> both, one = (fit_multivariate(y, v, r) for r in ([studies, each], [each]))
        >>> [round(x, 4) for x in likelihood_ratio(both, one)]
        [2.4981, 1, 0.114]
    """
    same = full.method == reduced.method and np.array_equal(full.y, reduced.y)
    p = full.design.shape[1] - reduced.design.shape[1]
    if not same or (p and full.method == "REML"):
        raise ValueError("likelihoods of other effects, methods or designs (REML)")
    df = full.parameters - reduced.parameters + p
    statistic = max(0.0, 2 * (full.log_likelihood - reduced.log_likelihood))
    return statistic, df, chi2_upper_tail(statistic, df)


def fit_multivariate(
    y: Array,
    sampling: Array,
    random: Sequence[RandomEffect],
    design: Array | None = None,
    method: str = "REML",
) -> MultivariateFit:
    """Fit coefficients and the covariances of true effects.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        sampling: covariance of their sampling errors, positive definite, shape (k, k).
        random: the random effects; none for a common effect.
        design: shape (k, p); None for a mean.
        method: REML or ML.

    Raises:
        ValueError: for another method, more coefficients than effects, columns that depend on each
            other, or a covariance of sampling errors that is none.
        NoMaximum: where no start leads to a maximum, or one ends higher than all maxima.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7]), np.diag(np.full(4, 0.01))
        >>> study, each = intercepts(np.array([0, 0, 1, 1])), intercepts(np.arange(4))
        >>> fit = fit_multivariate(y, v, [study, each])
        >>> [round(float(own[0, 0]), 6) for own in fit.covariances]
        [0.17, 0.01]
    """
    if method not in ("REML", "ML"):
        raise ValueError(f"method {method!r}")
    x = np.ones((len(y), 1)) if design is None else design
    if len(y) <= x.shape[1]:
        raise ValueError(f"{len(y)} effects cannot support {x.shape[1]} coefficients")
    if not np.allclose(sampling, sampling.T, rtol=1e-12, atol=0) or not _is_positive(sampling):
        raise ValueError("the sampling errors' covariance is not positive definite")
    line = weighted_least_squares(y, x, np.ones_like(y))
    unit = sqrt(float(np.diagonal(sampling).mean()))
    spread = sqrt(float((line.residuals**2).sum()) / (len(y) - x.shape[1])) / unit
    scale = np.asarray(np.linalg.qr(x, mode="r"))  # coefficients of orthogonal columns
    turned = np.linalg.solve(scale.T, x.T).T
    random, restricted = tuple(random), method == "REML"
    problem = _Problem(
        _blocks(y / unit, turned, sampling / unit**2, random), random, method == "REML"
    )
    best, other = _highest(problem, max(spread, SMALL))
    k, p = x.shape
    # metafor's constants, and those of the units of effects and of orthogonal columns
    n = k - p if restricted else k
    constant = -n / 2 * log(2 * pi) - n * log(unit)
    begins = np.cumsum([0, *(len(one.form.steps) for one in random)])
    back = np.linalg.inv(scale) * unit
    return MultivariateFit(
        y,
        x,
        sampling,
        random,
        method,
        tuple(np.split(best.elements * unit**2, begins[1:-1])) if random else (),
        back @ best.height.coefficients,
        back @ best.height.covariance @ back.T,
        best.height.value + constant,
        None if other is None else other + constant,
    )


def _is_positive(matrix: Array) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _squares(y: Array, x: Array, m: Array) -> float:
    root = np.linalg.cholesky(m)
    left = weighted_least_squares(
        np.linalg.solve(root, y), np.linalg.solve(root, x), np.ones_like(y)
    ).residuals
    return fsum((left * left).tolist())


def _true_covariance(random: Sequence[RandomEffect], covariances: Sequence[Array]) -> Array:
    return np.asarray(
        sum(
            np.where(one.group[:, None] == one.group, g[np.ix_(one.outcome, one.outcome)], 0.0)
            for one, g in zip(random, covariances, strict=True)
        )
    )


def _blocks(y: Array, x: Array, v: Array, random: Sequence[RandomEffect]) -> tuple[_Block, ...]:
    """Effects parted into sets that share no level and no error, sets of one size together."""
    linked = v != 0
    for one in random:
        linked |= one.group[:, None] == one.group
    sets: dict[int, list[list[int]]] = {}
    left = np.ones(len(y), dtype=bool)
    for first in range(len(y)):
        if left[first]:
            own = np.zeros_like(left)
            own[first] = True
            while not np.array_equal(grown := linked[own].any(axis=0), own):
                own = grown
            left &= ~own
            places = np.flatnonzero(own).tolist()
            sets.setdefault(len(places), []).append(places)
    count = sum(len(one.form.steps) for one in random)
    blocks = []
    for members in (np.array(sets[size]) for size in sorted(sets)):
        rows, columns = members[:, :, None], members[:, None, :]
        elements, begin = [], 0
        for one in random:
            element = one.form.pattern[one.outcome[rows], one.outcome[columns]] + begin
            elements.append(np.where(one.group[rows] == one.group[columns], element, count))
            begin += len(one.form.steps)
        blocks.append(
            _Block(members, v[rows, columns], tuple(elements), x[members], y[members][..., None])
        )
    return tuple(blocks)


def _highest(problem: _Problem, spread: float) -> tuple[_Place, float | None]:
    """The highest maximum that the starts lead to, and the height of the next."""
    if not problem.random:
        return problem.at(np.zeros(0)), None
    found, unfinished = list[_Place](), [-np.inf]
    for theta in _starts(problem.random, spread):
        try:
            found.append(problem.climb(theta))
        except _Unfinished as end:
            unfinished.append(end.height)
    heights = sorted((place.height.value for place in found), reverse=True)
    beyond = max(unfinished) - (heights[0] if heights else -np.inf)
    if not heights or beyond > ROUNDING * (1 + abs(heights[0])):
        raise NoMaximum(sentence("the likelihood’s maximum was not reached"))
    best = max(found, key=lambda place: place.height.value)
    tolerance = 1e-8 * (1 + abs(heights[0]))
    lower = [height for height in heights if height < heights[0] - tolerance]
    return best, lower[0] if lower else None


def _starts(random: Sequence[RandomEffect], spread: float) -> list[Array]:
    """Each random effect in turn the greatest, all alike, all small, with several correlations.

    Where outcomes have variances of their own each is the greatest, the least and (UN) the one
    that goes against the others in turn, too, as likelihoods of few studies have several maxima.
    """
    n = len(random)
    sizes = {tuple([one] * n) for one in (1.0, 0.1)}
    sizes |= {tuple(1.0 if i == j else 0.1 for i in range(n)) for j in range(n)}
    correlated = any(one.form.levels > 1 for one in random)
    levels = max((one.form.levels for one in random if one.form.each), default=0)
    plain = np.ones(levels)
    unequal = _UNEQUAL if any(one.form.kind == "UN" for one in random) else _UNEQUAL[:2]
    shapes = [np.where(np.arange(levels) == i, x, y) for i in range(levels) for x, y in unequal]
    found = []
    for own, rho, shape in [
        *product(sorted(sizes), CORRELATIONS if correlated else (0.0,), [plain]),
        *product([tuple([1.0] * n)], CORRELATIONS, shapes),
    ]:
        parts = [
            one.form.start(
                size * spread * (shape if one.form.each else np.ones(one.form.levels)),
                max(rho, -0.5 / max(1, one.form.levels - 1)),
            )
            for one, size in zip(random, own, strict=True)
        ]
        found.append(np.concatenate(parts))
    return found
