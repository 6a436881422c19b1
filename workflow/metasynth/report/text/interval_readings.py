"""What the intervals of several outcomes say about no effect, once for all that say the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metasynth.grade.case import rests_on_one_degree
from metasynth.language.compared import sides
from metasynth.language.languages import Language, message
from metasynth.language.sentences import lowered, noun
from metasynth.model.methods import excludes_no_effect, no_effect
from metasynth.model.records import Estimate
from metasynth.report.text.conclusion_words import null_value
from metasynth.report.text.names import OutcomeNames, favoured
from metasynth.report.text.phrases import joined


@dataclass(frozen=True, slots=True)
class _Reading:
    """Whether an interval excludes which value of no effect, and the side that this favours."""

    excludes: bool
    null: str
    side: str


def readings(
    outcomes: Sequence[OutcomeNames],
    by_common_effect: bool,
    steady: Mapping[str, bool],
) -> str:
    """Which outcomes' intervals exclude no effect by the primary analysis, and where others differ.

    Parameters:
        outcomes: those told of; one whose analysis has no interval about no effect takes no part.
        by_common_effect: whether primary analyses on one degree of freedom decide nothing; they
            take no part either.
        steady: by the ids of outcomes whose sources admit several tables of counts, whether all
            read alike.

    Returns:
        Sentences; nothing where nothing is compared.
    """
    at = {o.id: _reads(o, _row(o, 0)) for o in outcomes}
    read = [o for o in outcomes if at[o.id]]
    read = [o for o in read if not (by_common_effect and rests_on_one_degree(_row(o, 0)))]
    if not read:
        return ""
    language = read[0].language
    say = language.say
    parts = _parts(((o, at[o.id]) for o in read), language)
    said = [say("By the primary analysis the interval {parts}.", parts=parts)]
    unchanged = [o for o in read if steady.get(o.id)]
    if unchanged and any(not steady.get(o.id, True) for o in read):
        text = message(
            "Over every table of counts that the sources admit it does so for {outcomes}."
        )
        said.append(say(text, outcomes=_labels(unchanged, language)))
    elif unchanged:
        said.append(say("It does so over every table of counts that the sources admit."))
    return " ".join([*said, *_others(read, at, language)])


def _others(
    outcomes: Sequence[OutcomeNames], at: dict[str, _Reading | None], language: Language
) -> list[str]:
    """Where the interval of another analysis reads otherwise than that of the primary one."""
    differ: dict[str, list[tuple[OutcomeNames, _Reading | None]]] = {}
    asked = dict[str, None]()
    for outcome in outcomes:
        for place, numbers in enumerate(outcome.analyses[1:], start=1):
            found = _reads(outcome, _row(outcome, place))
            if numbers.published or not found:
                continue
            asked[lowered(numbers.label)] = None
            if found != at[outcome.id]:
                differ.setdefault(lowered(numbers.label), []).append((outcome, found))
    said = [
        language.say("By {analysis} it {parts}.", analysis=analysis, parts=_parts(those, language))
        for analysis, those in differ.items()
    ]
    if asked and not differ:
        said.append(language.say("So it does by {analyses}.", analyses=joined([*asked], language)))
    return said


def _parts(told: Iterable[tuple[OutcomeNames, _Reading | None]], language: Language) -> str:
    """ "excludes 1 for A and B, in favour of anakinra; includes 1 for C"."""
    alike: dict[_Reading, list[OutcomeNames]] = {}
    for outcome, reading in told:
        if reading:
            alike.setdefault(reading, []).append(outcome)
    ordered = sorted(alike, key=lambda reading: not reading.excludes)
    return "; ".join(_part(reading, alike[reading], language) for reading in ordered)


def _part(reading: _Reading, outcomes: Sequence[OutcomeNames], language: Language) -> str:
    labels, say = _labels(outcomes, language), language.say
    if not reading.excludes:
        return say("includes {null} for {outcomes}", null=reading.null, outcomes=labels)
    if not reading.side:
        return say("excludes {null} for {outcomes}", null=reading.null, outcomes=labels)
    return say(
        "excludes {null} for {outcomes}, in favour of {side}",
        null=reading.null,
        outcomes=labels,
        side=noun(reading.side, language),
    )


def _labels(outcomes: Sequence[OutcomeNames], language: Language) -> str:
    return joined([lowered(outcome.label) for outcome in outcomes], language)


def _row(outcome: OutcomeNames, place: int) -> Estimate:
    return outcome.result.analyses[place].estimates[0]


def _reads(outcome: OutcomeNames, row: Estimate) -> _Reading | None:
    """What one interval says; nothing where it, or a value of no effect, does not exist."""
    spec = outcome.result.outcome
    excludes = excludes_no_effect(spec.measure, row.ci_low, row.ci_high)
    if row.estimate is None or excludes is None or no_effect(spec.measure) is None:
        return None
    favours = sides(outcome.result.comparison, outcome.language)
    side = lowered(favoured(spec, row, favours)) if excludes else ""
    return _Reading(excludes, null_value(spec.measure), side)
