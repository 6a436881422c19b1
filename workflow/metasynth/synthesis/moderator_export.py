"""The lines of an R script that repeat meta-regressions on moderators by metafor's `rma`."""

import json
from collections.abc import Sequence

from metasynth.core.faults import shown
from metasynth.core.store import guarded
from metasynth.model.covariates import WORDS, moderator_columns
from metasynth.model.methods import CLUSTERED, MULTIVARIATE
from metasynth.model.moderated_effects import Change, ModeratedEffects
from metasynth.model.moderators import (
    ModeratorModel,
    ModeratorTerm,
    Setting,
    all_terms,
    cut_levels,
)
from metasynth.model.records import (
    AnalysisResult,
    AnalysisSpec,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
)
from metasynth.model.resampling import WILD_BOOTSTRAP
from metasynth.stats.moderator_terms import CategoricalTerm
from metasynth.synthesis import multilevel_export
from metasynth.synthesis.bayesmeta_export import numbers
from metasynth.synthesis.moderated import moderated
from metasynth.synthesis.moderator_design import ModeratorDesign, moderator_design
from metasynth.synthesis.selection import effects_of

_TAKEN = {"if", "else", "repeat", "while", "function", "for", "next", "break", "in", "yi", "vi"}
"""Words of R, and columns that the data frame has."""
_BENDS = [
    "bends <- function(x, knots) {  # a restricted cubic spline as Harrell has it",
    "  n <- length(knots)",
    "  span <- knots[n] - knots[n - 1]",
    "  cube <- function(knot) pmax(x - knot, 0)^3",
    "  columns <- lapply(knots[seq_len(n - 2)], function(knot) {",
    "    (cube(knot) - cube(knots[n - 1]) * (knots[n] - knot) / span +",
    "      cube(knots[n]) * (knots[n - 1] - knot) / span) / (knots[n] - knots[1])^2",
    "  })",
    "  do.call(cbind, columns)",
    "}",
]


def moderator_names(outcome: OutcomeSpec) -> tuple[str, ...]:
    """The columns of an outcome's moderators in its CSV."""
    return tuple(f"mod_{column}" for column in moderator_columns(outcome))


def moderator_cells(outcome: OutcomeSpec, study: StudyData) -> list[object]:
    """A study's values of them, None where one is not stated."""
    known = {value.column: value for value in study.values}
    found = (known.get(column) for column in moderator_columns(outcome))
    return [
        None if one is None else one.word if one.number is None else repr(one.number)
        for one in found
    ]


def moderator_lines(
    result: OutcomeResult, analysis: AnalysisResult, effects: Sequence[str]
) -> list[str]:
    """The lines on an outcome's moderators; none where it has none.

    Parameters:
        result: the outcome.
        analysis: which says how effects are made and tau2 is estimated.
        effects: the lines that make yi and vi.
    """
    known = {(study.study, study.label) for study in analysis.studies}
    used = [study for study in result.studies if (study.study, study.label) in known]
    if not result.outcome.moderators or not used:
        return []
    own = effects_of(used, result.outcome, analysis.spec)
    found = moderated(result.outcome, analysis.spec, used, own.y, own.v)
    told = [
        line
        for model, one in zip(result.outcome.moderators, found, strict=True)
        if one.reason is None
        for line in _model(
            result.outcome, analysis.spec, model, one, moderator_design(model, used, own.v)
        )
    ]
    if not told:
        return []
    clustered = analysis.spec.model in CLUSTERED
    bent = any(term.knots for model in result.outcome.moderators for term in model.terms)
    start = ["", "suppressPackageStartupMessages(library(metafor))", *effects]
    if clustered:
        start.insert(1, "suppressPackageStartupMessages(library(clubSandwich))")
    return [*start, *(_BENDS if bent else []), *told]


def _model(
    outcome: OutcomeSpec,
    spec: AnalysisSpec,
    model: ModeratorModel,
    found: ModeratedEffects,
    design: ModeratorDesign,
) -> list[str]:
    columns = list(dict.fromkeys(term.column for term in all_terms(model)))
    complete = ", ".join(f'"mod_{column}"' for column in columns)
    right = " + ".join([*(_name(t.name) for t in model.terms), *map(_pair, model.interactions)])
    lines = [
        "",
        f"# The meta-regression {shown(model.label)}, on the scale of the analysis.",
        f"part <- dat[complete.cases(dat[c({complete})]) & is.finite(dat$vi), ]",
        "terms_of <- function(d) data.frame(",
        ",\n".join(_term(term, design) for term in model.terms),
        ")",
        f"formula <- ~ {right}",
        "own <- cbind(part[c('yi', 'vi')], terms_of(part))",
        *(_scaled(model, found) if model.scale else _fit(outcome, spec, found)),
        f"here <- c({_here(found)})",
        "print(cbind(metafor, here), digits = 8)",
        *_resampled(model, found),
    ]
    if model.predictions or model.contrasts:
        lines.append("rows <- function(d) model.matrix(formula, terms_of(d))")
    if model.predictions:
        lines += _predictions(model, found, design)
    if model.contrasts:
        lines += _contrasts(model, found, design)
    return lines


