"""How the pooled effect of an analysis that knows clusters changes without each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from metasynth.model.clusters import groups
from metasynth.model.methods import DEFAULT_TAU2, MULTIVARIATE, RVE
from metasynth.model.records import AnalysisSpec, StudyData
from metasynth.stats.cluster_influence import (
    cluster_influence,
    robust_influence,
    structured_influence,
)
from metasynth.stats.effects.binary import Effects
from metasynth.stats.effects.scales import finite
from metasynth.stats.rve import rve
from metasynth.stats.three_level import fit_three_level

MUCH = 1.0
"""DFBETAS beyond which a cluster says much by itself: Viechtbauer and Cheung 2010."""


@dataclass(frozen=True, slots=True)
class ClusterDiagnostics:
    """A cluster left out as a whole, by the id of its first study; None where nothing is left.

    Cook's distance is in squared standard errors of the pooled effect; `dfbetas`, above 0 where the
    cluster raises that effect, in standard errors.
    """

    study: str
    cooks_distance: float | None
    dfbetas: float | None


def cluster_diagnostics(
    spec: AnalysisSpec, studies: Sequence[StudyData], effects: Effects
) -> tuple[ClusterDiagnostics, ...]:
    """Those of each cluster of the studies that an analysis of clusters pools, in their order."""
    assert effects.cluster is not None
    y, v, cluster = effects.y, effects.v, effects.cluster
    if spec.model in RVE:
        found = robust_influence(lambda *rest: rve(spec, *rest).robust, y, v, cluster)
    elif spec.model == MULTIVARIATE:
        found = structured_influence(spec, effects)
    else:
        fit = fit_three_level(y, v, cluster, spec.tau2 or DEFAULT_TAU2, spec.correlation)
        found = cluster_influence(fit, y, v, cluster, spec.correlation)
    pairs = zip(found.cooks_distance.tolist(), found.dfbetas.tolist(), strict=True)
    firsts = (members[0].study for members in groups(studies).values())
    return tuple(
        ClusterDiagnostics(study, finite(cooks), finite(dfbetas))
        for study, (cooks, dfbetas) in zip(firsts, pairs, strict=True)
    )
