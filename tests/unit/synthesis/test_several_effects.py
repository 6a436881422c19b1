"""Several effects of one trial in one pool: what a trial brings, and what is said of it."""

from dataclasses import replace

import pytest

from metasynth.figures.forest.rows import forest_rows
from metasynth.figures.outcome import left_out_of
from metasynth.language import keys
from metasynth.language.cluster_names import of_several
from metasynth.language.languages import speak
from metasynth.language.tracked import bare
from metasynth.model.methods import MODELS, check_combination
from metasynth.model.records import (
    AnalysisSpec,
    Arm,
    Cell,
    Comparison,
    EffectSpec,
    Omission,
    OutcomeResult,
    OutcomeSpec,
    Result,
    Study,
    Trial,
)
from metasynth.provenance.outcome import outcome_entries
from metasynth.report.text.absences import left_out
from metasynth.sensitivity.battery import battery
from metasynth.synthesis.absence import OTHER_WEEK, absence
from metasynth.synthesis.comparison import about, brought, reports, study_data, topics
from metasynth.synthesis.synthesise import synthesise
from metasynth.validation.configuration import _outcome

COMPARISON = Comparison(("new",), ("old",), intervention_label="New", control_label="Old")
THREE = AnalysisSpec("three", "Three levels", model="three_level", ci="CR2", correlation=0.5)
EFFECTS = (EffectSpec("4 weeks", "pain", 4), EffectSpec("scale", "vas", 12))
PAIN = OutcomeSpec(
    "o", "Pain", "pain", None, "continuous", "SMD", "harm", ("three",), effects=EFFECTS
)


def row(trial: str, arm: str, topic: tuple[str, int | None], number: int, mean: float | None):
    none = dict.fromkeys(Result.__slots__)
    texts = dict.fromkeys(
        ("reading", "reference_arm_id", "reported_percent", "source_id", "note", "reported_p"), ""
    ) | dict.fromkeys(("measure", "adjusted_for", "unit"), "")
    known = {
        "outcome": topic[0], "week": topic[1], "arm_id": arm, "mean": mean, "sd": 2.0, "total": 40,
        "provenance": "reported", "cell": Cell(f"trials/{trial}/results.csv", number),
    }  # fmt: skip
    return Result(**none | texts | known)


def trial(name: str, *found: tuple[tuple[str, int | None], float | None]) -> Trial:
    """A trial with a difference of means at each topic; of None the mean is not given."""
    cell = Cell(f"trials/{name}/study.csv", 2)
    study = Study(name, name.title(), None, "", "included", "", "", None, None, "", "", "", cell)
    arms = tuple(
        Arm(arm, role, arm.title(), arm, None, "", None, "", "", cell)
        for arm, role in (("new", "intervention"), ("old", "control"))
    )
    results = [
        row(trial=name, arm=arm, topic=topic, number=2 * i + j, mean=mean)
        for i, (topic, difference) in enumerate(found, start=1)
        for j, (arm, mean) in enumerate((("new", difference), ("old", 0.0)))
    ]
    return Trial(study, arms, tuple(results), ())


FOUR, SCALE = ("pain", 4), ("vas", 12)
TRIALS = (
    trial("a", (FOUR, 1.0), (SCALE, 1.4)),
    trial("b", (SCALE, 0.2), (FOUR, 0.5), (("pain", 8), 9.0)),
    trial("c", (FOUR, -0.6)),
    trial("d", (FOUR, 0.9), (SCALE, None)),
    trial("e", (("pain", 8), 9.0)),
)


def pooled(outcome: OutcomeSpec = PAIN) -> OutcomeResult:
    reporting = [t for t in TRIALS if reports(t, outcome, COMPARISON)]
    studies, omitted = brought(reporting, outcome, COMPARISON)
    result = synthesise(outcome, [THREE], COMPARISON, studies)
    return replace(result, omissions=(*omitted, *result.omissions))


def test_a_trial_brings_each_effect_that_it_has():
    found = [(s.study, s.part, s.intervention.mean) for s in pooled().studies]
    assert found == [
        ("a", "4 weeks", 1.0), ("a", "scale", 1.4), ("b", "4 weeks", 0.5), ("b", "scale", 0.2),
        ("c", "4 weeks", -0.6), ("d", "4 weeks", 0.9),
    ]  # fmt: skip
    assert {s.cluster for s in pooled().studies} == {""}
    assert not reports(TRIALS[4], PAIN, COMPARISON)


def test_it_is_pooled_as_its_effects_by_trial():
    whole, names = pooled().analyses[0].estimates[0], {"a": "1", "b": "2", "c": "3", "d": "4"}
    alone = [
        replace(s, study=f"t{i}", cluster=names[s.study]) for i, s in enumerate(pooled().studies)
    ]
    plain = replace(PAIN, effects=())
    other = synthesise(plain, [THREE], COMPARISON, alone).analyses[0].estimates[0]
    assert (whole.k, whole.trials, whole.clusters) == (6, 4, 4)
    assert whole.studies == ("trials", 4)
    assert other.trials is None
    assert (whole.estimate, whole.se, whole.tau2_within) == (
        other.estimate,
        other.se,
        other.tau2_within,
    )