def _fit(outcome: OutcomeSpec, spec: AnalysisSpec, found: ModeratedEffects) -> list[str]:
    """R that makes `fit`, the coefficients b, their covariance R, and what is compared."""
    if found.model in ("three_level", MULTIVARIATE):
        return multilevel_export.regression_of_levels(spec, found, outcome)
    if found.model != "random":
        return multilevel_export.regression_by_robumeta(spec, found)
    test = "knha" if found.ci_method == "HKSJ" else "z"
    return [
        "for (digits in 14:9) {",
        "  control <- list(threshold = 10^-digits * median(part$vi), tau2.max = 1e6,",
        "                  tol = 1e-15 * median(part$vi), maxiter = 10000)",
        f'  fit <- try(rma(yi, vi, mods = formula, data = own, method = "REML", test = "{test}",',
        "                 control = control), silent = TRUE)",
        '  if (!inherits(fit, "try-error")) break',
        "}",
        "b <- coef(fit); R <- vcov(fit)",
        "metafor <- c(b, sqrt(diag(R)), fit$tau2, fit$I2, fit$QM, fit$QE)",
        'names(metafor) <- c(paste("b", rownames(fit$beta)), paste("se", rownames(fit$beta)),',
        '                    "tau2", "I2", "QM", "QE")',
    ]


def _scaled(model: ModeratorModel, found: ModeratedEffects) -> list[str]:
    """R that fits the location-scale model from several starts, and takes the best."""
    test = "knha" if found.ci_method == "HKSJ" else "z"
    made = []
    for term, part in zip(model.scale, found.scale[1:], strict=True):
        ((own,),) = (part.parts,)
        centre = f"mean(part$mod_{term.column})" if term.centre is None else repr(own.centre)
        made.append(f"I((part$mod_{term.column} - {centre}) / {own.per!r})")
    starts = numbers(*(one.estimate for one in found.scale))
    return [
        "# ln tau2 depends on moderators; the likelihood may have several maxima.",
        f"scale <- ~ {' + '.join(made)}",
        "fitted <- function(control) try(rma(yi, vi, mods = formula, scale = scale, data = own,",
        f'  method = "REML", test = "{test}", control = control), silent = TRUE)',
        f"fits <- list(fitted(list()), fitted(list(alpha.init = c({starts}))))",
        'fits <- Filter(function(fit) !inherits(fit, "try-error"), fits)',
        "fit <- fits[[which.max(sapply(fits, function(fit) as.numeric(logLik(fit))))]]",
        "b <- fit$beta[, 1]; R <- fit$vb",
        "metafor <- c(b, sqrt(diag(R)), fit$alpha[, 1], fit$se.alpha, fit$QM, fit$QE)",
        'names(metafor) <- c(paste("b", rownames(fit$beta)), paste("se", rownames(fit$beta)),',
        '                    paste("alpha", rownames(fit$alpha)),',
        '                    paste("se of alpha", rownames(fit$alpha)), "QM", "QE")',
    ]


def _resampled(model: ModeratorModel, found: ModeratedEffects) -> list[str]:
    """The permutation test once more; of the wild bootstrap, that R's packages here have none."""
    if found.resampling == WILD_BOOTSTRAP:
        return list(NO_BOOTSTRAP)
    if found.p_resampled is None or found.resamplings is None:
        return []
    test = "knha" if found.ci_method == "HKSJ" else "z"
    own = [one.p_resampled for one in found.coefficients]
    return [
        f'again <- rma(yi, vi, mods = formula, data = own, method = "REML", test = "{test}")',
        *permuted("again", "c(tested$pval, tested$QMp)", found.resamplings, found.all_resamplings),
        f"here <- c({numbers(*own, found.p_resampled)})",
        "print(cbind(metafor, here), digits = 8)",
    ]


NO_BOOTSTRAP = (
    "# metafor and clubSandwich have no wild cluster bootstrap (the package wildmeta draws signs,",
    "# and others than here), so that p_resampled is not repeated by this script.",
)


def permuted(fit: str, p: str, resamplings: int, whole: bool) -> list[str]:
    """R that makes `metafor`, the p-values of a permutation test.

    Parameters:
        fit: the name of the fit.
        p: what of `tested` is compared.
        resamplings: permutations.
        whole: whether these are all that there are.
    """
    drawn = f"iter = {resamplings}" if not whole else "exact = TRUE"
    said = "all" if whole else "drawn, and others than here: p differs by chance"
    return [
        f"# The permutation test, {resamplings} permutations ({said}).",
        "set.seed(1)",
        f"tested <- permutest({fit}, {drawn}, progbar = FALSE)",
        f"metafor <- {p}",
    ]


