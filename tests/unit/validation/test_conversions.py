"""Numbers from which others are computed: what belongs together, cell by cell and row by row."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tests.made_up import CONVERTED, contrast, two

from metasynth.core.faults import InvalidReview
from metasynth.model.conversions import MEDIANS
from metasynth.model.records import Config
from metasynth.review.load import load_review
from metasynth.tables.table_schema import SCHEMAS

PAIR = {"arm_id": "t", "reference_arm_id": "c"}
SIZE, WHOLE = {"total": 20}, {"mean": 4.0, "sd": 1.0, "total": 20}


def loaded(folder: Path, rows: object = (), **choices: object) -> Config | list[str]:
    """The configuration of the made-up review with a trial more, or its faults."""
    review = CONVERTED
    if rows:
        review = replace(review, rows={**review.rows, "trial_new": rows})
    review.write(folder)
    config = folder / "config.yaml"
    if choices:
        known = yaml.safe_load(config.read_text("utf-8"))
        config.write_text(yaml.safe_dump(known | choices, sort_keys=False), "utf-8")
    try:
        return load_review(config, folder).config
    except InvalidReview as invalid:
        found = [fault for fault in invalid.faults if fault.severity == "error"]
        return [f"{fault.column}: {fault.expected}" for fault in found]


def test_every_rule_is_in_order(tmp_path: Path) -> None:
    config = loaded(tmp_path / "review")
    assert isinstance(config, Config), config
    assert config.conversions.correlations == (0.3, 0.7)
    assert {outcome.conversions for outcome in config.outcomes} == {config.conversions}


def arms(*numbers: dict[str, object]) -> list[dict[str, object]]:
    first, second = numbers if len(numbers) == 2 else (numbers[0], WHOLE)
    return [dict(row) for row in two("md_converted", first, second)]


def pair(**numbers: object) -> list[dict[str, object]]:
    return [{"outcome": "md_converted", **PAIR, **numbers}]


SPOILT = [
    (arms({"mean": 4, "q1": 3, **SIZE}), "q3: both or none"),
    (arms({"median": 4, "maximum": 9, **SIZE}), "minimum: both or none"),
    (arms({"median": 4, "q1": 3, "q3": 3.5, **SIZE}), "q3: at least the median, 4"),
    (arms({"median": 4, "q1": 3, "q3": 5, "minimum": 3.5, "maximum": 9, **SIZE}),
     "q1: at least the minimum, 3.5"),
    (arms({"median": 4, "q1": 3, "q3": 5}), "total: a total, as there is a q1"),
    (arms({"mean": 4, "se": 0.3}), "total: a total, as there is a mean"),
    (arms({"mean": 4, "se": 0, **SIZE}), "se: a standard error above 0"),
    (arms({"mean": 4, "ci_low": 3, **SIZE}), "ci_high: both limits or none"),
    (arms({"mean": 4, "ci_low": 5, "ci_high": 6, **SIZE}), "mean: a value between 5 and 6"),
    (arms({"median": 4, "se": 0.3, **SIZE}), "se: nothing in se, as the row is of one arm"),
    (arms({"baseline_mean": 4, "baseline_sd": 1, "final_sd": 1, **SIZE}),
     "final_mean: baseline_mean and final_mean"),
    (arms({"mean": 4, "final_sd": 1, **SIZE}), "baseline_sd: baseline_sd and final_sd"),
    (arms({"mean": 4, "sd": 1, "change_correlation": 0.5, **SIZE}),
     "change_correlation: nothing, as there is no standard deviation before"),
    (arms({"mean": 4, "baseline_sd": 1, "change_correlation": -1.2, **SIZE}),
     "change_correlation: "),
    (arms({"baseline_mean": 4, "final_mean": 3, "final_sd": 1, **SIZE}),
     "baseline_sd: baseline_sd and final_sd"),
    (arms({"mean": 4, "baseline_sd": 1, "final_sd": 1, "change_correlation": 1, **SIZE}),
     "change_correlation: a correlation between -1 and 1"),
    (arms(WHOLE, SIZE), "provenance: a number beside the total"),
    (arms({"sd": 1, **SIZE}), "mean: a mean, as there is a standard deviation"),
    (arms({**WHOLE, "reported_t": 2}), "reported_t: nothing in reported_t, as the row is of one"),
    (pair(reported_t=2, median=3), "median: nothing in median, as the row is of a contrast"),
    (pair(reported_z=2), "estimate: an estimate, as there is reported_z"),
    (pair(reported_t=2, mean_both=4), "estimate: an estimate, as there is mean_both"),
    ([*arms(SIZE, SIZE), *pair(events_both=9, estimate=0.5)], "measure: the measure of the est"),
    (pair(events_both=9), "events_both: rows of both arms with their totals"),
    ([*arms(SIZE, SIZE), *pair(events_both=41)], "events_both: at most the 40 patients of both"),
    ([*arms({"events": 3, **SIZE}, SIZE), *pair(events_both=2)],
     "events_both: a number that leaves the other arm 0 to 20 events"),
    ([*arms({"events": 3, **SIZE}, {"events": 4, **SIZE}), *pair(events_both=8)],
     "events_both: 7, the events of both arms"),
    (arms({"total": 20, "provenance": "missing", "note": "n", "median": 3}), "median: nothing in"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "said"), SPOILT, ids=lambda x: x if isinstance(x, str) else "")
def test_what_belongs_together(tmp_path: Path, rows: object, said: str) -> None:
    found = loaded(tmp_path / "review", rows)
    assert isinstance(found, list), said
    assert [fault for fault in found if fault.startswith(said)], found
    assert len(found) == 1, found


@pytest.mark.parametrize(
    "rows",
    [
        arms({"mean": 4, "se": 0.3, **SIZE}, {"mean": 4, "ci_low": 3, "ci_high": 5, **SIZE}),
        [*arms(SIZE, SIZE), *pair(reported_f=4.1, estimate=-1.0, mean_both=3)],
        [*arms({"sd": 1, **SIZE}, {"sd": 2, **SIZE}), *pair(estimate=-1.0, mean_both=3)],
        contrast("or_converted", estimate=0.7, reported_z=-1.1, measure="OR"),
    ],
)
def test_what_stands_together(tmp_path: Path, rows: object) -> None:
    assert isinstance(loaded(tmp_path / "review", rows), Config)


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"change_correlations": [0.3]}, "change_correlation, which these are tried in place of"),
        ({"medians": "mean"}, "luo-wan-shi"),
        ({"change_correlation": 1}, "below 1"),
    ],
)
def test_choices_that_cannot_be(tmp_path: Path, choices: object, said: str) -> None:
    found = loaded(tmp_path / "review", conversions=choices)
    assert isinstance(found, list)
    assert any(said in fault for fault in found), found


def test_the_schema_names_every_method() -> None:
    schema = yaml.safe_load((SCHEMAS / "config.schema.json").read_text("utf-8"))
    found = schema["properties"]["conversions"]["properties"]["medians"]
    assert tuple(found["enum"]) == MEDIANS
    assert found["default"] == MEDIANS[0]
    assert len(found["enumDescriptions"]) == len(MEDIANS)
