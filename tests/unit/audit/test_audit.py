"""The audit: each kind by hand-computable examples, and the review of 2013 as a whole."""

import importlib.util
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bad_input.claim_cases import GOOD
from tests.bad_input.review import CONFIG, clean, write

from metasynth.audit import kinds
from metasynth.audit.counts import combinations, decimals_of, fitting, rounds_to
from metasynth.audit.judging import ABSENCE, important_left, judge
from metasynth.audit.kinds import COMPARED, KINDS, QUANTITIES, TYPED
from metasynth.audit.reasons import REASONS
from metasynth.audit.reproduction import reproduce
from metasynth.audit.run import CHECKS, audit
from metasynth.audit.tally import SORTS, VERDICT_SORTS, of_sort
from metasynth.audit.verdicts import VERDICTS, Audited, concluded
from metasynth.language.languages import ENGLISH
from metasynth.model.importance import Declared, of_measure
from metasynth.model.records import (
    AnalysisSpec,
    Cell,
    Claim,
    Comparison,
    Group,
    Omission,
    OutcomeSpec,
    StudyData,
)
from metasynth.provenance.collect import collect
from metasynth.provenance.entry import CHOICE, RAW, ends
from metasynth.report.tables.audit_findings import _FOUND
from metasynth.review.load import load_review
from metasynth.stats.two_by_two import TwoByTwo, exact_p
from metasynth.synthesis.comparison import reports, study_data
from metasynth.synthesis.synthesise import synthesise
from metasynth.tables import table_schema

ROOT = Path(__file__).parents[3]
REPRODUCED, UNSUPPORTED, BY_TEST, BY_COUNTS, NOT_REPRODUCED, CONTRADICTED, UNCHECKED = VERDICTS

LEFT = ("", "not_excluded", "spared_not_excluded", "no_margin")


def pooled(config, trials):
    """Every outcome's result, as the workflow makes them."""
    by_name = {spec.name: spec for spec in config.analyses}
    results = []
    for outcome in config.outcomes:
        having = [
            trial for trial in trials if reports(trial, outcome, config.comparison_of(outcome))
        ]
        data = [study_data(trial, outcome, config.comparison_of(outcome)) for trial in having]
        studies = [one for item in data if not isinstance(item, Omission) for one in item]
        specs = [by_name[name] for name in outcome.analyses]
        results.append(synthesise(outcome, specs, config.comparison_of(outcome), studies))
    return results


@cache
def published():
    """The review of 2013: what is loaded, pooled and found."""
    review = load_review(Path("config.yaml"), ROOT)
    results = pooled(review.config, review.trials)
    found = audit(review.claims, results, review.trials, review.config.comparisons)
    return review, results, {item.claim_id: item for item in found}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The clean review of two invented trials, with its results."""
    folder = tmp_path_factory.mktemp("small")
    write(clean(), folder)
    review = load_review(Path(CONFIG), folder)
    return review, pooled(review.config, review.trials)


def claim(kind, **cells):
    """A sound statement of a kind with some cells changed, as a record."""
    types = {field.name: field for field in fields(Claim)}
    filled = {"week": 24, **GOOD[kind], **cells}
    if filled.get("total"):
        filled["total"] = int(filled["total"])
    blank = {name: "" for name in types if name not in ("cell", "week", "total")}
    always = {"claim_id": "claim", "reference": "beta", "kind": kind, "cell": Cell("claims.csv", 2)}
    return Claim(**{**blank, "total": None, **filled, **always})


def judge_all(small, *claims, change=None):
    """What is found of statements about the small review, its trials changed or not."""
    review, results = small
    trials = review.trials
    if change:
        trials = tuple(change(trial) for trial in trials)
        results = pooled(review.config, trials)
    return audit(claims, results, trials, review.config.comparisons)


def recounted(study, outcome, arm, **counts):
    """A change of the counts in a row of a trial's results."""

    def change(trial):
        if trial.study.study != study:
            return trial
        rows = tuple(
            replace(row, **counts)
            if (row.outcome, row.arm_id, row.reading) == (outcome, arm, "")
            else row
            for row in trial.results
        )
        return replace(trial, results=rows)

    return change


def unread(trial):
    """A trial without its alternative readings, and without doubt about its counts."""
    rows = tuple(
        replace(row, events_low=row.events, events_high=row.events)
        for row in trial.results
        if not row.reading
    )
    return replace(trial, results=rows)


# --- the contract ---------------------------------------------------------------------------------


