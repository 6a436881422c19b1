"""The footnotes of a summary of findings: why each outcome's certainty is what it is, said once.

What holds of several outcomes stands in a line of its own, behind the letters of all of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from metasynth.grade.certainty import Rating, starts_low
from metasynth.language import keys
from metasynth.language.languages import Language
from metasynth.language.sentences import in_words, keyed, levels
from metasynth.language.tracked import bare, marked
from metasynth.model.certainty_config import OVERALL
from metasynth.report.document import Inlines, Styled, text
from metasynth.report.text.terms import DOMAINS


@dataclass(frozen=True, slots=True)
class _Part:
    """What one domain did to an outcome; without a `name`, `clauses` is a sentence by itself."""

    name: str
    levels: str
    clauses: tuple[str, ...]

    @property
    def heading(self) -> str:
        return f"{self.name} {self.levels}".strip()


_Parts = Mapping[str, Sequence[_Part]]


def footnotes(
    ratings: Mapping[str, Sequence[Rating]], marks: Mapping[str, str], language: Language
) -> tuple[Inlines, ...]:
    """Every domain that moved an outcome, with the numbers, behind the outcome's mark.

    `ratings` are those of each outcome. First what holds of it alone, then what several share.
    """
    parts = {outcome: _parts(ratings[outcome], language) for outcome in marks}
    owners: dict[tuple[str, str], list[str]] = {}
    for outcome, own in parts.items():
        for part in own:
            for clause in part.clauses:
                owners.setdefault((part.name, bare(clause)), []).append(outcome)
    lines: list[tuple[tuple[str, ...], str]] = [
        ((outcome,), _alone(own, owners, parts)) for outcome, own in parts.items()
    ]
    lines += _shared(parts, owners)
    return tuple(
        (Styled("superscript", text(_together(outcomes, marks))), *text(f"\u00a0{words}"))
        for outcomes, words in lines
        if words
    )


def _parts(ratings: Sequence[Rating], language: Language) -> list[_Part]:
    moved = [r for r in ratings if r.rating and r.domain != OVERALL]
    parts = [
        _Part(language.say(DOMAINS[r.domain]), level(r), tuple(_why(r, language))) for r in moved
    ]
    unrated = [r for r in ratings if r.domain == OVERALL and r.rating is None]
    parts += [_Part("", "", (sentence(told(r, language)),)) for r in unrated]
    start = [_Part("", "", (why,)) for why in lower_start(ratings, language)]
    return [*start, *(parts or [_Part("", "", (language.say("No domain lowered it."),))])]


def _why(rating: Rating, language: Language) -> list[str]:
    """The reasons of a rating; a panel's are one, with the judge."""
    said = told(rating, language)
    return [f"{said} ({language.label(rating.judge)})"] if rating.judge else said.split("; ")


def _alone(
    own: Sequence[_Part], owners: Mapping[tuple[str, str], Sequence[str]], parts: _Parts
) -> str:
    """What is said of one outcome alone, and by how many levels where a shared line cannot say."""
    said = []
    for part in own:
        of = [owners[part.name, bare(clause)] for clause in part.clauses]
        alone = [c for c, those in zip(part.clauses, of, strict=True) if len(those) == 1]
        if alone or not all(_alike(part, those, parts) for those in of):
            said.append(_said(part.heading, alone))
    return " ".join(said)


def _shared(
    parts: _Parts, owners: Mapping[tuple[str, str], Sequence[str]]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is said of the same several outcomes, a line each."""
    lines: dict[tuple[str, ...], list[str]] = {}
    told_of = set[tuple[str, tuple[str, ...]]]()
    for part in (part for own in parts.values() for part in own):
        groups: dict[tuple[str, ...], list[str]] = {}
        for clause in part.clauses:
            groups.setdefault(tuple(owners[part.name, bare(clause)]), []).append(clause)
        for outcomes, clauses in groups.items():
            if len(outcomes) > 1 and (part.name, outcomes) not in told_of:
                told_of.add((part.name, outcomes))
                heading = part.heading if _alike(part, outcomes, parts) else part.name
                lines.setdefault(outcomes, []).append(_said(heading, clauses))
    for outcomes, said in lines.items():
        yield outcomes, " ".join(said)


def _alike(part: _Part, outcomes: Iterable[str], parts: _Parts) -> bool:
    """Whether a domain moved all of several outcomes by as many levels."""
    return all(
        bare(own.levels) == bare(part.levels)
        for outcome in outcomes
        for own in parts[outcome]
        if own.name == part.name
    )


def _said(heading: str, clauses: Iterable[str]) -> str:
    said = "; ".join(clauses)
    return f"{': '.join(filter(None, (heading, said)))}." if heading else said


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
    reasons = keyed(rating.reasons, f"{keys.rating(rating.outcome)}.{rating.domain}")
    return "; ".join(in_words(reason, language, marked) for reason in reasons)


def lower_start(ratings: Sequence[Rating], language: Language) -> Iterator[str]:
    """Why certainty does not begin as high, where it does not."""
    for rating in ratings:
        if rating.domain == OVERALL and rating.rating is not None and starts_low(rating):
            yield sentence(in_words(rating.reasons[0], language, marked))


def sentence(reasons: str) -> str:
    """Reasons as a sentence."""
    return f"{reasons[:1].upper()}{reasons[1:]}."
