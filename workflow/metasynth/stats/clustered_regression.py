"""Regression of effects in clusters: three levels by likelihood, or robust variance estimation.

What is tested takes the standard error of the clusters' own residuals (CR0 to CR2), coefficients
with Satterthwaite's degrees of freedom, several of them with Hotelling's T² (HTZ); a three-level
model may be tested by its own standard errors, too (Wald).
"""

from dataclasses import dataclass, replace
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from metasynth.core.distributions import chi2_upper_tail
from metasynth.core.messages import Refused, sentence
from metasynth.model.methods import DEFAULT_TAU2, MULTIVARIATE, RVE
from metasynth.model.records import AnalysisSpec
from metasynth.stats.cluster_robust import (
    ROBUST,
    RobustRegression,
    nested_covariances,
    robust_regression,
)
from metasynth.stats.covariate_fit import MetaRegression, joint_test
from metasynth.stats.effects.binary import Array, Effects, Factors
from metasynth.stats.intervals import interval
from metasynth.stats.least_squares import NotTestable
from metasynth.stats.nested_regression import NestedRegression, fit_nested_regression
from metasynth.stats.rve import rve


@dataclass(frozen=True, slots=True)
class ClusteredRegression(MetaRegression):
    """A fitted regression of effects in clusters, on the analysis scale.

    `covariance` is that of the working model, `robust` what tests are made of; None where these are
    of the working model itself. With it `residual_df` is of the denominator of `qm`. `between` and
    `within` are the variances of true effects, None of weights that have but one; `i2` and `r2` are
    in per cent, None where the model has none. `predicts` says whether the model is one of new
    studies' effects.
    """

    clusters: int
    between: float | None
    within: float | None
    i2: float | None
    r2: float | None
    robust: RobustRegression | None
    predicts: bool


def clustered_regression(
    spec: AnalysisSpec,
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    design: Array,
    ci: str = "CR2",
    factors: Factors | None = None,
) -> ClusteredRegression:
    """Regress effects in clusters on the design's columns, the first an intercept.

    Parameters:
        spec: of a model that knows clusters.
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's cluster, from 0, none left out, shape (k,).
        design: shape (k, p).
        ci: CR0, CR1 or CR2; of three levels and multivariate Wald, too.
        factors: of the model multivariate, what tells its true effects apart.

    Raises:
        ValueError: where clusters do not outnumber coefficients, or columns depend on each other.
        NotTestable: where no cluster has several effects though the model needs one, where the
            likelihood has no maximum, or residuals leave nothing to test by.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7, 0.4]), np.full(5, 0.01)
        >>> x = np.column_stack([np.ones(5), [0.0, 1.0, 0.0, 1.0, 1.0]])
        >>> spec = AnalysisSpec("a", "A", model="RVE-CORR", ci="CR2")
        >>> fit = clustered_regression(spec, y, v, np.array([0, 0, 1, 1, 2]), x)
        >>> fit.coefficients.round(4).tolist(), round(fit.intervals[1].df, 4)
        ([0.5, -0.05], 1.5283)
    """
    clusters = int(cluster.max()) + 1
    if clusters == len(y) and spec.model != "RVE-CORR":
        raise NotTestable(
            sentence("no cluster has several trials, so that nothing tells its variances apart")
        )
    if spec.model == "three_level":
        return _three_levels(spec, y, v, cluster, design, ci)
    if spec.model == MULTIVARIATE:
        effects = Effects(y, v, np.zeros(len(y), dtype=bool), cluster, factors)
        return _structured(spec, effects, design, ci)
    found = rve(spec, y, v, cluster, design, ci)
    fit, omega2 = found.robust, found.omega2
    between, tau2 = None if omega2 is None else found.tau2, found.tau2 + (omega2 or 0.0)
    own = _Working(fit.coefficients, fit.model_covariance, tau2, between, omega2, found.i2)
    return _tested(own, len(y), clusters, fit)


def robust_coefficients(
    spec: AnalysisSpec,
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    design: Array,
    kind: str = "CR2",
) -> RobustRegression:
    """The coefficients of such a regression with their robust covariance alone, of any columns.

    Parameters:
        spec: of the model three_level, RVE-CORR or RVE-HIER.
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's cluster, from 0, none left out, shape (k,).
        design: shape (k, p).
        kind: CR0, CR1 or CR2.

    Raises:
        ValueError: where clusters do not outnumber coefficients, or columns depend on each other.
        NotTestable: where the likelihood has no maximum, and of the model multivariate.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7, 0.4]), np.full(5, 0.01)
        >>> spec = AnalysisSpec("a", "A", model="RVE-CORR", ci="CR2")
        >>> found = robust_coefficients(spec, y, v, np.array([0, 0, 1, 1, 2]), np.ones((5, 1)))
        >>> found.coefficients.round(6).tolist()
        [0.466667]
    """
    if spec.model == MULTIVARIATE:
        raise NotTestable(sentence("the multivariate model is not resampled"))
    if spec.model in RVE:
        return rve(spec, y, v, cluster, design, kind).robust
    fit = _nested(spec, y, v, cluster, design)
    return _sandwich(spec, fit, y, v, cluster, design, kind)


