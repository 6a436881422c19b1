"""R that repeats an analysis of clusters: metafor's rma.mv and clubSandwich, or robumeta."""

import json
from collections.abc import Sequence

from metasynth.core.store import guarded
from metasynth.model.methods import CI, DEFAULT_TAU2, MULTIVARIATE, UNEQUAL
from metasynth.model.moderated_effects import ModeratedEffects
from metasynth.model.records import (
    AnalysisResult,
    AnalysisSpec,
    Estimate,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
)
from metasynth.stats.cluster_robust import ROBUST
from metasynth.synthesis.selection import factors_of, inner_level, level

RESULTS = [
    "metafor <- c(estimate = natural(coef(fit)[[1]]), ci_low = natural(fit$ci.lb[1]),",
    "             ci_high = natural(fit$ci.ub[1]), tau2_between = fit$sigma2[1],",
    "             tau2_within = fit$sigma2[2])",
]


OF_AVERAGE = [
    "metafor <- c(estimate = natural(coef(fit)[[1]]), ci_low = natural(fit$ci.lb[1]),",
    "             ci_high = natural(fit$ci.ub[1]))",
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


def results(estimate: Estimate, plain: Sequence[str]) -> list[str]:
    """The lines that make what `here` has.

    Parameters:
        estimate: the pool of all trials.
        plain: the lines of a model with one tau2 alone.
    """
    if estimate.tau2_between is not None:
        return RESULTS
    return OF_AVERAGE if estimate.model == MULTIVARIATE and estimate.clusters else list(plain)


def factor_names(result: OutcomeResult) -> tuple[str, ...]:
    """The columns of what tells true effects apart, of an outcome that model multivariate leads."""
    spec, outcome = result.analyses[0].spec, result.outcome
    if spec.model != MULTIVARIATE:
        return ()
    inner = ("inner",) if spec.structure else ()
    return (*inner, *(f"crossed_{name}" for name in outcome.crossed))


def factor_cells(result: OutcomeResult, study: StudyData) -> list[object]:
    """A study's values of them; of CAR the effects of a trial by their week."""
    spec, outcome = result.analyses[0].spec, result.outcome
    if spec.model != MULTIVARIATE:
        return []
    weeks = {effect.name: effect.week for effect in outcome.effects}
    inner = inner_level(study, outcome) if spec.structure else None
    if spec.structure == "CAR" and isinstance(inner, str):
        inner = weeks.get(inner)
    own = [_cell(inner)] if spec.structure else []
    return [*own, *(_cell(level(study, name)) for name in outcome.crossed)]


def _cell(value: object) -> object:
    """As R's names of levels are, which have 15 digits."""
    return f"{value:.15g}" if isinstance(value, float) else value


def multivariate(result: OutcomeResult, analysis: AnalysisResult) -> list[str]:
    """The lines that make `fit`, and `means` where each level has one, from yi, vi and factors.

    Parameters:
        result: the outcome, which says what the factors are.
        analysis: of the model multivariate, as it was pooled.
    """
    spec, outcome = analysis.spec, result.outcome
    pooled = {(one.study, one.label) for one in analysis.studies}
    used = [study for study in result.studies if (study.study, study.label) in pooled]
    factors = factors_of(used, outcome, spec)
    levels = factors.levels if factors else ()
    lines = list[str]()
    if spec.structure and spec.structure != "CAR":
        order = ", ".join(json.dumps(guarded(one), ensure_ascii=False) for one in levels)
        lines.append(f"dat$inner <- factor(dat$inner, levels = c({order}))")
    for name, p in (("fit", 1), ("means", len(levels)))[: 1 + (spec.means == "each")]:
        mods = "mods = ~ 0 + factor(inner), " if name == "means" else ""
        starts = _starts(analysis, len(levels)) if spec.structure else ()
        lowest = 1 / (1 - len(levels)) if spec.structure == "HCS" else -1.0
        made = _fitted(spec, "dat", _test(spec, p), mods, _random(spec, outcome), starts, lowest)
        lines += made if name == "fit" else ["pooled <- fit", *made]
        if spec.ci in ROBUST:
            lines.append(_robust(spec.ci, "dat"))
    return [*lines, "means <- fit", "fit <- pooled"] if spec.means == "each" else lines


def _test(spec: AnalysisSpec, coefficients: int) -> str:
    df = f"length(unique(dat$cluster)) - {coefficients}"
    return f'test = "t", dfs = {df}' if CI[spec.ci].metafor == "t" else 'test = "z"'


def _starts(analysis: AnalysisResult, levels: int) -> list[str]:
    """What rma.mv begins with, in turn: the last is near what was found here, where that is kept.

    From one of them alone it may end at a lower maximum of the likelihood than the highest.
    """
    whole, parts, structure = analysis.estimates[0], analysis.components, analysis.spec.structure
    rhos = levels * (levels - 1) // 2 if structure == "UN" else 1
    own = [one for one in parts if one.component == "level"]
    own = own if structure in UNEQUAL else own[:1] or [whole]
    starts = [f"rho.init = rep({rho}, {rhos})" for rho in (-0.9, 0, 0.9)]
    variances = [one.tau2 for one in own if one.tau2 is not None]
    found = [one.rho for one in parts if one.component == "pair"] or [own[0].rho if own else None]
    if not any(variances) or len(variances) < len(own) or None in found:
        return starts
    near = ", ".join(f"{max(x, max(variances) / 100):.3g}" for x in variances)
    inside = ", ".join(f"{min(max(x, -0.9), 0.9):.3g}" for x in found if x is not None)
    return [*starts, f"tau2.init = c({near}), rho.init = c({inside})"]


def _random(spec: AnalysisSpec, outcome: OutcomeSpec) -> str:
    """The argument of rma.mv that names the random effects, with the structure after it."""
    first = "~ inner | cluster" if spec.structure else "~ 1 | cluster/effect"
    crossed = (f"~ 1 | crossed_{name}" for name in outcome.crossed)
    whole = ", ".join([first, *crossed])
    return f"list({whole})" + (f', struct = "{spec.structure}"' if spec.structure else "")


def of_components(analysis: AnalysisResult) -> list[str]:
    """The lines that print variances, correlations and averages by levels beside what is kept."""
    spec = analysis.spec
    if spec.model != MULTIVARIATE or len(analysis.studies) < 2:
        return []
    whole, parts = analysis.estimates[0], analysis.components
    levels = [one for one in parts if one.component == "level"]
    pairs = [one.rho for one in parts if one.component == "pair"]
    crossed = [one.tau2 for one in parts if one.component == "factor"]
    named = {"fit$tau2": [whole.tau2], "fit$rho": [whole.rho]} if spec.structure else {}
    if spec.structure and spec.structure in UNEQUAL and levels:
        named["fit$tau2"] = [one.tau2 for one in levels]
        named["fit$rho"] = pairs or named["fit$rho"]
    if spec.means == "each":  # what levels have is of the model with an average of each
        own = named if spec.structure in UNEQUAL else {"fit$tau2": [levels[0].tau2]}
        if not pairs:
            own["fit$rho"] = [levels[0].rho]
        named = {f"{name.replace('fit', 'means')}": values for name, values in own.items()}
        ends = {"beta": "log_estimate", "se": "se"}
        named |= {f"means${r}": [getattr(one, e) for one in levels] for r, e in ends.items()}
    if crossed:
        named[f"tail(fit$sigma2, {len(crossed)})"] = crossed
    lines = ['cat("\\nVariances and correlations of true effects, averages\\n")'] if named else []
    for name, values in named.items():
        here = ", ".join("NA" if x is None else repr(x) for x in values)
        lines.append(f"print(cbind(metafor = c({name}), here = c({here})), digits = 8)")
    return lines


def _robust(kind: str, data: str) -> str:
    return f'fit <- robust(fit, cluster = {data}$cluster, clubSandwich = TRUE, vcov = "{kind}")'


def _fitted(
    spec: AnalysisSpec,
    data: str,
    test: str,
    mods: str = "",
    random: str = "~ 1 | cluster/effect",
    starts: Sequence[str] = (),
    lowest: float = -1.0,
) -> list[str]:
    """The lines that make `fit`; from several `starts` the one with the highest likelihood.

    `lowest` is the correlation that all levels can have at least, of which rma.mv knows nothing.
    """
    by = spec.tau2 or DEFAULT_TAU2
    fit = f'rma.mv(yi, V, {mods}random = {random}, data = {data}, method = "{by}",'
    made = [
        f"{data}$effect <- seq_len(nrow({data}))",
        f'V <- {spec.correlation!r} * outer({data}$cluster, {data}$cluster, "==") *',
        f"  sqrt(outer({data}$vi, {data}$vi))  # errors of one cluster are correlated",
        f"diag(V) <- {data}$vi",
    ]
    if starts:
        return [
            *made,
            "fit <- NULL",
            f"for (start in list({', '.join(f'list({start})' for start in starts)})) {{",
            f"  again <- try({fit}",
            f"                      {test}, control = start), silent = TRUE)",
            f'  if (inherits(again, "try-error") || min(again$rho) < {lowest - 1e-6:.6f}) next',
            "  if (is.null(fit) || logLik(again) > logLik(fit)) fit <- again",
            "}",
        ]
    return [
        *made,
        'control <- list(optimizer = "BFGS", reltol = 1e-14, maxit = 2000)  # as small as it bears',
        f"fit <- try({fit}",
        f"                  {test}, control = control), silent = TRUE)",
        'if (inherits(fit, "try-error"))',
        f"  fit <- {fit}",
        f"                {test})",
    ]


def regression_of_levels(
    spec: AnalysisSpec, found: ModeratedEffects, outcome: OutcomeSpec
) -> list[str]:
    """The lines of a regression by rma.mv of `own` on `formula`: b, R and the column `metafor`.

    Parameters:
        spec: of the model three_level or multivariate.
        found: the regression as it was made here.
        outcome: which says what the factors of the latter are.
    """
    robust = found.ci_method in ROBUST
    whole = [] if found.qm is None else ["QM = fit$QM"]
    parts = ["b", "se = sqrt(diag(R))", *(["df = fit$ddf"] if robust else [])]
    if found.tau2_between is not None:
        parts += ["tau2_between = fit$sigma2[1]", "tau2_within = fit$sigma2[2]"]
    elif found.tau2 is not None:
        parts.append("tau2 = fit$tau2")
    parts += whole
    copied, random = ["cluster"], "~ 1 | cluster/effect"
    if found.model == MULTIVARIATE:
        random = _random(spec, outcome)
        copied += ["inner"] if spec.structure else []
        copied += [f"crossed_{name}" for name in outcome.crossed]
    return [
        *(f"own${name} <- part${name}" for name in copied),
        *_fitted(spec, "own", 'test = "z"', "mods = formula, ", random),
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
    """What `RESULTS` or `OF_AVERAGE` has, as it was pooled here."""
    limits = estimate.estimate, estimate.ci_low, estimate.ci_high
    if estimate.tau2_between is None:
        return limits
    return (*limits, estimate.tau2_between, estimate.tau2_within)
