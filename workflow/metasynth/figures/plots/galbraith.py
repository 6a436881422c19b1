"""Galbraith (radial) plots: each study's standardised effect against its precision.

Galbraith, Stat Med 1988;7:889-94. Lines from the origin are effects, steeper ones larger; studies
that agree with the common effect lie within two standard errors of its line.
"""

from math import log

from matplotlib.lines import Line2D

from metasynth.core.distributions import normal_quantile
from metasynth.figures.canvas.axis import Axis, Scale
from metasynth.figures.canvas.graph import (
    DASHED,
    DOTTED,
    Graph,
    Plan,
    draw_line,
    draw_points,
    frame,
    name_points,
)
from metasynth.figures.canvas.legend import Entry
from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import HALF_CAP, MARGIN, Drawing, Label, points, write
from metasynth.figures.canvas.panel import TICK
from metasynth.figures.canvas.style import INK, LINE, VERMILION, isolated
from metasynth.figures.canvas.text import shorten, width
from metasynth.figures.canvas.ticks import axis_between, linear_axis, span_axis
from metasynth.figures.observed import Observed, effect_title, observed, subject, told
from metasynth.language import keys
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.printed import Printed
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.diagnostics import Diagnostics


@isolated
def galbraith(
    result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH
) -> Drawing:
    """Draw z = effect / standard error (analysis scale) against precision, 1 / standard error.

    The axis on the right reads off the effect, on its natural scale, of the line from the origin
    through any point. The line and its band are those of the inverse-variance common effect.

    Raises:
        TooFewStudies: without any study that has an effect.
    """
    data = observed(result)
    studies, band = found.diagnostics.studies, normal_quantile()
    precision, z = [one.precision for one in studies], [one.z for one in studies]
    outside = [bool(one.outside) for one in studies]
    common = _analysed(data, found.diagnostics.common or 0.0)
    reach = 1.1 * max(precision)
    graph = _graph(data, z, common, reach, language)
    ends = [0.0, reach]
    lines = [
        (ends, [0.0, 0.0]),
        *((ends, [side, common * reach + side]) for side in (0.0, -band, band)),
    ]
    draw_line(graph, *lines[0], "null", weight=0.6)
    draw_line(graph, *lines[1], "common", DASHED)
    draw_line(graph, *lines[2], "band-low", DOTTED)
    draw_line(graph, *lines[3], "band-high", DOTTED)
    draw_points(graph, precision, z, marked=outside, marked_colour=VERMILION)
    order = sorted(range(len(z)), key=lambda i: -abs(z[i] - common * precision[i]))
    name_points(graph, data.labels, precision, z, first=order, lines=lines)
    return Drawing(graph.figure, *_words(data, found.diagnostics, language))


def _analysed(data: Observed, effect: float) -> float:
    """A natural effect on the analysis scale, on which lines from the origin are straight."""
    return log(effect) if data.logarithmic else effect


def _graph(
    data: Observed, z: list[float], common: float, reach: float, language: Language
) -> Graph:
    numbers, band = language.numbers, normal_quantile()
    ends = [*z, 0.0, -band, band, common * reach - band, common * reach + band]
    up = span_axis(ends, False, numbers)
    low, high = (data.natural(end / reach) for end in (up.low, up.high))
    effects = axis_between(low, high, data.logarithmic, numbers)
    room = TICK + 4.0 + max(width(label) for label in effects.labels)
    entries = (
        Entry(language.say("Study within two standard errors of the common effect"), "o"),
        Entry(language.say("Study further away"), "D", VERMILION),
        Entry(language.say("Common effect"), colour=INK, line=DASHED),
        Entry(language.say("Two standard errors from it"), colour=INK, line=DOTTED),
        Entry(language.say("No effect"), colour=INK, line="-", weight=0.6),
    )
    across, down = (
        name(language.say("Precision (1 / standard error)")),
        language.say("z (effect / standard error)"),
    )
    plan = Plan(
        linear_axis(0.0, reach, numbers),
        up,
        across,
        down,
        entries,
        right_labels=room,
        y_title_room=130.0,
    )
    graph = frame(plan)
    _draw_right_axis(graph, effects, room, effect_title(data, language))
    return graph


def _draw_right_axis(graph: Graph, effects: Axis, room: float, title: str) -> None:
    """The effects of lines from the origin, where these meet the graph's right edge."""
    figure, right = graph.figure, graph.x.right
    scale = Scale(effects, graph.y.left, graph.y.right)
    heights = [scale.x(tick) for tick in effects.ticks]
    spine = [([right, right], [graph.y.left, graph.y.right])]
    for xs, ys in (*spine, *(([right, right + TICK], [y, y]) for y in heights)):
        line = Line2D(xs, ys, color=INK, linewidth=0.6, transform=points(figure))
        figure.add_artist(line)
    title = shorten(title, right + room - 140.0, bold=True)
    write(figure, [Label(title, right + room, MARGIN + LINE / 2 + HALF_CAP, "right", bold=True)])
    write(
        figure,
        (
            Label(text, right + TICK + 2.0, y + HALF_CAP)
            for text, y in zip(effects.labels, heights, strict=True)
        ),
    )


def _words(
    data: Observed,
    found: Diagnostics,
    language: Language,
) -> tuple[str, str]:
    measure, own, labels = data.result.outcome.measure, data.said(language), data.labels
    at = Printed(keys.figure(data.result.outcome.id, "galbraith"), language.numbers)
    title = language.say(
        "{subject}: {outside} of {k} studies lie more than two standard errors from the common "
        "effect, {effect}.",
        subject=subject(language.say("Galbraith plot"), data.result, language),
        outside=at.count("outside", found.outside or 0),
        k=at.count("k", len(found.studies)),
        effect=at.estimate("common", measure, found.common),
    )
    sentences = (
        language.say(
            "{study}: precision {precision}, z {z}{outside}.",
            study=labels[i],
            precision=own[i].number("precision", one.precision),
            z=own[i].number("z", one.z),
            outside=", " + language.say("outside") if one.outside else "",
        )
        for i, one in enumerate(found.studies)
    )
    return title, told(data, title, sentences, language)
