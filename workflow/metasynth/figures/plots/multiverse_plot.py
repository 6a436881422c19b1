"""Specification curve: every analysis of a multiverse, sorted, above a matrix of its choices.

Simonsohn, Simmons and Nelson, Nat Hum Behav 2020;4:1208-14. A panel an effect measure, as measures
have scales of their own. Where analyses are more than points across, those that share a point are
drawn as one: intervals all reach over nearly the same estimate, so their union is one line, and a
cell of the matrix is as dark as the share of its analyses that took the option.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, fsum

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from metasynth.core.arrays import Array
from metasynth.figures.canvas.axis import Axis, Scale, difference_axis, ratio_axis
from metasynth.figures.canvas.legend import Entry, draw_symbols, lay_out_key
from metasynth.figures.canvas.page import HALF_CAP, MARGIN, Drawing, Label, Page, blank, write
from metasynth.figures.canvas.panel import TICK, Panel
from metasynth.figures.canvas.style import (
    BLUE,
    INK,
    LINE,
    NOTE_SIZE,
    TEXT_SIZE,
    VERMILION,
    WIDTH,
    Z_INTERVAL,
    Z_REFERENCE,
    Z_SQUARE,
    isolated,
)
from metasynth.figures.canvas.text import shorten, width, wrap
from metasynth.figures.canvas.ticks import span_axis
from metasynth.figures.plots.multiverse_choices import dimension_name, option_name
from metasynth.figures.plots.multiverse_words import measure_title, notes, words
from metasynth.language.formats import NumberStyle
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.tracked import bare
from metasynth.model.methods import is_ratio
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.multiverse import Multiverse, options_taken
from metasynth.sensitivity.multiverse import Scale as Measured

HEIGHT = 150.0
ROW = 9.0
CELL = 6.0
WIDEST_STEP = 9.0
DOTS = 3.0
"""Analyses at least so far apart have marks of their own shape."""
LABELS = 128.0
GAP = 12.0
TITLE_LINES = 3
SHADES = (0.2, 0.4, 0.65, 1.0)
MOST_TRIALS = 12
"""With more trials the matrix says only whether one is left out."""
SIDES = (
    (-1, VERMILION, "v", "below"),
    (0, INK, "o", "inconclusive"),
    (1, BLUE, "^", "above"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the matrix: a heading, or an option with the analyses that took it."""

    text: str
    taken: tuple[bool, ...] = ()
    heading: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One measure's panel: its analyses, its axis, and where it stands across."""

    measured: Measured
    first: int
    count: int
    axis: Axis
    left: float
    right: float

    @property
    def step(self) -> float:
        """The room of an analysis, in points."""
        return (self.right - self.left) / self.count

    @property
    def edges(self) -> Array:
        """Where the columns begin and end, in analyses: one each, or one a point."""
        columns = self.count if self.step >= 1 else ceil(self.right - self.left)
        return np.linspace(0, self.count, columns + 1)


@isolated
def specification_curve(
    result: OutcomeResult, found: Multiverse, *, language: Language = ENGLISH
) -> Drawing:
    """Draw a multiverse that has analyses; without any the caller says why."""
    lines = _lines(result, found, language)
    curves = _curves(found, language.numbers)
    titles = [_title(found.outcome, curve, language) for curve in curves]
    top = MARGIN + max(map(len, titles)) * LINE + 5.0
    bottom = top + HEIGHT
    matrix = bottom + 6.0
    foot = matrix + len(lines) * ROW + 8.0
    tested = any(curve.measured.null is not None for curve in curves)
    entries = _entries(max(curve.step for curve in curves) >= DOTS, tested, language)
    key = lay_out_key(entries, notes(found, language), MARGIN, foot, WIDTH - 2 * MARGIN)
    page = blank(key.bottom + MARGIN)
    write(page, key.labels)
    draw_symbols(page, key)
    write(page, _side(lines, matrix))
    for i, (curve, title) in enumerate(zip(curves, titles, strict=True)):
        write(page, _above(curve, title, top))
        panel = _panel(page, curve, top, bottom)
        _draw_curve(panel, curve, found, f"panel-{i + 1}")
        _draw_matrix(page, curve, lines, matrix, f"panel-{i + 1}")
        _draw_primary(page, panel, curve, found, (top, matrix + len(lines) * ROW))
    return Drawing(page, *words(result, found, language))


# --- what is shown --------------------------------------------------------------------------------


