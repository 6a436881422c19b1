"""The meta-regression of an outcome on its declared covariate, or why there is none.

Mixed effects by REML with the interval of Knapp and Hartung, whatever the outcome's own analysis:
trials differ in more than the covariate (Cochrane Handbook 10.11.4). Asked of fewer than ten trials
it would answer by chance (10.11.5.1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np

from metasynth.core.arrays import Array
from metasynth.model.methods import is_ratio
from metasynth.model.records import OutcomeSpec, StudyData
from metasynth.stats.covariate_fit import MetaRegression, meta_regression, predict
from metasynth.stats.effects.scales import finite
from metasynth.stats.least_squares import NotTestable

LEAST = 10
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
    least value to the greatest.
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


def fit(y: Array, v: Array, x: Array) -> MetaRegression:
    """Regress effects with variances on one covariate.

    Raises:
        ValueError: when there are fewer than three studies, or all values are the same.
        NotTestable: when the effects lie exactly on a line.
    """
    design = np.column_stack([np.ones(len(x)), x])
    return meta_regression(y, v, design, METHOD, INTERVAL)


def regress(
    outcome: OutcomeSpec, studies: Sequence[StudyData], y: Array, v: Array
) -> Regression | None:
    """The regression of the studies' effects on the outcome's covariate; None without one."""
    if outcome.covariate is None:
        return None
    name, label = outcome.covariate.name, outcome.covariate.label
    known = [i for i, s in enumerate(studies) if s.covariate is not None and np.isfinite(v[i])]
    left_out = tuple(study.label for study in studies if study.covariate is None)
    if len(known) < LEAST:
        reason = f"a meta-regression needs about {LEAST} studies with a value; there are"
        return Regression(
            name, label, len(known), left_out=left_out, reason=f"{reason} {len(known)}"
        )
    x = np.array([studies[i].covariate for i in known], dtype=float)
    if np.ptp(x) == 0:
        reason = "all studies have the same value"
        return Regression(name, label, len(known), left_out=left_out, reason=reason)
    try:
        found = fit(y[known], v[known], x)
    except NotTestable:
        reason = "the effects lie exactly on a line, so that nothing is left to test by"
        return Regression(name, label, len(known), left_out=left_out, reason=reason)
    told = _told(name, label, found, outcome, _explained(y[known], v[known], found), left_out)
    return replace(told, line=tuple(_line(found, x)))


def _line(found: MetaRegression, x: Array) -> Iterator[Predicted]:
    """The regression at equal steps between the least value and the greatest."""
    for value in np.linspace(x.min(), x.max(), POINTS).tolist():
        row = np.array([1.0, value])
        limits = predict(found, row)
        yield Predicted(value, float(row @ found.coefficients), limits.low, limits.high)


def _explained(y: Array, v: Array, found: MetaRegression) -> float | None:
    """How much of tau2 the covariate explains, in per cent, never less than none."""
    before = meta_regression(y, v, np.ones((len(y), 1)), METHOD, INTERVAL).tau2
    return max(0.0, 100 * (before - found.tau2) / before) if before > 0 else None


def _told(
    name: str,
    label: str,
    found: MetaRegression,
    outcome: OutcomeSpec,
    r2: float | None,
    left_out: tuple[str, ...],
) -> Regression:
    slope, ratio = found.intervals[1], is_ratio(outcome.measure)
    estimate = float(found.coefficients[1])
    return Regression(
        covariate=name,
        label=label,
        k=found.qe_df + 2,
        intercept=finite(float(found.coefficients[0])),
        slope=finite(estimate),
        slope_se=finite(slope.se),
        slope_low=finite(slope.low),
        slope_high=finite(slope.high),
        ratio=exp(estimate) if ratio else None,
        ratio_low=exp(slope.low) if ratio else None,
        ratio_high=exp(slope.high) if ratio else None,
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
