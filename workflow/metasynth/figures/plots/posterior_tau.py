"""The posterior of tau beside its prior: what the data add to what was believed of it."""

from collections.abc import Iterator
from math import sqrt

from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import BLUE, INK, isolated
from metasynth.figures.canvas.ticks import linear_axis
from metasynth.figures.forest.rows import Mark
from metasynth.figures.observed import subject
from metasynth.figures.outcome import analysis_label
from metasynth.figures.plots.density_page import (
    DensityPlan,
    Ground,
    Interval,
    before_and_after,
    density_page,
)
from metasynth.figures.posteriors import Shown, priors_said, shown
from metasynth.language.formats import bracketed
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.printed import Printed
from metasynth.model.methods import LOGARITHMIC, MEASURE
from metasynth.model.primary_effects import is_logarithmic
from metasynth.model.records import OutcomeResult


@isolated
def posterior_tau(result: OutcomeResult, *, language: Language = ENGLISH) -> Drawing:
    """Draw the densities of tau before and after the data, with their medians and intervals.

    Raises:
        NoPosterior: where no Bayesian analysis has a result.
    """
    data = shown(result)
    return Drawing(density_page(tau_plan(data, language)), *tau_words(data, language))


def tau_plan(data: Shown, language: Language) -> DensityPlan:
    """What the figure shows."""
    say, curve, tau = language.say, data.posterior.tau_curve, data.posterior.own.tau
    curves, entries = before_and_after(curve, language)
    ends = (
        curve.x[0] if tau.low is None else tau.low,
        curve.x[-1] if tau.high is None else tau.high,
    )
    return DensityPlan(
        say("The higher, the more credible"),
        name(say("Estimate [95% interval]")),
        linear_axis(0.0, curve.x[-1], language.numbers),
        _title(data, language),
        curves,
        [Ground("interval", curves[-1], *ends)],
        list(_intervals(data, language)),
        entries,
        _notes(data, language),
    )


def _title(data: Shown, language: Language) -> str:
    scale = data.pooled.measure
    measure = language.say(MEASURE[scale].label)
    text = message("Tau: standard deviation of the trials’ true effects ({measure})")
    if is_logarithmic(data.result) or scale in LOGARITHMIC:
        text = message(
            "Tau: standard deviation of the logarithms of the trials’ true effects ({measure})"
        )
    elif MEASURE[scale].back != "x":
        text = message(
            "Tau: standard deviation of the trials’ true effects ({measure}, transformed)"
        )
    return language.say(text, measure=measure)


def _intervals(data: Shown, language: Language) -> Iterator[Interval]:
    """After the data, before them, and as the analysis without a prior estimates it."""
    at, tau = data.at("posterior_tau", language), data.posterior.own.tau
    said = _triple(at, "after", (tau.median, tau.low, tau.high), language)
    mark = Mark("square", tau.median, tau.low, tau.high)
    yield Interval(language.say("Posterior"), mark, f"{said}\u00a0CrI", BLUE, True)
    if before := data.posterior.tau_before:
        said = _triple(at, "before", (before.median, before.low, before.high), language)
        mark = Mark("square", before.median, before.low, before.high)
        yield Interval(language.say("Prior"), mark, said, INK)
    if data.other and (pooled := data.other_pooled) and pooled.tau2 is not None:
        low, high = (None if x is None else sqrt(x) for x in (pooled.tau2_low, pooled.tau2_high))
        said = _triple(at, "without", (sqrt(pooled.tau2), low, high), language)
        mark = Mark("square", sqrt(pooled.tau2), low, high)
        if low is None and high is None:
            mark = Mark("square", mark.estimate, mark.estimate, mark.estimate)
        kind = "" if low is None and high is None else "\u00a0CI"
        yield Interval(analysis_label(data.other), mark, said + kind, INK)


def _triple(
    at: Printed,
    which: str,
    values: tuple[float | None, float | None, float | None],
    language: Language,
) -> str:
    fields = (f"{which}.{part}" for part in ("estimate", "low", "high"))
    estimate, low, high = map(at.positive, fields, values)
    return bracketed(estimate, low, high, language.numbers)


def _notes(data: Shown, language: Language) -> list[str]:
    """The priors, what the median of tau means, and how to compare the curves."""
    compared = language.say(
        "Where the two curves are alike the data say little of tau, and the result rests on the "
        "prior."
    )
    if not data.posterior.tau_curve.prior:
        compared = language.say("An improper prior has no area, and no curve that could be drawn.")
    return list(filter(None, (priors_said(data, language), _reach(data, language), compared)))


def _reach(data: Shown, language: Language) -> str:
    """What the median of tau means for the trials; nothing on a scale that nobody reads."""
    at, measure = data.at("posterior_tau", language), data.pooled.measure
    tau, reach = data.posterior.own.tau.median, data.posterior.reach
    if tau is None or reach is None:
        return ""
    said = at.positive("after.estimate", tau)
    if is_logarithmic(data.result):
        return language.say(
            "With a tau of {tau}, the true effects of nineteen trials in twenty lie within a "
            "factor of {factor} of their centre.",
            tau=said,
            factor=at.positive("reach", reach),
        )
    return language.say(
        "With a tau of {tau}, the true effects of nineteen trials in twenty lie within {reach} of "
        "their centre.",
        tau=said,
        reach=at.estimate("reach", measure, reach),
    )


def tau_words(data: Shown, language: Language) -> tuple[str, str]:
    """A short alternative text, and a long one with the intervals and the priors."""
    rows = list(_intervals(data, language))
    start = subject(language.say("Posterior distribution of tau"), data.result, language)
    title = f"{start}: {rows[0].text}."
    sentences = [f"{row.name}: {row.text}." for row in rows]
    return title, " ".join([title, *sentences, *_notes(data, language)])
