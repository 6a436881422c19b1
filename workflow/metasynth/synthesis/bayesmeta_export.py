"""The lines of an R script that repeat a Bayesian analysis by the package bayesmeta."""

from dataclasses import replace

from metasynth.core.messages import in_english
from metasynth.core.store import number_text
from metasynth.model.posteriors import PosteriorPool
from metasynth.model.priors import MuPrior, TauPrior
from metasynth.model.records import AnalysisResult, AnalysisSpec, OutcomeSpec
from metasynth.stats.effects.scales import analysed

_DENSITIES = {
    "half_normal": "function(t) dhalfnormal(t, scale = {scale})",
    "half_t": "function(t) dhalft(t, df = {df}, scale = {scale})",
    "half_cauchy": "function(t) dhalfcauchy(t, scale = {scale})",
    "exponential": "function(t) dexp(t, rate = 1 / {scale})",
    "log_normal": "function(t) dlnorm(t, meanlog = {location}, sdlog = {scale})",
    "log_t": (
        "function(t) ifelse(t > 0, dt((log(t) - {location}) / {scale}, {df}) / {scale} / t, 0)"
    ),
    "uniform": '"uniform"',
    "jeffreys": '"Jeffreys"',
}


def posterior(spec: AnalysisSpec) -> list[str]:
    """The lines that make `fit` from the effects yi and variances vi of `dat`."""
    assert spec.tau_prior is not None
    return [
        "# bayesmeta replaces the continuum of tau by a grid, so that some five digits agree.",
        "fit <- bayesmeta(y = dat$yi, sigma = sqrt(dat$vi), delta = 1e-4, epsilon = 1e-7,",
        f"                 tau.prior = {of_tau(spec.tau_prior)}{_of_mu(spec.mu_prior)})",
    ]


RESULTS = [
    "bayesmeta <- c(estimate = natural(fit$qposterior(mu.p = 0.5)),",
    "               ci_low = natural(fit$qposterior(mu.p = 0.025)),",
    "               ci_high = natural(fit$qposterior(mu.p = 0.975)),",
    "               tau2 = fit$qposterior(tau.p = 0.5)^2)",
]
"""The lines that take from `fit` what is compared."""


def more(outcome: OutcomeSpec, analysis: AnalysisResult) -> list[str]:
    """The lines that repeat the probabilities of effects, and the pool under each other prior."""
    found = analysis.posterior
    if found is None:
        return []
    lines = _probabilities(outcome, found.own)
    for other in found.others:
        spec = replace(analysis.spec, tau_prior=other.tau_prior, mu_prior=other.mu_prior)
        effect, tau2 = other.effect, None if other.tau.median is None else other.tau.median**2
        lines += [
            f"# Under other priors: {other.name}.",
            *posterior(spec)[1:],
            *RESULTS,
            f"here <- c({numbers(effect.median, effect.low, effect.high, tau2)})",
            "print(cbind(bayesmeta, here), digits = 8)",
            *_probabilities(outcome, other),
        ]
    for failed in found.failed:
        reason = in_english(failed.reason)
        lines.append(f"# Under other priors: {failed.name}. No result here: {reason}.")
    return lines


def _probabilities(outcome: OutcomeSpec, pool: PosteriorPool) -> list[str]:
    """Those of an effect above none and beyond the thresholds; nothing where none has a meaning."""
    if pool.p_above is None:
        return []
    up, limits = outcome.direction == "benefit", outcome.thresholds
    asked = [("p_above", 0.0, True, pool.p_above)]
    for name, value, above, here in (
        ("p_better", limits.better, up, pool.p_better),
        ("p_worse", limits.worse, not up, pool.p_worse),
    ):
        if value is not None and here is not None:
            asked.append((name, analysed(outcome.measure, value), above, here))
    lines = [
        f"  {name} = {'1 - ' if above else ''}fit$pposterior(mu = {value!r})"
        for name, value, above, _ in asked
    ]
    return [
        "# The probabilities of an effect above none, and beyond the declared thresholds.",
        "bayesmeta <- c(",
        *(f"{line}," for line in lines[:-1]),
        f"{lines[-1]})",
        f"print(cbind(bayesmeta, here = c({numbers(*(here for *_, here in asked))})), digits = 8)",
    ]


def numbers(*values: float | None) -> str:
    """Numbers as the elements of a vector in R."""
    return ", ".join("NA" if value is None else number_text(value) for value in values)


def of_tau(prior: TauPrior) -> str:
    """A prior of tau in R: its density, or its name in bayesmeta."""
    numbers = {name: repr(getattr(prior, name)) for name in ("scale", "location", "df")}
    return _DENSITIES[prior.family].format(**numbers)


def _of_mu(prior: MuPrior) -> str:
    if prior.sd is None:
        return ""
    return f",\n                 mu.prior.mean = {prior.mean!r}, mu.prior.sd = {prior.sd!r}"
