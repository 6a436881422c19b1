"""What the intervals of a column or a row are called: of confidence, credible, or both kinds."""

from collections.abc import Iterable

from metasynth.core.messages import message
from metasynth.language.formats import CREDIBLE
from metasynth.language.languages import Language

CONFIDENCE, PREDICTION = "CI", "PI"
EXPLAINED = message("CrI: credible interval; the other intervals are confidence intervals.")
"""What a table says that has both kinds."""


def interval_name(credible: bool) -> str:
    """ "CrI" of a posterior, else "CI"."""
    return CREDIBLE if credible else CONFIDENCE


def intervals_name(credible: Iterable[bool], language: Language) -> str:
    """The same of all intervals of a column; where there are both kinds only "interval"."""
    kinds = set(credible) or {False}
    return interval_name(kinds.pop()) if len(kinds) == 1 else language.say("interval")


def explained(credible: Iterable[bool], language: Language) -> str:
    """What the abbreviation means, where a column has both kinds; else nothing."""
    return language.say(EXPLAINED) if len(set(credible)) > 1 else ""
