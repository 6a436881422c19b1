"""The engine as the pipeline uses it: records in, records out, at every number of studies."""

import dataclasses
from math import isfinite, log, sqrt

import pytest

from metasynth.language.sentences import in_words
from metasynth.model.methods import UnsupportedCombination, check_combination
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Contrast,
    Group,
    OutcomeSpec,
    StudyData,
)
from metasynth.synthesis.synthesise import synthesise

COMPARISON = Comparison(("anakinra",), ("placebo",))


def study(name, a, n1, c, n2, subgroup=""):
    return StudyData(
        name,
        name.title(),
        2004,
        Group(("i",), "i", a, n1),
        Group(("c",), "c", c, n2),
        subgroup=subgroup,
    )


def outcome(measure="RR"):
    return OutcomeSpec("ae", "Adverse events", "ae", 24, "binary", measure, "harm", ("p",))


def pool(studies, measure="RR", **choices):
    spec = AnalysisSpec("p", "Primary", **choices)
    return synthesise(outcome(measure), [spec], COMPARISON, studies)


def first(result):
    return result.analyses[0].estimates[0]


def numbers(record):
    for f in dataclasses.fields(record):
        value = getattr(record, f.name)
        if isinstance(value, float):
            yield f.name, value


ADVERSE = [study("fleischmann", 1027, 1116, 261, 283), study("cohen", 225, 250, 203, 251)]
SERIOUS = [study("fleischmann", 86, 1116, 22, 283), study("cohen", 10, 250, 8, 251)]
MODELS = [
    {"model": "random", "tau2": "DL"},
    {"model": "random", "tau2": "REML", "ci": "HKSJ", "prediction": "t_k-1"},
    {"model": "IV"},
    {"model": "MH"},
]


def printed(record):
    return tuple(f"{x:.2f}" for x in (record.estimate, record.ci_low, record.ci_high))


def test_published_adverse_events_random_effects():
    result = pool(ADVERSE, model="random", tau2="DL", study_ci="score")
    rows = result.analyses[0].studies
    assert [printed(r) for r in rows] == [("1.00", "0.96", "1.04"), ("1.11", "1.04", "1.20")]
    assert printed(first(result)) == ("1.05", "0.94", "1.17")


def test_published_serious_adverse_events_mantel_haenszel():
    result = pool(SERIOUS, model="MH", study_ci="score")
    rows = result.analyses[0].studies
    assert [printed(r) for r in rows] == [("0.99", "0.64", "1.56"), ("1.26", "0.52", "3.04")]
    assert printed(first(result)) == ("1.04", "0.70", "1.56")


def test_totals_and_weights():
    result = pool(SERIOUS, model="MH")
    row = first(result)
    assert (row.events_intervention, row.total_intervention) == (96, 1366)
    assert (row.events_control, row.total_control) == (30, 534)
    assert sum(s.weight for s in result.analyses[0].studies) == pytest.approx(100, abs=1e-12)


@pytest.mark.parametrize("choices", MODELS)
@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_no_studies_is_a_row_that_says_so(choices, measure):
    result = pool([], measure, **choices)
    row = first(result)
    assert (row.k, row.estimate, in_words(row.note)) == (0, None, "No study could be pooled.")
    assert in_words(result.omissions[0].reason) == in_words(row.note)


@pytest.mark.parametrize("choices", MODELS)
def test_one_study_is_itself_under_every_model(choices):
    row = first(pool(ADVERSE[1:], **choices))
    se = sqrt(1 / 225 - 1 / 250 + 1 / 203 - 1 / 251)
    assert row.log_estimate == pytest.approx(log(225 / 250 / (203 / 251)), rel=1e-13)
    assert row.se == pytest.approx(se, rel=1e-12)
    assert (row.q, row.q_df, row.q_p, row.tau2, row.i2, row.pi_low) == (0, 0, None) + (None,) * 3
    assert row.ci_method == "Wald"
    assert ("HKSJ needs two studies" in in_words(row.note)) == (choices.get("ci") == "HKSJ")


def test_two_studies_say_that_hksj_has_one_degree_of_freedom():
    row = first(pool(ADVERSE, ci="HKSJ", prediction="t_k-1"))
    assert row.df == 1
    assert "one degree of freedom" in in_words(row.note)
    assert row.pi_low is None
    assert "prediction interval needs three" in in_words(row.note)


