"""The meta-regression of an outcome on its declared covariate, or why there is none.

Mixed effects by REML with the interval of Knapp and Hartung, whatever the outcome's own analysis:
trials differ in more than the covariate (Cochrane Handbook 10.11.4). Where that analysis has a
prior of tau, so has the regression. Asked of fewer than ten trials it would answer by chance
(10.11.5.1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Any

import numpy as np

from metasynth.core.arrays import Array
from metasynth.core.messages import Sentence
from metasynth.model.methods import BAYESIAN, CLUSTERED, CREDIBLE, POSTERIOR, is_ratio
from metasynth.model.records import AnalysisSpec, OutcomeSpec, StudyData
from metasynth.stats.covariate_fit import MetaRegression, meta_regression, predict
from metasynth.stats.effects.scales import finite
from metasynth.stats.least_squares import NotTestable
from metasynth.stats.moderator_tests import explained
from metasynth.stats.pooling import EffectUndefined
from metasynth.synthesis.covariate_effects import (
    LEAST,
    SLOPE,
    regression_priors,
    regression_with_prior,
    valued,
)

POINTS = 41
"""Of the line and of its limits, which are curves."""
METHOD, INTERVAL = "REML", "HKSJ"


@dataclass(frozen=True, slots=True)
class Predicted:
    """The average effect, with its 95% limits, at a value of the covariate; analysis scale."""

    value: float
    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Regression:
    """A meta-regression on one covariate, or the `reason` why there is none.

    `intercept` and `slope`, with its standard error and limits, are on the analysis scale (log for
    ratios), `ratio` and its limits the ratio of effects for one unit more, of ratios only. `qe`
    tests residual heterogeneity; `r2` is the share of tau2 that the covariate explains, in per cent
    (Raudenbush 2009). `left_out` are the studies without a value, by label; `line` goes from the
    least value to the greatest. With a prior of tau estimates are posterior medians, limits the
    central credible ones, `slope_se` is the posterior standard deviation and `p_above` the
    probability of a slope above 0; tests, qe and r2 do not exist then.
    """

    covariate: str
    label: str
    k: int = 0
    intercept: float | None = None
    slope: float | None = None
    slope_se: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    statistic: float | None = None
    df: float | None = None
    p: float | None = None
    tau2: float | None = None
    qe: float | None = None
    qe_df: int | None = None
    qe_p: float | None = None
    r2: float | None = None
    tau2_method: str = METHOD
    ci_method: str = INTERVAL
    left_out: tuple[str, ...] = ()
    reason: str = ""
    line: tuple[Predicted, ...] = ()
    p_above: float | None = None
    priors: tuple[Sentence, ...] = ()

    @property
    def credible(self) -> bool:
        """Whether it has a prior of tau."""
        return self.ci_method == CREDIBLE

    @property
    def p_against(self) -> float | None:
        """The posterior probability of no slope, or one in the other direction."""
        return None if self.p_above is None else min(self.p_above, 1 - self.p_above)


def fit(y: Array, v: Array, x: Array) -> MetaRegression:
    """Regress effects with variances on one covariate.

    Raises:
        ValueError: when there are fewer than three studies, or all values are the same.
        NotTestable: when the effects lie exactly on a line.
    """
    design = np.column_stack([np.ones(len(x)), x])
    return meta_regression(y, v, design, METHOD, INTERVAL)


def regress(
    outcome: OutcomeSpec, spec: AnalysisSpec, studies: Sequence[StudyData], y: Array, v: Array
) -> Regression | None:
    """The regression of the studies' effects on the outcome's covariate; None without one.

    `spec` is the analysis that the effects are of.
    """
    if outcome.covariate is None:
        return None
    name, label = outcome.covariate.name, outcome.covariate.label
    known = valued(studies, v)
    left_out = tuple(study.label for study in studies if study.covariate is None)
    if len(known) < LEAST:
        reason = f"a meta-regression needs about {LEAST} studies with a value; there are"
        return Regression(
            name, label, len(known), left_out=left_out, reason=f"{reason} {len(known)}"
        )
    x = np.array([studies[i].covariate for i in known], dtype=float)
    if spec.model in CLUSTERED:
        reason = "trials of one cluster are not independent, as it takes them to be"
        return Regression(name, label, len(known), left_out=left_out, reason=reason)
    if np.ptp(x) == 0:
        reason = "all studies have the same value"
        return Regression(name, label, len(known), left_out=left_out, reason=reason)
    if spec.model in BAYESIAN:
        start = Regression(name, label, len(known), left_out=left_out)
        return _with_prior(start, outcome, spec, y[known], v[known], x)
    try:
        found = fit(y[known], v[known], x)
    except NotTestable:
        reason = "the effects lie exactly on a line, so that nothing is left to test by"
        return Regression(name, label, len(known), left_out=left_out, reason=reason)
    r2 = explained(y[known], v[known], METHOD, found.tau2)
    told = _told(name, label, found, outcome, r2, left_out)
    return replace(told, line=tuple(_line(found, x)))


def _with_prior(
    start: Regression, outcome: OutcomeSpec, spec: AnalysisSpec, y: Array, v: Array, x: Array
) -> Regression:
    """The regression by the analysis's prior of tau, or why there is none."""
    at = _steps(x)
    try:
        found = regression_with_prior(spec, y, v, x, at)
    except EffectUndefined as undefined:
        return replace(start, reason=str(undefined))
    intercept, slope, *means = found.combined
    low, high = slope.central
    return replace(
        start,
        intercept=finite(intercept.median),
        slope=finite(slope.median),
        slope_se=finite(slope.sd),
        slope_low=finite(low),
        slope_high=finite(high),
        **_ratios(outcome, slope.median, low, high),
        tau2=finite(found.tau.median**2),
        tau2_method=POSTERIOR,
        ci_method=CREDIBLE,
        line=tuple(
            Predicted(value, mean.median, *mean.central)
            for value, mean in zip(at, means, strict=True)
        ),
        p_above=found.above[SLOPE],
        priors=regression_priors(spec),
    )


