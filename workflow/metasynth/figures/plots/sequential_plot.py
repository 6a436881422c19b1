"""Sequential analysis: cumulative Z by participants, with the boundaries of all looks together."""

from collections.abc import Sequence

from metasynth.figures.canvas.axis import Axis
from metasynth.figures.canvas.graph import (
    DASHED,
    DOTTED,
    Graph,
    Plan,
    draw_line,
    frame,
    name_points,
)
from metasynth.figures.canvas.legend import Entry
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import BLUE, INK, VERMILION, Z_SQUARE, isolated
from metasynth.figures.canvas.ticks import linear_axis
from metasynth.figures.observed import subject
from metasynth.language.formats import bracketed
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.tracked import SCALE, marked
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.robustness_words import (
    of_look,
    of_sequential,
    planned_effect,
    verdict,
    year_name,
)
from metasynth.sensitivity.sequential import Look, Sequential

LEAST_REACH, MOST_REACH = 4.0, 8.0
USUAL = 1.959963984540054
"""The limit of a single test at 0.05, two-sided."""


@isolated
def sequential_plot(
    result: OutcomeResult, found: Sequential, *, language: Language = ENGLISH
) -> Drawing:
    """Draw an analysis that has looks; without any the caller says why."""
    looks = [look for look in found.looks if look.z is not None]
    graph = frame(_plan(found, looks, language))
    required = float(found.required or 0)
    draw_line(graph, [graph.x.axis.low, graph.x.axis.high], [0.0, 0.0], "no-effect")
    draw_line(graph, [required] * 2, [graph.y.axis.low, graph.y.axis.high], "required", DASHED)
    for sign in (-1, 1):
        ends = [graph.x.axis.low, graph.x.axis.high]
        draw_line(graph, ends, [sign * USUAL] * 2, f"usual-{sign}", DOTTED)
        xs, ys = _boundary(found)
        draw_line(graph, xs, [sign * y for y in ys], f"boundary-{sign}", "-", 1.2, VERMILION)
        graph.axes.plot(
            xs[:-1], [sign * y for y in ys[:-1]], marker="s", markersize=3.0, markeredgewidth=0.0,
            color=VERMILION, linestyle="none", zorder=Z_SQUARE, gid=f"looks-{sign}",
        )  # fmt: skip
    xs, ys = [float(look.participants) for look in looks], [look.z or 0.0 for look in looks]
    draw_line(graph, [0.0, *xs], [0.0, *ys], "z", "-", 1.2, BLUE)
    graph.axes.plot(
        xs, ys, marker="o", markersize=5.0, markeredgewidth=0.0, color=BLUE, linestyle="none",
        clip_on=False, zorder=Z_SQUARE, gid="z-looks",
    )  # fmt: skip
    across = [graph.x.axis.low, graph.x.axis.high]
    bound = _boundary(found)
    lines = [(bound[0], [sign * y for y in bound[1]]) for sign in (-1, 1)]
    lines += [(across, [sign * USUAL] * 2) for sign in (-1, 1)]
    _name_years(graph, looks, xs, ys, lines, language)
    return Drawing(graph.figure, *words(result, found, language))


def _boundary(found: Sequential) -> tuple[list[float], list[float]]:
    """Participants and boundary of each look that has one, then of the required size."""
    known = [look for look in found.looks if look.boundary is not None and look.fraction < 1]
    xs = [float(look.participants) for look in known]
    ys = [look.boundary or 0.0 for look in known]
    return [*xs, float(found.required or 0)], [*ys, found.final or 0.0]


def _plan(found: Sequential, looks: Sequence[Look], language: Language) -> Plan:
    say, numbers = language.say, language.numbers
    far = max([float(found.required or 0), *(float(look.participants) for look in looks)])
    farthest = max([*(abs(look.z or 0.0) for look in looks), *_boundary(found)[1]], default=0.0)
    reach = min(MOST_REACH, max(LEAST_REACH, farthest)) + 0.3
    x: Axis = linear_axis(0.0, far * 1.06, numbers)
    entries = [
        Entry(say("Cumulative Z"), "o", BLUE, "-", 1.2),
        Entry(say("Boundary by alpha spending (O’Brien–Fleming)"), "s", VERMILION, "-", 1.2),
        Entry(marked(say("Single test at 0.05"), SCALE), colour=INK, line=DOTTED),
        Entry(say("Required participants"), colour=INK, line=DASHED),
    ]
    titles = say("Participants"), say("Cumulative Z")
    y = linear_axis(-reach, reach, numbers, most=9)
    return Plan(x, y, *titles, entries, (_planned(found, language),))


def _planned(found: Sequential, language: Language) -> str:
    """For what effect the size is required."""
    at = of_sequential(found, language)
    return language.say(
        "Required: {required} participants, for {effect} from a control risk of {risk}, two-sided "
        "alpha {alpha}, power {power}, diversity {diversity}.",
        required=at.count("required", found.required),
        effect=planned_effect(found, language),
        risk=at.percent("control_risk", 100 * (found.control_risk or 0.0), 1),
        alpha=at.number("alpha", found.alpha),
        power=at.percent("power", 100 * (found.power or 0.0)),
        diversity=at.percent("diversity", 100 * (found.diversity or 0.0)),
    )


def _name_years(
    graph: Graph,
    looks: Sequence[Look],
    xs: Sequence[float],
    ys: Sequence[float],
    lines: Sequence[tuple[Sequence[float], Sequence[float]]],
    language: Language,
) -> None:
    """The years beside their Z, clear of the lines if they can."""
    labels = [year_name(look, language) for look in looks]
    inside = [i for i, y in enumerate(ys) if graph.y.axis.low < y < graph.y.axis.high]
    chosen = [[items[i] for i in inside] for items in (xs, ys)]
    name_points(
        graph,
        [labels[i] for i in inside],
        *chosen,
        sizes=[5.0] * len(inside),
        lines=[([0.0, *xs], [0.0, *ys]), *lines],
    )


def words(result: OutcomeResult, found: Sequential, language: Language) -> tuple[str, str]:
    """A short alternative text, and a long one with every look."""
    at = of_sequential(found, language)
    title = language.say(
        "{subject}. {verdict}",
        subject=subject(language.say("Sequential analysis"), result, language),
        verdict=verdict(found, language),
    )
    looks = (
        language.say(
            "{year}: {participants} participants, Z {z}, boundary {boundary}.",
            year=year_name(look, language),
            participants=said.count("participants", look.participants),
            z=said.number("z", look.z),
            boundary=said.number("boundary", look.boundary),
        )
        for look, said in ((look, of_look(found, look, language)) for look in found.looks)
    )
    estimate, low, high = (
        at.estimate(field, result.outcome.measure, getattr(found, field))
        for field in ("estimate", "adjusted_low", "adjusted_high")
    )
    adjusted = language.say(
        "Interval adjusted for the looks: {effect}.",
        effect=bracketed(estimate, low, high, language.numbers),
    )
    return title, " ".join([title, _planned(found, language), *looks, adjusted])
