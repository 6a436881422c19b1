"""Axes that span their data: round ticks within, no symmetry about no effect."""

from collections.abc import Iterable
from decimal import Decimal
from math import ceil, exp, floor, isfinite, log, log10

from metasynth.figures.canvas.axis import Axis, plain
from metasynth.language.formats import NumberStyle, number
from metasynth.language.tracked import SCALE, marked

MOST_TICKS = 7
_STEPS = (1.0, 2.0, 5.0, 10.0)
_ROUNDING = 1e-9
_DECADES: tuple[tuple[float, ...], ...] = (
    (1.0, 2.0, 3.0, 5.0, 7.0),
    (1.0, 2.0, 5.0),
    (1.0, 3.0),
    (1.0,),
)
"""What is ticked in each decade of a log axis, the densest first."""


def span_axis(
    values: Iterable[float | None], logarithmic: bool, numbers: NumberStyle, room: float = 0.05
) -> Axis:
    """An axis over all finite `values`, with `room` of its length to spare at both ends."""
    usable = [
        x for x in values if x is not None and isfinite(x) and (x > 0 or not logarithmic)
    ] or ([0.5, 2.0] if logarithmic else [-1.0, 1.0])
    low, high = min(usable), max(usable)
    if logarithmic:
        low, high = (exp(end) for end in _spread(log(low), log(high), room))
    else:
        low, high = _spread(low, high, room)
    return axis_between(low, high, logarithmic, numbers)


def axis_between(low: float, high: float, logarithmic: bool, numbers: NumberStyle) -> Axis:
    """An axis from exactly `low` to `high`."""
    return (_log_axis if logarithmic else linear_axis)(low, high, numbers)


def _spread(low: float, high: float, room: float) -> tuple[float, float]:
    """Room at both ends; values that differ by no more than rounding get an axis of their own."""
    if high - low <= _ROUNDING * max(abs(low), abs(high)):
        spare = 0.5 * abs(high) or 1.0
    else:
        spare = room * (high - low)
    return low - spare, high + spare


def linear_axis(low: float, high: float, numbers: NumberStyle, most: int = MOST_TICKS) -> Axis:
    """A linear axis from exactly `low` to `high`."""
    ticks, decimals = _linear_ticks(low, high, most)
    labels = tuple(marked(number(tick, decimals, numbers), SCALE) for tick in ticks)
    return Axis(False, low, high, tuple(ticks), labels)


def _linear_ticks(low: float, high: float, most: int) -> tuple[list[float], int]:
    """At most `most` multiples of a round step, and the decimals they need."""
    decade = 10.0 ** floor(log10((high - low) / most))
    for step in (decade * s for s in _STEPS):
        first, last = ceil(low / step - _ROUNDING), floor(high / step + _ROUNDING)
        if last - first < most:
            break
    exponent = Decimal(f"{step:.2g}").normalize().as_tuple().exponent
    decimals = max(0, -int(exponent))
    return [round(i * step, decimals) for i in range(first, last + 1)], decimals


def _log_axis(low: float, high: float, numbers: NumberStyle) -> Axis:
    """Ticks 1, 2, 5 in each decade, fewer on long axes; on short ones as on a linear axis."""
    decades = range(floor(log10(low)), floor(log10(high)) + 1)
    choices = (
        [m * 10.0**n for n in decades for m in multiples if low <= m * 10.0**n <= high]
        for multiples in _DECADES
    )
    ticks = next((ticks for ticks in choices if len(ticks) <= MOST_TICKS), None)
    if ticks is None:
        every = -(-len(decades) // MOST_TICKS)
        ticks = [10.0**n for n in decades if n % every == 0 and low <= 10.0**n <= high]
    if len(ticks) < 3:
        linear, decimals = _linear_ticks(low, high, 5)
        labels = tuple(marked(number(x, decimals, numbers), SCALE) for x in linear)
        return Axis(True, low, high, tuple(linear), labels)
    ticks = [float(f"{x:.6g}") for x in ticks]
    return Axis(True, low, high, tuple(ticks), tuple(plain(x, numbers) for x in ticks))


def curve_points(axis: Axis, count: int = 201) -> list[float]:
    """Values at equal distances along `axis`, its ends included: where to evaluate a curve."""
    low, high = (log(axis.low), log(axis.high)) if axis.logarithmic else (axis.low, axis.high)
    steps = (low + (high - low) * i / (count - 1) for i in range(count))
    return [exp(x) for x in steps] if axis.logarithmic else list(steps)
