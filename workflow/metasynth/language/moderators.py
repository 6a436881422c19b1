"""What the coefficients and levels of meta-regressions are called."""

from collections.abc import Sequence

from metasynth.language.formats import shortest
from metasynth.language.languages import Language
from metasynth.language.printed import Printed
from metasynth.model.judgement_levels import NAMES
from metasynth.model.moderated_effects import Part


def level_name(level: str, language: Language) -> str:
    """A level, which the review names, but for those of risk of bias."""
    said = language.label(level)
    return language.say(level) if said == level and level in NAMES else said


def group_name(group: str, language: Language) -> str:
    """A subgroup as the review names it; the levels of risk of bias have names of their own."""
    return language.say(group) if group in NAMES else group


def term_name(labels: Sequence[str], language: Language) -> str:
    """A term, or an interaction of two, by the labels."""
    return " × ".join(language.label(label) for label in labels)


def coefficient_name(parts: Sequence[Part], at: Printed, language: Language) -> str:
    """ "Latitude (degrees), per 10", "Allocation: alternate v random", or two joined by ×.

    `at` is the coefficient, whose parts are numbered from 1 in the keys of their numbers.
    """
    own = (_part(part, n, at, language) for n, part in enumerate(parts, start=1))
    return " × ".join(own)


def _part(part: Part, n: int, at: Printed, language: Language) -> str:
    label = language.label(part.label)
    if part.level:
        level, reference = (level_name(x, language) for x in (part.level, part.reference))
        return language.say(
            "{label}: {level} v {reference}", label=label, level=level, reference=reference
        )
    if part.bend == 1:
        label = language.say("{label}, straight part", label=label)
    elif part.bend:
        mark = chr(ord("a") + part.bend - 2)
        label = language.say("{label}, curved part ({mark})", label=label, mark=mark)
    if part.per != 1:
        per = at.text(f"per.{n}", shortest(part.per, language.numbers))
        label = language.say("{label}, per {n}", label=label, n=per)
    if part.centre and part.bend < 2:
        centre = at.text(f"centre.{n}", shortest(part.centre, language.numbers))
        label = language.say("{label}, from {n}", label=label, n=centre)
    return label
