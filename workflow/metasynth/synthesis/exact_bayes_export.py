"""The lines of an R script that repeat a Bayesian analysis of 2x2 tables by sums over grids.

No package of R has the model, so that base R computes it: slowly, and to some five digits.
"""

from math import log

from metasynth.model.priors import TauPrior
from metasynth.model.records import AnalysisResult

_DENSITIES = {
    "half_normal": "2 * dnorm(t, 0, {scale})",
    "half_t": "2 * dt(t / {scale}, {df}) / {scale}",
    "half_cauchy": "2 * dcauchy(t, 0, {scale})",
    "exponential": "dexp(t, 1 / {scale})",
    "log_normal": "dlnorm(t, {location}, {scale})",
    "log_t": "dt((log(t) - {location}) / {scale}, {df}) / {scale} / t",
    "uniform": "rep(1, length(t))",
}

_LIKELIHOOD = """\
# A table's probability given its margins, by the log odds ratio theta: noncentral hypergeometric.
likelihood <- function(theta, a, n1, c, n2) {
  x <- max(0, a + c - n2):min(n1, a + c)
  ways <- lchoose(n1, x) + lchoose(n2, a + c - x)
  each <- outer(x - a, theta) + (ways - ways[x == a])
  1 / colSums(exp(pmin(each, 700)))
}
z <- seq(-8, 8, length.out = 97)
near <- dnorm(z) / sum(dnorm(z))
given <- function(tau) {  # the likelihood of each mu with the trials' effects summed out
  theta <- as.vector(outer(mu, tau * z, "+"))
  own <- sapply(seq_len(nrow(dat)), function(i) with(dat[i, ],
    log(matrix(likelihood(theta, ai, n1i, ci, n2i), length(mu)) %*% near)))
  exp(rowSums(own))
}
joint <- sapply(tau, given) * rep(prior(tau) * width, each = length(mu)) * of_mu
quantile_of <- function(weight, x, p) approx(cumsum(weight) / sum(weight), x, p)$y"""

RESULTS = [
    "mu_at <- function(p) quantile_of(rowSums(joint), mu + diff(mu)[1] / 2, p)",
    "sums <- c(estimate = natural(mu_at(0.5)), ci_low = natural(mu_at(0.025)),",
    "          ci_high = natural(mu_at(0.975)),",
    "          tau2 = quantile_of(colSums(joint), edges[-1], 0.5)^2)",
]
"""The lines that take from the grids what is compared."""


def posterior(analysis: AnalysisResult) -> list[str]:
    """The lines that make `joint`, the posterior on grids of mu (rows) and tau (columns).

    The grids reach where the posterior does: they are taken from the result that is compared.
    """
    spec, found = analysis.spec, analysis.posterior
    assert spec.tau_prior is not None
    assert found is not None
    effect, tau = found.own.effect, found.own.tau
    assert effect.low is not None
    assert effect.high is not None
    assert tau.high is not None
    ends = log(effect.low), log(effect.high)
    low, high = (
        end + side * 2.5 * (ends[1] - ends[0]) for end, side in zip(ends, (-1, 1), strict=True)
    )
    prior = spec.mu_prior
    of_mu = "1" if prior.sd is None else f"dnorm(mu, {prior.mean!r}, {prior.sd!r})"
    return [
        "# No package has this model: its posterior is summed over grids, so that some four digits",
        "# agree. It takes a minute.",
        f"mu <- seq({low:.4g}, {high:.4g}, length.out = 401)",
        f"edges <- {4 * tau.high:.4g} * seq(0, 1, length.out = 201)^2",
        "tau <- (edges[-1] + edges[-201]) / 2",
        "width <- diff(edges)",
        f"prior <- function(t) {_density(spec.tau_prior)}",
        f"of_mu <- {of_mu}",
        *_LIKELIHOOD.splitlines(),
    ]


def _density(prior: TauPrior) -> str:
    numbers = {name: repr(getattr(prior, name)) for name in ("scale", "location", "df")}
    return _DENSITIES[prior.family].format(**numbers)
