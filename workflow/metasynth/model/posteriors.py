"""What a Bayesian pool says beyond its row of estimates.csv; in result.json, under its analysis.

Effects are on the natural scale but for `sd`, tau on that of the analysis (log for ratios). What
does not exist, or is larger than a float, is None. Intervals hold 95 % and are credible.
"""

from dataclasses import dataclass

from metasynth.core.messages import Sentence
from metasynth.model.priors import MuPrior, TauPrior


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Effects (natural scale) that matter: one `better` for the patient, one `worse` than none."""

    better: float | None = None
    worse: float | None = None


NO_THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class PosteriorSummary:
    """A posterior distribution: low and high are the central interval's, beside the shortest one's.

    Mode, mean and shortest interval of an effect are those on the scale of the analysis, turned
    back; `sd` stays on that scale. `mode` is None where the density has no highest point, `mean`
    and `sd` are None where the tail is so heavy that they are not finite.
    """

    median: float | None
    mode: float | None
    mean: float | None
    sd: float | None
    low: float | None
    high: float | None
    shortest_low: float | None
    shortest_high: float | None


@dataclass(frozen=True, slots=True)
class TrialPosterior:
    """A trial's own effect as the other trials and the priors shrink it; `weight` in per cent."""

    study: str
    label: str
    effect: PosteriorSummary
    weight: float | None


@dataclass(frozen=True, slots=True)
class PosteriorPool:
    """The posterior under one set of priors.

    `p_above` is the probability of an effect above no effect, `p_better` and `p_worse` of one
    beyond the outcome's thresholds; `bayes_factor_common` is for a common effect.
    """

    name: str  # that of the other priors; blank of the analysis's own
    tau_prior: TauPrior
    mu_prior: MuPrior
    priors: tuple[Sentence, ...]  # both in words
    effect: PosteriorSummary
    tau: PosteriorSummary
    predicted: PosteriorSummary  # of a new trial
    p_above: float | None
    p_better: float | None
    p_worse: float | None
    bayes_factor_common: float | None

    @property
    def p_against(self) -> float | None:
        """The posterior probability of no effect, or one on the other side of the median."""
        return None if self.p_above is None else min(self.p_above, 1 - self.p_above)


@dataclass(frozen=True, slots=True)
class FailedPriors:
    """Other priors under which the pool has no result, and the reason."""

    name: str
    tau_prior: TauPrior
    mu_prior: MuPrior
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Curve:
    """Densities at x; `prior` has none where it is improper."""

    x: tuple[float, ...]
    posterior: tuple[float, ...]
    prior: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PriorLimits:
    """The median of a proper prior of tau, and its central 95%."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """All trials pooled: by the analysis's own priors, then by each of its other ones.

    Those among the others that give no result are `failed`.
    `trials` stand in the order of the analysis's studies. `effective_trials` is how many trials of
    equal weight would spread the weights as far, (sum w)² / sum w², None without weights.
    `log_marginal` is the log of the density of the effects under the analysis's priors,
    `log_marginal_common` under a common effect, both with the density of mu taken as 1 where that
    is vague. The curve of the effect has natural values, and densities by what a figure has across:
    by the logarithm of a ratio, else by that value. `tau_before` is the prior of tau in numbers,
    and `reach` how far, at the median of tau, the true effects of 95% of trials are from their
    centre: a factor of ratios, a distance of differences, None on a scale that is turned back.
    """

    own: PosteriorPool
    thresholds: Thresholds
    trials: tuple[TrialPosterior, ...]
    effective_trials: float | None
    log_marginal: float
    log_marginal_common: float
    others: tuple[PosteriorPool, ...]
    effect_curve: Curve
    tau_curve: Curve
    tau_before: PriorLimits | None
    reach: float | None
    failed: tuple[FailedPriors, ...] = ()
