"""Studies beside each other and beside their reports: years, references, registrations, copies."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from math import log10

from metasynth.checks.check import Check, Doubt, View, listed, trial_name
from metasynth.model.records import Result, Trial

_YEAR = re.compile(r"(?<![0-9])(1[89][0-9]{2}|20[0-9]{2})(?![0-9])")
_REGISTERS = (
    ("NCT", re.compile(r"NCT[0-9]{8}"), "NCT and eight digits"),
    ("ISRCTN", re.compile(r"ISRCTN[0-9]{8}"), "ISRCTN and eight digits"),
    ("EUDRACT", re.compile(r"EUDRACT[0-9]{4}-[0-9]{6}-[0-9]{2}"), "such as EudraCT 2004-000001-23"),
    ("ACTRN", re.compile(r"ACTRN[0-9]{14}"), "ACTRN and 14 digits"),
    ("DRKS", re.compile(r"DRKS[0-9]{8}"), "DRKS and eight digits"),
)
_EPUB_YEARS = 1
_DIGITS_OF_A_COPY = 6


def _by(view: View, name: Callable[[Trial], str]) -> list[list[Trial]]:
    """Trials that have the same name of some kind, blank ones left out."""
    groups: dict[str, list[Trial]] = {}
    for trial in view.trials:
        if key := name(trial):
            groups.setdefault(key, []).append(trial)
    return [group for group in groups.values() if len(group) > 1]


def _year_off_reference(view: View) -> Iterator[Doubt]:
    """The year of a report of one study alone; a compilation is of another year than its trials."""
    shared = {group[0].study.reference for group in _by(view, lambda t: t.study.reference)}
    for trial in view.trials:
        study, year = trial.study, view.raw.years.get(trial.study.reference)
        if study.reference in shared or study.year is None or year is None:
            continue
        if abs(study.year - year) > _EPUB_YEARS:
            expected = f"{year}, the year of {study.reference} in references.bib"
            yield Doubt(study.cell, "year", expected, "correct the year, here or there")


def _year_off_label(view: View) -> Iterator[Doubt]:
    """A year that is not its label's, where labels end in years at all: most of them agree."""
    agree, wrong = 0, []
    for trial in view.trials:
        years = [int(year) for year in _YEAR.findall(trial.study.label)]
        if trial.study.year and years:
            agree += trial.study.year in years
            wrong += [] if trial.study.year in years else [(trial, years[-1])]
    for trial, year in wrong if len(wrong) <= max(agree, 1) else ():
        expected = f"{year}, as its label says"
        yield Doubt(trial.study.cell, "year", expected, "correct the year, or the label")


def _one_reference(view: View) -> Iterator[Doubt]:
    """One report of just two trials; what reports many is a compilation."""
    for group in _by(view, lambda trial: trial.study.reference):
        if len(group) == 2 < len(view.trials):
            first, second = group
            expected = f"a report of its own; {trial_name(first)} has this one too"
            remedy = "are the two folders one trial? If not, say so in checked"
            yield Doubt(second.study.cell, "reference", expected, remedy)


def _plain(text: str) -> str:
    """A registration number without blanks and marks; blank for words such as "none"."""
    plain = re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", text).upper())
    return plain if re.search("[0-9]", plain) else ""


def _one_registration(view: View) -> Iterator[Doubt]:
    for first, *others in _by(view, lambda trial: _plain(trial.study.registration)):
        for trial in others:
            expected = f"a number of its own; {trial_name(first)} has this one too"
            yield Doubt(trial.study.cell, "registration", expected, "are the two one trial?")


def _malformed_registration(view: View) -> Iterator[Doubt]:
    for trial in view.trials:
        number = re.split(r"[;,/]|AND", re.sub(r"[\s:.]", "", trial.study.registration).upper())
        for prefix, pattern, form in _REGISTERS:
            found = [part for part in number if part.startswith(prefix)]
            if not all(pattern.fullmatch(part) for part in found):
                yield Doubt(trial.study.cell, "registration", form, "check it in the register")


def _numbers(trial: Trial) -> str:
    """All numbers of a trial's results, row by row, whatever its arms are called."""
    rows = (
        f"{row.outcome} {row.week} {row.reading} {_given(row)}"
        for row in trial.results
        if row.provenance != "missing"
    )
    return "\n".join(sorted(rows))


def _given(row: Result) -> str:
    """The numbers of a row as text; an upper limit follows from the estimate and the lower."""
    contrast = (row.estimate, row.se, row.ci_low, row.o_minus_e, row.variance)
    numbers = (row.events, row.total, row.mean, row.sd, row.correlation, *contrast)
    return ",".join("" if number is None else str(number) for number in numbers)


def _digits(numbers: str) -> int:
    """How many digits of a trial's numbers say something: zeros in front do not."""
    given = [line.split(" ", 3)[3] for line in numbers.splitlines()]
    return sum(len(re.sub(r"^-?0?\.?0*|\.", "", x)) for line in given for x in line.split(","))


def _copies(view: View) -> Iterator[Doubt]:
    pairs = len(view.trials) * (len(view.trials) - 1) / 2
    for first, *others in _by(view, _numbers):
        if _digits(_numbers(first)) < _DIGITS_OF_A_COPY + log10(pairs):
            continue  # few digits are the same by chance, the sooner the more trials there are
        expected = f"other results than those of {trial_name(first)}, which are the same"
        if others[1:]:
            expected += f" (in {listed(trial.study.study for trial in others[1:])} too)"
        remedy = "is it one trial twice, or a copy that was not filled in?"
        yield Doubt(others[0].study.cell, "label", expected, remedy)


