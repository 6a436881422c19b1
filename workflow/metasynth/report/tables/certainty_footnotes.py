"""The footnotes of a summary of findings: why each outcome's certainty is what it is, in short.

What holds of several outcomes stands in a line of its own, behind the letters of all of them. The
reasons in full, with what certainty is lowered from, are another table's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, groupby

from metasynth.core.messages import Sentence
from metasynth.grade.certainty import Rating, starts_low
from metasynth.language import keys
from metasynth.language.languages import Language
from metasynth.language.sentences import in_words, keyed, levels
from metasynth.language.tracked import bare, marked
from metasynth.model.certainty_config import OVERALL
from metasynth.report.document import Inlines, Styled, text
from metasynth.report.text.short_reasons import MEANINGS, shortened
from metasynth.report.text.terms import DOMAINS


def footnotes(
    ratings: Mapping[str, Sequence[Rating]], marks: Mapping[str, str], language: Language
) -> tuple[Inlines, ...]:
    """Every domain that moved an outcome, in short, behind the outcome's mark.

    `ratings` are those of each outcome. First what holds of it alone, then what several share.
    """
    parts = {outcome: [*_parts(ratings[outcome], language)] for outcome in marks}
    owners: dict[str, list[str]] = {}
    for outcome, own in parts.items():
        for said in own:
            owners.setdefault(bare(said), []).append(outcome)
    alone = {
        (outcome,): [said for said in own if len(owners[bare(said)]) == 1]
        for outcome, own in parts.items()
    }
    shared: dict[tuple[str, ...], list[str]] = {}
    for said in chain.from_iterable(parts.values()):
        of = shared.setdefault(tuple(owners[bare(said)]), [])
        of += [] if bare(said) in map(bare, of) else [said]
    lines = alone | {outcomes: said for outcomes, said in shared.items() if len(outcomes) > 1}
    return tuple(
        (Styled("superscript", text(_together(outcomes, marks))), *text(f"\u00a0{' '.join(said)}"))
        for outcomes, said in lines.items()
        if said
    )


def _parts(ratings: Sequence[Rating], language: Language) -> Iterator[str]:
    """A sentence for each domain that moved an outcome, and for what their words mean."""
    yield from lower_start(ratings, language)
    moved = [r for r in ratings if r.rating and r.domain != OVERALL]
    unrated = [r for r in ratings if r.domain == OVERALL and r.rating is None]
    for rating in moved:
        heading = f"{language.say(DOMAINS[rating.domain])} {level(rating)}"
        yield f"{heading}: {_why(rating, language)}." if rating.reasons else f"{heading}."
    for rating in moved:
        for reason in _keyed(rating):
            if reason.message in MEANINGS:
                said = replace(reason, message=MEANINGS[reason.message])
                yield sentence(in_words(said, language, marked))
            elif _of_trials(rating, reason):
                yield f"{language.say(DOMAINS[rating.domain])}: {in_words(reason, language)}."
    for rating in unrated:
        yield sentence(told(rating, language))
    if not moved and not unrated:
        yield language.say("No domain lowered it.")


def _why(rating: Rating, language: Language) -> str:
    """The reasons of a rating in short; a panel's in its own words, with the judge."""
    if rating.judge:
        return f"{told(rating, language)} ({language.label(rating.judge)})"
    reasons = (shortened(r) for r in _keyed(rating) if not _of_trials(rating, r))
    return "; ".join(in_words(reason, language, marked) for reason in reasons if reason)


def _of_trials(rating: Rating, reason: Sentence) -> bool:
    """Whether a reason is a review's own, of trials that another reason names."""
    return reason.message == "{reason}" and len(rating.reasons) > 1


def _together(outcomes: Sequence[str], marks: Mapping[str, str]) -> str:
    """The marks of several outcomes: "a–c, e" where a to c follow each other."""
    places = [place for place, outcome in enumerate(marks) if outcome in outcomes]
    letters, found = list(marks.values()), list[str]()
    for _, run in groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        row = [letters[place] for _, place in run]
        found += [f"{row[0]}–{row[-1]}"] if len(row) > 2 else row
    return ",\u00a0".join(found)


def level(rating: Rating) -> str:
    """By how many levels a domain moved certainty: "−1"."""
    return marked(levels(rating.rating or 0), f"{keys.rating(rating.outcome)}.{rating.domain}")


def told(rating: Rating, language: Language) -> str:
    """The reasons of a rating, each number with its provenance."""
    return "; ".join(in_words(reason, language, marked) for reason in _keyed(rating))


def _keyed(rating: Rating) -> tuple[Sentence, ...]:
    return keyed(rating.reasons, f"{keys.rating(rating.outcome)}.{rating.domain}")


def lower_start(ratings: Sequence[Rating], language: Language) -> Iterator[str]:
    """Why certainty does not begin as high, where it does not."""
    for rating in ratings:
        if rating.domain == OVERALL and rating.rating is not None and starts_low(rating):
            yield sentence(in_words(rating.reasons[0], language, marked))


def sentence(reasons: str) -> str:
    """Reasons as a sentence."""
    return f"{reasons[:1].upper()}{reasons[1:]}."
