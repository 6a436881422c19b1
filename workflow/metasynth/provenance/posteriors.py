"""Numbers that only the figures of a posterior print, as entries: tau, shrunken trials, priors."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from math import sqrt

from metasynth.figures import catalogue
from metasynth.language import keys
from metasynth.language.languages import Language, message
from metasynth.model import methods
from metasynth.model.posteriors import Posterior, PosteriorPool, TrialPosterior
from metasynth.model.records import AnalysisResult, Estimate, OutcomeResult
from metasynth.provenance.context import Context, Study, studies_of
from metasynth.provenance.entry import Entry

_AFTER = {
    "estimate": message("posterior median of tau"),
    "low": message("lower limit of the 95% credible interval of tau"),
    "high": message("upper limit of the 95% credible interval of tau"),
}
_SHAPE = {
    "mode": message("posterior mode, on the scale of the analysis, turned back"),
    "shortest_low": message("lower limit of the shortest interval that holds 95% of the posterior"),
    "shortest_high": message(
        "upper limit of the shortest interval that holds 95% of the posterior"
    ),
    "p_better": message("posterior probability of an effect better than the declared one"),
    "p_worse": message("posterior probability of an effect worse than the declared one"),
    "effective_trials": message("trials of equal weight whose weights would be spread as far"),
}
_BEFORE = {
    "estimate": message("median of the prior of tau"),
    "low": message("value that tau is below with a probability of 2.5%, by its prior"),
    "high": message("value that tau is above with a probability of 2.5%, by its prior"),
}
_WITHOUT = {
    "estimate": ("tau2", message("tau, the root of tau²")),
    "low": ("tau2_low", message("lower 95% limit of tau, the root of that of tau²")),
    "high": ("tau2_high", message("upper 95% limit of tau, the root of that of tau²")),
}
_REACH = message("how far the true effects of 95% of trials are from their centre, at most")
_SHRUNKEN = {
    "estimate": message("posterior median of the trial’s true effect"),
    "ci_low": message("lower limit of the 95% credible interval of the trial’s true effect"),
    "ci_high": message("upper limit of the 95% credible interval of the trial’s true effect"),
}
_OTHER = {
    "estimate": message("posterior median of the mean effect"),
    "ci_low": message("lower limit of the 95% credible interval"),
    "ci_high": message("upper limit of the 95% credible interval"),
    "tau": message("posterior median of tau"),
    "p_against": message("posterior probability of no effect, or of one in the other direction"),
}
_ROOT = message("square root")
_FROM_TAU = message("from the posterior median of tau and the normal quantile")


def posterior_entries(
    result: OutcomeResult, cells: Container[str], language: Language
) -> Iterator[Entry]:
    """What the figures of an outcome's posterior print and no other part of the report does."""
    analysis = next((a for a in result.analyses if a.posterior is not None), None)
    if analysis is None or analysis.posterior is None:
        return
    context = Context(result, language, cells)
    studies = studies_of(context, analysis, keys.parts(result.studies))
    book = _Book(context, analysis, analysis.posterior, tuple(studies))
    yield from book.shape()
    yield from book.tau()
    yield from book.without(result.without_prior)
    for study, trial in zip(studies, analysis.posterior.trials, strict=True):
        yield from book.shrunken(study, trial)
    for number, pool in enumerate(analysis.posterior.others, 1):
        yield from book.other(number, pool)


