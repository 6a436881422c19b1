"""Selection models: derivatives by differences, and no parameters that are more likely."""

import numpy as np
import pytest

from metasynth.stats import selection
from metasynth.stats.selection import STEPS, THREE_PARAMETERS, NoSelection, step_selection
from metasynth.stats.selection_likelihood import Selected


def made_up(seed, k=14):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.005, 0.3, k)
    return rng.normal(0.25, np.sqrt(v + 0.03)), v


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("steps", [THREE_PARAMETERS, STEPS])
def test_derivatives_are_those_of_the_likelihood(seed, steps):
    data = Selected(*made_up(seed), steps)
    at = np.array([0.1, 0.04, -0.5, 0.3][: len(steps) + 1])
    gradient, hessian = data.slopes(at)
    for i, step in enumerate(1e-5 * np.eye(len(at))):
        rise = (data.height(at + step) - data.height(at - step)) / 2e-5
        bend = (data.slopes(at + step)[0] - data.slopes(at - step)[0]) / 2e-5
        assert gradient[i] == pytest.approx(rise, rel=1e-6, abs=1e-6)
        assert hessian[i] == pytest.approx(bend, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("steps", [THREE_PARAMETERS, STEPS])
def test_nothing_is_more_likely_than_what_is_found(seed, steps):
    y, v = made_up(seed)
    try:
        found = step_selection(y, v, steps, minimum=5)
    except NoSelection:
        assert min(Selected(y, v, steps).counts) == 0
        return
    data = Selected(y, v, steps)
    own = np.array([found.mean, found.tau2, *np.log(found.weights[1:])])
    assert data.height(own) == pytest.approx(found.log_likelihood, abs=1e-12)
    rng = np.random.default_rng(seed)
    for scale in (1e-4, 1e-2, 0.3, 2.0):
        for _ in range(200):
            other = own + scale * rng.standard_normal(len(own))
            other[1] = abs(other[1])
            assert data.height(other) <= found.log_likelihood + 1e-10


def test_the_higher_of_two_tops_is_found():
    """Of li2007 optimisers end at tau2 = 0.055, where the likelihood is 0.55 lower."""
    from tests.reference.test_small_study_against_r import columns

    y, v = columns("li2007", "y", "v")
    found = step_selection(y, v, larger=False)
    data = Selected(-y, v, THREE_PARAMETERS)
    assert found.tau2 == 0
    assert found.log_likelihood > data.height(np.array([0.236088, 0.055398, np.log(0.240663)]))


def test_mirrored_effects_give_the_mirrored_mean():
    y, v = made_up(3)
    one, other = step_selection(y, v), step_selection(-y, v, larger=False)
    assert (one.mean, one.tau2, one.weights) == (-other.mean, other.tau2, other.weights)


def test_an_interval_without_a_p_value_is_named():
    v = np.full(10, 0.01)
    with pytest.raises(NoSelection, match="up to the first step"):
        step_selection(np.linspace(0, 0.1, 10), v)
    with pytest.raises(NoSelection, match="beyond the last step"):
        step_selection(np.linspace(0.5, 1.0, 10), v)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_unit_of_effects_does_not_matter(scale):
    y, v = made_up(5)
    plain, scaled = step_selection(y, v), step_selection(scale * y, scale**2 * v)
    assert scaled.mean == pytest.approx(scale * plain.mean, rel=1e-8)
    assert scaled.weights == pytest.approx(plain.weights, rel=1e-8)


def test_a_weight_at_its_bound_does_not_hold_up_the_others(monkeypatch):
    """Nor is the top another one; each step was cut to the one that led beyond the bound."""
    taken = []
    step = selection._step_of_weights
    monkeypatch.setattr(selection, "_step_of_weights", lambda *at: taken.append(1) or step(*at))
    y = np.linspace(-0.4, 1.0, 15)
    found = step_selection(y, np.full(15, 0.04), STEPS)
    assert len(taken) < 100
    data = Selected(y, np.full(15, 0.04), STEPS)
    at = np.array([found.mean, found.tau2, *np.log(found.weights[1:])])
    assert data.slopes(at)[0] == pytest.approx(np.zeros(4), abs=1e-6)
