"""What is said of a change: its kind, its flags, how certainty moved, and what it is due to."""

from collections.abc import Sequence

from metasynth.language import keys
from metasynth.language.languages import Language, message
from metasynth.language.sentences import Mark, in_words, keyed, levels
from metasynth.living.attribution import Cause
from metasynth.living.certainty_changes import DomainChange
from metasynth.living.changes import OutcomeChange
from metasynth.living.flags import Flag
from metasynth.model.certainty_config import OVERALL
from metasynth.report.text.terms import DOMAINS

KINDS = {
    "added": message("added"),
    "corrected": message("corrected"),
    "removed": message("removed"),
    "changed": message("changed"),
    "unchanged": message("same numbers"),
    "first_version": message("first version"),
    "status": message("another status"),
}
FLAGS = {
    ("interval", "includes", "excludes"): message(
        "The interval now excludes the value of no effect."
    ),
    ("interval", "excludes", "includes"): message(
        "The interval now includes the value of no effect."
    ),
    ("direction", "above", "below"): message("The estimate is on the other side of no effect."),
    ("direction", "below", "above"): message("The estimate is on the other side of no effect."),
    ("outside", "within", "below"): message("The estimate lies below the previous interval."),
    ("outside", "within", "above"): message("The estimate lies above the previous interval."),
    ("importance", "none", "higher"): message("The effect is now an important one."),
    ("importance", "none", "lower"): message("The effect is now an important one."),
    ("importance", "higher", "none"): message("The effect is no longer an important one."),
    ("importance", "lower", "none"): message("The effect is no longer an important one."),
}
_REVERSED = message("The effect is important in the other direction.")
CAUSES = {
    "data": message("data"),
    "config": message("choices"),
    "code": message("software of the review"),
    "library": message("library"),
}
_NAMED = frozenset({"data", "config", "library"})
"""Causes of which the text says what differs."""
UNKNOWN_NUMBERS = message("nothing that the numbers are made from: they should be the same")
UNKNOWN_RATING = message("nothing that the rating is made from: it should be the same")
SOFTWARE = {
    "code": message("software of the review"),
    "rating": message("software that rates certainty"),
}
"""What the digests of software are called."""
_MANY = 8
"""Rows that a cause names before it only counts the rest; changes.json names all."""
SCOPES = {
    "review": message("review as a whole"),
    "trial": message("trial"),
    "outcome": message("outcome"),
    "config": message("choice"),
    "code": message("software"),
}


def meaning(outcome: OutcomeChange, language: Language, mark: Mark | None = None) -> str:
    """What an outcome's change means, and what it is due to."""
    told = [flag_words(flag, language) for flag in outcome.flags]
    domains = outcome.certainty.domains if outcome.certainty else ()
    for change in domains:
        told.append(_domain(change, outcome.outcome, language, mark))
        if set(change.causes) != set(outcome.causes):
            told.append(_due(change.causes, language, UNKNOWN_RATING))
    told.append(_due(outcome.causes, language, UNKNOWN_NUMBERS))
    return " ".join(filter(None, told))


def flag_words(flag: Flag, language: Language) -> str:
    """A flag as a sentence."""
    if flag.rule != "certainty":
        return language.say(FLAGS.get((flag.rule, flag.before, flag.after), _REVERSED))
    return language.say(
        "Certainty of the evidence: {before} → {after}.",
        before=language.say(flag.before),
        after=language.say(flag.after),
    )


def _domain(change: DomainChange, outcome: str, language: Language, mark: Mark | None) -> str:
    """A domain's rating before and after in levels, and why it is what it is now."""
    at = f"{keys.rating(outcome)}.{change.domain}"
    why = "; ".join(in_words(item, language, mark) for item in keyed(change.reasons, at))
    if change.domain == OVERALL:
        return f"{why[:1].upper()}{why[1:]}."
    moved = f"{language.say(DOMAINS[change.domain])} {_levels(change.before)} → "
    after = _levels(change.after)
    moved += mark(after, at) if mark and change.after is not None else after
    return f"{moved}: {why}." if why else f"{moved}."


def _levels(rating: int | None) -> str:
    return levels(rating or 0)


def _due(causes: Sequence[Cause], language: Language, unknown: str) -> str:
    said = [_cause(cause, language, unknown) for cause in causes]
    return language.say("Due to {causes}.", causes="; ".join(said)) if said else ""


def _cause(cause: Cause, language: Language, unknown: str) -> str:
    kind = language.say(CAUSES.get(cause.kind, unknown))
    if cause.kind not in _NAMED:
        return kind
    shown, more = ", ".join(cause.items[:_MANY]), len(cause.items) - _MANY
    rest = f" {language.say('and {n} more', n=more)}" if more > 0 else ""
    return f"{kind} ({shown}{rest})"