def test_an_effect_without_numbers_is_left_out_by_name():
    (omitted,) = pooled().omissions
    assert (omitted.study, omitted.label) == ("d", "D, scale")
    (said,) = left_out(pooled(), speak("en"))
    assert "D, scale" in said
    nothing = trial("f", (SCALE, None))
    assert isinstance(study_data(nothing, PAIN, COMPARISON), Omission)


def test_one_left_out_by_an_analysis_takes_no_other_with_it():
    result = pooled()
    first = result.studies[0]
    gone = Omission(first.study, result.omissions[0].reason, "three", first.label)
    result = replace(result, omissions=(gone,))
    assert set(left_out_of(result, result.analyses[0])) == {("a", "A, 4 weeks")}
    whole = replace(result, omissions=(replace(gone, label=""),))
    assert set(left_out_of(whole, whole.analyses[0])) == {("a", "A, 4 weeks"), ("a", "A, scale")}


def test_the_forest_plot_has_each_effect_below_its_trial():
    rows = forest_rows(pooled(), None, speak("en")).rows
    assert [(row.kind, bare(row.label)) for row in rows[:6]] == [
        ("heading", "A"), ("study", "4 weeks"), ("study", "scale"),
        ("heading", "B"), ("study", "4 weeks"), ("study", "scale"),
    ]  # fmt: skip
    assert "C, 4 weeks" in [bare(row.label) for row in rows]  # alone, so that nothing is above it


def test_the_cluster_of_several_trials_has_its_name():
    studies = tuple(
        replace(s, cluster="7", heading="Anytown") if s.study in ("c", "d") else s
        for s in pooled().studies
    )
    result = synthesise(PAIN, [THREE], COMPARISON, studies)
    labels = [bare(row.label) for row in forest_rows(result, None, speak("en")).rows]
    assert labels[labels.index("Anytown") + 1 :][:2] == ["C, 4 weeks", "D, 4 weeks"]
    assert of_several("c", result, speak("en")) == "C, 4 weeks (whole cluster Anytown)"


def test_each_trial_is_left_out_as_a_whole():
    result = pooled()
    rows = battery(result).leave_one_out
    assert [row.subgroup for row in rows] == [f"without {name}" for name in "abcd"]
    assert [row.k for row in rows] == [4, 4, 5, 5]
    assert of_several("a", result, speak("en")) == "A"


def test_every_effect_has_its_origin():
    result = pooled()
    cells = {
        keys.cell(row.cell, column)
        for one in TRIALS
        for row in one.results
        for column in ("mean", "sd", "total")
    }
    entries = {e.key: e for e in outcome_entries(result, cells, speak("en"))}
    first, second = (entries[f"o.studies.a.{n}.intervention.mean"] for n in (1, 2))
    assert first.inputs != second.inputs
    assert entries["o.three.trials"].value == 4
    inputs = {key for entry in entries.values() for key in entry.inputs}
    assert {k for k in inputs if not k.startswith("config/")} <= entries.keys() | cells


@pytest.mark.parametrize("model", [name for name in MODELS if name != "three_level"])
def test_models_that_take_effects_to_be_independent_are_refused(model):
    outcome = replace(PAIN, type="binary", measure="OR")
    reason = check_combination(outcome, AnalysisSpec("a", "A", model=model, ci="Wald"))
    assert reason is not None
    if model in ("random", "IV", "MH", "Peto"):
        assert "not independent" in reason
    assert check_combination(outcome, THREE) is None


def test_what_an_effect_does_not_say_is_as_the_outcome_has_it():
    declared = {
        "label": "P", "outcome": "pain", "week": 12, "type": "continuous", "measure": "SMD",
        "direction": "harm", "analyses": ["three"],
        "effects": {"early": {"week": 4}, "scale": {"outcome": "vas"}},
    }  # fmt: skip
    outcome = _outcome("o", declared, {})
    assert outcome.topics == (("pain", 4), ("vas", 12))
    assert [one.topics for one in outcome.each] == [(("pain", 4),), (("vas", 12),)]
    assert outcome.called(("vas", 12)) == "P, scale"


def test_all_that_it_selects_of_a_trial_is_found_by_topic():
    by_topic = topics(TRIALS[1])
    found = about(by_topic, PAIN)
    assert {(r.outcome, r.week) for r in found.results} == {FOUR, SCALE}
    assert about(topics(TRIALS[4]), PAIN) is None


def test_a_trial_without_any_of_them_says_what_it_has():
    assert absence(TRIALS[4], PAIN, COMPARISON).reason == OTHER_WEEK
    assert absence(TRIALS[0], PAIN, COMPARISON) is None
