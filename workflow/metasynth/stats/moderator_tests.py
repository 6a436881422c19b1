"""What a meta-regression says beyond its coefficients: tests of terms, contrasts, predictions."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from metasynth.core.distributions import chi2_upper_tail, f_upper_tail, half_width_factor
from metasynth.stats.cluster_robust import RobustRegression
from metasynth.stats.clustered_regression import ClusteredRegression
from metasynth.stats.covariate_fit import MetaRegression, meta_regression
from metasynth.stats.effects.binary import Array
from metasynth.stats.intervals import Interval, interval
from metasynth.stats.linear_model import Covariates, LinearModel
from metasynth.stats.scaled_regression import ScaledRegression


@dataclass(frozen=True, slots=True)
class Omnibus:
    """A test of several coefficients together: chi-squared with `df`, or F with `df` and `df2`.

    Statistic and `p` are None where clusters are too few for a test, `df2` then being 0 or less.
    """

    statistic: float | None
    df: int
    df2: float | None
    p: float | None


def omnibus(model: MetaRegression, places: tuple[int, ...]) -> Omnibus:
    """Whether the coefficients at `places` are all 0 (Wald-type, Viechtbauer 2010, section 2.3).

    With a robust variance by Hotelling's T² (HTZ).

    Parameters:
        model: a fitted regression.
        places: of one coefficient at least.

    Example:
        >>> design = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
        >>> y, v = np.array([0.0, 1.0, 2.0, 3.1]), np.full(4, 0.01)
        >>> fit = meta_regression(y, v, design, ci="Wald")
        >>> found = omnibus(fit, (1,))
        >>> round(found.statistic, 6), found.df, found.df2
        (530.45, 1, None)
    """
    if robust := _robust(model):
        test = robust.test(places)
        return Omnibus(test.statistic, test.df, test.df2, test.p)
    chosen = list(places)
    b, covariance = model.coefficients[chosen], model.covariance[np.ix_(chosen, chosen)]
    wald, m, df = float(b @ np.linalg.solve(covariance, b)), len(chosen), model.residual_df
    if df is None:
        return Omnibus(wald, m, None, chi2_upper_tail(wald, m))
    return Omnibus(wald / m, m, df, f_upper_tail(wald / m, m, df))


def residual_i2(y: Array, v: Array, design: Array, tau2: float) -> float:
    """Share of the variance about the regression that is tau2, in per cent.

    tau2/(tau2 + s²), s² the typical variance (k - p)/tr(P), P at tau2 = 0: Higgins and Thompson,
    Stat Med 2002;21:1539-58, with a design, as metafor has it.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        design: shape (k, p).
        tau2: residual variance between studies.

    Example:
        >>> design = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
        >>> round(residual_i2(np.zeros(4), np.full(4, 0.01), design, 0.01), 6)  # equal variances
        50.0
    """
    model = LinearModel(y, v, Covariates(design))
    w = model.weights(0.0)
    _, inner = model.design.fit(y, w)
    typical = float(model.df / model.design.trace(w, inner))
    return 100 * tau2 / (tau2 + typical)


def explained(y: Array, v: Array, method: str, tau2: float) -> float | None:
    """How much less tau2 is than without moderators, in per cent, never below 0.

    Raudenbush, in Cooper et al., Handbook of Research Synthesis, 2009, 295-315. None where tau2 is
    0 without them. With few studies it says little: López-López et al., Br J Math Stat Psychol
    2014;67:30-48.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        method: the estimator of both tau2.
        tau2: of the regression.

    Example:
        >>> y, v = np.array([0.0, 1.0, 2.0]), np.full(3, 0.5)  # tau2 is 1 - 0.5 without moderators
        >>> round(explained(y, v, "REML", 0.1), 4)
        80.0
    """
    before = meta_regression(y, v, np.ones((len(y), 1)), method, "Wald").tau2
    return max(0.0, 100 * (before - tau2) / before) if before > 0 else None


def inflation(model: MetaRegression, places: tuple[int, ...]) -> float | None:
    """The (generalised) variance inflation factor of some coefficients among all but the first.

    Fox and Monette, J Am Stat Assoc 1992;87:178-83: from the correlations of the coefficients if
    the working model holds.

    Parameters:
        model: a fitted regression.
        places: of one coefficient at least, not the intercept.

    Returns:
        At least 1 but for rounding; None where there are no others.

    Example:
        >>> x = np.array([0.0, 1.0, 0.0, 1.0, 3.0])
        >>> design = np.column_stack([np.ones(5), x, [1.0, 0.0, 0.0, 1.0, 1.0]])
        >>> fit = meta_regression(np.array([0.0, 1.0, 2.0, 3.1, 1.0]), np.full(5, 0.01), design)
        >>> round(inflation(fit, (1,)), 6)  # 1/(1 - r²), r the correlation of the two columns
        1.16129
    """
    others = [i for i in range(1, len(model.coefficients)) if i not in places]
    if not others:
        return None
    root = np.sqrt(np.diag(model.covariance))
    correlations = model.covariance / np.outer(root, root)

    def log_det(chosen: list[int]) -> float:
        return float(np.linalg.slogdet(correlations[np.ix_(chosen, chosen)])[1])

    together = log_det([*places, *others])
    return float(np.exp(log_det(list(places)) + log_det(others) - together))


def _robust(model: MetaRegression) -> RobustRegression | None:
    """What the tests of a model in clusters are made of; None where they are the model's own."""
    return model.robust if isinstance(model, ClusteredRegression) else None


