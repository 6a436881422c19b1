"""The shapes of a forest plot, drawn in data coordinates on matplotlib axes."""

from math import sqrt
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from metasynth.figures.canvas.axis import Axis
from metasynth.figures.canvas.panel import Panel
from metasynth.figures.canvas.style import INK, VERMILION, Z_ARROW, Z_DIAMOND, Z_INTERVAL, Z_SQUARE
from metasynth.figures.forest.rows import Mark

Ground = Panel | Axes
SMALLEST = 2.0
"""The least side of a square that can still be seen, in points."""
ARROW = 4.0
HOLLOW, PALE = 4.5, 0.6
"""The side of a hollow square, and the opacity of what is paler."""


def draw_square(
    axes: Ground, axis: Axis, mark: Mark, y: float, largest: float, colour: str, name: str
) -> None:
    """A square at the estimate, its area in proportion to `mark.weight`, which is 1 at most."""
    if axis.holds(mark.estimate):
        axes.plot(
            [mark.estimate],
            [y],
            marker="o" if mark.second else "s",
            markersize=max(SMALLEST, largest * sqrt(mark.weight)),
            markeredgewidth=0,
            color=INK if mark.second else colour,
            linestyle="none",
            clip_on=False,
            zorder=Z_SQUARE,
            gid=f"{name}-square",
        )


def draw_interval(axes: Ground, axis: Axis, mark: Mark, y: float, name: str) -> None:
    """A line from limit to limit, as far as the axis goes; the prediction interval has end caps."""
    prediction = mark.shape == "interval"
    low, high = visible(axis, mark)
    colour = VERMILION if prediction else INK
    if low < high:
        axes.plot(
            [low, high],
            [y, y],
            color=colour,
            linewidth=1.6 if prediction else 0.9,
            solid_capstyle="butt",
            clip_on=False,
            zorder=Z_INTERVAL,
            gid=f"{name}-interval",
        )
    if prediction:
        caps = [limit for limit in (mark.low, mark.high) if axis.holds(limit)]
        axes.plot(
            caps,
            [y] * len(caps),
            marker="|",
            markersize=6.0,
            markeredgewidth=1.6,
            color=colour,
            linestyle="none",
            clip_on=False,
            zorder=Z_INTERVAL,
            gid=f"{name}-caps",
        )
    draw_arrows(axes, axis, mark, y, colour, name)


def draw_before(axes: Ground, axis: Axis, mark: Mark, y: float, name: str) -> None:
    """A pale interval with a hollow square: what the row beneath showed without the rest."""
    low, high = visible(axis, mark)
    look: dict[str, Any] = {"color": INK, "alpha": PALE, "clip_on": False, "zorder": Z_SQUARE}
    if low < high:
        axes.plot([low, high], [y, y], linewidth=0.9, gid=f"{name}-interval", **look)
    if axis.holds(mark.estimate):
        axes.plot(
            [mark.estimate], [y], marker="s", markersize=HOLLOW, markerfacecolor="none",
            markeredgewidth=0.9, linestyle="none", gid=f"{name}-square", **look,
        )  # fmt: skip
    draw_arrows(axes, axis, mark, y, INK, name)


def draw_diamond(
    axes: Ground, axis: Axis, mark: Mark, y: float, half_height: float, filled: bool, name: str
) -> None:
    """A diamond about the estimate, from limit to limit or to an arrow at the axis' end."""
    assert mark.estimate is not None
    low, high = visible(axis, mark)
    corners = [
        (low, y),
        (mark.estimate, y - half_height),
        (high, y),
        (mark.estimate, y + half_height),
    ]
    axes.add_patch(
        Polygon(
            corners,
            facecolor=INK if filled else "none",
            edgecolor=INK,
            linewidth=0 if filled else 0.8,
            joinstyle="round",
            zorder=Z_DIAMOND,
            gid=f"{name}-diamond",
        )
    )
    draw_arrows(axes, axis, mark, y, INK, name)


def draw_arrows(axes: Ground, axis: Axis, mark: Mark, y: float, colour: str, name: str) -> None:
    """An arrowhead at each end of the axis that the interval goes beyond."""
    ends = ((mark.low, axis.low, "<", "low"), (mark.high, axis.high, ">", "high"))
    for limit, end, marker, side in ends:
        beyond = limit is None or (limit < end if side == "low" else limit > end)
        if beyond:
            axes.plot(
                [end],
                [y],
                marker=marker,
                markersize=ARROW,
                markeredgewidth=0,
                color=colour,
                linestyle="none",
                clip_on=False,
                zorder=Z_ARROW,
                gid=f"{name}-beyond-{side}",
            )


def visible(axis: Axis, mark: Mark) -> tuple[float, float]:
    """The part of an interval that lies on the axis; not low < high where none does."""
    low = axis.low if mark.low is None else max(mark.low, axis.low)
    high = axis.high if mark.high is None else min(mark.high, axis.high)
    return low, high