def test_every_kind_has_a_check_with_its_rule_and_a_word_in_the_schema():
    columns = {column.name: column for column in table_schema.tables()["claims"].columns}
    assert set(CHECKS) == set(KINDS) == set(columns["kind"].words) == set(GOOD)
    assert set(QUANTITIES) == set(columns["quantity"].words)
    assert all(len(check.__doc__ or "") > 60 for check in CHECKS.values())
    assert set(columns) >= TYPED


def test_every_reason_has_its_sentence_and_every_sentence_its_reason():
    package = Path(kinds.__file__).parent
    code = "".join(f.read_text("utf-8") for f in package.glob("*.py") if f.name != "reasons.py")
    for name in REASONS:
        assert f'"{name.removeprefix("increase_")}"' in code, name
    with pytest.raises(KeyError, match="no sentence"):
        concluded((REPRODUCED, "unknown"), "quantity")


def test_no_verdict_can_be_typed():
    columns = {column.name for column in table_schema.tables()["claims"].columns}
    found = {field.name for field in fields(Audited)} - {field.name for field in fields(Claim)}
    assert "verdict" in found
    assert not columns & {"verdict", "method", "reason", "p"}


BESIDE = {"reference_arm_id": "placebo"}


def test_the_manual_is_made_from_the_kinds():
    spec = importlib.util.spec_from_file_location("make_audit", ROOT / "docs" / "make_audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.MANUAL.read_text(encoding="utf-8") == module.manual()


# --- percentages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "verdict", "method"),
    [
        # 27 of 42 is 64.29 %, 28 of 42 is 66.67 %: nothing between. The counts were derived from
        # the percentages, which they therefore cannot confirm, only fail.
        ({"value": "64"}, UNCHECKED, "granularity"),
        ({"value": "65"}, NOT_REPRODUCED, "granularity"),
        ({"value": "64.3"}, UNCHECKED, "granularity"),
        ({"value": "64", **BESIDE, "reference_value": "17"}, UNCHECKED, "granularity"),
        ({"value": "64", **BESIDE, "reference_value": "20"}, NOT_REPRODUCED, "granularity"),
        # 95 of 250 was derived from 38 %; any whole percentage fits 250 patients.
        ({"study_id": "beta2005", "value": "38"}, UNCHECKED, "percentage"),
        ({"study_id": "beta2005", "value": "12"}, UNCHECKED, "percentage"),
        # 10 of 250 is reported, so that it is a count to compare with.
        ({"study_id": "beta2005", "outcome": "harm", "value": "4.0"}, REPRODUCED, "count"),
        ({"study_id": "beta2005", "outcome": "harm", "value": "4.1"}, NOT_REPRODUCED, "count"),
        ({"outcome": "harm", "value": "4.1"}, UNCHECKED, "percentage"),
    ],
)
def test_percentages(small, cells, verdict, method):
    (item,) = judge_all(small, claim("percentages", **cells))
    assert (item.verdict, item.method) == (verdict, method)


@given(st.integers(1, 400), st.integers(0, 1000), st.sampled_from([0, 1]))
def test_counts_that_fit_are_those_that_round_to_the_percentage(total, tenths, decimals):
    percent = f"{tenths / 10:.{decimals}f}"
    assert decimals_of(percent) == decimals
    every = [n for n in range(total + 1) if rounds_to(n, total, percent)]
    assert list(fitting(total, percent)) == every
    half = 0.5 / 10**decimals
    assert all(abs(100 * n / total - float(percent)) <= half + 1e-9 for n in every)


# --- comparisons ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assertion", "verdict"),
    [
        ("significantly_higher", REPRODUCED),
        ("significantly_lower", NOT_REPRODUCED),
        ("not_significant", NOT_REPRODUCED),
        ("no_difference", NOT_REPRODUCED),
        ("not_higher", NOT_REPRODUCED),
        ("higher", REPRODUCED),
        ("lower", NOT_REPRODUCED),
    ],
)
def test_a_comparison_by_fishers_test_and_its_direction(small, assertion, verdict):
    """27 of 42 against 2 of 12: R's fisher.test gives p = 0.006934."""
    (item,) = judge_all(small, claim("comparison", assertion=assertion))
    assert item.verdict == verdict
    assert item.p == item.p_fisher == pytest.approx(0.006933999645, rel=1e-9)
    assert (item.tables, item.agreeing, item.readings) == (1, 1, "")
    assert item.rows == "trials/alpha2001/results.csv:2 trials/alpha2001/results.csv:3"


