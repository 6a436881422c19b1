"""Why trials are not in an outcome's pool, as sentences: nothing is said that no row tells."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from metasynth.core.messages import Sentence
from metasynth.language.languages import Language
from metasynth.language.sentences import in_words
from metasynth.model.records import OutcomeResult, OutcomeSpec
from metasynth.report.text.phrases import joined
from metasynth.synthesis import absence
from metasynth.synthesis.absence import Absence


def in_language(item: Absence, language: Language) -> Absence:
    """The same with the review's own words in a language."""
    return replace(
        item,
        label=language.label(item.label),
        arms=tuple(map(language.label, item.arms)),
        notes=tuple(map(language.remark, item.notes)),
    )


def sentences(found: Sequence[Absence], outcome: OutcomeSpec, language: Language) -> list[str]:
    """What is known of trials without a number, those of one reason and detail together."""
    alike: dict[Absence, list[str]] = {}
    for item in found:
        alike.setdefault(_without_name(item), []).append(item.label)
    return [_sentence(item, labels, outcome, language) for item, labels in alike.items()]


def _without_name(item: Absence) -> Absence:
    notes = tuple(dict.fromkeys(map(_first_sentence, item.notes)))
    return Absence("", "", item.reason, item.weeks, item.readings, item.arms, notes)


def _first_sentence(note: str) -> str:
    """What was looked for; where the total comes from, and the like, stands in the table."""
    head, stop, _ = note.partition(". ")
    return head if stop else note.rstrip(".")


def _sentence(
    item: Absence, labels: Sequence[str], outcome: OutcomeSpec, language: Language
) -> str:
    say, trials = language.say, joined(labels, language)
    if item.reason == absence.NOT_EXTRACTED:
        return say("Not extracted for {trials}: the tables have no row of it.", trials=trials)
    if item.reason == absence.MISSING:
        notes = "; ".join(item.notes)
        return say("Stated to be missing for {trials}. {notes}.", trials=trials, notes=notes)
    if item.reason == absence.OTHER_WEEK:
        weeks = dict.fromkeys(week for _, week in outcome.topics)
        return say(
            "Extracted for {trials} at another time ({there}) than this outcome’s ({here}).",
            trials=trials,
            there=joined([_week(week, language) for week in item.weeks], language),
            here=joined([_week(week, language) for week in weeks], language),
        )
    if item.reason == absence.OTHER_READING:
        readings = joined([language.label(r.replace("_", " ")) for r in item.readings], language)
        return say(
            "Extracted for {trials} as another reading only ({readings}).",
            trials=trials,
            readings=readings,
        )
    arms = joined(item.arms, language)
    return say(
        "Extracted for {trials} in arms that are not compared here ({arms}).",
        trials=trials,
        arms=arms,
    )


def _week(week: int | None, language: Language) -> str:
    return language.say("no week stated") if week is None else language.say("week {n}", n=week)


def unpooled(result: OutcomeResult) -> tuple[tuple[str, Sentence], ...]:
    """Trials that report the outcome and are in no analysis of it, each with the reason."""
    pooled = {study.study for analysis in result.analyses for study in analysis.studies}
    pairs = ((item.study, item.reason) for item in result.omissions if item.study)
    return tuple(pair for pair in dict.fromkeys(pairs) if pair[0] not in pooled)


def left_out(result: OutcomeResult, language: Language) -> Iterator[str]:
    """Sentences on trials that are in some analyses and not in others, or only in part."""
    names = {study.study: study.label for study in result.studies}
    labels = {analysis.spec.name: analysis.spec.label for analysis in result.analyses}
    never = set(unpooled(result))
    partly: dict[tuple[str, Sentence], dict[str, None]] = {}
    for item in result.omissions:
        if item.study and (item.study, item.reason) not in never:
            trial = item.label or names.get(item.study, item.study)
            partly.setdefault((trial, item.reason), {})[item.analysis] = None
    for (trial, reason), analyses in partly.items():
        where = [labels[name] for name in analyses if name] or list(labels.values())
        yield language.say(
            "Left out for {trial} by {analyses}: {reason}.",
            trial=trial,
            analyses=joined(where, language),
            reason=in_words(reason, language),
        )
