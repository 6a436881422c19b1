"""Covariances of sampling errors that were declared, as no study reports them.

The cases of vcalc in R's package metafor: effects of one study on several scales, at several
times, or against a control group that they share.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasynth.stats.effects.binary import Array

Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The two groups that each effect compares, of k effects.

    Parameters:
        first: the number of one group, shape (k,).
        second: that of the other, by the same numbers, shape (k,).
        first_size: weight of the first group, as its size, shape (k,).
        second_size: of the second, shape (k,).
        first_time: when the first was measured, shape (k,); None where times do not matter.
        second_time: when the second was, shape (k,); None where it was then, too.
    """

    first: Codes
    second: Codes
    first_size: Array
    second_size: Array
    first_time: Array | None = None
    second_time: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """What is known of the correlations between errors of one study.

    Parameters:
        same_type: of two observations of one type: a number, or by observation, shape (n, n).
        other_type: of two types: a number, or by type, shape (m, m).
        over_time: between errors a unit of time apart; to the power of what they are apart.
        type: the number of each effect's type, from 0, shape (k,); None for one type.
        observation: the number of each effect's observation, from 0, shape (k,); None where each
            is one of its own.
        time: of each effect, shape (k,); None where times do not matter.
        groups: what each effect compares; None where it does not matter.
    """

    same_type: float | Array = 0.0
    other_type: float | Array = 0.0
    over_time: float = 1.0
    type: Codes | None = None
    observation: Codes | None = None
    time: Array | None = None
    groups: Groups | None = None


def declared_covariance(v: Array, cluster: Codes, declared: Declared) -> Array:
    """The covariance of the sampling errors.

    Parameters:
        v: variances of the effects, above 0, shape (k,).
        cluster: the number of each effect's study, shape (k,).
        declared: the correlations within studies.

    Returns:
        Shape (k, k), 0 between studies.

    Raises:
        ValueError: where no errors have such correlations, as they are not positive definite.

    Example:
        >>> v, study = np.array([1.0, 4.0, 1.0]), np.array([0, 0, 1])
        >>> declared_covariance(v, study, Declared(same_type=0.5)).tolist()
        [[1.0, 1.0, 0.0], [1.0, 4.0, 0.0], [0.0, 0.0, 1.0]]
    """
    k = len(v)
    kinds = np.zeros(k, dtype=np.intp) if declared.type is None else declared.type
    each = np.arange(k) if declared.observation is None else declared.observation
    within = _looked_up(declared.same_type, each)
    within = np.where(each[:, None] == each, 1.0, within)
    found = np.where(kinds[:, None] == kinds, within, _looked_up(declared.other_type, kinds))
    if declared.groups is not None:
        found = found * _of_groups(declared.groups, declared.over_time)
    elif declared.time is not None:
        found = found * _apart(declared.time, declared.time, declared.over_time)
    found = np.where(cluster[:, None] == cluster, found, 0.0)
    np.fill_diagonal(found, 1.0)
    if not np.linalg.eigvalsh(found)[0] > 1e-12:
        raise ValueError("no errors have these correlations: they are not positive definite")
    s = np.sqrt(v)
    return np.asarray(found * np.outer(s, s))


def _looked_up(values: float | Array, codes: Codes) -> Array:
    if isinstance(values, np.ndarray):
        return np.asarray(values[np.ix_(codes, codes)])
    return np.full((len(codes), len(codes)), values)


def _apart(one: Array, other: Array, over_time: float) -> Array:
    return np.asarray(over_time ** np.abs(one[:, None] - other))


def _of_groups(groups: Groups, over_time: float) -> Array:
    """The correlation of differences between groups, each with a variance of 1 over its size."""
    sides = (groups.first, groups.second)
    spread = (1 / np.sqrt(groups.first_size), 1 / np.sqrt(groups.second_size))
    first = np.zeros(len(groups.first)) if groups.first_time is None else groups.first_time
    times = (first, first if groups.second_time is None else groups.second_time)
    found = np.zeros((len(first), len(first)))
    for i in range(2):
        for j in range(2):
            same = sides[i][:, None] == sides[j]
            part = np.where(same, _apart(times[i], times[j], over_time), 0.0)
            found += (1 if i == j else -1) * part * np.outer(spread[i], spread[j])
    root = np.sqrt(np.diagonal(found))
    return np.asarray(found / np.outer(root, root))
