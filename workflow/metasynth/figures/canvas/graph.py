"""A graph with two axes and a key: the frame that funnel, Baujat and other plots share.

The title of the vertical axis stands above it, upright, so that nobody has to turn the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from metasynth.figures.canvas.annotate import beside
from metasynth.figures.canvas.axis import Axis, Scale
from metasynth.figures.canvas.legend import MARKER, Entry, draw_symbols, lay_out_key
from metasynth.figures.canvas.page import HALF_CAP, MARGIN, Align, Label, blank, write
from metasynth.figures.canvas.panel import TICK, Panel
from metasynth.figures.canvas.style import BLUE, INK, LINE, NOTE_SIZE, WIDTH, Z_REFERENCE, Z_SQUARE
from metasynth.figures.canvas.text import width, wrap
from metasynth.model import bounds

KEY_WIDTH = 146.0
KEY_GAP = 16.0
HEIGHT = 250.0
TITLE_LINES = 2
CROWD, NAMED_IN_CROWD = 25, 12
CLOUD, CLOUD_OPACITY = 2.5, 0.45
"""Diameter and opacity of points of which there are very many."""
DASHED = (0.0, (3.0, 2.0))
DOTTED = (0.0, (1.0, 1.6))


@dataclass(frozen=True, slots=True)
class Plan:
    """What a graph needs: axes and their titles, its key, and how high it is.

    `y.low` is at the bottom unless `upside_down`; `square` makes the graph as wide as high;
    `right_labels` is room for labels between the graph and its key, `y_title_room` the
    width that the title above may take, all of the graph's if None.
    """

    x: Axis
    y: Axis
    x_title: str
    y_title: str
    entries: Sequence[Entry] = ()
    notes: Sequence[str] = ()
    upside_down: bool = False
    square: bool = False
    right_labels: float = 0.0
    y_title_room: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A graph on its page: data coordinates in `axes`, points on the page by `x` and `y`."""

    figure: Figure
    axes: Panel
    x: Scale
    y: Scale
    free: float
    """Room for names right of the graph, in points."""

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the data stands on the page."""
        return self.x.x(x), self.y.x(y)


def frame(plan: Plan) -> Graph:
    """Draw axes, titles and key; marks come after."""
    left = MARGIN + max(width(label) for label in plan.y.labels) + TICK + 4.0
    right = WIDTH - MARGIN - KEY_WIDTH - KEY_GAP - plan.right_labels
    above = wrap(plan.y_title, plan.y_title_room or right - MARGIN, TITLE_LINES, bold=True)
    below = wrap(plan.x_title, right - MARGIN, TITLE_LINES, bold=True)
    top = MARGIN + len(above) * LINE + 5.0
    bottom = top + (right - left if plan.square else HEIGHT)
    key = lay_out_key(plan.entries, plan.notes, WIDTH - MARGIN - KEY_WIDTH, top, KEY_WIDTH)
    middle = max((left + right) / 2, MARGIN + max(width(line, bold=True) for line in below) / 2)
    x_title_top = bottom + TICK + LINE + 3.0
    figure = blank(max(x_title_top + len(below) * LINE + 2.0, key.bottom) + MARGIN)
    ends = (top, bottom) if plan.upside_down else (bottom, top)
    x, y = Scale(plan.x, left, right), Scale(plan.y, *ends)
    free = -2.0 if plan.right_labels else KEY_GAP - 4.0
    write(figure, key.labels)
    draw_symbols(figure, key)
    write(figure, _title(above, MARGIN, MARGIN))
    write(figure, _title(below, middle, x_title_top, "center"))
    write(figure, tick_labels(x, bottom + TICK + LINE / 2 + HALF_CAP + 1.0))
    write(figure, _side_labels(y, left - TICK - 2.0))
    axes = Panel(figure, x, y)
    axes.spines()
    return Graph(figure, axes, x, y, free)


def _title(lines: Sequence[str], x: float, top: float, align: Align = "left") -> list[Label]:
    return [
        Label(text, x, top + (i + 0.5) * LINE + HALF_CAP, align, bold=True)
        for i, text in enumerate(lines)
    ]


def tick_labels(scale: Scale, baseline: float) -> list[Label]:
    """The labels of a horizontal axis, but for those that would touch the one before."""
    labels: list[Label] = []
    for tick, text in zip(scale.axis.ticks, scale.axis.labels, strict=True):
        label = Label(text, scale.x(tick), baseline, "center")
        if not labels or labels[-1].box[2] + 3.0 <= label.box[0]:
            labels.append(label)
    return labels


def _side_labels(scale: Scale, right: float) -> list[Label]:
    return [
        Label(text, right, scale.x(tick) + HALF_CAP, "right")
        for tick, text in zip(scale.axis.ticks, scale.axis.labels, strict=True)
    ]


# --- marks ----------------------------------------------------------------------------------------


def draw_points(
    graph: Graph,
    xs: Sequence[float],
    ys: Sequence[float],
    *,
    sizes: Sequence[float] | None = None,
    marked: Sequence[bool] | None = None,
    marked_colour: str = BLUE,
) -> None:
    """A circle for each study at its values; diamonds for `marked` ones. Sizes are diameters.

    Very many studies are small and see-through, and drawn together by their looks.
    """
    if len(xs) > bounds.TOLD_ROWS:
        _draw_cloud(graph, xs, ys, sizes, marked, marked_colour)
        return
    for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
        special = bool(marked and marked[i])
        colour = marked_colour if special else BLUE
        size = sizes[i] if sizes else MARKER + special
        graph.axes.plot(
            [x],
            [y],
            marker="D" if special else "o",
            markersize=size * 0.85 if special else size,
            color=colour,
            markerfacecolor=(BLUE, 0.45) if sizes else colour,
            markeredgewidth=0.8 if sizes else 0.0,
            linestyle="none",
            clip_on=False,
            zorder=Z_SQUARE,
            gid=f"study-{i + 1}",
        )


def _draw_cloud(
    graph: Graph,
    xs: Sequence[float],
    ys: Sequence[float],
    sizes: Sequence[float] | None,
    marked: Sequence[bool] | None,
    marked_colour: str,
) -> None:
    """Points of a size (to half a point) and a kind at once."""
    looks: dict[tuple[bool, float], list[int]] = {}
    for i in range(len(xs)):
        special = bool(marked and marked[i])
        size = max(CLOUD, round(2 * CLOUD * sizes[i] / MARKER) / 2) if sizes else CLOUD
        looks.setdefault((special, size), []).append(i)
    for number, ((special, size), places) in enumerate(sorted(looks.items()), 1):
        graph.axes.plot(
            [xs[i] for i in places],
            [ys[i] for i in places],
            marker="D" if special else "o",
            markersize=size * 0.85 if special else size,
            color=marked_colour if special else BLUE,
            alpha=CLOUD_OPACITY,
            markeredgewidth=0.0,
            linestyle="none",
            clip_on=False,
            zorder=Z_SQUARE,
            gid=f"studies-{number}",
        )


def draw_line(
    graph: Graph,
    xs: Sequence[float],
    ys: Sequence[float],
    gid: str,
    line: str | tuple[float, tuple[float, ...]] = "-",
    weight: float = 0.9,
    colour: str = INK,
) -> None:
    """A line through points of the data, clipped at the graph's edges."""
    graph.axes.plot(
        xs, ys, color=colour, linewidth=weight, linestyle=line, zorder=Z_REFERENCE, gid=gid
    )


def name_points(
    graph: Graph,
    labels: Sequence[str],
    xs: Sequence[float],
    ys: Sequence[float],
    *,
    sizes: Sequence[float] | None = None,
    first: Sequence[int] | None = None,
    lines: Sequence[tuple[Sequence[float], Sequence[float]]] = (),
) -> None:
    """Write studies' names beside their marks where there is room, in the order `first`.

    In a crowd only the first few are named. Names keep clear of `lines`, each given by the values
    across and up of its points, if they can.
    """
    places = [graph.at(x, y) for x, y in zip(xs, ys, strict=True)]
    radii = [size / 2 for size in sizes] if sizes else [MARKER / 2] * len(places)
    top, bottom = sorted((graph.y.left, graph.y.right))
    bounds = (graph.x.left + 2.0, top - 3.0, graph.x.right + graph.free, bottom - 1.0)
    order = range(len(labels)) if first is None else first
    if crowded := len(labels) > CROWD:
        order = order[:NAMED_IN_CROWD]
    drawn = [[graph.at(x, y) for x, y in zip(*line, strict=True)] for line in lines]
    names = beside(labels, places, radii, order, bounds, drawn, NOTE_SIZE, crowded)
    write(graph.figure, names)
