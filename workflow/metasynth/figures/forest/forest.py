"""Forest plots in the layout that readers of Cochrane reviews know."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf, log
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from metasynth.figures.canvas.axis import (
    Axis,
    Scale,
    amount_axis,
    difference_axis,
    ratio_axis,
    share_axis,
    window_axis,
)
from metasynth.figures.canvas.page import MARGIN, Drawing, Page, blank, breakable, rule, write
from metasynth.figures.canvas.panel import Panel
from metasynth.figures.canvas.style import INK, Z_REFERENCE, Z_SQUARE, isolated
from metasynth.figures.forest.columns import abbreviated
from metasynth.figures.forest.layout import DOT, Layout, cramped, lay_out, narrow
from metasynth.figures.forest.preset import JOURNAL, Preset
from metasynth.figures.forest.rows import Forest, Mark, forest_rows
from metasynth.figures.forest.shapes import (
    draw_before,
    draw_diamond,
    draw_interval,
    draw_square,
    visible,
)
from metasynth.figures.plots.risk_of_bias import Judgements, draw_dots
from metasynth.language.formats import NumberStyle
from metasynth.language.languages import ENGLISH, Language
from metasynth.model.records import OutcomeResult

Point = tuple[float, float]
"""An effect, and points from the figure's top."""
WIDEST = 1.6
"""What reaches this many times further than the others need is clipped."""
ASIDE = 0.21
"""Of a row's height, how far two marks of one row stand above and below its middle."""
MANY = 20
"""Limits of which a tenth may be clipped for the sake of the rest."""


@isolated
def forest(
    result: OutcomeResult,
    analyses: Sequence[str] | None = None,
    *,
    language: Language = ENGLISH,
    preset: Preset = JOURNAL,
    judgements: Judgements | None = None,
) -> Figure:
    """Draw an outcome's studies and pooled effects; `analyses` defaults to all that were made.

    Study effects, weights and subgroups are those of the first analysis shown. Marks stand in data
    coordinates on the natural scale of the measure: the axes' x is the effect, y the distance from
    the figure's top in points. `preset` is the journal whose layout to take; with `judgements`,
    each study's by its id, dots of risk of bias stand right of all.

    Raises:
        KeyError: when an analysis is named that the result does not have.
    """
    said = forest_rows(result, analyses, language, preset, judgements)
    axis = scale_of(said, language.numbers)
    if cramped(said, axis) or narrow(said, axis):
        brief, note = abbreviated(said.columns, language)
        said = replace(said, columns=brief, notes=(*said.notes, *note))
        if cramped(said, scale_of(said, language.numbers)):  # judgements have figures of their own
            said = forest_rows(result, analyses, language, preset)
    return draw_forest(said, language)


class Composed(NamedTuple):
    """What a forest plot will show, and both of its alternative texts (see `Drawing`)."""

    forest: Forest
    title: str
    description: str


def draw_composed(of: Composed, language: Language) -> Drawing:
    """Draw what was composed, with its words; whoever calls must be `isolated`."""
    return Drawing(draw_forest(of.forest, language), of.title, of.description)


def draw_forest(said: Forest, language: Language) -> Figure:
    """Draw what was composed; whoever calls must be `isolated`."""
    layout = lay_out(said, scale_of(said, language.numbers))
    figure = blank(layout.height)
    figure.pieces = (layout.pieces,)
    breakable(figure, layout.height, layout.top + 0.5, _tops(said, layout))
    _draw_on(figure, said, layout)
    return figure


PANEL_GAP = 8.0