def test_a_changed_count_flips_the_verdict(small):
    statement = claim("comparison", assertion="significantly_higher")
    weaker = recounted("alpha2001", "response", "drug", events=14, events_low=14, events_high=14)
    assert judge_all(small, statement)[0].verdict == REPRODUCED
    (item,) = judge_all(small, statement, change=weaker)
    assert (item.verdict, item.readings) == (BY_COUNTS, "randomised")  # 27 of 45 there, still
    without = judge_all(small, statement, change=lambda trial: unread(weaker(trial)))
    assert without[0].verdict == NOT_REPRODUCED


def test_admissible_counts_that_decide_otherwise_are_counted(small):
    """27 to 14 of 42 allowed: the verdict is that of 27, and some of the others differ."""
    wide = recounted("alpha2001", "response", "drug", events_low=14)
    (item,) = judge_all(small, claim("comparison"), change=wide)
    assert (item.verdict, item.reason, item.tables) == (BY_COUNTS, "counts_differ", 14)
    assert item.agreeing == 6  # by R's fisher.test, 22 of 42 and more


def test_without_counts_nothing_is_checked(small):
    items = judge_all(small, claim("comparison", outcome="pain"), claim("fold", week=12))
    assert [(item.verdict, item.reason) for item in items] == [(UNCHECKED, "no_counts")] * 2


def test_another_test_that_decides_otherwise_is_named():
    """23 of 1116 against 1 of 283: p = 0.068 by Fisher's test, 0.048 by the score test."""
    item = published()[2]["fleischmann2003_serious_infection"]
    assert (item.verdict, item.differing) == (BY_TEST, "score")
    assert item.p_fisher == pytest.approx(0.06756, abs=1e-5)
    assert item.p_score == pytest.approx(0.04817, abs=1e-5)


def test_another_reading_that_decides_otherwise_is_named():
    """3 of 46 against 0 of 48 is not significant, 5 of 72 against 0 of 74 is."""
    item = published()[2]["cohen2002_acr70_w24_2mg"]
    assert (item.verdict, item.readings) == (BY_COUNTS, "randomised")


OPPOSITES = {
    **{"significantly_higher": "not_higher", "not_higher": "significantly_higher"},
    **{"higher": "lower", "lower": "higher", "significantly_lower": "significantly_higher"},
    **{"not_significant": "significantly_higher", "no_difference": "significantly_lower"},
}


@given(
    st.sampled_from(COMPARED), st.floats(0, 1), st.sampled_from([-1, 0, 1]), st.sampled_from(LEFT)
)
def test_an_assertion_and_its_opposite_are_never_both_borne_out(assertion, p, direction, left):
    verdicts = [
        judge(said, p, direction, lambda: left)[0] for said in (assertion, OPPOSITES[assertion])
    ]
    assert verdicts != [REPRODUCED, REPRODUCED]


@given(
    st.sampled_from(COMPARED), st.floats(0, 1), st.sampled_from([-1, 0, 1]), st.sampled_from(LEFT)
)
def test_an_absence_is_never_borne_out_by_a_p_value_alone(assertion, p, direction, left):
    verdict, reason = judge(assertion, p, direction, lambda: left)
    if assertion in ABSENCE and verdict == REPRODUCED:
        assert not left
        assert p >= 0.05 or (assertion == "not_higher" and direction < 1)
    assert (verdict == UNSUPPORTED) <= (assertion in ABSENCE)
    assert reason in REASONS


@given(
    st.sampled_from(ABSENCE),
    st.sampled_from(["RR", "OR", "RD", "HR", "MD"]),
    st.lists(st.floats(0.01, 20), min_size=2, max_size=2).map(sorted),
    st.one_of(st.none(), st.floats(0.001, 0.999)),
    st.floats(1, 3),
)
def test_a_wider_interval_never_excludes_more(assertion, measure, limits, risk, by):
    if measure == "RD":
        limits = [max(-1.0, (x - 1) / 20) for x in limits]
    wider = [limits[0] - abs(limits[0]) * (1 - 1 / by), limits[1] + abs(limits[1]) * (by - 1)]
    margin = of_measure(measure, Declared())
    open_ = important_left(assertion, measure, tuple(limits), risk, margin)
    if open_:
        assert important_left(assertion, measure, tuple(wider), risk, margin)
    elif assertion == "no_difference":
        assert not important_left("not_higher", measure, tuple(limits), risk, margin)
    assert measure != "MD" or open_ == "no_margin"


