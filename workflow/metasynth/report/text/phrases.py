"""Short phrases that sentences, tables and figures' captions share."""

from collections.abc import Iterable, Sequence

from metasynth.language.languages import Language, message
from metasynth.model import bounds
from metasynth.model.measure_catalogue import ONE_GROUP
from metasynth.model.methods import MEASURE

DRAFT = message("Draft: starter text still stands in this report, and nothing in it is certified.")
"""What every page made from an unfinished review says."""
MADE_UP = message(
    "The trials are made up, to show what a report looks like: no number in it is true."
)
"""What it says before that where the trials are those of a new review."""


def unfinished(draft: bool, made_up: bool, language: Language) -> str:
    """What the pages of a draft say, whose trials may be made up; blank where it is none.

    A language of the review's own says what it lacks.
    """
    told = [language.say(said) for said, so in ((MADE_UP, made_up), (DRAFT, draft)) if so]
    messages, sections = language.lacking
    if messages or sections:
        told.append(
            language.say(
                "Not all of this is translated: {messages} messages and {sections} sections of the "
                "report are in English.",
                messages=messages,
                sections=sections,
            )
        )
    return " ".join(told)


def joined(items: Sequence[str], language: Language) -> str:
    """ "a", "a and b", "a, b and c"; of hundreds the first ten, and others."""
    if len(items) > bounds.TOLD_ROWS:
        items = [*items[:10], language.say("others")]
    if len(items) < 2:
        return "".join(items)
    return language.say("{some} and {last}", some=", ".join(items[:-1]), last=items[-1])


def versus(compared: Iterable[str], language: Language) -> str:
    """What is compared, in a line: "27/59 v 14/74"; one alone as it is."""
    first, *others = compared
    return language.say("{one} v {other}", one=first, other=others[0]) if others else first


def short_measure(measure: str, language: Language) -> str:
    """A measure's letters beside a number: "RR"; a proportion is no code, and `other` has none."""
    record = MEASURE[measure]
    if record.types[0] in ONE_GROUP:
        return language.say(record.label)
    return measure if record.code is None else record.code
