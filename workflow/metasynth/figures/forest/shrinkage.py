"""Shrinkage: what each trial says alone, and what is credible of it in the light of the others."""

from collections.abc import Iterator

from metasynth.figures.canvas.one_line import name
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
    limits,
    pooled_mark,
    with_effects,
)
from metasynth.figures.observed import subject
from metasynth.figures.outcome import analysis_label, measure_name, of_effect, one_group
from metasynth.figures.posteriors import Shown, priors_said, shown
from metasynth.language.formats import named
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.printed import Printed, of_pool
from metasynth.model.methods import CREDIBLE
from metasynth.model.posteriors import TrialPosterior
from metasynth.model.primary_effects import is_logarithmic
from metasynth.model.records import OutcomeResult, StudyEffect

PITCH, LARGEST, WEIGHT = 20.0, 6.0, 100.0
"""Rows high enough for two marks, and squares of one size: it is the interval that shrinks."""


@isolated
def shrinkage(result: OutcomeResult, *, language: Language = ENGLISH) -> Drawing:
    """Draw each trial's own effect (hollow) above its shrunken one (filled), then the pool.

    Raises:
        NoPosterior: where no Bayesian analysis has a result.
    """
    return draw_composed(shrunken(result, language), language)


def shrunken(result: OutcomeResult, language: Language) -> Composed:
    """What `shrinkage` shows."""
    data = shown(result)
    return Composed(_forest(data, language), *_words(data, language))


def _trials(
    data: Shown, language: Language
) -> Iterator[tuple[StudyEffect, TrialPosterior, Printed]]:
    """Each trial's own effect, its shrunken one, and what prints the own one."""
    own = {(study.study, study.label): study for study in data.analysis.studies}
    for trial in data.posterior.trials:
        study = own[trial.study, trial.label]
        yield study, trial, of_effect(data.result, study, language)


def _forest(data: Shown, language: Language) -> Forest:
    measure, say = data.pooled.measure, language.say
    ratio = is_logarithmic(data.result)
    look = limits(COCHRANE, ratio, language.numbers)
    rows = [*_trial_rows(data, language), *_pooled_rows(data, language)]
    title = measure_name(data.result, data.analysis, language)
    return Forest(
        say("Study"),
        (
            Column(say("Weight"), kind="weight"),
            Column(name(say("By itself [95% CI]")), title),
            Column(name(say("Shrunken [95% CrI]")), title, "effect"),
        ),
        with_effects(rows, measure, look),
        (),
        (
            say(
                "Hollow squares: each trial by itself. Filled squares: its effect in the light of "
                "all trials. Diamond: the pooled effect."
            ),
            priors_said(data, language),
        ),
        favours(data.result, language),
        ratio,
        data.pooled.estimate,
        largest=LARGEST,
        one_group=one_group(data.result),
        pitch=PITCH,
    )


def _trial_rows(data: Shown, language: Language) -> Iterator[Row]:
    for study, trial, said in _trials(data, language):
        effect = trial.effect
        cells = said.percent("weight", study.weight, 1), said.effect(study), ""
        yield Row(
            "study",
            name(study.label) or name(study.study),
            cells,
            Mark("square", effect.median, effect.low, effect.high, WEIGHT, credible=True),
            key=f"{said.at}.shrunken",
            before=Mark("square", study.estimate, study.ci_low, study.ci_high),
        )


def _pooled_rows(data: Shown, language: Language) -> Iterator[Row]:
    """The diamond of the mean effect, and what is predicted for a new trial."""
    pooled, said = data.pooled, of_pool(data.pooled, language.numbers)
    mark = pooled_mark("diamond", pooled)
    yield Row("total", analysis_label(data.analysis), ("", "", ""), mark, key=said.at)
    if pooled.pi_low is not None or pooled.pi_high is not None:
        mark = Mark("interval", None, pooled.pi_low, pooled.pi_high)
        label = name(language.say("95% prediction interval"))
        yield Row("prediction", label, ("", "", ""), mark, key=said.at)


def _words(data: Shown, language: Language) -> tuple[str, str]:
    said = of_pool(data.pooled, language.numbers)
    start = subject(language.say("Shrinkage plot"), data.result, language)
    title = f"{start}: {said.effect(data.pooled)}."
    sentences = (
        language.say(
            "{study}: by itself {own}, in the light of all trials {shrunken}.",
            study=name(study.label) or name(study.study),
            own=at.effect(study),
            shrunken=_shrunken(trial, at, study.measure, language),
        )
        for study, trial, at in _trials(data, language)
    )
    predicted = []
    if data.pooled.pi_low is not None:
        limits_said = said.limits(data.pooled, "pi")
        predicted.append(
            f"{language.say('95% prediction interval: {limits}', limits=limits_said)}."
        )
    return title, " ".join([title, *sentences, *predicted, priors_said(data, language)])


def _shrunken(trial: TrialPosterior, at: Printed, measure: str, language: Language) -> str:
    own, effect = Printed(f"{at.at}.shrunken", language.numbers), trial.effect
    return own.bracketed(measure, effect.median, effect.low, effect.high) + named(CREDIBLE)
