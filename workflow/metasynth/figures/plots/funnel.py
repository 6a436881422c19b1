"""Contour-enhanced funnel plots: are small studies missing where results would not be significant?

Peters et al., J Clin Epidemiol 2008;61:991-6: the contours stand about no effect, not about the
pooled one, so that they show which results a reader, or an editor, would call significant.
"""

from collections.abc import Iterator
from itertools import pairwise

from metasynth.core.distributions import normal_quantile
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
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import INK, VERMILION, isolated
from metasynth.figures.canvas.ticks import linear_axis, span_axis
from metasynth.figures.observed import Observed, effect_title, observed, subject, told
from metasynth.language import keys
from metasynth.language.formats import number, stated
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.printed import Printed
from metasynth.language.tracked import SCALE, marked
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.adjusted import Adjusted
from metasynth.sensitivity.battery import Sensitivity

EGGER = "Egger"
FITTED = {
    "PET": (1, message("Egger’s line (PET)"), DASHED),
    "PEESE": (2, message("PEESE"), DOTTED),
}
"""The power of the standard error that a regression is on, its name in the key, and its line."""
LEVELS = (0.1, 0.05, 0.01)
GROUNDS = (0.0, 0.24, 0.13, 0.05)
"""Opacity of the regions p > 0.1, to 0.05, to 0.01, and below."""


@isolated
def funnel(result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH) -> Drawing:
    """Draw effects (natural scale across) against standard errors (analysis scale, down).

    Raises:
        TooFewStudies: without any study that has an effect.
    """
    data = observed(result)
    errors = [float(se) for se in data.v**0.5]
    test = _egger(data, found, language)
    graph = frame(_plan(data, errors, test, _fitted(found), language))
    _draw_contours(graph, data)
    down = [0.0, graph.y.axis.high]
    lines = [([data.null] * 2, down)]
    if data.pooled and data.pooled.estimate is not None:
        lines.append(([data.pooled.estimate] * 2, down))
        draw_line(graph, *lines[-1], "pooled", DASHED)
    lines += _draw_fitted(graph, data, found)
    effects = [study.estimate or 0.0 for study in data.studies]
    draw_points(graph, effects, errors)
    largest_first = sorted(range(len(errors)), key=lambda i: -errors[i])
    name_points(graph, data.labels, effects, errors, first=largest_first, lines=lines)
    return Drawing(graph.figure, *_words(data, errors, test, language))


def _fitted(found: Sensitivity) -> list[Adjusted]:
    """The regressions of PET and PEESE that there are."""
    return [one for one in found.adjusted if one.name in FITTED and one.slope is not None]


def _draw_fitted(
    graph: Graph, data: Observed, found: Sensitivity
) -> list[tuple[list[float], list[float]]]:
    """The effects that both regressions say, by standard error, as far as the graph reaches."""
    drawn = []
    for one in _fitted(found):
        assert one.mean is not None
        assert one.slope is not None
        power, _, line = FITTED[one.name]
        down = [graph.y.axis.high * i / 40 for i in range(41)]
        across = [data.natural(one.mean + one.slope * se**power) for se in down]
        inside = [graph.x.axis.low <= x <= graph.x.axis.high for x in across]
        points = [(x, y) for x, y, seen in zip(across, down, inside, strict=True) if seen]
        if points:
            xs, ys = (list(part) for part in zip(*points, strict=True))
            draw_line(graph, xs, ys, f"fitted-{one.name}", line, colour=VERMILION)
            drawn.append((xs, ys))
    return drawn


