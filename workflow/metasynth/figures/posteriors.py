"""What the figures of a Bayesian pool ask of an outcome's result."""

from dataclasses import dataclass

from metasynth.figures.canvas.one_line import name
from metasynth.figures.outcome import overall
from metasynth.language import keys
from metasynth.language.formats import shortest
from metasynth.language.languages import Language, message
from metasynth.language.printed import Printed, of_pool
from metasynth.language.sentences import in_words
from metasynth.model.methods import CREDIBLE
from metasynth.model.posteriors import Posterior
from metasynth.model.priors import MuPrior, TauPrior
from metasynth.model.records import AnalysisResult, Estimate, OutcomeResult


class NoPosterior(ValueError):  # noqa: N818 - it names the fault, as the message does
    """An outcome without the result of a Bayesian analysis."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A Bayesian pool, and the pool without a prior that stands under it."""

    result: OutcomeResult
    analysis: AnalysisResult
    pooled: Estimate
    posterior: Posterior
    other: AnalysisResult | None

    @property
    def other_pooled(self) -> Estimate | None:
        """The result without a prior, where there is one."""
        return overall(self.other) if self.other else None

    def at(self, figure: str, language: Language) -> Printed:
        """Prints numbers that only the figures of posteriors have."""
        return Printed(keys.figure(self.result.outcome.id, figure), language.numbers)


def shown(result: OutcomeResult) -> Shown:
    """The first Bayesian pool of an outcome.

    Raises:
        NoPosterior: where there is none.
    """
    for analysis in result.analyses:
        pooled = overall(analysis)
        if pooled is not None and analysis.posterior is not None:
            return Shown(result, analysis, pooled, analysis.posterior, result.without_prior)
    raise NoPosterior(f"no Bayesian analysis of {result.outcome.id} has a result")


def printed_effect(pooled: Estimate, language: Language) -> str:
    """A pooled effect, and which kind of interval it has: "1.84 [1.14, 3.45] CrI"."""
    said = of_pool(pooled, language.numbers).effect(pooled)
    return said if pooled.ci_method == CREDIBLE else f"{said}\u00a0CI"


def priors_said(data: Shown, language: Language) -> str:
    """Both priors in words; their parameters are choices, and no results."""
    return name(in_words(data.posterior.own.priors, language))


def priors_of(analysis: AnalysisResult, language: Language) -> str:
    """The priors of an analysis in words; nothing without any."""
    found = analysis.posterior
    return name(in_words(found.own.priors, language)) if found else ""


def failed_priors(found: Posterior, language: Language) -> list[str]:
    """Sentences on the other priors under which there is no result."""
    text = message("Under one of the other priors ({prior}) there is no result: {reason}.")
    return [
        language.say(
            text,
            prior=prior_name(prior.tau_prior, prior.mu_prior, language),
            reason=name(in_words(prior.reason, language)),
        )
        for prior in found.failed
    ]


_PRIORS = {
    "half_normal": message("Half-normal, scale {scale}"),
    "half_t": message("Half-t, scale {scale}, degrees of freedom {df}"),
    "half_cauchy": message("Half-Cauchy, scale {scale}"),
    "exponential": message("Exponential, mean {scale}"),
    "log_normal": message("Log-normal, location {location}, scale {scale}"),
    "log_t": message("Log-t, location {location}, scale {scale}, degrees of freedom {df}"),
    "uniform": message("Uniform (improper)"),
    "jeffreys": message("Jeffreys’ (improper)"),
}
"""The families of priors of tau as the figures name them."""


def prior_name(tau: TauPrior, mu: MuPrior, language: Language) -> str:
    """Priors in short; a prior of the effect only where it is not vague."""
    known = {field: getattr(tau, field) for field in ("scale", "location", "df")}
    values = {
        field: shortest(value, language.numbers)
        for field, value in known.items()
        if value is not None
    }
    said = language.say(_PRIORS[tau.family], **values)
    if mu.sd is not None:
        mean, sd = (shortest(x, language.numbers) for x in (mu.mean, mu.sd))
        text = message("{tau} (effect: normal, mean {mean}, standard deviation {sd})")
        said = language.say(text, tau=said, mean=mean, sd=sd)
    return name(said)