def draw_panels(
    panels: Sequence[Forest], language: Language, *, whole_groups: bool = False
) -> Figure:
    """Draw forest plots below each other, each with its own axis; `draw_forest` says who may call.

    On one axis stands only what has one scale. Paper cuts them above any row, or with
    `whole_groups` above headings alone.
    """
    layouts, start = list[Layout](), MARGIN
    for said in panels:
        alike = [panel for panel in panels if len(panel.columns) == len(said.columns)]
        layouts.append(lay_out(said, scale_of(said, language.numbers), alike, start))
        start = layouts[-1].height + PANEL_GAP
    figure = blank(layouts[-1].height)
    figure.pieces = tuple(layout.pieces for layout in layouts)
    starts = [layout.height + PANEL_GAP / 2 for layout in layouts]
    tops = [
        top
        for start, said, layout in zip([0.0, *starts], panels, layouts, strict=False)
        for top in (*([start] if start else []), *_tops(said, layout, whole_groups))
    ]
    breakable(figure, layouts[-1].height, MARGIN, tops)
    before = 0
    for said, layout in zip(panels, layouts, strict=True):
        _draw_on(figure, said, layout, before)
        before += len(said.rows)
    return figure


def _tops(said: Forest, layout: Layout, headings: bool = False) -> Iterator[float]:
    """Above which rows paper may cut a plot: not the first, and none below its own heading.

    With `headings` above these alone.
    """
    pairs = zip(said.rows, said.rows[1:], layout.middles[1:], strict=False)
    for before, row, middle in pairs:
        if row.kind == "heading" or (before.kind not in ("heading", "note") and not headings):
            yield middle - layout.pitch / 2


def _draw_on(figure: Page, said: Forest, layout: Layout, before: int = 0) -> None:
    """Draw one plot where it was laid out; rows are numbered from `before`."""
    write(figure, layout.labels)
    rule(figure, layout.rules)
    axes = _add_axes(figure, layout)
    _draw_references(axes, said, layout)
    _draw_band(axes, said, layout)
    _draw_marks(axes, said, layout, before)
    for number, (row, y) in enumerate(zip(said.rows, layout.middles, strict=True), before + 1):
        dots = [(word, x, y) for word, x in zip(row.dots, layout.dots, strict=False)]
        draw_dots(figure, dots, DOT, f"row-{number}-dot")


_ALONE = {"share": share_axis, "amount": amount_axis, "anywhere": window_axis}
"""The axes of what is of one group, and has no value of no effect."""


def scale_of(said: Forest, numbers: NumberStyle) -> Axis:
    """An axis that holds all estimates, and diamonds' ends but those far beyond the studies'."""
    rows = (mark for row in said.rows for mark in (row.mark, row.before) if mark)
    marks = [*said.band, *rows]
    if said.one_group:
        alone = _ALONE[said.one_group]
        return alone([mark.estimate for mark in marks], _limits(marks), numbers)
    make = ratio_axis if said.logarithmic else difference_axis
    estimates = [mark.estimate for mark in marks]
    limits = _limits(mark for mark in marks if mark.shape == "square")
    limits = limits or _limits(marks)
    first = make(estimates, limits, numbers)
    reach = max(_distance(end, said.logarithmic) for end in (first.low, first.high))
    ends = _limits(mark for mark in marks if mark.shape == "diamond")
    near = [end for end in ends if _distance(end, said.logarithmic) <= said.widest * reach]
    others = _usual(_limits(m for m in marks if m.shape != "diamond"), said.logarithmic)
    return make([*estimates, *near], [*others, *near], numbers)


def _usual(limits: list[float], logarithmic: bool) -> list[float]:
    """Limits but for the few, among many, that are far beyond all others."""
    distances = sorted(_distance(limit, logarithmic) for limit in limits)
    if len(limits) < MANY:
        return limits
    most = WIDEST * distances[int(0.9 * len(distances))]
    return [limit for limit in limits if _distance(limit, logarithmic) <= most]


def _limits(marks: Iterable[Mark]) -> list[float]:
    return [limit for mark in marks for limit in (mark.low, mark.high) if limit is not None]


def _distance(effect: float, logarithmic: bool) -> float:
    """How far an effect is from none, as the axis has it."""
    if not logarithmic:
        return abs(effect)
    return abs(log(effect)) if effect > 0 else inf


