"""Rows of results that no outcome of config.yaml selects, so that a slip cannot drop a trial."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

from metasynth.checks.check import Check, Doubt, View, listed
from metasynth.model.methods import compares
from metasynth.model.records import Cell, Comparison, Result, Topic, Trial

_NEAR_WEEKS = 2
_NEAR_NAME = 0.75
_NOT_POOLED = "add the outcome, correct this row, or say in checked why it is not pooled"


@dataclass(frozen=True, slots=True)
class Unselected:
    """The first of a trial's rows of one outcome and week that nothing selects."""

    trial: Trial
    row: Result
    kind: str
    expected: str
    remedy: str


def near_week(week: int | None, wanted: Iterable[int | None]) -> int | None:
    """The wanted week that `week` most likely stands for; None when none is near.

    Near is two weeks or a tenth away, and the same digits in another order.
    """
    if week is None:
        return None
    known = [other for other in wanted if other is not None and other != week]
    near = [
        other
        for other in known
        if abs(other - week) <= max(_NEAR_WEEKS, other / 10)
        or sorted(str(other)) == sorted(str(week))
    ]
    return min(near, key=lambda other: (abs(other - week), other), default=None)


def near_name(name: str, wanted: Iterable[str]) -> str | None:
    """The wanted name that `name` most likely stands for; None when none is near.

    Names that differ in digits alone, as acr20 and acr50, are of different things.
    """
    known = sorted(other for other in wanted if _letters(other) != _letters(name))
    near = get_close_matches(name, known, n=1, cutoff=_NEAR_NAME)
    begun = (other for other in known if other.startswith(name) or name.startswith(other))
    return near[0] if near else next(begun, None)


def _letters(name: str) -> str:
    return re.sub("[0-9]", "", name)


def _found(view: View) -> Iterator[Unselected]:
    """The unselected rows of every trial, one an outcome and week; readings are looked at apart."""
    if view.config is None:
        return
    wanted: dict[str, set[int | None]] = {}
    for outcome in view.outcomes:
        for name, week in outcome.topics:
            wanted.setdefault(name, set()).add(week)
    for trial in view.included:
        first: dict[Topic, Result] = {}
        for row in trial.results:
            if row.provenance != "missing" and not row.reading:
                first.setdefault((row.outcome, row.week), row)
        for (name, week), row in first.items():
            if name not in wanted:
                yield _other_name(trial, row, set(wanted))
            elif week not in wanted[name]:
                free = {w for w in wanted[name] if (name, w) not in first}
                yield _other_week(trial, row, free, view.config.weeks)


def _other_name(trial: Trial, row: Result, wanted: set[str]) -> Unselected:
    present = {result.outcome for result in trial.results if result.provenance != "missing"}
    if near := near_name(row.outcome, wanted - present):
        expected = f"an outcome that config.yaml selects, such as {near}, which this trial lacks"
        return Unselected(trial, row, "outcome_near", expected, f"did you mean {near}?")
    return _plain(trial, row)


def _other_week(
    trial: Trial, row: Result, free: set[int | None], protocol: tuple[int, ...]
) -> Unselected:
    known = ", ".join(str(week) for week in protocol)
    said = f"a week of the protocol ({known})" if known else "a week that an outcome selects"
    if row.week is not None and row.week in protocol:
        said = "a week at which an outcome selects it"
    if row.week is None and free:
        week = min(w for w in free if w is not None)
        expected = f"a week: an outcome selects {row.outcome} at week {week}, not without one"
        return Unselected(trial, row, "week_near", expected, f"did you leave out week {week}?")
    if (near := near_week(row.week, free)) is not None:
        expected = f"{said}; this trial has no {row.outcome} at week {near}"
        return Unselected(trial, row, "week_near", expected, f"did you mean {near}?")
    if free == {None}:
        expected = f"a blank cell, as the outcome that selects {row.outcome} has no week"
        return Unselected(trial, row, "week_near", expected, "remove the week, or add it there")
    expected = f"{said}: no outcome of config.yaml selects {row.outcome} at week {row.week}"
    return Unselected(trial, row, "not_selected", expected, _NOT_POOLED)


