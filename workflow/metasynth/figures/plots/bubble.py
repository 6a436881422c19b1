"""Bubble plots of meta-regressions: effects against a characteristic of the studies."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from metasynth.figures.canvas.graph import Graph, Plan, draw_line, draw_points, frame, name_points
from metasynth.figures.canvas.legend import Entry
from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import INK, isolated
from metasynth.figures.canvas.ticks import span_axis
from metasynth.figures.observed import (
    Observed,
    TooFewStudies,
    effect_title,
    observed,
    subject,
    told,
)
from metasynth.language import keys
from metasynth.language.formats import bracketed, named, shortest, stated
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.printed import Printed
from metasynth.model.methods import CREDIBLE
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.battery import Sensitivity
from metasynth.sensitivity.meta_regression import Regression

LARGEST, SMALLEST = 22.0, 4.0
_BAND = 0.13


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    """The studies with a value of the covariate, and the regression of their effects on it."""

    kept: list[int]
    xs: list[float]
    model: Regression


@isolated
def bubble(result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH) -> Drawing:
    """Draw effects (up, natural scale) against the covariate, with the regression on it.

    Areas follow the inverse variances that the regression weighs with. Studies without a value are
    left out.

    Raises:
        TooFewStudies: when too few studies have an effect and a value for a regression.
        ValueError: without a declared covariate.
    """
    data = observed(result)
    fit = _regression(data, found)
    sizes = bubble_sizes([float(data.v[i]) for i in fit.kept], fit.model.tau2)
    effects = [data.studies[i].estimate or 0.0 for i in fit.kept]
    graph, lines = _graph(data, fit, effects, language)
    draw_points(graph, fit.xs, effects, sizes=sizes)
    labels = [data.labels[i] for i in fit.kept]
    order = sorted(range(len(sizes)), key=lambda i: -sizes[i])
    name_points(graph, labels, fit.xs, effects, sizes=sizes, first=order, lines=lines)
    return Drawing(graph.figure, *_words(data, fit, labels, effects, language))


def bubble_sizes(v: Sequence[float], tau2: float | None) -> list[float]:
    """Diameters whose areas follow the weights of the regression."""
    weights = [1 / (own + (tau2 or 0.0)) for own in v]
    return [max(SMALLEST, LARGEST * sqrt(w / max(weights))) for w in weights]


def _regression(data: Observed, found: Sensitivity) -> _Fitted:
    """The studies that have a value of the covariate, and the regression on it."""
    model = found.regression
    if model is None:
        raise ValueError(f"{data.result.outcome.id} has no covariate")
    if not model.line:
        raise TooFewStudies(f"{model.label}: {model.reason}")
    known = {(s.study, s.label): s.covariate for s in data.result.studies}
    values = [known[study.study, study.label] for study in data.studies]
    kept = [i for i, value in enumerate(values) if value is not None]
    return _Fitted(kept, [value for value in values if value is not None], model)


def _graph(
    data: Observed,
    fit: _Fitted,
    effects: Sequence[float],
    language: Language,
) -> tuple[Graph, list[tuple[list[float], list[float]]]]:
    points = [(at.value, at.effect, at.low, at.high) for at in fit.model.line]
    entries = (
        Entry(language.say("Study; its area follows its weight"), "o"),
        Entry(language.say("Meta-regression"), colour=INK, line="-", weight=1.4),
        Entry(name(_band(fit.model, language)), fill=_BAND),
        Entry(language.say("No effect"), colour=INK, line="-", weight=0.6),
    )
    drawn = FittedLine(points, _covariate(data), entries, (_slope(data, fit.model, language),))
    return with_line(data, drawn, fit.xs, effects, language)


@dataclass(frozen=True, slots=True, eq=False)
class FittedLine:
    """A line as (value, effect, low, high) on the analysis scale, and what is said around it."""

    points: Sequence[tuple[float, float, float, float]]
    x_title: str
    entries: Sequence[Entry]
    notes: Sequence[str]


def with_line(
    data: Observed,
    drawn: FittedLine,
    values: Sequence[float],
    effects: Sequence[float],
    language: Language,
) -> tuple[Graph, list[tuple[list[float], list[float]]]]:
    """A graph with a line and its band, for effects at `values`; and the lines that are in it."""
    across = span_axis(values, False, language.numbers, 0.08)
    xs = [x for x, *_ in drawn.points]
    line, low, high = ([data.natural(at[i]) for at in drawn.points] for i in (1, 2, 3))
    up = span_axis([*effects, data.null, *line], data.logarithmic, language.numbers, 0.12)
    title = effect_title(data, language)
    graph = frame(Plan(across, up, drawn.x_title, title, drawn.entries, drawn.notes))
    band = graph.axes.fill_between(xs, low, high, facecolor=INK, alpha=_BAND, linewidth=0.0)
    band.set(zorder=0, gid="band")
    draw_line(graph, [across.low, across.high], [data.null] * 2, "null", weight=0.6)
    draw_line(graph, xs, line, "regression", weight=1.4)
    return graph, [([across.low, across.high], [data.null] * 2), (xs, line)]


def _band(model: Regression, language: Language) -> str:
    if model.credible:
        return language.say("95% credible interval of the average effect")
    return language.say("95% interval of the average effect")


def _covariate(data: Observed) -> str:
    """What effects are regressed on, as the outcome names it."""
    spec = data.result.outcome.covariate
    return name(spec.label) if spec else ""


def _slope(data: Observed, model: Regression, language: Language) -> str:
    at = Printed(keys.figure(data.result.outcome.id, "regression"), language.numbers)
    field = "ratio" if model.ratio is not None else "slope"
    middle, low, high = (
        at.number(f"{field}{end}", getattr(model, f"{field}{end}"), 3)
        for end in ("", "_low", "_high")
    )
    per_unit = message("Ratio of effects per unit: {slope}")
    template = per_unit if field == "ratio" else message("Slope: {slope}")
    said = bracketed(middle, low, high, language.numbers)
    if model.credible:
        p = language.say("P against {p}", p=at.p("p_against", model.p_against))
        return f"{language.say(template, slope=said)}{named(CREDIBLE)} ({p})"
    p = stated("p", at.p("p", model.p))
    return f"{language.say(template, slope=said)} ({p})"


def _words(
    data: Observed,
    fit: _Fitted,
    labels: Sequence[str],
    effects: Sequence[float],
    language: Language,
) -> tuple[str, str]:
    measure = data.result.outcome.measure
    at = Printed(keys.figure(data.result.outcome.id, "regression"), language.numbers)
    said = data.said(language)
    title = language.say(
        "{subject}, against {covariate}: {k} studies. {slope}.",
        subject=subject(language.say("Bubble plot"), data.result, language),
        covariate=_covariate(data),
        k=at.count("k", len(labels)),
        slope=_slope(data, fit.model, language),
    )
    sentences = (
        language.say(
            "{study}: {covariate} {x}, {effect}.",
            study=label,
            covariate=_covariate(data),
            x=own.text("covariate", shortest(x, language.numbers)),
            effect=own.estimate("estimate", measure, effect),
        )
        for label, x, effect, own in zip(
            labels, fit.xs, effects, [said[i] for i in fit.kept], strict=True
        )
    )
    return title, told(data, title, sentences, language)
