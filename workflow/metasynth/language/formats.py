"""Numbers as text, the same in figures, tables and sentences.

Rounding is half-to-even on the shortest decimal form of the float (what `repr` prints), so that
1.005, which a binary float cannot hold, rounds as the reader of "1.005" expects. A negative number
that rounds to zero keeps its sign ("−0.00"): it says on which side of no difference a limit lies.

From five digits on thousands stand apart by a space that does not break, as ISO 80000 and SI have
them, so that no comma of a number meets the one between two limits: "357 347". Numbers of four
digits, such as years, have none. What a program reads (CSV, JSON) never has one.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from metasynth.language.tracked import bare, each
from metasynth.model.methods import MEASURE, is_ratio

MINUS = "−"
MISSING = "–"
_PROPORTION_DIFFERENCES = ("RD", "ASD")


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How numbers are written: the decimal mark, what stands between two limits, and thousands.

    `decimals` are those that a review declares for effects and limits, by measure.
    """

    decimal: str = "."
    separator: str = ", "
    thousands: str = "\u202f"
    decimals: tuple[tuple[str, int], ...] = ()


_SIGNIFICANT = Decimal("0.05")
LEVELS = (Decimal("0.001"), Decimal("0.01"), _SIGNIFICANT, Decimal("0.10"))
"""What p-values are judged by, here and by readers."""
HIGHEST_RATIO = 1000
"""Beyond it a ratio is only said to be beyond: "<0.001" is its like at the other end."""
LARGEST_IN_FULL = 1e22
"""Numbers beyond it are printed with an exponent."""
ENGLISH = NumberStyle()
POLISH = NumberStyle(",", "; ", "\u00a0")
_LONG = re.compile(r"(?<![\d.])\d{5,}")
_THOUSANDS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")


def localised(text: str, style: NumberStyle) -> str:
    """A number that is written as programs do, in a language's way: "12345.678" → "12 345.678"."""
    apart = _LONG.sub(lambda found: _THOUSANDS.sub(style.thousands, found[0]), text)
    return apart.replace(".", style.decimal)


def number(x: float | None, decimals: int = 2, style: NumberStyle = ENGLISH) -> str:
    """`x` with exactly `decimals` decimals: 1.5 → "1.50", -0.001 → "−0.00", None → "–".

    What is larger than 23 digits has an exponent: 3.3e+29.
    """
    if x is None:
        return MISSING
    if abs(x) > LARGEST_IN_FULL:
        return shortest(float(f"{x:.3g}"), style)
    exact = Decimal(repr(float(x)))
    rounded = abs(exact).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    return (MINUS if exact < 0 else "") + localised(f"{rounded:f}", style)


def shortest(x: float, style: NumberStyle = ENGLISH) -> str:
    """A number as it was extracted, without zeros behind: 0.04 → "0.04", 100.0 → "100"."""
    whole = float(x).is_integer() and abs(x) <= LARGEST_IN_FULL
    return localised(f"{x:.0f}" if whole else f"{x:g}", style).replace("-", MINUS)


def count(n: int | float | None, style: NumberStyle) -> str:
    """A count: 950, 123 456; None → "–".

    Parts of a shared control are no whole numbers: 12.5, 8.33.
    """
    if n is None:
        return MISSING
    if n == int(n):
        return number(n, 0, style)
    return number(n, 2, style).rstrip("0").rstrip(style.decimal)


def positive(x: float | None, style: NumberStyle = ENGLISH) -> str:
    """A number that cannot be negative (a ratio, tau²), so that it never reads as 0 unless it is.

    Two decimals; three under 0.0095; "<0.001" below; none from 1000, and ">999 999" at the top.
    """
    if x is None:
        return MISSING
    if 0 < x < 0.0005:
        return "<" + number(0.001, 3, style)
    if x >= 999_999.5:
        return ">" + number(999_999, 0, style)
    return number(x, 3 if 0 < x < 0.0095 else 0 if x >= 1000 else 2, style)


def estimate(measure: str, x: float | None, style: NumberStyle = ENGLISH) -> str:
    """An effect, or one of its limits, on the natural scale of `measure`.

    Two decimals; three for differences of proportions, which would often read "0.00"; of what is
    never negative as many as keep it from reading as 0; or as many as the review declares. Of a
    ratio above 1000 no digit means anything, and none is printed: ">1000".
    """
    if x is not None and x > HIGHEST_RATIO and is_ratio(measure):
        return f">{HIGHEST_RATIO}"
    for declared, decimals in style.decimals:
        if declared == measure:
            return _declared(x, decimals, style, positive=MEASURE[measure].positive)
    if MEASURE[measure].positive:
        return positive(x, style)
    return number(x, usual_decimals(measure), style)


