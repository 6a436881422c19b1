"""Robust variance estimation of effects of one study, with the weights of Hedges and others.

Hedges, Tipton and Johnson, Res Synth Methods 2010;1:39-65, the variances of true effects by
moments, as in Fisher and Tipton's robumeta; with CR2 the small-sample corrections of Tipton,
Psychol Methods 2015;20:375-93, whose working model has independent effects of variance 1/weight.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasynth.model.records import AnalysisSpec
from metasynth.stats.cluster_robust import RobustRegression, clusters_of, robust_regression
from metasynth.stats.effects.binary import Array
from metasynth.stats.least_squares import weighted_least_squares


@dataclass(frozen=True, slots=True, eq=False)
class Rve:
    """A regression with weights that need no known covariances within studies.

    Parameters:
        robust: coefficients with their robust covariance, degrees of freedom and tests.
        weights: of each effect, shape (k,).
        tau2: variance of the studies' true effects.
        omega2: variance of true effects within a study; None of correlated effects, whose
            weights take them to be one.
        q: weighted squares of the residuals at variances 0.
        q_expected: their expectation without a variance of true effects; None of hierarchical
            effects.
    """

    robust: RobustRegression
    weights: Array
    tau2: float
    omega2: float | None
    q: float
    q_expected: float | None

    @property
    def i2(self) -> float | None:
        """Share of q beyond its expectation, in per cent; None of hierarchical effects."""
        if self.q_expected is None:
            return None
        return 100 * max(0.0, 1 - self.q_expected / self.q) if self.q > 0 else 0.0


def rve(
    spec: AnalysisSpec,
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    design: Array | None = None,
    kind: str = "",
) -> Rve:
    """Effects in clusters, with the weights of an analysis.

    Parameters:
        spec: of the model RVE-CORR or RVE-HIER.
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's cluster, from 0, none left out, shape (k,).
        design: shape (k, p); None for a mean.
        kind: CR0, CR1 or CR2; blank for that of the analysis.

    Raises:
        ValueError: where clusters do not outnumber coefficients, columns depend on each other, or
            hierarchical weights have no cluster of several effects.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7]), np.full(4, 0.01)
        >>> spec = AnalysisSpec("a", "A", model="RVE-CORR", ci="CR2")
        >>> round(rve(spec, y, v, np.array([0, 0, 1, 1])).tau2, 6)
        0.185
    """
    if spec.model == "RVE-HIER":
        return rve_hierarchical(y, v, cluster, design, kind or spec.ci)
    return rve_correlated(y, v, cluster, spec.correlation, design, kind or spec.ci)


def rve_correlated(
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    correlation: float = 0.0,
    design: Array | None = None,
    kind: str = "CR2",
) -> Rve:
    """Weights for effects of one study whose sampling errors are correlated.

    Each effect of a study of n effects with the mean variance u weighs 1/(n (u + tau2)).

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's study, from 0, none left out, shape (k,).
        correlation: of the sampling errors of any two effects of one study, from 0 to 1, by which
            tau2 is estimated; the robust variance holds whatever it is.
        design: shape (k, p); None for a mean.
        kind: CR0, CR1 or CR2.

    Raises:
        ValueError: where studies do not outnumber coefficients, or columns depend on each other.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7, 0.4]), np.full(5, 0.01)
        >>> found = rve_correlated(y, v, np.array([0, 0, 1, 1, 2]), 0.8)
        >>> found.robust.coefficients.round(6).tolist(), round(found.tau2, 6)
        ([0.466667], 0.093)
    """
    x, members = _design(y, cluster, design)
    n, mean = np.empty_like(v), np.empty_like(v)
    for own in members:
        n[own], mean[own] = len(own), v[own].mean()
    w = 1 / (n * mean)
    inverse, residuals = _fitted(y, x, w)
    sums = np.array([x[own].sum(axis=0) for own in members])
    each = np.array([w[own[0]] for own in members])
    sizes = np.array([len(own) for own in members])
    plain = (x * (w / n)[:, None]).T @ x
    crossed = (sums * (each / sizes)[:, None]).T @ sums - plain
    expected = len(members) - np.trace(inverse @ plain) - correlation * np.trace(inverse @ crossed)
    taken = np.trace(inverse @ ((sums * (each**2)[:, None]).T @ sums))
    q = float((w * residuals**2).sum())
    tau2 = max(0.0, float((q - expected) / (w.sum() - taken)))
    weights = 1 / (n * (mean + tau2))
    return Rve(_robust(y, x, cluster, weights, kind), weights, tau2, None, q, float(expected))


def rve_hierarchical(
    y: Array,
    v: Array,
    cluster: NDArray[np.intp],
    design: Array | None = None,
    kind: str = "CR2",
) -> Rve:
    """Weights for effects of one study whose sampling errors are independent.

    Each effect weighs 1/(v + tau2 + omega2); both variances are those that two sums of squares
    are expected to have, 0 where these would be negative, omega2 first.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        cluster: the number of each effect's study, from 0, none left out, shape (k,).
        design: shape (k, p); None for a mean.
        kind: CR0, CR1 or CR2.

    Raises:
        ValueError: where studies do not outnumber coefficients, columns depend on each other, or
            no study has several effects.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.9, 0.7, 0.4]), np.full(5, 0.01)
        >>> found = rve_hierarchical(y, v, np.array([0, 0, 1, 1, 2]))
        >>> round(found.tau2, 6), round(found.omega2, 6)
        (0.115, 0.0)
    """
    x, members = _design(y, cluster, design)
    if len(members) == len(y):
        raise ValueError("hierarchical effects need several effects of one study")
    w = 1 / v
    inverse, residuals = _fitted(y, x, w)
    wx, sizes = x * w[:, None], np.array([len(own) for own in members])
    sums = np.array([x[own].sum(axis=0) for own in members])
    weighted = np.array([wx[own].sum(axis=0) for own in members])
    of_sums = inverse @ (sums.T @ sums) @ inverse
    both = (sums * sizes[:, None]).T @ weighted
    squares, mixed = wx.T @ wx, weighted.T @ weighted
    # What the squares of the studies' summed residuals (first) and the weighted squares of the
    # residuals (second) have of tau2 (a), of omega2 (b) and of the sampling errors (c).
    a1 = (sizes**2).sum() - 2 * np.trace(inverse @ both) + np.trace(of_sums @ mixed)
    b1 = len(y) - 2 * np.trace(inverse @ (sums.T @ weighted)) + np.trace(of_sums @ squares)
    c1 = v.sum() - np.trace(inverse @ (sums.T @ sums))
    a2 = w.sum() - np.trace(inverse @ mixed)
    b2 = w.sum() - np.trace(inverse @ squares)
    c2 = len(y) - x.shape[1]
    first = sum(float(residuals[own].sum()) ** 2 for own in members)
    q = float((w * residuals**2).sum())
    omega2 = max(0.0, float(((first - c1) * a2 - (q - c2) * a1) / (b1 * a2 - b2 * a1)))
    tau2 = max(0.0, float((q - c2) / a2 - omega2 * b2 / a2))
    weights = 1 / (v + tau2 + omega2)
    return Rve(_robust(y, x, cluster, weights, kind), weights, tau2, omega2, q, None)


def _design(
    y: Array, cluster: NDArray[np.intp], design: Array | None
) -> tuple[Array, list[NDArray[np.intp]]]:
    x = np.ones((len(y), 1)) if design is None else design
    members = clusters_of(cluster)
    if len(members) <= x.shape[1]:
        raise ValueError(f"{len(members)} studies cannot support {x.shape[1]} coefficients")
    return x, members


def _fitted(y: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """(X'WX)⁻¹ and residuals."""
    found = weighted_least_squares(y, x, w)
    return found.unscaled, found.residuals


def _robust(
    y: Array, x: Array, cluster: NDArray[np.intp], weights: Array, kind: str
) -> RobustRegression:
    working = [np.diag(1 / weights[own]) for own in clusters_of(cluster)]
    return robust_regression(y, x, cluster, working, kind)
