"""What a published p-value or interval leaves of the counts that percentages allow.

P-values by SciPy, intervals by statsmodels; the sets that are left by brute force over them.
"""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from metasynth.model.records import (
    Arm,
    Cell,
    Comparison,
    OutcomeSpec,
    Result,
    Study,
    StudyData,
    Trial,
)
from metasynth.stats.two_by_two import TwoByTwo, corrected_p, likelihood_p, odds_p
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.stated_results import events_left, fits_p, usual_intervals

BLANK = Result(
    "o", 4, "", "", "", None, None, None, None, "", *(None,) * 6, "derived", "s", "", Cell("f", 1)
)  # fmt: skip
cells = st.integers(1, 60).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(0, 40), st.just(40))
)


def arm(name, low, high, total):
    middle = (low + high) // 2
    counts = {"events": middle, "events_low": low, "events_high": high}
    return replace(BLANK, arm_id=name, total=total, **counts)


def contrast(first="t", second="c", **what):
    return replace(BLANK, arm_id=first, reference_arm_id=second, provenance="reported", **what)


def observed(a, n1, c, n2):
    return np.array([[a, n1 - a], [c, n2 - c]])


@given(cells)
def test_the_further_tests_are_scipys(table):
    a, n1, c, n2 = table
    if 0 < a + c < n1 + n2:
        found = observed(*table)
        chi2 = stats.chi2_contingency(found, correction=True).pvalue
        g = stats.chi2_contingency(found, correction=False, lambda_="log-likelihood").pvalue
        assert corrected_p(TwoByTwo(*table)) == pytest.approx(chi2, rel=1e-9)
        assert likelihood_p(TwoByTwo(*table)) == pytest.approx(g, rel=1e-6, abs=1e-12)
        if found.all():
            z = np.log(stats.contingency.odds_ratio(found, kind="sample").statistic)
            wald = 2 * stats.norm.sf(abs(z) / np.sqrt((1 / found).sum()))
            assert odds_p(TwoByTwo(*table)) == pytest.approx(wald, rel=1e-9)
    else:
        assert corrected_p(TwoByTwo(*table)) == likelihood_p(TwoByTwo(*table)) == 1


@pytest.mark.parametrize(
    ("printed", "p", "fits"),
    [
        ("<0.05", 0.0499, True), ("<0.05", 0.05, False), (">0.05", 0.051, True),
        (">0.05", 0.049, False), ("0.004", 0.0035, True), ("0.004", 0.0046, False),
        ("0.050", 0.0496, True), ("0.05", 0.0546, True), ("0.050", 0.0546, False),
        ("0.000", 0.0004, True), ("1.0", 1.0, True), ("<.001", 0.0009, True),
    ],
)  # fmt: skip
def test_a_printed_p_value_stands_for_what_rounds_to_it(printed, p, fits):
    assert fits_p(printed, p) is fits


@pytest.mark.parametrize("table", [(95, 250, 55, 251), (2, 30, 9, 28), (12, 20, 12, 21)])
@pytest.mark.parametrize(
    ("compare", "method"),
    [("ratio", "log"), ("odds-ratio", "logit"), ("diff", "wald"), ("ratio", "score")],
)
def test_intervals_are_statsmodels(table, compare, method):
    want = confint_proportions_2indep(*table, compare=compare, method=method, correction=False)
    found = [limits for _, *limits in usual_intervals(TwoByTwo(*table))]
    assert any(limits == pytest.approx(want, rel=1e-6) for limits in found)


def by_scipy(table, level):
    found = observed(*table)
    return min(
        stats.fisher_exact(found).pvalue,
        *(stats.chi2_contingency(found, correction=c).pvalue for c in (True, False)),
    ) < level  # fmt: skip


def test_p_below_a_level_leaves_the_tables_of_which_some_test_says_so():
    rows = [arm("t", 14, 16, 250), arm("c", 4, 6, 251)]
    every = set(product(range(14, 17), range(4, 7)))
    left = set(events_left(rows, [contrast(reported_p="<0.05")]))
    assert left == {(a, c) for a, c in every if by_scipy((a, 250, c, 251), 0.05)}
    assert every - left == {(14, 6)}


def test_limits_leave_the_tables_that_give_them():
    rows = [arm("t", 94, 96, 250), arm("c", 54, 56, 251)]
    low, high = confint_proportions_2indep(95, 250, 55, 251, compare="ratio", method="log")
    said = {"estimate": 1.734, "ci_low": round(low, 3), "ci_high": round(high, 3)}
    assert events_left(rows, [contrast(**said)]) == [(95, 55)]
    turned = {"estimate": 0.5766, "ci_low": round(1 / high, 4), "ci_high": round(1 / low, 4)}
    assert events_left(rows, [contrast("c", "t", **turned)]) == [(95, 55)]


@pytest.mark.parametrize(
    "said",
    [
        {"reported_p": "<0.00001"},  # adjusted, or of another set of patients
        {"reported_p": ">0.05"},
        {"estimate": 0.5, "ci_low": 0.4, "ci_high": 0.6},
    ],
)
def test_what_the_extracted_counts_do_not_give_leaves_out_nothing(said):
    rows = [arm("t", 94, 96, 250), arm("c", 54, 56, 251)]
    assert len(events_left(rows, [contrast(**said)])) == 9


def trial(rows, *names):
    arms = tuple(
        Arm(name, "control" if name == "c" else "intervention", name, "B" if name == "c" else "A",
            None, "", None, "", "", Cell("arms", i))
        for i, name in enumerate(names)
    )  # fmt: skip
    study = Study("s", "S", 2000, "", "included", "", "", None, None, "", "", "", Cell("study", 1))
    return Trial(study, arms, tuple(rows), (), ())


SPEC = OutcomeSpec("o", "O", "o", 4, "binary", "RR", "benefit", ("primary",))
SIDES = Comparison(("A",), ("B",))


def test_arms_taken_together_keep_the_sums_that_some_admissible_arms_have():
    rows = [arm("t", 14, 16, 250), arm("u", 3, 4, 40), arm("c", 4, 6, 251)]
    found = study_data(trial([*rows, contrast(reported_p="<0.05")], "t", "u", "c"), SPEC, SIDES)
    (data,) = found
    assert isinstance(data, StudyData)
    every = set(product(range(17, 21), range(4, 7)))
    # 14 + 3 against 6 needs 14 of 250 against 6 of 251; 14 + 4 is 15 + 3, which is left.
    assert set(data.tables) == every - {(17, 6)}


def test_without_a_published_result_nothing_is_kept():
    rows = [arm("t", 14, 16, 250), arm("c", 4, 6, 251)]
    (data,) = study_data(trial(rows, "t", "c"), SPEC, SIDES)
    assert data.tables == ()