def test_studies_that_agree_exactly_have_a_defined_hksj():
    twins = [study("one", 10, 100, 10, 100), study("two", 10, 100, 10, 100)]
    row = first(pool(twins, ci="HKSJ"))
    assert (row.ci_low, row.estimate, row.ci_high, row.se, row.p) == (1, 1, 1, 0, None)
    assert "no width" in in_words(row.note)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"control": None}, "no result for the control group"),
        ({"intervention": Group((), "", None, 9)}, "the number of events in the intervention"),
        ({"control": Group((), "", 3, None)}, "the number of participants in the control"),
        ({"control": Group((), "")}, "neither events nor participants"),
        ({"control": Group((), "", 5, 4)}, "5 events among 4"),
        ({"control": Group((), "", 0, 0)}, "no participants"),
    ],
)
def test_incomplete_studies_are_omitted_with_the_reason(changed, reason):
    broken = dataclasses.replace(ADVERSE[0], **changed)
    result = pool([broken, ADVERSE[1]])
    assert first(result).k == 1
    (omission,) = result.omissions
    assert (omission.study, omission.analysis) == ("fleischmann", "")
    assert reason in in_words(omission.reason)


UNINFORMATIVE = [
    (study("empty", 0, 40, 0, 40), "no events in either group"),
    (study("full", 20, 20, 30, 30), "every participant of both groups had the event"),
]


@pytest.mark.parametrize(("lone", "reason"), UNINFORMATIVE)
@pytest.mark.parametrize("choices", MODELS)
@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_ratios_leave_out_studies_with_no_or_only_events(choices, measure, lone, reason):
    with_it, without = (
        pool([*SERIOUS, lone], measure, **choices),
        pool(SERIOUS, measure, **choices),
    )
    assert first(with_it) == first(without)
    (omission,) = with_it.omissions
    assert (omission.study, omission.analysis) == (lone.study, "p")
    assert in_words(omission.reason) == reason


@pytest.mark.parametrize(("lone", "reason"), UNINFORMATIVE)
@pytest.mark.parametrize("choices", MODELS)
@pytest.mark.parametrize("measure", ["RD", "ASD"])
def test_differences_keep_studies_with_no_or_only_events(choices, measure, lone, reason):
    if measure == "ASD" and choices["model"] == "MH":
        return
    kept = pool([*SERIOUS, lone], measure, **choices)
    assert not kept.omissions
    assert first(kept).k == 3
    assert first(kept).total_control == first(pool(SERIOUS, measure, **choices)).total_control + (
        lone.control.total
    )
    dropped = pool([*SERIOUS, lone], measure, **choices, double_zero="exclude")
    assert first(dropped) == first(pool(SERIOUS, measure, **choices))
    assert [in_words(omission.reason) for omission in dropped.omissions] == [reason]


@pytest.mark.parametrize(("lone", "reason"), UNINFORMATIVE)
@pytest.mark.parametrize("model", ["Peto", "GLMM"])
def test_conditional_likelihoods_never_use_them(model, lone, reason):
    found = pool([*ADVERSE, lone], "OR", model=model, double_zero="include")
    assert first(found).k == len(ADVERSE)
    assert [in_words(omission.reason) for omission in found.omissions] == [reason]


def test_a_difference_of_nothing_but_empty_studies_has_no_width_and_no_result():
    found = first(pool([UNINFORMATIVE[0][0]] * 2, "RD", model="MH"))
    assert found.estimate is None
    assert "nobody, or everybody, had the event" in in_words(found.note)


def test_zero_cells_are_corrected_for_inverse_variance_and_say_so():
    rows = pool([study("zero", 0, 10, 3, 12), SERIOUS[0]]).analyses[0].studies
    assert [r.corrected for r in rows] == [True, False]
    assert rows[0].log_estimate == pytest.approx(log(0.5 / 11) - log(3.5 / 13), rel=1e-14)
    assert "0.5" in in_words(rows[0].note)


def test_mantel_haenszel_without_events_on_one_side_says_why():
    zeros = [study("one", 0, 10, 3, 12), study("two", 0, 20, 1, 20)]
    result = pool(zeros, model="MH")
    row = first(result)
    assert row.estimate is None
    assert "one side has no event" in in_words(row.note)
    assert row.k == 2
    assert [s.weight for s in result.analyses[0].studies] == [None, None]
    assert in_words(result.omissions[-1].reason) == in_words(row.note)


