"""Drapery plots: the p-value of every possible effect, for each study and the pooled result.

Rücker and Schwarzer, Res Synth Methods 2021;12:34-45. A curve's top is the estimate; where it
crosses 0.05 are the limits of the 95% interval, so that no one level of confidence is special.
"""

from collections.abc import Iterator, Sequence
from math import log

from metasynth.core.distributions import two_sided_p
from metasynth.figures.canvas.axis import Axis
from metasynth.figures.canvas.graph import DOTTED, Graph, Plan, draw_line, frame
from metasynth.figures.canvas.legend import Entry
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import BLUE, INK, isolated
from metasynth.figures.canvas.ticks import curve_points, linear_axis, span_axis
from metasynth.figures.observed import Observed, effect_title, observed, subject, told
from metasynth.figures.outcome import analysis_label, overall
from metasynth.language.formats import p_value, stated
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.printed import of_pool
from metasynth.language.tracked import SCALE, marked
from metasynth.model.records import Estimate, OutcomeResult
from metasynth.sensitivity.battery import Sensitivity

_PLACES = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)


@isolated
def drapery(result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH) -> Drawing:
    """Draw two-sided p-values (up) of effects on the natural scale (across).

    A study's curve is Wald's, from its estimate and standard error; the pooled one has the
    distribution, normal or t, of its own test.

    Raises:
        TooFewStudies: without any study that has an effect.
    """
    data = observed(result)
    graph = _graph(data, language)
    tops = [effect for study in data.studies if (effect := study.estimate) is not None]
    pooled = _tested(data)
    if pooled and pooled.estimate is not None:
        tops.append(pooled.estimate)
    at = sorted([*curve_points(graph.x.axis), *tops])
    for i, (y, v) in enumerate(zip(data.y, data.v, strict=True), 1):
        curve = _p_values(data, at, float(y), float(v) ** 0.5, None)
        draw_line(graph, at, curve, f"study-{i}", weight=0.7, colour=BLUE)
    if pooled and pooled.log_estimate is not None and pooled.se:
        curve = _p_values(data, at, pooled.log_estimate, pooled.se, pooled.df)
        draw_line(graph, at, curve, "pooled", weight=2.0)
    return Drawing(graph.figure, *_words(data, found, pooled, language))


def _tested(data: Observed) -> Estimate | None:
    """The pooled effect of the primary analysis, or, as a posterior has no p-values, of the first
    one without a prior.
    """
    tested = data.analysis if data.analysis.spec.tau_prior is None else data.result.without_prior
    return overall(tested) if tested else None


def _p_values(
    data: Observed, effects: Sequence[float], y: float, se: float, df: float | None
) -> list[float]:
    """The p-value of each of `effects` being the truth."""
    values = map(log, effects) if data.logarithmic else effects
    return [two_sided_p((y - value) / se, df) for value in values]


def _graph(data: Observed, language: Language) -> Graph:
    numbers = language.numbers
    limits = [limit for study in data.studies for limit in (study.ci_low, study.ci_high)]
    effects = [study.estimate for study in data.studies]
    across = _reach(data, [*effects, data.null], limits, language)
    entries = [Entry(language.say("Study"), colour=BLUE, line="-", weight=0.7)]
    if pooled := _tested(data):
        whose = _pooled_name(data, pooled, language)
        entries.append(Entry(whose, colour=INK, line="-", weight=2.0))
    entries.append(Entry(language.say("No effect"), colour=INK, line="-", weight=0.6))
    entries.append(
        Entry(stated("p", marked(p_value(0.05, numbers), SCALE)), colour=INK, line=DOTTED)
    )
    up = linear_axis(0.0, 1.0, numbers, most=6)
    titles = effect_title(data, language), language.say("p-value (two-sided)")
    graph = frame(Plan(across, up, *titles, entries))
    draw_line(graph, [across.low, across.high], [0.05, 0.05], "level", DOTTED)
    draw_line(graph, [data.null] * 2, [0.0, 1.0], "null", weight=0.6)
    return graph


def _pooled_name(data: Observed, pooled: Estimate, language: Language) -> str:
    """The pooled effect, and by which analysis where that is not the primary one."""
    (own,) = (a for a in data.result.analyses if a.spec.name == pooled.analysis)
    if own is data.analysis:
        return language.say("Pooled effect")
    return language.say("Pooled effect: {analysis}", analysis=analysis_label(own))


def _reach(
    data: Observed,
    effects: Sequence[float | None],
    limits: Sequence[float | None],
    language: Language,
) -> Axis:
    """All estimates, and limits unless they would squeeze them."""
    return span_axis([*effects, *limits], data.logarithmic, language.numbers)


def _words(
    data: Observed, found: Sensitivity, pooled: Estimate | None, language: Language
) -> tuple[str, str]:
    said = language.say("the studies are not pooled")
    if pooled:
        at = of_pool(pooled, language.numbers)
        said = language.say(
            "the pooled curve peaks at {effect}; p of no effect {p}",
            effect=at.effect(pooled),
            p=at.p("p", pooled.p),
        )
    start = subject(language.say("Drapery plot (p-value functions)"), data.result, language)
    title = f"{start}: {said}."
    return title, told(data, title, _sentences(data, found, language), language)


def _sentences(data: Observed, found: Sensitivity, language: Language) -> Iterator[str]:
    rows = zip(
        data.labels, data.studies, data.said(language), found.diagnostics.studies, strict=True
    )
    for label, study, at, own in rows:
        yield language.say(
            "{study}: {effect}, p of no effect {p}.",
            study=label,
            effect=at.effect(study),
            p=at.p("p", own.p),
        )
