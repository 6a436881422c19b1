"""What the text can say of the changes: which versions are compared, and how much differs."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from metasynth.language.languages import Language
from metasynth.living.changes import Changes, OutcomeChange, Version
from metasynth.report.text.change_words import KINDS, SCOPES


@dataclass(frozen=True, slots=True)
class ChangeNames:
    """What the text can say of the changes: sentences, and what there is to show."""

    first: bool
    summary: str
    unchanged: str
    outcomes: bool
    rows: bool
    choices: bool
    reasons: bool
    unexplained: tuple[str, ...]


def change_names(changes: Changes, language: Language) -> ChangeNames:
    """The names of the changes in a language."""
    return ChangeNames(
        first=changes.baseline is None,
        summary=summary(changes, language),
        unchanged=_unchanged(changes, language),
        outcomes=any(map(is_shown, changes.outcomes)),
        rows=bool(changes.rows),
        choices=bool(changes.choices or changes.software),
        reasons=bool(changes.reasons),
        unexplained=tuple(
            f"{language.say(SCOPES[item.scope])} {item.item}".strip()
            for item in changes.unexplained
        ),
    )


def is_shown(outcome: OutcomeChange) -> bool:
    """Whether an outcome's numbers differ, or its certainty alone."""
    return outcome.kind != "unchanged" or bool(outcome.flags or outcome.certainty)


def summary(changes: Changes, language: Language) -> str:
    """Which versions are compared, and how much changed between them."""
    say, now, before = language.say, changes.version, changes.baseline
    if before is None:
        return say(
            "This is the first version of the review, {version} of {date}: no earlier state was "
            "accepted with which it could be compared.",
            version=now.version,
            date=now.date,
        )
    if now == before and not _differs(changes):
        return _as_accepted(changes, say)
    return " ".join(
        [_versions(now, before, say), _amount(changes, say), *_trials(changes, language)]
    )


def _differs(changes: Changes) -> bool:
    """Whether anything differs but the software."""
    return bool(changes.rows or changes.choices) or any(map(is_shown, changes.outcomes))


def _as_accepted(changes: Changes, say: Callable[..., str]) -> str:
    found = {"version": changes.version.version, "date": changes.version.date}
    if changes.software:
        return say(
            "This is version {version} of {date}, made again by other software than when it was "
            "accepted: all numbers are the same.",
            **found,
        )
    return say(
        "This is version {version} of {date} as it was accepted: nothing has changed since.",
        **found,
    )


def _versions(now: Version, before: Version, say: Callable[..., str]) -> str:
    if now.version == before.version:
        return say(
            "This version, {version} of {date}, has the number of the state accepted last, and is "
            "not the same.",
            version=now.version,
            date=now.date,
        )
    return say(
        "Version {version} of {date} is compared with version {before} of {earlier}, the state "
        "accepted last.",
        version=now.version,
        date=now.date,
        before=before.version,
        earlier=before.date,
    )


def _amount(changes: Changes, say: Callable[..., str]) -> str:
    counted = Counter(change.kind for change in changes.rows)
    return say(
        "Rows of the raw tables: {added} added, {corrected} corrected, {removed} removed. Choices "
        "and software: {choices} changed.",
        added=counted["added"],
        corrected=counted["corrected"],
        removed=counted["removed"],
        choices=len(changes.choices) + len(changes.software),
    )


def _trials(changes: Changes, language: Language) -> Iterable[str]:
    if not changes.trials:
        yield language.say("No trial joined, left or has another status.")
    for trial in changes.trials:
        yield language.say(
            "{trial}: {change} ({status}).",
            trial=trial.label,
            change=language.say(KINDS[trial.kind]),
            status=" → ".join(language.say(word) for word in (trial.before, trial.after) if word),
        )


def _unchanged(changes: Changes, language: Language) -> str:
    """How many outcomes, and other readings of them, have the same numbers as before."""
    same = sum(outcome.kind == "unchanged" for outcome in changes.outcomes)
    if not changes.outcomes:
        return ""
    return language.say_n(
        "{n} outcome, other readings counted, has the same numbers as before.",
        "{n} outcomes, other readings counted, have the same numbers as before.",
        same,
    )
