"""L'Abbé plots: the risk with the intervention against the risk without it, study by study.

L'Abbé et al., Ann Intern Med 1987;107:224-33. The curve is what the pooled effect makes of each
risk under control; effects that depend on the baseline risk leave it.
"""

from collections.abc import Callable
from math import asin, sin, sqrt

from metasynth.figures.graph import DASHED, Graph, Plan, draw_line, draw_points, frame, name_points
from metasynth.figures.key import Entry
from metasynth.figures.language import ENGLISH, Language
from metasynth.figures.observed import Observed, observed, subject
from metasynth.figures.outcome import group_names
from metasynth.figures.page import Drawing
from metasynth.figures.style import INK, isolated
from metasynth.figures.ticks import linear_axis
from metasynth.formats import percent
from metasynth.records import OutcomeResult, StudyEffect

LARGEST, SMALLEST = 18.0, 4.0
_FREE = 0.05
"""Room before 0, in shares of the highest risk, for the circles of rare events."""
_CURVE_STEPS = 100

Line = tuple[list[float], list[float]]
"""Values across and up of the points of a line."""

_PREDICTED: dict[str, Callable[[float, float], float]] = {
    "RR": lambda risk, effect: risk * effect,
    "OR": lambda risk, effect: risk * effect / (1 - risk + risk * effect),
    "RD": lambda risk, effect: risk + effect,
    "ASD": lambda risk, effect: sin(min(max(asin(sqrt(risk)) + effect, 0.0), asin(1.0))) ** 2,
}
"""The risk under the intervention from that under control and the effect, on its natural scale."""


@isolated
def labbe(result: OutcomeResult, *, language: Language = ENGLISH) -> Drawing:
    """Draw risks of a binary outcome; areas of circles follow the weights of the first analysis.

    Raises:
        ValueError: when the outcome is not binary.
        TooFewStudies: without any study that has an effect.
    """
    if result.outcome.type != "binary":
        raise ValueError(f"{result.outcome.id} is {result.outcome.type}; L'Abbé plots show risks")
    data = observed(result)
    risks = [_risks(study) for study in data.studies]
    heaviest = max(study.weight or 0.0 for study in data.studies) or 1.0
    sizes = [
        max(SMALLEST, LARGEST * sqrt((study.weight or 0.0) / heaviest)) for study in data.studies
    ]
    graph, lines = _graph(data, max(map(max, risks)), language)
    xs, ys = [control for control, _ in risks], [intervention for _, intervention in risks]
    draw_points(graph, xs, ys, sizes=sizes)
    order = sorted(range(len(xs)), key=lambda i: -(xs[i] + ys[i]))
    name_points(graph, data.labels, xs, ys, sizes=sizes, first=order, lines=lines)
    return Drawing(graph.figure, *_words(data, risks, language))


def _risks(study: StudyEffect) -> tuple[float, float]:
    """The shares with the event, under control and under the intervention, as observed."""
    return (
        (study.events_control or 0) / (study.total_control or 1),
        (study.events_intervention or 0) / (study.total_intervention or 1),
    )


def _graph(data: Observed, highest: float, language: Language) -> tuple[Graph, list[Line]]:
    highest = highest or 1.0
    reach = min(1.0 + _FREE, 1.12 * highest)
    axis = linear_axis(-_FREE * highest, reach, language.numbers, factor=100.0)
    intervention, control = group_names(data.result, language)
    events = language.say("with the event (%)")
    entries = [
        Entry(language.say("Study; its area follows its weight"), "o"),
        Entry(language.say("No effect"), colour=INK, line="-", weight=0.6),
    ]
    if data.pooled:
        entries.append(Entry(language.say("Pooled effect"), colour=INK, line=DASHED))
    titles = f"{control}: {events}", f"{intervention}: {events}"
    graph = frame(Plan(axis, axis, *titles, entries, square=True))
    ends = [0.0, min(1.0, axis.high)]
    lines = [(ends, ends)]
    draw_line(graph, *lines[0], "null", weight=0.6)
    predicted = _PREDICTED[data.result.outcome.measure]
    if data.pooled and data.pooled.estimate is not None:
        xs = [ends[1] * i / _CURVE_STEPS for i in range(_CURVE_STEPS + 1)]
        ys = [min(1.0, max(0.0, predicted(x, data.pooled.estimate))) for x in xs]
        lines.append((xs, ys))
        draw_line(graph, xs, ys, "pooled", DASHED)
    return graph, lines


def _words(data: Observed, risks: list[tuple[float, float]], language: Language) -> tuple[str, str]:
    intervention, control = group_names(data.result, language)
    title = language.say(
        "{subject}: the event is more frequent with {intervention} in {more} of {k} studies.",
        subject=subject(language.say("L’Abbé plot"), data.result, language),
        intervention=intervention,
        more=sum(treated > untreated for untreated, treated in risks),
        k=len(risks),
    )
    sentences = (
        language.say(
            "{study}: {treated} with {intervention}, {untreated} with {control}.",
            study=label,
            treated=percent(100 * treated, 1, language.numbers),
            untreated=percent(100 * untreated, 1, language.numbers),
            intervention=intervention,
            control=control,
        )
        for label, (untreated, treated) in zip(data.labels, risks, strict=True)
    )
    return title, " ".join([title, *sentences])