@dataclass(frozen=True, slots=True)
class _Book:
    """The entries of one Bayesian analysis, and the trials that its numbers rest on."""

    context: Context
    analysis: AnalysisResult
    posterior: Posterior
    studies: tuple[Study, ...]

    def shape(self) -> Iterator[Entry]:
        """What the posterior of the effect says beyond its median and central interval."""
        own, at = self.posterior.own, keys.figure(self.context.id, "posterior")
        values = {
            "mode": own.effect.mode,
            "shortest_low": own.effect.shortest_low,
            "shortest_high": own.effect.shortest_high,
            "p_better": own.p_better,
            "p_worse": own.p_worse,
            "effective_trials": self.posterior.effective_trials,
        }
        for field, label in _SHAPE.items():
            scale = "natural" if field in ("mode", "shortest_low", "shortest_high") else ""
            if values[field] is not None:
                yield self._entry(f"{at}.{field}", label, values[field], scale, "posterior")

    def tau(self) -> Iterator[Entry]:
        """Tau after and before the data, and what it means for trials."""
        at = keys.figure(self.context.id, "posterior_tau")
        tau, before = self.posterior.own.tau, self.posterior.tau_before
        after = {"estimate": tau.median, "low": tau.low, "high": tau.high}
        for field, label in _AFTER.items():
            yield self._entry(f"{at}.after.{field}", label, after[field], "log", "posterior_tau")
        if before:
            values = {"estimate": before.median, "low": before.low, "high": before.high}
            for field, label in _BEFORE.items():
                key, chosen = f"{at}.before.{field}", self._choice
                yield self._made(key, label, values[field], chosen, "log", "posterior_tau")
        if self.posterior.reach is not None:
            made, inputs = self.posterior.reach, (f"{at}.after.estimate",)
            yield self._entry_by(f"{at}.reach", _REACH, made, inputs, _FROM_TAU, "natural")

    def without(self, other: AnalysisResult | None) -> Iterator[Entry]:
        """Tau as the analysis without a prior estimates it."""
        at = keys.figure(self.context.id, "posterior_tau")
        row: Estimate | None = other.estimates[0] if other else None
        for field, (source, label) in _WITHOUT.items():
            value = getattr(row, source) if row else None
            if row is not None and value is not None:
                inputs = (f"{keys.pooled(self.context.id, row.analysis)}.{source}",)
                key = f"{at}.without.{field}"
                yield self._entry_by(key, label, sqrt(value), inputs, _ROOT, "log")

    def shrunken(self, study: Study, trial: TrialPosterior) -> Iterator[Entry]:
        """A trial's true effect in the light of all trials."""
        effect, key = trial.effect, f"{study.key}.shrunken"
        values = {"estimate": effect.median, "ci_low": effect.low, "ci_high": effect.high}
        for field, label in _SHRUNKEN.items():
            yield self._entry(
                f"{key}.{field}", label, values[field], "natural", "shrinkage", study.row.label
            )

    def other(self, number: int, pool: PosteriorPool) -> Iterator[Entry]:
        """The pool under another prior."""
        effect, at = pool.effect, keys.figure(self.context.id, f"priors.{number}")
        values = {"estimate": effect.median, "ci_low": effect.low, "ci_high": effect.high}
        values |= {"tau": pool.tau.median, "p_against": pool.p_against}
        scales = {"tau": "log", "p_against": ""}
        for field, label in _OTHER.items():
            scale = scales.get(field, "natural")
            yield self._entry(f"{at}.{field}", label, values[field], scale, "priors", pool.name)

    @property
    def _choice(self) -> tuple[str, ...]:
        return (keys.analysis_choice(self.analysis.spec.name),)

    def _entry(
        self, key: str, label: str, value: float | None, scale: str, figure: str, of: str = ""
    ) -> Entry:
        """A number of the posterior, made from the effects of all trials."""
        inputs = tuple(key for study in self.studies for key in study.effect())
        return self._made(key, label, value, (*inputs, *self._choice), scale, figure, of)

    def _made(
        self,
        key: str,
        label: str,
        value: float | None,
        inputs: tuple[str, ...],
        scale: str,
        figure: str,
        of: str = "",
    ) -> Entry:
        method = catalogue.OF_A_POSTERIOR[figure].method
        return self._entry_by(key, label, value, inputs, method, scale, of)

    def _entry_by(
        self,
        key: str,
        label: str,
        value: float | None,
        inputs: tuple[str, ...],
        method: str,
        scale: str,
        of: str = "",
    ) -> Entry:
        context, measure = self.context, self.context.result.outcome.measure
        logarithmic = measure in methods.LOGARITHMIC
        return context.entry(
            key,
            label,
            "; ".join(filter(None, (context.label, of, self.analysis.spec.label))),
            value,
            measure=measure if scale else "",
            scale=scale if scale != "log" or logarithmic else "natural",
            inputs=inputs,
            method=context.language.say(method),
            formula=methods.MODEL[self.analysis.spec.model].anchor,
        )
