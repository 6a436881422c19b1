"""Bubble plots of meta-regressions on several moderators, of which one number varies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metasynth.figures.canvas.graph import DASHED, draw_line, draw_points, name_points
from metasynth.figures.canvas.legend import Entry
from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import INK, isolated
from metasynth.figures.observed import (
    Observed,
    TooFewStudies,
    observed,
    subject,
    told,
)
from metasynth.figures.plots.bubble import FittedLine, bubble_sizes, with_line
from metasynth.language import keys
from metasynth.language.formats import shortest
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.moderators import level_name
from metasynth.language.printed import Printed
from metasynth.model.covariates import drawn_term
from metasynth.model.moderated_effects import ModeratedEffects, TermLine
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.battery import Sensitivity

_BAND = 0.13


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """The model and its line, and the studies in it by their places among those observed."""

    model: ModeratedEffects
    line: TermLine
    kept: list[int]
    xs: list[float]


def line_of(result: OutcomeResult, found: Sensitivity) -> tuple[ModeratedEffects, TermLine] | None:
    """The model and the line that an outcome's figure shows; None where there is no result."""
    chosen = drawn_term(result.outcome)
    if chosen is None:
        return None
    model = next((one for one in found.moderators if one.name == chosen[0].name), None)
    lines = model.lines if model else ()
    line = next((one for one in lines if one.term == chosen[1].name), None)
    return (model, line) if model and line else None


@isolated
def moderators_plot(
    result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH
) -> Drawing:
    """Draw effects (up, natural scale) against one moderator, all others of the model held.

    Areas follow the inverse of sampling variance and tau2, by which the regression weighs unless it
    knows clusters. The effects are the studies' own, not adjusted for the other moderators.

    Raises:
        TooFewStudies: when the model has no result.
    """
    data = observed(result)
    shown = _shown(data, found)
    each = dict(zip(shown.model.studies, shown.model.tau2_each, strict=False))
    own = (each.get((data.studies[i].study, data.studies[i].label), 0.0) for i in shown.kept)
    known = [float(data.v[i]) + tau2 for i, tau2 in zip(shown.kept, own, strict=True)]
    sizes = bubble_sizes(known, shown.model.tau2)
    predicts = shown.line.points[0].pi_low is not None
    effects = [data.studies[i].estimate or 0.0 for i in shown.kept]
    points = [(at.value, at.effect, at.low, at.high) for at in shown.line.points]
    drawn = FittedLine(
        points,
        name(shown.line.label),
        _entries(shown.model, predicts, language),
        _notes(data, shown, language),
    )
    graph, lines = with_line(data, drawn, shown.xs, effects, language)
    values = [at.value for at in shown.line.points]
    for end in ("low", "high") if predicts else ():
        limits = [data.natural(getattr(at, f"pi_{end}")) for at in shown.line.points]
        draw_line(graph, values, limits, f"prediction-{end}", DASHED, 0.8)
        lines.append((values, limits))
    draw_points(graph, shown.xs, effects, sizes=sizes)
    labels = [data.labels[i] for i in shown.kept]
    order = sorted(range(len(sizes)), key=lambda i: -sizes[i])
    name_points(graph, labels, shown.xs, effects, sizes=sizes, first=order, lines=lines)
    return Drawing(graph.figure, *_words(data, shown, labels, effects, language))


def _shown(data: Observed, found: Sensitivity) -> _Shown:
    known = line_of(data.result, found)
    if known is None:
        raise TooFewStudies("the meta-regression on moderators has no result")
    model, line = known
    values = dict(zip(model.studies, line.values, strict=True))
    own = [values.get((study.study, study.label)) for study in data.studies]
    kept = [i for i, value in enumerate(own) if value is not None]
    return _Shown(model, line, kept, [value for value in own if value is not None])


_WEIGHT = message("Study; its area follows its weight")
_PRECISION = message("Study; its area follows its precision")


def _entries(model: ModeratedEffects, predicts: bool, language: Language) -> tuple[Entry, ...]:
    """The legend; some models say nothing of a new study's effect."""
    say = language.say
    alone = model.clusters is None  # else a study's weight depends on the others of its cluster
    own = _WEIGHT if alone else _PRECISION
    prediction = Entry(name(say("95% prediction interval")), colour=INK, line=DASHED, weight=0.8)
    return (
        Entry(say(own), "o"),
        Entry(say("Meta-regression"), colour=INK, line="-", weight=1.4),
        Entry(name(say("95% interval of the average effect")), fill=_BAND),
        *((prediction,) if predicts else ()),
        Entry(say("No effect"), colour=INK, line="-", weight=0.6),
    )


def _notes(data: Observed, shown: _Shown, language: Language) -> tuple[str, ...]:
    """The model, and at what its other moderators are held."""
    held = "; ".join(_held(data, shown, language))
    model = name(language.label(shown.model.label))
    return (model, language.say("Held: {values}", values=held)) if held else (model,)


def _held(data: Observed, shown: _Shown, language: Language) -> Iterator[str]:
    at = keys.moderators(data.result.outcome.id, shown.model.name)
    printed = Printed(f"{at}.line.{shown.line.term}", language.numbers)
    labels = {
        term.name: term.label
        for model in data.result.outcome.moderators
        if model.name == shown.model.name
        for term in model.terms
    }
    for one in shown.line.held:
        value = level_name(one.level, language)
        if one.number is not None:
            value = printed.text(f"held.{one.term}", shortest(one.number, language.numbers))
        yield f"{name(language.label(labels[one.term]))}: {name(value)}"


def _words(
    data: Observed,
    shown: _Shown,
    labels: Sequence[str],
    effects: Sequence[float],
    language: Language,
) -> tuple[str, str]:
    measure, term = data.result.outcome.measure, name(shown.line.label)
    at = Printed(keys.moderators(data.result.outcome.id, shown.model.name), language.numbers)
    said = data.said(language)
    title = language.say(
        "{subject}, against {covariate}: {k} studies. {model}.",
        subject=subject(language.say("Bubble plot"), data.result, language),
        covariate=term,
        k=at.count("k", len(labels)),
        model=". ".join(_notes(data, shown, language)),
    )
    sentences = (
        language.say(
            "{study}: {covariate} {x}, {effect}.",
            study=label,
            covariate=term,
            x=own.text("moderator", shortest(x, language.numbers)),
            effect=own.estimate("estimate", measure, effect),
        )
        for label, x, effect, own in zip(
            labels, shown.xs, effects, [said[i] for i in shown.kept], strict=True
        )
    )
    return title, told(data, title, sentences, language)
