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
from metasynth.figures.observed import (
    Observed,
    TooFewStudies,
    effect_title,
    observed,
    subject,
    told,
)
from metasynth.language import keys
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.printed import Printed
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.diagnostics import SubsetPools

SHADES = (0.16, 0.33, 0.52, 0.74, 1.0)


@isolated
def gosh(result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH) -> Drawing:
    """Draw how many subsets have which effect (across, natural scale) and I² (up).

    The plane is divided into cells, shaded by the number of subsets in them: thousands of dots
    would hide each other, and make a large file.

    Raises:
        TooFewStudies: where no subsets were pooled, as there are under five studies.
    """
    data, pools = observed(result), found.diagnostics.subsets
    if pools is None:
        raise TooFewStudies(f"{len(data.studies)} studies, whose subsets were not pooled")
    graph = _graph(data, pools, language)
    _draw_cells(graph, pools)
    if data.pooled and data.pooled.estimate is not None:
        draw_line(graph, [data.pooled.estimate] * 2, [0.0, 100.0], "pooled", DASHED)
    return Drawing(graph.figure, *_words(data, pools, language))


def _graph(data: Observed, pools: SubsetPools, language: Language) -> Graph:
    numbers = language.numbers
    across = span_axis([pools.low, pools.high], data.logarithmic, numbers)
    entries = [
        Entry(language.say("Few subsets"), marker="s", colour=BLUE, opacity=SHADES[0]),
        Entry(language.say("Many subsets"), marker="s", colour=BLUE),
        Entry(language.say("Pooled effect of all studies"), colour=INK, line=DASHED),
    ]
    at = _said(data, language)
    count = at.count("subsets", pools.count)
    kind = language.say("All {count} subsets of two or more studies.", count=count)
    if not pools.complete:
        kind = language.say(
            "A random sample of {count} subsets of two or more, the same at every run.", count=count
        )
    up = linear_axis(-2.0, 102.0, numbers, most=6)
    titles = effect_title(data, language), language.say("I² from Q (%)")
    return frame(Plan(across, up, *titles, entries, (kind,)))


def _draw_cells(graph: Graph, pools: SubsetPools) -> None:
    """Draw all cells of a shade as one path."""
    counts = pools.counts().T
    spaced = np.geomspace if graph.x.axis.logarithmic else np.linspace
    xs = spaced(pools.left, pools.right, counts.shape[0] + 1)
    ys = np.linspace(0.0, 100.0, counts.shape[1] + 1)
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


def _words(data: Observed, pools: SubsetPools, language: Language) -> tuple[str, str]:
    measure, said = data.result.outcome.measure, _said(data, language)
    estimates = {
        name: said.estimate(name, measure, getattr(pools, name))
        for name in ("low", "middle", "high")
    }
    shares = {
        name: said.percent(name, getattr(pools, name))
        for name in ("i2_low", "i2_middle", "i2_high")
    }
    template = message(
        "{subject}: pooled effects of {count} subsets of the studies from {low} to {high}."
    )
    if not pools.complete:
        template = message(
            "{subject}: pooled effects of a random sample of {count} subsets of the studies, the "
            "same at every run, from {low} to {high}."
        )
    title = language.say(
        template,
        subject=subject(language.say("GOSH plot"), data.result, language),
        count=said.count("subsets", pools.count),
        **estimates,
    )
    details = language.say(
        "The median effect is {middle}. I² ranges from {i2_low} to {i2_high}, median {i2_middle}.",
        middle=estimates["middle"],
        **shares,
    )
    studies = language.say("Studies: {studies}.", studies=", ".join(data.labels))
    return title, told(data, f"{title} {details}", [studies], language)


def _said(data: Observed, language: Language) -> Printed:
    return Printed(keys.figure(data.result.outcome.id, "gosh"), language.numbers)
