"""R that repeats an analysis of clusters: metafor's rma.mv and clubSandwich, or robumeta."""

from metasynth.model.methods import CI, DEFAULT_TAU2
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
    by = spec.tau2 or DEFAULT_TAU2
    fit = f'rma.mv(yi, V, random = ~ 1 | cluster/effect, data = dat, method = "{by}",'
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


OF_ROBUMETA = [
    "robumeta <- c(estimate = natural(test$beta[1]), ci_low = natural(test$beta[1] - half),",
    "              ci_high = natural(test$beta[1] + half), variances)",
]


def robumeta(spec: AnalysisSpec) -> list[str]:
    """The lines that make `fit`, and `half` the width of its interval, from yi, vi and cluster."""
    correlated = spec.model == "RVE-CORR"
    weights = f'"CORR", rho = {spec.correlation!r}' if correlated else '"HIER"'
    variances = "tau2 = fit$mod_info$tau.sq[1]"
    if not correlated:
        variances = "tau2_between = fit$mod_info$tau.sq[1], tau2_within = fit$mod_info$omega.sq[1]"
    return [
        "fit <- robu(yi ~ 1, data = dat, studynum = cluster, var.eff.size = vi,",
        f"            modelweights = {weights}, small = TRUE)",
        f'test <- clubSandwich::coef_test(fit, vcov = "{spec.ci}", test = "Satterthwaite")',
        "half <- qt(0.975, test$df_Satt[1]) * test$SE[1]",
        f"variances <- c({variances})",
    ]


def here(estimate: Estimate) -> tuple[float | None, ...]:
    """What `RESULTS` has, as it was pooled here."""
    limits = estimate.estimate, estimate.ci_low, estimate.ci_high
    return (*limits, estimate.tau2_between, estimate.tau2_within)
