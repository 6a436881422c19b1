"""Which value of a covariate a study brings, and when effects are regressed on it."""

from dataclasses import replace

import numpy as np
import pytest
from tests.figure_cases import cases

from metasynth.model import covariates
from metasynth.model.records import (
    Arm,
    Cell,
    Comparison,
    CovariateSpec,
    CovariateValue,
    OutcomeSpec,
    Result,
    Study,
    StudyData,
    Trial,
)
from metasynth.sensitivity.meta_regression import fit, regress
from metasynth.synthesis.comparison import study_data

HERE = Cell("trials/a/arms.csv", 2)
SIDES = Comparison(("drug",), ("placebo",))
OUTCOME = OutcomeSpec("x", "X", "x", None, "binary", "RR", "harm", ("primary",))


def arm(name: str, treatment: str, dose: float | None, row: int) -> Arm:
    place = Cell("trials/a/arms.csv", row)
    role = "control" if treatment == "placebo" else "intervention"
    return Arm(name, role, name, treatment, dose, "mg", None, "", "", place)


def result(name: str, events: int) -> Result:
    return Result(
        "x", None, "", name, "", events, 50, None, None, "", None, None, None, None, None, None,
        "reported", "", "", HERE,
    )  # fmt: skip


def trial(*doses: float | None) -> Trial:
    """A trial of 2001 with an arm for each dose, and latitude 44."""
    names = [f"arm{i}" for i in range(len(doses))]
    arms = [
        arm(n, "drug", dose, i) for i, (n, dose) in enumerate(zip(names, doses, strict=True), 2)
    ]
    return Trial(
        Study("a", "A", 2001, "", "included", "", "", 24, None, "", "", "", Cell("study.csv", 2)),
        (*arms, arm("control", "placebo", None, 9)),
        tuple(result(name, 5) for name in (*names, "control")),
        (),
        (),
        (CovariateValue("latitude", 44.0, "degrees", "s", "", Cell("covariates.csv", 2)),),
    )


def data(name: str, given: Trial, how: str = "combine") -> tuple[StudyData, ...]:
    outcome = replace(OUTCOME, covariate=CovariateSpec(name, name))
    found = study_data(given, outcome, replace(SIDES, multi_arm=how))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize(
    ("name", "number", "file"),
    [
        ("year", 2001.0, "study.csv"),
        ("duration_weeks", 24.0, "study.csv"),
        ("latitude", 44.0, "covariates.csv"),
        ("dose", 100.0, "trials/a/arms.csv"),
        ("n_randomised", None, None),
        ("altitude", None, None),
    ],
)
def test_a_value_comes_with_its_place(name: str, number: float | None, file: str | None) -> None:
    (study,) = data(name, trial(100.0))
    assert study.covariate == number
    assert (study.covariate_cell.file if study.covariate_cell else None) == file


def test_the_dose_is_that_of_the_arms_compared_and_none_where_they_differ() -> None:
    (same,) = data("dose", trial(100.0, 100.0))
    (mixed,) = data("dose", trial(50.0, 100.0))
    assert (same.covariate, mixed.covariate) == (100.0, None)
    apart = data("dose", trial(50.0, 100.0), "split")
    assert [study.covariate for study in apart] == [50.0, 100.0]


def test_without_a_covariate_there_is_none() -> None:
    found = study_data(trial(100.0), OUTCOME, SIDES)
    assert isinstance(found, tuple)
    assert found[0].covariate is None
    assert covariates.value(trial(100.0), None, ["arm0"]) == (None, None)


def test_effects_are_regressed_from_ten_studies_with_different_values_on() -> None:
    case = cases()["bcg"]
    y = np.array([e.log_estimate for e in case.analyses[0].studies], dtype=float)
    v = np.array([e.se for e in case.analyses[0].studies], dtype=float) ** 2
    whole = regress(case.outcome, case.analyses[0].spec, case.studies, y, v)
    assert whole is not None
    x = np.array([study.covariate for study in case.studies], dtype=float)
    assert whole.slope == pytest.approx(float(fit(y, v, x).coefficients[1]))
    assert whole.ratio == pytest.approx(float(np.exp(whole.slope)))
    few = [replace(s, covariate=None) if i > 8 else s for i, s in enumerate(case.studies)]
    refused = regress(case.outcome, case.analyses[0].spec, few, y, v)
    assert refused is not None
    assert (refused.slope, refused.k, len(refused.left_out)) == (None, 9, 4)
    assert "there are 9" in refused.reason
    same = regress(
        case.outcome, case.analyses[0].spec, [replace(s, covariate=1.0) for s in case.studies], y, v
    )
    assert same is not None
    assert same.reason == "all studies have the same value"
    assert (
        regress(replace(case.outcome, covariate=None), case.analyses[0].spec, case.studies, y, v)
        is None
    )


def test_differences_have_a_slope_and_no_ratio() -> None:
    case = cases()["bcg"]
    difference = replace(case.outcome, measure="RD")
    y, v = np.linspace(-0.1, 0.2, 13), np.full(13, 0.01)
    found = regress(difference, case.analyses[0].spec, case.studies, y, v)
    assert found is not None
    assert found.slope is not None
    assert (found.ratio, found.ratio_low, found.ratio_high) == (None, None, None)
