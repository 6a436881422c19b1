"""The cells of the raw tables as entries: each with its place, provenance and quoted source."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from metasynth.language import keys
from metasynth.language.compared import labelled
from metasynth.language.languages import Language, message
from metasynth.model.certainty_config import rule_numbers
from metasynth.model.records import Cell, Claim, Config, Result, Source, Trial
from metasynth.model.robustness_config import DEFAULT_SMALL_STUDY
from metasynth.provenance.entry import CHOICE, RAW, Entry, Origin, Place

COLUMNS = {
    "status": message("status of the trial in the review"),
    "role": message("side of the comparison"),
    "year": message("year of publication"),
    "duration_weeks": message("duration in weeks"),
    "n_randomised": message("patients randomised"),
    "dose": message("dose"),
    "design": message("design"),
    "population": message("population"),
    "background": message("background treatment"),
    "treatment": message("treatment"),
    "week": message("week of the measurement"),
    "events": message("patients with the event"),
    "total": message("patients analysed"),
    "events_low": message("smallest number of events that the source allows"),
    "events_high": message("largest number of events that the source allows"),
    "reported_percent": message("percentage as printed"),
    "mean": message("mean"),
    "sd": message("standard deviation"),
    "estimate": message("published estimate"),
    "se": message("standard error as published"),
    "ci_low": message("lower 95% limit as published"),
    "ci_high": message("upper 95% limit as published"),
    "person_time": message("person-time"),
    "o_minus_e": message("observed minus expected events"),
    "correlation": message("correlation"),
    "ci_level": message("level of the published limits, in per cent"),
    "variance": message("variance of observed minus expected"),
    "reported_p": message("p-value as printed"),
    "median": message("median"),
    "q1": message("first quartile"),
    "q3": message("third quartile"),
    "minimum": message("smallest value"),
    "maximum": message("largest value"),
    "baseline_mean": message("mean before"),
    "baseline_sd": message("standard deviation before"),
    "final_mean": message("mean after"),
    "final_sd": message("standard deviation after"),
    "change_correlation": message("correlation of the values before and after"),
    "reported_t": message("t as printed"),
    "reported_f": message("F as printed"),
    "reported_z": message("z as printed"),
    "events_both": message("patients with the event, both arms"),
    "mean_both": message("mean of the patients of both arms"),
    "design_effect": message("design effect"),
    "cluster_size": message("patients in a cluster, on average"),
    "icc": message("intracluster correlation"),
    "pair_correlation": message("correlation of the values of a pair"),
    "follow_up_min": message("shortest follow-up"),
    "follow_up_max": message("longest follow-up"),
    "time": message("time of a survival curve"),
    "survival": message("proportion without the event"),
    "at_risk": message("patients at risk"),
    "value": message("published value"),
    "reference_value": message("published value of the reference"),
    "parts": message("published parts"),
    "quote": message("the statement quoted"),
}
_RESULTS = (
    *("week", "events", "total", "events_low", "events_high", "reported_percent", "mean", "sd"),
    *("estimate", "se", "ci_low", "ci_high", "person_time", "o_minus_e", "variance", "correlation"),
    *("ci_level", "reported_p", "median", "q1", "q3", "minimum", "maximum"),
    *("baseline_mean", "baseline_sd", "final_mean", "final_sd", "change_correlation"),
    *("reported_t", "reported_f", "reported_z", "events_both", "mean_both"),
    *("design_effect", "cluster_size", "icc", "pair_correlation"),
    *("follow_up_min", "follow_up_max"),
)
_CLAIM = (
    *("week", "estimate", "ci_low", "ci_high", "value", "reference_value", "total", "parts"),
    "quote",
)
_COVARIATE = message("characteristic of the trial")
_FROM_PERCENT = message("the whole number of these patients that rounds to the printed percentage")
_BOUND = message("the whole numbers of these patients that round to the printed percentage")
Namer = Callable[[Result], str]


def trial_entries(trial: Trial, name: Namer, language: Language) -> Iterator[Entry]:
    """Every number in a trial's tables; `name` gives the label of a result's outcome."""
    study, label = trial.study, language.label(trial.study.label)
    sources = {source.source_id: source for source in trial.sources}
    numbers = ("status", "year", "duration_weeks", "n_randomised")
    for column in (*numbers, "design", "population", "background"):
        made = _cells(study, study.cell, (column,), label, language)
        stated = _stated(trial, column)
        yield from (replace(entry, source=stated, target="table-trials") for entry in made)
    for arm in trial.arms:
        of = f"{label}, {language.label(arm.label)}"
        extra: dict[str, Any] = {"source": origin(sources.get(arm.source_id)), "note": arm.note}
        columns = ("role", "dose", "n_randomised", "treatment")
        for entry in _cells(arm, arm.cell, columns, of, language):
            yield replace(entry, **extra, target="table-arms")
    for row in trial.covariates:
        named = f"{label}, {language.label(row.covariate.replace('_', ' '))}"
        extra = {"source": origin(sources.get(row.source_id)), "note": row.note}
        for entry in _cells(row, row.cell, ("value",), named, language):
            yield replace(entry, **extra, label=language.say(_COVARIATE), target="table-trials")
    arms = {arm.arm_id: language.label(arm.label) for arm in trial.arms}
    for point in trial.survival:
        named = f"{label}, {arms.get(point.arm_id, point.arm_id)}"
        extra = {"source": origin(sources.get(point.source_id)), "note": point.note}
        target = f"row-{keys.place(point.cell)}"
        for entry in _cells(point, point.cell, ("time", "survival", "at_risk"), named, language):
            yield replace(entry, **extra, target=target)
    for result in trial.results:
        yield from _result_entries(result, label, arms, sources, name, language)


def _stated(trial: Trial, column: str) -> Origin | None:
    """Where a number of study.csv is stated: the trial's report, with its sentence if it is quoted.

    The table has no source of its own. Of the quotes from that report it is the first that holds
    the number of patients randomised, or the duration, which other reports may state as well.
    """
    study = trial.study
    if not study.reference:
        return None
    own = [source for source in trial.sources if source.reference == study.reference]
    if column == "n_randomised" and study.n_randomised is not None:
        number = rf"(?<![\d.,]){study.n_randomised:,}(?![\d%]|[.,]\d)".replace(",", ",?")
        return _quoting(own, number) or Origin(study.reference, "", "")
    if column == "duration_weeks" and study.duration_weeks is not None:
        n = study.duration_weeks
        duration = rf"(?<![\d.,])(?:{n}[ -](?:weeks?|wks?)\b|[Ww]eek {n}(?![\d%]|[.,]\d))"
        found = _quoting((*own, *trial.sources), duration)
        return found or Origin(study.reference, "", "")
    return Origin(study.reference, "", "")


def _quoting(sources: Iterable[Source], words: str) -> Origin | None:
    """The first source whose quote holds these words."""
    return next((origin(one) for one in sources if re.search(words, one.quote)), None)


def _result_entries(
    result: Result,
    label: str,
    arms: Mapping[str, str],
    sources: Mapping[str, Source],
    name: Namer,
    language: Language,
) -> Iterator[Entry]:
    sides = [arms.get(arm, arm) for arm in (result.arm_id, result.reference_arm_id) if arm]
    of = f"{name(result)}; {label}, {' v '.join(sides)}"
    extra: dict[str, Any] = {
        "provenance": result.provenance,
        "source": origin(sources.get(result.source_id)),
        "note": language.label(result.note),
        "target": f"row-{keys.place(result.cell)}" if result.provenance != "missing" else "",
    }
    for entry in _cells(result, result.cell, _RESULTS, of, language):
        yield replace(entry, **extra, **_derivation(result, entry, language))


def _derivation(result: Result, entry: Entry, language: Language) -> dict[str, Any]:
    """How a derived count follows from the printed percentage beside it."""
    column = entry.place.column if entry.place else ""
    derived = result.provenance == "derived" and result.reported_percent and result.total
    if not derived or column not in ("events", "events_low", "events_high"):
        return {}
    inputs = tuple(keys.cell(result.cell, name) for name in ("reported_percent", "total"))
    how = _FROM_PERCENT if column == "events" else _BOUND
    return {"inputs": inputs, "method": language.say(how)}


def _cells(
    record: Any, cell: Cell, columns: tuple[str, ...], of: str, language: Language
) -> Iterator[Entry]:
    for column in columns:
        value = getattr(record, column)
        if value is None or value == "":
            continue
        yield Entry(
            key=keys.cell(cell, column),
            kind=RAW,
            label=language.say(COLUMNS[column]),
            of=of,
            value=value,
            place=Place(cell.file, cell.row, column),
        )


def claim_entries(claim: Claim, language: Language) -> Iterator[Entry]:
    """The numbers that a published statement prints."""
    source = Origin(claim.reference, claim.locator, claim.quote)
    for entry in _cells(claim, claim.cell, _CLAIM, claim.claim_id, language):
        yield replace(entry, source=source, provenance="reported", note=claim.note)


ASSUMED = {
    "change_correlation": message("assumed correlation of the values before and after"),
    "pair_correlation": message("assumed correlation of the values of a pair"),
    "icc": message("assumed intracluster correlation"),
}
INSTRUMENT = message("standard deviation of a familiar instrument")
SMALL_STUDY = message("trials from which small-study effects are looked at")
FEW = message("largest number of trials that are few")


def choice_entries(config: Config, language: Language) -> Iterator[Entry]:
    """What config.yaml declares: outcomes and analyses, on which every result rests as well."""
    for outcome in config.outcomes:
        label = labelled(outcome, config.comparison_of(outcome), language)
        yield _choice(keys.outcome_choice(outcome.id), language.say("the outcome"), label, "")
        for place, risk in enumerate(outcome.baseline_risks, start=1):
            what = language.say("declared risk under control")
            yield _choice(keys.baseline_risk(outcome.id, place), what, label, risk)
        for side in ("better", "worse"):
            value = getattr(outcome.thresholds, side)
            if value is not None:
                what = language.say("effect that is declared to matter")
                yield _choice(keys.threshold(outcome.id, side), what, label, value)
        if outcome.instrument is not None:
            what, sd = language.say(INSTRUMENT), outcome.instrument.sd
            yield _choice(keys.instrument(outcome.id), what, outcome.instrument.label, sd)
        if (few := outcome.few) and not few.same_as(config.few):
            yield _choice(keys.few_trials(outcome.id), language.say(FEW), label, few.trials)
    if config.few:
        yield _choice(keys.few_trials(), language.say(FEW), "", config.few.trials)
    if (least := config.small_study.minimum) != DEFAULT_SMALL_STUDY.minimum:
        yield _choice(keys.small_study_minimum(), language.say(SMALL_STUDY), "", least)
    for name, said in ASSUMED.items():
        if (value := getattr(config.conversions, name)) is not None:
            yield _choice(keys.conversion(name), language.say(said), "", value)
    for path, number in rule_numbers(config.certainty):
        yield _choice(keys.rule(path), language.say("rule of certainty"), path, number)
    for analysis in config.analyses:
        named = language.say("the analysis")
        yield _choice(
            keys.analysis_choice(analysis.name), named, language.label(analysis.label), ""
        )
        if analysis.correlation:
            yield _choice(
                keys.correlation(analysis.name),
                language.say("declared correlation of sampling errors in a cluster"),
                language.label(analysis.label),
                analysis.correlation,
            )


def _choice(key: str, label: str, of: str, value: float | str) -> Entry:
    place = Place("config.yaml", None, key.removeprefix("config/").replace("/", "."))
    return Entry(key, CHOICE, label, of, None if value == "" else value, place=place)


def origin(source: Source | None) -> Origin | None:
    """Where a document states it; nothing without a source."""
    return Origin(source.reference, source.locator, source.quote) if source else None
