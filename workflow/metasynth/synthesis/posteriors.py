"""The record of a Bayesian pool: posteriors on the natural scale, and under other priors again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metasynth.model.methods import no_effect
from metasynth.model.posteriors import (
    FailedPriors,
    Posterior,
    PosteriorPool,
    PosteriorSummary,
    TrialPosterior,
)
from metasynth.model.priors import OtherPriors
from metasynth.model.records import AnalysisSpec, OutcomeSpec, StudyData
from metasynth.stats.bayes import BayesFit, Distribution, Summary
from metasynth.stats.bayes_fit import posterior_of, priors_in_words
from metasynth.stats.effects.binary import Effects
from metasynth.stats.effects.scales import analysed, finite, natural
from metasynth.stats.models import Counted
from metasynth.stats.pooling import EffectUndefined
from metasynth.synthesis.posterior_curves import effect_curve, prior_limits, reach, tau_curve
from metasynth.synthesis.selection import counted, effects_of


def posterior_record(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData], fit: BayesFit
) -> Posterior:
    """What a fit of these studies says, then what it says under the analysis's other priors.

    Priors under which there is no result are named with the reason: the other results stand.
    """
    measure = outcome.measure
    data = effects_of(studies, outcome, spec), counted(studies, outcome)
    others = [_under(prior, outcome, spec, *data) for prior in spec.other_priors]
    assert spec.tau_prior is not None
    weights = fit.weights or (None,) * len(studies)
    trials = tuple(
        TrialPosterior(study.study, study.label, _of_effect(measure, own), weight)
        for study, own, weight in zip(studies, fit.shrunken, weights, strict=True)
    )
    return Posterior(
        _pool(outcome, OtherPriors("", spec.tau_prior, spec.mu_prior), fit),
        outcome.thresholds,
        trials,
        fit.effective_trials,
        fit.log_marginal,
        fit.log_common,
        tuple(other for other in others if isinstance(other, PosteriorPool)),
        effect_curve(measure, spec.mu_prior, fit),
        tau_curve(spec.tau_prior, fit),
        prior_limits(spec.tau_prior),
        reach(measure, fit.tau.median),
        tuple(other for other in others if isinstance(other, FailedPriors)),
    )


def _under(
    prior: OtherPriors,
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    effects: Effects,
    tables: Counted | None,
) -> PosteriorPool | FailedPriors:
    """The pool under other priors, or why it has no result."""
    chosen = replace(spec, tau_prior=prior.tau_prior, mu_prior=prior.mu_prior)
    try:
        return _pool(outcome, prior, posterior_of(chosen, effects, tables))
    except EffectUndefined as undefined:
        return FailedPriors(prior.name, prior.tau_prior, prior.mu_prior, undefined.why)


def _pool(outcome: OutcomeSpec, prior: OtherPriors, fit: BayesFit) -> PosteriorPool:
    better, worse = _beyond(outcome, fit.of_mu)
    return PosteriorPool(
        prior.name,
        prior.tau_prior,
        prior.mu_prior,
        priors_in_words(prior.tau_prior, prior.mu_prior),
        _of_effect(outcome.measure, fit.mu),
        _summary(fit.tau),
        _of_effect(outcome.measure, fit.new),
        fit.above[0] if no_effect(outcome.measure) is not None else None,
        better,
        worse,
        finite(fit.bayes_factor_common),
    )


def _beyond(outcome: OutcomeSpec, mu: Distribution) -> tuple[float | None, float | None]:
    """Probabilities of an effect better than the outcome's better threshold, worse than its other.

    More of the outcome is better where its direction is benefit.
    """
    up = outcome.direction == "benefit"
    return (
        _past(outcome.measure, outcome.thresholds.better, mu, up),
        _past(outcome.measure, outcome.thresholds.worse, mu, not up),
    )


def _past(measure: str, threshold: float | None, mu: Distribution, up: bool) -> float | None:
    """The probability of mu above a threshold on the natural scale, or, not `up`, below it."""
    if threshold is None:
        return None
    above = float(mu.above(np.array([analysed(measure, threshold)]))[0])
    return above if up else 1 - above


def _of_effect(measure: str, summary: Summary) -> PosteriorSummary:
    """A posterior of effects, turned back to the natural scale; `sd` stays on the other one."""
    told = _summary(summary)
    names = ("median", "mode", "mean", "low", "high", "shortest_low", "shortest_high")
    return replace(told, **{name: natural(measure, getattr(told, name)) for name in names})


def _summary(summary: Summary) -> PosteriorSummary:
    return PosteriorSummary(
        summary.median,
        summary.mode,
        summary.mean,
        summary.sd,
        *summary.central,
        *summary.shortest,
    )
