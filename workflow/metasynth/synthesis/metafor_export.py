"""An outcome for R: its studies as a data frame, and a script that pools them with metafor.

The script recomputes the primary analysis and prints metafor's numbers beside ours. Where metafor
has no counterpart of a choice, the script says so and starts from our effects (columns y and se).
See Viechtbauer, J Stat Softw 2010;36(3), and the manual of the package metafor.
"""

from collections.abc import Sequence
from math import inf

from metasynth.core.faults import shown
from metasynth.core.store import to_csv
from metasynth.language.compared import full_label
from metasynth.language.language import ENGLISH
from metasynth.model import clusters
from metasynth.model.methods import (
    BAYES,
    BY_BASELINE,
    CI,
    CLUSTERED,
    DEFAULT_TAU2,
    EXACT_BAYES,
    GLMMS,
    MEASURE,
    MODEL,
    MULTIVARIATE,
    Q_PROFILE,
    RVE,
    TAU2,
    TAU2_CI,
    compares,
)
from metasynth.model.records import (
    AnalysisResult,
    Estimate,
    Group,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
    StudyEffect,
)
from metasynth.synthesis import bayesmeta_export, exact_bayes_export, multilevel_export
from metasynth.synthesis.bmr_export import regressions
from metasynth.synthesis.moderator_export import (
    NO_BOOTSTRAP,
    moderator_cells,
    moderator_lines,
    moderator_names,
    permuted,
)
from metasynth.synthesis.small_study_export import small_study
from metasynth.synthesis.synthesise import size_of_pool

ARGUMENTS = {
    "binary": ("ai", "n1i", "ci", "n2i"),
    "continuous": ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
    "rate": ("x1i", "t1i", "x2i", "t2i"),
    "proportion": ("xi", "ni"),
    "incidence": ("xi", "ti"),
    "mean": ("mi", "sdi", "ni"),
    "correlation": ("ri", "ni"),
    "generic": (),
}
"""The data of each outcome type, by the names that escalc's arguments have."""
_CHANGES = {
    "mean": ("mi", "sdi", "ri", "ni"),
    "continuous": ("m1i", "sd1i", "r1i", "n1i", "m2i", "sd2i", "r2i", "n2i"),
}
"""Those of changes in standard deviations before: the mean change, that, and the correlation."""

_LAPLACE = dict.fromkeys(
    ("GLMM-UM.RS", "GLMM-IRR-UM.RS"),
    ("# metafor approximates its integrals (Laplace), which are exact here.",),
)
WRITTEN_OUT = {
    "DL-MH": (
        "# RevMan 5's tau2: the moment estimate with Q about the Mantel-Haenszel estimate.",
        'q <- rma.mh({arguments}, data = dat, measure = "{measure}",',
        '            add = c(1/2, 0), to = c("only0", "none"), drop00 = FALSE)$QE',
        "w <- 1 / dat$vi",
        "tau2 <- max(0, (q - (nrow(dat) - 1)) / (sum(w) - sum(w^2) / sum(w)))",
    ),
    "DL2": (
        "# metafor has the second step of DerSimonian and Laird as a generalised Q statistic.",
        'first <- rma(yi, vi, data = dat, method = "DL")$tau2',
        'tau2 <- rma(yi, vi, data = dat, method = "GENQ", weights = 1 / (vi + first))$tau2',
    ),
}
"""R that makes `tau2` by the estimators for which metafor has no name."""
_COMMON = {
    "Wald": ['fit <- rma(yi, vi, data = dat, method = "FE")'],
    "UWLS": ['fit <- rma(yi, vi, data = dat, method = "FE", test = "knha")'],
    "IVhet": [
        'fit <- rma(yi, vi, data = dat, weights = 1 / vi, method = "DL")',
        "fit$tau2 <- 0  # that of the estimate's own model",
    ],
    "HC": [
        'fit <- rma(yi, vi, data = dat, method = "FE")',
        'limits <- hc(rma(yi, vi, data = dat, method = "DL"), control = list(tol = 1e-12))',
        "fit[c('ci.lb', 'ci.ub')] <- limits[c('ci.lb', 'ci.ub')]",
    ],
}
"""R that pools under a common effect, by the name of the interval."""