@pytest.mark.parametrize(
    ("assertion", "limits", "risk", "left"),
    [
        ("no_difference", (0.90, 1.10), None, ""),
        ("no_difference", (0.70, 1.10), None, "not_excluded"),
        ("no_difference", (0.90, 1.30), None, "not_excluded"),
        ("not_higher", (0.10, 1.20), 0.10, ""),
        ("not_higher", (0.81, 12.2), 0.006, "not_excluded"),
        ("not_higher", (0.81, None), 0.006, "not_excluded"),
        ("no_difference", (None, 1.10), 0.006, "not_excluded"),
        # 464 of 534: an event's ratio of 1.17 is (1 - 0.869 * 1.17) / 0.131 < 0 of being spared.
        ("not_higher", (0.94, 1.17), 464 / 534, "spared_not_excluded"),
        ("no_difference", (0.99, 1.01), 464 / 534, ""),
        # A reduction to 0.94 makes (1 - 0.869 * 0.94) / 0.131 = 1.40 of it.
        ("no_difference", (0.94, 1.01), 464 / 534, "spared_not_excluded"),
        ("not_higher", (0.94, 1.01), 464 / 534, ""),
    ],
)
def test_an_important_difference_is_excluded_both_ways_round(assertion, limits, risk, left):
    assert important_left(assertion, "RR", limits, risk, ratios(0.75, 1.25)) == left


def ratios(low, high):
    """Risk ratios that a review declares to be important."""
    return of_measure("RR", Declared(ratios=(low, high)))


def test_other_measures_are_read_as_risk_ratios_at_the_control_risk():
    """At 20 %, odds ratios of 0.9 and 1.2 are risk ratios of 0.918 and 1.154 (Zhang and Yu)."""
    ask = ("no_difference", "OR", (0.9, 1.2), 0.2)
    assert important_left(*ask, ratios(0.917, 1.155)) == ""
    assert important_left(*ask, ratios(0.919, 1.155)) == "not_excluded"
    assert important_left(*ask, ratios(0.917, 1.153)) == "not_excluded"
    assert important_left("no_difference", "RD", (-0.02, 0.02), 0.2, ratios(0.89, 1.11)) == ""
    assert (
        important_left("no_difference", "RD", (-0.02, 0.02), 0.2, ratios(0.91, 1.11))
        == "not_excluded"
    )


@pytest.mark.parametrize(
    ("drug", "placebo", "verdict", "reason"),
    [
        # Of 250 and 250; p by R's fisher.test.
        ((25, 25), "no_difference", UNSUPPORTED, "not_excluded"),  # p = 1
        ((225, 203), "no_difference", NOT_REPRODUCED, "is_significant"),  # p = 0.0072
        ((225, 203), "not_higher", NOT_REPRODUCED, "is_significant"),
        ((203, 225), "not_higher", REPRODUCED, "excluded"),
        ((203, 225), "not_significant", NOT_REPRODUCED, "is_significant"),
        ((25, 25), "not_significant", REPRODUCED, "as_stated_not_significant"),
    ],
)
def test_a_difference_that_is_not_significant_is_no_absence(small, drug, placebo, verdict, reason):
    (a, c), assertion = drug, placebo
    first = recounted("beta2005", "response", "drug", events=a, events_low=a, events_high=a)
    second = recounted("beta2005", "response", "placebo", events=c, events_low=c, events_high=c)
    statement = claim("comparison", study_id="beta2005", assertion=assertion)
    (item,) = judge_all(small, statement, change=lambda trial: second(first(trial)))
    assert (item.verdict, item.reason) == (verdict, reason)
    assert (item.margin_low is None) == (assertion == "not_significant")


def test_wald_is_not_asked_where_a_cell_is_empty():
    """16 of 42 against 0 of 12: 0.011 by Fisher's and the score test, 0.10 by Wald's with 0.5."""
    item = published()[2]["bao2011_acr50"]
    assert (item.verdict, item.differing) == (REPRODUCED, "")
    assert item.p_wald > 0.05 > item.p_score
    assert published()[2]["cohen2002_acr50_w24_2mg"].differing == "wald"


@given(*[st.integers(1, 40)] * 2, st.data())
def test_the_exact_test_does_not_care_which_arm_is_called_first(n1, n2, data):
    a, c = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    fisher, midp = exact_p(TwoByTwo(a, n1, c, n2))
    assert exact_p(TwoByTwo(c, n2, a, n1)) == (fisher, midp)
    assert exact_p(TwoByTwo(n1 - a, n1, n2 - c, n2)) == (fisher, midp)
    assert 0 < midp < fisher <= 1


# --- arms of unknown size -------------------------------------------------------------------------


