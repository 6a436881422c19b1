"""All checks, and what they find in a review: one report of doubts, each of which can be answered.

A doubt is silent where its row has a text in the column `checked`, or where the entry of
config.yaml that it is about has a key `checked`. Where several checks doubt one cell, the first
in this list tells of it.
"""

from collections.abc import Collection, Iterable, Iterator

from metasynth.checks import (
    arm_names,
    arms,
    characters,
    clusters,
    config_choices,
    contrasts,
    conversions,
    copies,
    covariates,
    curves,
    dates,
    designs,
    effects,
    folders,
    labels,
    left_out,
    means,
    other_kinds,
    outcome_labels,
    people,
    published_counts,
    published_intervals,
    quotes,
    spreads,
    studies,
    totals,
    unselected_rows,
)
from metasynth.checks.check import Check, Doubt, View, of_kind
from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault, of_file
from metasynth.model.records import Cell
from metasynth.tables.raw_table import CHECKED
from metasynth.tables.reader import RawTables

ON_THE_WAY = (
    Check(
        "percentage_of_no_count",
        "results",
        "a percentage that no count of so many patients rounds to",
    ),
    Check("count_off_percentage", "results", "a count that does not round to its percentage"),
    Check(
        "bounds_left_out", "results", "a derived count without the range that its percentage leaves"
    ),
    Check("sd_zero", "results", "a standard deviation of 0, as if all patients were alike"),
    Check("nested_of_fewer", "results", "fewer events of a wider outcome, among fewer patients"),
    Check("flow_off_trials", "flow", "another number of studies than there are included trials"),
    Check("change_unexplained", "changelog", "a change since the last version without a reason"),
)
"""Doubts that the rules of rows, of nested outcomes, of the flow and of changes find."""

CHECKS: tuple[Check, ...] = (
    *unselected_rows.CHECKS,
    *published_intervals.CHECKS,
    *published_counts.CHECKS,
    *contrasts.CHECKS,
    *effects.TURNED,
    *other_kinds.CHECKS,
    *effects.ERRORS,
    *conversions.CHECKS,
    *designs.CHECKS,
    *spreads.CHECKS,
    *means.CHECKS,
    *arms.CHECKS,
    *copies.CHECKS,
    *people.CHECKS,
    *totals.CHECKS,
    *config_choices.CHECKS,
    *outcome_labels.CHECKS,
    *clusters.CHECKS,
    *covariates.CHECKS,
    *curves.CHECKS,
    *arm_names.CHECKS,
    *labels.CHECKS,
    *characters.CHECKS,
    *studies.CHECKS,
    *quotes.CHECKS,
    *dates.CHECKS,
    *folders.CHECKS,
    *left_out.CHECKS,
    *effects.FAR,
    *ON_THE_WAY,
)


def doubts(view: View, lines: Lines, told: Collection[Fault] = ()) -> Iterator[Fault]:
    """What the checks find that nobody has answered, and `told` does not tell of already."""
    places = {fault.place for fault in told}
    rows = {Cell(fault.file, fault.row) for fault in told if fault.row}
    for check in CHECKS:
        for doubt in check.find(view) if check.find else ():
            if rows.intersection(doubt.about):
                continue
            if isinstance(doubt.place, Cell):
                rows.add(doubt.place)
            if check.severity == "warning" and answered(doubt, view):
                continue
            fault = of_kind(_fault(doubt, view, lines), check)
            if fault.place not in places:
                yield fault
            places.add(fault.place)


def unanswered(faults: Iterable[Fault], raw: RawTables) -> Iterator[Fault]:
    """The faults but for warnings of rows that were checked."""
    checked = {
        (table.file, row.number)
        for table in raw.each()
        if CHECKED in table.columns
        for row in table.rows
        if row[CHECKED].strip()
    }
    for fault in faults:
        if fault.severity == "error" or (fault.file, fault.row) not in checked:
            yield fault


def answered(doubt: Doubt, view: View) -> bool:
    """Whether somebody has said that a doubtful row, or entry, was checked."""
    if isinstance(doubt.place, Cell):
        return bool(view.row(doubt.place)[CHECKED].strip())
    if isinstance(doubt.place, tuple) and view.config:
        return any(doubt.place[: len(path)] == path for path in view.config.checked)
    return False


def _fault(doubt: Doubt, view: View, lines: Lines) -> Fault:
    if isinstance(doubt.place, Cell):
        return view.row(doubt.place).fault(doubt.column, doubt.expected, doubt.remedy)
    if isinstance(doubt.place, str):
        return of_file(doubt.place, "", doubt.expected, doubt.remedy)
    return lines.fault(doubt.place, doubt.value, doubt.expected, doubt.remedy)
