"""R that repeats a three-level analysis: metafor's rma.mv, robust variances by clubSandwich."""

from metasynth.model.methods import CI
from metasynth.model.records import AnalysisSpec, Estimate
from metasynth.stats.cluster_robust import ROBUST

RESULTS = [
    "metafor <- c(estimate = natural(coef(fit)[[1]]), ci_low = natural(fit$ci.lb[1]),",
    "             ci_high = natural(fit$ci.ub[1]), tau2_between = fit$sigma2[1],",
    "             tau2_within = fit$sigma2[2])",
]


def three_level(spec: AnalysisSpec) -> list[str]:
    """The lines that make `fit` from yi, vi and the column cluster."""
    test = 'test = "t", dfs = "contain"' if CI[spec.ci].metafor == "t" else 'test = "z"'
    fit = 'rma.mv(yi, V, random = ~ 1 | cluster/effect, data = dat, method = "REML",'
    lines = [
        "dat$effect <- seq_len(nrow(dat))",
        f'V <- {spec.correlation!r} * outer(dat$cluster, dat$cluster, "==") *',
        "  sqrt(outer(dat$vi, dat$vi))  # errors of one cluster are correlated",
        "diag(V) <- dat$vi",
        'control <- list(optimizer = "BFGS", reltol = 1e-14, maxit = 2000)  # as small as it bears',
        f"fit <- try({fit}",
        f"                  {test}, control = control), silent = TRUE)",
        'if (inherits(fit, "try-error"))',
        f"  fit <- {fit}",
        f"                {test})",
    ]
    if spec.ci in ROBUST:
        lines += [
            "# Satterthwaite's degrees of freedom and the variance, by the package clubSandwich.",
            f'fit <- robust(fit, cluster = dat$cluster, clubSandwich = TRUE, vcov = "{spec.ci}")',
        ]
    return lines


def here(estimate: Estimate) -> tuple[float | None, ...]:
    """What `RESULTS` has, as it was pooled here."""
    limits = estimate.estimate, estimate.ci_low, estimate.ci_high
    return (*limits, estimate.tau2_between, estimate.tau2_within)