def test_a_split_is_significant_only_where_every_division_is(small):
    clear, close = (
        claim("split_comparison", assertion="significantly_higher", **cells)
        for cells in ({}, {"value": "35", "reference_value": "27"})
    )
    found = judge_all(small, clear, close)
    assert (found[0].verdict, found[0].method) == (REPRODUCED, "every_split")
    assert found[0].agreeing == found[0].tables > 100
    assert found[0].p < 0.05
    assert found[1].verdict in (BY_COUNTS, NOT_REPRODUCED)


def test_many_admissible_counts_are_tried_at_their_ends():
    assert len(list(combinations([range(99)], [range(101)]))) == 9999
    assert list(combinations([range(200)], [range(300)])) == [
        (0, 0),
        (0, 299),
        (199, 0),
        (199, 299),
    ]
    wide = [range(5, 9)] * 40
    first, second = combinations(wide, wide)
    assert first == (5,) * 40 + (8,) * 40
    assert second == (8,) * 40 + (5,) * 40


def test_too_many_splits_are_not_tried(small):
    huge = recounted("beta2005", "response", "drug", total=400_000, events=152_000)
    both = recounted("beta2005", "response", "placebo", total=400_000, events=88_000)
    statement = claim("split_comparison", total="500000")
    (item,) = judge_all(small, statement, change=lambda trial: both(huge(trial)))
    assert (item.verdict, item.reason) == (UNCHECKED, "too_many")


def test_a_split_that_no_count_gives(small):
    """Of 3 patients no arm has 47 %."""
    (item,) = judge_all(small, claim("split_comparison", total="3", assertion="higher"))
    assert (item.verdict, item.reason) == (UNCHECKED, "no_split")


# --- ratios, frequencies, the most frequent -------------------------------------------------------


@pytest.mark.parametrize(
    ("assertion", "value", "verdict"),
    [
        # (27/42) / (2/12) = 3.857
        ("almost", "4", REPRODUCED),
        ("almost", "3", NOT_REPRODUCED),
        ("almost", "3.9", REPRODUCED),
        ("about", "4", REPRODUCED),
        ("about", "3.8", NOT_REPRODUCED),
        ("more_than", "3.8", REPRODUCED),
        ("more_than", "4", NOT_REPRODUCED),
    ],
)
def test_so_many_times_as_often(small, assertion, value, verdict):
    (item,) = judge_all(small, claim("fold", assertion=assertion, value=value))
    assert item.verdict == verdict
    assert item.estimate == pytest.approx(27 / 42 / (2 / 12))


@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        # 10 of 250 is 4 %, exact 95 % interval 1.9 to 7.2 %.
        ("very_common", NOT_REPRODUCED),
        ("common", REPRODUCED),
        ("uncommon", NOT_REPRODUCED),
        ("rare", NOT_REPRODUCED),
        ("very_rare", NOT_REPRODUCED),
    ],
)
def test_a_frequency_in_words(small, word, verdict):
    (item,) = judge_all(small, claim("frequency", assertion=word))
    assert item.verdict == verdict
    assert (item.events_intervention, item.total_intervention) == (10, 250)
    assert [item.ci_low, item.ci_high] == pytest.approx([0.0193, 0.0723], abs=1e-4)


def test_too_few_patients_for_a_rare_event(small):
    none = recounted("beta2005", "harm", "drug", events=0)
    (item,) = judge_all(small, claim("frequency", assertion="rare"), change=none)
    assert (item.verdict, item.reason) == (UNCHECKED, "too_few")


def test_the_most_frequent_event(small):
    """Beta 2005: 95 (at least 94) of 250 responded, 10 of 250 had a harm."""
    first, second = judge_all(
        small,
        claim("most_frequent", outcome="response", parts="harm"),
        claim("most_frequent", outcome="harm", parts="response"),
    )
    assert (first.verdict, first.recomputed) == (REPRODUCED, "1")
    assert second.verdict == NOT_REPRODUCED


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ({"value": "57"}, REPRODUCED),
        ({"value": "58"}, NOT_REPRODUCED),
        ({"quantity": "arms", "value": "2"}, REPRODUCED),
        ({"quantity": "duration_weeks", "value": "24"}, REPRODUCED),
        ({"quantity": "highest_dose", "value": "10.0"}, REPRODUCED),
        ({"quantity": "lowest_dose", "value": "1"}, NOT_REPRODUCED),
        ({"quantity": "dose", "arm_id": "drug", "value": "10"}, REPRODUCED),
        ({"quantity": "dose", "arm_id": "placebo", "value": "0"}, UNCHECKED),
        ({"quantity": "arm_size", "arm_id": "drug", "value": "45"}, REPRODUCED),
        ({"quantity": "trials", "study_id": "", "value": "2"}, REPRODUCED),
        ({"quantity": "trials", "study_id": "", "value": "3"}, NOT_REPRODUCED),
    ],
)
def test_a_stated_number(small, cells, verdict):
    assert judge_all(small, claim("quantity", **cells))[0].verdict == verdict


