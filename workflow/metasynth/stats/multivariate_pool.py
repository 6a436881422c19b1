"""A pool of effects that covary by a structure, or of crossed factors, as a `Fit`."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import fsum, sqrt

import numpy as np
from numpy.typing import NDArray

from metasynth.core.messages import Refused, sentence
from metasynth.model.methods import DEFAULT_TAU2, IN_ORDER
from metasynth.model.records import AnalysisSpec
from metasynth.stats.cluster_robust import ROBUST
from metasynth.stats.declared_errors import Declared, declared_covariance
from metasynth.stats.effects.binary import Array, Effects, Factors
from metasynth.stats.heterogeneity import Share
from metasynth.stats.intervals import Interval, interval
from metasynth.stats.models import Fit
from metasynth.stats.multivariate import (
    MultivariateFit,
    RandomEffect,
    fit_multivariate,
    intercepts,
    outcomes_of,
)
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.three_level_pool import Levels, notes_on_levels, predicted_anew


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """A level, a pair of levels or a crossed factor, and what the model says of it.

    Parameters:
        kind: level, pair or factor.
        names: of the levels, or of the factor.
        places: which effects are of it, shape (k,).
        variance: of its true effects, on the squared analysis scale.
        correlation: of the true effects of both levels, or of any two levels.
        mean: its average on the analysis scale, where each level has one.
        interval: of that average.
        i2: its share of the variance in per cent.
        members: how many levels a factor has.
    """

    kind: str
    names: tuple[str, ...]
    places: NDArray[np.bool_]
    variance: float | None = None
    correlation: float | None = None
    mean: float | None = None
    interval: Interval | None = None
    i2: float | None = None
    members: int | None = None


def pool_multivariate(spec: AnalysisSpec, effects: Effects) -> Fit:
    """Pool effects whose true values covary by a structure, or differ by crossed factors.

    Parameters:
        spec: of the model multivariate.
        effects: of two studies at least, with their clusters and factors, shape (k,).

    Raises:
        EffectUndefined: where there is one cluster, no cluster of several studies, or nothing that
            tells variances or correlations apart.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7, 0.2, 0.4]), np.full(6, 0.01)
        >>> factors = Factors(np.array([0, 1] * 3), ("pain", "mood"), None, ())
        >>> cluster = np.repeat(np.arange(3), 2)
        >>> effects = Effects(y, v, np.zeros(6, dtype=bool), cluster, factors)
        >>> spec = AnalysisSpec("a", "A", model="multivariate", structure="CS", ci="t")
        >>> fit = pool_multivariate(spec, effects)
        >>> round(fit.mean, 6), fit.interval.df, round(fit.tau2, 6), round(fit.rho, 6)
        (0.433333, 2, 0.103333, 0.903226)
    """
    y, factors = effects.y, effects.factors
    assert factors is not None
    clusters = effects.clusters
    if clusters < 2:
        raise EffectUndefined(sentence("all trials are of one cluster"))
    if clusters == len(y):
        raise EffectUndefined(
            sentence("no cluster has several trials, so that nothing tells its variances apart")
        )
    try:
        found = fitted(spec, effects)
        own = _interval(spec, effects, found)
        components = tuple(_components(spec, effects, found))
    except Refused as refused:
        raise EffectUndefined(refused.why) from refused
    one = _variance(spec, found)
    others = found.covariances[len(found.random) - len(factors.crossed) :]
    whole = None if one is None else one + fsum(float(g[0, 0]) for g in others)
    weights = np.asarray(np.linalg.solve(found.marginal, np.ones(len(y))), dtype=np.float64)
    typical = found.typical_variance
    share = None
    if whole is not None:
        share = Share(100 * whole / (whole + typical), (whole + typical) / typical)
    mean = float(found.coefficients[0])
    return Fit(
        mean=mean,
        interval=own,
        ci_method=spec.ci,
        weights=weights if weights.min() > 0 else None,
        variance=float(found.covariance[0, 0]),
        q=found.qe,
        q_df=len(y) - 1,
        share=share,
        tau2=one if spec.structure else None,
        rho=_correlation(spec, effects, found) if spec.structure else None,
        prediction=None if whole is None else predicted_anew(spec, mean, own, whole, clusters),
        levels=None if spec.structure else _levels(found, clusters),
        components=components,
        notes=tuple(
            notes_on_levels(spec, own, weights, found.other_log_likelihood is not None, clusters)
        ),
    )


def _random(spec: AnalysisSpec, effects: Effects) -> list[RandomEffect]:
    """Those of a cluster's effects by a structure, of crossed factors.

    Without a structure each cluster has one, and each effect.
    """
    cluster, factors = effects.cluster, effects.factors
    assert cluster is not None
    assert factors is not None
    crossed = [intercepts(group) for _, group in factors.crossed]
    if spec.structure is None:
        return [intercepts(cluster), intercepts(np.arange(len(effects.y))), *crossed]
    inner = factors.inner
    assert inner is not None
    if spec.structure in IN_ORDER:
        pairs = np.column_stack([cluster, inner])
        if len(np.unique(pairs, axis=0)) < len(pairs):
            raise EffectUndefined(
                sentence(
                    "a cluster has several trials at one time, which {structure} does not allow",
                    structure=spec.structure,
                )
            )
    own = outcomes_of(cluster, inner, spec.structure, factors.times)
    return [own, *crossed]


def fitted(spec: AnalysisSpec, effects: Effects, design: Array | None = None) -> MultivariateFit:
    """The model of an analysis at the highest maximum of its likelihood.

    Parameters:
        spec: of the model multivariate.
        effects: with their clusters and factors, shape (k,).
        design: shape (k, p); None for one average.

    Raises:
        EffectUndefined: where a cluster has two effects at one time.
        NoMaximum: where nothing tells correlations, or the likelihood has no maximum.

    Example:
        >>> factors = Factors(np.array([0, 1] * 3), ("pain", "mood"), None, ())
        >>> y, cluster = np.array([0.1, 0.3, 0.9, 0.7, 0.2, 0.4]), np.repeat(np.arange(3), 2)
        >>> effects = Effects(y, np.full(6, 0.01), np.zeros(6, dtype=bool), cluster, factors)
        >>> spec = AnalysisSpec("a", "A", model="multivariate", structure="CS")
        >>> fitted(spec, effects).coefficients.round(6).tolist()
        [0.433333]
    """
    assert effects.cluster is not None
    errors = declared_covariance(effects.v, effects.cluster, Declared(same_type=spec.correlation))
    method = spec.tau2 or DEFAULT_TAU2
    return fit_multivariate(effects.y, errors, _random(spec, effects), design, method)


def _interval(
    spec: AnalysisSpec, effects: Effects, found: MultivariateFit, place: int = 0
) -> Interval:
    """That of an average; degrees of freedom of t are clusters less averages."""
    cluster, p = effects.cluster, len(found.coefficients)
    assert cluster is not None
    mean = float(found.coefficients[place])
    if spec.ci in ROBUST:
        _, robust = found.robust(cluster, spec.ci).combined(np.eye(p)[place])
        return interval(mean, sqrt(robust.value), robust.df)
    df = effects.clusters - p if spec.ci == "t" else None
    return interval(mean, sqrt(float(found.covariance[place, place])), df)


def _variance(spec: AnalysisSpec, found: MultivariateFit) -> float | None:
    """The one variance of a structure, or both sides' sum without one; None of several."""
    if spec.structure is None:
        return fsum(float(g[0, 0]) for g in found.covariances[:2])
    return None if found.random[0].form.each else float(found.covariances[0][0, 0])


