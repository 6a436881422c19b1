"""How long forest plots take, as a multiple of what matplotlib needs to save the same axes.

    python benchmarks/bench_figures.py

Twenty forests of synthetic reviews of 2 to 13 studies are made in one process, from results to
finished SVG. Beside them matplotlib saves as SVG, by its own means, figures that hold the same
texts, lines and shapes in axes of its own; making these figures is not counted. Both are done in
turn, round by round, and medians are compared.
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from metasynth.figures.canvas.page import Page
from metasynth.figures.canvas.panel import Panel
from metasynth.figures.canvas.svg import render
from metasynth.figures.canvas.text import width
from metasynth.figures.forest.describe import forest_alt
from metasynth.figures.forest.forest import forest
from metasynth.model.records import OutcomeResult

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.figure_cases import cases

FORESTS, ROUNDS = 20, 9
NAMES = ("two", "bcg", "zeros", "continuous", "hazard", "subgroups", "six_digits")
LINE = ("linestyle", "linewidth", "marker", "markersize", "markeredgewidth", "color", "clip_on")
SHAPE = ("facecolor", "edgecolor", "linewidth", "clip_on")


def ours(results: list[OutcomeResult]) -> None:
    """Every forest from its result to its SVG, no text having been measured before."""
    width.cache_clear()
    for result in results:
        title, description = forest_alt(result)
        render(forest(result), id_prefix="bench", title=title, description=description)


def twin(page: Page) -> Figure:
    """A figure that holds what `page` does, made by matplotlib's usual calls."""
    wide, high = page.bbox.width, page.bbox.height
    figure = Figure(figsize=(wide / 72, high / 72), dpi=72)
    for text in page.texts:
        x, y = text.get_position()
        figure.text(
            x / wide, 1 - y / high, text.get_text(), ha=text.get_ha(), parse_math=False
        ).set_fontproperties(text.get_fontproperties())
    for panel in (artist for artist in page.artists if isinstance(artist, Panel)):
        _axes(figure, panel)
    return figure


def _axes(figure: Figure, panel: Panel) -> None:
    """matplotlib's own axes in place of a panel, with the panel's marks in them."""
    box = panel.extent.transformed(figure.transFigure.inverted())
    axes = figure.add_axes(box.bounds)
    for name, scale in (("x", panel.x), ("y", panel.y)):
        kind = "log" if scale.axis.logarithmic else "linear"
        ends = scale.axis.low, scale.axis.high
        ends = ends if name == "x" or scale.left > scale.right else ends[::-1]
        axes.set(**{f"{name}scale": kind, f"{name}lim": ends})
        getattr(axes, f"set_{name}ticks")(scale.axis.ticks, [""] * len(scale.axis.ticks))
    axes.set_xticks([], minor=True)
    for artist in panel.get_children():
        if isinstance(artist, Line2D) and not (artist.get_gid() or "").startswith("axis"):
            look = {name: getattr(artist, f"get_{name}")() for name in LINE}
            axes.plot(artist.get_xdata(), artist.get_ydata(), **look)
        elif isinstance(artist, Polygon):
            shape = {name: getattr(artist, f"get_{name}")() for name in SHAPE}
            axes.add_patch(Polygon(artist.get_xy(), **shape))


def bare(figures: list[Figure]) -> None:
    """Only the saving, text as text as in ours."""
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        for figure in figures:
            FigureCanvasSVG(figure).print_svg(io.StringIO())


def seconds(task: Callable[[], None]) -> float:
    """Processor time of one call."""
    start = process_time()
    task()
    return process_time() - start


def main() -> None:
    """Print both medians and their ratio."""
    chosen = [cases()[name] for name in NAMES]
    results = [chosen[i % len(chosen)] for i in range(FORESTS)]
    figures = [twin(forest(result)) for result in results]
    ours(results)
    bare(figures)
    rounds = [
        (seconds(lambda: ours(results)), seconds(lambda: bare(figures))) for _ in range(ROUNDS)
    ]
    mine, theirs = (median(column) for column in zip(*rounds, strict=True))
    ratio = median(a / b for a, b in rounds)
    each = 1000 * mine / FORESTS
    print(f"{FORESTS} forests, from results to SVG: {mine:.3f} s ({each:.1f} ms each)")
    print(f"matplotlib saving the same axes:     {theirs:.3f} s")
    print(f"ratio: {ratio:.2f}")


if __name__ == "__main__":
    main()
