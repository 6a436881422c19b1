"""What a design says: a trial, a randomised one, or neither."""

import pytest

from metasynth.model.designs import are_trials, is_randomised


@pytest.mark.parametrize(
    ("design", "trial", "randomised"),
    [
        ("randomised, double-blind", True, True),
        ("Randomized controlled trial", True, True),
        ("RCT", True, True),
        ("random allocation", True, True),
        ("systematic allocation", True, False),
        ("alternate allocation", True, False),
        ("quasi-randomised", True, False),
        ("non-randomised controlled trial", True, False),
        ("single-arm trial", True, False),
        ("not randomised", False, False),
        ("non-randomised study of two cohorts", False, False),
        ("case series", False, False),
        ("cohort", False, False),
        ("industrial survey", False, False),
        ("", False, False),
    ],
)
def test_a_design_is_a_trials_where_it_says_so(design: str, trial: bool, randomised: bool) -> None:
    assert (are_trials([design]), is_randomised(design)) == (trial, randomised)
    assert are_trials(["randomised", design]) is trial


def test_no_study_at_all_is_no_reason_to_avoid_the_word() -> None:
    assert are_trials([])