def _nested(
    spec: AnalysisSpec, y: Array, v: Array, cluster: NDArray[np.intp], design: Array
) -> NestedRegression:
    method = spec.tau2 or DEFAULT_TAU2
    return fit_nested_regression(y, v, cluster, design, method, spec.correlation)


def _sandwich(
    spec: AnalysisSpec,
    fit: NestedRegression,
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    design: Array,
    kind: str,
) -> RobustRegression:
    working = nested_covariances(v, cluster, fit.between, fit.within, spec.correlation)
    return robust_regression(y, design, cluster, working, kind)


@dataclass(frozen=True, slots=True, eq=False)
class _Working:
    """What is known of a regression before its tests."""

    coefficients: Array
    covariance: Array
    tau2: float
    between: float | None
    within: float | None
    i2: float | None
    r2: float | None = None
    q: float | None = None


def _three_levels(
    spec: AnalysisSpec, y: Array, v: Array, cluster: NDArray[np.intp], design: Array, ci: str
) -> ClusteredRegression:
    fit = _nested(spec, y, v, cluster, design)
    before = _nested(spec, y, v, cluster, np.ones((len(y), 1))).tau2
    robust = _sandwich(spec, fit, y, v, cluster, design, ci) if ci in ROBUST else None
    r2 = max(0.0, 100 * (before - fit.tau2) / before) if before > 0 else None
    variances = fit.tau2, fit.between, fit.within
    own = _Working(fit.coefficients, fit.covariance, *variances, fit.i2, r2, fit.q)
    return _tested(own, len(y), int(cluster.max()) + 1, robust)


def _structured(
    spec: AnalysisSpec, effects: Effects, design: Array, ci: str
) -> ClusteredRegression:
    """Of true effects that covary by a structure, or of crossed factors; these have no I2 here."""
    from metasynth.stats.multivariate_pool import fitted  # which others need not load

    try:
        fit = fitted(spec, effects, design)
        robust = None
        if ci in ROBUST:
            assert effects.cluster is not None
            robust = fit.robust(effects.cluster, ci)
    except Refused as refused:
        raise NotTestable(refused.why) from refused
    between = within = None
    tau2 = nan if fit.random[0].form.each else float(fit.covariances[0][0, 0])
    if spec.structure is None:
        between, within = (float(g[0, 0]) for g in fit.covariances[:2])
        tau2 = between + within
    own = _Working(fit.coefficients, fit.covariance, tau2, between, within, None, None, fit.qe)
    found = _tested(own, len(effects.y), effects.clusters, robust)
    return replace(found, predicts=False)


def _tested(
    own: _Working, k: int, clusters: int, robust: RobustRegression | None
) -> ClusteredRegression:
    """The tests of coefficients, of all but the first, and of residual heterogeneity."""
    b, p = own.coefficients, len(own.coefficients)
    qm: float | None
    qm_p: float | None
    df2: float | None = None
    if robust is None:
        errors = np.sqrt(np.diag(own.covariance))
        intervals = tuple(interval(float(x), float(s)) for x, s in zip(b, errors, strict=True))
        qm, qm_p = joint_test(b, own.covariance, None)
    else:
        each = [robust.combined(row) for row in np.eye(p)]
        if min(found.value for _, found in each) <= 0:
            raise NotTestable(
                sentence("the effects lie exactly on a line, so that nothing is left to test by")
            )
        intervals = tuple(interval(x, sqrt(found.value), found.df) for x, found in each)
        test = robust.test(range(1, p))
        qm, qm_p, df2 = test.statistic, test.p, test.df2
    return ClusteredRegression(
        coefficients=b,
        covariance=own.covariance,
        intervals=intervals,
        tau2=own.tau2,
        qm=qm,
        qm_df=p - 1,
        qm_p=qm_p,
        qe=own.q,
        qe_df=k - p,
        qe_p=None if own.q is None else chi2_upper_tail(own.q, k - p),
        residual_df=df2,
        clusters=clusters,
        between=own.between,
        within=own.within,
        i2=own.i2,
        r2=own.r2,
        robust=robust,
        predicts=own.q is not None,
    )
