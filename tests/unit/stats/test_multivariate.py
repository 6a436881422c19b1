"""Dependent effects: known answers, limits of variances and correlations, refusals."""

import numpy as np
import pytest

from metasynth.core.messages import Refused
from metasynth.stats import multivariate
from metasynth.stats.covariance_structures import STRUCTURES, structure
from metasynth.stats.declared_errors import Declared, declared_covariance
from metasynth.stats.multivariate import (
    NoMaximum,
    fit_multivariate,
    intercepts,
    likelihood_ratio,
    outcomes_of,
)
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.three_level import fit_three_level

RANDOM = np.random.default_rng(20)
STUDY = np.repeat(np.arange(12), [2, 3, 3, 1, 2, 3, 3, 2, 3, 3, 2, 3])
OUTCOME = np.concatenate([np.arange(n) for n in np.bincount(STUDY)])
V = RANDOM.uniform(0.02, 0.2, len(STUDY))
Y = RANDOM.normal(size=12)[STUDY] * 0.4 + RANDOM.normal(size=len(V)) * np.sqrt(0.05 + V)
DESIGN = np.eye(3)[OUTCOME]
TIMES = np.array([0.0, 1.0, 3.5])


@pytest.mark.parametrize("levels", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", STRUCTURES)
def test_slopes_and_curvatures_of_structures(kind, levels):
    own = structure(kind, levels, np.array([0.0, 1.5, 4.0, 9.0])[:levels])
    theta, h = np.linspace(0.3, 0.9, own.parameters), 1e-6
    _, slope, bend = own.at(theta)
    steps = h * np.eye(own.parameters)
    pairs = [(own.at(theta + step), own.at(theta - step)) for step in steps]
    found = np.array([(up[0] - down[0]) / (2 * h) for up, down in pairs]).T
    assert slope == pytest.approx(found, abs=1e-7)
    found = np.array([(up[1] - down[1]) / (2 * h) for up, down in pairs])
    assert bend == pytest.approx(np.moveaxis(found, 0, 2), abs=1e-7)


@pytest.mark.parametrize("kind", STRUCTURES)
def test_a_covariance_is_one_whatever_the_parameters(kind):
    own = structure(kind, 4, np.arange(4.0))
    for _ in range(50):
        found = own.covariance(own.at(RANDOM.normal(size=own.parameters) * 2)[0])
        values = np.linalg.eigvalsh(found)
        assert values[0] >= -1e-9 * values[-1]


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_nested_factors_are_the_three_level_model(method):
    fit = fit_multivariate(
        Y, np.diag(V), [intercepts(STUDY), intercepts(np.arange(len(Y)))], None, method
    )
    other = fit_three_level(Y, V, STUDY, method)
    assert [g[0, 0] for g in fit.covariances] == pytest.approx(
        [other.between, other.within], rel=1e-7, abs=1e-9
    )
    assert fit.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-10)
    assert fit.i2 == pytest.approx(other.i2, rel=1e-6, abs=1e-6)
    assert fit.df.tolist() == [11]


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("kind", STRUCTURES)
def test_no_step_from_the_maximum_leads_higher(kind, method):
    errors = declared_covariance(V, STUDY, Declared(same_type=0.4))
    own = [outcomes_of(STUDY, OUTCOME, kind, TIMES)]
    fit = fit_multivariate(Y, errors, own, DESIGN, method)
    unit = np.sqrt(V.mean())
    problem = multivariate._Problem(
        multivariate._blocks(Y / unit, DESIGN, errors / unit**2, own), tuple(own), method == "REML"
    )
    top = problem.height(fit.elements[0] / unit**2).value
    for _ in range(200):
        theta = RANDOM.normal(size=own[0].form.parameters) * 2
        assert problem.height(own[0].form.at(theta)[0]).value <= top + 1e-9


def test_units_change_nothing_else():
    own = [outcomes_of(STUDY, OUTCOME, "UN")]
    one, other = (fit_multivariate(Y * c, np.diag(V) * c * c, own, DESIGN) for c in (1.0, 1000.0))
    assert other.coefficients == pytest.approx(one.coefficients * 1000, rel=1e-8)
    assert other.covariances[0] == pytest.approx(one.covariances[0] * 1e6, rel=1e-6)


def test_the_order_of_rows_changes_nothing():
    order = RANDOM.permutation(len(Y))
    one = fit_multivariate(Y, np.diag(V), [outcomes_of(STUDY, OUTCOME, "CS")], DESIGN)
    own = [outcomes_of(STUDY[order], OUTCOME[order], "CS")]
    other = fit_multivariate(Y[order], np.diag(V[order]), own, DESIGN[order])
    assert other.coefficients == pytest.approx(one.coefficients, rel=1e-9)
    assert other.covariances[0] == pytest.approx(one.covariances[0], rel=1e-7)


def test_effects_that_agree_have_no_variance():
    fit = fit_multivariate(
        np.full(len(Y), 0.3), np.diag(V), [outcomes_of(STUDY, OUTCOME, "HCS")], DESIGN
    )
    assert np.array_equal(fit.covariances[0], np.zeros((3, 3)))
    assert fit.coefficients == pytest.approx(np.full(3, 0.3))


def test_a_common_effect_is_that_of_inverse_variances():
    fit = fit_multivariate(Y, np.diag(V), [])
    found = inverse_variance(Y, V)
    assert fit.coefficients[0] == pytest.approx(found.mean, rel=1e-12)
    assert fit.covariance[0, 0] == pytest.approx(found.variance, rel=1e-12)


def test_a_simpler_model_is_less_likely():
    full, reduced = (
        fit_multivariate(Y, np.diag(V), [outcomes_of(STUDY, OUTCOME, kind)], DESIGN)
        for kind in ("UN", "CS")
    )
    statistic, df, p = likelihood_ratio(full, reduced)
    assert statistic >= 0
    assert (df, 0 <= p <= 1) == (4, True)
    with pytest.raises(ValueError, match="other effects"):
        likelihood_ratio(full, fit_multivariate(Y, np.diag(V), [intercepts(STUDY)]))


def test_what_no_study_tells_is_refused():
    study, outcome = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 1, 2, 0, 1])
    with pytest.raises(NoMaximum, match="no study has both outcome 1 and outcome 3"):
        outcomes_of(study, outcome, "UN")
    assert outcomes_of(study, outcome, "CS").form.levels == 3
    with pytest.raises(Refused, match="nothing tells how"):
        outcomes_of(np.arange(6), outcome, "AR")


def test_errors_that_no_covariance_has_are_refused():
    with pytest.raises(ValueError, match="not positive definite"):
        declared_covariance(V, STUDY, Declared(same_type=-0.9))
    with pytest.raises(ValueError, match="not positive definite"):
        fit_multivariate(Y, -np.diag(V), [])


def test_clusters_that_covary_have_no_robust_variance():
    fit = fit_multivariate(Y, np.diag(V), [intercepts(OUTCOME)])
    if fit.covariances[0][0, 0] > 0:
        with pytest.raises(NoMaximum, match="different clusters covary"):
            fit.robust(STUDY)
    assert fit.robust(OUTCOME).df[0] > 0


def test_too_few_steps_have_no_answer(monkeypatch):
    monkeypatch.setattr(multivariate, "MOST_STEPS", 1)
    with pytest.raises(NoMaximum, match="was not reached"):
        fit_multivariate(Y, np.diag(V), [outcomes_of(STUDY, OUTCOME, "UN")], DESIGN)
