"""The scale under a graph: how far it reaches on either side of no effect, and round ticks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, isfinite, log
from typing import TypeGuard

from metasynth.language.formats import NumberStyle, number
from metasynth.language.tracked import SCALE, marked

_RATIO_AXES: tuple[tuple[float, tuple[float, ...]], ...] = (
    (1.1, (1.05, 1.1)),
    (1.25, (1.1, 1.25)),
    (1.5, (1.25, 1.5)),
    (2, (1.5, 2)),
    (4, (2, 4)),
    (10, (2, 4, 10)),
    (20, (2, 5, 20)),
    (50, (2, 10, 50)),
    (100, (10, 100)),
    (200, (10, 200)),
    (500, (10, 500)),
    (1000, (10, 100, 1000)),
    (10_000, (10, 100, 1000, 10_000)),
    (1e6, (100, 1e4, 1e6)),
)
"""Reach of a log axis, and its ticks above 1; those below are their reciprocals."""

_ROUND = (1.0, 2.0, 4.0, 5.0, 10.0)
"""Reaches of a linear axis within a decade: each has a half that is round too."""

_SHARES = (0.002, 0.004, 0.008, 0.02, 0.04, 0.08, 0.2, 0.4, 0.8)
"""Reaches of an axis of shares, a fourth of each being round; more reach to 1."""

_FOURTHS = (1.0, 2.0, 4.0, 6.0, 8.0, 10.0)
"""Reaches of an axis of amounts within a decade."""
_STEPS = (1.0, 2.0, 5.0, 10.0)
"""Between ticks of an axis that stands anywhere."""

_STRETCH = 2.5
_MARGIN = 0.225
"""The least that an axis shows of the side on which nothing lies, as a share of the other side."""
_ALWAYS_SHOWN = 10.0
"""A log axis this long is still easy to read, so no interval within it is clipped."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high` in the units of the effect, with its ticks and their labels."""

    logarithmic: bool
    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    @property
    def null(self) -> float:
        """The value of no effect."""
        return 1.0 if self.logarithmic else 0.0

    def holds(self, value: float | None) -> TypeGuard[float]:
        """Whether `value` exists and lies on the axis."""
        return value is not None and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis drawn from `left` to `right`, in points from the figure's left edge."""

    axis: Axis
    left: float
    right: float

    def x(self, value: float) -> float:
        """Where an effect stands, in points."""
        low, high, at = self.axis.low, self.axis.high, value
        if self.axis.logarithmic:
            low, high, at = log(low), log(high), log(value)
        return self.left + (self.right - self.left) * (at - low) / (high - low)


def ratio_axis(
    estimates: Iterable[float | None], limits: Iterable[float | None], numbers: NumberStyle
) -> Axis:
    """A log axis that shows all estimates, and their limits unless that would squeeze the rest.

    It goes as far on either side of 1 as there is something to show, and beyond 1 in any case.
    """
    needed, wanted = (
        _sides(log(x) for x in values if x is not None and isfinite(x) and x > 0)
        for values in (estimates, limits)
    )
    farthest = max(needed)
    reach = max(farthest, min(max(wanted), max(log(_ALWAYS_SHOWN), _STRETCH * farthest)))
    reach = reach or log(_ALWAYS_SHOWN)
    above = next(
        (ticks for top, ticks in _RATIO_AXES if log(top) >= reach - 1e-9), _RATIO_AXES[-1][1]
    )
    below, over = (
        tuple(tick for tick in above if log(tick) <= end)
        for end in _ends([log(tick) for tick in above], needed, wanted)
    )
    ticks = (*(1 / x for x in reversed(below)), 1.0, *over)
    return Axis(True, ticks[0], ticks[-1], ticks, tuple(plain(x, numbers) for x in ticks))


