"""Survival curves that are read off at so few times that their hazard ratio is off."""

from collections.abc import Iterator
from itertools import pairwise

from metasynth.checks.check import Check, Doubt, View
from metasynth.model.records import CurvePoint

_MOST = 0.2
"""Of the patients at risk in an interval, who have the event in it: Parmar et al. 1998."""
_ROUNDED = 1e-9


def _coarse(view: View) -> Iterator[Doubt]:
    """The first interval of each curve in which many of those at risk have the event."""
    for trial in view.included:
        curves: dict[tuple[str, int | None, str], list[CurvePoint]] = {}
        for point in trial.survival:
            curves.setdefault((point.outcome, point.week, point.arm_id), []).append(point)
        for points in curves.values():
            ordered = sorted(points, key=lambda point: point.time)
            if found := _first(ordered):
                begun, point, lost = found
                expected = (
                    f"a fall of at most a fifth from {begun:g}, not of {lost:.0%}: risks within"
                    " long intervals draw the hazard ratio towards 1"
                )
                yield Doubt(
                    point.cell, "survival", expected, "read the curves off at times between"
                )


def _first(points: list[CurvePoint]) -> tuple[float, CurvePoint, float] | None:
    before = [1.0, *(point.survival for point in points)]
    for (start, end), point in zip(pairwise(before), points, strict=True):
        if 1 - end / start > _MOST + _ROUNDED:
            return start, point, 1 - end / start
    return None


CHECKS = (
    Check(
        "curve_coarse",
        "survival",
        "a survival curve with more than a fifth of those at risk having the event between times",
        _coarse,
    ),
)
