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

from metasynth import table_schema
from metasynth.audit.counts import combinations, decimals_of, fitting, rounds_to
from metasynth.audit.kinds import COMPARED, KINDS, QUANTITIES, TYPED
from metasynth.audit.records import VERDICTS, Audited
from metasynth.audit.reproduction import reproduce
from metasynth.audit.run import CHECKS, audit
from metasynth.audit.summary import SORTS, of_sort
from metasynth.audit.trial_checks import asserted
from metasynth.audit.two_by_two import TwoByTwo, exact_p
from metasynth.comparison import reports, study_data
from metasynth.language import ENGLISH
from metasynth.provenance.collect import collect
from metasynth.provenance.entry import CHOICE, RAW, ends
from metasynth.records import Cell, Claim, Omission
from metasynth.synthesis import synthesise
from metasynth.validation import load_review

ROOT = Path(__file__).parents[2]
REPRODUCED, NOT_REPRODUCED, CONTRADICTED, UNCHECKED = VERDICTS


def pooled(config, trials):
    """Every outcome's result, as the workflow makes them."""
    by_name = {spec.name: spec for spec in config.analyses}
    results = []
    for outcome in config.outcomes:
        having = [trial for trial in trials if reports(trial, outcome, config.comparison)]
        data = [study_data(trial, outcome, config.comparison) for trial in having]
        studies = [one for item in data if not isinstance(item, Omission) for one in item]
        specs = [by_name[name] for name in outcome.analyses]
        results.append(synthesise(outcome, specs, config.comparison, studies))
    return results


@cache
def published():
    """The review of 2013: what is loaded, pooled and found."""
    review = load_review(Path("config.yaml"), ROOT)
    results = pooled(review.config, review.trials)
    found = audit(review.claims, results, review.trials, review.config.comparison)
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


def judge(small, *claims, change=None):
    """What is found of statements about the small review, its trials changed or not."""
    review, results = small
    trials = review.trials
    if change:
        trials = tuple(change(trial) for trial in trials)
        results = pooled(review.config, trials)
    return audit(claims, results, trials, review.config.comparison)


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


# --- the contract ---------------------------------------------------------------------------------


def test_every_kind_has_a_check_with_its_rule_and_a_word_in_the_schema():
    columns = {column.name: column for column in table_schema.tables()["claims"].columns}
    assert set(CHECKS) == set(KINDS) == set(columns["kind"].words) == set(GOOD)
    assert set(QUANTITIES) == set(columns["quantity"].words)
    assert all(len(check.__doc__ or "") > 60 for check in CHECKS.values())
    assert set(columns) >= TYPED


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
        # 27 of 42 is 64.29 %, 28 of 42 is 66.67 %: nothing between.
        ({"value": "64"}, REPRODUCED, "granularity"),
        ({"value": "65"}, NOT_REPRODUCED, "granularity"),
        ({"value": "64.3"}, REPRODUCED, "granularity"),
        ({"value": "64", **BESIDE, "reference_value": "17"}, REPRODUCED, "granularity"),
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
    (item,) = judge(small, claim("percentages", **cells))
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
    (item,) = judge(small, claim("comparison", assertion=assertion))
    assert item.verdict == verdict
    assert item.p == item.p_fisher == pytest.approx(0.006933999645, rel=1e-9)
    assert (item.tables, item.agreeing, item.readings) == (1, 1, "")
    assert item.rows == "trials/alpha2001/results.csv:2 trials/alpha2001/results.csv:3"


def test_a_changed_count_flips_the_verdict(small):
    statement = claim("comparison", assertion="significantly_higher")
    weaker = recounted("alpha2001", "response", "drug", events=14, events_low=14, events_high=14)
    assert judge(small, statement)[0].verdict == REPRODUCED
    assert judge(small, statement, change=weaker)[0].verdict == NOT_REPRODUCED


def test_admissible_counts_that_decide_otherwise_are_counted(small):
    """27 to 14 of 42 allowed: the verdict is that of 27, and some of the others differ."""
    wide = recounted("alpha2001", "response", "drug", events_low=14)
    (item,) = judge(small, claim("comparison"), change=wide)
    assert (item.verdict, item.tables) == (REPRODUCED, 14)
    assert item.agreeing == 6  # by R's fisher.test, 22 of 42 and more


def test_without_counts_nothing_is_checked(small):
    items = judge(small, claim("comparison", outcome="pain"), claim("fold", week=12))
    assert [(item.verdict, item.reason) for item in items] == [(UNCHECKED, "no_counts")] * 2


def test_another_test_that_decides_otherwise_is_named():
    """23 of 1116 against 1 of 283: p = 0.068 by Fisher's test, 0.048 by the score test."""
    item = published()[2]["fleischmann2003_serious_infection"]
    assert (item.verdict, item.differing) == (NOT_REPRODUCED, "score")
    assert item.p_fisher == pytest.approx(0.06756, abs=1e-5)
    assert item.p_score == pytest.approx(0.04817, abs=1e-5)


def test_another_reading_that_decides_otherwise_is_named():
    """3 of 46 against 0 of 48 is not significant, 5 of 72 against 0 of 74 is."""
    item = published()[2]["cohen2002_acr70_w24_2mg"]
    assert (item.verdict, item.readings) == (NOT_REPRODUCED, "randomised")


