"""The lines of an R script that repeat a Bayesian analysis by the package bayesmeta."""

from metasynth.model.priors import MuPrior, TauPrior
from metasynth.model.records import AnalysisSpec

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
        f"                 tau.prior = {_of_tau(spec.tau_prior)}{_of_mu(spec.mu_prior)})",
    ]


RESULTS = [
    "bayesmeta <- c(estimate = natural(fit$qposterior(mu.p = 0.5)),",
    "               ci_low = natural(fit$qposterior(mu.p = 0.025)),",
    "               ci_high = natural(fit$qposterior(mu.p = 0.975)),",
    "               tau2 = fit$qposterior(tau.p = 0.5)^2)",
]
"""The lines that take from `fit` what is compared."""


def _of_tau(prior: TauPrior) -> str:
    numbers = {name: repr(getattr(prior, name)) for name in ("scale", "location", "df")}
    return _DENSITIES[prior.family].format(**numbers)


def _of_mu(prior: MuPrior) -> str:
    if prior.sd is None:
        return ""
    return f",\n                 mu.prior.mean = {prior.mean!r}, mu.prior.sd = {prior.sd!r}"