def usual_decimals(measure: str) -> int:
    """The decimals of an effect of which the review declares none."""
    return 3 if measure in _PROPORTION_DIFFERENCES else 2


def _declared(x: float | None, decimals: int, style: NumberStyle, *, positive: bool) -> str:
    """A number with declared decimals; what is never negative does not read as 0 unless it is."""
    least: float = 10.0**-decimals
    if positive and x is not None and 0 < x < least / 2:
        return "<" + number(least, decimals, style)
    return number(x, decimals, style)


def per_thousand(x: float, style: NumberStyle = ENGLISH) -> str:
    """Patients in a thousand, or a number needed: whole from 10 on, else with one decimal."""
    return number(x, 0 if abs(x) >= 10 else 1, style)


CREDIBLE = "CrI"
"""What stands behind a credible interval, so that none is taken for one of confidence."""


def named(ci_method: str) -> str:
    """The name of an interval that is not one of confidence, with a space before it."""
    return f"\u00a0{CREDIBLE}" if ci_method == "credible" else ""


def interval(
    measure: str, low: float | None, high: float | None, style: NumberStyle = ENGLISH
) -> str:
    """ "[0.94, 2.65]"; a limit that does not exist is "–", and so is an interval without any."""
    return between(estimate(measure, low, style), estimate(measure, high, style), style)


def between(low: str, high: str, style: NumberStyle) -> str:
    """An interval of limits that are printed already."""
    return MISSING if low == high == MISSING else f"[{low}{style.separator}{high}]"


def bracketed(estimate: str, low: str, high: str, style: NumberStyle = ENGLISH) -> str:
    """An effect with its interval, of numbers that are printed already: "1.58 [0.94, 2.65]"."""
    return f"{estimate} {between(low, high, style)}"


def effect(
    measure: str,
    x: float | None,
    low: float | None,
    high: float | None,
    style: NumberStyle = ENGLISH,
) -> str:
    """An effect with its interval: "1.58 [0.94, 2.65]"."""
    return f"{estimate(measure, x, style)} {interval(measure, low, high, style)}"


def p_value(p: float | None, style: NumberStyle = ENGLISH) -> str:
    """ "0.20", "0.004", "<0.001", ">0.99": never on another side of a level than `p` itself.

    Two decimals, or three below 0.0095, and as many more (up to four) as it takes for the printed
    number to lie on the same side of each of `LEVELS`; "0.05" is printed of 0.05 alone. Where four
    are too few, the side is all that is said: "<0.05".
    """
    if p is None:
        return MISSING
    if p < 0.001:
        return "<" + number(0.001, 3, style)
    if p > 0.99:
        return ">" + number(0.99, 2, style)
    texts = (number(p, decimals) for decimals in range(3 if p < 0.0095 else 2, 5))
    text = next((t for t in texts if _same_sides(Decimal(t), Decimal(repr(float(p))))), None)
    return _side(p, style) if text is None else text.replace(".", style.decimal)


def _same_sides(printed: Decimal, p: Decimal) -> bool:
    """Whether a reader who compares what is printed with a level decides as `p` does."""
    if (printed == _SIGNIFICANT) != (p == _SIGNIFICANT):
        return False
    return all((printed < level) == (p < level) for level in LEVELS)


def _side(p: float, style: NumberStyle) -> str:
    """The side of the nearest level, of a `p` that four decimals cannot tell from it."""
    level = min(LEVELS, key=lambda level: abs(Decimal(repr(float(p))) - level))
    sign = "<" if Decimal(repr(float(p))) < level else ">"
    return sign + f"{level}".replace(".", style.decimal)


def percent(x: float | None, decimals: int = 0, style: NumberStyle = ENGLISH) -> str:
    """A percentage that is already in per cent: 38.2 → "38%"."""
    return MISSING if x is None else number(x, decimals, style) + "%"


def stated(symbol: str, text: str) -> str:
    """A symbol and its value as one statement: "p = 0.20", but "p < 0.001"."""
    if bare(text)[:1] in ("<", ">"):
        return f"{symbol} {each(text, lambda printed: f'{printed[0]} {printed[1:]}')}"
    return f"{symbol} = {text}"
