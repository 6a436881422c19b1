"""Estimates adjusted for small-study effects: when there are some, and what is said where not."""

from dataclasses import replace

import numpy as np
import pytest

from metasynth.core import store
from metasynth.language.sentences import in_words
from metasynth.model.method_catalogue import ADJUSTMENTS, FAIL_SAFE_NUMBERS
from metasynth.model.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.model.robustness_config import SmallStudyChoices
from metasynth.sensitivity.battery import Sensitivity, battery
from metasynth.synthesis.synthesise import synthesise

OUTCOME = OutcomeSpec("o", "O", "o", 1, "binary", "OR", "harm", ("p",))
FROM_FIVE = replace(OUTCOME, small_study=SmallStudyChoices(5))


def trials(rows):
    return [
        StudyData(f"s{i}", f"S{i}", 2000 + i, Group((), "", a, n1), Group((), "", c, n2))
        for i, (a, n1, c, n2) in enumerate(rows)
    ]


BCG = [
    (4, 123, 11, 139), (6, 306, 29, 303), (3, 231, 11, 220), (62, 13598, 248, 12867),
    (33, 5069, 47, 5808), (180, 1541, 372, 1451), (8, 2545, 10, 629), (505, 88391, 499, 88391),
    (29, 7499, 45, 7277), (17, 1716, 65, 1665), (186, 50634, 141, 27338), (5, 2498, 3, 2341),
    (27, 16913, 29, 17854),
]  # fmt: skip


def examined(rows, outcome=OUTCOME, **choices):
    spec = AnalysisSpec("p", "", **choices)
    return battery(synthesise(outcome, [spec], Comparison(("a",), ("b",)), trials(rows)))


def test_every_method_of_the_catalogue_is_made():
    found = examined(BCG)
    assert [one.name for one in found.adjusted] == [one.name for one in ADJUSTMENTS]
    assert [one.name for one in found.fail_safe] == [one.name for one in FAIL_SAFE_NUMBERS]
    assert all(one.reason is None for one in (*found.adjusted, *found.fail_safe))
    assert all(one.ci_low < one.estimate < one.ci_high for one in found.adjusted)
    assert [one.chosen for one in found.adjusted].count(True) == 1
    assert [len(one.weights) for one in found.adjusted] == [0, 0, 1, 2, 0]
    assert found.is_adjusted
    text = store.to_json(found)
    assert store.to_json(store.from_json(Sensitivity, text)) == text


@pytest.mark.parametrize("k", [0, 1, 3, 4, 5, 9, 10])
@pytest.mark.parametrize("outcome", [OUTCOME, FROM_FIVE], ids=["ten", "five"])
def test_few_trials_are_refused_by_name_unless_they_are_asked_for(k, outcome):
    found = examined(BCG[:k], outcome)
    least = outcome.small_study.minimum
    if k >= least:
        assert all(one.estimate or one.reason for one in found.adjusted)
        assert found.adjusted[0].estimate is not None
        assert found.asymmetry[0].p is not None
        return
    assert not found.is_adjusted
    for one in (*found.adjusted, *found.fail_safe):
        assert f"an analysis of small-study effects needs {least}" in in_words(one.reason)


@pytest.mark.parametrize("model", ["MH", "Peto", "GLMM"])
def test_models_of_tables_have_nothing_to_adjust(model):
    found = examined(BCG, model=model)
    assert {in_words(one.reason) for one in found.adjusted} == {
        f"model {model} does not average effects by their variances"
    }


def test_one_group_favours_nothing():
    outcome = replace(OUTCOME, type="proportion", measure="PLO")
    studies = [
        replace(study, control=None) for study in trials([(a, n, 0, 0) for a, n, _, _ in BCG])
    ]
    result = synthesise(outcome, [AnalysisSpec("p", "")], Comparison((), ("b",)), studies)
    assert all("no result is favoured" in in_words(one.reason) for one in battery(result).adjusted)


@pytest.mark.parametrize(
    "rows",
    [
        [(i % 2, 100 + 7 * i, (i + 1) % 3, 90 + 5 * i) for i in range(14)],  # rare events
        [(0, 50, 0, 60)] * 12,  # none at all
        [(10, 100, 10, 100)] * 12,  # equal effects, equal errors
        [(10 * i, 100 * i, 10 * i, 100 * i) for i in range(1, 13)],  # equal effects
        [(100, 100, 0, 100)] * 12,
    ],
)
@pytest.mark.parametrize("model", ["random", "IV"])
@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_sparse_or_equal_trials_give_finite_numbers_or_reasons(rows, model, measure):
    found = examined(rows, replace(OUTCOME, measure=measure), model=model)
    for one in found.adjusted:
        numbers = [one.estimate, one.ci_low, one.ci_high, one.p, *one.weights]
        if one.reason:
            assert one.estimate is None
        else:
            assert all(np.isfinite(x) for x in numbers if x is not None)
            assert one.ci_low <= one.estimate <= one.ci_high
    assert all(one.trials is None or one.trials >= 0 for one in found.fail_safe)


def test_selection_is_in_favour_of_the_intervention():
    good = replace(OUTCOME, direction="benefit")
    swapped = [(c, n2, a, n1) for a, n1, c, n2 in BCG]
    harm, benefit = (
        next(one for one in examined(rows, outcome).adjusted if one.name == "3PSM")
        for rows, outcome in ((BCG, OUTCOME), (swapped, good))
    )
    assert benefit.estimate == pytest.approx(1 / harm.estimate, rel=1e-9)
    assert benefit.weights == pytest.approx(harm.weights, rel=1e-9)
