"""What a figure needs to speak a language: a message catalogue and a way to write numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metasynth.formats import ENGLISH as ENGLISH_NUMBERS
from metasynth.formats import NumberStyle


def _same(message: str) -> str:
    return message


@dataclass(frozen=True, slots=True)
class Language:
    """A catalogue's `gettext` and the language's number style; English needs neither."""

    gettext: Callable[[str], str] = _same
    numbers: NumberStyle = ENGLISH_NUMBERS

    def say(self, message: str, **values: Any) -> str:
        """The message translated, then its {places} filled; values are never translated."""
        return self.gettext(message).format(**values)


ENGLISH = Language()

MEASURES = {
    "RR": "Risk ratio",
    "OR": "Odds ratio",
    "RD": "Risk difference",
    "ASD": "Arcsine difference",
    "MD": "Mean difference",
    "SMD": "Standardised mean difference",
    "ROM": "Ratio of means",
    "HR": "Hazard ratio",
    "IRR": "Rate ratio",
    "IRD": "Rate difference",
    "SMD-RevMan": "Standardised mean difference",
    "PLO": "Proportion",
    "PAS": "Proportion",
    "PFT": "Proportion",
}
"""Effect measures by their full names; any other measure is written as it was declared."""