@given(st.sampled_from(COMPARED), st.floats(0, 1), st.sampled_from([-1, 0, 1]))
def test_an_assertion_and_its_opposite_are_never_both_borne_out(assertion, p, direction):
    opposite = {
        **{"significantly_higher": "not_higher", "not_higher": "significantly_higher"},
        **{"higher": "lower", "lower": "higher", "significantly_lower": "significantly_higher"},
        **{"not_significant": "significantly_higher", "no_difference": "significantly_lower"},
    }[assertion]
    assert not (asserted(assertion, p, direction) and asserted(opposite, p, direction))


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
    found = judge(small, clear, close)
    assert (found[0].verdict, found[0].method) == (REPRODUCED, "every_split")
    assert found[0].agreeing == found[0].tables > 100
    assert found[0].p < 0.05
    assert found[1].verdict in (UNCHECKED, NOT_REPRODUCED)


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
    (item,) = judge(small, statement, change=lambda trial: both(huge(trial)))
    assert (item.verdict, item.reason) == (UNCHECKED, "too_many")


def test_a_split_that_no_count_gives(small):
    """Of 3 patients no arm has 47 %."""
    (item,) = judge(small, claim("split_comparison", total="3", assertion="higher"))
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
    (item,) = judge(small, claim("fold", assertion=assertion, value=value))
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
    (item,) = judge(small, claim("frequency", assertion=word))
    assert item.verdict == verdict
    assert (item.events_intervention, item.total_intervention) == (10, 250)
    assert [item.ci_low, item.ci_high] == pytest.approx([0.0193, 0.0723], abs=1e-4)


def test_too_few_patients_for_a_rare_event(small):
    none = recounted("beta2005", "harm", "drug", events=0)
    (item,) = judge(small, claim("frequency", assertion="rare"), change=none)
    assert (item.verdict, item.reason) == (UNCHECKED, "too_few")


def test_the_most_frequent_event(small):
    """Beta 2005: 95 (at least 94) of 250 responded, 10 of 250 had a harm."""
    first, second = judge(
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
    assert judge(small, claim("quantity", **cells))[0].verdict == verdict


def test_a_number_that_only_the_statement_itself_states(small):
    """The arm's size has table1 of alpha as its source; the statement is in alpha too."""
    statement = claim("quantity", quantity="arm_size", arm_id="drug", value="45")
    (item,) = judge(small, replace(statement, reference="alpha"))
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
        ("cited_interval", {}, REPRODUCED),
        ("cited_interval", {"assertion": "significantly_higher"}, NOT_REPRODUCED),
        ("cited_interval", {"assertion": "significantly_higher", "ci_low": "1.01"}, REPRODUCED),
        ("cited_interval", {"measure": "MD", "assertion": "no_difference"}, NOT_REPRODUCED),
        ("empty_group", {}, NOT_REPRODUCED),
    ],
)
def test_numbers_of_the_text_itself(small, kind, cells, verdict):
    assert judge(small, claim(kind, **cells))[0].verdict == verdict


def test_an_empty_group_is_found(small):
    none = recounted("alpha2001", "response", "placebo", events=0, events_low=0, events_high=0)
    (item,) = judge(small, claim("empty_group"), change=none)
    assert (item.verdict, item.recomputed) == (REPRODUCED, "1")


# --- pools ----------------------------------------------------------------------------------------


def test_a_pooled_difference_by_the_published_analysis(small):
    _, results = small
    higher, same = judge(
        small,
        claim("pooled_comparison", assertion="significantly_higher"),
        claim("pooled_comparison", assertion="no_difference"),
    )
    row = next(a for a in results[0].analyses if a.spec.name == "published").estimates[0]
    assert (higher.analysis, higher.p, higher.estimate) == ("published", row.p, row.estimate)
    assert {higher.verdict, same.verdict} == {REPRODUCED, NOT_REPRODUCED}
    assert (higher.verdict == REPRODUCED) == (row.ci_low > 1)
    assert higher.tables == 9


def test_one_trial_is_no_pool(small):
    (item,) = judge(small, claim("pooled_comparison", outcome="harm"))
    assert (item.verdict, item.reason, item.without) == (UNCHECKED, "one_trial", "alpha2001")


def test_a_printed_estimate_without_limits(small):
    right = f"{small[1][0].analyses[2].estimates[0].estimate:.2f}"
    first, second = judge(
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
    found = {item.claim_id: item for item in judge(small, first, second, third)}
    assert found["first"].contradicts == "second third"
    assert found["second"].contradicts == found["third"].contradicts == "first"
    assert [found[name].verdict for name in ("first", "second")] == [CONTRADICTED] * 2
    assert found["third"].verdict == NOT_REPRODUCED
    (alone,) = judge(small, claim("text"))
    assert (alone.verdict, alone.reason) == (UNCHECKED, "no_numbers")


# --- the review of 2013 ---------------------------------------------------------------------------


def test_the_audit_is_broad():
    review, _, found = published()
    assert len(found) == len(review.claims) >= 50
    assert {item.kind for item in found.values()} == set(KINDS)
    assert {item.verdict for item in found.values()} == set(VERDICTS)


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
    assert (acr70.verdict, acr70.agreeing, acr70.tables) == (REPRODUCED, 8, 9)


def test_sorts_of_statements_add_up():
    items = list(published()[2].values())
    verdicts = ("reproduced", "not_reproduced", "contradicted", "unchecked")
    assert sum(len(of_sort(items, sort)) for sort in verdicts) == len(of_sort(items, "total"))
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