def test_a_number_that_only_the_statement_itself_states(small):
    """The arm's size has table1 of alpha as its source; the statement is in alpha too."""
    statement = claim("quantity", quantity="arm_size", arm_id="drug", value="45")
    (item,) = judge_all(small, replace(statement, reference="alpha"))
    assert (item.verdict, item.reason) == (UNCHECKED, "only_source")


@pytest.mark.parametrize(
    ("kind", "cells", "verdict"),
    [
        ("listed", {"value": "2"}, REPRODUCED),
        ("listed", {"value": "1"}, NOT_REPRODUCED),
        ("listed", {"value": "1", "parts": "19; 19"}, REPRODUCED),
        ("sum", {}, REPRODUCED),
        ("sum", {"parts": "33; 33; 33"}, REPRODUCED),  # each may be 33.5
        ("sum", {"parts": "30; 22; 21; 47; 10.5"}, NOT_REPRODUCED),
        ("sum", {"parts": "33.0; 33.0; 33.0"}, NOT_REPRODUCED),
        ("cited_interval", {}, UNSUPPORTED),  # 2.75 (0.90-8.35): not higher
        ("cited_interval", {"assertion": "not_significant"}, REPRODUCED),
        ("cited_interval", {"estimate": "1.00", "ci_high": "1.10"}, REPRODUCED),
        ("cited_interval", {"assertion": "significantly_higher"}, NOT_REPRODUCED),
        ("cited_interval", {"assertion": "significantly_higher", "ci_low": "1.01"}, REPRODUCED),
        ("cited_interval", {"measure": "MD", "assertion": "no_difference"}, NOT_REPRODUCED),
        ("empty_group", {}, NOT_REPRODUCED),
    ],
)
def test_numbers_of_the_text_itself(small, kind, cells, verdict):
    assert judge_all(small, claim(kind, **cells))[0].verdict == verdict


def test_an_empty_group_is_found(small):
    none = recounted("alpha2001", "response", "placebo", events=0, events_low=0, events_high=0)
    (item,) = judge_all(small, claim("empty_group"), change=none)
    assert (item.verdict, item.recomputed) == (REPRODUCED, "1")


# --- pools ----------------------------------------------------------------------------------------


def test_a_pooled_difference_by_the_published_analysis(small):
    review, _ = small
    results = pooled(review.config, tuple(map(unread, review.trials)))
    higher, same = judge_all(
        small,
        claim("pooled_comparison", assertion="significantly_higher"),
        claim("pooled_comparison", assertion="no_difference"),
        change=unread,
    )
    row = next(a for a in results[0].analyses if a.spec.name == "published").estimates[0]
    assert (higher.analysis, higher.p, higher.estimate) == ("published", row.p, row.estimate)
    assert {higher.verdict, same.verdict} == {REPRODUCED, NOT_REPRODUCED}
    assert (higher.verdict == REPRODUCED) == (row.ci_low > 1)
    assert higher.tables == 1


def test_a_pool_with_counts_that_decide_otherwise_depends_on_them(small):
    wide = recounted("beta2005", "response", "drug", events_low=40)
    statement = claim("pooled_comparison", assertion="significantly_higher")
    (item,) = judge_all(small, statement, change=wide)
    assert (item.verdict, item.reason) == (BY_COUNTS, "counts_differ")
    assert 0 < item.agreeing < item.tables


def test_another_reading_is_asked_by_the_same_analysis(small):
    """Its own first analysis, of random effects, would not be significant."""
    (item,) = judge_all(small, claim("pooled_comparison", assertion="significantly_higher"))
    assert (item.verdict, item.readings, item.tables) == (REPRODUCED, "", 9)
    assert "primary" in item.differing


@pytest.mark.parametrize(
    ("assertion", "counts", "verdict", "holding"),
    [
        # 27 of 42 against 2 of 12 and 95 of 250 against 55 of 251 are significant.
        ("significantly_higher", {}, REPRODUCED, 2),
        ("significantly_lower", {}, NOT_REPRODUCED, 0),
        ("no_difference", {}, NOT_REPRODUCED, 0),
        # 60 of 250 is not: one of two is no majority.
        ("significantly_higher", {"events": 60}, NOT_REPRODUCED, 1),
        ("higher", {"events": 60}, REPRODUCED, 2),
    ],
)
def test_what_is_said_of_most_trials(small, assertion, counts, verdict, holding):
    change = recounted("beta2005", "response", "drug", **counts)
    statement = claim("most_trials", assertion=assertion)
    (item,) = judge_all(small, statement, change=lambda trial: unread(change(trial)))
    assert (item.verdict, item.holding, item.trials) == (verdict, holding, 2)


