"""The test of a pool by resampling: permuted signs of trials, or the wild bootstrap of clusters."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metasynth.core.messages import Refused, sentence
from metasynth.model.methods import DEFAULT_TAU2
from metasynth.model.records import AnalysisSpec, Estimate, OutcomeSpec, StudyData
from metasynth.stats.permutation import MOST, permuted_pool
from metasynth.stats.wild_bootstrap import MOST as MOST_FITS
from metasynth.stats.wild_bootstrap import wild_bootstrap
from metasynth.synthesis.selection import effects_of


def resampled(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData], row: Estimate
) -> Estimate:
    """The row with its p-value by resampling, where the analysis asks for one.

    Parameters:
        outcome: of which it is.
        spec: the analysis.
        studies: those that are pooled.
        row: the pool of all of them, with a result.
    """
    asked = spec.permutation or spec.wild_bootstrap
    units = row.k if row.clusters is None else row.clusters
    if asked is None or units < 2:
        return row
    effects = effects_of(studies, outcome, spec)
    y, v = effects.y, effects.v
    if spec.permutation is not None:
        method = spec.tau2 or DEFAULT_TAU2
        found = permuted_pool(y, v, method, spec.ci, asked.most or MOST, asked.seed)
        return replace(row, p_resampled=found.omnibus, resamplings=found.permutations)
    assert effects.cluster is not None
    try:
        fits, ones = asked.most or MOST_FITS, np.ones((len(y), 1))
        test = wild_bootstrap(spec, y, v, effects.cluster, ones, [0], spec.ci, fits, asked.seed)
    except Refused as refused:
        why = sentence("There is no wild bootstrap: {reason}.", reason=refused.why)
        return replace(row, note=(*row.note, why))
    return replace(row, p_resampled=test.p, resamplings=test.choices)
