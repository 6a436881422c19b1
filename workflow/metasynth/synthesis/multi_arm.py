"""Trials with several intervention arms and one control: share the control out, or correlate."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metasynth.model.records import AnalysisSpec, Count, Group, OutcomeSpec, StudyData, whole
from metasynth.stats.effects.binary import Array, Tables, continuity_correction
from metasynth.stats.effects.continuous import Means
from metasynth.stats.pooling import Pool
from metasynth.synthesis.selection import effects_of, means_of, tables_of


def split_group(group: Group, parts: int) -> tuple[Group, ...]:
    """Divide a shared group's participants and events evenly among `parts` (Handbook 23.3.4).

    Parts are fractions where they must be, so that no comparison is favoured by its place; means
    and standard deviations stay as they are. What the source allowed (events_low, events_high) is
    not known of a part and becomes None. Raises ValueError for fewer than one part, or more than
    participants.
    """
    if parts < 1 or (group.total is not None and group.total < parts):
        raise ValueError(f"{group.total} participants cannot be shared by {parts} comparisons")
    part = replace(
        group,
        total=_share(group.total, parts),
        events=_share(group.events, parts),
        events_low=None,
        events_high=None,
        person_time=group.person_time / parts if group.person_time is not None else None,
    )
    return (part,) * parts


def _share(count: Count | None, parts: int) -> Count | None:
    return None if count is None else whole(count / parts)


def covariance_of_shared_control(measure: str, data: Tables | Means) -> Array:
    """The covariance of two effects that share a control group: the variance of its own part.

    One value a row, from that row's control group. RR, OR and RD of counts; MD of means. Gleser and
    Olkin, Stochastically dependent effect sizes (The Handbook of Research Synthesis, 2009).
    """
    if isinstance(data, Means):
        if measure == "MD":
            return data.sd2**2 / data.n2
    elif measure == "RR":
        return 1 / data.c - 1 / data.n2
    elif measure == "OR":
        return 1 / data.c + 1 / data.d
    elif measure == "RD":
        return data.c * data.d / data.n2**3
    raise ValueError(f"no covariance is defined here for {measure}")


def covariance_matrix(v: Array, shared: Array, study: list[str]) -> Array:
    """Variances on the diagonal, `shared` between rows of the same study, 0 elsewhere."""
    names = np.array(study)
    same = names[:, None] == names[None, :]
    matrix = np.where(same, np.sqrt(np.outer(shared, shared)), 0.0)
    np.fill_diagonal(matrix, v)
    return matrix


def pool_correlated(y: Array, covariance: Array) -> Pool:
    """Generalised least squares under a common effect: 1'V⁻¹y / 1'V⁻¹1, variance 1 / 1'V⁻¹1."""
    weights = np.asarray(np.linalg.solve(covariance, np.ones(len(y))), dtype=np.float64)
    total = weights.sum()
    return Pool((weights * y).sum() / total, 1 / total, weights)


def pool_within_trial(arms: Sequence[StudyData], outcome: OutcomeSpec) -> tuple[float, float]:
    """One effect and its standard error from arms that share all of a control group.

    The arms' effects, empty cells corrected as for inverse variance by default, are averaged by
    generalised least squares. Raises ValueError for a measure without a covariance here.
    """
    spec = AnalysisSpec("", "", model="IV")
    effects = effects_of(arms, outcome, spec)
    shared = covariance_of_shared_control(outcome.measure, _data(arms, outcome, spec))
    pool = pool_correlated(effects.y, covariance_matrix(effects.v, shared, [""] * len(arms)))
    return float(pool.mean), float(np.sqrt(pool.variance))


def _data(arms: Sequence[StudyData], outcome: OutcomeSpec, spec: AnalysisSpec) -> Tables | Means:
    if outcome.type == "continuous":
        return means_of(arms)
    return continuity_correction(tables_of(arms), spec.zero_cells)[0]