def _correlation(spec: AnalysisSpec, effects: Effects, found: MultivariateFit) -> float | None:
    """The one correlation of a structure: of one step (AR, HAR), or of one unit of time (CAR)."""
    g, times = found.covariances[0], effects.factors.times if effects.factors else None
    if len(g) == 1 or (spec.structure == "UN" and len(g) > 2):
        return None
    known = [i for i in range(len(g) - 1) if g[i, i] > 0 and g[i + 1, i + 1] > 0]
    if not known:
        return None
    if spec.structure != "CAR":
        return _of_pair(g, known[0], known[0] + 1)
    assert times is not None
    i = min(known, key=lambda place: float(times[place + 1] - times[place]))
    return float(max(0.0, _of_pair(g, i, i + 1)) ** (1 / float(times[i + 1] - times[i])))


def _of_pair(g: Array, one: int, other: int) -> float:
    """A correlation, which rounding takes no further than 1."""
    found = float(g[one, other]) / sqrt(float(g[one, one]) * float(g[other, other]))
    return max(-1.0, min(1.0, found))


def _components(
    spec: AnalysisSpec, effects: Effects, common: MultivariateFit
) -> Iterator[Component]:
    """Levels with a variance or an average of their own, pairs of them, crossed factors.

    Where each level has an average, they and their covariances are of the model that has these.
    """
    factors, random = effects.factors, common.random
    assert factors is not None
    levels, inner, found, each = factors.levels, factors.inner, common, spec.means == "each"
    if inner is not None and (each or random[0].form.each):
        if each:
            if effects.clusters <= len(levels):
                raise EffectUndefined(sentence("there are no more clusters than averages"))
            design = (inner[:, None] == np.arange(len(levels))).astype(np.float64)
            found = fitted(spec, effects, design)
        g, one = found.covariances[0], _correlation(spec, effects, found)
        for i, name in enumerate(levels):
            own = _interval(spec, effects, found, i) if each else None
            mean = float(found.coefficients[i]) if each else None
            variance = float(g[min(i, len(g) - 1), min(i, len(g) - 1)])
            yield Component(
                "level", (name,), inner == i, variance, one if each else None, mean, own
            )
        if spec.structure == "UN" and len(levels) > 2:
            for i, j in combinations(range(len(levels)), 2):
                both = _sharing(effects, i, j) & np.isin(inner, (i, j))
                known = g[i, i] > 0 and g[j, j] > 0
                rho = _of_pair(g, i, j) if known else None
                yield Component("pair", (levels[i], levels[j]), both, None, rho)
    shares = common.i2 if spec.structure is None else None
    for i, (name, group) in enumerate(factors.crossed, start=len(random) - len(factors.crossed)):
        variance = float(common.covariances[i][0, 0])
        share = None if shares is None else shares[i]
        yield Component(
            "factor", (name,), group >= 0, variance, i2=share, members=int(group.max()) + 1
        )


