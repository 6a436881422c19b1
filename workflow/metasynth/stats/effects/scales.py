"""From the scale on which effects are pooled to the one on which they are read."""

from math import atanh, exp, isfinite, log, tanh

from metasynth.model.methods import LOGARITHMIC
from metasynth.stats.effects.one_group import from_root
from metasynth.stats.effects.proportions import from_arcsine, from_double_arcsine, from_logit

LARGEST_EXPONENT = 700.0
"""exp of more than this overflows."""


def natural(measure: str, value: float | None, size: float | None = None) -> float | None:
    """`value` of `measure` on the natural scale; None for what does not exist or is no float.

    Parameters:
        measure: a name of the catalogue of methods.
        value: on the analysis scale; None and what is not finite stay None.
        size: the number of people that a double arcsine is of, without which it has no natural
            value; see `proportions.pooled_size`.

    Example:
        >>> natural("OR", 0.0), natural("MD", -2.5), natural("RR", 1000.0), natural("PFT", 0.5)
        (1.0, -2.5, None, None)
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

    Parameters:
        measure: a name of the catalogue of methods.
        value: a ratio, a correlation, or a difference.

    Raises:
        ValueError: for a ratio not above 0, or a correlation not between -1 and 1.

    Example:
        >>> analysed("HR", 1.0), analysed("MD", -2.5), round(analysed("ZCOR", 0.5), 6)
        (0.0, -2.5, 0.549306)
    """
    if measure in LOGARITHMIC:
        return log(value)
    return atanh(value) if measure == "ZCOR" else value


def finite(value: float | None) -> float | None:
    """A plain float without a negative zero; None for what is not finite.

    Parameters:
        value: on any scale; None stays None.

    Example:
        >>> finite(-0.0), finite(float("nan")), finite(float("inf"))
        (0.0, None, None)
    """
    return float(value) + 0.0 if value is not None and isfinite(value) else None
