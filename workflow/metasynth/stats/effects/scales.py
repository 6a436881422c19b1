"""From the scale on which effects are pooled to the one on which they are read."""

from math import atanh, exp, isfinite, log, tanh

from metasynth.model.methods import LOGARITHMIC
from metasynth.stats.effects.one_group import from_root
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
    if measure in LOGARITHMIC:
        return exp(number) if number < LARGEST_EXPONENT else None
    if measure == "ZCOR":
        return tanh(number)
    if measure == "IRS":
        return from_root(number)
    if measure == "PLO":
        return from_logit(number)
    if measure == "PAS":
        return from_arcsine(number)
    if measure == "PFT":
        return from_double_arcsine(number, size) if size else None
    return number


def analysed(measure: str, value: float) -> float:
    """`value` of a published contrast of `measure`, as printed, on the scale of the analysis.

    Raises ValueError for a ratio not above 0, or a correlation not between -1 and 1.
    """
    if measure in LOGARITHMIC:
        return log(value)
    return atanh(value) if measure == "ZCOR" else value


def finite(value: float | None) -> float | None:
    """A plain float without a negative zero; None for what is not finite."""
    return float(value) + 0.0 if value is not None and isfinite(value) else None