def test_peto_needs_no_correction():
    result = pool([study("zero", 0, 10, 3, 12), SERIOUS[0]], "OR", model="Peto")
    row = result.analyses[0].studies[0]
    expected, variance = 3 * 10 / 22, 3 * 19 * 10 * 12 / (22**2 * 21)
    assert not row.corrected
    assert row.log_estimate == pytest.approx(-expected / variance, rel=1e-14)
    assert row.se == pytest.approx(1 / sqrt(variance), rel=1e-14)


def test_score_limits_exist_at_zero_cells_where_there_are_any():
    result = pool([study("low", 0, 10, 3, 12), study("high", 3, 10, 0, 12)], study_ci="score")
    low, high = result.analyses[0].studies
    assert low.ci_low == 0
    assert low.ci_high > low.estimate
    assert 0 < high.ci_low < high.estimate
    assert high.ci_high is None


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_score_limits_of_every_measure_bracket_the_effect(measure):
    for row in pool(SERIOUS, measure, study_ci="score").analyses[0].studies:
        assert row.ci_method == "score"
        assert row.ci_low < row.estimate < row.ci_high


def test_subgroups_follow_the_row_of_all():
    groups = [
        study("a", 5, 50, 9, 50, "low dose"),
        study("b", 8, 60, 9, 55, "high dose"),
        study("c", 4, 60, 7, 55, "low dose"),
    ]
    result = pool(groups, model="MH").analyses[0]
    assert [(e.subgroup, e.k) for e in result.estimates] == [
        ("all", 3),
        ("low dose", 2),
        ("high dose", 1),
    ]
    alone = first(pool([groups[0], groups[2]], model="MH"))
    assert result.estimates[1].estimate == alone.estimate


@pytest.mark.parametrize("choices", MODELS)
@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@pytest.mark.parametrize(
    "cells",
    [
        (0, 1, 1, 1),
        (1, 1, 0, 1),
        (1, 1, 1, 1),
        (0, 5, 5, 5),
        (10**9, 2 * 10**9, 1, 10**9),
        (1, 10**9, 0, 1),
    ],
)
@pytest.mark.parametrize("copies", [1, 2, 3])
def test_extreme_tables_give_finite_records(choices, measure, cells, copies):
    result = pool([study(f"s{i}", *cells) for i in range(copies)], measure, **choices)
    records = [*result.analyses[0].estimates, *result.analyses[0].studies]
    assert all(isfinite(x) for r in records for _, x in numbers(r))


@pytest.mark.parametrize(
    ("measure", "choices", "reason"),
    [
        ("RR", {"model": "Peto"}, "pools OR of counts"),
        ("RD", {"model": "Peto"}, "pools OR of counts"),
        ("RR", {"model": "MH", "tau2": "DL"}, "no between-study variance"),
        ("RR", {"model": "IV", "prediction": "t_k-1"}, "no between-study variance"),
        ("RR", {"model": "MH", "ci": "HKSJ"}, "random-effects"),
        ("ASD", {"study_ci": "score"}, "RR, OR and RD"),
        ("HR", {}, "not one of RR, OR, RD, ASD"),
        ("RR", {"tau2": "PMM"}, "tau2 'PMM' is not one of"),
        ("RR", {"model": "fixed"}, "model 'fixed' is not one of"),
        ("RR", {"model": "MH", "subgroup_tau2": "common"}, "cannot share one tau2"),
        ("RR", {"ci": "KR", "subgroup_tau2": "common"}, "not from all subgroups"),
    ],
)
def test_impossible_combinations_are_refused_with_the_reason(measure, choices, reason):
    spec = AnalysisSpec("p", "Primary", **choices)
    assert reason in check_combination(outcome(measure), spec)
    with pytest.raises(UnsupportedCombination, match=reason):
        synthesise(outcome(measure), [spec], COMPARISON, ADVERSE)


