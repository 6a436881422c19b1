"""Why an included trial brings no number to an outcome: from the rows that it has, none guessed.

That no row selects a trial says nothing of the trial itself. What is known is one of five things,
and a report may say no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from metasynth.model.records import Comparison, OutcomeSpec, Result, Trial
from metasynth.synthesis.comparison import makes, selected_rows, takes_part

NOT_EXTRACTED = "not extracted"
"""There is no row of the outcome at its week, and none with a number at another."""
MISSING = "stated to be missing"
"""There are rows of it, and each says that the number was looked for and not found."""
OTHER_WEEK = "extracted at another week"
OTHER_READING = "extracted as another reading"
OTHER_ARMS = "extracted for arms that are not compared"


@dataclass(frozen=True, slots=True)
class Absence:
    """A trial that brings nothing to an outcome, and why.

    `weeks` are those at which the outcome was extracted (None: no week is stated), `readings` and
    `arms` (labels) what it was extracted for, `notes` what was looked for; each is empty unless the
    reason asks for it.
    """

    study: str
    label: str
    reason: str
    weeks: tuple[int | None, ...] = ()
    readings: tuple[str, ...] = ()
    arms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def absence(trial: Trial, outcome: OutcomeSpec, comparison: Comparison) -> Absence | None:
    """Why the trial has no number for the outcome; None where it has one, poolable or not."""
    if selected_rows(trial, outcome, comparison):
        return None
    study, label = trial.study.study, trial.study.label
    names = {name for name, _ in outcome.topics}
    rows = [row for row in trial.results if row.outcome in names]
    here = [row for row in rows if (row.outcome, row.week) in outcome.topics]
    if not here:
        weeks = tuple(dict.fromkeys(row.week for row in rows if row.provenance != "missing"))
        return Absence(study, label, OTHER_WEEK if weeks else NOT_EXTRACTED, weeks=weeks)
    arms = {arm.arm_id: arm for arm in trial.arms}
    part = {"", *(name for name, arm in arms.items() if takes_part(arm, comparison))}
    compared = [row for row in here if {row.arm_id, row.reference_arm_id} <= part]
    read = [row for row in compared if row.reading in ("", outcome.reading)]
    if read:  # they are all missing, or they would have been selected
        return Absence(study, label, MISSING, notes=_notes(read))
    if readings := dict.fromkeys(r.reading for r in compared if r.provenance != "missing"):
        return Absence(study, label, OTHER_READING, readings=tuple(readings))
    if others := dict.fromkeys(arms[r.arm_id].label for r in here if r.provenance != "missing"):
        return Absence(study, label, OTHER_ARMS, arms=tuple(others))
    return Absence(study, label, MISSING, notes=_notes(here))


def absences(
    trials: Sequence[Trial], outcome: OutcomeSpec, comparison: Comparison
) -> tuple[Absence, ...]:
    """Those of the trials that have no number for the outcome, in their order.

    Of several comparisons, one that a trial does not make asks nothing of it.
    """
    asked = (trial for trial in trials if not outcome.comparison or makes(trial, comparison))
    found = (absence(trial, outcome, comparison) for trial in asked)
    return tuple(item for item in found if item)


def _notes(rows: Sequence[Result]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.note for row in rows if row.note))
