"""The languages that a review speaks: messages, plural forms, and the way to write numbers.

A message is an English sentence in the code, with {places} for values: `language.say(…)`. Another
language has a catalogue of them, workflow/report/locales/<code>.po; what config.yaml and the tables
say in English is translated by the review's own catalogue, <text>/<code>/labels.po. English needs
neither.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from metasynth.core.messages import message as message
from metasynth.core.paths import WORKFLOW
from metasynth.language.formats import ENGLISH as ENGLISH_NUMBERS
from metasynth.language.formats import NumberStyle

LOCALES = WORKFLOW / "report" / "locales"
LABELS = "labels.po"
_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z])")


def _same(message: str) -> str:
    return message


def _english_form(n: int) -> int:
    return 0 if n == 1 else 1


@dataclass(frozen=True)
class Language:
    """A language: its two letters, messages, plural forms and number style.

    `plurals` holds the forms of a message by its singular; `form` chooses among them for a number.
    `labels` are texts of the review itself; `words` are the small numbers, where sentences spell
    them and they do not inflect; `template` is what it makes of a section's text (studied.py).
    """

    gettext: Callable[[str], str] = _same
    numbers: NumberStyle = ENGLISH_NUMBERS
    code: str = "en"
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: Callable[[int], int] = _english_form
    labels: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    template: Callable[[str], str] = _same

    def say(self, message: str, **values: Any) -> str:
        """The message translated, then its {places} filled; values are never translated."""
        return self.gettext(message).format(**values)

    def say_n(self, singular: str, plural: str, n: int, /, **values: Any) -> str:
        """As `say`, in the form that goes with the number `n`, which fills the place {n} too."""
        forms = self.plurals.get(singular) or (self.gettext(singular), self.gettext(plural))
        return forms[min(self.form(n), len(forms) - 1)].format(**{"n": n, **values})

    def choose(self, n: int, *forms: str) -> str:
        """Of a noun's forms, in the order of the language's plural forms, the one that goes with n.

        English has two ("trial", "trials"), Polish three ("badanie", "badania", "badań").
        """
        return forms[self.form(n)]

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
        """A number as an English text prints it, with this language's decimal mark."""
        return number.replace(".", self.numbers.decimal)


def sentences(text: str) -> list[str]:
    """The sentences of a remark, as the catalogue of a review may hold them."""
    return _SENTENCES.split(text)


ENGLISH = Language(
    words=("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
)


def suffix(code: str, languages: tuple[str, ...]) -> str:
    """ "" for the first of a review's languages, ".pl" for Polish beside it."""
    return "" if code == languages[0] else f".{code}"


def known() -> tuple[str, ...]:
    """The languages that there are catalogues for, and English."""
    return ("en", *sorted(path.stem for path in LOCALES.glob("*.po") if path.stem != "en"))


def speak(code: str, text: Path | None = None) -> Language:
    """The language `code`, for a review whose own prose stands in the folder `text`.

    Raises:
        ValueError: when there is no catalogue of that language.
    """
    if code not in known():
        raise ValueError(f"there is no catalogue of language {code!r}; known are {known()}")
    language = ENGLISH if code == "en" else _load(code)
    own = text / code / LABELS if text else None
    if own is None or not own.is_file():
        return language
    return replace(language, labels=_read(own)[0])


@cache
def _load(code: str) -> Language:
    from gettext import c2py

    from babel.numbers import get_decimal_symbol

    texts, plurals, expression = _read(LOCALES / f"{code}.po")
    decimal = get_decimal_symbol(code)
    return Language(
        gettext=lambda text: texts.get(text, text),
        numbers=NumberStyle(decimal, "; " if decimal == "," else ", "),
        code=code,
        plurals=plurals,
        form=c2py(expression),
    )


def _read(path: Path) -> tuple[dict[str, str], dict[str, tuple[str, ...]], str]:
    """A catalogue's messages, those with plural forms, and its rule of plurals."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalogue = read_po(file)
    done = [m for m in catalogue if m.id and m.string and not m.fuzzy]
    texts = {str(m.id): str(m.string) for m in done if isinstance(m.id, str)}
    plurals = {m.id[0]: tuple(m.string or ()) for m in done if not isinstance(m.id, str)}
    return texts, plurals, catalogue.plural_expr
