"""A Bayesian meta-analysis as the `Fit` that every other model gives, and its priors in words.

The estimate is the posterior median and the interval the central credible one: both stay what they
are when a log ratio is turned back into a ratio, which the mean and the shortest interval do not.
"""

from collections.abc import Sequence
from math import inf

import numpy as np

from metasynth.core.messages import Sentence, message, sentence
from metasynth.model.methods import CREDIBLE, EXACT_BAYES
from metasynth.model.priors import MuPrior, TauPrior
from metasynth.model.records import AnalysisSpec
from metasynth.stats.bayes import BayesFit, Summary, bayes
from metasynth.stats.effects.binary import Effects, Tables
from metasynth.stats.heterogeneity import generalised_q, share_from_tau2
from metasynth.stats.intervals import Interval
from metasynth.stats.models import Counted, Fit
from metasynth.stats.pooling import EffectUndefined

PRIORS_OF_TAU = {
    "half_normal": message("The prior of tau is half-normal with scale {scale}."),
    "half_t": message("The prior of tau is half-t with scale {scale} and {df} degrees of freedom."),
    "half_cauchy": message("The prior of tau is half-Cauchy with scale {scale}."),
    "exponential": message("The prior of tau is exponential with mean {scale}."),
    "log_normal": message(
        "The prior of tau is log-normal, its logarithm with location {location} and scale {scale}."
    ),
    "log_t": message(
        "The prior of tau is log-t with {df} degrees of freedom, its logarithm with location "
        "{location} and scale {scale}."
    ),
    "uniform": message("The prior of tau is uniform, which is improper."),
    "jeffreys": message("The prior of tau is Jeffreys', which is improper."),
}
"""What a result says of its prior of tau."""


def fit_bayes(spec: AnalysisSpec, effects: Effects) -> Fit:
    """Pool effects under the priors of the analysis.

    Parameters:
        spec: of the model bayes, with a prior of tau.
        effects: on the analysis scale, shape (k,).

    Raises:
        EffectUndefined: without a proper posterior, or where a trial has no effect.

    Example:
        >>> effects = Effects(np.array([0.1, 0.9]), np.full(2, 0.04), np.zeros(2, dtype=bool))
        >>> spec = AnalysisSpec("a", "A", "bayes", tau_prior=TauPrior("half_normal", scale=0.5))
        >>> fit = fit_bayes(spec, effects)
        >>> round(fit.mean, 6), round(fit.interval.low + fit.interval.high, 6)  # alike about 0.5
        (0.5, 1.0)
    """
    return _as_fit(spec, posterior_of(spec, effects), effects)


def fit_exact_bayes(spec: AnalysisSpec, effects: Effects, tables: Counted | None) -> Fit:
    """The same by the exact likelihood; Q and I2 describe the studies' own (corrected) effects.

    Parameters:
        spec: of the model bayes-exact, with a prior of tau.
        effects: log odds ratios, shape (k,).
        tables: the whole counts behind them, uncorrected, shape (k,).

    Raises:
        EffectUndefined: without a posterior; see `bayes_exact.bayes_exact`.

    Example:
        >>> from metasynth.stats.effects.binary import binary_effects
        >>> mirrored = Tables(*np.array([[3.0, 10, 5, 10], [5, 10, 3, 10]]).T)
        >>> of_tau, of_mu = TauPrior("half_normal", scale=0.5), MuPrior(0.0, 2.0)
        >>> spec = AnalysisSpec("a", "A", EXACT_BAYES, tau_prior=of_tau, mu_prior=of_mu)
        >>> fit = fit_exact_bayes(spec, binary_effects(mirrored, "OR"), mirrored)
        >>> abs(round(fit.mean, 6)), round(fit.p_above, 6)
        (0.0, 0.5)
    """
    return _as_fit(spec, posterior_of(spec, effects, tables), effects)


def _as_fit(spec: AnalysisSpec, found: BayesFit, effects: Effects) -> Fit:
    y, v = effects.y, effects.v
    known = bool(np.isfinite(v).all())
    low, high = found.mu.central
    tau2, limits = found.tau.median**2, tuple(x * x for x in found.tau.central)
    sd = inf if found.mu.sd is None else found.mu.sd
    return Fit(
        found.mu.median,
        Interval(low, high, sd, None, None, None),
        CREDIBLE,
        np.array(found.weights) if found.weights else None,
        sd * sd,
        float(generalised_q(y, v)) if known else None,
        len(y) - 1,
        share_from_tau2(tau2, v) if known else None,
        tau2,
        (limits[0], limits[1]),
        (share_from_tau2(limits[0], v).i2, share_from_tau2(limits[1], v).i2) if known else None,
        found.new.central,
        notes=priors_in_words(spec.tau_prior, spec.mu_prior) if spec.tau_prior else (),
        p_above=found.above[0],
        bayes_factor_common=found.bayes_factor_common,
        posterior=found,
    )