@dataclass(frozen=True, slots=True)
class Predicted:
    """The average effect at one row of a design, and where the effect of a new study would be.

    Weights of robust variance estimation are of no distribution that would say the latter.
    """

    effect: float
    limits: Interval
    pi_low: float | None
    pi_high: float | None


def combined(model: MetaRegression, row: Array) -> tuple[float, Interval]:
    """A sum of coefficients and its interval: an average effect, or a difference of two.

    Parameters:
        model: a fitted regression.
        row: what each coefficient is multiplied by, shape (p,).

    Example:
        >>> design = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
        >>> y, v = np.array([0.0, 1.0, 2.0, 3.1]), np.full(4, 0.01)
        >>> fit = meta_regression(y, v, design, ci="Wald")
        >>> round(combined(fit, np.array([0.0, 1.0]))[0], 6)  # the slope
        1.03
    """
    if robust := _robust(model):
        value, variance = robust.combined(row)
        return value, interval(value, sqrt(variance.value), variance.df)
    value = float(row @ model.coefficients)
    return value, interval(value, sqrt(float(row @ model.covariance @ row)), model.residual_df)


def predicted(model: MetaRegression, row: Array) -> Predicted:
    """The average effect at a row of the design with its limits, and prediction limits.

    Prediction limits have the variance tau2 more and the quantile of the model's own tests, as
    metafor has them (Riley et al., BMJ 2011;342:d549).

    Parameters:
        model: a fitted regression.
        row: shape (p,), as a row of its design.

    Example:
        >>> design = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
        >>> y, v = np.array([0.0, 1.0, 2.0, 3.1]), np.full(4, 0.01)
        >>> fit = meta_regression(y, v, design, ci="Wald")
        >>> found = predicted(fit, np.array([1.0, 1.5]))
        >>> round(found.effect, 6), round(found.pi_high, 6)  # tau2 is 0
        (1.525, 1.622998)
    """
    effect, limits = combined(model, row)
    if isinstance(model, ScaledRegression):  # whose tau2 a row of the design does not tell
        return Predicted(effect, limits, None, None)
    if isinstance(model, ClusteredRegression) and not model.predicts:
        return Predicted(effect, limits, None, None)
    half = half_width_factor(limits.df) * sqrt(limits.se**2 + model.tau2)
    return Predicted(effect, limits, effect - half, effect + half)
