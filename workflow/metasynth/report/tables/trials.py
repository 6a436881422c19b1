"""The article's table of the trials: what each is, its arms and their patients, in a row each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from metasynth.language import formats
from metasynth.language.languages import Language
from metasynth.model.records import Arm, Trial
from metasynth.report.document import Column, Inlines, Row, Styled, Text, plain, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import (
    RIGHT,
    TableBody,
    at_places,
    filled,
    letters,
    raw,
    raw_count,
    row,
    tells_patients,
    told,
)
from metasynth.report.tables.remarks import remark
from metasynth.report.text.phrases import versus

LETTERED, SHORT = 12, 60
"""Remarks of so many kinds stand below the table, lettered; more have a column of their own, and so
have those of most trials that are all of so few letters."""
ANALYSED = "*"


def trials_table(scope: Scope) -> TableBody:
    """The included trials, one row each."""
    trials, elsewhere = told(scope.material.included, "results/clean/studies.csv", scope.language)
    common = _common_reference(trials)
    cited = (scope.cite(common),) if common else ()
    rows = [_trial_row(trial, scope, common) for trial in trials]
    columns = _columns(trials, scope.language)
    remarks = [remark(scope, trial, trial.study.note) for trial in trials]
    marks, footnotes = _lettered(remarks)
    if footnotes or not any(remarks):
        pairs = zip(rows, remarks, strict=True)
        rows = [_marked(one, marks.get(plain(note), "")) for one, note in pairs]
    else:
        columns = (*columns, Column(scope.language.say("Note"), width=2.4))
        pairs = zip(rows, remarks, strict=True)
        rows = [replace(one, cells=(*one.cells, note)) for one, note in pairs]
    same, shared = _shared(columns, rows, scope.language)
    kept = [place for place in range(len(columns)) if place not in same]
    shown, told_of = filled(*at_places(kept, columns, rows))
    note = (*shared, *_analysed(rows, scope.language), *elsewhere)
    caption = _caption(shown, scope)
    return (*caption, *cited), shown, told_of, note, footnotes


def _common_reference(trials: Sequence[Trial]) -> str:
    """The reference that all trials have, which the table cites once; blank where they differ."""
    references = {trial.study.reference for trial in trials}
    return references.pop() if len(references) == 1 and len(trials) > 1 else ""


def _columns(trials: Sequence[Trial], language: Language) -> tuple[Column, ...]:
    sized = any(_size(trial, arm, language) for trial in trials for arm in trial.arms)
    return (
        Column(language.say("Trial"), width=1.4),
        Column(language.say("Year"), RIGHT, 0.6),
        Column(language.say("Design"), width=1.8),
        Column(language.say("Weeks"), RIGHT, 0.8),
        Column(language.say("Patients"), RIGHT, 0.9),
        Column(language.say("Arms (patients)") if sized else language.say("Arms"), width=2.6),
        Column(language.say("Population"), width=2.2),
        Column(language.say("Background treatment"), width=2),
    )


def _caption(shown: Sequence[Column], scope: Scope) -> Inlines:
    say = scope.language.say
    caption = say("Included trials, as their sources describe them.")
    if tells_patients(shown, scope.language):
        caption = say("Included trials, as their sources describe them, with their patients.")
        if scope.material.randomised:
            caption = say(
                "Included trials, as their sources describe them, with the patients randomised."
            )
    return text(caption)


def _trial_row(trial: Trial, scope: Scope, common: str) -> Row:
    study = trial.study
    name: Inlines = text(study.label)
    if study.reference and study.reference != common:
        name += (scope.cite(study.reference),)
    year = "" if study.year is None or str(study.year) in study.label else raw(study, "year")
    return row(
        name,
        year,
        study.design or formats.MISSING,
        raw(study, "duration_weeks"),
        raw_count(study, "n_randomised", scope.language),
        _arms(trial, scope.language),
        study.population or formats.MISSING,
        study.background or formats.MISSING,
    )


def _arms(trial: Trial, language: Language) -> str:
    """Both sides in a line, by stratum: "Anakinra 1 mg/kg/day (59), 2 (72) v Placebo (74)"."""
    strata = dict.fromkeys(arm.stratum for arm in trial.arms)
    of_each = ([arm for arm in trial.arms if arm.stratum == stratum] for stratum in strata)
    return "; ".join(_compared(trial, arms, language) for arms in of_each)


def _compared(trial: Trial, arms: Sequence[Arm], language: Language) -> str:
    sides = ([a for a in arms if (a.role == "control") is control] for control in (False, True))
    return versus([_side(trial, side, language) for side in sides if side], language)


def _side(trial: Trial, arms: Sequence[Arm], language: Language) -> str:
    """Arms by their labels; those that differ in dose alone share what is before and behind it."""
    alike = dict[str, list[Arm]]()
    for arm in arms:
        alike.setdefault(_before_dose(arm), []).append(arm)
    said = (_doses(trial, name, members, language) for name, members in alike.items())
    return ", ".join(said)


def _before_dose(arm: Arm) -> str:
    """A label without the dose that ends it; the whole of one that does not end so."""
    dose = re.compile(rf"\s+[\d.,]+\s*{re.escape(arm.dose_unit)}$")
    return dose.sub("", arm.label) if arm.dose and arm.dose_unit else arm.label


def _doses(trial: Trial, name: str, arms: Sequence[Arm], language: Language) -> str:
    said = list[str]()
    for arm in arms:
        dose = ""
        if name != arm.label and arm.dose is not None:
            dose = f" {raw(arm, 'dose', formats.shortest(arm.dose, language.numbers))}"
            dose += "" if said else f" {arm.dose_unit}"
        size = f" ({known})" if (known := _size(trial, arm, language)) else ""
        said.append(f"{'' if said and dose else name}{dose}{size}".strip())
    return ", ".join(said)


def _size(trial: Trial, arm: Arm, language: Language) -> str:
    """The patients randomised to an arm, else the most that were analysed, which a star marks."""
    if arm.n_randomised is not None:
        return raw_count(arm, "n_randomised", language)
    own = [r for r in trial.results if r.arm_id == arm.arm_id and not r.reference_arm_id]
    most = max(own, key=lambda result: result.total or 0, default=None)
    return f"{raw_count(most, 'total', language)}{ANALYSED}" if most and most.total else ""


def _analysed(rows: Sequence[Row], language: Language) -> Inlines:
    """What the star means, where one is printed."""
    if not any(f"{ANALYSED})" in plain(cell) for one in rows for cell in one.cells):
        return ()
    said = language.say("The number analysed, the largest of any outcome.")
    return text(f"{ANALYSED}\u00a0{said} ")


def _lettered(remarks: Sequence[Inlines]) -> tuple[Mapping[str, str], tuple[Inlines, ...]]:
    """The letter of each different remark, and the remarks as footnotes; none for a column."""
    different = {plain(said): said for said in remarks if said}
    short = all(len(words) <= SHORT for words in different)
    if len(different) > LETTERED or (short and sum(map(bool, remarks)) > len(remarks) / 2):
        return {}, ()
    marks = dict(zip(different, letters(len(different)), strict=True))
    footnotes = tuple(
        (Styled("superscript", text(marks[words])), Text("\u00a0"), *said)
        for words, said in different.items()
    )
    return marks, footnotes


def _marked(one: Row, letter: str) -> Row:
    if not letter:
        return one
    name = (*one.cells[0], Text("\u00a0"), Styled("superscript", text(letter)))
    return replace(one, cells=(name, *one.cells[1:]))


def _shared(
    columns: Sequence[Column], rows: Sequence[Row], language: Language
) -> tuple[list[int], Inlines]:
    """The columns of words in which all of several trials say the same, and a note that says it."""
    said = {
        place: {plain(one.cells[place]) for one in rows}
        for place, column in enumerate(columns)
        if place and column.align != RIGHT and len(rows) > 1
    }
    same = {place: words.pop() for place, words in said.items() if len(words) == 1}
    told_of = {p: words for p, words in same.items() if words not in ("", formats.MISSING)}
    if not told_of:
        return [], ()
    parts = (f"{columns[place].title}: {words}" for place, words in told_of.items())
    note = language.say("The same for all: {what}.", what="; ".join(parts))
    return [*told_of], text(f"{note} ")
