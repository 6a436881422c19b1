"""Mixed-effects meta-regression: effects explained by study-level covariates such as dose."""

from dataclasses import dataclass
from functools import partial
from math import sqrt
from sys import float_info

import numpy as np

from metasynth.stats.distributions import chi2_upper_tail, f_upper_tail
from metasynth.stats.effects.binary import Array
from metasynth.stats.intervals import Interval, interval
from metasynth.stats.least_squares import LeastSquares, weighted_least_squares
from metasynth.stats.roots import falling_root, highest_maximum, scan_points

METHODS = ("REML", "ML", "DL", "PM")


@dataclass(frozen=True, slots=True)
class MetaRegression:
    """A fitted regression on the analysis scale.

    `coefficients` in the order of the design's columns, `covariance` of them, `intervals` of each;
    `qm` tests all coefficients but the first together: chi-squared with df1, or with HKSJ an F
    statistic (df1, df2). `qe` is the residual heterogeneity at tau2 = 0.
    """

    coefficients: Array
    covariance: Array
    intervals: tuple[Interval, ...]
    tau2: float
    qm: float
    qm_df: int
    qm_p: float
    qe: float
    qe_df: int
    qe_p: float
    residual_df: float | None


def meta_regression(
    y: Array, v: Array, design: Array, method: str | None = "REML", ci: str = "HKSJ"
) -> MetaRegression:
    """Regress effects on the design's columns, the first an intercept, with between-study variance.

    `method` is REML, ML, DL or PM, None for tau2 = 0; `ci` is Wald or HKSJ (Knapp and Hartung, Stat
    Med 2003;22:2693-710). Handbook 10.11.4; Viechtbauer, J Stat Softw 2010;36(3), section 2.
    Raises ValueError when studies do not outnumber coefficients, or columns depend on each other.
    """
    k, p = design.shape
    if k <= p:
        raise ValueError(f"{k} studies cannot support {p} coefficients")
    tau2 = _tau2(y, v, design, method)
    w = 1 / (v + tau2)
    fit = weighted_least_squares(y, design, w)
    df = k - p if ci == "HKSJ" else None
    scale = float((w * fit.residuals**2).sum()) / (k - p) if ci == "HKSJ" else 1.0
    covariance = scale * fit.unscaled
    qe = _residual_q(y, v, design, 0.0)
    qm, qm_p = _joint_test(fit.coefficients, covariance, df)
    return MetaRegression(
        fit.coefficients,
        covariance,
        tuple(
            interval(float(b), sqrt(s), df)
            for b, s in zip(fit.coefficients, np.diag(covariance), strict=True)
        ),
        tau2,
        qm,
        p - 1,
        qm_p,
        qe,
        k - p,
        chi2_upper_tail(qe, k - p),
        df,
    )


def predict(model: MetaRegression, row: Array) -> Interval:
    """The average effect at one row of covariates, with the model's kind of interval."""
    se = sqrt(float(row @ model.covariance @ row))
    return interval(float(row @ model.coefficients), se, model.residual_df)


def _joint_test(b: Array, covariance: Array, df: int | None) -> tuple[float, float]:
    """Test all coefficients but the first: chi-squared, or F with `df` for the denominator."""
    m = len(b) - 1
    if m == 0:
        return 0.0, 1.0
    wald = float(b[1:] @ np.linalg.solve(covariance[1:, 1:], b[1:]))
    if df is None:
        return wald, chi2_upper_tail(wald, m)
    return wald / m, f_upper_tail(wald / m, m, df)


def _fit(y: Array, v: Array, design: Array, tau2: float) -> tuple[LeastSquares, Array]:
    w = 1 / (v + tau2)
    return weighted_least_squares(y, design, w), w


def _residual_q(y: Array, v: Array, design: Array, tau2: float) -> float:
    fit, w = _fit(y, v, design, tau2)
    return float((w * fit.residuals**2).sum())


def _trace_p(design: Array, fit: LeastSquares, w: Array) -> float:
    """Trace of P = W - WX(X'WX)⁻¹X'W."""
    spread = ((design @ fit.unscaled) * design).sum(axis=1)
    return float((w - w**2 * spread).sum())


def _score(y: Array, v: Array, design: Array, restricted: bool, tau2: float) -> float:
    """Twice the derivative of the (restricted) profile log likelihood by tau2."""
    fit, w = _fit(y, v, design, tau2)
    penalty = _trace_p(design, fit, w) if restricted else float(w.sum())
    return float((w**2 * fit.residuals**2).sum()) - penalty


def _log_likelihood(y: Array, v: Array, design: Array, restricted: bool, tau2: float) -> float:
    """Twice the (restricted) profile log likelihood, but for a constant."""
    fit, w = _fit(y, v, design, tau2)
    value = float(np.log(w).sum() - (w * fit.residuals**2).sum())
    return value + float(np.linalg.slogdet(fit.unscaled)[1]) if restricted else value


def _tau2(y: Array, v: Array, design: Array, method: str | None) -> float:
    """Estimate the residual between-study variance."""
    if method is None:
        return 0.0
    df = int(design.shape[0] - design.shape[1])
    floor = float(v.min()) * float_info.epsilon
    crude = float((weighted_least_squares(y, design, np.ones(len(y))).residuals ** 2).sum()) / df
    if method == "DL":
        fit, w = _fit(y, v, design, 0.0)
        excess = float((w * fit.residuals**2).sum()) - df
        return max(0.0, excess / _trace_p(design, fit, w))
    if method == "PM":
        return falling_root(lambda t: _residual_q(y, v, design, t) - df, 0.0, crude, floor)
    if method in ("REML", "ML"):
        score = partial(_score, y, v, design, method == "REML")
        likelihood = partial(_log_likelihood, y, v, design, method == "REML")
        high = max(float(v.max()), 2 * crude)
        grid = scan_points(float(v.min()), high)
        rising = np.array([score(t) > 0 for t in grid])
        return highest_maximum(score, likelihood, grid, rising, floor)[0]
    raise ValueError(f"meta-regression has tau2 by {', '.join(METHODS)}, not {method}")
