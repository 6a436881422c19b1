"""A pool with robust variance estimation as a `Fit`."""

from math import sqrt

import numpy as np

from metasynth.core.messages import sentence
from metasynth.model.records import AnalysisSpec
from metasynth.stats.effects.binary import Effects
from metasynth.stats.heterogeneity import Share
from metasynth.stats.intervals import interval
from metasynth.stats.models import Fit
from metasynth.stats.pooling import EffectUndefined
from metasynth.stats.rve import rve
from metasynth.stats.three_level_pool import Levels, robust_notes


def pool_rve(spec: AnalysisSpec, effects: Effects) -> Fit:
    """Pool effects in clusters with the weights of correlated or of hierarchical effects.

    Parameters:
        spec: of the model RVE-CORR or RVE-HIER.
        effects: of two clusters at least, shape (k,).

    Raises:
        EffectUndefined: where there is one cluster, or of hierarchical effects no cluster of
            several studies.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7]), np.full(4, 0.01)
        >>> effects = Effects(y, v, np.zeros(4, dtype=bool), np.array([0, 0, 1, 1]))
        >>> fit = pool_rve(AnalysisSpec("a", "A", model="RVE-CORR", ci="CR2"), effects)
        >>> round(fit.mean, 6), round(fit.interval.df, 6), round(fit.tau2, 6)
        (0.5, 1.0, 0.185)
    """
    y, v, cluster = effects.y, effects.v, effects.cluster
    assert cluster is not None
    clusters = int(cluster.max()) + 1
    if clusters < 2:
        raise EffectUndefined(sentence("all trials are of one cluster"))
    if spec.model == "RVE-HIER" and clusters == len(y):
        raise EffectUndefined(
            sentence("no cluster has several trials, so that nothing tells its variances apart")
        )
    found = rve(spec, y, v, cluster)
    mean, robust = found.robust.combined(np.ones(1))
    own = interval(mean, sqrt(robust.value), robust.df)
    share = None
    if found.i2 is not None and found.q_expected is not None:
        share = Share(found.i2, found.q / found.q_expected)
    levels = None
    if found.omega2 is not None:
        levels = Levels(clusters, found.tau2, None, found.omega2, None, None, None)
    return Fit(
        mean=mean,
        interval=own,
        ci_method=spec.ci,
        weights=found.weights,
        variance=1 / float(found.weights.sum()),
        q=None,  # of these weights it has no χ² distribution
        q_df=len(y) - 1,
        share=share,
        tau2=None if levels else found.tau2,
        levels=levels,
        notes=tuple(robust_notes(spec, own)),
    )
