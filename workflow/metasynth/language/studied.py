"""The words of a review whose studies compare nothing: "study" for "trial", no effect.

Only English tells the two apart. What is replaced are words that a reader sees: of a message not
its {places}, of a template not its expressions, anchors and names of files.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from metasynth.language.languages import Language, speak

_WORDS = re.compile(
    r"(?P<kept>\{%.*?%\}|\{[^{}]*\}|`[^`]*`|“[^”]*”)"
    r"|(?P<spoken>\{\{.*?\}\})"
    r"|(?P<none>\bno effect\b)"
    r"|\b(?P<first>[Tt])rial(?P<many>s?)(?P<of>['’]s?)?\b(?!\.)"
    r"|\b(?P<last>[Tt])rial(?P<more>s?)(?=\.(\W|$))",
    re.DOTALL,
)
_QUOTED = re.compile(r'"[^"]* [^"]*"')


def studied(text: str) -> str:
    """A message or a template with "study" for "trial", but in its places and expressions."""
    return _WORDS.sub(_word, text)


def _word(found: re.Match[str]) -> str:
    if found["kept"]:
        return found["kept"]
    if found["spoken"]:  # in an expression, the texts in quotation marks
        return _QUOTED.sub(lambda quoted: studied(quoted[0]), found["spoken"])
    if found["none"]:  # of one group only a correlation can be none
        return "no correlation"
    capital = (found["first"] or found["last"]) == "T"
    word = "studies" if found["many"] or found["more"] else "study"
    return (word.capitalize() if capital else word) + (found["of"] or "")


def of_studies(language: Language, comparison: bool) -> Language:
    """The language of a review, in these words where it has no `comparison`."""
    if comparison or language.code != "en":
        return language
    return replace(language, gettext=studied, studied=True)


def speak_all(codes: Sequence[str], text: Path, comparison: bool) -> dict[str, Language]:
    """The languages of a review by what their files are marked with: "" is the main one.

    Raises:
        ValueError: when there is no catalogue of one of them.
    """
    spoken = {code: of_studies(speak(code, text), comparison) for code in codes}
    return {"" if code == codes[0] else code: language for code, language in spoken.items()}