def test_most_trials_of_two_with_an_absence_left_open(small):
    """2 of 12 against 2 of 12 and 55 of 250 against 55 of 251: neither excludes a difference."""
    first = recounted("alpha2001", "response", "drug", events=2, total=12)
    second = recounted("beta2005", "response", "drug", events=55)
    statement = claim("most_trials", assertion="no_difference")
    (item,) = judge_all(small, statement, change=lambda trial: unread(second(first(trial))))
    assert (item.verdict, item.reason) == (UNSUPPORTED, "not_excluded_in_most")


def test_one_trial_is_no_pool(small):
    (item,) = judge_all(small, claim("pooled_comparison", outcome="harm"))
    assert (item.verdict, item.reason, item.without) == (UNCHECKED, "one_trial", "alpha2001")


def test_a_printed_estimate_without_limits(small):
    right = f"{small[1][0].analyses[2].estimates[0].estimate:.2f}"
    first, second = judge_all(
        small,
        claim("figure_estimate", estimate=right),
        claim("figure_estimate", estimate="9.99"),
    )
    assert (first.verdict, first.recomputed) == (REPRODUCED, right)
    assert second.verdict == NOT_REPRODUCED


# --- contradictions -------------------------------------------------------------------------------


def test_a_contradiction_holds_for_both_and_decides_only_where_the_data_do_not(small):
    first = replace(claim("text"), claim_id="first", contradicts="second; third")
    second = replace(claim("text", assertion="common"), claim_id="second")
    third = replace(claim("sum", parts="1; 2"), claim_id="third")
    found = {item.claim_id: item for item in judge_all(small, first, second, third)}
    assert found["first"].contradicts == "second third"
    assert found["second"].contradicts == found["third"].contradicts == "first"
    assert [found[name].verdict for name in ("first", "second")] == [CONTRADICTED] * 2
    assert found["third"].verdict == NOT_REPRODUCED
    (alone,) = judge_all(small, claim("text"))
    assert (alone.verdict, alone.reason) == (UNCHECKED, "no_numbers")


# --- the review of 2013 ---------------------------------------------------------------------------


def test_the_audit_is_broad():
    review, _, found = published()
    assert len(found) == len(review.claims) >= 50
    assert {item.kind for item in found.values()} == set(KINDS)
    assert {item.verdict for item in found.values()} == set(VERDICTS)
    told = [item for item in found.values() if item.recomputed]
    assert all(item.method in _FOUND or KINDS[item.kind].recomputed for item in told)


def test_printed_estimates_have_the_verdicts_of_the_reproduction_table():
    review, results, found = published()
    rows = reproduce(review.claims, results)
    assert len(rows) == 6
    assert {row.claim_id: row.verdict for row in rows} == {
        row.claim_id: found[row.claim_id].verdict for row in rows
    }


def test_what_holds_for_all_admissible_counts_and_what_does_not():
    """P-values by R's fisher.test, in tests/reference/expected/audit_tests.csv."""
    item = published()[2]["fleischmann2003_ra_worsening"]
    assert item.p_fisher == pytest.approx(0.00739709341, rel=1e-8)
    assert (item.verdict, item.tables, item.agreeing) == (NOT_REPRODUCED, 11, 11)
    assert item.readings == ""
    acr70 = published()[2]["cohen2004_acr70"]
    assert (acr70.verdict, acr70.agreeing, acr70.tables) == (REPRODUCED, 8, 8)


def test_a_published_p_value_leaves_out_the_counts_that_cannot_give_it():
    """Cohen 2004 prints p<0.05 for 6 % v 2 %; of 14/250 v 6/251 no test of R's gives it."""
    loaded, _, found = published()
    item = found["cohen2004_acr70"]
    assert item.excluded == 1
    (trial,) = (t for t in loaded.trials if t.study.study == "cohen2004")
    (told,) = (r for r in trial.results if f"{r.cell.file}:{r.cell.row}" == item.stated)
    assert (told.reported_p, told.source_id) == ("<0.05", "abstract_acr")