def _ratios(outcome: OutcomeSpec, slope: float, low: float, high: float) -> dict[str, Any]:
    """The ratio of effects for one unit more, with its limits, where effects are ratios."""
    if not is_ratio(outcome.measure):
        return {}
    return {"ratio": exp(slope), "ratio_low": exp(low), "ratio_high": exp(high)}


def _steps(x: Array) -> list[float]:
    """Equal steps between the least value and the greatest."""
    return [float(value) for value in np.linspace(x.min(), x.max(), POINTS)]


def _line(found: MetaRegression, x: Array) -> Iterator[Predicted]:
    """The regression at equal steps between the least value and the greatest."""
    for value in _steps(x):
        row = np.array([1.0, value])
        limits = predict(found, row)
        yield Predicted(value, float(row @ found.coefficients), limits.low, limits.high)


def _told(
    name: str,
    label: str,
    found: MetaRegression,
    outcome: OutcomeSpec,
    r2: float | None,
    left_out: tuple[str, ...],
) -> Regression:
    slope, estimate = found.intervals[1], float(found.coefficients[1])
    return Regression(
        covariate=name,
        label=label,
        k=found.qe_df + 2,
        intercept=finite(float(found.coefficients[0])),
        slope=finite(estimate),
        slope_se=finite(slope.se),
        slope_low=finite(slope.low),
        slope_high=finite(slope.high),
        **_ratios(outcome, estimate, slope.low, slope.high),
        statistic=finite(slope.statistic),
        df=finite(slope.df),
        p=finite(slope.p),
        tau2=finite(found.tau2),
        qe=finite(found.qe),
        qe_df=found.qe_df,
        qe_p=finite(found.qe_p),
        r2=r2,
        left_out=left_out,
    )