def test_subgroups_are_compared_by_their_own_pools():
    groups = [
        study("a", 5, 50, 9, 50, "low"),
        study("b", 8, 60, 9, 55, "high"),
        study("c", 4, 60, 7, 55, "low"),
    ]
    result = pool(groups, model="IV").analyses[0]
    (test,) = result.tests
    _, low, high = result.estimates
    difference = low.log_estimate - high.log_estimate
    assert test.name == "subgroup differences"
    assert test.df == 1
    assert test.statistic == pytest.approx(difference**2 / (low.se**2 + high.se**2), rel=1e-12)


def test_mantel_haenszel_odds_ratio_brings_its_tests():
    tests = pool(SERIOUS, "OR", model="MH").analyses[0].tests
    assert [t.name for t in tests] == ["Cochran-Mantel-Haenszel", "Breslow-Day-Tarone"]
    assert pool(SERIOUS, "RR", model="MH").analyses[0].tests == ()


EMPTY_CELL = study("zero", 0, 10, 3, 12)
EMPTY = study("empty", 0, 40, 0, 80)


def test_treatment_arm_correction_adds_the_groups_share():
    (row,) = pool([EMPTY_CELL], zero_cells="treatment_arm").analyses[0].studies
    risk, control = (10 / 22) / (10 + 20 / 22), (3 + 12 / 22) / (12 + 24 / 22)
    assert row.estimate == pytest.approx(risk / control, rel=1e-14)
    assert "share" in in_words(row.note)


def test_treatment_arm_correction_leaves_an_empty_study_at_one():
    rows = pool([EMPTY], zero_cells="treatment_arm", double_zero="include").analyses[0].studies
    assert rows[0].estimate == pytest.approx(1, rel=1e-15)


def test_no_correction_omits_what_inverse_variance_cannot_weigh():
    result = pool([EMPTY_CELL, *SERIOUS], zero_cells="none")
    assert first(result).k == 2
    assert "zero_cells is none" in in_words(result.omissions[0].reason)


def test_no_correction_keeps_what_mantel_haenszel_can_weigh():
    result = pool([EMPTY_CELL, *SERIOUS], model="MH", zero_cells="none")
    corrected = pool([EMPTY_CELL, *SERIOUS], model="MH")
    assert first(result).estimate == first(corrected).estimate
    assert (first(result).k, first(result).q_df) == (3, 1)
    row = result.analyses[0].studies[0]
    assert (row.estimate, row.se) == (None, None)
    assert row.weight > 0


def test_double_zero_studies_can_be_included():
    assert first(pool([EMPTY, *SERIOUS], double_zero="include")).k == 3
    risk_difference = first(pool([EMPTY, *SERIOUS], "RD", model="MH", double_zero="include"))
    assert abs(risk_difference.estimate) < abs(first(pool(SERIOUS, "RD", model="MH")).estimate)
    peto = pool([EMPTY, *SERIOUS], "OR", model="Peto", double_zero="include")
    assert first(peto).k == 2


def means(name, m1, sd1, n1, m2, sd2, n2):
    return StudyData(
        name,
        name,
        2004,
        Group(("i",), "i", total=n1, mean=m1, sd=sd1),
        Group(("c",), "c", total=n2, mean=m2, sd=sd2),
    )


def pool_typed(kind, measure, studies, **choices):
    o = OutcomeSpec("haq", "HAQ", "haq", 24, kind, measure, "harm", ("p",))
    return synthesise(o, [AnalysisSpec("p", "Primary", **choices)], COMPARISON, studies)


@pytest.mark.parametrize("measure", ["MD", "SMD", "SMD-RevMan", "ROM"])
def test_continuous_outcomes(measure):
    studies = [means("a", 10.0, 2.0, 30, 12.0, 3.0, 28), means("b", 9.0, 2.5, 40, 12.5, 3.5, 44)]
    result = pool_typed("continuous", measure, studies, model="IV")
    row = first(result)
    assert (row.total_intervention, row.total_control) == (70, 72)
    assert row.events_intervention is None
    assert row.ci_low < row.estimate < row.ci_high < (1 if measure == "ROM" else 0)


def test_one_mean_difference_by_hand():
    row = first(pool_typed("continuous", "MD", [means("a", 10.0, 2.0, 25, 12.0, 3.0, 36)]))
    assert row.estimate == -2
    assert row.se == pytest.approx(sqrt(4 / 25 + 9 / 36), rel=1e-15)


