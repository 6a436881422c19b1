"""Trials of the same patients under both treatments: crossover, split body.

Cochrane Handbook, section 23.2.7. The correlation of both values within a patient is stated, or
follows from a paired test, or is declared for the review; without any the groups are analysed as if
they were of other people, which makes intervals too wide. Counts are those of the first period,
unless their rows state a correlation: then they are of both, and paired as well.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from metasynth.core.messages import Sentence, sentence
from metasynth.model.records import Cell, Contrast, Group, Omission, OutcomeSpec, Result, StudyData
from metasynth.synthesis.completed import error_of_difference

COUNTED = ("RR", "OR", "RD")
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


_UNPAIRED = sentence(
    "counts of pairs need the same number of patients under both treatments; without "
    "pair_correlation they are read as those of the first period"
)
_NO_TABLE = sentence("no table of pairs has these events under each treatment and this correlation")
_EMPTY = sentence(
    "an empty cell leaves pairs without a ratio; RD has one, or the first period alone"
)
_SLACK = 1e-9


def paired_counts(
    whole: StudyData, rows: Sequence[Result], outcome: OutcomeSpec
) -> StudyData | Omission | None:
    """The trial's effect of events under both treatments; None where no row says how they agree.

    The correlation (phi) of both answers within a patient is the rows' own: one for the review is
    of measured values, and counts without any are of the first period.
    """
    one, other = whole.intervention, whole.control
    stated = next((row for row in rows if row.pair_correlation is not None), None)
    if outcome.measure not in COUNTED or stated is None or one is None or other is None:
        return None
    if len(one.arm_ids) + len(other.arm_ids) > 2:
        return None
    if one.total != other.total or not one.total:
        return Omission(whole.study, _UNPAIRED)
    a, c, n = float(one.events or 0), float(other.events or 0), float(one.total)
    found = _of_pairs(outcome.measure, a / n, c / n, n, stated.pair_correlation or 0.0)
    if not isinstance(found, tuple):
        return Omission(whole.study, found)
    y, v = found
    cells = tuple(dict.fromkeys((*one.cells, *other.cells, stated.cell)))
    contrast = Contrast(y, math.sqrt(v), cells, "paired", rules=("paired-counts",))
    return replace(whole, intervention=None, control=None, contrast=contrast, tables=())


def _of_pairs(
    measure: str, p: float, q: float, n: float, r: float
) -> tuple[float, float] | Sentence:
    """Effect and variance of the shares p and q of n pairs, or why there is none."""
    both = p * q + r * math.sqrt(p * (1 - p) * q * (1 - q))
    if not max(0.0, p + q - 1) - _SLACK <= both <= min(p, q) + _SLACK:
        return _NO_TABLE
    if measure == "RD":
        parts = (p * (1 - p) / n, q * (1 - q) / n)
        y = p - q
    elif min(p, q) == 0 or (measure == "OR" and max(p, q) == 1):
        return _EMPTY
    elif measure == "OR":
        parts = (1 / (n * p * (1 - p)), 1 / (n * q * (1 - q)))
        y = math.log(p / (1 - p)) - math.log(q / (1 - q))
    else:
        parts = ((1 - p) / (n * p), (1 - q) / (n * q))
        y = math.log(p / q)
    v = sum(parts) - 2 * r * math.sqrt(parts[0] * parts[1])
    return (y, v) if v > 0 else _NO_TABLE


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
