"""Hazard ratios of trials that print survival curves, but neither a ratio nor a test that gives it.

The curves stand in survival.csv, the patients of each arm in its row of results.csv; see
stats/survival_curves.py for the method.
"""

from collections.abc import Sequence
from math import sqrt

from metasynth.core.messages import Sentence, sentence
from metasynth.model.methods import letters
from metasynth.model.records import (
    Arm,
    Comparison,
    Contrast,
    CurvePoint,
    OutcomeSpec,
    Result,
    Trial,
)
from metasynth.stats.survival_curves import Curve, numbers_at_risk, of_curves

AT_RISK, FOLLOW_UP = "curve-at-risk", "curve-follow-up"
_ONE_ARM = sentence("survival curves give a hazard ratio only of one arm on each side")
_NO_FOLLOW_UP = sentence(
    "a survival curve gives a hazard ratio only with numbers at risk, or with the patients of the "
    "arm and their shortest and longest follow-up"
)
_NO_TIMES = sentence("the survival curves of its arms have no time after 0 in common")
_NO_EVENTS = sentence("in no interval of the survival curves have both arms an event")
Drawn = tuple[Curve, str, tuple[CurvePoint, ...]]
"""A curve at the times that are compared, the rule that gave its numbers at risk, and its rows."""


def contrasts_of_curves(
    trial: Trial, outcome: OutcomeSpec, comparison: Comparison, rows: Sequence[Result]
) -> list[tuple[Contrast, Result]] | Sentence | None:
    """What the curves give, of each stratum, with the row of the intervention's arm.

    Returns:
        The contrasts, or why there are none; None where the trial has no curves of the outcome.
    """
    arms = {arm.arm_id: arm for arm in trial.arms}
    drawn = {point.arm_id for point in _points(trial, outcome)}
    own = [row for row in rows if not row.reference_arm_id and row.arm_id in drawn]
    if letters(outcome.measure) != "HR" or not own:
        return None
    found = []
    for stratum in dict.fromkeys(arms[row.arm_id].stratum for row in own):
        sides = [_side(own, arms, stratum, treatments) for treatments in comparison.sides]
        if any(len(side) != 1 for side in sides):
            return _ONE_ARM
        contrast = _contrast(trial, outcome, sides[0][0], sides[1][0])
        if isinstance(contrast, Sentence):
            return contrast
        found.append((contrast, sides[0][0]))
    return found


def _points(trial: Trial, outcome: OutcomeSpec) -> list[CurvePoint]:
    return [point for point in trial.survival if (point.outcome, point.week) in outcome.topics]


def _side(
    rows: Sequence[Result], arms: dict[str, Arm], stratum: str, treatments: Sequence[str]
) -> list[Result]:
    return [
        row
        for row in rows
        if arms[row.arm_id].stratum == stratum and arms[row.arm_id].treatment in treatments
    ]


def _contrast(
    trial: Trial, outcome: OutcomeSpec, one: Result, other: Result
) -> Contrast | Sentence:
    points = _points(trial, outcome)
    every = [{p.time: p for p in points if p.arm_id == row.arm_id} for row in (one, other)]
    times = tuple(sorted(t for t in every[0].keys() & every[1].keys() if t > 0))
    if not times:
        return _NO_TIMES
    way = outcome.conversions.curves
    both = [_drawn(row, own, times, way) for row, own in zip((one, other), every, strict=True)]
    first, second = both
    if isinstance(first, Sentence) or isinstance(second, Sentence):
        return _NO_FOLLOW_UP
    found = of_curves(first[0], second[0], hazards=way == "hazards")
    if found is None:
        return _NO_EVENTS
    difference, variance = found
    cells = (one.cell, other.cell, *(p.cell for drawn in (first, second) for p in drawn[2]))
    rules = tuple(dict.fromkeys((first[1], second[1])))
    y, se = difference / variance, 1 / sqrt(variance)
    return Contrast(y, se, cells, "o_minus_e", rules=rules)


def _drawn(
    row: Result, own: dict[float, CurvePoint], times: tuple[float, ...], way: str
) -> Drawn | Sentence:
    """An arm's curve at these times, from 0 on."""
    points = tuple(own[t] for t in times)
    every, survival = (0.0, *times), (1.0, *(p.survival for p in points))
    start = own.get(0.0)
    begun = (start,) if start else ()
    patients = start.at_risk if start and start.at_risk is not None else row.total
    if patients is None:
        return _NO_FOLLOW_UP
    known = tuple(float(p.at_risk) for p in points if p.at_risk is not None)
    if len(known) == len(points):
        return Curve(every, survival, (patients, *known)), AT_RISK, (*begun, *points)
    shortest, longest = row.follow_up_min, row.follow_up_max
    if shortest is None or longest is None or times[-1] > longest:
        return _NO_FOLLOW_UP
    if way == "uncensored":
        shortest = longest = times[-1]
    at_risk = numbers_at_risk(every, survival, patients, shortest, longest)
    return Curve(every, survival, at_risk), FOLLOW_UP, (*begun, *points)
