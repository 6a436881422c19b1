"""Trials with several intervention arms and one control: share the control out, or correlate."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metasynth.model.records import AnalysisSpec, Count, Group, OutcomeSpec, StudyData, whole
from metasynth.stats.effects.binary import Array, Tables, continuity_correction
from metasynth.stats.effects.continuous import Means, hedges_j
from metasynth.stats.effects.rates import Rates, corrected_rates
from metasynth.stats.pooling import Pool
from metasynth.synthesis.selection import effects_of, means_of, rates_of, tables_of


def split_group(group: Group, parts: int) -> tuple[Group, ...]:
    """Divide a shared group's participants and events evenly among `parts` (Handbook 23.3.4).

    Parts are fractions where they must be, so that no comparison is favoured by its place; means
    and standard deviations stay as they are. What the source allowed (events_low, events_high) is
    not known of a part and becomes None.

    Parameters:
        group: that is shared.
        parts: at least one, and no more than participants.

    Raises:
        ValueError: for fewer than one part, or more than participants.

    Example:
        >>> [part.total for part in split_group(Group(("c",), "Control", total=25, events=3), 2)]
        [12.5, 12.5]
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


Data = Tables | Means | Rates
_SPREAD_SHARED = ("SMD", "SMD-RevMan", "SMD-UB", "SMD-LS2")
"""Measures whose effects share a standard deviation as well as a control group."""


def covariance_of_shared_control(measure: str, data: Data) -> Array:
    """The covariance of two effects that share a control group: the variance of its own part.

    Gleser and Olkin, Stochastically dependent effect sizes (The Handbook of Research Synthesis,
    2009).

    Parameters:
        measure: RR, OR, RD or ASD of counts; of means all but SMD-PPC, which rests on values before
            as well; IRR or IRD of rates.
        data: empty cells corrected, shape (k,).

    Returns:
        One value a row, from that row's control group, on the squared analysis scale.

    Raises:
        ValueError: for another measure.

    Example:
        >>> tables = Tables(*np.array([[4.0, 40, 10, 50], [6, 40, 10, 50]]).T)
        >>> covariance_of_shared_control("RR", tables).round(6).tolist()  # 1/10 - 1/50
        [0.08, 0.08]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found = _own_parts(data).get(measure)
    if found is None:
        raise ValueError(f"no covariance is defined here for {measure}")
    return found


def _own_parts(data: Data) -> dict[str, Array]:
    """The variance of the control's part, by measure."""
    if isinstance(data, Means):
        return _own_parts_of_means(data)
    if isinstance(data, Rates):
        return {"IRR": 1 / data.x2, "IRD": data.x2 / data.t2**2}
    return {
        "RR": 1 / data.c - 1 / data.n2,
        "OR": 1 / data.c + 1 / data.d,
        "RD": data.c * data.d / data.n2**3,
        "ASD": 1 / (4 * data.n2),
    }


def _own_parts_of_means(data: Means) -> dict[str, Array]:
    spread = data.sd2**2 / data.n2
    relative, variability = spread / data.m2**2, 1 / (2 * (data.n2 - 1))
    corrected = hedges_j(data.n1 + data.n2 - 2) ** 2 / data.n2
    return {
        **dict.fromkeys(_SPREAD_SHARED, 1 / data.n2),
        **dict.fromkeys(("MD", "SMD-SD"), spread),
        **dict.fromkeys(("ROM", "ROM-BC"), relative),
        "SMD-LS2": corrected,
        "SMDH": data.sd2**2 / (data.n2 - 1) / _mean_variance(data),
        "VR": variability,
        "CVR": variability + relative,
    }


def _mean_variance(data: Means) -> Array:
    return np.asarray((data.sd1**2 + data.sd2**2) / 2)


def _covariance_of_shared_spread(measure: str, data: Data, y: Array) -> Array:
    """What effects of one trial share beside the control's mean: its spread, in their units.

    Of standardised differences y y'/(2N), N being the patients of all arms together; of SMDH, whose
    units are of two arms each, y y' s⁴/(8 S² S'² (n - 1)) with *s* and *n* of the control (the
    delta method, as its variance); nothing of other measures.
    """
    if isinstance(data, Means) and measure == "SMDH":
        share = y * data.sd2**2 / _mean_variance(data)
        return np.asarray(np.outer(share, share) / (8 * (data.n2[0] - 1)))
    if not isinstance(data, Means) or measure not in _SPREAD_SHARED:
        return np.zeros((len(y), len(y)))
    return np.asarray(np.outer(y, y) / (2 * (data.n1.sum() + data.n2[0])))


def covariance_matrix(v: Array, shared: Array, study: list[str]) -> Array:
    """Variances on the diagonal, `shared` between rows of the same study, 0 elsewhere.

    Parameters:
        v: variances of the effects, shape (k,).
        shared: covariances of `covariance_of_shared_control`, shape (k,).
        study: the name of the study of each row.

    Example:
        >>> covariance_matrix(np.array([2.0, 3.0]), np.ones(2), ["a", "a"]).tolist()
        [[2.0, 1.0], [1.0, 3.0]]
    """
    names = np.array(study)
    same = names[:, None] == names[None, :]
    matrix = np.where(same, np.sqrt(np.outer(shared, shared)), 0.0)
    np.fill_diagonal(matrix, v)
    return matrix


def pool_correlated(y: Array, covariance: Array) -> Pool:
    """Generalised least squares under a common effect: 1'V⁻¹y / 1'V⁻¹1, variance 1 / 1'V⁻¹1.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        covariance: of these, V, shape (k, k).

    Example:
        >>> pool = pool_correlated(np.array([1.0, 3.0]), np.array([[2.0, 1.0], [1.0, 2.0]]))
        >>> round(float(pool.mean), 6), round(float(pool.variance), 6)  # (2 + 2 + 1 + 1) / 4
        (2.0, 1.5)
    """
    weights = np.asarray(np.linalg.solve(covariance, np.ones(len(y))), dtype=np.float64)
    total = weights.sum()
    return Pool((weights * y).sum() / total, 1 / total, weights)


def pool_within_trial(arms: Sequence[StudyData], outcome: OutcomeSpec) -> tuple[float, float]:
    """One effect and its standard error from arms that share all of a control group.

    The arms' effects, empty cells corrected as for inverse variance by default, are averaged by
    generalised least squares.

    Returns:
        Both on the analysis scale.

    Raises:
        ValueError: for a measure without a covariance here.
    """
    spec = AnalysisSpec("", "", model="IV")
    effects = effects_of(arms, outcome, spec)
    data = _data(arms, outcome, spec)
    shared = covariance_of_shared_control(outcome.measure, data)
    matrix = covariance_matrix(effects.v, shared, [""] * len(arms))
    spread = _covariance_of_shared_spread(outcome.measure, data, effects.y)
    pool = pool_correlated(effects.y, matrix + spread - np.diag(np.diag(spread)))
    return float(pool.mean), float(np.sqrt(pool.variance))


def _data(arms: Sequence[StudyData], outcome: OutcomeSpec, spec: AnalysisSpec) -> Data:
    if outcome.type == "continuous":
        return means_of(arms)
    if outcome.type == "rate":
        return corrected_rates(rates_of(arms, outcome.per), spec.zero_cells)
    return continuity_correction(tables_of(arms), spec.zero_cells)[0]
