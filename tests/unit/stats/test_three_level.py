"""Three-level models: against dense matrices, and what no unit, sign or order can change."""

import numpy as np
import pytest

from metasynth.stats.cluster_robust import (
    ROBUST,
    effect_weights,
    robust_regression,
    robust_variance,
)
from metasynth.stats.nested_effects import sampling_covariance
from metasynth.stats.three_level import fit_three_level, profile_limits

SEEDS = range(12)


def drawn(seed):
    """Effects of 3 to 9 studies in no order, of very different precision; rho of some is 0."""
    rng = np.random.default_rng(seed)
    studies = int(rng.integers(3, 10))
    cluster = rng.permutation(np.r_[np.arange(studies), rng.integers(0, studies, 8)])
    v = np.exp(rng.normal(-3, 1.2, len(cluster)))
    true = rng.normal(0, rng.choice([0.0, 0.1, 0.6]), studies)[cluster]
    y = true + rng.normal(0, rng.choice([0.0, 0.3]), len(v)) + rng.normal(0, np.sqrt(v))
    return y, v, cluster, float(rng.choice([0.0, 0.4, 0.8]))


def dense(y, v, cluster, correlation, between, within):
    """The covariance matrix of all effects, as it is written down."""
    same = (cluster[:, None] == cluster).astype(float)
    s = np.sqrt(v)
    sampling = correlation * same * np.outer(s, s)
    np.fill_diagonal(sampling, v)
    return sampling + between * same + within * np.eye(len(y))


def log_likelihood(y, m, restricted):
    inverse = np.linalg.inv(m)
    information = inverse.sum()
    residuals = y - inverse.sum(axis=0) @ y / information
    value = -np.linalg.slogdet(m)[1] - residuals @ inverse @ residuals - len(y) * np.log(2 * np.pi)
    if restricted:
        value += np.log(2 * np.pi) + np.log(len(y)) - np.log(information)
    return value / 2


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("seed", SEEDS)
def test_no_pair_of_variances_is_more_likely(seed, method):
    y, v, cluster, rho = drawn(seed)
    fit = fit_three_level(y, v, cluster, method, rho)
    top = log_likelihood(y, dense(y, v, cluster, rho, fit.between, fit.within), method == "REML")
    assert fit.log_likelihood == pytest.approx(top, abs=1e-9)
    points = np.r_[0.0, np.geomspace(1e-4, 30, 18)]
    near = [fit.between * 0.999, fit.between * 1.001 + 1e-9]
    for between in (*points, *near, fit.between):
        for within in (*points, fit.within * 0.999, fit.within * 1.001 + 1e-9, fit.within):
            m = dense(y, v, cluster, rho, between, within)
            assert log_likelihood(y, m, method == "REML") <= top + 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_mean_q_and_shares_are_those_of_the_whole_matrix(seed):
    y, v, cluster, rho = drawn(seed)
    fit = fit_three_level(y, v, cluster, correlation=rho)
    w = np.linalg.inv(dense(y, v, cluster, rho, fit.between, fit.within)).sum(axis=0)
    assert [fit.mean, fit.variance] == pytest.approx([w @ y / w.sum(), 1 / w.sum()], rel=1e-9)
    assert effect_weights(v, cluster, fit.between, fit.within, rho) == pytest.approx(w, rel=1e-8)
    inverse = np.linalg.inv(dense(y, v, cluster, rho, 0.0, 0.0))
    ones = inverse.sum(axis=0)
    projection = inverse - np.outer(ones, ones) / ones.sum()
    assert fit.q == pytest.approx(y @ projection @ y, rel=1e-9)
    typical = (len(y) - 1) / np.trace(projection)
    assert fit.typical_variance == pytest.approx(typical, rel=1e-9)
    assert sum(fit.i2) == pytest.approx(100 * fit.tau2 / (fit.tau2 + typical), rel=1e-9)


