"""L'Abbé plots: the risk with the intervention against the risk without it, study by study.

L'Abbé et al., Ann Intern Med 1987;107:224-33. The curve is what the pooled effect makes of each
risk under control; effects that depend on the baseline risk leave it.
"""

from dataclasses import replace
from math import sqrt

from metasynth.figures.canvas.axis import Axis
from metasynth.figures.canvas.graph import (
    DASHED,
    Graph,
    Plan,
    draw_line,
    draw_points,
    frame,
    name_points,
)
from metasynth.figures.canvas.legend import Entry
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import INK, isolated
from metasynth.figures.canvas.ticks import curve_points, linear_axis, span_axis
from metasynth.figures.observed import Observed, TooFewStudies, observed, subject, told
from metasynth.figures.outcome import group_names, of_side
from metasynth.language import keys
from metasynth.language.formats import NumberStyle
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.printed import Printed
from metasynth.language.sentences import lowered
from metasynth.model.methods import is_ratio
from metasynth.model.records import OutcomeResult, StudyEffect
from metasynth.model.risks import risk_with
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.diagnostics import StudyDiagnostics

LARGEST, SMALLEST = 18.0, 4.0
_FREE = 0.05
"""Room before 0, in shares of the highest risk, for the circles of rare events."""
_HEAPED = 30.0
"""How many times the lowest risk the highest may be on a linear axis."""

Line = tuple[list[float], list[float]]
"""Values across and up of the points of a line."""


@isolated
def labbe(result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH) -> Drawing:
    """Draw risks of a binary outcome in per cent; areas follow the first analysis's weights.

    Raises:
        ValueError: when the outcome is not binary.
        TooFewStudies: without any study that has an effect.
    """
    if result.outcome.type != "binary":
        raise ValueError(f"{result.outcome.id} is {result.outcome.type}; L'Abbé plots show risks")
    data, both = _with_risks(observed(result), found)
    risks = [(one.risk_control or 0.0, one.risk_intervention or 0.0) for one in both]
    heaviest = max(study.weight or 0.0 for study in data.studies) or 1.0
    sizes = [
        max(SMALLEST, LARGEST * sqrt((study.weight or 0.0) / heaviest)) for study in data.studies
    ]
    xs, ys = [100 * control for control, _ in risks], [100 * treated for _, treated in risks]
    graph, lines = _graph(data, [*xs, *ys], language)
    draw_points(graph, xs, ys, sizes=sizes)
    order = sorted(range(len(xs)), key=lambda i: -(xs[i] + ys[i]))
    name_points(graph, data.labels, xs, ys, sizes=sizes, first=order, lines=lines)
    return Drawing(graph.figure, *_words(data, risks, found.diagnostics.more or 0, language))


def _with_risks(data: Observed, found: Sensitivity) -> tuple[Observed, list[StudyDiagnostics]]:
    """The studies whose two risks are known; a published contrast tells of none."""
    pairs = [
        (study, one)
        for study, one in zip(data.studies, found.diagnostics.studies, strict=True)
        if one.risk_control is not None and one.risk_intervention is not None
    ]
    if not pairs:
        raise TooFewStudies("no study has risks; an L'Abbé plot needs one")
    return replace(data, studies=tuple(study for study, _ in pairs)), [one for _, one in pairs]


def _axis(data: Observed, percentages: list[float], numbers: NumberStyle) -> Axis:
    """An axis from 0; of ratios a log axis where risks differ so much that it would heap them."""
    low, high = min(percentages), max(percentages)
    ratio = is_ratio(data.result.outcome.measure)
    if ratio and low > 0 and high / low > _HEAPED:
        return span_axis([low, high], True, numbers, 0.08)
    high = high or 100.0
    return linear_axis(-_FREE * high, min(100.0 * (1 + _FREE), 1.12 * high), numbers)


def _graph(
    data: Observed, percentages: list[float], language: Language
) -> tuple[Graph, list[Line]]:
    axis = _axis(data, percentages, language.numbers)
    intervention, control = group_names(data.result, language)
    events = language.say("with the event (%)")
    if axis.logarithmic:
        events = language.say("with the event (%, log scale)")
    entries = [
        Entry(language.say("Study; its area follows its weight"), "o"),
        Entry(language.say("No effect"), colour=INK, line="-", weight=0.6),
    ]
    if data.pooled:
        entries.append(Entry(language.say("Pooled effect"), colour=INK, line=DASHED))
    titles = f"{control}: {events}", f"{intervention}: {events}"
    graph = frame(Plan(axis, axis, *titles, entries, square=True))
    at = [x for x in curve_points(axis) if 0 <= x <= 100]
    lines = [(at, at)]
    draw_line(graph, at, at, "null", weight=0.6)
    measure = data.result.outcome.measure
    if data.pooled and data.pooled.estimate is not None:
        ys = [100 * risk_with(measure, data.pooled.estimate, x / 100) for x in at]
        lines.append((at, ys))
        draw_line(graph, at, ys, "pooled", DASHED)
    return graph, lines


def _words(
    data: Observed, risks: list[tuple[float, float]], more: int, language: Language
) -> tuple[str, str]:
    intervention, control = map(lowered, group_names(data.result, language))
    at = Printed(keys.figure(data.result.outcome.id, "labbe"), language.numbers)
    title = language.say(
        "{subject}: the event is more frequent with {intervention} in {more} of {k} studies.",
        subject=subject(language.say("L’Abbé plot"), data.result, language),
        intervention=intervention,
        more=at.count("more", more),
        k=at.count("k", len(risks)),
    )
    sentences = (
        language.say(
            "{study}: {treated} with {intervention}, {untreated} with {control}.",
            study=label,
            treated=_percent(treated, data, study, "intervention", language),
            untreated=_percent(untreated, data, study, "control", language),
            intervention=intervention,
            control=control,
        )
        for label, study, (untreated, treated) in zip(data.labels, data.studies, risks, strict=True)
    )
    return title, told(data, title, sentences, language)


def _percent(risk: float, data: Observed, study: StudyEffect, side: str, language: Language) -> str:
    """A risk with one decimal, and with two where it is below 1%."""
    said = of_side(data.result, study, side, language)
    return said.percent("risk", 100 * risk, 2 if risk < 0.01 else 1)
