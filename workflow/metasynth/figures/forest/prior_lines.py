"""Prior sensitivity: the pooled effect under each declared prior, the leading one first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import isolated
from metasynth.figures.forest.columns import Column
from metasynth.figures.forest.forest import Composed, draw_composed
from metasynth.figures.forest.preset import COCHRANE
from metasynth.figures.forest.rows import (
    Forest,
    Mark,
    Row,
    favours,
    interval_heading,
    limits,
    pooled_mark,
    with_effects,
)
from metasynth.figures.observed import subject
from metasynth.figures.outcome import analysis_label, measure_name, one_group
from metasynth.figures.posteriors import Shown, failed_priors, prior_name, shown
from metasynth.language.formats import CREDIBLE
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.printed import Printed, of_pool
from metasynth.model.methods import no_effect
from metasynth.model.posteriors import PosteriorPool
from metasynth.model.primary_effects import is_logarithmic
from metasynth.model.records import OutcomeResult

LARGEST, WEIGHT = 6.5, 100.0


@isolated
def prior_lines(result: OutcomeResult, *, language: Language = ENGLISH) -> Drawing:
    """Draw median and interval under the leading prior, under each other one, and without any.

    Raises:
        NoPosterior: where no Bayesian analysis has a result.
    """
    return draw_composed(priors_compared(result, language), language)


def priors_compared(result: OutcomeResult, language: Language) -> Composed:
    """What `prior_lines` shows."""
    data = shown(result)
    rows = [_leading(data, language), *_others(data, language), *_without(data, language)]
    look = limits(COCHRANE, is_logarithmic(result), language.numbers)
    said = with_effects(rows, data.pooled.measure, look)
    return Composed(_forest(data, said, language), *_words(data, said, language))


def _forest(data: Shown, rows: tuple[Row, ...], language: Language) -> Forest:
    say, compared = language.say, no_effect(data.pooled.measure) is not None
    title = measure_name(data.result, data.analysis, language)
    against = (Column(say("P against")),) if compared else ()
    return Forest(
        say("Prior"),
        (Column(say("Tau")), *against, Column(interval_heading(rows, language), title, "effect")),
        rows,
        (),
        (*_notes(compared, language), *failed_priors(data.posterior, language)),
        favours(data.result, language),
        is_logarithmic(data.result),
        data.pooled.estimate,
        largest=LARGEST,
        one_group=one_group(data.result),
    )


def _notes(compared: bool, language: Language) -> Iterator[str]:
    yield language.say(
        "Diamond: the prior that leads. Squares: the other declared priors. Circle: the analysis "
        "without a prior. Tau: the posterior median, or the estimate."
    )
    if compared:
        yield language.say(
            "P against: posterior probability of no effect, or of one in the other direction."
        )


def _leading(data: Shown, language: Language) -> Row:
    """The prior of the analysis itself; its numbers are those of its pooled estimate."""
    said, tau = of_pool(data.pooled, language.numbers), data.at("posterior_tau", language)
    pooled, own = data.pooled, data.posterior.own
    mark = pooled_mark("diamond", pooled)
    cells = [tau.positive("after.estimate", own.tau.median)]
    if no_effect(pooled.measure) is not None:
        cells.append(said.p("p_against", pooled.p_against))
    return Row(
        "total", prior_name(own.tau_prior, own.mu_prior, language), (*cells, ""), mark, key=said.at
    )


def _others(data: Shown, language: Language) -> Iterator[Row]:
    for number, pool in enumerate(data.posterior.others, 1):
        said = data.at(f"priors.{number}", language)
        yield _other(pool, said, no_effect(data.pooled.measure) is not None, language)


def _other(pool: PosteriorPool, said: Printed, compared: bool, language: Language) -> Row:
    effect = pool.effect
    mark = Mark("square", effect.median, effect.low, effect.high, WEIGHT, credible=True)
    cells = [said.positive("tau", pool.tau.median)]
    if compared:
        cells.append(said.p("p_against", pool.p_against))
    return Row(
        "study",
        prior_name(pool.tau_prior, pool.mu_prior, language),
        (*cells, ""),
        mark,
        key=said.at,
    )


def _without(data: Shown, language: Language) -> Iterator[Row]:
    """The analysis without a prior."""
    pooled = data.other_pooled
    if data.other is None or pooled is None:
        return
    cells = [""]
    if pooled.tau2 is not None:
        cells = [data.at("posterior_tau", language).positive("without.estimate", pooled.tau2**0.5)]
    if no_effect(pooled.measure) is not None:
        cells.append("")
    mark = replace(pooled_mark("square", pooled, WEIGHT), second=True)
    key = of_pool(pooled, language.numbers).at
    yield Row("study", analysis_label(data.other), (*cells, ""), mark, key=key)


def _words(data: Shown, rows: Sequence[Row], language: Language) -> tuple[str, str]:
    """The leading line, then all of them, each as a sentence."""
    said = [_line(row, data.pooled.measure, language) for row in rows]
    start = subject(language.say("Prior sensitivity"), data.result, language)
    title = f"{start}: {said[0]}."
    failed = failed_priors(data.posterior, language)
    return title, " ".join([title, *(f"{line}." for line in said[1:]), *failed])


def _line(row: Row, measure: str, language: Language) -> str:
    at, mark = Printed(row.key, language.numbers), row.mark
    assert mark is not None
    kind = "CI" if mark.second else CREDIBLE
    said = at.bracketed(measure, mark.estimate, mark.low, mark.high)
    return f"{row.label}: {said}\u00a0{kind}"
