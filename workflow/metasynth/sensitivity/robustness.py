"""What qualifies an outcome's results beside its sensitivity analyses, in one place for reports."""

from dataclasses import dataclass

from metasynth.sensitivity.extraction import Extraction
from metasynth.sensitivity.multiverse import Multiverse
from metasynth.sensitivity.sequential import Sequential


@dataclass(frozen=True, slots=True)
class Stability:
    """How an outcome's results depend on open numbers, on choices, and on how much is known."""

    extraction: Extraction
    multiverse: Multiverse
    sequential: Sequential
