"""How each cluster bears on the pooled effect of a model that knows clusters.

Cook's distances and DFBETAS of Viechtbauer and Cheung, Res Synth Methods 2010;1:112-25, a cluster
being left out as a whole and all variances estimated anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metasynth.core.messages import Refused
from metasynth.model.records import AnalysisSpec
from metasynth.stats.cluster_robust import RobustRegression, effect_weights
from metasynth.stats.effects.binary import Array, Effects
from metasynth.stats.three_level import ThreeLevelFit, fit_three_level


@dataclass(frozen=True, slots=True, eq=False)
class ClusterInfluence:
    """Deletion diagnostics, one value a cluster; NaN where what is left cannot be pooled."""

    cooks_distance: Array
    dfbetas: Array


def cluster_influence(
    fit: ThreeLevelFit, y: Array, v: Array, cluster: NDArray[np.intp], correlation: float = 0.0
) -> ClusterInfluence:
    """The diagnostics of each cluster, as metafor's for a model of class rma.mv.

    Parameters:
        fit: of all effects, by REML or ML, as those without a cluster are.
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's cluster, from 0, none left out, shape (k,).
        correlation: of the sampling errors of any two effects of one cluster.

    Returns:
        Of shape (m,) for m clusters. Cook's distance is the squared change of the pooled effect
        over its variance, DFBETAS the change over its standard error, the variances of true effects
        being those without the cluster; it is above 0 where the cluster raises the effect.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7, 0.4]), np.full(5, 0.01)
        >>> cluster = np.array([0, 0, 1, 1, 2])
        >>> found = cluster_influence(fit_three_level(y, v, cluster), y, v, cluster)
        >>> found.cooks_distance.round(4).tolist(), found.dfbetas.round(4).tolist()
        ([0.626, 1.1379, 0.0296], [-0.891, 2.5512, -0.1264])
    """
    pairs = [
        _without(fit, y, v, cluster, number, correlation)
        for number in range(int(cluster.max()) + 1)
    ]
    cooks, dfbetas = np.array(pairs, dtype=float).T
    return ClusterInfluence(cooks, dfbetas)


def robust_influence(
    pool: Callable[[Array, Array, NDArray[np.intp]], RobustRegression],
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
) -> ClusterInfluence:
    """The diagnostics of each cluster where the pool's variance is cluster-robust.

    Parameters:
        pool: makes a pool of effects, their variances and clusters, of shape (k,) each, by weights
            that it estimates from these.
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's cluster, from 0, none left out, shape (k,).

    Returns:
        Of shape (m,) for m clusters. Cook's distance is the squared change of the pooled effect
        over its robust variance, DFBETAS the change over the robust standard error without the
        cluster; NaN where fewer than two clusters are left, or weights need what is left out.

    Example:
        >>> from metasynth.stats.rve import rve_correlated
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7, 0.4]), np.full(5, 0.01)
        >>> cluster = np.array([0, 0, 1, 1, 2])
        >>> found = robust_influence(
        ...     lambda y, v, cluster: rve_correlated(y, v, cluster).robust, y, v, cluster
        ... )
        >>> found.cooks_distance.round(4).tolist(), found.dfbetas.round(4).tolist()
        ([0.5714, 0.8929, 0.0357], [-0.6667, 1.6667, -0.1111])
    """
    whole, variance = pool(y, v, cluster).combined(np.ones(1))
    pairs = []
    for number in range(int(cluster.max()) + 1):
        rest = cluster != number
        _, renumbered = np.unique(cluster[rest], return_inverse=True)
        try:
            less, own = pool(y[rest], v[rest], renumbered).combined(np.ones(1))
        except ValueError:
            pairs.append((np.nan, np.nan))
            continue
        change = whole - less
        pairs.append(
            (
                change**2 / variance.value if variance.value > 0 else np.nan,
                change / own.value**0.5 if own.value > 0 else np.nan,
            )
        )
    cooks, dfbetas = np.array(pairs, dtype=float).T
    return ClusterInfluence(cooks, dfbetas)


def structured_influence(spec: AnalysisSpec, effects: Effects) -> ClusterInfluence:
    """The same of a multivariate pool, all whose variances and correlations are made anew.

    Parameters:
        spec: of the model multivariate.
        effects: with their clusters and factors, shape (k,).

    Returns:
        Of shape (m,); NaN where what is left cannot be pooled, DFBETAS where it has not all levels.

    Example:
        >>> from metasynth.stats.effects.binary import Factors
        >>> factors = Factors(np.array([0, 1] * 3), ("pain", "mood"), None, ())
        >>> y, cluster = np.array([0.1, 0.3, 0.9, 0.7, 0.2, 0.4]), np.repeat(np.arange(3), 2)
        >>> effects = Effects(y, np.full(6, 0.01), np.zeros(6, dtype=bool), cluster, factors)
        >>> spec = AnalysisSpec("a", "A", model="multivariate", structure="CS")
        >>> structured_influence(spec, effects).dfbetas.shape
        (3,)
    """
    from metasynth.stats.multivariate_pool import fitted, without  # which others need not load

    whole = fitted(spec, effects)
    pairs = []
    for number in range(effects.clusters):
        try:
            less = fitted(spec, without(effects, number)) if effects.clusters > 2 else None
        except (Refused, ValueError):
            less = None
        if less is None:
            pairs.append((np.nan, np.nan))
            continue
        change = float(whole.coefficients[0] - less.coefficients[0])
        error = np.nan
        if [one.form.levels for one in less.random] == [one.form.levels for one in whole.random]:
            there = np.linalg.inv(replace(whole, elements=less.elements).marginal)
            error = 1 / float(there.sum()) ** 0.5
        pairs.append((change**2 / float(whole.covariance[0, 0]), change / error))
    cooks, dfbetas = np.array(pairs, dtype=float).T
    return ClusterInfluence(cooks, dfbetas)


def _without(
    fit: ThreeLevelFit,
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    number: int,
    correlation: float,
) -> tuple[float, float]:
    """Both diagnostics of one cluster."""
    rest = cluster != number
    _, renumbered = np.unique(cluster[rest], return_inverse=True)
    clusters = int(renumbered.max()) + 1
    if clusters < 2 or clusters == len(renumbered):
        return np.nan, np.nan
    method = "REML" if fit.effects.restricted else "ML"
    less = fit_three_level(y[rest], v[rest], renumbered, method, correlation)
    change = fit.mean - less.mean
    weights = effect_weights(v, cluster, less.between, less.within, correlation)
    return change**2 / fit.variance, change * float(weights.sum()) ** 0.5
