"""A review of several comparisons gives what reviews of one each give, and no patient twice."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import pooled
from tests.made_up import several

from metasynth.model.records import Comparison
from metasynth.review.load import load_review
from metasynth.synthesis.absence import absences
from metasynth.synthesis.comparison import makes, takes_part

ARMS = ("low", "high", "p", "s")


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    folder = tmp_path_factory.mktemp("several") / "review"
    several().write(folder)
    return load_review(Path("config.yaml"), folder)


def recounted(trial, events, there):
    """The trial with other numbers of patients who responded, and some of its arms."""
    arms = tuple(arm for arm in trial.arms if arm.arm_id in there)
    rows = (row for row in trial.results if row.arm_id in there)
    results = (
        row if row.events is None else replace(row, events=min(events[row.arm_id], row.total))
        for row in rows
    )
    return replace(trial, arms=arms, results=tuple(results))


def with_any_dose(config, multi_arm):
    """A comparison more, in which trials have two arms on a side, each outcome in it as well."""
    doses = Comparison(("drug low", "drug high"), ("placebo",), multi_arm, "Any dose", "Placebo")
    other = [replace(one, id=f"{one.outcome}__any", comparison="any") for one in config.outcomes]
    once = {one.id: one for one in other if one.outcome != "withdrawal"}
    return replace(
        config,
        comparisons={**config.comparisons, "any": doses},
        outcomes=(*config.outcomes, *once.values()),
    )


def alone(config, comparison):
    """The review that has this comparison and no other."""
    own = [one for one in config.outcomes if one.comparison == comparison]
    outcomes = tuple(replace(one, id=one.outcome, comparison="") for one in own)
    return replace(config, comparisons={"": config.comparisons[comparison]}, outcomes=outcomes)


def numbers(result):
    """All that was pooled, but for the name of the outcome."""
    estimates = [replace(row, outcome="") for a in result.analyses for row in a.estimates]
    studies = [replace(row, outcome="") for a in result.analyses for row in a.studies]
    posteriors = [analysis.posterior for analysis in result.analyses]
    return result.studies, estimates, studies, posteriors


DRAWN = st.fixed_dictionaries({arm: st.integers(0, 92) for arm in ARMS})
THERE = st.sets(st.sampled_from(ARMS), min_size=2)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(DRAWN, THERE), min_size=5, max_size=5),
    st.sampled_from(["combine", "split", "covariance"]),
)
def test_each_comparison_gives_what_it_gives_alone(review, drawn, multi_arm):
    trials = [recounted(t, *one) for t, one in zip(review.trials, drawn, strict=True)]
    config = with_any_dose(review.config, multi_arm)
    for name in config.comparisons:
        single = alone(config, name)
        own = [one for one in config.outcomes if one.comparison == name]
        for outcome, other in zip(own, single.outcomes, strict=True):
            if not any(makes(trial, config.comparisons[name]) for trial in trials):
                continue
            together, _ = pooled(config, trials, outcome)
            apart, _ = pooled(single, trials, other)
            assert numbers(together) == numbers(apart)


@pytest.mark.parametrize("multi_arm", ["combine", "split"])
def test_no_patient_counts_twice_in_one_pool(review, multi_arm):
    config = with_any_dose(review.config, multi_arm)
    for outcome in config.outcomes:
        result, trials = pooled(config, review.trials, outcome)
        sides = config.comparison_of(outcome)
        patients = sum(
            row.total
            for trial in trials
            for row in trial.results
            if row.outcome == outcome.outcome
            and any(arm.arm_id == row.arm_id and takes_part(arm, sides) for arm in trial.arms)
        )
        row = result.analyses[0].estimates[0]
        assert row.total_intervention + row.total_control == pytest.approx(patients, abs=1e-9)


def test_a_trial_that_does_not_make_a_comparison_misses_nothing_in_it(review):
    for outcome in review.config.outcomes:
        sides = review.config.comparison_of(outcome)
        result, trials = pooled(review.config, review.trials, outcome)
        asked = {trial.study.study for trial in review.trials if makes(trial, sides)}
        known = {trial.study.study for trial in trials}
        absent = {one.study for one in absences(review.trials, outcome, sides)}
        assert known | absent == asked
        assert {study.study for study in result.studies} <= known
    (pain,) = (one for one in review.config.outcomes if one.id == "pain__high_dose")
    assert absences(review.trials, pain, review.config.comparison_of(pain)) == ()