def _lines(result: OutcomeResult, found: Multiverse, language: Language) -> list[Line]:
    """The matrix's lines: each dimension in which analyses differ, and its options."""
    lines: list[Line] = []
    options = options_taken(found)
    for dimension in found.dimensions[1:]:
        taken = options[dimension.name]
        names = [
            option_name(dimension.name, option, result, language) for option in dimension.options
        ]
        if dimension.name == "left_out" and len(dimension.options) > MOST_TRIALS + 1:
            taken = [None if i is None else int(i > 0) for i in taken]
            names = [language.say("none"), language.say("one of them")]
        used = sorted({i for i in taken if i is not None})
        if len(used) > 1:
            lines.append(Line(dimension_name(dimension.name, language), heading=True))
            lines += [Line(names[i], tuple(t == i for t in taken)) for i in used]
    return lines


def _curves(found: Multiverse, numbers: NumberStyle) -> list[Curve]:
    """The panels, as wide as their analyses need and the page allows."""
    rows = found.specifications
    total = found.tally.analyses
    parts = []
    for scale in found.scales:
        own = slice(scale.first, scale.first + scale.tally.analyses)
        limits = [*rows.ci_low[own], *rows.ci_high[own]]
        parts.append((scale, _axis(scale, rows.estimate[own], limits, numbers)))
    ticks = [max(width(text) for text in axis.labels) + TICK + 4.0 for _, axis in parts]
    free = WIDTH - 2 * MARGIN - LABELS - fsum(ticks) - GAP * len(parts)
    step = min(WIDEST_STEP, free / total)
    # A small panel still needs room for its title.
    least = min(60.0, free / len(parts))
    wide = [max(least, step * scale.tally.analyses) for scale, _ in parts]
    squeeze = min(1.0, free / fsum(wide))
    curves, left = [], MARGIN + LABELS
    for (scale, axis), room, tick in zip(parts, wide, ticks, strict=True):
        left += GAP + tick
        right = left + room * squeeze
        curves.append(Curve(scale, scale.first, scale.tally.analyses, axis, left, right))
        left = right
    return curves


def _axis(
    scale: Measured,
    estimates: Sequence[float],
    limits: Sequence[float | None],
    numbers: NumberStyle,
) -> Axis:
    if is_ratio(scale.measure):
        return ratio_axis(estimates, limits, numbers)
    if scale.null is None:
        return span_axis([*estimates, *limits], False, numbers)
    return difference_axis(estimates, limits, numbers)


def _title(outcome: str, curve: Curve, language: Language) -> list[str]:
    """The lines above a panel: its measure, then how many analyses."""
    room = curve.right - curve.left + TICK
    name, count = measure_title(outcome, curve.measured, language)
    return [*wrap(name, room, TITLE_LINES, bold=True), *wrap(count, room, 2, size=NOTE_SIZE)]


def _above(curve: Curve, title: Sequence[str], top: float) -> list[Label]:
    first = top - 5.0 - len(title) * LINE
    labels = []
    for i, text in enumerate(title):
        bold = not bare(text)[:1].isdigit()
        size = TEXT_SIZE if bold else NOTE_SIZE
        y = first + (i + 0.5) * LINE + HALF_CAP
        labels.append(Label(text, curve.left - TICK, y, bold=bold, size=size))
    return labels


def _entries(apart: bool, tested: bool, language: Language) -> list[Entry]:
    """The key; marks of their own shape only where analyses stand far enough apart.

    Sides of no effect only where a measure has one (`tested`).
    """
    primary = Entry(language.say("Primary analysis"), "D", INK, hollow=True)
    if not tested:
        (middle,) = (side for side in SIDES if side[0] == 0)
        marker = middle[2] if apart else ""
        return [Entry(language.say("Interval"), marker=marker, colour=middle[1], line="-"), primary]
    names = (message("Interval below no effect"), message("Interval across no effect"))
    texts = [language.say(name) for name in (*names, message("Interval above no effect"))]
    entries = [
        Entry(text, marker=marker if apart else "", colour=colour, line="-")
        for text, (_, colour, marker, _) in zip(texts, SIDES, strict=True)
    ]
    if not apart:
        entries.append(Entry(language.say("Estimates"), colour=INK, line="-", weight=2.0))
    return [*entries, primary]


