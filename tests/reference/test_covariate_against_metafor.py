"""The BCG review, from its folders to its meta-regression on latitude, against metafor 3.8.

Expected values: make_covariate_reference.R beside this file.
"""

import csv
from pathlib import Path

import pytest

from metasynth.core import store
from metasynth.review.load import load_review
from metasynth.sensitivity.battery import battery
from metasynth.sensitivity.meta_regression import Regression
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

HERE = Path(__file__).parent
BCG = HERE.parents[1] / ".test"
EXPECTED = {
    row["quantity"]: float(row["value"])
    for row in csv.DictReader(
        (HERE / "expected" / "covariate.csv").read_text(encoding="utf-8").splitlines()
    )
}


@pytest.fixture(scope="module")
def regression() -> Regression:
    review = load_review(Path("config.yaml"), BCG)
    config = review.config
    (outcome,) = config.outcomes
    studies = [
        study
        for trial in review.trials
        for study in study_data(trial, outcome, config.comparison_of(outcome))
    ]
    result = synthesise(outcome, config.analyses[:1], config.comparison_of(outcome), studies)
    found = battery(result).regression
    assert found is not None
    return found


@pytest.mark.parametrize("quantity", EXPECTED)
def test_every_number_is_metafors(regression: Regression, quantity: str) -> None:
    assert getattr(regression, quantity) == pytest.approx(EXPECTED[quantity], rel=1e-7)


def test_it_is_kept_whole_in_a_file(regression: Regression) -> None:
    again = store.from_json(Regression, store.to_json(regression))
    assert (again.label, again.left_out) == ("Absolute latitude (degrees)", ())
    assert again.ratio == pytest.approx(EXPECTED["ratio"], rel=1e-7)