def _later_than_review(view: View) -> Iterator[Doubt]:
    year = _review_year(view)
    for trial in view.trials:
        if year and trial.study.year and trial.study.year > year:
            expected = f"at most {year}, the year of the review (review.date in config.yaml)"
            yield Doubt(trial.study.cell, "year", expected, "correct the year, or the date")


def _review_year(view: View) -> int | None:
    return int(view.config.date[:4]) if view.config else None


def _group_blank(view: View) -> Iterator[Doubt]:
    """A trial without a value of the column by which an outcome groups its trials."""
    from metasynth.model.covariates import columns_in_study

    for column in columns_in_study(view.outcomes):
        using = [outcome for outcome in view.outcomes if outcome.subgroup == column]
        told = set[str]()
        for outcome in using:
            for trial, _ in view.chosen(outcome):
                if not getattr(trial.study, column).strip() and trial.study.study not in told:
                    told.add(trial.study.study)
                    expected = f"a value: {outcome.id} groups its trials by {column}"
                    yield Doubt(trial.study.cell, column, expected, "fill in the cell")


def _group_unknown(view: View) -> Iterator[Doubt]:
    """A trial in no subgroup, as the characteristic by which its outcome groups is not stated."""
    from metasynth.model.covariates import grouping
    from metasynth.synthesis.comparison import judged, study_data

    whole = {trial.study.study: trial for trial in view.trials}
    told = set[tuple[str, str]]()
    for outcome in view.outcomes:
        for part, _ in view.chosen(outcome) if grouping(outcome) else ():
            given = judged(part, whole[part.study.study], outcome)
            found = study_data(given, outcome, view.comparison_of(outcome))
            blank = isinstance(found, tuple) and any(not item.subgroup for item in found)
            if blank and (key := (outcome.subgroup, part.study.study)) not in told:
                told.add(key)
                expected = f"its {outcome.subgroup}: {outcome.id} groups its trials by that"
                yield Doubt(part.study.cell, "label", expected, "state it, if a source does")


def _ungrouped(view: View) -> Iterator[Doubt]:
    """A trial that is in no subgroup."""
    yield from _group_blank(view)
    yield from _group_unknown(view)


def _sources_unused(view: View) -> Iterator[Doubt]:
    """A source that no row cites, no note names, and that states no number of the study itself."""
    for trial in view.trials:
        study = trial.study
        tables = (trial.arms, trial.results, trial.risk_of_bias, trial.covariates, trial.survival)
        cited = {getattr(row, "source_id", "") for rows in tables for row in rows}
        unused = [source for source in trial.sources if source.source_id not in cited]
        if not unused:
            continue
        notes = [getattr(row, "note", "") for rows in tables for row in rows]
        notes += [study.note, *(row.support for row in trial.risk_of_bias)]
        own = {str(n) for n in (study.n_randomised, study.duration_weeks, study.year) if n}
        for source in unused:
            named = any(source.source_id in note for note in notes)
            states = own & set(
                re.findall(r"[0-9]+", re.sub(r"(?<=\d),(?=\d{3})", "", source.quote))
            )
            if not named and not states:
                expected = "a source that some row of this trial cites"
                remedy = "cite it in source_id, remove it, or say in checked what it is for"
                yield Doubt(source.cell, "source_id", expected, remedy)


def _treatment_unused(view: View) -> Iterator[Doubt]:
    """Treatments that no side of the comparison has; each once."""
    told = set[str]()
    for trial in view.included if view.config else ():
        for arm in trial.arms if any(map(view.takes_part, trial.arms)) else ():
            if not view.takes_part(arm) and arm.treatment not in told:
                told.add(arm.treatment)
                expected = "a treatment of the comparison in config.yaml: this arm takes no part"
                remedy = "add it to a side, or say in checked why it is left out"
                yield Doubt(arm.cell, "treatment", expected, remedy)


def _outcome_of(kind: str, view: View) -> Iterator[Doubt]:
    """Judgements of risk of bias, or changes, of an outcome that no result has: spelt otherwise."""
    for trial in view.trials:
        known = {row.outcome for row in trial.results}
        for row in trial.risk_of_bias:
            if row.outcome and row.outcome not in known:
                expected = f"an outcome of this trial's results ({listed(sorted(known))})"
                yield Doubt(row.cell, "outcome", expected, f"correct it, or blank it ({kind})")


CHECKS = (
    Check(
        "year_off_reference",
        "study",
        "a year more than one from that of the study's reference, if no other study has it",
        _year_off_reference,
    ),
    Check("year_off_label", "study", "a year that is not the one in the label", _year_off_label),
    Check(
        "study_after_review", "study", "a study of a later year than the review", _later_than_review
    ),
    Check("one_reference", "study", "one main report of two trials", _one_reference),
    Check(
        "one_registration", "study", "one registration number of several trials", _one_registration
    ),
    Check(
        "registration_malformed",
        "study",
        "a registration number that its register cannot have given",
        _malformed_registration,
    ),
    Check("same_results", "study", "the same numbers under two trial ids", _copies),
    Check("group_blank", "study", "no value of that by which an outcome groups trials", _ungrouped),
    Check("source_unused", "sources", "a source that nothing cites", _sources_unused),
    Check("treatment_unused", "arms", "a treatment that neither side compares", _treatment_unused),
    Check(
        "judged_outcome_unknown",
        "risk_of_bias",
        "a judgement of an outcome that the trial's results lack",
        partial(_outcome_of, "the whole study"),
    ),
)
