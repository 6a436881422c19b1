"""R that repeats an analysis of clusters: metafor's rma.mv and clubSandwich, or robumeta."""

from metasynth.model.methods import CI, DEFAULT_TAU2
from metasynth.model.moderated_effects import ModeratedEffects
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
    lines = _fitted(spec, "dat", test)
    if spec.ci in ROBUST:
        lines += [
            "# Satterthwaite's degrees of freedom and the variance, by the package clubSandwich.",
            _robust(spec.ci, "dat"),
        ]
    return lines


def _robust(kind: str, data: str) -> str:
    return f'fit <- robust(fit, cluster = {data}$cluster, clubSandwich = TRUE, vcov = "{kind}")'


def _fitted(spec: AnalysisSpec, data: str, test: str, mods: str = "") -> list[str]:
    by = spec.tau2 or DEFAULT_TAU2
    fit = f'rma.mv(yi, V, {mods}random = ~ 1 | cluster/effect, data = {data}, method = "{by}",'
    return [
        f"{data}$effect <- seq_len(nrow({data}))",
        f'V <- {spec.correlation!r} * outer({data}$cluster, {data}$cluster, "==") *',
        f"  sqrt(outer({data}$vi, {data}$vi))  # errors of one cluster are correlated",
        f"diag(V) <- {data}$vi",
        'control <- list(optimizer = "BFGS", reltol = 1e-14, maxit = 2000)  # as small as it bears',
        f"fit <- try({fit}",
        f"                  {test}, control = control), silent = TRUE)",
        'if (inherits(fit, "try-error"))',
        f"  fit <- {fit}",
        f"                {test})",
    ]


def regression_of_levels(spec: AnalysisSpec, found: ModeratedEffects) -> list[str]:
    """The lines of a three-level regression of `own` on `formula`: b, R and the column `metafor`.

    Parameters:
        spec: of the model three_level.
        found: the regression as it was made here.
    """
    robust = found.ci_method in ROBUST
    whole = [] if found.qm is None else ["QM = fit$QM"]
    parts = ["b", "se = sqrt(diag(R))", *(["df = fit$ddf"] if robust else [])]
    parts += ["tau2_between = fit$sigma2[1]", "tau2_within = fit$sigma2[2]", *whole]
    return [
        "own$cluster <- part$cluster",
        *_fitted(spec, "own", 'test = "z"', "mods = formula, "),
        *([_robust(found.ci_method, "own")] if robust else []),
        "b <- coef(fit); R <- vcov(fit)",
        f"metafor <- c({', '.join(parts)})",
    ]


def regression_by_robumeta(spec: AnalysisSpec, found: ModeratedEffects) -> list[str]:
    """The lines of the same with weights of robust variance estimation.

    Parameters:
        spec: of the model RVE-CORR or RVE-HIER.
        found: the regression as it was made here.
    """
    kind = found.ci_method
    parts = ["b", "se = sqrt(diag(R))", "df = tests$df_Satt", *_VARIANCES[spec.model]]
    if found.qm is not None:
        parts.append("QM = whole$Fstat")
    return [
        "columns <- model.matrix(formula, own)",
        'colnames(columns) <- paste0("x", seq_len(ncol(columns)))',
        'fit <- robu(reformulate(colnames(columns)[-1], "yi"),',
        "            data = cbind(part[c('yi', 'vi', 'cluster')], columns),",
        "            studynum = cluster, var.eff.size = vi,",
        f"            modelweights = {_weights(spec)}, small = TRUE)",
        f'b <- fit$reg_table$b.r; R <- as.matrix(vcovCR(fit, type = "{kind}"))',
        f'tests <- coef_test(fit, vcov = "{kind}", test = "Satterthwaite")',
        f'whole <- Wald_test(fit, constrain_zero(2:ncol(columns)), "{kind}", test = "HTZ")',
        f"metafor <- c({', '.join(parts)})",
    ]


OF_ROBUMETA = [
    "robumeta <- c(estimate = natural(test$beta[1]), ci_low = natural(test$beta[1] - half),",
    "              ci_high = natural(test$beta[1] + half), variances)",
]


def robumeta(spec: AnalysisSpec) -> list[str]:
    """The lines that make `fit`, and `half` the width of its interval, from yi, vi and cluster."""
    return [
        "fit <- robu(yi ~ 1, data = dat, studynum = cluster, var.eff.size = vi,",
        f"            modelweights = {_weights(spec)}, small = TRUE)",
        f'test <- clubSandwich::coef_test(fit, vcov = "{spec.ci}", test = "Satterthwaite")',
        "half <- qt(0.975, test$df_Satt[1]) * test$SE[1]",
        f"variances <- c({', '.join(_VARIANCES[spec.model])})",
    ]


_VARIANCES = {
    "RVE-CORR": ["tau2 = fit$mod_info$tau.sq[1]"],
    "RVE-HIER": [
        "tau2_between = fit$mod_info$tau.sq[1]",
        "tau2_within = fit$mod_info$omega.sq[1]",
    ],
}


def _weights(spec: AnalysisSpec) -> str:
    """The kind of weights, as robu's arguments have it."""
    return f'"CORR", rho = {spec.correlation!r}' if spec.model == "RVE-CORR" else '"HIER"'


def here(estimate: Estimate) -> tuple[float | None, ...]:
    """What `RESULTS` has, as it was pooled here."""
    limits = estimate.estimate, estimate.ci_low, estimate.ci_high
    return (*limits, estimate.tau2_between, estimate.tau2_within)
