"""A language: its messages, plural forms, and the way to write numbers; English."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from metasynth.language.formats import ENGLISH as ENGLISH_NUMBERS
from metasynth.language.formats import NumberStyle, localised

_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z])")
_TWO_STOPS = re.compile(r"(?<=[\w)])\\?\.([\ufdd2]?)\.(?=\s|$)")
"""The full stop of an abbreviation, in Markdown or marked (tracked.py), and its sentence's own."""
_NO_CASES: Mapping[str, str] = MappingProxyType({})


class Noun(str):
    """A label whose grammatical case a translation may ask for.

    "{outcome:genitive punktu końcowego „*”}" is the genitive that the review's catalogue gives, or
    else those words, with the label itself in place of the star. `cases` are the forms by the names
    of the cases.
    """

    cases: Mapping[str, str] = _NO_CASES

    def __format__(self, asked: str) -> str:
        """The case that a place asks for; the label itself where it asks for none."""
        case, _, otherwise = asked.partition(" ")
        return self.cases.get(case) or otherwise.replace("*", self) if case else str(self)


def _same(message: str) -> str:
    return message


def _english_form(n: int) -> int:
    return 0 if n == 1 else 1


@dataclass(frozen=True)
class Language:
    """A language: its two letters, messages, plural forms and number style.

    `plurals` holds the forms of a message by its singular; `form` chooses among them for a number.
    `labels` are texts of the review itself, `cases` the forms of these (translated, lower-cased)
    by the names of grammatical cases; `words` are the small numbers, where sentences spell
    them and they do not inflect; `template` is what it makes of a section's text (studied.py).
    `lacking` are how many messages and sections a language of the review's own says in English.
    """

    gettext: Callable[[str], str] = _same
    numbers: NumberStyle = ENGLISH_NUMBERS
    code: str = "en"
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: Callable[[int], int] = _english_form
    labels: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    template: Callable[[str], str] = _same
    lacking: tuple[int, int] = (0, 0)

    def say(self, message: str, **values: Any) -> str:
        """The message translated, then its {places} filled; values are never translated."""
        return one_stop(self.gettext(message).format(**values))

    def say_n(self, singular: str, plural: str, n: int, /, **values: Any) -> str:
        """As `say`, in the form that goes with the number `n`, which fills the place {n} too."""
        forms = self.plurals.get(singular) or (self.gettext(singular), self.gettext(plural))
        return one_stop(forms[min(self.form(n), len(forms) - 1)].format(**{"n": n, **values}))

    def choose(self, n: int, *forms: str) -> str:
        """Of a noun's forms, in the order of the language's plural forms, the one that goes with n.

        English has two ("trial", "trials"), Polish three ("badanie", "badania", "badań").
        """
        return forms[min(self.form(n), len(forms) - 1)]

    def label(self, text: str) -> str:
        """A text of the review itself (config.yaml, tables) in this language, else as it stands.

        Arms that were combined are called "this + that".
        """
        if text in self.labels or " + " not in text:
            return self.labels.get(text, text)
        return " + ".join(self.labels.get(part, part) for part in text.split(" + "))

    def remark(self, text: str) -> str:
        """A remark of the review's authors, translated whole or sentence by sentence."""
        if text in self.labels or not self.labels:
            return self.labels.get(text, text)
        return " ".join(self.labels.get(part, part) for part in sentences(text))

    def written(self, number: str) -> str:
        """A number as an English text prints it, in this language's way."""
        return localised(number, self.numbers)


def one_stop(said: str) -> str:
    """A text whose sentences end with one full stop, also behind a name such as "Smith et al."."""
    return _TWO_STOPS.sub(r"\1.", said) if ".." in said else said


def sentences(text: str) -> list[str]:
    """The sentences of a remark, as the catalogue of a review may hold them."""
    return _SENTENCES.split(text)


ENGLISH = Language(
    words=("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
)
