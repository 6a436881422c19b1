"""The words of a review whose studies are no trials, or compare nothing: "study" for "trial".

Only English tells the two apart. What is replaced are words that a reader sees: of a message not
its {places}, of a template not its expressions, anchors and names of files. Where nothing is
compared "no effect" is "no correlation", the only one of one group.
"""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

from metasynth.language.languages import Language, speak
from metasynth.language.wording import Wording

_WORDS = re.compile(
    r"(?P<kept>\{%.*?%\}|\{[^{}]*\}|`[^`]*`|“[^”]*”)"
    r"|(?P<spoken>\{\{.*?\}\})"
    r"|(?P<none>\bno effect\b)"
    r"|\b(?P<first>[Tt])rial(?P<many>s?)(?P<of>['’]s?)?\b(?!\.)"
    r"|\b(?P<last>[Tt])rial(?P<more>s?)(?=\.(\W|$))",
    re.DOTALL,
)
_QUOTED = re.compile(r'"[^"]*"')


def studied(text: str, compared: bool = False) -> str:
    """A message or a template with "study" for "trial", but in its places and expressions.

    `compared` where groups are compared, and have an effect.
    """

    def word(found: re.Match[str]) -> str:
        if found["kept"]:
            return found["kept"]
        if found["spoken"]:  # in an expression, the texts in quotation marks; one word is a name
            return _QUOTED.sub(
                lambda said: studied(said[0], compared) if " " in said[0] else said[0],
                found["spoken"],
            )
        if found["none"]:
            return found["none"] if compared else "no correlation"
        capital = (found["first"] or found["last"]) == "T"
        said = "studies" if found["many"] or found["more"] else "study"
        return (said.capitalize() if capital else said) + (found["of"] or "")

    return _WORDS.sub(word, text)


def of_studies(language: Language, *, compared: bool, trials: bool) -> Language:
    """The language of a review, in these words where it has no comparison, or not only trials."""
    if (compared and trials) or language.code != "en":
        return language
    said = partial(studied, compared=compared)
    return replace(language, gettext=said, template=said)


def spoken(wording: Wording, code: str) -> Language:
    """One of a review's languages.

    Raises:
        ValueError: when there is no catalogue of it.
    """
    own = speak(code, Path(wording.text))
    said = of_studies(own, compared=wording.compared, trials=wording.trials)
    return replace(said, numbers=replace(said.numbers, decimals=wording.decimals))


def all_spoken(wording: Wording) -> dict[str, Language]:
    """The languages by what their files are marked with: "" is the main one."""
    first, *others = wording.languages
    return {"": spoken(wording, first), **{code: spoken(wording, code) for code in others}}