def _add_axes(figure: Page, layout: Layout) -> Panel:
    """The graph: effects across, points from the figure's top down, only the lower spine."""
    down = Axis(False, layout.top, layout.bottom, (), ())
    axes = Panel(figure, layout.scale, Scale(down, layout.top, layout.bottom))
    axes.spines(left=False)
    return axes


def _draw_references(axes: Panel, said: Forest, layout: Layout) -> None:
    """The line of no effect, and the dashed line of the first pooled effect above its diamond."""
    axis = layout.scale.axis
    if not said.one_group:
        axes.vlines(
            axis.null,
            layout.top,
            layout.bottom,
            color=INK,
            linewidth=0.6,
            zorder=Z_REFERENCE,
            gid="null",
        )
    totals = [i for i, row in enumerate(said.rows) if row.kind == "total"]
    if said.reference is not None and axis.holds(said.reference) and totals:
        axes.vlines(
            said.reference,
            layout.top,
            layout.middles[totals[0]] if totals[0] else layout.bottom,
            color=INK,
            linewidth=0.6,
            linestyle=(0, (3, 2)),
            zorder=Z_REFERENCE,
            gid="pooled",
        )


def _draw_band(axes: Panel, said: Forest, layout: Layout) -> None:
    """Studies without rows: all intervals as one path, all estimates as another."""
    axis, (top, bottom) = layout.scale.axis, layout.band
    pitch = (bottom - top) / max(1, len(said.band))
    intervals, estimates = list[tuple[float, float, float]](), list[tuple[float, float]]()
    for i, mark in enumerate(said.band):
        y = top + (i + 0.5) * pitch
        intervals.append((*visible(axis, mark), y))
        if mark.estimate is not None:
            estimates.append((mark.estimate, y))
    half = max(0.5, 0.4 * pitch)
    _draw_lines(
        axes,
        [((a, y), (b, y)) for a, b, y in intervals if a <= b],
        min(0.6, pitch / 2),
        INK,
        "band",
    )
    ticks = [((x, y - half), (x, y + half)) for x, y in estimates]
    _draw_lines(axes, ticks, 1.0, said.colour, "band-estimates")


def _draw_lines(
    axes: Panel, lines: Sequence[tuple[Point, Point]], weight: float, colour: str, gid: str
) -> None:
    if lines:
        points = [point for line in lines for point in line]
        path = Path(np.array(points), [Path.MOVETO, Path.LINETO] * len(lines))
        look: dict[str, Any] = {"fill": False, "edgecolor": colour, "linewidth": weight, "gid": gid}
        axes.add_patch(PathPatch(path, zorder=Z_SQUARE, capstyle="butt", **look))


def _draw_marks(axes: Panel, said: Forest, layout: Layout, before: int) -> None:
    """Each row's mark; of several pooled effects below a heading only the first is filled."""
    axis = layout.scale.axis
    largest = min(said.largest, layout.pitch - 3.5)
    heaviest = max((row.mark.weight for row in said.rows if row.mark), default=0.0) or 1.0
    totals = 0
    for number, (row, y) in enumerate(zip(said.rows, layout.middles, strict=True), before + 1):
        totals = (
            0 if row.kind == "heading" else totals + (row.kind == "total" and row.mark is not None)
        )
        if row.mark is None:
            continue
        name = f"row-{number}"
        if row.mark.shape == "diamond":
            draw_diamond(axes, axis, row.mark, y, largest / 2, totals < 2, name)
            continue
        aside = ASIDE * layout.pitch if row.before else 0.0
        if row.before:
            draw_before(axes, axis, row.before, y - aside, f"{name}-before")
        draw_interval(axes, axis, row.mark, y + aside, name)
        if row.mark.shape == "square":
            scaled = replace(row.mark, weight=row.mark.weight / heaviest)
            draw_square(axes, axis, scaled, y + aside, largest, said.colour, name)
