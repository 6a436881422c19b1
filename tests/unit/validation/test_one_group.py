"""Studies of one group validate as they are: one arm, no comparison, and faults that say why."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tests.made_up import SERIES, MadeUp, counts

from metasynth.core.faults import InvalidReview
from metasynth.review.load import load_review


def faults(review: MadeUp, folder: Path, **more: object) -> list[str]:
    """What is wrong with a review: each fault's column and expectation."""
    review.write(folder)
    config = folder / "config.yaml"
    if more:
        choices = yaml.safe_load(config.read_text("utf-8"))
        choices["outcomes"]["mn_series"].update(more)
        config.write_text(yaml.safe_dump(choices, sort_keys=False), "utf-8")
    try:
        load_review(config, folder)
    except InvalidReview as invalid:
        found = [fault for fault in invalid.faults if fault.severity == "error"]
        return [f"{fault.column}: {fault.expected}" for fault in found]
    return []


def with_row(**row: object) -> MadeUp:
    rows = {**SERIES.rows, "trial_new": [{"arm_id": "g", **row}]}
    return replace(SERIES, rows=rows)


def test_studies_of_one_arm_without_a_comparison_are_sound(tmp_path: Path) -> None:
    assert faults(SERIES, tmp_path / "review") == []


def test_what_compares_needs_a_comparison(tmp_path: Path) -> None:
    outcome = {"label": "Death", "outcome": "death", "type": "binary", "measure": "RR",
               "direction": "harm", "analyses": ["primary"]}  # fmt: skip
    rows = {"trial_new": [{**row, "arm_id": "g"} for row in counts("death", 1, 20, 2, 20)[:1]]}
    review = replace(
        SERIES, outcomes={**SERIES.outcomes, "death": outcome}, rows={**SERIES.rows, **rows}
    )
    found = faults(review, tmp_path / "review")
    assert any(
        "what is compared with what, as death compares two groups" in fault for fault in found
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"outcome": "zcor_series", "correlation": 0.4}, "total: a total, as there is a correl"),
        ({"outcome": "zcor_series", "correlation": 1, "total": 9}, "correlation: a correlation be"),
        ({"outcome": "zcor_series", "correlation": 1.2, "total": 9}, "correlation: "),
        ({"outcome": "irln_series", "person_time": 90.0}, "events: events, as there is a time"),
        ({"outcome": "irln_series", "events": 1, "person_time": 0}, "person_time: a time at risk"),
        ({"outcome": "mn_series", "mean": 50.0, "sd": 8.0}, "total: a total, as there is a mean"),
    ],
)
def test_a_groups_numbers_are_whole(tmp_path: Path, row: dict[str, object], said: str) -> None:
    found = faults(with_row(**row), tmp_path / "review")
    assert [fault for fault in found if fault.startswith(said)], found


@pytest.mark.parametrize("key", [{"per": 100}, {"time_unit": "years"}])
def test_only_a_rate_has_a_time(tmp_path: Path, key: dict[str, object]) -> None:
    (found,) = faults(SERIES, tmp_path / "review", **key)
    assert "mn_series is of type mean, and only a rate has a time" in found


@pytest.mark.parametrize(
    ("analysis", "said"),
    [
        ("intercept", "model GLMM-RI pools PLO, IRLN of one group's events, not MN"),
        ("common", "of one group GLMM-RI pools PLO and IRLN, random and IV any measure"),
    ],
)
def test_a_model_that_cannot_pool_says_which_can(tmp_path: Path, analysis: str, said: str) -> None:
    found = faults(SERIES, tmp_path / "review", analyses=[analysis])
    assert any(said in fault for fault in found), found