def _name(name: str) -> str:
    return f"{name}." if name in _TAKEN else name


def _pair(pair: tuple[str, str]) -> str:
    return f"{_name(pair[0])}:{_name(pair[1])}"


def _text(word: str) -> str:
    """A string of R, as the CSV has it."""
    return json.dumps(guarded(word), ensure_ascii=False)


def _term(term: ModeratorTerm, design: ModeratorDesign) -> str:
    """R that makes a term of the data frame d."""
    own = next(one for one in design.layout.terms if one.name == term.name)
    x = f"d$mod_{term.column}"
    if isinstance(own, CategoricalTerm):
        order = ", ".join(map(_text, own.levels))
        if term.levels:
            codes = {name: repr(number) for name, number in term.levels}
            given = ", ".join(codes[level] for level in own.levels)
            return f"  {_name(term.name)} = factor({x}, c({given}), c({order}))"
        if term.cuts:
            cuts = ", ".join(map(repr, term.cuts))
            names = ", ".join(map(_text, cut_levels(term.cuts)))
            made = f"cut({x}, c(-Inf, {cuts}, Inf), c({names}), right = FALSE)"
            return f"  {_name(term.name)} = factor({made}, c({order}))"
        return f"  {_name(term.name)} = factor({x}, c({order}))"
    centre = f"mean(part$mod_{term.column})" if term.centre is None else repr(own.centre)
    line = f"({x} - {centre}) / {own.per!r}"
    if not own.knots:
        return f"  {_name(term.name)} = {line}"
    knots = ", ".join(map(repr, own.knots))
    return f"  {_name(term.name)} = I(cbind({line}, bends({x}, c({knots})) / {own.per!r}))"


def _here(found: ModeratedEffects) -> str:
    b = [one.estimate for one in found.coefficients]
    se = [one.se for one in found.coefficients]
    if found.scale:
        own = ([one.estimate for one in found.scale], [one.se for one in found.scale])
        return numbers(*b, *se, *own[0], *own[1], found.qm, found.qe)
    if found.clusters is None:
        return numbers(*b, *se, found.tau2, found.i2, found.qm, found.qe)
    levels = (found.tau2_between, found.tau2_within)
    tau2 = [x for x in (levels if levels[0] is not None else (found.tau2,)) if x is not None]
    whole = () if found.qm is None else (found.qm,)
    df = () if found.ci_method == "Wald" else [one.df for one in found.coefficients]
    return numbers(*b, *se, *df, *tau2, *whole)


def _frame(
    model: ModeratorModel, design: ModeratorDesign, profiles: Sequence[Sequence[Setting]]
) -> str:
    """R that makes a data frame of profiles, its columns those of the data."""
    columns: dict[str, list[str]] = {}
    whole = [{one.term: one for one in design.whole(profile)} for profile in profiles]
    for term in model.terms:
        columns.setdefault(f"mod_{term.column}", [_raw(term, at[term.name]) for at in whole])
    inside = ", ".join(f"{name} = c({', '.join(cells)})" for name, cells in columns.items())
    return f"data.frame({inside})"


def _raw(term: ModeratorTerm, setting: Setting) -> str:
    """A setting as the data have it: a code of its level, a number within its class, or itself."""
    if setting.number is not None:
        return repr(setting.number)
    if term.levels:
        return repr(dict(term.levels)[setting.level])
    if term.column in WORDS:
        return _text(setting.level)
    place = cut_levels(term.cuts).index(setting.level)
    return repr(term.cuts[place - 1] if place else term.cuts[0] - 1)


_COMBINED = ["metafor <- c(at %*% b, sqrt(rowSums((at %*% R) * at)))"]


def _predictions(
    model: ModeratorModel, found: ModeratedEffects, design: ModeratorDesign
) -> list[str]:
    at = _frame(model, design, [one.at for one in model.predictions])
    effects = [one.log_estimate for one in found.predictions]
    errors = [one.se for one in found.predictions]
    return [
        "# Average effects at the declared profiles, and their standard errors.",
        f"at <- rows({at})",
        *_COMBINED,
        f"here <- c({numbers(*effects, *errors)})",
        "print(cbind(metafor, here), digits = 8)",
    ]


def _contrasts(
    model: ModeratorModel, found: ModeratedEffects, design: ModeratorDesign
) -> list[str]:
    at = _frame(model, design, [one.at for one in model.contrasts])
    against = _frame(model, design, [one.against for one in model.contrasts])
    return [
        "# Differences of two profiles, and their standard errors.",
        f"at <- rows({at}) - rows({against})",
        *_COMBINED,
        f"here <- c({_of_changes(found.contrasts)})",
        "print(cbind(metafor, here), digits = 8)",
    ]


def _of_changes(changes: Sequence[Change]) -> str:
    return numbers(*(one.estimate for one in changes), *(one.se for one in changes))
