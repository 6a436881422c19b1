"""Changes in standard deviations before: where their correlation is from, and what lacks it."""

from dataclasses import replace
from math import atanh, sqrt, tanh
from pathlib import Path

import pytest
from tests.converted import COMPARISON, row, studied, trial
from tests.made_up import CONVERTED, two

from metasynth.core.faults import InvalidReview
from metasynth.interface import pooling
from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.model.conversions import ConversionChoices
from metasynth.model.records import AnalysisSpec, Arm, Cell, Comparison, Omission, OutcomeSpec
from metasynth.review.load import load_review
from metasynth.sensitivity.assumptions import assumptions
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

NOTHING = Comparison((), ())
TIMES = {"baseline_mean": 6.0, "baseline_sd": 1.9, "final_mean": 5.1, "total": 30}


def outcome(measure="SMCR", **choices):
    kind = "continuous" if measure == "SMD-PPC" else "mean"
    spec = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))
    return replace(spec, conversions=ConversionChoices(**choices))


def of_one(spec, **numbers):
    """The group that a row of one arm becomes."""
    (study,) = studied(spec, row("t", **numbers))
    return study.intervention


@pytest.mark.parametrize(
    ("more", "r", "rules"),
    [
        ({"change_correlation": 0.6}, 0.6, ("change-of-means",)),
        ({"change_correlation": 0.6, "final_sd": 2.0, "sd": 1.0}, 0.6, ("change-of-means",)),
        ({"final_sd": 2.0, "sd": 1.8}, (1.9**2 + 4 - 1.8**2) / 7.6,
         ("change-of-means", "correlation-of-change")),
        ({"final_sd": 2.0, "se": 1.8 / sqrt(30), "mean": -0.9}, (1.9**2 + 4 - 1.8**2) / 7.6,
         ("correlation-of-change",)),
        ({"final_sd": 2.0}, 0.5, ("change-of-means", "correlation-of-change-assumed")),
        ({}, 0.5, ("change-of-means", "correlation-of-change-assumed")),
    ],
)  # fmt: skip
def test_the_correlation_is_stated_or_follows_or_is_declared(more, r, rules):
    group = of_one(outcome(change_correlation=0.5), **TIMES, **more)
    assert group.change_correlation == pytest.approx(r)
    assert group.mean == pytest.approx(-0.9)
    assert (group.baseline_sd, group.rules) == (1.9, rules)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        (TIMES, "only with the correlation of the values before and after"),
        ({**TIMES, "baseline_sd": None}, "baseline_sd would do"),
        ({**TIMES, "final_sd": 2.0, "sd": 4.2}, "no correlation of the values before and after"),
        ({**TIMES, "change_correlation": 0.5, "total": 2}, "of two patients"),
        ({**TIMES, "change_correlation": 0.5, "baseline_sd": 0.0}, "above 0"),
    ],
)
def test_what_cannot_be_computed_says_why(numbers, said):
    spec = outcome()
    found = study_data(trial("x", row("t", **numbers)), spec, NOTHING)
    if not isinstance(found, Omission):
        result = synthesise(spec, [AnalysisSpec("p", "", model="IV")], NOTHING, found)
        found = result.omissions[0]
    assert said in in_words(found.reason, speak("en"))


def test_a_change_of_two_patients_has_no_correction_by_its_own_spread_either():
    found = studied(outcome("SMCC"), row("t", mean=-1.0, sd=2.0, total=2))
    result = synthesise(outcome("SMCC"), [AnalysisSpec("p", "", model="IV")], NOTHING, found)
    assert "of two patients" in in_words(result.omissions[0].reason, speak("en"))


def test_a_correlation_that_is_declared_is_varied():
    """Each line is what the review would give had it declared so."""
    spec = outcome(change_correlation=0.5)
    trials = [
        trial("a", row("t", **TIMES)),
        trial("b", row("t", **{**TIMES, "final_mean": 5.5}, change_correlation=0.7)),
    ]
    analysis = AnalysisSpec("p", "", model="IV")

    def result(which):
        studies = [one for each in trials for one in study_data(each, which, NOTHING)]
        return synthesise(which, [analysis], NOTHING, studies)

    found = assumptions(result(spec), trials)
    assert [(one.kind, one.value, one.trials) for one in found] == [
        ("without", None, ("a",)),
        ("correlation", 0.3, ("a",)),
        ("correlation", 0.7, ("a",)),
    ]
    for one in found[1:]:
        other = replace(spec, conversions=ConversionChoices(change_correlation=one.value))
        expected = result(other).analyses[0].estimates[0]
        assert (one.estimate.estimate, one.estimate.se) == (expected.estimate, expected.se)


