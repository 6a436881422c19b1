"""The words of a conclusion: one judgement of an outcome, said alike wherever it is said.

Certainty is in the verb, size in the noun: GRADE guidelines 26 (J Clin Epidemiol
2020;119:126-35). Of an effect whose interval includes no effect, only the direction of the estimate
is said, unless the review declares what is unimportant.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from metasynth.grade.certainty import NOT_RATED
from metasynth.grade.conclusions import EXCLUDES, INCLUDES, NOT_JUDGED, UNSEEN, Conclusion
from metasynth.grade.summary_of_findings import IMPORTANT, LARGE, LITTLE, SOME
from metasynth.language.languages import Language, message
from metasynth.language.sentences import lowered, noun
from metasynth.model.certainty_config import LEVELS
from metasynth.model.methods import no_effect
from metasynth.model.records import OutcomeSpec

_CERTAINTY = {
    "high": message("high"),
    "moderate": message("moderate"),
    "low": message("low"),
    "very low": message("very low"),
    NOT_RATED: message("not rated"),
}
_AT_MOST = {
    "high": message("at most high"),
    "moderate": message("at most moderate"),
    "low": message("at most low"),
    "very low": message("very low"),
    NOT_RATED: message("not rated"),
}
_EFFECTS = {
    (LARGE, "increase"): message("a large increase"),
    (LARGE, "reduction"): message("a large reduction"),
    (IMPORTANT, "increase"): message("an important increase"),
    (IMPORTANT, "reduction"): message("an important reduction"),
    (SOME, "increase"): message("an increase"),
    (SOME, "reduction"): message("a reduction"),
    (LITTLE, ""): message("little to no difference"),
}
_OF_FREQUENCY = {
    (LARGE, "increase"): message("a large increase{frequency}"),
    (LARGE, "reduction"): message("a large reduction{frequency}"),
    (IMPORTANT, "increase"): message("an important increase{frequency}"),
    (IMPORTANT, "reduction"): message("an important reduction{frequency}"),
    (SOME, "increase"): message("an increase{frequency}"),
    (SOME, "reduction"): message("a reduction{frequency}"),
    (LITTLE, ""): message("little to no difference{frequency}"),
}
_OF_VALUE = {
    (LARGE, "increase"): message("a large increase{value}"),
    (LARGE, "reduction"): message("a large reduction{value}"),
    (IMPORTANT, "increase"): message("an important increase{value}"),
    (IMPORTANT, "reduction"): message("an important reduction{value}"),
    (SOME, "increase"): message("an increase{value}"),
    (SOME, "reduction"): message("a reduction{value}"),
    (LITTLE, ""): message("little to no difference{value}"),
}
"""English says of what by the outcome alone. Where a language must name it, its word stands in the
translation; the place is left empty."""
_OF = {"binary": _OF_FREQUENCY, "rate": _OF_FREQUENCY, "continuous": _OF_VALUE}
"""By the type of the outcome; of contrasts alone ("generic") it is not known."""
_SHOWN = {
    "high": message("{intervention} results in {effect} in {outcome}."),
    "moderate": message("{intervention} likely results in {effect} in {outcome}."),
    "low": message("{intervention} may result in {effect} in {outcome}."),
}
_AT_MOST_SHOWN = {
    "high": message("{intervention} results in {effect} in {outcome} (certainty: {certainty})."),
    "moderate": message(
        "{intervention} likely results in {effect} in {outcome} (certainty: {certainty})."
    ),
    "low": message("{intervention} may result in {effect} in {outcome} (certainty: {certainty})."),
}
"""The same where certainty may have to be lower than it could be rated."""
_UNCERTAIN = message(
    "The evidence is very uncertain about the effect of {intervention} on {outcome}."
)
_OPEN = message(
    "The estimate is {effect} in {outcome} with {intervention}, but the interval includes {null}: "
    "an effect is neither shown nor excluded (certainty: {certainty})."
)
_OPEN_AS_JUDGED = message(
    "The estimate is {effect} in {outcome} with {intervention}, but the interval that certainty "
    "is judged by includes {null}: an effect is neither shown nor excluded "
    "(certainty: {certainty})."
)
"""The same where that is not the interval which the estimate is shown with."""
_EVEN = message(
    "The estimate is neither an increase nor a reduction in {outcome} with {intervention} "
    "(certainty: {certainty})."
)
_UNJUDGED = message(
    "The estimate is {effect} in {outcome} with {intervention}, without an interval that can be "
    "judged (certainty: {certainty})."
)
_OF_ONE_GROUP = message("The certainty of this estimate of {outcome} is {certainty}.")
_INTERVALS = {
    EXCLUDES: message("the interval excludes {null}"),
    INCLUDES: message("the interval includes {null}"),
    NOT_JUDGED: message("there is no interval to read"),
}
_FREQUENCIES = {
    "very common": message("very common"),
    "common": message("common"),
    "uncommon": message("uncommon"),
    "rare": message("rare"),
    "very rare": message("very rare"),
    UNSEEN: message("not observed"),
}
_FULL, _EMPTY = "●", "○"


@dataclass(frozen=True, slots=True)
class Words:
    """A conclusion in a language; what does not apply is blank.

    `conclusion` is the whole sentence, the others are its parts: "an increase", "at most low", "the
    interval includes 1", "common".
    """

    conclusion: str
    effect: str
    certainty: str
    interval: str
    frequency: str


def null_value(measure: str) -> str:
    """The value that means no effect, as it is printed: "1" of ratios, "0" of differences."""
    null = no_effect(measure)
    return "" if null is None else f"{null:.0f}"


def words(
    found: Conclusion, spec: OutcomeSpec, outcome: str, intervention: str, language: Language
) -> Words:
    """A conclusion about an outcome of this label, with an intervention of that one."""
    say, certainty, null = language.say, certainty_of(found, language), null_value(spec.measure)
    effect = ""
    sign = "" if found.size == LITTLE else found.sign
    if found.size == LITTLE or (found.size and sign):
        text = _OF.get(spec.type, _EFFECTS)[found.size, sign]
        effect = say(text, frequency="", value="")
    said = say(
        _sentence(found),
        effect=effect,
        outcome=noun(lowered(outcome), language),
        intervention=noun(lowered(intervention), language),
        certainty=certainty,
        null=null,
    )
    return Words(
        conclusion=f"{said[:1].upper()}{said[1:]}",
        effect=effect,
        certainty=certainty,
        interval=say(_INTERVALS[found.interval], null=null) if found.interval else "",
        frequency=say(_FREQUENCIES[found.frequency]) if found.frequency else "",
    )


def _sentence(found: Conclusion) -> str:
    """The message that says what is concluded; none where nothing is rated."""
    if found.certainty == NOT_RATED:
        return ""
    if not found.compared:
        return _OF_ONE_GROUP
    if found.certainty == "very low":
        return _UNCERTAIN
    if found.interval == NOT_JUDGED:
        return _UNJUDGED if found.sign else _EVEN
    shown = (_AT_MOST_SHOWN if found.at_most else _SHOWN)[found.certainty]
    if found.size == LITTLE:
        return shown
    if not found.sign:
        return _EVEN
    if found.interval == EXCLUDES:
        return shown
    return _OPEN_AS_JUDGED if found.other_interval else _OPEN


def certainty_of(found: Conclusion, language: Language) -> str:
    """The level of certainty; "at most" where a domain that may lower it could not be assessed."""
    return language.say((_AT_MOST if found.at_most else _CERTAINTY)[found.certainty])


def signed_certainty(found: Conclusion, language: Language) -> str:
    """The same behind its signs: "●●○○ low"."""
    said = certainty_of(found, language)
    return said if found.certainty == NOT_RATED else f"{signs(found.certainty)} {said}"


def signs(certainty: str) -> str:
    """Four signs, as many of them full as the level is high: "●●○○"."""
    full = LEVELS.index(certainty) + 1
    return _FULL * full + _EMPTY * (len(LEVELS) - full)


def of_outcome(conclusions: Sequence[Conclusion], outcome: str) -> Conclusion | None:
    """The conclusion of an outcome; None where the review rates nothing."""
    return next((found for found in conclusions if found.outcome == outcome), None)