def _side(lines: Sequence[Line], top: float) -> list[Label]:
    """The names of dimensions and options, right of them the matrix."""
    return [
        Label(
            shorten(line.text, LABELS - 8.0, line.heading, NOTE_SIZE),
            MARGIN + (0.0 if line.heading else 8.0),
            top + (i + 0.5) * ROW + 0.33 * NOTE_SIZE,
            bold=line.heading,
            size=NOTE_SIZE,
        )
        for i, line in enumerate(lines)
    ]


# --- drawing --------------------------------------------------------------------------------------


def _panel(page: Page, curve: Curve, top: float, bottom: float) -> Panel:
    across = Axis(False, 0.0, float(curve.count), (), ())
    y = Scale(curve.axis, bottom, top)
    panel = Panel(page, Scale(across, curve.left, curve.right), y)
    panel.spines()
    labels = (
        Label(text, curve.left - TICK - 2.0, y.x(tick) + HALF_CAP, "right")
        for tick, text in zip(curve.axis.ticks, curve.axis.labels, strict=True)
    )
    write(page, labels)
    if curve.measured.null is not None:
        panel.plot(
            [0.0, curve.count], [curve.measured.null] * 2, color=INK, linewidth=0.6,
            zorder=Z_REFERENCE, gid="null",
        )  # fmt: skip
    return panel


def _draw_curve(panel: Panel, curve: Curve, found: Multiverse, name: str) -> None:
    """Intervals, those that include no effect first, then estimates."""
    rows = found.specifications
    part = slice(curve.first, curve.first + curve.count)
    axis = curve.axis
    estimate = np.array(rows.estimate[part])
    low = np.array([axis.low if x is None else x for x in rows.ci_low[part]])
    high = np.array([axis.high if x is None else x for x in rows.ci_high[part]])
    side = _sides(low, high, curve.measured.null)
    column = np.searchsorted(curve.edges, np.arange(curve.count) + 0.5, side="right") - 1
    middle = (curve.edges[:-1] + curve.edges[1:]) / 2
    for which, colour, marker, kind in sorted(SIDES, key=lambda item: abs(item[0])):
        chosen = side == which
        if not chosen.any():
            continue
        columns = np.unique(column[chosen])
        ends = [
            (middle[i], low[chosen & (column == i)].min(), high[chosen & (column == i)].max())
            for i in columns
        ]
        clipped = [(x, max(a, axis.low), min(b, axis.high)) for x, a, b in ends]
        panel.add_patch(_strokes(clipped, curve, colour, which, f"{name}-{kind}-intervals"))
        if curve.step >= DOTS:
            panel.plot(
                middle[column[chosen]], estimate[chosen], marker=marker,
                markersize=min(4.0, 0.75 * curve.step), markeredgewidth=0.0, color=colour,
                linestyle="none", zorder=Z_SQUARE, gid=f"{name}-{kind}-estimates",
            )  # fmt: skip
        else:
            panel.add_patch(_estimates(estimate, chosen, column, curve, f"{name}-{kind}-estimates"))


def _sides(low: Array, high: Array, null: float | None) -> Array:
    if null is None:
        return np.zeros(low.shape)
    return np.where(high < null, -1.0, np.where(low > null, 1.0, 0.0))


def _strokes(
    ends: Sequence[tuple[float, float, float]], curve: Curve, colour: str, which: int, gid: str
) -> PathPatch:
    """Vertical lines as one path."""
    vertices = [point for x, a, b in ends for point in ((x, a), (x, b))]
    path = Path(np.array(vertices), [Path.MOVETO, Path.LINETO] * len(ends))
    room = (curve.right - curve.left) / (len(curve.edges) - 1)
    look = {"linewidth": min(1.1, 0.55 * room), "alpha": 0.8 if which else 0.4}
    return PathPatch(path, facecolor="none", edgecolor=colour, zorder=Z_INTERVAL, gid=gid, **look)


def _estimates(
    estimate: Array,
    chosen: NDArray[np.bool_],
    column: NDArray[np.intp],
    curve: Curve,
    gid: str,
) -> PathPatch:
    """Where marks would hide each other: a bar over the estimates of a column, at least a dot."""
    scale = Scale(curve.axis, 0.0, HEIGHT)
    corners = []
    for i in np.unique(column[chosen]):
        here = estimate[chosen & (column == i)]
        middle, half = _in_points(scale, float(here.min()), float(here.max()))
        a, b = (_value(curve.axis, middle + sign * max(half, 0.9)) for sign in (-1, 1))
        corners.append((curve.edges[i], curve.edges[i + 1], a, b))
    return _cells(corners, gid)


