"""The lines of an R script that repeat Bayesian regressions by `bmr` of the package bayesmeta."""

import numpy as np

from metasynth.core.faults import shown
from metasynth.model.methods import BAYES
from metasynth.model.records import AnalysisResult, Estimate, OutcomeResult, StudyData
from metasynth.stats.bayes_regression import RegressionFit
from metasynth.stats.pooling import EffectUndefined
from metasynth.synthesis.bayesmeta_export import numbers
from metasynth.synthesis.covariate_effects import LEAST, regression_with_prior, valued
from metasynth.synthesis.selection import effects_of

_FIT = [
    "fit <- bmr(y = part$yi, sigma = sqrt(part$vi), X = X, delta = 1e-4, epsilon = 1e-7,",
    "           tau.prior = {tau}{mu})",
]
_AT = "fit$qposterior(beta.p = {p}, which.beta = {i})"


def regressions(result: OutcomeResult, tau: str) -> list[str]:
    """The lines on subgroups that share one tau, and on the covariate.

    Parameters:
        result: an outcome; of other models than bayes there are none.
        tau: the prior of tau, in R.
    """
    analysis = result.analyses[0]
    if analysis.spec.model != BAYES:
        return []
    return [*_subgroups(analysis, tau), *_covariate(result, analysis, tau)]


def _subgroups(analysis: AnalysisResult, tau: str) -> list[str]:
    rows = [row for row in analysis.estimates[1:] if row.estimate is not None]
    if analysis.spec.subgroup_tau2 != "common" or len(rows) < 2:
        return []
    prior = analysis.spec.mu_prior
    mu = ""
    if prior.sd is not None:
        n = len(rows)
        mu = f",\n           beta.prior.mean = rep({prior.mean!r}, {n}),"
        mu += f" beta.prior.sd = rep({prior.sd!r}, {n})"
    lines = [
        "# Subgroups with one tau: a regression on membership.",
        'part <- dat[!is.na(dat$subgroup) & dat$subgroup != "", ]',
        "names <- unique(part$subgroup)",
        "X <- 1 * outer(part$subgroup, names, `==`)",
        *(line.format(tau=tau, mu=mu) for line in _FIT),
    ]
    for i, row in enumerate(rows, 1):
        asked = (f"natural({_AT.format(p=p, i=i)})" for p in (0.5, 0.025, 0.975))
        lines += _beside(dict(zip(_NAMES, asked, strict=True)), _values(row))
    return lines


_NAMES = ("estimate", "ci_low", "ci_high")


def _values(row: Estimate) -> list[float | None]:
    return [getattr(row, name) for name in _NAMES]


def _covariate(result: OutcomeResult, analysis: AnalysisResult, tau: str) -> list[str]:
    covariate, used = result.outcome.covariate, _pooled(result, analysis)
    found = _regressed(result, analysis, used)
    if covariate is None or found is None:
        return []
    slope = found.combined[1]
    asked = {
        name: _AT.format(p=p, i=2)
        for name, p in (("slope", 0.5), ("slope_low", 0.025), ("slope_high", 0.975))
    }
    asked |= {"tau2": "fit$qposterior(tau.p = 0.5)^2"}
    return [
        f"# The regression on {shown(covariate.label)}, on the scale of the analysis:",
        "# intercept and slope have vague priors.",
        "part <- dat[!is.na(dat$covariate), ]",
        "X <- cbind(1, part$covariate - mean(part$covariate))",
        *(line.format(tau=tau, mu="") for line in _FIT),
        *_beside(asked, [slope.median, *slope.central, found.tau.median**2]),
    ]


def _pooled(result: OutcomeResult, analysis: AnalysisResult) -> list[StudyData]:
    known = {(study.study, study.label) for study in analysis.studies}
    return [study for study in result.studies if (study.study, study.label) in known]


def _regressed(
    result: OutcomeResult, analysis: AnalysisResult, used: list[StudyData]
) -> RegressionFit | None:
    """The regression of an outcome with a covariate, where there are enough trials for one."""
    if result.outcome.covariate is None or not used:
        return None
    effects = effects_of(used, result.outcome, analysis.spec)
    places = valued(used, effects.v)
    x = np.array([used[i].covariate for i in places], dtype=float)
    if len(places) < LEAST or np.ptp(x) == 0:
        return None
    try:
        return regression_with_prior(analysis.spec, effects.y[places], effects.v[places], x)
    except EffectUndefined:
        return None


def _beside(asked: dict[str, str], here: list[float | None]) -> list[str]:
    """Print what bmr gives and what stands here."""
    told = [f"  {name} = {line}" for name, line in asked.items()]
    return [
        "bmr <- c(",
        ",\n".join(told) + ")",
        f"print(cbind(bmr, here = c({numbers(*here)})), digits = 8)",
    ]
