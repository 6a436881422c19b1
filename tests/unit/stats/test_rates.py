"""Proportions, rates and O - E from raw rows to pooled results, at their edges too."""

import dataclasses
from math import isfinite

import numpy as np
import pytest

from metasynth.language.sentences import in_words
from metasynth.model.methods import check_combination, check_multi_arm
from metasynth.model.records import (
    AnalysisSpec,
    Arm,
    Cell,
    Comparison,
    Group,
    Omission,
    OutcomeSpec,
    Result,
    Study,
    StudyData,
    Trial,
)
from metasynth.stats.effects.proportions import PROPORTION_EFFECTS, from_double_arcsine
from metasynth.stats.effects.scales import natural
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise
from metasynth.tables.raw_table import RawTable, Row
from metasynth.validation.results import row_faults

CELL = Cell("trials/x/results.csv", 2)
COMPARISON = Comparison(("drug",), ("placebo",))
HEADER = tuple(f.name for f in dataclasses.fields(Result) if f.name != "cell")


def outcome(kind, measure):
    return OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))


def result(arm, **cells):
    text = {"outcome": "o", "arm_id": arm, "provenance": "reported", "source_id": "s"}
    values = {
        name: "" if name in {"reading", "reference_arm_id", "reported_percent", "note"} else None
        for name in HEADER
    }
    return Result(**(values | text | cells), cell=CELL)


def trial(*results):
    study = Study("x", "X", 2000, "parallel", "included", "", "", None, None, "", "", "", CELL)
    arms = tuple(
        Arm(name, "", name, treatment, None, "", None, "", "", CELL)
        for name, treatment in (("p", "placebo"), ("d", "drug"), ("e", "drug"))
    )
    return Trial(study, arms, results, ())


def faults(**cells):
    whole = {"provenance": "reported", "source_id": "s", "arm_id": "d"} | cells
    return [(f.column, f.expected) for f in row_faults(Row(RawTable("results", "f"), 2, whole))]


RATES = trial(
    result("d", events=3, person_time=100.5),
    result("e", events=4, person_time=50.0),
    result("p", events=9, person_time=120.0),
)


def test_rates_of_arms_are_added():
    (study,) = study_data(RATES, outcome("rate", "IRR"), COMPARISON)
    assert (study.intervention.events, study.intervention.person_time) == (7, 150.5)
    assert study.intervention.total is None
    row = synthesise(
        outcome("rate", "IRR"), [AnalysisSpec("p", "", model="IV")], COMPARISON, [study]
    )
    assert row.analyses[0].estimates[0].estimate == pytest.approx(7 / 150.5 / (9 / 120), rel=1e-14)


def test_a_shared_control_gives_its_time_in_equal_parts():
    shared = dataclasses.replace(COMPARISON, multi_arm="split")
    one, two = study_data(RATES, outcome("rate", "IRR"), shared)
    assert (one.control.events, two.control.events) == (4.5, 4.5)
    assert one.control.person_time == two.control.person_time == 60


def test_a_proportion_needs_no_control():
    (study,) = study_data(
        trial(result("d", events=3, total=10), result("e", events=1, total=6)),
        outcome("proportion", "PFT"),
        COMPARISON,
    )
    assert study.control is None
    assert (study.intervention.events, study.intervention.total) == (4, 16)
    only_control = trial(result("p", events=3, total=10))
    left_out = study_data(only_control, outcome("proportion", "PFT"), COMPARISON)
    assert isinstance(left_out, Omission)


def test_o_minus_e_is_a_contrast_of_a_ratio_only():
    rows = trial(result("d", reference_arm_id="p", o_minus_e=-3.0, variance=4.0))
    (study,) = study_data(rows, outcome("generic", "HR"), COMPARISON)
    assert (study.contrast.estimate, study.contrast.se) == (-0.75, 0.5)
    assert isinstance(study_data(rows, outcome("generic", "MD"), COMPARISON), Omission)


def pooled(kind, measure, studies, **choices):
    spec = AnalysisSpec("p", "", **choices)
    return synthesise(outcome(kind, measure), [spec], COMPARISON, studies)


def group(events, total):
    return StudyData(f"s{events}_{total}", "", None, Group((), "", events, total))


@pytest.mark.parametrize("measure", ["PLO", "PAS", "PFT"])
@pytest.mark.parametrize("events", [0, 20])
@pytest.mark.parametrize("copies", [1, 2, 5])
def test_nobody_or_everybody(measure, events, copies):
    data = [group(events, 20) for _ in range(copies)]
    for choices in ({"model": "IV"}, {"ci": "HKSJ", "prediction": "t_k-1"}):
        found = pooled("proportion", measure, data, **choices).analyses[0]
        for row in (*found.estimates, *found.studies):
            assert 0 <= row.ci_low <= row.estimate <= row.ci_high <= 1
            assert abs(row.estimate - events / 20) < 0.03
        assert found.estimates[0].p is None


@pytest.mark.parametrize("measure", ["PLO", "PAS", "PFT"])
def test_each_transformation_is_undone(measure):
    for events in (1.0, 4.0, 9.0, 16.0, 19.0):
        y, _ = PROPORTION_EFFECTS[measure](np.array([events]), np.array([20.0]))
        assert natural(measure, float(y[0]), 20) == pytest.approx(events / 20, abs=1e-12)
    assert natural("PFT", 0.5) is None
    assert natural("RR", 800.0) is None


