"""A review of several comparisons gives what reviews of one each give, and no patient twice."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples
from tests.examples import pooled
from tests.made_up import several

from metasynth.language.sentences import in_words
from metasynth.model.records import Comparison, Omission, OutcomeSpec
from metasynth.review.load import load_review
from metasynth.synthesis.absence import OTHER_ARMS, absence, absences
from metasynth.synthesis.comparison import makes, reports, study_data, takes_part

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


@examples(15)
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


def contrasted(trial, given):
    """The trial with contrasts of its arms alone: log hazard ratios of pairs, all of one error."""
    row = replace(trial.results[0], outcome="death", events=None, total=None, se=0.2)
    rows = (
        replace(row, arm_id=a, reference_arm_id=b, estimate=y, cell=replace(row.cell, row=2 + n))
        for n, ((a, b), y) in enumerate(given.items())
    )
    return replace(trial, results=tuple(rows))


EVERY = {("low", "p"): -0.1, ("high", "p"): -0.3, ("high", "s"): 0.05, ("high", "low"): -0.2}


def death(comparison):
    return OutcomeSpec(
        "d", "Death", "death", None, "generic", "HR", "harm", ("iv",), comparison=comparison
    )


@pytest.mark.parametrize(("name", "y"), [("low_dose", -0.1), ("high_dose", -0.3), ("active", 0.05)])
def test_a_comparison_takes_its_own_contrast_of_a_trial_with_several(review, name, y):
    trial = contrasted(review.trials[0], EVERY)
    (data,) = study_data(trial, death(name), review.config.comparisons[name])
    assert data.contrast.estimate == y


@pytest.mark.parametrize("name", ["", "low_dose", "high_dose", "active"])
@pytest.mark.parametrize("pair", EVERY)
def test_no_contrast_with_an_arm_that_takes_no_part_is_pooled(review, name, pair):
    """Whether the comparison is one of several or the only one."""
    trial = contrasted(review.trials[0], {pair: EVERY[pair]})
    sides = review.config.comparisons[name or "high_dose"]
    own = {"": ("high", "p"), "low_dose": ("low", "p"), "high_dose": ("high", "p")}
    data = study_data(trial, death(name), sides)
    assert isinstance(data, tuple) is (pair == own.get(name, ("high", "s")))
    assert reports(trial, death(name), sides) is isinstance(data, tuple)
    if isinstance(data, Omission):
        assert absence(trial, death(name), sides).reason == OTHER_ARMS


def test_nor_is_one_of_two_arms_of_one_side(review):
    doses = Comparison(("drug low", "drug high"), ("placebo",))
    trial = contrasted(review.trials[0], {("high", "low"): -0.2})
    data = study_data(trial, death(""), doses)
    assert in_words(data.reason) == "its contrast is of two arms of one side"
    both = contrasted(review.trials[0], {("high", "low"): -0.2, ("high", "p"): -0.3})
    (data,) = study_data(both, death(""), doses)
    assert data.contrast.estimate == -0.3