@pytest.mark.parametrize("kind", ROBUST)
@pytest.mark.parametrize("seed", SEEDS)
def test_sandwich_of_the_whole_matrix(seed, kind):
    """CR2 makes the variance unbiased under the model; df are Satterthwaite's of that form."""
    y, v, cluster, rho = drawn(seed)
    m = dense(y, v, cluster, rho, 0.2, 0.1)
    w = np.linalg.inv(m).sum(axis=0)
    hat = np.eye(len(y)) - np.outer(np.ones(len(y)), w) / w.sum()
    residual = hat @ m @ hat.T
    studies = cluster.max() + 1
    form = np.zeros_like(m)
    for study in range(studies):
        own = np.flatnonzero(cluster == study)
        adjusted = np.eye(len(own)) * (np.sqrt(studies / (studies - 1)) if kind == "CR1" else 1)
        if kind == "CR2":
            root = np.linalg.cholesky(m[np.ix_(own, own)]).T
            values, vectors = np.linalg.eigh(root @ residual[np.ix_(own, own)] @ root.T)
            adjusted = root.T @ (vectors / np.sqrt(values)) @ vectors.T @ root
        load = np.zeros(len(y))
        load[own] = w[own] / w.sum() @ adjusted
        load = load @ hat
        form += np.outer(load, load)
    found = robust_variance(y, v, cluster, 0.2, 0.1, kind, rho)
    assert found.value == pytest.approx(y @ form @ y, rel=1e-8)
    spread = form @ m
    assert found.df == pytest.approx(np.trace(spread) ** 2 / np.trace(spread @ spread), rel=1e-8)
    if kind == "CR2":
        assert np.trace(spread) == pytest.approx(1 / w.sum(), rel=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_units_signs_and_order_change_nothing_else(seed):
    y, v, cluster, rho = drawn(seed)
    fit = fit_three_level(y, v, cluster, correlation=rho)
    limits = profile_limits(fit)
    order = np.random.default_rng(seed).permutation(len(y))
    for scale, own in ((-1000.0, slice(None)), (1e-3, order)):
        other = fit_three_level(scale * y[own], scale**2 * v[own], cluster[own], correlation=rho)
        assert other.mean == pytest.approx(scale * fit.mean, rel=1e-7)
        size = scale**2 * fit.tau2
        for name in ("between", "within"):
            expected = scale**2 * getattr(fit, name)
            assert getattr(other, name) == pytest.approx(expected, rel=1e-7, abs=1e-9 * size)
        for found, expected in zip(profile_limits(other), limits, strict=True):
            assert found == pytest.approx(
                [scale**2 * x for x in expected], rel=1e-6, abs=1e-7 * size
            )


@pytest.mark.parametrize("seed", SEEDS)
def test_limits_are_where_the_likelihood_has_dropped(seed):
    y, v, cluster, rho = drawn(seed)
    fit = fit_three_level(y, v, cluster, correlation=rho)
    between, within = profile_limits(fit)
    assert between[0] <= fit.between <= between[1]
    assert within[0] <= fit.within <= within[1]
    others = np.r_[0.0, np.geomspace(1e-6, 100, 400)]
    for limit, make in (
        *((x, lambda x, other: (x, other)) for x in between),
        *((x, lambda x, other: (other, x)) for x in within),
    ):
        best = max(
            log_likelihood(y, dense(y, v, cluster, rho, *make(limit, other)), True)
            for other in others
        )
        if limit > 0:
            assert fit.log_likelihood - best == pytest.approx(3.841459 / 2, abs=5e-3)
        else:
            assert fit.log_likelihood - best <= 3.841459 / 2 + 1e-9


def test_two_maxima_are_both_found():
    """Few effects of one study, far apart: either they differ, or the studies do."""
    found = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        cluster = np.array([0, 0, 1, 1, 2])
        y, v = rng.normal(0, 1, 5), np.exp(rng.normal(-2, 3, 5))
        fit = fit_three_level(y, v, cluster)
        if fit.other_within is not None:
            found.append(seed)
            at = [
                log_likelihood(y, dense(y, v, cluster, 0.0, b, fit.other_within), True)
                for b in np.r_[0.0, np.geomspace(1e-6, 100, 300)]
            ]
            assert max(at) <= fit.log_likelihood + 1e-9
    assert found


@pytest.mark.parametrize(
    ("cluster", "method", "rho"),
    [
        ([0, 1, 2, 3], "REML", 0.0),
        ([0, 0, 0, 0], "REML", 0.0),
        ([0, 0, 1, 1], "DL", 0.0),
        ([0, 0, 1, 1], "REML", 1.0),
        ([0, 0, 1, 1], "REML", -0.1),
    ],
)
def test_what_has_no_third_level_is_refused(cluster, method, rho):
    with pytest.raises(ValueError, match=r"several effects|method"):
        fit_three_level(np.arange(4.0), np.ones(4), np.array(cluster), method, rho)


def test_another_sandwich_is_refused():
    with pytest.raises(ValueError, match="CR0, CR1, CR2"):
        robust_variance(np.arange(4.0), np.ones(4), np.array([0, 0, 1, 1]), 0.1, 0.1, "CR3")


def test_studies_that_agree_exactly():
    fit = fit_three_level(np.full(4, 0.5), np.full(4, 0.04), np.array([0, 0, 1, 1]))
    assert (fit.mean, fit.tau2, fit.q) == pytest.approx((0.5, 0.0, 0.0), abs=1e-12)


@pytest.mark.parametrize("dependent", [0.0, 1e-14])
def test_columns_that_depend_on_each_other_are_told_of(dependent):
    """Products of weights need not be singular in floats where the design is."""
    x = np.array([0.13, -0.47, 0.91, 0.22, -1.3, 0.58])
    design = np.column_stack([np.ones(6), x, 0.3 * x + 0.1])
    design[0, 2] += dependent
    covariances = [sampling_covariance(np.array([0.02, 0.05]), 0.4), *([np.eye(1)] * 4)]
    with pytest.raises(ValueError, match="depend on each other"):
        robust_regression(x**2, design, np.array([0, 0, 1, 2, 3, 4]), covariances)


def test_a_regression_by_generalised_least_squares():
    """(X'V⁻¹X)⁻¹ X'V⁻¹y, written out over the whole covariance."""
    x = np.array([0.13, -0.47, 0.91, 0.22, -1.3, 0.58])
    design, cluster = np.column_stack([np.ones(6), x]), np.array([0, 0, 0, 1, 2, 3])
    covariances = [sampling_covariance(np.array([0.02, 0.05, 0.7]), 0.4), *([np.eye(1)] * 3)]
    found = robust_regression(np.cos(x), design, cluster, covariances)
    whole = np.eye(6)
    whole[:3, :3] = covariances[0]
    bread = np.linalg.inv(design.T @ np.linalg.inv(whole) @ design)
    assert found.model_covariance == pytest.approx(bread, rel=1e-12)
    b = bread @ design.T @ np.linalg.inv(whole) @ np.cos(x)
    assert found.coefficients == pytest.approx(b, rel=1e-11)
