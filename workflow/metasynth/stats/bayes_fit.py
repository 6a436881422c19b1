"""A Bayesian meta-analysis as the `Fit` that every other model gives, and its priors in words.

The estimate is the posterior median and the interval the central credible one: both stay what they
are when a log ratio is turned back into a ratio, which the mean and the shortest interval do not.
"""

from math import inf

import numpy as np

from metasynth.core.messages import Sentence, message, sentence
from metasynth.model.methods import CREDIBLE
from metasynth.model.priors import MuPrior, TauPrior
from metasynth.model.records import AnalysisSpec
from metasynth.stats.bayes import BayesFit, bayes
from metasynth.stats.effects.binary import Effects
from metasynth.stats.heterogeneity import generalised_q, share_from_tau2
from metasynth.stats.intervals import Interval
from metasynth.stats.models import Fit
from metasynth.stats.pooling import EffectUndefined

PRIORS_OF_TAU = {
    "half_normal": message("Prior of tau: half-normal with scale {scale}."),
    "half_t": message("Prior of tau: half-t with scale {scale} and {df} degrees of freedom."),
    "half_cauchy": message("Prior of tau: half-Cauchy with scale {scale}."),
    "exponential": message("Prior of tau: exponential with mean {scale}."),
    "log_normal": message(
        "Prior of tau: log-normal, its logarithm with location {location} and scale {scale}."
    ),
    "log_t": message(
        "Prior of tau: log-t with {df} degrees of freedom, its logarithm with location {location} "
        "and scale {scale}."
    ),
    "uniform": message("Prior of tau: uniform, which is improper."),
    "jeffreys": message("Prior of tau: Jeffreys', which is improper."),
}
"""What a result says of its prior of tau."""


def fit_bayes(spec: AnalysisSpec, effects: Effects) -> Fit:
    """Pool effects under the priors of the analysis.

    Raises EffectUndefined without a proper posterior, or where a trial has no effect.
    """
    found, y, v = posterior_of(spec, effects), effects.y, effects.v
    low, high = found.mu.central
    tau2, limits = found.tau.median**2, tuple(x * x for x in found.tau.central)
    sd = inf if found.mu.sd is None else found.mu.sd
    return Fit(
        found.mu.median,
        Interval(low, high, sd, None, None, None),
        CREDIBLE,
        np.array(found.weights),
        sd * sd,
        float(generalised_q(y, v)),
        len(y) - 1,
        share_from_tau2(tau2, v),
        tau2,
        (limits[0], limits[1]),
        (share_from_tau2(limits[0], v).i2, share_from_tau2(limits[1], v).i2),
        found.new.central,
        notes=priors_in_words(spec.tau_prior, spec.mu_prior) if spec.tau_prior else (),
        p_above=found.above[0],
        bayes_factor_common=found.bayes_factor_common,
        posterior=found,
    )


def posterior_of(spec: AnalysisSpec, effects: Effects) -> BayesFit:
    """The whole posterior; raises EffectUndefined as `fit_bayes` does."""
    if spec.tau_prior is None:
        raise EffectUndefined(sentence("no prior of tau is declared"))
    return bayes(effects.y, effects.v, spec.tau_prior, spec.mu_prior)


def priors_in_words(tau: TauPrior, mu: MuPrior) -> tuple[Sentence, ...]:
    """What a result says of its priors: by their families and parameters, as they are declared."""
    return (*_of_tau(tau), _of_mu(mu))


def _of_tau(prior: TauPrior) -> list[Sentence]:
    known = {name: getattr(prior, name) for name in ("scale", "location", "df")}
    values = {name: value for name, value in known.items() if value is not None}
    said = [sentence(PRIORS_OF_TAU[prior.family], **values)]
    if prior.source:
        said.append(sentence("Its parameters are those of {source}.", source=prior.source))
    return said


def _of_mu(prior: MuPrior) -> Sentence:
    if prior.sd is None:
        return sentence("Prior of the mean effect: vague.")
    return sentence(
        "Prior of the mean effect: normal with mean {mean} and standard deviation {sd}.",
        mean=prior.mean,
        sd=prior.sd,
    )