def _in_points(scale: Scale, low: float, high: float) -> tuple[float, float]:
    a, b = scale.x(low), scale.x(high)
    return (a + b) / 2, (b - a) / 2


def _value(axis: Axis, at: float) -> float:
    """The value that stands `at` points above the foot of a panel."""
    share = at / HEIGHT
    if axis.logarithmic:
        return float(axis.low * (axis.high / axis.low) ** share)
    return axis.low + share * (axis.high - axis.low)


def _draw_matrix(page: Page, curve: Curve, lines: Sequence[Line], top: float, name: str) -> None:
    """A cell for each option and column, as dark as the share of its analyses that took it."""
    high = len(lines) * ROW
    across = Axis(False, 0.0, float(curve.count), (), ())
    down = Axis(False, 0.0, max(high, ROW), (), ())
    panel = Panel(page, Scale(across, curve.left, curve.right), Scale(down, top, top + high))
    for shade, runs in sorted(_runs(curve, lines).items()):
        panel.add_patch(_bars(runs, shade, f"{name}-matrix-{shade:g}"))


def _runs(curve: Curve, lines: Sequence[Line]) -> dict[float, list[tuple[float, float, float]]]:
    """The matrix's cells by shade: from, to and height, neighbours of one shade as one.

    Analyses with marks of their own have cells of their own.
    """
    place, edges = np.arange(curve.count) + 0.5, curve.edges
    sizes, _ = np.histogram(place, edges)
    apart = curve.step >= DOTS
    inset = 0.12 if apart else 0.0
    runs: dict[float, list[tuple[float, float, float]]] = {}
    for row, line in enumerate(lines):
        if line.heading:
            continue
        taken = np.array(line.taken[curve.first : curve.first + curve.count], dtype=float)
        counts, _ = np.histogram(place, edges, weights=taken)
        shades = np.ceil(len(SHADES) * counts / np.maximum(sizes, 1)).astype(int)
        breaks = np.flatnonzero(np.diff(shades) != 0) + 1
        starts = np.arange(len(shades)) if apart else np.concatenate([[0], breaks])
        for start, end in zip(starts, [*starts[1:], len(shades)], strict=True):
            if shades[start]:
                left, right = float(edges[start]), float(edges[end])
                run = left + inset, right - inset, (row + 0.5) * ROW
                runs.setdefault(SHADES[shades[start] - 1], []).append(run)
    return runs


def _bars(runs: Sequence[tuple[float, float, float]], opacity: float, gid: str) -> PathPatch:
    """Thick horizontal lines as one path."""
    vertices = [point for left, right, y in runs for point in ((left, y), (right, y))]
    path = Path(np.array(vertices), [Path.MOVETO, Path.LINETO] * len(runs))
    return PathPatch(
        path, facecolor="none", edgecolor=INK, alpha=opacity, linewidth=CELL,
        capstyle="butt", zorder=Z_REFERENCE, gid=gid,
    )  # fmt: skip


def _cells(corners: Sequence[tuple[float, float, float, float]], gid: str) -> PathPatch:
    """Rectangles from left, right, and two heights, as one path."""
    vertices = [
        point
        for left, right, a, b in corners
        for point in ((left, a), (right, a), (right, b), (left, b), (left, a))
    ]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(corners)
    path = Path(np.array(vertices), codes)
    return PathPatch(path, facecolor=INK, linewidth=0.0, zorder=Z_SQUARE, gid=gid)


def _draw_primary(
    page: Page, panel: Panel, curve: Curve, found: Multiverse, span: tuple[float, float]
) -> None:
    """A hollow diamond at the primary analysis, and a line down through its choices."""
    place = found.primary
    if place is None or not curve.first <= place < curve.first + curve.count:
        return
    x = place - curve.first + 0.5
    estimate = found.specifications.estimate[place]
    panel.plot(
        [x], [estimate], marker="D", markersize=5.5, markerfacecolor="none", markeredgecolor=INK,
        markeredgewidth=0.9, linestyle="none", clip_on=False, zorder=Z_SQUARE + 1, gid="primary",
    )  # fmt: skip
    across = Axis(False, 0.0, float(curve.count), (), ())
    down = Axis(False, 0.0, 1.0, (), ())
    whole = Panel(page, Scale(across, curve.left, curve.right), Scale(down, *span))
    whole.plot(
        [x, x], [0.0, 1.0], color=INK, linewidth=0.4, linestyle=(0.0, (1.0, 1.6)),
        zorder=Z_REFERENCE, gid="primary-line",
    )  # fmt: skip
