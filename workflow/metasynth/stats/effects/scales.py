"""From the scale on which effects are pooled to the one on which they are read."""

from math import exp, isfinite

from metasynth.model.methods import is_ratio
from metasynth.stats.effects.proportions import from_arcsine, from_double_arcsine, from_logit

LARGEST_EXPONENT = 700.0
"""exp of more than this overflows."""


def natural(measure: str, value: float | None, size: float | None = None) -> float | None:
    """`value` of `measure` on the natural scale; None for what does not exist or is no float.

    `size` is the number of people that a double arcsine is of; see `proportions.pooled_size`.
    """
    number = finite(value)
    if number is None:
        return None
    if is_ratio(measure):
        return exp(number) if number < LARGEST_EXPONENT else None
    if measure == "PLO":
        return from_logit(number)
    if measure == "PAS":
        return from_arcsine(number)
    if measure == "PFT":
        return from_double_arcsine(number, size) if size else None
    return number


def finite(value: float | None) -> float | None:
    """A plain float without a negative zero; None for what is not finite."""
    return float(value) + 0.0 if value is not None and isfinite(value) else None