def metafor_csv(result: OutcomeResult) -> str:
    """Every study of an outcome, one a row, for read.csv.

    `pooled` says whether it is in the primary analysis; y and se are its own effect there, on the
    scale of the analysis, blank where it is not; blup and its limits are on the natural scale.
    """
    effects = result.analyses[0].effects
    names = data_names(result.outcome)
    covariate = ("covariate",) if result.outcome.covariate else ()
    cluster = ("cluster",) if _clustered(result) else ()
    header = (
        *("study", "label", "year", "subgroup", "pooled", *names),
        *(
            "y",
            "se",
            *covariate,
            *cluster,
            *multilevel_export.factor_names(result),
            *moderator_names(result.outcome),
        ),
        *_predicted(result),
    )
    return to_csv(header, (_row(result, study, effects) for study in result.studies))


def _predicted(result: OutcomeResult) -> tuple[str, ...]:
    """The columns of the trials' true effects in the light of all, where the model has them."""
    pooled = result.analyses[0].studies
    known = any(effect.blup is not None for effect in pooled)
    return ("blup", "blup_low", "blup_high") if known else ()


def _clustered(result: OutcomeResult) -> bool:
    return result.analyses[0].spec.model in CLUSTERED


def data_names(outcome: OutcomeSpec) -> tuple[str, ...]:
    """The names of an outcome's data, as escalc's arguments have them."""
    return (_CHANGES if outcome.measure in BY_BASELINE else ARGUMENTS)[outcome.type]


def _row(
    result: OutcomeResult, study: StudyData, effects: dict[tuple[str, str], StudyEffect]
) -> list[object]:
    effect = effects.get((study.study, study.label))
    pooled = "FALSE" if effect is None else "TRUE"
    own = (effect.log_estimate, effect.se) if effect else (None, None)
    data = data_of(result.outcome, study)
    covariate = [_exact(study.covariate)] if result.outcome.covariate else []
    cluster = [clusters.name(study)] if _clustered(result) else []
    return [
        *(study.study, study.label, study.year, study.subgroup, pooled),
        *(*data, *own, *covariate, *cluster, *multilevel_export.factor_cells(result, study)),
        *moderator_cells(result.outcome, study),
        *(getattr(effect, name) if effect else None for name in _predicted(result)),
    ]


def data_of(outcome: OutcomeSpec, study: StudyData) -> list[object]:
    """What a study reports, in the order of its outcome's `data_names`, with all digits."""
    groups = [study.intervention, study.control][: 2 if compares(outcome) else 1]
    return [] if outcome.type == "generic" else _data(outcome, groups)


def _data(outcome: OutcomeSpec, groups: Sequence[Group | None]) -> list[object]:
    columns: tuple[str, ...] = {
        "binary": ("events", "total"),
        "proportion": ("events", "total"),
        "continuous": ("mean", "sd", "total"),
        "rate": ("events", "person_time"),
        "incidence": ("events", "person_time"),
        "mean": ("mean", "sd", "total"),
        "correlation": ("correlation", "total"),
    }[outcome.type]
    if outcome.measure in BY_BASELINE:
        columns = ("mean", "baseline_sd", "change_correlation", "total")
    return [_exact(getattr(group, name, None)) for group in groups for name in columns]


def _exact(value: object) -> object:
    """A number with all its digits, for they are data."""
    return repr(value) if isinstance(value, float) else value


_RESULTS = [
    "metafor <- c(estimate = natural(coef(fit)[[1]]), ci_low = natural(fit$ci.lb[1]),",
    "             ci_high = natural(fit$ci.ub[1]), tau2 = fit$tau2)",
]


_PACKAGES = {BAYES: "bayesmeta", EXACT_BAYES: "sums", **dict.fromkeys(RVE, "robumeta")}
"""What repeats analyses that metafor has not: a package, or sums over grids, where none has it."""


def _package(analysis: AnalysisResult) -> str:
    """What repeats an analysis in R; one trial has its own result in any package."""
    pooled = len(analysis.studies) > 1
    return _PACKAGES.get(analysis.spec.model, "metafor") if pooled else "metafor"


_RESULTS_BY = {
    "bayesmeta": bayesmeta_export.RESULTS,
    "sums": exact_bayes_export.RESULTS,
    "robumeta": multilevel_export.OF_ROBUMETA,
}


def _means(analysis: AnalysisResult) -> str:
    package = _package(analysis)
    return "sums over grids in base R" if package == "sums" else package


def _library(package: str) -> list[str]:
    if package == "sums":
        return []
    names = ("metafor", package) if package == "robumeta" else (package,)  # for escalc and scales
    return [f"suppressPackageStartupMessages(library({name}))" for name in names]