def test_arms_of_one_side_are_taken_within_arms():
    """Two like arms are one with twice the patients; unlike ones are taken within themselves."""
    at = Cell("trials/t/study.csv", 2)
    one = trial("t")
    third = Arm("u", "intervention", "u", "drug", None, "", None, "", "", at)
    one = replace(one, arms=(*one.arms, third))
    numbers = {"mean": -1.0, "baseline_sd": 2.0, "change_correlation": 0.6, "total": 20}
    other = {"mean": -2.0, "baseline_sd": 3.0, "change_correlation": 0.2, "total": 40}
    control = row("c", **{**numbers, "mean": 0.0})
    spec = outcome("SMD-PPC")

    def side(second):
        rows = (row("t", **numbers), row("u", **second), control)
        (study,) = study_data(replace(one, results=rows), spec, COMPARISON)
        return study.intervention

    like, unlike = side(numbers), side(other)
    assert (like.total, like.mean, like.baseline_sd) == (40, -1.0, 2.0)
    assert like.change_correlation == pytest.approx(0.6)
    assert unlike.mean == pytest.approx((20 * -1 + 40 * -2) / 60)
    assert unlike.baseline_sd == pytest.approx(sqrt((19 * 4 + 39 * 9) / 58))
    expected = tanh((20 * atanh(0.6) + 40 * atanh(0.2)) / 60)
    assert unlike.change_correlation == pytest.approx(expected)


def doubts(folder: Path, **numbers):
    """The kinds of what is doubtful of a trial of changes more, by column."""
    control = {"mean": -0.2, "baseline_sd": 2.0, "change_correlation": 0.5, "total": 20}
    own = {"baseline_sd": 2.0, "total": 20, **numbers}
    rows = two("smd_ppc_converted", own, control)
    review = replace(CONVERTED, rows={**CONVERTED.rows, "trial_new": rows}, more={})
    review.write(folder)
    try:
        faults = load_review(folder / "config.yaml", folder).warnings
    except InvalidReview as invalid:
        faults = invalid.faults
    return {(fault.kind, fault.column) for fault in faults if "trial_new" in fault.file}


@pytest.mark.parametrize(
    ("numbers", "kind", "column"),
    [
        ({"mean": -1.0}, "number_left_blank", "change_correlation"),
        (
            {"mean": 5.0, "baseline_mean": 6.0, "change_correlation": 0.5},
            "value_for_change",
            "mean",
        ),
        ({"mean": 12.0, "change_correlation": 0.5}, "value_for_change", "mean"),
    ],
)
def test_slips_are_told_of(tmp_path, numbers, kind, column):
    assert (kind, column) in doubts(tmp_path / "review", **numbers)


def test_what_is_right_is_not_doubted(tmp_path):
    right = {"mean": -1.0, "baseline_mean": 6.0, "change_correlation": 0.5}
    assert not doubts(tmp_path / "review", **right)


def test_data_frames_have_changes():
    """A frame of metafor's columns gives what rows of results.csv do."""
    wide = {"m1i": [5.1, 5.5, 4.0], "m2i": [6.0, 6.0, 5.5], "sd1i": [1.9, 1.8, 2.0],
            "sd2i": [2.0, 2.1, 1.5], "ri": [0.5, 0.6, 0.4], "ni": [30, 20, 25]}  # fmt: skip
    for measure in ("MC", "SMCC", "SMCR"):
        found = pooling.pool(wide, measure=measure, model="IV")
        studies = []
        for i in range(3):
            numbers = {
                "final_mean": wide["m1i"][i], "baseline_mean": wide["m2i"][i],
                "baseline_sd": wide["sd1i"][i], "final_sd": wide["sd2i"][i],
                "change_correlation": wide["ri"][i], "total": wide["ni"][i],
            }  # fmt: skip
            (study,) = studied(outcome(measure), row("t", **numbers))
            studies.append(replace(study, study=f"s{i}"))
        analysis = AnalysisSpec("p", "", model="IV")
        expected = synthesise(outcome(measure), [analysis], NOTHING, studies)
        assert found.pooled.estimate == pytest.approx(expected.analyses[0].estimates[0].estimate)
