"""The languages that a review speaks: messages, plural forms, and the way to write numbers.

A message is an English sentence in the code, with {places} for values: `language.say(…)`. Another
language has a catalogue of them, workflow/report/locales/<code>.po; what config.yaml and the tables
say in English is translated by the review's own catalogue, <text>/<code>/labels.po. English needs
neither. A language that is not shipped has its catalogue, and its sections, in the review's own
folder: <text>/<code>/report/messages.po (own_language.py). What that lacks stands in English.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from metasynth.core.messages import message as message
from metasynth.core.paths import WORKFLOW
from metasynth.language.english_left import english_paragraphs
from metasynth.language.formats import POLISH
from metasynth.language.language import ENGLISH as ENGLISH
from metasynth.language.language import Language as Language
from metasynth.language.language import sentences as sentences
from metasynth.language.sentences import lowered

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

LOCALES = WORKFLOW / "report" / "locales"
LABELS = "labels.po"
OWN, MESSAGES = "report", "messages.po"
"""Where a language of the review's own stands, below its texts, and its catalogue there."""
_MARKS = {"en": ".", "pl": ","}
"""Decimal marks that are known without loading those of all languages, for checks in a hurry."""


def suffix(code: str, languages: tuple[str, ...]) -> str:
    """ "" for the first of a review's languages, ".pl" for Polish beside it."""
    return "" if code == languages[0] else f".{code}"


@cache
def shipped() -> tuple[str, ...]:
    """The languages that there are catalogues for with the workflow, and English."""
    return ("en", *sorted(path.stem for path in LOCALES.glob("*.po") if path.stem != "en"))


def known(text: Path | None = None) -> tuple[str, ...]:
    """Those, and the languages of a review's own, whose prose stands in the folder `text`."""
    own = text.glob(f"*/{OWN}/{MESSAGES}") if text else ()
    return (*shipped(), *sorted({path.parts[-3] for path in own} - {*shipped()}))


def speak(code: str, text: Path | None = None) -> Language:
    """The language `code`, for a review whose own prose stands in the folder `text`.

    Raises:
        ValueError: when there is no catalogue of that language.
    """
    if code not in known(text):
        raise ValueError(f"there is no catalogue of language {code!r}; known are {known(text)}")
    if code == "en":
        language = ENGLISH
    elif code in shipped():
        language = _load(code)
    else:
        assert text is not None
        language = _own(code, text / code / OWN)
    own = text / code / LABELS if text else None
    if own is None or not own.is_file():
        return language
    catalogue = _parsed(own)
    labels = _messages(catalogue)[0]
    return replace(language, labels=labels, cases=_cases(catalogue, labels))


def decimal_mark(code: str) -> str:
    """The decimal mark of any language; a point where none is known."""
    if code in _MARKS:
        return _MARKS[code]
    from babel.core import UnknownLocaleError
    from babel.numbers import get_decimal_symbol

    try:
        return get_decimal_symbol(code)
    except (UnknownLocaleError, ValueError):
        return "."


@cache
def _load(code: str) -> Language:
    return _spoken(code, *read_catalogue(LOCALES / f"{code}.po"))


def _own(code: str, folder: Path) -> Language:
    """A language of the review's own, which says the rest in English."""
    texts, plurals, rule = read_catalogue(folder / MESSAGES)
    every, several, _ = _every_message()
    messages = len(every.keys() - texts.keys()) + len(several.keys() - plurals.keys())
    pages = sorted((LOCALES.parent / "en").glob("*.md"))
    sections = sum(_is_english(page, folder) for page in pages)
    return replace(_spoken(code, texts, plurals, rule), lacking=(messages, sections))


def _is_english(page: Path, folder: Path) -> bool:
    """Whether a section is not there in the folder, or has a paragraph as it stands in English."""
    if not (folder / page.name).is_file():
        return True
    own, english = ((place / page.name).read_text("utf-8") for place in (folder, page.parent))
    return own == english or any(english_paragraphs(own, english))


@cache
def _every_message() -> tuple[dict[str, str], dict[str, tuple[str, ...]], str]:
    return read_catalogue(complete_catalogue())


def complete_catalogue() -> Path:
    """A shipped catalogue: it lacks nothing, so that its ids are all that the report can say."""
    return LOCALES / f"{shipped()[1]}.po"


def _spoken(
    code: str, texts: Mapping[str, str], plurals: Mapping[str, tuple[str, ...]], expression: str
) -> Language:
    from gettext import c2py

    decimal = decimal_mark(code)
    return Language(
        gettext=lambda text: texts.get(text, text),
        numbers=POLISH if decimal == "," else replace(ENGLISH.numbers, decimal=decimal),
        code=code,
        plurals=plurals,
        form=c2py(expression),
    )


def _cases(catalogue: "Catalog", labels: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The cases of labels: what has the name of one as its msgctxt ("genitive")."""
    cases: dict[str, dict[str, str]] = {}
    for m in catalogue:
        if m.context and m.string and not m.fuzzy:
            label = lowered(labels.get(str(m.id), str(m.id)))
            cases.setdefault(label, {})[m.context] = str(m.string)
    return cases


def read_catalogue(path: Path) -> tuple[dict[str, str], dict[str, tuple[str, ...]], str]:
    """A catalogue's messages, those with plural forms, and its rule of plurals."""
    return _messages(_parsed(path))


def _parsed(path: Path) -> "Catalog":
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file)


def _messages(
    catalogue: "Catalog",
) -> tuple[dict[str, str], dict[str, tuple[str, ...]], str]:
    done = [m for m in catalogue if m.id and m.string and not m.fuzzy and not m.context]
    texts = {str(m.id): str(m.string) for m in done if isinstance(m.id, str)}
    several = {m.id[0]: tuple(m.string or ()) for m in done if not isinstance(m.id, str)}
    plurals = {singular: forms for singular, forms in several.items() if all(forms)}
    return texts, plurals, catalogue.plural_expr