def _sharing(effects: Effects, one: int, other: int) -> NDArray[np.bool_]:
    """Which effects are of clusters that have both of two levels."""
    assert effects.factors is not None
    assert effects.cluster is not None
    inner, cluster = effects.factors.inner, effects.cluster
    return np.isin(cluster, np.intersect1d(cluster[inner == one], cluster[inner == other]))


def _levels(found: MultivariateFit, clusters: int) -> Levels:
    """The variances between and within clusters, of a model without a structure."""
    between, within = (float(g[0, 0]) for g in found.covariances[:2])
    shares = found.i2
    assert shares is not None
    return Levels(clusters, between, None, within, None, shares[0], shares[1])


def without(effects: Effects, number: int) -> Effects:
    """Effects without those of one cluster, levels of which none is left being left out.

    Parameters:
        effects: with their clusters and factors, shape (k,).
        number: the cluster's.

    Example:
        >>> factors = Factors(np.array([0, 1, 0]), ("pain", "mood"), None, ())
        >>> y, cluster = np.array([0.1, 0.3, 0.9]), np.array([0, 0, 1])
        >>> effects = Effects(y, np.ones(3), np.zeros(3, dtype=bool), cluster, factors)
        >>> left = without(effects, 0)
        >>> left.cluster.tolist(), left.factors.levels
        ([0], ('pain',))
    """
    cluster, factors = effects.cluster, effects.factors
    assert cluster is not None
    assert factors is not None
    rest = cluster != number
    crossed = tuple((name, _renumbered(group[rest])[1]) for name, group in factors.crossed)
    inner, levels, times = factors.inner, factors.levels, factors.times
    if inner is not None:
        left, inner = _renumbered(inner[rest])
        levels = tuple(levels[i] for i in left.tolist())
        times = None if times is None else times[left]
    return Effects(
        effects.y[rest],
        effects.v[rest],
        effects.corrected[rest],
        _renumbered(cluster[rest])[1],
        Factors(inner, levels, times, crossed),
    )


def _renumbered(places: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which numbers there are, and each one's place among them."""
    left, found = np.unique(places, return_inverse=True)
    return left, found.astype(np.intp)
