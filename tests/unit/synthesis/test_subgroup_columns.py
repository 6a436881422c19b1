"""Subgroups by any characteristic of the trials: which one a trial is in, and in what order."""

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.synthesis.test_covariates import OUTCOME, SIDES, trial
from tests.unit.synthesis.test_moderators import judgement

from metasynth.model import covariates
from metasynth.model.records import AnalysisSpec, CovariateValue, OutcomeSpec, Trial
from metasynth.review.load import load_review
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

ROOT = Path(__file__).parents[3]


def group(given: Trial, **choices: Any) -> str:
    found = study_data(given, replace(OUTCOME, **choices), SIDES)
    assert isinstance(found, tuple)
    return found[0].subgroup


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({"subgroup": "dose", "subgroup_cuts": (50.0, 100.0)}, "≥100"),
        ({"subgroup": "dose", "subgroup_cuts": (150.0,)}, "<150"),
        ({"subgroup": "year", "subgroup_cuts": (2000.0, 2010.0)}, "2000–<2010"),
        ({"subgroup": "treatment"}, "drug"),
        ({"subgroup": "latitude", "subgroup_levels": (("north", 44.0), ("south", 10.0))}, "north"),
        ({"subgroup": "latitude", "subgroup_levels": (("south", 10.0), ("west", 3.0))}, ""),
        ({"subgroup": "risk_of_bias"}, ""),
        ({"subgroup": "age", "subgroup_cuts": (50.0,)}, ""),
        ({"subgroup": "design"}, ""),
        ({}, ""),
    ],
)
def test_a_trial_is_in_the_subgroup_of_its_characteristic(choices: Any, expected: str) -> None:
    assert group(trial(100.0), **choices) == expected


def test_a_trial_is_in_the_subgroup_of_its_risk_of_bias() -> None:
    given = replace(trial(100.0), risk_of_bias=(judgement("", "Overall", "unclear risk", 2),))
    assert group(given, subgroup="risk_of_bias") == "Some concerns"


def test_words_of_study_csv_are_the_subgroup_as_they_stand() -> None:
    given = trial(100.0)
    given = replace(given, study=replace(given.study, population="adults"))
    assert group(given, subgroup="population") == "adults"
    outcome = replace(OUTCOME, subgroup="population")
    assert covariates.columns_of(outcome) == ()
    assert covariates.columns_in_study([outcome, replace(OUTCOME, subgroup="dose")]) == (
        "population",
    )


def test_a_trial_in_no_subgroup_is_warned_of(tmp_path: Path) -> None:
    """The BCG trials by classes of latitude, one of which does not state it."""
    folder = tmp_path / "bcg"
    shutil.copytree(ROOT / ".test", folder)
    config = folder / "config.yaml"
    text = config.read_text("utf-8").replace("subgroup: design", "subgroup: latitude")
    text = re.sub("    covariate:.*\n", "", text.partition("    moderators:")[0])
    config.write_text(text + "    subgroup_cuts: [30]\n", "utf-8")
    assert load_review(Path("config.yaml"), folder).warnings == ()
    table = folder / "data/raw/trials/hart1977/covariates.csv"
    table.write_text(table.read_text("utf-8").split("\n")[0] + "\n", "utf-8")
    told = load_review(Path("config.yaml"), folder).warnings
    (warning,) = [one for one in told if "groups its trials" in one.expected]
    assert warning.file == "trials/hart1977/study.csv"


def of(latitude: float, number: int) -> Trial:
    given = trial(100.0)
    (row,) = given.covariates
    assert isinstance(row, CovariateValue)
    return replace(
        given,
        study=replace(given.study, study=f"t{number}", label=f"T{number}"),
        covariates=(replace(row, value=latitude),),
    )


def pooled(outcome: OutcomeSpec, *latitudes: float) -> list[str]:
    trials = [of(latitude, number) for number, latitude in enumerate(latitudes)]
    data = [study for one in trials for study in study_data(one, outcome, SIDES)]  # type: ignore[union-attr]
    result = synthesise(outcome, [AnalysisSpec("primary", "P")], SIDES, data)
    return [row.subgroup for row in result.analyses[0].estimates]


def test_subgroups_stand_in_the_order_of_their_classes_and_levels() -> None:
    cut = replace(OUTCOME, subgroup="latitude", subgroup_cuts=(20.0, 40.0))
    assert pooled(cut, 50, 10, 30, 11) == ["all", "<20", "20–<40", "≥40"]
    levels = (("high", 3.0), ("low", 1.0))
    assert pooled(
        replace(OUTCOME, subgroup="latitude", subgroup_levels=levels), 1, 3, 1
    ) == ["all", "high", "low"]  # fmt: skip
