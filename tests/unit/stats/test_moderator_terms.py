"""Design matrices of several moderators: what columns stand for, and which depend on others."""

import numpy as np
import pytest

from metasynth.stats.covariate_fit import meta_regression
from metasynth.stats.moderator_terms import (
    CategoricalTerm,
    Layout,
    NumericTerm,
    dependent_columns,
)
from metasynth.stats.moderator_tests import combined, omnibus, predicted

RANDOM = np.random.default_rng(21)
X = RANDOM.uniform(0, 50, 24)
G = [("a", "b", "c")[i % 3] for i in range(24)]
Y, V = RANDOM.normal(size=24), RANDOM.uniform(0.05, 0.4, 24)


def mean_at(layout: Layout, x: float, g: str):
    fit = meta_regression(Y, V, layout.matrix({"x": X.tolist(), "g": G}))
    found = predicted(fit, layout.matrix({"x": [x], "g": [g]})[0])
    return found.effect, found.limits.low, found.limits.high, found.pi_low, found.pi_high


@pytest.mark.parametrize("knots", [(), (5.0, 20.0, 40.0), (5.0, 15.0, 25.0, 45.0)])
def test_no_prediction_depends_on_centre_scale_or_reference(knots) -> None:
    plain = Layout((NumericTerm("x", knots=knots), CategoricalTerm("g", ("a", "b", "c"))))
    other = Layout(
        (NumericTerm("x", 30.0, 10.0, knots), CategoricalTerm("g", ("c", "a", "b"))),
    )
    for x, g in ((3.0, "a"), (22.0, "b"), (60.0, "c")):
        assert mean_at(plain, x, g) == pytest.approx(mean_at(other, x, g), rel=1e-8)


def test_a_spline_is_straight_beyond_its_outer_knots_and_smooth_at_all() -> None:
    term = NumericTerm("x", knots=(5.0, 15.0, 25.0, 45.0))
    step = 1e-3
    for x in (-10.0, 2.0, 45.1, 90.0):
        at = term.columns([x - step, x, x + step])
        assert at[0] - 2 * at[1] + at[2] == pytest.approx(0.0, abs=1e-9)
    for knot in term.knots:
        at = term.columns([knot - 2 * step, knot - step, knot, knot + step, knot + 2 * step])
        before, after = at[1] - at[0], at[4] - at[3]
        assert before == pytest.approx(after, abs=1e-4)


def test_a_term_is_tested_whatever_its_reference() -> None:
    found = []
    for levels in (("a", "b", "c"), ("b", "c", "a")):
        layout = Layout((NumericTerm("x"), CategoricalTerm("g", levels)))
        fit = meta_regression(Y, V, layout.matrix({"x": X.tolist(), "g": G}))
        found.append(omnibus(fit, dict(layout.places())["g"]))
    assert found[0].statistic == pytest.approx(found[1].statistic, rel=1e-9)
    assert found[0].df == 2


def test_a_contrast_of_two_levels_is_the_coefficient_between_them() -> None:
    layout = Layout((CategoricalTerm("g", ("a", "b", "c")),))
    fit = meta_regression(Y, V, layout.matrix({"g": G}))
    rows = layout.matrix({"g": ["b", "a"]})
    value, limits = combined(fit, rows[0] - rows[1])
    assert value == pytest.approx(fit.coefficients[1])
    assert limits.p == pytest.approx(fit.intervals[1].p)


def test_columns_that_depend_are_named_and_only_those() -> None:
    k = 12
    x, z = RANDOM.normal(size=k), RANDOM.normal(size=k)
    ones = np.ones(k)
    assert dependent_columns(np.column_stack([ones, x, z])) == ()
    assert dependent_columns(np.column_stack([ones, x, z, 2 * x])) == (1, 3)
    assert dependent_columns(np.column_stack([ones, x, z, 3 - z])) == (0, 2, 3)
    assert dependent_columns(np.column_stack([ones, x, 0 * x])) == (2,)
    assert dependent_columns(np.column_stack([ones, 7 * ones, x])) == (0, 1)
    assert dependent_columns(np.column_stack([ones, 2000 + 1e-3 * x])) == ()


def test_the_places_of_terms_and_interactions_are_those_of_the_matrix() -> None:
    layout = Layout(
        (NumericTerm("x", knots=(5.0, 20.0, 40.0)), CategoricalTerm("g", ("a", "b", "c"))),
        (("x", "g"),),
    )
    places = dict(layout.places())
    assert places == {"x": (1, 2), "g": (3, 4), "x:g": (5, 6, 7, 8)}
    design = layout.matrix({"x": X.tolist(), "g": G})
    assert design.shape == (24, 9)
    assert np.array_equal(design[:, 6], design[:, 2] * design[:, 3])
