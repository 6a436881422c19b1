"""Trials of the same patients under both treatments: crossover, split body.

Cochrane Handbook, section 23.2.7. The correlation of both values within a patient is stated, or
follows from a paired test, or is declared for the review; without any the groups are analysed as if
they were of other people, which makes intervals too wide. Counts are given of the first period.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from metasynth.core.messages import sentence
from metasynth.model.records import Cell, Contrast, Group, Omission, OutcomeSpec, Result, StudyData
from metasynth.synthesis.completed import error_of_difference

MEASURES = ("MD", "SMD-SD", "SMD", "SMD-RevMan", "ROM")
_BEYOND = sentence(
    "the paired test fits no correlation of its two means: are they of the same patients?"
)


@dataclass(frozen=True, slots=True)
class Correlated:
    """A correlation within patients, the rule that gave it, and the row that it is from."""

    value: float
    rule: str
    cells: tuple[Cell, ...] = ()


def paired(
    whole: StudyData, rows: Sequence[Result], outcome: OutcomeSpec
) -> StudyData | Omission | None:
    """The trial's effect with the variance of its pairs; None where nothing says how they agree."""
    one, other = whole.intervention, whole.control
    if outcome.measure not in MEASURES or one is None or other is None:
        return None
    if len(one.arm_ids) + len(other.arm_ids) > 2:
        return None
    found = _correlation(one, other, rows, outcome)
    if found is None:
        return None
    if not -1 <= found.value <= 1:
        return Omission(whole.study, _BEYOND)
    y, v = _effect(outcome.measure, one, other, found.value)
    cells = (*one.cells, *other.cells, *found.cells)
    contrast = Contrast(y, math.sqrt(v), cells, "paired", rules=(found.rule,))
    return replace(whole, contrast=contrast)


def _correlation(
    one: Group, other: Group, rows: Sequence[Result], outcome: OutcomeSpec
) -> Correlated | None:
    stated = next((row for row in rows if row.pair_correlation is not None), None)
    if stated is not None:
        return Correlated(stated.pair_correlation or 0.0, "paired", (stated.cell,))
    n, (m1, s1), (m2, s2) = _patients(one, other), _numbers(one), _numbers(other)
    for row in rows:
        if row.reference_arm_id and not row.adjusted_for and n > 1 and s1 * s2 > 0:
            _, error, _ = error_of_difference(row, m1 - m2, n - 1)
            if error:
                r = (s1**2 + s2**2 - n * error**2) / (2 * s1 * s2)
                return Correlated(r, "paired-by-test", (row.cell,))
    assumed = outcome.conversions.pair_correlation
    return None if assumed is None else Correlated(assumed, "paired-assumed")


def _patients(one: Group, other: Group) -> float:
    """The patients who have both values: at most those of the smaller group."""
    return min(one.total or 0, other.total or 0)


def _numbers(group: Group) -> tuple[float, float]:
    return group.mean or 0.0, group.sd or 0.0


def _effect(measure: str, one: Group, other: Group, r: float) -> tuple[float, float]:
    """The effect and its variance, of patients whose two values correlate by `r`."""
    n, (m1, s1), (m2, s2) = _patients(one, other), _numbers(one), _numbers(other)
    if measure in ("MD", "SMD-SD"):
        return m1 - m2, (s1**2 + s2**2 - 2 * r * s1 * s2) / n
    if measure == "ROM":
        a, b = s1 / m1, s2 / m2
        return math.log(m1 / m2), (a**2 + b**2 - 2 * r * a * b) / n
    y = (m1 - m2) / math.sqrt((s1**2 + s2**2) / 2)
    return y, (1 / n + y**2 / (2 * n)) * 2 * (1 - r)
