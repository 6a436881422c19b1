"""Bubble plots of meta-regressions: effects against a characteristic of the studies."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from metasynth.figures.graph import Graph, Plan, draw_line, draw_points, frame, name_points
from metasynth.figures.key import Entry
from metasynth.figures.observed import Observed, TooFewStudies, effect_title, observed, subject
from metasynth.figures.page import Drawing
from metasynth.figures.style import INK, isolated
from metasynth.figures.text import clean
from metasynth.figures.ticks import curve_points, span_axis
from metasynth.formats import MINUS, estimate, number, p_value, stated
from metasynth.language import ENGLISH, Language
from metasynth.meta_regression import MetaRegression, meta_regression, predict
from metasynth.records import OutcomeResult

LARGEST, SMALLEST = 22.0, 4.0
LEAST = 3
_BAND = 0.13


@dataclass(frozen=True, slots=True)
class Covariate:
    """A characteristic of studies: its name as a reader says it, and each study's value by id."""

    label: str
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Regression:
    """The studies with a value of the covariate, and the regression of their effects on it."""

    kept: list[int]
    xs: list[float]
    model: MetaRegression


@isolated
def bubble(result: OutcomeResult, covariate: Covariate, *, language: Language = ENGLISH) -> Drawing:
    """Draw effects (up, natural scale) against a covariate, and the regression of one on the other.

    The model is a mixed-effects meta-regression (REML, Knapp and Hartung) whatever the outcome's
    own analysis; areas follow the inverse variances that it weighs with. Studies without a value
    are left out.

    Raises:
        TooFewStudies: when fewer than three studies have an effect and a value.
        ValueError: when all values are the same.
    """
    data = observed(result)
    fit = _regression(data, covariate)
    weights = [1 / (float(data.v[i]) + fit.model.tau2) for i in fit.kept]
    sizes = [max(SMALLEST, LARGEST * sqrt(w / max(weights))) for w in weights]
    effects = [data.studies[i].estimate or 0.0 for i in fit.kept]
    graph, lines = _graph(data, covariate, fit, effects, language)
    draw_points(graph, fit.xs, effects, sizes=sizes)
    labels = [data.labels[i] for i in fit.kept]
    order = sorted(range(len(sizes)), key=lambda i: -sizes[i])
    name_points(graph, labels, fit.xs, effects, sizes=sizes, first=order, lines=lines)
    return Drawing(graph.figure, *_words(data, covariate, fit, labels, effects, language))


def _regression(data: Observed, covariate: Covariate) -> _Regression:
    known = dict(covariate.values)
    kept = [i for i, study in enumerate(data.studies) if study.study in known]
    if len(kept) < LEAST:
        raise TooFewStudies(f"{len(kept)} studies with an effect and {covariate.label}")
    xs = [known[data.studies[i].study] for i in kept]
    design = np.column_stack([np.ones(len(xs)), xs])
    return _Regression(kept, xs, meta_regression(data.y[kept], data.v[kept], design))


def _graph(
    data: Observed,
    covariate: Covariate,
    fit: _Regression,
    effects: Sequence[float],
    language: Language,
) -> tuple[Graph, list[tuple[list[float], list[float]]]]:
    numbers = language.numbers
    across = span_axis(fit.xs, False, numbers, 0.08)
    xs = curve_points(across, 61)
    rows = [np.array([1.0, x]) for x in xs]
    line = [data.natural(float(row @ fit.model.coefficients)) for row in rows]
    limits = [predict(fit.model, row) for row in rows]
    up = span_axis([*effects, data.null, *line], data.logarithmic, language.numbers, 0.12)
    entries = (
        Entry(language.say("Study; its area follows its weight"), "o"),
        Entry(language.say("Meta-regression"), colour=INK, line="-", weight=1.4),
        Entry(language.say("95% interval of the average effect"), fill=_BAND),
        Entry(language.say("No effect"), colour=INK, line="-", weight=0.6),
    )
    notes = (_slope(data, fit.model, language),)
    title = effect_title(data, language)
    graph = frame(Plan(across, up, clean(covariate.label), title, entries, notes))
    low, high = [data.natural(at.low) for at in limits], [data.natural(at.high) for at in limits]
    band = graph.axes.fill_between(xs, low, high, facecolor=INK, alpha=_BAND, linewidth=0.0)
    band.set(zorder=0, gid="band")
    draw_line(graph, [across.low, across.high], [data.null] * 2, "null", weight=0.6)
    draw_line(graph, xs, line, "regression", weight=1.4)
    return graph, [([across.low, across.high], [data.null] * 2), (xs, line)]


def _slope(data: Observed, model: MetaRegression, language: Language) -> str:
    numbers = language.numbers
    slope = model.intervals[1]
    values = [data.natural(x) for x in (float(model.coefficients[1]), slope.low, slope.high)]
    message = "Ratio of effects per unit: {slope}" if data.logarithmic else "Slope: {slope}"
    said = f"{number(values[0], 3, numbers)} [{number(values[1], 3, numbers)}"
    said += f"{numbers.separator}{number(values[2], 3, numbers)}]"
    p = stated("p", p_value(model.qm_p, numbers))
    return f"{language.say(message, slope=said)} ({p})"


def _words(
    data: Observed,
    covariate: Covariate,
    fit: _Regression,
    labels: Sequence[str],
    effects: Sequence[float],
    language: Language,
) -> tuple[str, str]:
    measure, numbers = data.result.outcome.measure, language.numbers
    title = language.say(
        "{subject}, against {covariate}: {k} studies. {slope}.",
        subject=subject(language.say("Bubble plot"), data.result, language),
        covariate=clean(covariate.label),
        k=len(labels),
        slope=_slope(data, fit.model, language),
    )
    sentences = (
        language.say(
            "{study}: {covariate} {x}, {effect}.",
            study=label,
            covariate=clean(covariate.label),
            x=f"{x:g}".replace(".", numbers.decimal).replace("-", MINUS),
            effect=estimate(measure, effect, numbers),
        )
        for label, x, effect in zip(labels, fit.xs, effects, strict=True)
    )
    return title, " ".join([title, *sentences])