def metafor_script(result: OutcomeResult, data: str) -> str:
    """An R script that repeats the primary analysis, and prints both results.

    It prints estimate and limits on the natural scale and tau2, in a column `metafor` (of a
    Bayesian analysis `bayesmeta`, or `sums` where no package has its model) and, as far as they are
    kept (8 digits), in a column `here`.

    Parameters:
        result: an outcome, the first of whose analyses is repeated.
        data: the name of the CSV beside the script, as `metafor_csv` has it.
    """
    analysis = result.analyses[0]
    estimate = analysis.estimates[0]
    label = shown(full_label(result, ENGLISH))
    head = [
        f"# {label}: {shown(analysis.spec.label)}, by {_means(analysis)}.",
        f"# Run it in the folder of {data}:  Rscript <this file>",
    ]
    if estimate.estimate is None:
        why = "# Nothing was pooled: results/tables/estimates.csv says why."
        return "\n".join([*head, why]) + "\n"
    package = _package(analysis)
    small = small_study(result, analysis)
    body = [
        *_library(_package(analysis)),
        f'dat <- read.csv("{data}", na.strings = "")',
        "dat <- dat[dat$pooled, ]",
        *in_units(result.outcome),
        *_fit(result, analysis),
        f"natural <- function(x) {natural(result, analysis)}",
        *_RESULTS_BY.get(package, multilevel_export.results(estimate, _RESULTS)),
        f"here <- c({_here(estimate)})",
        *_comparable(analysis),
        f"print(cbind({_package(analysis)}, here), digits = 8)",
        *_limits_of_tau2(analysis),
        *_resampled(analysis),
        *multilevel_export.of_components(analysis),
        *_true_effects(result, analysis),
        *(_more_of(result, analysis) if package == "bayesmeta" else []),
        *(["pooled_tau2 <- fit$tau2"] if small else []),  # moderators make a `fit` of their own
        *moderator_lines(result, analysis, own_effects(result, analysis)),
        *small,
    ]
    return "\n".join([*head, *body]) + "\n"


_FIXED_WEIGHTS = {"BJ": "1 / vi", "J": "1 / sqrt(vi)"}
"""The weights of the generalised Q, for metafor's method GENQ."""


def _limits_of_tau2(analysis: AnalysisResult) -> list[str]:
    """Limits of tau2 by another method than Q profile, beside those that are kept."""
    name, estimate = analysis.spec.tau2_ci, analysis.estimates[0]
    if name == Q_PROFILE or estimate.tau2_low is None or estimate.tau2_high is None:
        return []
    here = bayesmeta_export.numbers(estimate.tau2_low, estimate.tau2_high)
    fit = "genq" if name in _FIXED_WEIGHTS else "fit"
    lines = [
        "control <- list(tol = 1e-14 * median(dat$vi), maxiter = 10000,",
        "                tau2.max = 1000 * max(dat$vi, fit$tau2))",
        f'limits <- confint({fit}, type = "{TAU2_CI[name].metafor}", control = control)',
        'cat("\\nLimits of tau2\\n")',
        f"print(cbind(metafor = limits$random[1, 2:3], here = c({here})), digits = 8)",
    ]
    if name not in _FIXED_WEIGHTS:
        return lines
    return [
        'if (requireNamespace("CompQuadForm", quietly = TRUE)) {',
        f'  genq <- rma(yi, vi, data = dat, method = "GENQ", weights = {_FIXED_WEIGHTS[name]})',
        *(f"  {line}" for line in lines),
        '} else cat("\\nLimits of tau2 need the package CompQuadForm.\\n")',
    ]


def _resampled(analysis: AnalysisResult) -> list[str]:
    """The test of the pool by resampling once more."""
    row, spec = analysis.estimates[0], analysis.spec
    if row.p_resampled is None or row.resamplings is None:
        return []
    if spec.wild_bootstrap:
        return list(NO_BOOTSTRAP)
    if not CI[spec.ci].metafor or not TAU2[row.tau2_method].metafor:
        return ["# permutest has not this interval, or this tau2: p_resampled is not repeated."]
    method, test = TAU2[row.tau2_method].metafor, CI[spec.ci].metafor
    return [
        f'again <- rma(yi, vi, data = dat, method = "{method}", test = "{test}")',
        *permuted("again", "tested$pval[1]", row.resamplings, row.resamplings == 2**row.k),
        f"here <- {bayesmeta_export.numbers(row.p_resampled)}",
        "print(cbind(metafor, here), digits = 8)",
    ]


