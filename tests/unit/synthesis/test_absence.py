"""Why trials are not in a pool: from their rows alone, and every trial with a reason."""

from dataclasses import replace

import pytest

from metasynth.language.languages import ENGLISH
from metasynth.language.sentences import in_words, lowered
from metasynth.model.records import (
    Arm,
    Cell,
    Comparison,
    Omission,
    OutcomeSpec,
    Result,
    Study,
    Trial,
)
from metasynth.report.text.absences import sentences
from metasynth.synthesis.absence import (
    MISSING,
    NOT_EXTRACTED,
    OTHER_ARMS,
    OTHER_READING,
    OTHER_WEEK,
    absence,
)
from metasynth.synthesis.comparison import selected_rows, study_data

CELL = Cell("trials/t/results.csv", 2)
STUDY = Study("t", "Trial T", 2000, "", "included", "", "", None, None, "", "", "", CELL)
SIDES = Comparison(("drug",), ("placebo",))
OUTCOME = OutcomeSpec("o", "Death", "death", 24, "binary", "RR", "harm", ("main",))
ARMS = tuple(
    Arm(name, role, name, treatment, None, "", None, "", "", CELL)
    for name, role, treatment in (
        ("t", "intervention", "drug"),
        ("c", "control", "placebo"),
        ("low", "intervention", "low dose"),
    )
)
BLANK = Result(
    *("death", 24, "", "t", "", None, None, None, None, ""),
    *(None, None, None, None, None, None, "reported", "s", "", CELL),
)


def trial(*rows):
    return Trial(STUDY, ARMS, tuple(replace(BLANK, **row) for row in rows), (), (), ())


COUNTS = {"events": 3, "total": 50}
GONE = {"provenance": "missing", "note": "Looked for deaths: not stated. N: table 1."}


@pytest.mark.parametrize(
    ("rows", "reason", "said"),
    [
        ((), NOT_EXTRACTED, "Not extracted for Trial T: the tables have no row of it."),
        (({"outcome": "deaht", **COUNTS},), NOT_EXTRACTED, None),
        (({"week": 12, **GONE},), NOT_EXTRACTED, None),
        (
            ({"week": 23, **COUNTS},),
            OTHER_WEEK,
            "Extracted for Trial T at another time (week 23) than this outcome’s (week 24).",
        ),
        (({"week": None, **COUNTS}, {"week": 12, **COUNTS}), OTHER_WEEK, None),
        (
            (GONE, {"arm_id": "c", **GONE}),
            MISSING,
            "Stated to be missing for Trial T. Looked for deaths: not stated.",
        ),
        ((GONE, {"week": 12, **COUNTS}), MISSING, None),
        (({"arm_id": "low", **GONE},), MISSING, None),
        (
            ({"reading": "per_protocol", **COUNTS},),
            OTHER_READING,
            "Extracted for Trial T as another reading only (per protocol).",
        ),
        (
            ({"arm_id": "low", **COUNTS},),
            OTHER_ARMS,
            "Extracted for Trial T in arms that are not compared here (low).",
        ),
    ],
)
def test_each_absence_is_told_by_what_the_rows_are(rows, reason, said):
    found = absence(trial(*rows), OUTCOME, SIDES)
    assert found.reason == reason
    (sentence,) = sentences([found], OUTCOME, ENGLISH)
    assert "Trial T" in sentence
    assert said is None or sentence == said


def test_a_trial_with_a_number_is_never_absent():
    assert absence(trial(COUNTS), OUTCOME, SIDES) is None


@pytest.mark.parametrize("week", [None, 12, 24])
@pytest.mark.parametrize("reading", ["", "other"])
@pytest.mark.parametrize("arm", ["t", "c", "low"])
@pytest.mark.parametrize("numbers", [COUNTS, GONE])
def test_a_trial_is_either_selected_or_absent(week, reading, arm, numbers):
    own = trial({"week": week, "reading": reading, "arm_id": arm, **numbers})
    selected = bool(selected_rows(own, OUTCOME, SIDES))
    assert selected == (absence(own, OUTCOME, SIDES) is None)


def test_trials_of_one_reason_share_a_sentence():
    found = absence(trial(GONE), OUTCOME, SIDES)
    other = replace(found, study="u", label="Trial U")
    unlike = replace(found, study="v", label="Trial V", notes=("Looked elsewhere.",))
    assert sentences([found, other, unlike], OUTCOME, ENGLISH) == [
        "Stated to be missing for Trial T and Trial U. Looked for deaths: not stated.",
        "Stated to be missing for Trial V. Looked elsewhere.",
    ]


CONTRAST = {"reference_arm_id": "c"}
LOG, NATURAL = replace(OUTCOME, type="generic", measure="HR"), "MD"


@pytest.mark.parametrize(
    ("numbers", "measure", "reason"),
    [
        ({"estimate": 0.9}, "HR", "the contrast has no standard error or interval"),
        ({"estimate": -0.2, "ci_low": -0.7, "ci_high": 0.3}, "HR", "a ratio and its limits are"),
        ({"estimate": 0.5, "ci_low": 0.0, "ci_high": 2.0}, "HR", "a limit of 0 gives a ratio"),
        ({"estimate": 0.5, "ci_low": 0.5, "ci_high": 0.5}, "HR", "the limits of the contrast are"),
        ({"estimate": 0.0, "ci_low": 0.0, "ci_high": 0.0}, "MD", "the limits of the contrast are"),
        ({"o_minus_e": -5.0, "variance": 30.0}, "MD", "only a ratio follows from O − E and V"),
        ({}, "HR", "the contrast has no estimate"),
        ({"estimate": 0.9, "se": 0.2}, "HR", None),
        ({"estimate": -0.2, "se": 0.2}, "HR", None),
        ({"estimate": 0.9, "ci_low": 0.5, "ci_high": 1.3}, "HR", None),
        ({"estimate": 0.0, "ci_low": -0.5, "ci_high": 0.5}, "MD", None),
        ({"o_minus_e": -5.0, "variance": 30.0}, "HR", None),
    ],
)
def test_a_contrast_is_pooled_or_left_out_for_its_own_reason(numbers, measure, reason):
    found = study_data(trial({**CONTRAST, **numbers}), replace(LOG, measure=measure), SIDES)
    if reason is None:
        assert found[0].contrast.se > 0
    else:
        assert isinstance(found, Omission)
        assert in_words(found.reason).startswith(reason)


def test_rows_of_arms_are_no_contrast():
    found = study_data(trial(COUNTS), LOG, SIDES)
    assert in_words(found.reason) == "its rows are of single arms, not of a contrast"


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Death", "death"),
        ("ACR20 response", "ACR20 response"),
        ("HbA1c", "HbA1c"),
        ("C-reactive protein", "C-reactive protein"),
        ("O − E and V", "O − E and V"),
        ("A fall", "a fall"),
        ("Odpowiedź\u00a0ACR20", "odpowiedź\u00a0ACR20"),
        ("Drug, high dose", "drug, high dose"),
        ("Adverse Events", "Adverse Events"),
        ("Death after Myocardial Infarction", "Death after Myocardial Infarction"),
        ("Pain on Hamilton scale", "pain on Hamilton scale"),
        ("Binomial–normal model (GLMM)", "binomial–normal model (GLMM)"),
        ("Non-responders", "non-responders"),
        ("Mantel–Haenszel", "Mantel–Haenszel"),
        ("Peto's method", "Peto's method"),
    ],
)
def test_a_label_inside_a_sentence_keeps_the_capitals_of_names(label, said):
    assert lowered(label) == said
