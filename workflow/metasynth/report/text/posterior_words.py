"""What a posterior says beyond its median and interval, in sentences for the results in full."""

from collections.abc import Iterator
from math import sqrt

from metasynth.language import formats, keys
from metasynth.language.languages import Language, message
from metasynth.language.printed import Printed
from metasynth.language.tracked import marked, unnamed
from metasynth.model.methods import MEASURE
from metasynth.model.posteriors import Posterior
from metasynth.model.records import OutcomeResult

_BEYOND = {
    "better": message(
        "The posterior probability of an effect that is better than {threshold} is {p}."
    ),
    "worse": message(
        "The posterior probability of an effect that is worse than {threshold} is {p}."
    ),
}


def posterior_words(result: OutcomeResult, language: Language) -> str:
    """Sentences on the posterior of the primary analysis; none where that has no prior."""
    found = result.analyses[0].posterior
    if found is None:
        return ""
    at = Printed(keys.figure(result.outcome.id, "posterior"), language.numbers)
    parts = [*_beyond(result, found, at, language), _shape(result, found, at, language)]
    if found.effective_trials is not None:
        text = message("The weights are spread as those of {n} trials of equal weight would be.")
        n = at.number("effective_trials", found.effective_trials, 1)
        parts.append(language.say(text, n=n))
    parts += _surprised(result, found, language)
    if found.failed:
        from metasynth.figures.posteriors import failed_priors  # where asked for: it loads numpy

        parts += map(unnamed, failed_priors(found, language))
    return " ".join(parts)


def _beyond(
    result: OutcomeResult, found: Posterior, at: Printed, language: Language
) -> Iterator[str]:
    """How probable an effect is that matters, as far as thresholds are declared."""
    measure = result.outcome.measure
    for side, text in _BEYOND.items():
        threshold, p = getattr(found.thresholds, side), getattr(found.own, f"p_{side}")
        if threshold is not None and p is not None:
            printed = formats.estimate(measure, threshold, language.numbers)
            chosen = marked(printed, keys.threshold(result.outcome.id, side))
            yield language.say(text, threshold=chosen, p=at.p(f"p_{side}", p))


def _surprised(result: OutcomeResult, found: Posterior, language: Language) -> Iterator[str]:
    """That trials differ more than the prior expects, where they do."""
    other, before = result.without_prior, found.tau_before
    tau2 = other.estimates[0].tau2 if other else None
    if before is None or tau2 is None or not sqrt(tau2) > before.high:
        return
    at = Printed(keys.figure(result.outcome.id, "posterior_tau"), language.numbers)
    text = message(
        "Without a prior tau is estimated as {tau}, above the upper limit of the prior, {limit}: "
        "these trials differ more than the prior expects, and the credible interval may be too "
        "short."
    )
    yield language.say(
        text,
        tau=at.positive("without.estimate", sqrt(tau2)),
        limit=at.positive("before.high", before.high),
    )


def _shape(result: OutcomeResult, found: Posterior, at: Printed, language: Language) -> str:
    """Its mode, where it has one, and its shortest interval."""
    effect = found.own.effect
    mode, low, high = (
        at.estimate(field, result.outcome.measure, getattr(effect, field))
        for field in ("mode", "shortest_low", "shortest_high")
    )
    text = message("The shortest interval that holds 95% of the posterior is {low} to {high}.")
    if effect.mode is not None:
        text = message(
            "The posterior is highest at {mode}, and the shortest interval that holds 95% of it is "
            "{low} to {high}."
        )
        if MEASURE[result.outcome.measure].back != "x":
            text = message(
                "The posterior is highest at {mode}, and the shortest interval that holds 95% of "
                "it is {low} to {high}, both found on the scale of the analysis and turned back."
            )
    return language.say(text, mode=mode, low=low, high=high)