def test_sorts_of_statements_add_up():
    items = list(published()[2].values())
    assert tuple(VERDICT_SORTS.values()) == VERDICTS
    assert sum(len(of_sort(items, sort)) for sort in VERDICT_SORTS) == len(of_sort(items, "total"))
    assert all(of_sort(items, sort) for sort in SORTS)


def test_every_number_of_the_audit_leads_to_cells():
    review, results, found = published()
    items = list(found.values())
    book = collect(review.config, review.trials, results, {}, review.claims, items, ENGLISH)
    keys = [key for key in book.entries if key.startswith(("claims.", "audit."))]
    entries = book.behind(keys)
    assert len(keys) > 500
    for key in keys:
        last = list(ends(entries, key))
        assert last
        assert all(entry.kind in (RAW, CHOICE) for entry in last)


# --- other people's reviews -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "measure", "first", "second", "size"),
    [
        ("continuous", "MD", {"mean": 4.0, "sd": 2.0}, {"mean": 4.1, "sd": 2.1}, 3.0),
        ("binary", "RR", {"events": 10}, {"events": 11}, 4.0),
        ("binary", "OR", {"events": 10}, {"events": 11}, 4.0),
        ("binary", "RD", {"events": 10}, {"events": 11}, 0.2),
    ],
)
@pytest.mark.parametrize("of", ["outcomes", "measures"])
def test_a_declared_difference_is_the_margin_of_pools_and_of_trials(
    kind, measure, first, second, size, of, small
):
    """One rule with certainty; a smaller one is not excluded by the same intervals."""
    spec = OutcomeSpec("o", "O", "response", 24, kind, measure, "harm", ("main",))
    main = AnalysisSpec("main", "Random effects", tau2="REML", ci="Wald")
    sides = Comparison(("drug",), ("placebo",))
    data = [
        StudyData(name, name, 2000, group(first, n), group(second, n + 2))
        for name, n in (("x", 100), ("y", 150))
    ]
    results = [synthesise(spec, [main], sides, data)]
    counts = {"events": 25, "events_low": 25, "events_high": 25}
    drug, placebo = (recounted("beta2005", "response", a, **counts) for a in ("drug", "placebo"))
    trials = [drug(placebo(trial)) for trial in small[0].trials]
    statements = [
        claim("pooled_comparison", assertion="no_difference"),
        claim("comparison", study_id="beta2005", assertion="no_difference"),
    ][: 1 if kind == "continuous" else 2]
    for by, verdict in ((1.0, REPRODUCED), (0.01, UNSUPPORTED)):
        least = 1 + (size - 1) * by if measure in ("RR", "OR") else size * by
        known = Declared(**{of: {"o" if of == "outcomes" else measure: least}})
        for item in audit(statements, results, trials, sides, known):
            assert (item.verdict, item.margin_measure) == (verdict, measure)
            assert item.margin_high == pytest.approx(least)


@pytest.mark.parametrize("multi_arm", ["combine", "split"])
@pytest.mark.parametrize(
    ("kind", "measure", "first", "second"),
    [
        ("continuous", "MD", {"mean": 4.0, "sd": 2.0}, {"mean": 4.1, "sd": 2.1}),
        ("rate", "IRR", {"events": 20, "person_time": 300.0}, {"events": 21, "person_time": 310.0}),
        ("binary", "OR", {"events": 10}, {"events": 11}),
        ("binary", "RD", {"events": 10}, {"events": 11}),
    ],
)
def test_pools_of_every_kind_and_their_readings_are_judged(kind, measure, first, second, multi_arm):
    spec = OutcomeSpec("o", "O", "raw", 24, kind, measure, "harm", ("main",))
    other = replace(spec, id="o2", reading="again", sensitivity_of="o")
    main = AnalysisSpec("main", "Random effects", tau2="REML", ci="Wald")
    sides = Comparison(("drug",), ("placebo",), multi_arm=multi_arm)
    data = [
        StudyData(name, name, 2000, group(first, n), group(second, n + 2))
        for name, n in (("x", 100), ("y", 150))
    ]
    results = [synthesise(one, [main], sides, data) for one in (spec, other)]
    statement = claim("pooled_comparison", outcome="raw", assertion="no_difference")
    also = claim("most_trials", outcome="raw", assertion="no_difference")
    found, most = audit([statement, also], results, [], sides)
    reason = "no_margin" if measure == "MD" else "not_excluded"
    assert (found.verdict, found.reason, found.readings) == (UNSUPPORTED, reason, "")
    assert (most.verdict, most.reason) == (UNCHECKED, "no_counts")  # no trial is included here


def group(values, total):
    return Group((), "", **{"events": None, "total": total, **values})