def _plain(trial: Trial, row: Result) -> Unselected:
    at = "" if row.week is None else f" at week {row.week}"
    expected = f"an outcome that is pooled: no outcome of config.yaml selects {row.outcome}{at}"
    return Unselected(trial, row, "not_selected", expected, _NOT_POOLED)


def _near(kind: str, column: str, view: View) -> Iterator[Doubt]:
    """One doubt an outcome, week and trial."""
    for found in _found(view):
        if found.kind == kind:
            yield Doubt(found.row.cell, column, found.expected, found.remedy)


def _not_selected(view: View) -> Iterator[Doubt]:
    """One doubt an outcome and week: what several trials have is no slip of one."""
    groups: dict[Topic, list[Unselected]] = {}
    wanted = {name for outcome in view.outcomes for name, _ in outcome.topics}
    for found in _found(view):
        if found.kind == "not_selected":
            groups.setdefault((found.row.outcome, found.row.week), []).append(found)
    for first, *others in groups.values():
        too = f" (nor in {listed(one.trial.study.study for one in others)})" if others else ""
        column = "week" if first.row.outcome in wanted else "outcome"
        yield Doubt(first.row.cell, column, first.expected + too, first.remedy)


def _reading_near(view: View) -> Iterator[Doubt]:
    """A reading near one that an outcome asks for, in a trial that lacks that one."""
    wanted: dict[Topic, set[str]] = {}
    for outcome in view.outcomes:
        for topic in outcome.topics if outcome.reading else ():
            wanted.setdefault(topic, set()).add(outcome.reading)
    for trial in view.included:
        there: dict[Topic, dict[str, Cell]] = {}
        for row in trial.results:
            if row.reading:
                there.setdefault((row.outcome, row.week), {}).setdefault(row.reading, row.cell)
        for topic, readings in there.items():
            asked = wanted.get(topic, set())
            for name in readings.keys() - asked:
                if near := near_name(name, asked - readings.keys()):
                    expected = f"a reading that an outcome selects, such as {near}"
                    yield Doubt(readings[name], "reading", expected, f"did you mean {near}?")


def _other_side_missing(view: View) -> Iterator[Doubt]:
    """A trial that reports one side of an outcome and not a word of the other is left out."""
    for outcome in view.primary:
        if outcome.type == "generic" or not compares(outcome):
            continue
        sides_of = view.comparison_of(outcome)
        for trial, rows in view.chosen(outcome):
            if any(row.reference_arm_id and row.measure for row in rows):
                continue
            sides = {"intervention": False, "control": False}
            for arm_id in {row.arm_id for row in trial.results}:
                side = _side(sides_of, trial, arm_id)
                if side:
                    sides[side] = True
            both = {_side(sides_of, trial, arm.arm_id) for arm in trial.arms} >= set(sides)
            if both and list(sides.values()).count(True) == 1:
                lacking = next(side for side, there in sides.items() if not there)
                expected = (
                    f"a row of the {lacking} side too: without it {outcome.id} leaves the trial out"
                )
                remedy = "add it (provenance missing, if no source states it), or correct arm_id"
                yield Doubt(rows[0].cell, "arm_id", expected, remedy)


def _side(comparison: Comparison, trial: Trial, arm_id: str) -> str:
    treatment = next((arm.treatment for arm in trial.arms if arm.arm_id == arm_id), "")
    if treatment in comparison.intervention:
        return "intervention"
    return "control" if treatment in comparison.control else ""


CHECKS = (
    Check(
        "week_near",
        "results",
        "a week that no outcome selects, near one that is selected and that the trial lacks",
        partial(_near, "week_near", "week"),
    ),
    Check(
        "outcome_near",
        "results",
        "an outcome that config.yaml does not select, spelt nearly like one that the trial lacks",
        partial(_near, "outcome_near", "outcome"),
    ),
    Check(
        "reading_near",
        "results",
        "a reading spelt nearly like one that an outcome selects and that the trial lacks",
        _reading_near,
    ),
    Check(
        "not_selected",
        "results",
        "an outcome or week that no outcome of config.yaml selects, and that is near none",
        _not_selected,
    ),
    Check(
        "other_side_missing",
        "results",
        "numbers for one side of the comparison and not even a missing row for the other",
        _other_side_missing,
    ),
)
