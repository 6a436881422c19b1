"""GOSH plots: effect and heterogeneity of all subsets of the studies, or of a sample of them.

Olkin, Dahabreh and Trikalinos, Res Synth Methods 2012;3:214-23. One cloud means that no study
decides; several clouds that results depend on which studies are in.
"""

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from metasynth.figures.canvas.graph import DASHED, Graph, Plan, draw_line, frame
from metasynth.figures.canvas.legend import Entry
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import BLUE, INK, isolated
from metasynth.figures.canvas.ticks import linear_axis, span_axis
from metasynth.figures.observed import Observed, effect_title, observed, subject, told
from metasynth.language import keys
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.printed import Printed
from metasynth.model.records import OutcomeResult
from metasynth.stats.effects.binary import Array
from metasynth.stats.subset_pools import Subsets, subsets

LEAST = 5
CELLS_ACROSS, CELLS_UP = 72, 50
SHADES = (0.16, 0.33, 0.52, 0.74, 1.0)


@isolated
def gosh(result: OutcomeResult, *, language: Language = ENGLISH) -> Drawing:
    """Draw how many subsets have which effect (across, natural scale) and I² (up).

    The plane is divided into cells, shaded by the number of subsets in them: thousands of dots
    would hide each other, and make a large file.

    Raises:
        TooFewStudies: under five studies, whose few subsets show no shape.
    """
    data = observed(result, LEAST)
    found = subsets(data.y, data.v)
    effects = np.exp(found.effects) if data.logarithmic else found.effects
    graph = _graph(data, effects, found, language)
    _draw_cells(graph, effects, found.i2)
    if data.pooled and data.pooled.estimate is not None:
        draw_line(graph, [data.pooled.estimate] * 2, [0.0, 100.0], "pooled", DASHED)
    return Drawing(graph.figure, *_words(data, effects, found, language))


def _graph(data: Observed, effects: Array, found: Subsets, language: Language) -> Graph:
    numbers = language.numbers
    across = span_axis([float(effects.min()), float(effects.max())], data.logarithmic, numbers)
    entries = [
        Entry(language.say("Few subsets"), marker="s", colour=BLUE, opacity=SHADES[0]),
        Entry(language.say("Many subsets"), marker="s", colour=BLUE),
        Entry(language.say("Pooled effect of all studies"), colour=INK, line=DASHED),
    ]
    at = _said(data, language)
    count = at.count("subsets", len(found.effects))
    kind = language.say("All {count} subsets of two or more studies.", count=count)
    if not found.complete:
        kind = language.say(
            "A random sample of {count} subsets of two or more, the same at every run.", count=count
        )
    up = linear_axis(-2.0, 102.0, numbers, most=6)
    titles = effect_title(data, language), language.say("I² from Q (%)")
    return frame(Plan(across, up, *titles, entries, (kind,)))


def _draw_cells(graph: Graph, effects: Array, i2: Array) -> None:
    """Count subsets in cells and draw all cells of a shade as one path."""
    axis = graph.x.axis
    spaced = np.geomspace if axis.logarithmic else np.linspace
    xs = spaced(axis.low, axis.high, CELLS_ACROSS + 1)
    ys = np.linspace(graph.y.axis.low, graph.y.axis.high, CELLS_UP + 1)
    counts, _, _ = np.histogram2d(effects, i2, bins=(xs, ys))
    most = np.log1p(counts.max())
    shades = np.ceil(len(SHADES) * np.log1p(counts) / most).astype(int)
    for shade, opacity in enumerate(SHADES, 1):
        columns, rows = np.nonzero(shades == shade)
        corners = [
            [(xs[i], ys[j]), (xs[i + 1], ys[j]), (xs[i + 1], ys[j + 1]), (xs[i], ys[j + 1])]
            for i, j in zip(columns, rows, strict=True)
        ]
        graph.axes.add_patch(_cells(corners, opacity, f"shade-{shade}"))


def _cells(corners: list[list[tuple[float, float]]], opacity: float, name: str) -> PathPatch:
    vertices = [point for cell in corners for point in (*cell, cell[0])]
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(corners)
    path = Path(np.array(vertices).reshape(-1, 2), codes)
    return PathPatch(path, facecolor=BLUE, alpha=opacity, linewidth=0.0, gid=name)


def _words(data: Observed, effects: Array, found: Subsets, language: Language) -> tuple[str, str]:
    measure, said = data.result.outcome.measure, _said(data, language)
    spread = found.spread(data.logarithmic)
    estimates = {
        name: said.estimate(name, measure, spread[name]) for name in ("low", "middle", "high")
    }
    shares = {name: said.percent(name, spread[name]) for name in ("i2_low", "i2_middle", "i2_high")}
    template = message(
        "{subject}: pooled effects of {count} subsets of the studies from {low} to {high}."
    )
    if not found.complete:
        template = message(
            "{subject}: pooled effects of a random sample of {count} subsets of the studies, the "
            "same at every run, from {low} to {high}."
        )
    title = language.say(
        template,
        subject=subject(language.say("GOSH plot"), data.result, language),
        count=said.count("subsets", len(effects)),
        **estimates,
    )
    details = language.say(
        "Half of the effects lie below {middle}. I² ranges from {i2_low} to {i2_high}, half of "
        "the values below {i2_middle}.",
        middle=estimates["middle"],
        **shares,
    )
    studies = language.say("Studies: {studies}.", studies=", ".join(data.labels))
    return title, told(data, f"{title} {details}", [studies], language)


def _said(data: Observed, language: Language) -> Printed:
    return Printed(keys.figure(data.result.outcome.id, "gosh"), language.numbers)
