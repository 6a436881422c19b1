"""Units of means, and instruments: how each becomes the one in which an outcome is pooled."""

from dataclasses import dataclass

RULE = "unit"
"""The conversion's name among those of model/conversions.py."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit or an instrument as results.csv names it; a value x is factor x + add in the other.

    A negative factor turns a scale round on which more is the opposite of what it is on others.
    `sd` is the standard deviation that the factor divides by, where one is declared.
    """

    name: str
    factor: float = 1.0
    add: float = 0.0
    sd: float | None = None

    @property
    def changes(self) -> bool:
        """Whether a value is another one in the outcome's unit."""
        return (self.factor, self.add) != (1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument that readers know: its name, and a standard deviation in its own units."""

    label: str
    sd: float
