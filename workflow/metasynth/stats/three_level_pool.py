"""A three-level pool as a `Fit`: its interval, prediction, weights, and both variances."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

from metasynth.core.messages import Sentence, sentence
from metasynth.model.methods import DEFAULT_TAU2, LEAST_DF
from metasynth.model.records import AnalysisSpec
from metasynth.stats.cluster_robust import ROBUST, effect_weights, robust_variance
from metasynth.stats.effects.binary import Array, Effects
from metasynth.stats.heterogeneity import Share
from metasynth.stats.intervals import Interval, interval, prediction_interval
from metasynth.stats.models import Fit, Limits
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.three_level import ThreeLevelFit, fit_three_level, profile_limits


@dataclass(frozen=True, slots=True)
class Levels:
    """Variances of a pool of clusters; with limits, and shares in per cent, of three levels."""

    clusters: int
    between: float
    between_limits: Limits | None
    within: float
    within_limits: Limits | None
    i2_between: float | None
    i2_within: float | None


def pool_three_levels(spec: AnalysisSpec, effects: Effects) -> Fit:
    """Pool effects in clusters by restricted maximum likelihood, or by maximum likelihood.

    Parameters:
        spec: of the model three_level.
        effects: of two studies at least, with their clusters, shape (k,).

    Raises:
        EffectUndefined: where there is one cluster, or no cluster of several studies.

    Example:
        >>> import numpy as np
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7]), np.full(4, 0.01)
        >>> effects = Effects(y, v, np.zeros(4, dtype=bool), np.array([0, 0, 1, 1]))
        >>> fit = pool_three_levels(AnalysisSpec("a", "A", model="three_level", ci="t"), effects)
        >>> round(fit.mean, 6), fit.interval.df, round(fit.levels.between, 6)
        (0.5, 1, 0.17)
    """
    y, v, cluster = effects.y, effects.v, effects.cluster
    assert cluster is not None
    clusters = int(cluster.max()) + 1
    if clusters < 2:
        raise EffectUndefined(sentence("all trials are of one cluster"))
    if clusters == len(y):
        raise EffectUndefined(
            sentence("no cluster has several trials, so that nothing tells its variances apart")
        )
    found = fit_three_level(y, v, cluster, spec.tau2 or DEFAULT_TAU2, spec.correlation)
    own = INTERVALS[spec.ci](spec, effects, found)
    between, within = profile_limits(found)
    weights = effect_weights(v, cluster, found.between, found.within, spec.correlation)
    typical = found.typical_variance
    levels = Levels(clusters, found.between, between, found.within, within, *found.i2)
    return Fit(
        mean=found.mean,
        interval=own,
        ci_method=spec.ci,
        weights=weights if weights.min() > 0 else None,
        variance=found.variance,
        q=found.q,
        q_df=len(y) - 1,
        share=Share(sum(found.i2), (found.tau2 + typical) / typical),
        prediction=predicted_anew(spec, found.mean, own, found.tau2, clusters),
        levels=levels,
        notes=tuple(notes_on_levels(spec, own, weights, found.other_within is not None, clusters)),
    )


def _wald(spec: AnalysisSpec, effects: Effects, found: ThreeLevelFit) -> Interval:
    return interval(found.mean, sqrt(found.variance))


def _by_clusters(spec: AnalysisSpec, effects: Effects, found: ThreeLevelFit) -> Interval:
    """Degrees of freedom by containment: clusters less one."""
    return interval(found.mean, sqrt(found.variance), len(found.effects.starts) - 1)


def _robust(spec: AnalysisSpec, effects: Effects, found: ThreeLevelFit) -> Interval:
    assert effects.cluster is not None
    variances = found.between, found.within
    robust = robust_variance(
        effects.y, effects.v, effects.cluster, *variances, spec.ci, spec.correlation
    )
    return interval(found.mean, sqrt(robust.value), robust.df)


INTERVALS: Mapping[str, Callable[[AnalysisSpec, Effects, ThreeLevelFit], Interval]] = {
    "Wald": _wald,
    "t": _by_clusters,
    **dict.fromkeys(ROBUST, _robust),
}
"""The intervals of a three-level pool, by their names in config.yaml."""


def predicted_anew(
    spec: AnalysisSpec, mean: float, own: Interval, tau2: float, clusters: int
) -> Limits | None:
    """Of a new trial in a new cluster; degrees of freedom count clusters.

    Parameters:
        spec: which interval is asked for, if any.
        mean: the pooled effect on the analysis scale.
        own: its interval.
        tau2: the whole variance of true effects.
        clusters: their number.

    Example:
        >>> spec = AnalysisSpec("a", "A", model="three_level", prediction="t_k-1")
        >>> low, high = predicted_anew(spec, 0.5, interval(0.5, 0.1, 9), 0.04, 10)
        >>> round(low, 4), round(high, 4)
        (-0.0058, 1.0058)
    """
    if spec.prediction is None or clusters < 3 or tau2 + own.se == 0:
        return None
    df = clusters - (2 if spec.prediction == "t_k-2" else 1)
    return prediction_interval(mean, own.se, tau2, df)


def notes_on_levels(
    spec: AnalysisSpec, own: Interval, weights: Array, other_maximum: bool, clusters: int
) -> list[Sentence]:
    """Say what a reader must know of a pool of clusters before quoting it.

    Parameters:
        spec: of a model that knows clusters.
        own: the pooled effect's interval.
        weights: of the effects, shape (k,).
        other_maximum: whether the likelihood has another, lower one.
        clusters: their number.

    Example:
        >>> import numpy as np
        >>> spec = AnalysisSpec("a", "A", model="three_level", ci="CR2")
        >>> len(notes_on_levels(spec, interval(0.5, 0.1, 3.2), np.zeros(2), True, 9))
        3
    """
    notes = robust_notes(spec, own)
    if spec.prediction and clusters < 3:
        notes.append(sentence("A prediction interval needs three clusters."))
    if not weights.min() > 0:
        notes.append(
            sentence(
                "Correlated errors of unequal size would give a trial a weight below nought, so "
                "that no weights are given."
            )
        )
    if other_maximum:
        notes.append(sentence("The likelihood has a second, lower maximum."))
    return notes


def robust_notes(spec: AnalysisSpec, own: Interval) -> list[Sentence]:
    """What is to be said of an interval by clusters.

    Parameters:
        spec: of a model that knows clusters.
        own: the pooled effect's.

    Example:
        >>> spec = AnalysisSpec("a", "A", model="three_level", ci="CR2")
        >>> len(robust_notes(spec, interval(0.5, 0.1, 3.2)))
        1
    """
    notes = list[Sentence]()
    if spec.ci in ROBUST and own.df is not None and own.df < LEAST_DF:
        notes.append(
            sentence(
                "{ci} leaves fewer than four degrees of freedom: its interval says little.",
                ci=spec.ci,
            )
        )
    if spec.ci != "Wald" and own.se == 0:
        notes.append(
            sentence("The studies agree exactly, so the {ci} interval has no width.", ci=spec.ci)
        )
    return notes
