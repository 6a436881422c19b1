"""The posterior of the mean effect: what is credible of it once the data are seen."""

from collections.abc import Sequence
from math import exp, log

from metasynth.figures.canvas.axis import Axis
from metasynth.figures.canvas.legend import Entry
from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import BLUE, INK, VERMILION, isolated
from metasynth.figures.canvas.ticks import span_axis
from metasynth.figures.forest.rows import Mark, favours
from metasynth.figures.observed import subject
from metasynth.figures.outcome import analysis_label, measure_name
from metasynth.figures.plots.density_page import (
    Curve,
    DensityPlan,
    Ground,
    Interval,
    before_and_after,
    density_page,
)
from metasynth.figures.posteriors import Shown, printed_effect, priors_said, shown
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.printed import of_pool
from metasynth.model.methods import no_effect
from metasynth.model.primary_effects import is_logarithmic
from metasynth.model.records import AnalysisResult, Estimate, OutcomeResult

NOTHING = 0.003
"""Densities below this share of the highest need no room on the axis."""
LONGER = 0.5
"""An interval without a prior may lengthen the axis by so much of the curve's own length."""


@isolated
def posterior(result: OutcomeResult, *, language: Language = ENGLISH) -> Drawing:
    """Draw the density of the mean effect, its credible interval, and that without a prior.

    Raises:
        NoPosterior: where no Bayesian analysis has a result.
    """
    data = shown(result)
    return Drawing(density_page(posterior_plan(data, language)), *posterior_words(data, language))


def posterior_plan(data: Shown, language: Language) -> DensityPlan:
    """What the figure shows."""
    say, curve = language.say, data.posterior.effect_curve
    null = no_effect(data.pooled.measure)
    curves, entries = before_and_after(curve, language)
    after = curves[-1]
    grounds = [Ground("interval", after, *_limits(data.pooled, curve.x))]
    if null is not None:
        grounds += _against(data.pooled, after, null)
        entries.append(Entry(_said_against(data.pooled, language), fill=0.45, ground=VERMILION))
        entries.append(Entry(say("No effect"), colour=INK, line="-", weight=0.6))
    measure = measure_name(data.result, data.analysis, language)
    logarithmic = is_logarithmic(data.result)
    return DensityPlan(
        say("The higher, the more credible"),
        name(say("Estimate [95% interval]")),
        _axis(data, null, language),
        say("{measure} (log scale)", measure=measure) if logarithmic else measure,
        curves,
        grounds,
        _intervals(data, language),
        entries,
        _notes(data, language),
        null,
        favours(data.result, language) if null is not None else ("", ""),
    )


def _limits(pooled: Estimate, at: Sequence[float]) -> tuple[float, float]:
    """The interval's ends, or the curve's where it has none."""
    low, high = pooled.ci_low, pooled.ci_high
    return at[0] if low is None else low, at[-1] if high is None else high


def _against(pooled: Estimate, curve: Curve, null: float) -> list[Ground]:
    """The area of no effect, or one on the other side of the estimate."""
    above = pooled.p_above is not None and pooled.p_above >= 0.5
    ends = (curve.xs[0], null) if above else (null, curve.xs[-1])
    return [Ground("against", curve, *ends, VERMILION, 0.45)]


def _said_against(pooled: Estimate, language: Language) -> str:
    p = of_pool(pooled, language.numbers).p("p_against", pooled.p_against)
    return language.say("No effect, or one in the other direction: probability {p}", p=p)


def _intervals(data: Shown, language: Language) -> list[Interval]:
    rows = [_interval(data.analysis, data.pooled, language)]
    if data.other and data.other_pooled:
        rows.append(_interval(data.other, data.other_pooled, language))
    return rows


def _interval(analysis: AnalysisResult, pooled: Estimate, language: Language) -> Interval:
    mark = Mark("square", pooled.estimate, pooled.ci_low, pooled.ci_high)
    bayesian = analysis.spec.tau_prior is not None
    label, text = analysis_label(analysis), printed_effect(pooled, language)
    return Interval(label, mark, text, BLUE if bayesian else INK, bayesian)


def _notes(data: Shown, language: Language) -> list[str]:
    notes = [priors_said(data, language)]
    if data.pooled.measure and not data.posterior.effect_curve.prior:
        notes.append(
            language.say(
                "A vague prior is as high everywhere as anywhere, and is not drawn: the curve is "
                "what the data say, given how far trials may differ."
            )
        )
    return notes


def _axis(data: Shown, null: float | None, language: Language) -> Axis:
    """The curve where it is high enough to be seen, no effect, and what else is not far away."""
    curve, logarithmic = data.posterior.effect_curve, is_logarithmic(data.result)
    least = NOTHING * max(curve.posterior)
    seen = [x for x, y in zip(curve.x, curve.posterior, strict=True) if y >= least]
    needed = [*seen, *([] if null is None else [null])]
    low, high = min(needed), max(needed)
    low, high = _further(low, high, data.other_pooled, logarithmic)
    return span_axis([low, high], logarithmic, language.numbers, room=0.03)


def _further(
    low: float, high: float, other: Estimate | None, logarithmic: bool
) -> tuple[float, float]:
    """The ends of the axis, further out where the other interval ends not far beyond."""
    a, b = (log(low), log(high)) if logarithmic else (low, high)
    spare = LONGER * (b - a)
    for limit in (other.ci_low, other.ci_high) if other else ():
        if limit is not None and (limit > 0 or not logarithmic):
            end = log(limit) if logarithmic else limit
            a, b = min(a, max(end, a - spare)), max(b, min(end, b + spare))
    return (exp(a), exp(b)) if logarithmic else (a, b)


def posterior_words(data: Shown, language: Language) -> tuple[str, str]:
    """A short alternative text, and a long one with the intervals and the priors."""
    start = subject(language.say("Posterior distribution of the effect"), data.result, language)
    title = f"{start}: {printed_effect(data.pooled, language)}."
    sentences = [f"{row.name}: {row.text}." for row in _intervals(data, language)]
    if no_effect(data.pooled.measure) is not None:
        sentences.append(f"{_said_against(data.pooled, language)}.")
    return title, " ".join([title, *sentences, *_notes(data, language)])