def test_the_double_arcsine_ends_at_0_and_1():
    assert from_double_arcsine(-1, 10) == from_double_arcsine(0, 10) == 0
    assert from_double_arcsine(2, 10) == 1


def test_wilson_limits_of_each_proportion():
    row = pooled("proportion", "PLO", [group(0, 10)], study_ci="score").analyses[0].studies[0]
    z2 = 1.959963984540054**2
    assert (row.ci_low, row.ci_high) == (0, pytest.approx(z2 / (10 + z2), rel=1e-12))


def test_an_uncorrected_logit_is_left_out():
    found = pooled("proportion", "PLO", [group(0, 10), group(3, 9)], zero_cells="none")
    assert found.analyses[0].estimates[0].k == 1
    assert "zero_cells is none" in in_words(found.omissions[0].reason)


def rate(x1, t1, x2, t2):
    return StudyData(
        f"s{x1}_{x2}",
        "",
        None,
        Group((), "", x1, person_time=t1),
        Group((), "", x2, person_time=t2),
    )


@pytest.mark.parametrize("measure", ["IRR", "IRD"])
def test_rates_without_events(measure):
    data = [rate(0, 10.0, 0, 12.0), rate(0, 10.0, 4, 12.0)]
    found = pooled("rate", measure, data)
    left_out = ["no events in either group"] if measure == "IRR" else []
    assert [in_words(o.reason) for o in found.omissions] == left_out
    excluded = pooled("rate", measure, data, double_zero="exclude")
    assert [in_words(o.reason) for o in excluded.omissions] == ["no events in either group"]
    assert found.analyses[0].studies[-1].corrected
    assert "the events of each group" in in_words(found.analyses[0].studies[-1].note)
    kept = pooled("rate", measure, data, double_zero="include").analyses[0]
    assert kept.estimates[0].k == 2
    none = pooled("rate", measure, data, zero_cells="none", double_zero="include")
    assert none.analyses[0].estimates[0].k == (1 if measure == "IRD" else 0)


@pytest.mark.parametrize(
    ("study", "reason"),
    [
        (rate(None, 10.0, 1, 5.0), "the number of events in the intervention"),
        (rate(1, None, 1, 5.0), "the person-time of the intervention"),
        (rate(1, 5.0, 1, 0.0), "1 events in 0 person-time"),
        (rate(1, float("inf"), 1, 1.0), "inf person-time"),
    ],
)
def test_incomplete_rates_are_omitted_with_the_reason(study, reason):
    found = pooled("rate", "IRR", [study])
    assert found.analyses[0].estimates[0].k == 0
    assert reason in in_words(found.omissions[0].reason)


def test_extreme_rates_are_finite():
    for measure in ("IRR", "IRD"):
        row = pooled("rate", measure, [rate(1, 1e-9, 10**9, 1e9)] * 3).analyses[0].estimates[0]
        numbers = [x for x in dataclasses.astuple(row) if isinstance(x, float)]
        assert all(isfinite(x) for x in numbers)
    assert row.estimate == pytest.approx(1e9, rel=1e-6)


def test_what_has_no_meaning_is_refused():
    peto, score = AnalysisSpec("p", "", model="Peto"), AnalysisSpec("p", "", study_ci="score")
    arm_sized = AnalysisSpec("p", "", zero_cells="treatment_arm")
    assert "not PLO" in check_combination(outcome("proportion", "PLO"), peto)
    assert "RR, OR and RD" in check_combination(outcome("rate", "IRR"), score)
    assert "2×2" in check_combination(outcome("rate", "IRR"), arm_sized)
    assert check_multi_arm(outcome("rate", "IRR"), AnalysisSpec("p", "")) is None
    assert "score" in check_multi_arm(outcome("binary", "RR"), score)
    assert check_multi_arm(outcome("proportion", "PLO"), score) is None


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"events": "9", "person_time": "0"}, "person_time"),
        ({"person_time": "3.5", "mean": "1"}, "events"),
        ({"o_minus_e": "1", "variance": "2"}, "o_minus_e"),
        ({"reference_arm_id": "p", "o_minus_e": "1"}, "variance"),
        ({"reference_arm_id": "p", "variance": "2"}, "o_minus_e"),
        ({"reference_arm_id": "p", "o_minus_e": "1", "variance": "0"}, "variance"),
        ({"reference_arm_id": "p", "o_minus_e": "1", "variance": "2", "estimate": "3"}, "estimate"),
        ({"reference_arm_id": "p", "estimate": "1", "person_time": "2"}, "person_time"),
        ({"provenance": "missing", "note": "n", "o_minus_e": "1", "variance": "2"}, "o_minus_e"),
    ],
)
def test_rows_that_contradict_themselves(cells, column):
    assert [name for name, _ in faults(**cells)] == [column]


def test_rows_that_are_in_order():
    assert faults(events="30", person_time="12.5") == []
    assert faults(reference_arm_id="p", o_minus_e="-1.5", variance="2") == []
