"""Several comparisons in the state of a review: their keys, and which outcomes a change reaches."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.examples import pooled
from tests.made_up import several

from metasynth.language.languages import ENGLISH
from metasynth.living import baseline
from metasynth.living.changes import compare
from metasynth.living.state import choices, state
from metasynth.living.summary import summary
from metasynth.report.tables.changes import outcomes_table
from metasynth.review.load import load_review


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    folder = tmp_path_factory.mktemp("several") / "review"
    several().write(folder)
    return load_review(Path("config.yaml"), folder)


def made(config, trials):
    results = [pooled(config, trials, outcome)[0] for outcome in config.outcomes]
    rows = [row for result in results for item in result.analyses for row in item.estimates]
    return baseline.from_text(baseline.to_text(state(config, trials, (), (), rows)))


def causes(review, config, trials=None):
    """What is due to what, by the outcomes that changed."""
    before = made(review.config, review.trials)
    found = compare(before, made(config, trials or review.trials), review.config.living)
    changed = [one for one in found.outcomes if one.kind == "changed"]
    return found.choices, {one.outcome: [(c.kind, *c.items) for c in one.causes] for one in changed}


def test_choices_have_the_keys_of_config(review):
    found = choices(review.config)
    assert found["comparisons.low_dose.intervention"] == "drug low"
    assert found["comparisons.active.label"] == "Head to head"
    assert found["comparisons.high_dose.labels.control"] == "Placebo"
    assert found["outcomes.response__low_dose.comparison"] == "low_dose"
    assert found["outcomes.withdrawal.comparison"] == "active"
    assert not [key for key in found if key.startswith("comparison.")]


def test_the_only_comparison_keeps_its_keys(review):
    one = replace(
        review.config, outcomes=(), comparisons={"": review.config.comparisons["low_dose"]}
    )
    found = {key: text for key, text in choices(one).items() if key.startswith("comparison")}
    assert found == {
        "comparison.intervention": "drug low",
        "comparison.control": "placebo",
        "comparison.labels.intervention": "Low dose",
        "comparison.labels.control": "Placebo",
    }


def test_a_comparison_changes_its_own_outcomes_alone(review):
    compared = review.config.comparisons
    wider = replace(compared["low_dose"], intervention=("drug low", "drug high"))
    config = replace(review.config, comparisons={**compared, "low_dose": wider})
    changed, found = causes(review, config)
    assert [one.name for one in changed] == ["comparisons.low_dose.intervention"]
    assert found == {
        f"{name}__low_dose": [("config", "comparisons.low_dose.intervention")]
        for name in ("response", "pain")
    }


def test_a_name_of_a_comparison_changes_nothing(review):
    compared = review.config.comparisons
    named = replace(compared["active"], label="Rivals", control_label="Rival")
    _, found = causes(review, replace(review.config, comparisons={**compared, "active": named}))
    assert found == {}


def test_a_row_changes_the_comparisons_that_its_trial_makes(review):
    """Trial c1's placebo is in one comparison only: the trial has no arm of the low dose."""
    trials = tuple(
        replace(
            trial,
            results=tuple(
                replace(row, events=25)
                if (trial.study.study, row.arm_id, row.outcome) == ("trial_c1", "p", "response")
                else row
                for row in trial.results
            ),
        )
        for trial in review.trials
    )
    _, found = causes(review, review.config, trials)
    assert list(found) == ["response__high_dose"]
    ((kind, row),) = found["response__high_dose"]
    assert kind == "data"
    assert row.startswith("trial_c1 ")


def test_a_change_is_told_with_the_comparison_that_it_is_of(review):
    before, after = (made(review.config, trials) for trials in (review.trials[1:], review.trials))
    found = compare(before, after, review.config.living)
    rows = outcomes_table(found, ENGLISH, lambda printed, _: printed)[2]
    said = {"".join(part.text for part in row.cells[0]) for row in rows if row.heading}
    for label in ("Response (low dose versus placebo)", "Response (high dose versus placebo)",
                  "Response (head to head)", "Withdrawal (head to head)"):  # fmt: skip
        assert f"{label}: changed" in said
    assert "| Pain (Low dose versus Placebo) |" in summary(found)
