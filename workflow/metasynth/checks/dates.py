"""Dates that cannot all be right. No clock is asked: they are compared with each other."""

from collections.abc import Iterator

from metasynth.checks.check import Check, Doubt, View
from metasynth.model.records import Cell

_YEARS_AFTER_CHANGE = 2
_YEARS_AFTER_ALL = 50


def _entries(view: View) -> list[tuple[Cell, str]]:
    table = view.raw.table("changelog")
    return [(Cell(row.table.file, row.number), row["date"]) for row in table.rows] if table else []


def _review_date(view: View) -> Iterator[Doubt]:
    """A review years after its last change, or half a century after all that it cites."""
    if view.config is None:
        return
    year, changed = int(view.config.date[:4]), [int(day[:4]) for _, day in _entries(view)]
    known = [trial.study.year for trial in view.trials if trial.study.year]
    known += view.raw.years.values()
    latest = max(changed, default=None)
    if latest is not None and year > latest + _YEARS_AFTER_CHANGE:
        expected = f"a year near {latest}, that of the last entry of changelog.csv"
    elif latest is None and known and year > max(known) + _YEARS_AFTER_ALL:
        expected = f"a year nearer to {max(known)}, the latest of any study or reference"
    else:
        return
    yield Doubt(("review", "date"), "date", expected, "correct the date", view.config.date)


def _changed_after(view: View) -> Iterator[Doubt]:
    """A change that is later than the version of the review that has it."""
    for cell, day in _entries(view) if view.config else ():
        if view.config and day[:4] > view.config.date[:4]:
            expected = f"at most {view.config.date}, the date of the review in config.yaml"
            yield Doubt(cell, "date", expected, "correct the date, here or there")


def _reference_after(view: View) -> Iterator[Doubt]:
    """A main report of a later year than the review."""
    if view.config is None:
        return
    latest = int(view.config.date[:4])
    for trial in view.trials:
        year = view.raw.years.get(trial.study.reference, latest)
        if year > latest and trial.study.year is None:  # else its own year is told of
            expected = f"a report of {latest} or before, the year of the review"
            remedy = f"correct the date of the review, or the year {year} in references.bib"
            yield Doubt(trial.study.cell, "reference", expected, remedy)


CHECKS = (
    Check(
        "review_date_far",
        "config.yaml",
        "a review dated more than two years after its last change, or 50 after all it cites",
        _review_date,
    ),
    Check(
        "change_after_review",
        "changelog",
        "a change of a later year than the review's date",
        _changed_after,
    ),
    Check(
        "reference_after_review",
        "study",
        "a main report of a later year than the review",
        _reference_after,
    ),
)
