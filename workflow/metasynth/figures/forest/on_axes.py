"""A forest plot on axes of the caller's own: the same rows and marks, on matplotlib's scales."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from metasynth.figures.canvas.style import INK, Z_REFERENCE
from metasynth.figures.forest.forest import scale_of
from metasynth.figures.forest.rows import Forest, Row, forest_rows
from metasynth.figures.forest.shapes import draw_diamond, draw_interval, draw_square
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.tracked import bare
from metasynth.model.records import OutcomeResult

HEIGHT = 0.3
"""Half the height of a diamond, in rows."""


def draw(ax: Axes, result: OutcomeResult, language: Language = ENGLISH) -> Figure:
    """Draw the studies and the pooled effects on `ax`: rows from 0 down, effects across.

    The rows' names are the labels of the y axis, what favours whom stands under the x axis. Colours
    of text and everything else of the axes stay the caller's to change.
    """
    said = forest_rows(result, None, language)
    rows = _shown(said.rows)
    axis = scale_of(said, language.numbers)
    ax.set_xscale("log" if said.logarithmic else "linear")
    ax.set_xlim(axis.low, axis.high)
    ax.set_xticks(axis.ticks, [bare(label) for label in axis.labels])
    ax.set_xticks([], minor=True)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_yticks(range(len(rows)), [bare(row.label) for row in rows], parse_math=False)
    if not said.one_group:
        ax.axvline(axis.null, color=INK, linewidth=0.6, zorder=Z_REFERENCE)
    if said.reference is not None and axis.holds(said.reference):
        style: Any = (0, (3, 2))
        ax.axvline(said.reference, color=INK, linewidth=0.6, linestyle=style, zorder=Z_REFERENCE)
    _draw_marks(ax, said, axis, rows)
    favours = "\n".join(bare(text) for text in said.favours if text)
    ax.set_xlabel(favours, parse_math=False)
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def _shown(rows: Sequence[Row]) -> list[Row]:
    """What has a mark, and headings above such; what was left out is told by the result."""
    following = [*rows[1:], None]
    return [
        row
        for row, after in zip(rows, following, strict=True)
        if row.mark or (row.kind == "heading" and after and after.mark)
    ]


def _draw_marks(ax: Axes, said: Forest, axis: Any, rows: Sequence[Row]) -> None:
    heaviest = max((row.mark.weight for row in rows if row.mark), default=0.0) or 1.0
    totals = 0
    for y, row in enumerate(rows):
        if row.mark is None:
            continue
        name = f"row-{y}"
        totals += row.kind == "total"
        if row.mark.shape == "diamond":
            draw_diamond(ax, axis, row.mark, y, HEIGHT, totals < 2, name)
            continue
        draw_interval(ax, axis, row.mark, y, name)
        if row.mark.shape == "square":
            scaled = replace(row.mark, weight=row.mark.weight / heaviest)
            draw_square(ax, axis, scaled, y, said.largest, said.colour, name)
