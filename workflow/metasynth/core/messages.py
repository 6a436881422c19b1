"""Sentences as data: a message of the catalogues, in English, and the values that fill its places.

Results are the same in every language, so they hold sentences, not texts: language/sentences.py
writes one out in any language, and no number is ever read back from a text.
"""

from collections.abc import Mapping
from dataclasses import dataclass


def message(text: str) -> str:
    """Mark a text for the catalogue where it stands; `Language.say` translates it where it is used.

    `sentence` and `sentence_n` mark theirs.
    """
    return text


@dataclass(frozen=True, slots=True)
class Value:
    """What fills a place: a number and how it is written, or a text; `key` names its provenance.

    `form` is count, percent (of a number in per cent), levels, p, ratio, a measure, or, with a
    `text`: text (of the review), texts (of it, which "; " separates), word (of the catalogues, else
    of the review), printed (a number as English prints it), sentence (a message with `values` of
    its own).
    """

    name: str
    form: str
    number: float | None = None
    text: str = ""
    key: str = ""
    values: "tuple[Value, ...]" = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message of the catalogues and its values.

    `plural` is the message for several; the first value, a count, chooses between the two.
    """

    message: str
    values: tuple[Value, ...] = ()
    plural: str = ""


class Digits(str):
    """A number as English prints it, in the digits that were chosen for it."""

    __slots__ = ()


class Refused(Exception):  # noqa: N818 - what is refused is no error of the program
    """What was asked for does not exist; `why` says it in a sentence."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        """Why, in English words."""
        return in_english(self.why)


Filling = str | int | float | Sentence
"""What may stand in a place: a word, a number, `Digits`, or a sentence within."""


def sentence(text: str, **values: Filling) -> Sentence:
    """A sentence, its {places} filled by name; a plain number is written in six digits at most."""
    return Sentence(text, _filled(values))


def sentence_n(singular: str, plural: str, n: int, **values: Filling) -> Sentence:
    """As `sentence`, in the form that goes with the count `n`, which fills the place {n}."""
    count = Value("n", "count", float(n))
    return Sentence(singular, (count, *_filled(values)), plural)


def in_english(said: Sentence) -> str:
    """A sentence in the words that it was made of, for logs; language/sentences.py writes others.

    Numbers have six digits at most, whatever their form.
    """
    words = {value.name: _english(value) for value in said.values}
    several = said.plural and said.values[0].number != 1
    return (said.plural if several else said.message).format(**words)


def _english(value: Value) -> str:
    if value.form == "sentence":
        return in_english(Sentence(value.text, value.values))
    if value.number is None:
        return value.text
    return f"{value.number:g}{'%' if value.form == 'percent' else ''}"


def _filled(values: Mapping[str, Filling]) -> tuple[Value, ...]:
    return tuple(_value(name, value) for name, value in values.items())


def _value(name: str, value: Filling) -> Value:
    if isinstance(value, Sentence):
        return Value(name, "sentence", text=value.message, values=value.values)
    if isinstance(value, Digits | int):
        return Value(name, "printed", text=str(value))
    if isinstance(value, float):
        return Value(name, "printed", text=f"{value:g}")
    return Value(name, "word", text=value)
