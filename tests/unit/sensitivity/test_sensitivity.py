"""Leave-one-out, cumulative, influence, asymmetry, trim and fill and multi-arm helpers by hand."""

import numpy as np
import pytest

from metasynth.language.sentences import in_words
from metasynth.model.records import AnalysisSpec, Cell, Comparison, Group, OutcomeSpec, StudyData
from metasynth.sensitivity.battery import cumulative, leave_one_out
from metasynth.stats.covariate_fit import meta_regression
from metasynth.stats.effects.binary import Tables
from metasynth.stats.influence import baujat, influence
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.rank_test import kendall
from metasynth.stats.small_study import TooFewStudies, egger
from metasynth.stats.trim_and_fill import trim_and_fill
from metasynth.synthesis.multi_arm import (
    covariance_matrix,
    covariance_of_shared_control,
    split_group,
)
from metasynth.synthesis.synthesise import synthesise

OUTCOME = OutcomeSpec("ae", "AE", "ae", 24, "binary", "RR", "harm", ("p",))
SPEC = AnalysisSpec("p", "Primary", model="MH")


def study(name, year, *cells):
    a, n1, c, n2 = cells
    return StudyData(name, name, year, Group(("i",), "i", a, n1), Group(("c",), "c", c, n2))


STUDIES = [
    study("late", 2010, 5, 50, 9, 50),
    study("early", 1990, 8, 60, 9, 55),
    study("undated", None, 4, 60, 7, 55),
    study("empty", 1985, 0, 60, 0, 55),
]


def estimate(studies):
    result = synthesise(OUTCOME, [SPEC], Comparison(("a",), ("b",)), studies)
    return result.analyses[0].estimates[0].estimate


def test_leave_one_out_pools_the_others():
    rows = leave_one_out(OUTCOME, SPEC, STUDIES)
    assert [r.subgroup for r in rows] == ["without late", "without early", "without undated"]
    assert rows[1].estimate == estimate([STUDIES[0], STUDIES[2]])


def test_leaving_out_the_only_study_leaves_nothing():
    (row,) = leave_one_out(OUTCOME, SPEC, STUDIES[:1])
    assert (row.k, row.estimate) == (0, None)


def test_cumulative_goes_by_year():
    rows = cumulative(OUTCOME, SPEC, STUDIES)
    assert [r.subgroup for r in rows] == ["up to early", "up to late", "up to undated"]
    assert [r.k for r in rows] == [1, 2, 3]
    assert rows[-1].estimate == estimate(STUDIES)


def test_influence_of_equal_studies_is_equal():
    y, v = np.array([1.0, 2.0, 3.0]), np.ones(3)
    found = influence(y, v, None)
    assert found.hat == pytest.approx([1 / 3] * 3)
    assert found.rstudent == pytest.approx([-1.5 / np.sqrt(1.5), 0, 1.5 / np.sqrt(1.5)])


def test_what_cannot_be_left_out_is_refused():
    two = np.array([0.1, 0.4]), np.array([0.01, 0.02])
    with pytest.raises(ValueError, match="needs 3"):
        influence(*two)
    assert influence(*two, None).hat == pytest.approx([2 / 3, 1 / 3])
    with pytest.raises(ValueError, match="needs 2"):
        baujat(np.ones(1), np.ones(1))


def test_too_few_studies_are_refused_unless_asked_for():
    y, v = np.array([0.1, 0.4, 0.2, 0.9]), np.array([0.01, 0.02, 0.05, 0.09])
    with pytest.raises(TooFewStudies) as refused:
        egger(y, v)
    assert in_words(refused.value.why).startswith("4 studies")
    assert egger(y, v, minimum=4).df == 2


def test_kendall_with_and_without_ties():
    order = np.arange(4.0)
    assert kendall(order, order).p == pytest.approx(2 / 24, rel=1e-12)
    tied = kendall(np.array([1.0, 1, 2, 3]), order)
    assert not tied.exact
    assert tied.tau == pytest.approx(5 / np.sqrt(5 * 6), rel=1e-12)


def test_a_symmetric_funnel_needs_no_filling():
    y = np.array([-2.0, -1, 0, 1, 2])
    found = trim_and_fill(y, np.array([2.0, 1, 0.5, 1, 2]), "L0", None, side="left")
    assert found.filled == 0
    assert found.y == pytest.approx(y)


def test_filled_studies_mirror_the_trimmed_ones():
    y = np.array([0.0, 0.1, 0.2, 1.0, 1.4, 1.8, 2.2])
    v = np.array([0.01, 0.01, 0.01, 0.3, 0.4, 0.5, 0.6])
    found = trim_and_fill(y, v, "R0", None)
    kept = len(y) - found.filled
    centre = float(inverse_variance(y[:kept], v[:kept]).mean)
    assert found.filled > 0
    assert found.side == "left"
    assert found.y[len(y) :] == pytest.approx(2 * centre - y[kept:])


def test_regression_without_covariates_is_the_pool():
    y, v = np.array([0.1, 0.9, 0.4]), np.array([0.01, 0.02, 0.05])
    fit = meta_regression(y, v, np.ones((3, 1)), None, "Wald")
    pool = inverse_variance(y, v)
    assert fit.coefficients[0] == pytest.approx(float(pool.mean), rel=1e-14)
    assert fit.covariance[0, 0] == pytest.approx(float(pool.variance), rel=1e-14)
    assert (fit.qm, fit.qm_p) == (0, 1)


@pytest.mark.parametrize("column", [[2.0, 2, 2, 2], [0.0, 0, 0, 0]])
def test_covariates_without_variation_are_refused(column):
    design = np.column_stack([np.ones(4), column])
    with pytest.raises(ValueError, match="columns"):
        meta_regression(np.arange(4.0), np.ones(4), design)


def test_as_many_coefficients_as_studies_are_refused():
    with pytest.raises(ValueError, match="2 studies cannot support 2"):
        meta_regression(np.arange(2.0), np.ones(2), np.array([[1.0, 1], [1, 2]]))


def test_split_shares_evenly_and_keeps_the_sum():
    group = Group(("c",), "Placebo", 10, 102, 9, 11, 4.5, 1.5, (Cell("f", 2),))
    parts = split_group(group, 3)
    assert [p.total for p in parts] == [34, 34, 34]
    assert all(isinstance(p.total, int) for p in parts)
    assert [p.events for p in parts] == [10 / 3] * 3
    assert all((p.mean, p.sd, p.events_low) == (4.5, 1.5, None) for p in parts)
    with pytest.raises(ValueError, match="cannot be shared"):
        split_group(Group(("c",), "", total=2), 3)


def test_covariance_matrix_links_rows_of_one_study():
    t = Tables(*np.array([[3, 30, 5, 31], [4, 33, 5, 31], [6, 40, 7, 39]], dtype=float).T)
    shared = covariance_of_shared_control("RR", t)
    matrix = covariance_matrix(np.array([1.0, 2, 3]), shared, ["x", "x", "y"])
    assert np.diag(matrix) == pytest.approx([1, 2, 3])
    assert matrix[0, 1] == pytest.approx(1 / 5 - 1 / 31, rel=1e-14)
    assert matrix[0, 2] == matrix[1, 2] == 0
    with pytest.raises(ValueError, match="no covariance"):
        covariance_of_shared_control("PLO", t)
