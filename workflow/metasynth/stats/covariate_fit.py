"""Mixed-effects meta-regression: effects explained by study-level covariates such as dose."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from metasynth.core.distributions import chi2_upper_tail, f_upper_tail
from metasynth.core.messages import sentence
from metasynth.stats.effects.binary import Array
from metasynth.stats.intervals import Interval, dispersion, interval
from metasynth.stats.least_squares import NotTestable, weighted_least_squares
from metasynth.stats.linear_model import Covariates, LinearModel, unexplained
from metasynth.stats.tau2 import estimate_tau2


@dataclass(frozen=True, slots=True)
class MetaRegression:
    """A fitted regression on the analysis scale.

    `coefficients` in the order of the design's columns, `covariance` of them, `intervals` of each;
    `qm` tests all coefficients but the first together: chi-squared with df1, or with HKSJ an F
    statistic (df1, df2). `qe` is the residual heterogeneity at tau2 = 0. None is what a model has
    not, or studies are too few for.
    """

    coefficients: Array
    covariance: Array
    intervals: tuple[Interval, ...]
    tau2: float
    qm: float | None
    qm_df: int
    qm_p: float | None
    qe: float | None
    qe_df: int
    qe_p: float | None
    residual_df: float | None


def meta_regression(
    y: Array, v: Array, design: Array, method: str | None = "REML", ci: str = "HKSJ"
) -> MetaRegression:
    """Regress effects on the design's columns, the first an intercept, with between-study variance.

    Handbook 10.11.4; Viechtbauer, J Stat Softw 2010;36(3), section 2.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        design: shape (k, p).
        method: the name of an estimator of `tau2`; None for tau2 = 0.
        ci: Wald, or HKSJ (Knapp and Hartung, Stat Med 2003;22:2693-710).

    Raises:
        ValueError: when studies do not outnumber coefficients, columns depend on each other, or for
            another `ci`.
        NotTestable: with HKSJ, when the effects lie exactly on the regression.

    Example:
        >>> import numpy as np
        >>> design = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
        >>> fit = meta_regression(np.array([0.0, 1.0, 2.0, 3.1]), np.full(4, 0.01), design)
        >>> fit.coefficients.round(3).tolist(), fit.tau2
        ([-0.02, 1.03], 0.0)
    """
    k, p = design.shape
    if k <= p:
        raise ValueError(f"{k} studies cannot support {p} coefficients")
    if ci not in ("Wald", "HKSJ"):
        raise ValueError(f"{ci!r} is not one of Wald, HKSJ")
    model = LinearModel(y, v, Covariates(design))
    tau2 = estimate_tau2(y, v, method, model.design).value if method else 0.0
    w = model.weights(tau2)
    fit = weighted_least_squares(y, design, w)
    df = k - p if ci == "HKSJ" else None
    left = float(unexplained(model.q(w), (w * y * y).sum()))
    if ci == "HKSJ" and left == 0:
        raise NotTestable(
            sentence("the effects lie exactly on a line, so that nothing is left to test by")
        )
    scale = float(dispersion(ci, left, k - p))
    covariance = scale * fit.unscaled
    qe = float(model.q(model.weights(0.0)))
    qm, qm_p = joint_test(fit.coefficients, covariance, df)
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
    """The average effect at one row of covariates, with the model's kind of interval.

    Parameters:
        model: a fitted regression.
        row: shape (p,), as a row of its design.

    Returns:
        Limits on the analysis scale.

    Example:
        >>> design = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
        >>> y, v = np.array([0.0, 1.0, 2.0, 3.1]), np.full(4, 0.01)
        >>> fit = meta_regression(y, v, design, ci="Wald")
        >>> found = predict(fit, np.array([1.0, 1.5]))  # 1.525 ± z 0.1 / 2
        >>> round(found.low, 6), round(found.high, 6), round(found.se, 6)
        (1.427002, 1.622998, 0.05)
    """
    se = sqrt(float(row @ model.covariance @ row))
    return interval(float(row @ model.coefficients), se, model.residual_df)


def joint_test(b: Array, covariance: Array, df: int | None) -> tuple[float, float]:
    """Test all coefficients but the first: chi-squared, or F with `df` for the denominator.

    Parameters:
        b: coefficients, shape (p,).
        covariance: of them, shape (p, p).
        df: of the denominator; None for chi-squared.

    Returns:
        The statistic and its p-value.

    Example:
        >>> statistic, p = joint_test(np.array([0.5, 2.0]), np.eye(2), None)
        >>> round(statistic, 6), round(p, 6)
        (4.0, 0.0455)
    """
    m = len(b) - 1
    if m == 0:
        return 0.0, 1.0
    wald = float(b[1:] @ np.linalg.solve(covariance[1:, 1:], b[1:]))
    if df is None:
        return wald, chi2_upper_tail(wald, m)
    return wald / m, f_upper_tail(wald / m, m, df)