def _true_effects(result: OutcomeResult, analysis: AnalysisResult) -> list[str]:
    """The trials' true effects in the light of all, beside those that are kept."""
    if not _predicted(result):
        return []
    kept = {"pred": "blup", "pi.lb": "blup_low", "pi.ub": "blup_high"}
    if not CI[analysis.spec.ci].metafor:  # on whose error of the mean the limits rest
        kept = {"pred": "blup"}
    back = "natural(true[[part]])"
    if result.outcome.measure == "PFT":
        back = "transf.ipft(true[[part]], dat$ni)"  # each by its own size
    names = ", ".join(f'{theirs} = "{ours}"' for theirs, ours in kept.items())
    return [
        "true <- blup(fit)",
        f"kept <- c({names})",
        "for (part in names(kept)) {",
        '  cat("\\nTrue effects of the trials in the light of all:", kept[[part]], "\\n")',
        f"  both <- cbind(metafor = {back}, here = dat[[kept[[part]]]])",
        "  dimnames(both)[[1]] <- dat$label",
        "  print(both, digits = 8)",
        "}",
    ]


def _more_of(result: OutcomeResult, analysis: AnalysisResult) -> list[str]:
    """What bayesmeta repeats beside the pool: probabilities, other priors, and regressions."""
    assert analysis.spec.tau_prior is not None
    tau = bayesmeta_export.of_tau(analysis.spec.tau_prior)
    return [*bayesmeta_export.more(result.outcome, analysis), *regressions(result, tau)]


def in_units(outcome: OutcomeSpec) -> list[str]:
    """The line that counts person-time in the declared units; none where these are the data's."""
    if outcome.type not in ("rate", "incidence") or outcome.per == 1:
        return []
    times = [name for name in ARGUMENTS[outcome.type] if name.startswith("t")]
    names = ", ".join(f'"{name}"' for name in times)
    return [f"dat[c({names})] <- dat[c({names})] / {outcome.per!r}  # rates are events in as much"]


def natural(result: OutcomeResult, analysis: AnalysisResult) -> str:
    """R, in metafor's functions, that takes `x` from the scale of analysis to the natural one."""
    measure, mean = result.outcome.measure, analysis.estimates[0].log_estimate
    pooled = {study.study for study in analysis.studies}
    used = [study for study in result.studies if study.study in pooled]
    if mean is not None and size_of_pool(result.outcome, used, mean) == inf:
        return f"{MEASURE['PAS'].back}  # the sizes differ too much for their harmonic mean"
    return MEASURE[measure].back


def _here(estimate: Estimate) -> str:
    values: tuple[float | None, ...]
    values = (estimate.estimate, estimate.ci_low, estimate.ci_high, estimate.tau2 or 0.0)
    if estimate.tau2_between is not None or estimate.model == MULTIVARIATE:
        values = multilevel_export.here(estimate)
    return bayesmeta_export.numbers(*values)


def _comparable(analysis: AnalysisResult) -> list[str]:
    if CI[analysis.spec.ci].metafor:
        return []
    return [
        f"# metafor has no interval {analysis.spec.ci}; its Wald interval is not compared.",
        "metafor[2:3] <- NA",
    ]


def _fit(result: OutcomeResult, analysis: AnalysisResult) -> list[str]:
    """The lines that make `fit`."""
    spec, measure = analysis.spec, result.outcome.measure
    arguments = ", ".join(f"{name} = {name}" for name in ARGUMENTS[result.outcome.type])
    if spec.model == "MH":
        return [
            f'fit <- rma.mh({arguments}, data = dat, measure = "{measure}",',
            '              add = c(1/2, 0), to = c("only0", "none"), drop00 = FALSE)',
        ]
    if spec.model == "Peto":
        return [
            f"fit <- rma.peto({arguments}, data = dat,",
            '                add = c(1/2, 0), to = c("only0", "none"), drop00 = FALSE)',
        ]
    if spec.model in GLMMS:
        return [
            "# Fitted by numerical maximisation, so that fewer digits agree.",
            *_LAPLACE.get(spec.model, ()),
            f'fit <- rma.glmm({arguments}, data = dat, measure = "{measure}",',
            f'                model = "{MODEL[spec.model].metafor}", drop00 = FALSE)',
        ]
    if _package(analysis) == "sums":
        return exact_bayes_export.posterior(analysis)
    if _package(analysis) == "bayesmeta":
        return [*own_effects(result, analysis), *bayesmeta_export.posterior(spec)]
    return [*own_effects(result, analysis), *_inverse_variance(result, analysis)]