def _plan(
    data: Observed, errors: list[float], test: str, fitted: list[Adjusted], language: Language
) -> Plan:
    effects = [study.estimate for study in data.studies]
    centre = data.pooled.estimate if data.pooled else None
    funnel = [data.natural(side * normal_quantile() * max(errors)) for side in (-1, 1)]
    across = span_axis([*effects, centre, *funnel], data.logarithmic, language.numbers)
    p = [marked(number(level, 2, language.numbers), SCALE) for level in LEVELS]
    grounds = (
        language.say("p > {p}", p=p[0]),
        language.say("{low} < p ≤ {high}", low=p[1], high=p[0]),
        language.say("{low} < p ≤ {high}", low=p[2], high=p[1]),
        language.say("p ≤ {p}", p=p[2]),
    )
    entries = [Entry(language.say("Study"), marker="o")]
    if data.pooled:
        entries.append(Entry(language.say("Pooled effect"), colour=INK, line=DASHED))
    for one in fitted:
        _, label, line = FITTED[one.name]
        entries.append(Entry(language.say(label), colour=VERMILION, line=line))
    entries.append(Entry(language.say("No effect"), colour=INK, line="-", weight=0.6))
    entries += [Entry(text, fill=fill) for text, fill in zip(grounds, GROUNDS, strict=True)]
    return Plan(
        across,
        linear_axis(0.0, 1.08 * max(errors), language.numbers),
        effect_title(data, language),
        language.say("Standard error"),
        entries,
        (test,),
        upside_down=True,
    )


def _egger(data: Observed, found: Sensitivity, language: Language) -> str:
    test = next((test for test in found.asymmetry if test.name == EGGER), None)
    if len(data.studies) < data.result.outcome.small_study.minimum:
        return language.say("Fewer than ten studies: asymmetry cannot be told from chance.")
    if test is None or test.statistic is None:
        return language.say("All studies are equally precise: there is no asymmetry to test.")
    at = Printed(keys.asymmetry(data.result.outcome.id, EGGER), language.numbers)
    return language.say(
        "Egger’s test of asymmetry: {t}, df = {df} ({p})",
        t=stated("t", at.number("statistic", test.statistic)),
        df=at.count("df", test.df or 0),
        p=stated("p", at.p("p", test.p)),
    )


def _draw_contours(graph: Graph, data: Observed) -> None:
    """Shade between the contours on both sides of no effect, to the graph's edges."""
    foot = graph.y.axis.high
    for side, edge in ((-1, graph.x.axis.low), (1, graph.x.axis.high)):
        ends = [data.natural(side * normal_quantile(1 - p) * foot) for p in LEVELS]
        furthest = (min if side < 0 else max)(*ends, edge)
        shapes = [([data.null, inner, outer], [0.0, foot, foot]) for inner, outer in pairwise(ends)]
        shapes.append(([data.null, ends[-1], furthest, furthest], [0.0, foot, foot, 0.0]))
        for p, (xs, ys), fill in zip(LEVELS, shapes, GROUNDS[1:], strict=True):
            name = f"contour-{'low' if side < 0 else 'high'}-{p}"
            graph.axes.fill(xs, ys, facecolor=INK, alpha=fill, linewidth=0.0, zorder=0, gid=name)
    draw_line(graph, [data.null] * 2, [0.0, foot], "null", weight=0.6)


def _words(data: Observed, errors: list[float], test: str, language: Language) -> tuple[str, str]:
    title = language.say(
        "{subject}: {k} studies. {test}",
        subject=subject(language.say("Contour-enhanced funnel plot"), data.result, language),
        k=Printed(keys.figure(data.result.outcome.id, "funnel"), language.numbers).count(
            "k", len(errors)
        ),
        test=test if test.endswith(".") else test + ".",
    )
    return title, told(data, title, _sentences(data, errors, language), language)


def _sentences(data: Observed, errors: list[float], language: Language) -> Iterator[str]:
    rows = zip(data.labels, data.studies, data.said(language), errors, strict=True)
    for label, study, said, se in rows:
        effect = said.estimate("estimate", study.measure, study.estimate)
        error = said.number("se", se, 3)
        yield language.say(
            "{study}: {effect}, standard error {se}.", study=label, effect=effect, se=error
        )