def fit_bayes_subgroups(spec: AnalysisSpec, groups: Sequence[Effects]) -> list[Fit]:
    """Pool each subgroup, of one study or more, with one tau for all: a regression on membership.

    tau2 has no limits here, as they would not be this subgroup's.

    Parameters:
        spec: whose priors they are; that of the mean effect is of each subgroup's.
        groups: effects of each subgroup on the analysis scale, shape (k,), k its own.

    Raises:
        EffectUndefined: without a prior of tau, or a posterior.

    Example:
        >>> def group(*y: float) -> Effects:
        ...     return Effects(np.array(y), np.full(len(y), 0.04), np.zeros(len(y), dtype=bool))
        >>> spec = AnalysisSpec("a", "A", "bayes", tau_prior=TauPrior("half_normal", scale=0.5))
        >>> fits = fit_bayes_subgroups(spec, [group(0.1, 0.3), group(1.0)])
        >>> [round(fit.mean, 6) for fit in fits], fits[0].tau2 == fits[1].tau2
        ([0.2, 1.0], True)
    """
    from metasynth.stats.bayes_regression import bayes_regression  # where asked for

    if spec.tau_prior is None:
        raise EffectUndefined(sentence("no prior of tau is declared"))
    sizes = [len(group.y) for group in groups]
    design = np.repeat(np.eye(len(groups)), sizes, axis=0)
    y, v = (np.concatenate([getattr(group, name) for group in groups]) for name in ("y", "v"))
    found = bayes_regression(y, v, design, spec.tau_prior, spec.mu_prior)
    notes = (
        sentence("tau2 is that of all subgroups."),
        *priors_in_words(spec.tau_prior, spec.mu_prior),
    )
    tau2 = found.tau.median**2
    return [
        _of_subgroup(group, mean, new, tau2, above, notes)
        for group, mean, new, above in zip(
            groups, found.combined, found.new, found.above, strict=True
        )
    ]


def _of_subgroup(
    group: Effects,
    mean: Summary,
    new: Summary,
    tau2: float,
    above: float,
    notes: tuple[Sentence, ...],
) -> Fit:
    sd = inf if mean.sd is None else mean.sd
    return Fit(
        mean.median,
        Interval(*mean.central, sd, None, None, None),
        CREDIBLE,
        None,
        sd * sd,
        float(generalised_q(group.y, group.v)),
        len(group.y) - 1,
        share_from_tau2(tau2, group.v) if len(group.y) > 1 else None,
        tau2,
        prediction=new.central,
        p_above=above,
        notes=notes,
    )


def posterior_of(spec: AnalysisSpec, effects: Effects, tables: Counted | None = None) -> BayesFit:
    """The whole posterior by the model of the analysis, from effects or, exactly, from tables.

    Parameters:
        spec: of the model bayes or bayes-exact.
        effects: on the analysis scale, shape (k,).
        tables: the counts behind them, shape (k,), for bayes-exact.

    Raises:
        EffectUndefined: without a prior of tau, or a posterior.

    Example:
        >>> effects = Effects(np.array([0.1, 0.9]), np.full(2, 0.04), np.zeros(2, dtype=bool))
        >>> spec = AnalysisSpec("a", "A", "bayes", tau_prior=TauPrior("half_normal", scale=0.5))
        >>> round(posterior_of(spec, effects).mu.median, 6)
        0.5
    """
    if spec.tau_prior is None:
        raise EffectUndefined(sentence("no prior of tau is declared"))
    if spec.model == EXACT_BAYES:
        assert isinstance(tables, Tables)
        from metasynth.stats.bayes_exact import bayes_exact  # where asked for

        return bayes_exact(tables, spec.tau_prior, spec.mu_prior)
    return bayes(effects.y, effects.v, spec.tau_prior, spec.mu_prior)


def priors_in_words(tau: TauPrior, mu: MuPrior) -> tuple[Sentence, ...]:
    """What a result says of its priors: by their families and parameters, as they are declared.

    Parameters:
        tau: the prior of tau.
        mu: that of the mean effect.

    Example:
        >>> len(priors_in_words(TauPrior("half_normal", scale=0.5), MuPrior(0.0, 2.0)))
        2
    """
    return (*prior_of_tau_in_words(tau), _of_mu(mu))


def prior_of_tau_in_words(prior: TauPrior) -> list[Sentence]:
    """What a result says of its prior of tau, and of where its parameters come from.

    Parameters:
        prior: as it is declared.

    Example:
        >>> len(prior_of_tau_in_words(TauPrior("half_normal", scale=0.5)))
        1
    """
    known = {name: getattr(prior, name) for name in ("scale", "location", "df")}
    values = {name: value for name, value in known.items() if value is not None}
    said = [sentence(PRIORS_OF_TAU[prior.family], **values)]
    if prior.source:
        said.append(sentence("Its parameters are those of {source}.", source=prior.source))
    return said


def _of_mu(prior: MuPrior) -> Sentence:
    if prior.sd is None:
        return sentence("The prior of the mean effect is vague.")
    return sentence(
        "The prior of the mean effect is normal with mean {mean} and standard deviation {sd}.",
        mean=prior.mean,
        sd=prior.sd,
    )
