"""Reasons as data: a sentence with places, and the numbers that fill them, written out later.

A rule gives its reason once, in English; whoever prints it chooses the language, and no number has
to be read back from a text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from metasynth.language import formats
from metasynth.language.languages import ENGLISH, Language

Mark = Callable[[str, str], str]
"""Gives a printed number (first) the key of its provenance (second)."""


@dataclass(frozen=True, slots=True)
class Value:
    """What fills a place: a number and how it is written, or a text; `key` names its provenance.

    `form` is count, percent (of a number in per cent), levels, p, ratio, text, texts (labels that
    "; " separates, each translated by itself), or a measure.
    """

    name: str
    form: str
    number: float | None = None
    text: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A message of the catalogue and its values.

    `plural` is the message for several; the first value, a count, chooses between the two.
    """

    message: str
    values: tuple[Value, ...] = ()
    plural: str = ""


def keyed(reasons: Sequence[Reason], prefix: str) -> tuple[Reason, ...]:
    """The reasons with a key for each of their numbers: its own, or one made from `prefix`.

    The key of the first reason's number called "share" is "<prefix>.1.share".
    """
    return tuple(
        replace(
            reason,
            values=tuple(
                replace(value, key=value.key or f"{prefix}.{place}.{value.name}")
                if value.number is not None
                else value
                for value in reason.values
            ),
        )
        for place, reason in enumerate(reasons, start=1)
    )


def told(reason: Reason, language: Language = ENGLISH, mark: Mark | None = None) -> str:
    """The reason as a sentence in `language`; `mark` gives each number its provenance."""
    words = {value.name: _written(value, language, mark) for value in reason.values}
    if not reason.plural:
        return language.say(reason.message, **words)
    number = int(reason.values[0].number or 0)
    return language.say_n(reason.message, reason.plural, number, **words)


def _written(value: Value, language: Language, mark: Mark | None) -> str:
    if value.form == "text":
        return language.label(value.text)
    if value.form == "texts":
        parts = value.text.split("; ")
        return "; ".join(language.labels.get(part) or language.gettext(part) for part in parts)
    printed = _number(value.form, value.number, language.numbers)
    return mark(printed, value.key) if mark and value.key else printed


def _number(form: str, number: float | None, style: formats.NumberStyle) -> str:
    if form == "count":
        return formats.number(number, 0, style)
    if form == "percent":
        return formats.percent(number, 0, style)
    if form == "levels":
        return levels(int(number or 0))
    if form == "p":
        return formats.p_value(number, style)
    if form == "ratio":
        return formats.positive(number, style)
    return formats.estimate(form, number, style)


def levels(number: int) -> str:
    """A change of certainty in levels: "−1", "0", "+2"."""
    return f"+{number}" if number > 0 else formats.number(number, 0)
