"""Do subgroups differ? Each with its own pooled effect, and its own tau2 or one for all of them."""

from collections.abc import Callable, Sequence
from functools import partial
from sys import float_info

import numpy as np

from metasynth.stats.effects.binary import Array
from metasynth.stats.heterogeneity import generalised_q
from metasynth.stats.pooling import sum_of_products
from metasynth.stats.roots import falling_root, highest_maximum, scan_points
from metasynth.stats.tau2 import (
    Profile,
    Tau2,
    ml_log_likelihood,
    ml_score,
    reml_log_likelihood,
    reml_score,
)

Groups = Sequence[tuple[Array, Array]]
"""Effects and variances of each subgroup."""


def subgroup_differences(means: Array, variances: Array) -> tuple[float, int]:
    """Cochran's Q of the subgroups' pooled effects as if they were studies, and its df.

    Handbook 10.11.3.1; variances are Wald's, without the HKSJ factor. Needs two subgroups. With one
    tau2 for all it is the Wald test of a mixed-effects model with the subgroup as a factor.
    """
    return float(generalised_q(np.asarray(means), np.asarray(variances))), len(means) - 1


def common_tau2(groups: Groups, method: str) -> Tau2:
    """Estimate one tau2 around the subgroups' own means, by the method that `tau2` has for one.

    It is that of a mixed-effects model with the subgroup as a factor: sums over subgroups in place
    of sums over studies, and k - p in place of k - 1 (Viechtbauer, J Stat Softw 2010;36(3)). 0
    where no subgroup has two studies, as nothing then tells of it.
    """
    if all(len(y) < 2 for y, _ in groups):
        return Tau2(0.0)
    return COMMON_ESTIMATORS[method](groups)


def _df(groups: Groups) -> int:
    return sum(len(y) - 1 for y, _ in groups)


def _squares(groups: Groups) -> float:
    """Squared distances from the unweighted mean of each subgroup."""
    return sum(float(((y - y.mean()) ** 2).sum()) for y, _ in groups)


def _residual_q(groups: Groups, tau2: float = 0.0) -> float:
    return sum(float(generalised_q(y, v, tau2)) for y, v in groups)


def _moment(groups: Groups, weight: Callable[[Array], Array]) -> Tau2:
    """Equate the weighted squares to what tau2 would make them, as in `tau2`."""
    q = within = slope = 0.0
    for y, v in groups:
        a = weight(v)
        total = float(a.sum())
        q += float((a * (y - (a * y).sum() / total) ** 2).sum())
        within += float((a * v).sum() - (a**2 * v).sum() / total)
        slope += sum_of_products(a) / total
    return Tau2(max(0.0, (q - within) / slope))


def _dersimonian_laird(groups: Groups) -> Tau2:
    return _moment(groups, lambda v: 1 / v)


def _two_steps(groups: Groups) -> Tau2:
    first = _dersimonian_laird(groups).value
    return _moment(groups, lambda v: 1 / (v + first))


def _hunter_schmidt(groups: Groups) -> Tau2:
    studies = sum(len(y) for y, _ in groups)
    weights = sum(float((1 / v).sum()) for _, v in groups)
    return Tau2(max(0.0, (_residual_q(groups) - studies) / weights))


def _sidik_jonkman(groups: Groups) -> Tau2:
    """The crude variance that it starts from is that of all effects together."""
    crude = float(np.concatenate([y for y, _ in groups]).var())
    return Tau2(crude * _residual_q(groups, crude) / _df(groups) if crude else 0.0)


def _paule_mandel(groups: Groups) -> Tau2:
    df, floor = _df(groups), _least(groups) * float_info.epsilon
    high = _squares(groups) / df
    return Tau2(falling_root(lambda t: _residual_q(groups, t) - df, 0.0, high, floor))


def _least(groups: Groups) -> float:
    return min(float(v.min()) for _, v in groups)


def _likeliest(score: Profile, log_likelihood: Profile, groups: Groups) -> Tau2:
    """The highest maximum of the subgroups' likelihoods together; bounds as for one group."""

    def total(function: Profile, tau2: float) -> float:
        return sum(float(function(y, v, tau2)) for y, v in groups)

    largest = max(float(v.max()) for _, v in groups)
    grid = scan_points(_least(groups), max(largest, 2 * _squares(groups) / _df(groups)))
    highest, other = highest_maximum(
        partial(total, score),
        partial(total, log_likelihood),
        grid,
        np.sum([score(y[:, None], v[:, None], grid) for y, v in groups], axis=0) > 0,
        _least(groups) * float_info.epsilon,
    )
    return Tau2(highest, other)


COMMON_ESTIMATORS: dict[str, Callable[[Groups], Tau2]] = {
    "DL": _dersimonian_laird,
    "REML": partial(_likeliest, reml_score, reml_log_likelihood),
    "ML": partial(_likeliest, ml_score, ml_log_likelihood),
    "PM": _paule_mandel,
    "EB": _paule_mandel,
    "SJ": _sidik_jonkman,
    "HE": partial(_moment, weight=np.ones_like),
    "HS": _hunter_schmidt,
    "DL2": _two_steps,
}