@pytest.mark.parametrize(
    ("measure", "values", "reason"),
    [
        ("MD", (1.0, 0.0, 9, 2.0, 0.0, 9), "both standard deviations are 0"),
        ("MD", (1.0, None, 9, 2.0, 1.0, 9), "the standard deviation of the intervention"),
        ("MD", (1.0, 1.0, 9, 2.0, 1.0, 1), "fewer than two"),
        ("ROM", (-1.0, 1.0, 9, 2.0, 1.0, 9), "same sign"),
    ],
)
def test_continuous_studies_without_an_effect_are_omitted(measure, values, reason):
    result = pool_typed("continuous", measure, [means("a", *values)])
    assert first(result).k == 0
    assert reason in in_words(result.omissions[0].reason)


def test_generic_contrasts():
    studies = [
        StudyData("a", "A", 2001, contrast=Contrast(log(0.8), 0.1)),
        StudyData("b", "B", 2002, contrast=Contrast(log(0.7), 0.2)),
        StudyData("c", "C", 2003, contrast=Contrast(log(0.7), 0.0)),
        StudyData("d", "D", 2003),
    ]
    result = pool_typed("generic", "HR", studies, model="IV")
    row = first(result)
    mean = (100 * log(0.8) + 25 * log(0.7)) / 125
    assert row.log_estimate == pytest.approx(mean, rel=1e-14)
    assert row.events_intervention is None
    assert [o.study for o in result.omissions] == ["c", "d"]


@pytest.mark.parametrize("ci", ["HKSJ", "HKSJ-adhoc", "KR"])
@pytest.mark.parametrize("prediction", ["t_k-1", "t_k-2", "HK"])
def test_intervals_of_three_studies(ci, prediction):
    row = first(pool([*ADVERSE, study("third", 50, 60, 48, 62)], ci=ci, prediction=prediction))
    assert row.pi_low < row.ci_low or ci == "KR"
    assert row.ci_low < row.estimate < row.ci_high


def test_kenward_roger_without_a_finite_bound_says_so():
    row = first(pool([*SERIOUS, study("third", 3, 60, 6, 62)], ci="KR"))
    assert row.df < 1
    assert row.ci_high is None
    assert "degrees of freedom" in in_words(row.note)


def test_kenward_roger_with_equal_variances_is_students_t():
    studies = [
        StudyData(x, x, 1, contrast=Contrast(y, 0.1)) for x, y in (("a", 1), ("b", 2), ("c", 4))
    ]
    row = first(pool_typed("generic", "other", studies, ci="KR"))
    assert row.df == pytest.approx(2, rel=1e-9)
    assert row.se == pytest.approx(sqrt(7 / 3 / 3), rel=1e-9)


def test_kenward_roger_is_refused_without_reml():
    assert "REML" in check_combination(outcome(), AnalysisSpec("p", "", tau2="DL", ci="KR"))


@pytest.mark.parametrize("model", ["GLMM", "GLMM-CM.EL"])
@pytest.mark.parametrize(
    "zeros",
    [
        [(0, 10, 3, 12), (0, 20, 1, 20)],
        [(3, 10, 0, 12), (1, 20, 0, 20)],
        [(10, 10, 3, 12), (20, 20, 1, 20)],
    ],
)
def test_binomial_models_without_a_finite_maximum_say_why(model, zeros):
    studies = [study(f"s{i}", *cells) for i, cells in enumerate(zeros)]
    result = pool(studies, "OR", model=model)
    assert first(result).estimate is None
    assert "same diagonal" in in_words(first(result).note)


@pytest.mark.parametrize("model", ["GLMM", "GLMM-CM.EL"])
def test_binomial_models_use_studies_with_an_empty_cell_as_they_are(model):
    row = first(pool([EMPTY_CELL, *SERIOUS, EMPTY], "OR", model=model))
    assert row.k == 3
    assert row.ci_low < row.estimate < row.ci_high
    assert check_combination(outcome("RR"), AnalysisSpec("p", "", model=model))


def test_every_analysis_is_answered_in_order():
    specs = [AnalysisSpec("p", ""), AnalysisSpec("q", "", model="MH")]
    result = synthesise(outcome(), specs, COMPARISON, ADVERSE)
    assert [a.spec for a in result.analyses] == specs
    assert result.studies == tuple(ADVERSE)