_BY_BASELINE = {
    "SMCR": [
        'dat <- escalc(measure = "SMCR", m1i = mi, m2i = 0 * mi, sd1i = sdi, ri = ri, ni = ni,',
        "              data = dat)",
    ],
    "SMD-PPC": [
        "# Morris's dppc2: changes over the standard deviation before within both groups.",
        "dat$df <- with(dat, n1i + n2i - 2)",
        "dat$s <- with(dat, sqrt(((n1i - 1) * sd1i^2 + (n2i - 1) * sd2i^2) / df))",
        "dat$j <- with(dat, exp(lgamma(df / 2) - log(sqrt(df / 2)) - lgamma((df - 1) / 2)))",
        "dat$yi <- with(dat, j * (m1i - m2i) / s)",
        "dat$vi <- with(dat, 2 * (1 - r1i) / n1i + 2 * (1 - r2i) / n2i + yi^2 / (2 * (n1i + n2i)))",
    ],
}


def own_effects(result: OutcomeResult, analysis: AnalysisResult) -> list[str]:
    """The lines that give each study's effect yi and variance vi."""
    outcome, spec, record = result.outcome, analysis.spec, MEASURE[result.outcome.measure]
    averaged = any(study.contrast for study in result.studies)
    if outcome.measure == "ROM" and not averaged:
        return [
            "# Written out: from version 5.0 on metafor corrects the log ratio of means for bias.",
            "dat$yi <- with(dat, log(m1i / m2i))",
            "dat$vi <- with(dat, sd1i^2 / (n1i * m1i^2) + sd2i^2 / (n2i * m2i^2))",
        ]
    if outcome.measure in BY_BASELINE and not averaged:
        return _BY_BASELINE[outcome.measure]
    if outcome.type == "generic" or averaged or not record.metafor:
        return ["dat$yi <- dat$y  # the effects as they were pooled", "dat$vi <- dat$se^2"]
    measure, bare = record.metafor, record.always_defined
    if spec.zero_cells == "treatment_arm" and outcome.type == "binary" and not bare:
        return [
            "zero <- with(dat, ai == 0 | ai == n1i | ci == 0 | ci == n2i)  # where to add, and",
            "first <- with(dat, zero * n1i / (n1i + n2i))  # each group's share of the patients",
            f'dat <- escalc(measure = "{measure}", ai = ai + first, n1i = n1i + 2 * first,',
            "              ci = ci + zero - first, n2i = n2i + 2 * (zero - first), data = dat,",
            '              add = 0, to = "none", drop00 = FALSE)',
        ]
    arguments = ", ".join(f"{name} = {name}" for name in ARGUMENTS[outcome.type])
    where = spec.zero_cells if not bare or spec.zero_cells == "all" else "none"
    cells = outcome.type not in ("continuous", "mean", "correlation")
    zero = f', add = 1/2, to = "{where}"' if cells else ""
    if outcome.type == "binary":
        zero += ", drop00 = FALSE"
    return [f'dat <- escalc(measure = "{measure}", {arguments}, data = dat{zero})']


def _inverse_variance(result: OutcomeResult, analysis: AnalysisResult) -> list[str]:
    spec, measure = analysis.spec, result.outcome.measure
    arguments = ", ".join(f"{name} = {name}" for name in ARGUMENTS[result.outcome.type])
    if spec.model in RVE and len(analysis.studies) > 1:
        return multilevel_export.robumeta(spec)
    if spec.model == MULTIVARIATE and len(analysis.studies) > 1:
        return multilevel_export.multivariate(result, analysis)
    if spec.model in CLUSTERED and len(analysis.studies) > 1:
        return multilevel_export.three_level(spec)
    if spec.model == "IV" or len(analysis.studies) == 1:
        return _COMMON["Wald" if len(analysis.studies) == 1 else spec.ci]
    test, method = CI[spec.ci].metafor or "z", TAU2[spec.tau2 or DEFAULT_TAU2]
    if not method.metafor:
        lines = (
            line.format(arguments=arguments, measure=measure) for line in WRITTEN_OUT[method.name]
        )
        return [*lines, f'fit <- rma(yi, vi, data = dat, tau2 = tau2, test = "{test}")']
    return [
        "# metafor stops at absolute differences: they are set as small as it can bear.",
        "for (digits in 14:9) {",
        "  control <- list(threshold = 10^-digits * median(dat$vi), tau2.max = 1e6,",
        "                  tol = 1e-15 * median(dat$vi), maxiter = 10000)",
        f'  fit <- try(rma(yi, vi, data = dat, method = "{method.metafor}", test = "{test}",',
        "                 control = control), silent = TRUE)",
        '  if (!inherits(fit, "try-error")) break',
        "}",
    ]
