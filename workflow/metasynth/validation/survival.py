"""What must hold of survival curves: within one, and beside its arm's row of results.csv."""

from collections.abc import Iterator
from itertools import pairwise

from metasynth.core.faults import Fault
from metasynth.tables.raw_table import RawTable, Row
from metasynth.validation.results import rule

_SOURCE = "check the number against the source"
_COLUMNS = ("outcome", "week", "arm_id", "time", "survival", "at_risk")
Curve = tuple[str, str, str]
"""An outcome, a week and an arm."""


def curve_of(row: Row) -> Curve:
    """The curve that a row of survival.csv is of, or an arm's row of results.csv."""
    return row["outcome"], row["week"], row["arm_id"]


def faults(survival: RawTable, results: RawTable) -> Iterator[Fault]:
    """All faults of a trial's curves, each cell having been checked by itself."""
    curves: dict[Curve, list[Row]] = {}
    for row in survival.rows:
        if not row.bad.intersection(_COLUMNS):
            curves.setdefault(curve_of(row), []).append(row)
    arms = {
        curve_of(row): row
        for row in results.rows
        if not row["reference_arm_id"] and not row["reading"] and row["provenance"] != "missing"
    }
    for curve, rows in curves.items():
        points = sorted(rows, key=lambda row: float(row["time"]))
        yield from _of_one(points)
        if results.knows("outcome") and results.knows("arm_id"):
            yield from _beside(points, arms.get(curve))


def _of_one(points: list[Row]) -> Iterator[Fault]:
    """Shares above 0 that do not rise, from 1 on, and patients at risk likewise, all or none."""
    first = points[0]
    for row in points:
        if float(row["survival"]) == 0:
            remedy = "leave out the times at which nobody is left without the event"
            yield row.fault("survival", "a proportion above 0", remedy)
    if float(first["time"]) == 0 and float(first["survival"]) != 1:
        yield first.fault("survival", "1, as nobody has the event at time 0", _SOURCE)
    for before, row in pairwise(points):
        for column in ("survival", "at_risk"):
            if row[column] and before[column] and float(row[column]) > float(before[column]):
                expected = f"at most {before[column]}, as at time {before['time']}"
                yield row.fault(column, expected, _SOURCE)
    for before, row in pairwise(points):
        if before["at_risk"] and int(before["at_risk"]) == 0 and _falls(before, row):
            expected = f"{before['survival']}, as nobody is at risk from time {before['time']} on"
            yield row.fault("survival", expected, _SOURCE)
    later = [row for row in points if float(row["time"]) > 0]
    blank = [row for row in later if not row["at_risk"]]
    if 0 < len(blank) < len(later):
        expected = "patients at risk at all times of an arm, or at none"
        yield blank[0].fault("at_risk", expected, "fill it in, or leave out the time")


def _falls(before: Row, row: Row) -> bool:
    return float(row["survival"]) < float(before["survival"])


def _beside(points: list[Row], arm: Row | None) -> Iterator[Fault]:
    """The arm's patients, and its follow-up where no numbers at risk are printed."""
    first, last = points[0], points[-1]
    if arm is None:
        expected = "an outcome and week for which results.csv has a row of this arm"
        yield first.fault("outcome", expected, "add it there, with the total of the arm")
        return
    if arm.bad.intersection(("total", "follow_up_min", "follow_up_max")):
        return
    if first["at_risk"] and arm["total"] and int(first["at_risk"]) > int(arm["total"]):
        yield first.fault("at_risk", f"at most the total of the arm, {arm['total']}", _SOURCE)
    if not arm["total"]:
        yield arm.fault("total", "a total, as the arm has a survival curve", "fill it in")
    if not last["at_risk"] and not arm["follow_up_max"]:
        expected = "patients at risk, or in results.csv the arm's shortest and longest follow-up"
        yield last.fault("at_risk", expected, "fill in follow_up_min and follow_up_max there")
    elif not last["at_risk"] and float(last["time"]) > float(arm["follow_up_max"]):
        expected = f"at most the longest follow-up, {arm['follow_up_max']}"
        yield last.fault("time", expected, _SOURCE)


@rule("follow_up_min", "follow_up_max")
def _follow_up_is_whole(row: Row) -> Iterator[Fault]:
    """The shortest follow-up goes with the longest."""
    low, high = row["follow_up_min"], row["follow_up_max"]
    if bool(low) != bool(high):
        column = "follow_up_max" if low else "follow_up_min"
        yield row.fault(column, "both or none", f"fill in {column}, or remove the other")
    elif low and float(low) > float(high):
        yield row.fault("follow_up_max", f"at least the shortest follow-up, {low}", _SOURCE)
    elif high and float(high) == 0:
        yield row.fault("follow_up_max", "a follow-up above 0", _SOURCE)