def difference_axis(
    estimates: Iterable[float | None], limits: Iterable[float | None], numbers: NumberStyle
) -> Axis:
    """A linear axis that shows all estimates, and their limits unless far wider.

    It goes as far on either side of 0 as there is something to show, and beyond 0 in any case.
    """
    needed, wanted = (
        _sides(x for x in values if x is not None and isfinite(x)) for values in (estimates, limits)
    )
    farthest = max(needed)
    reach = max(farthest, min(max(wanted), 2 * _STRETCH * farthest)) or max(wanted) or 1.0
    decade = 10.0 ** _floor_log10(reach)
    top = next(decade * x for x in _ROUND if decade * x >= reach * (1 - 1e-9))
    below, over = _ends([top / 2, top], needed, wanted)
    ticks = tuple(x for x in (-top, -top / 2, 0.0, top / 2, top) if -below <= x <= over)
    return Axis(False, ticks[0], ticks[-1], ticks, tuple(plain(x, numbers) for x in ticks))


def _sides(distances: Iterable[float]) -> tuple[float, float]:
    """How far values go below no effect and above it, as distances; 0 where none does."""
    known = list(distances)
    return max(0.0, -min(known, default=0.0)), max(0.0, *known, 0.0)


def _ends(
    ticks: Sequence[float], needed: tuple[float, float], wanted: tuple[float, float]
) -> tuple[float, float]:
    """Which of the `ticks`, as distances, ends the axis below no effect, and which above it.

    The side that goes farther has all of them, the other those that its values need; it is never
    so short that no effect seems to stand at the edge. Without any value both are alike.
    """
    sides = [max(need, want) for need, want in zip(needed, wanted, strict=True)]
    least = [max(side, _MARGIN * ticks[-1]) for side in sides]
    if not any(sides) or min(sides) == max(sides):
        return ticks[-1], ticks[-1]
    short = next((tick for tick in ticks if tick >= min(least) - 1e-9), ticks[-1])
    return (ticks[-1], short) if sides[0] > sides[1] else (short, ticks[-1])


def share_axis(
    estimates: Iterable[float | None], limits: Iterable[float | None], numbers: NumberStyle
) -> Axis:
    """A linear axis from 0 over shares of patients, to 1 at most."""
    reach = max((x for x in (*estimates, *limits) if x is not None), default=1.0)
    top = next((x for x in _SHARES if x >= reach * (1 - 1e-9)), 1.0)
    ticks = tuple(i * top / 4 for i in range(5))
    return Axis(False, 0.0, top, ticks, tuple(plain(x, numbers) for x in ticks))


def amount_axis(
    estimates: Iterable[float | None], limits: Iterable[float | None], numbers: NumberStyle
) -> Axis:
    """A linear axis from 0 over amounts, to all estimates, and their limits unless far wider."""
    needed, wanted = (
        max((x for x in values if x is not None and isfinite(x)), default=0.0)
        for values in (estimates, limits)
    )
    reach = max(needed, min(wanted, 2 * _STRETCH * needed)) or wanted or 1.0
    decade = 10.0 ** _floor_log10(reach)
    top = next(decade * x for x in _FOURTHS if decade * x >= reach * (1 - 1e-9))
    ticks = tuple(i * top / 4 for i in range(5))
    return Axis(False, 0.0, top, ticks, tuple(plain(x, numbers) for x in ticks))


def window_axis(
    estimates: Iterable[float | None], limits: Iterable[float | None], numbers: NumberStyle
) -> Axis:
    """A linear axis from below the least to above the greatest, wherever these lie."""
    values = [x for x in (*estimates, *limits) if x is not None and isfinite(x)] or [0.0]
    least, most = min(values), max(values)
    reach = most - least or abs(most) or 1.0
    decade = 10.0 ** _floor_log10(reach / 4)
    step = next(decade * x for x in _STEPS if 4 * decade * x >= reach * (1 - 1e-9))
    first, last = floor(least / step + 1e-9), ceil(most / step - 1e-9)
    ticks = tuple(i * step for i in range(first, max(last, first + 1) + 1))
    return Axis(False, ticks[0], ticks[-1], ticks, tuple(plain(x, numbers) for x in ticks))


def _floor_log10(x: float) -> int:
    return int(f"{x:e}".partition("e")[2])


def plain(x: float, numbers: NumberStyle) -> str:
    """A tick's label in full: round numbers are short, reciprocals take two significant digits."""
    digits = Decimal(f"{x:.{2 if abs(x) < 1 else 3}g}")
    decimals = max(0, -int(digits.normalize().as_tuple().exponent))
    return marked(number(float(digits), decimals, numbers), SCALE)
