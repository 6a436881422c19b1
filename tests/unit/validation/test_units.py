"""Several units or instruments in one outcome: an error that says how to declare them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.made_up import CONVERTED, MadeUp, two

from metasynth.core.faults import Fault, InvalidReview
from metasynth.review.load import load_review

PLACE = ("md_units", "trial_b1")


def changed(rows: list[dict[str, object]] | None = None, **choices: Any) -> MadeUp:
    """The review with other rows of a trial's HbA1c, or with other choices of that outcome."""
    outcome, study = PLACE
    kept = [row for row in CONVERTED.rows[study] if row["outcome"] != outcome]
    own = [row for row in CONVERTED.rows[study] if row["outcome"] == outcome]
    spec = {
        key: v for key, v in {**CONVERTED.outcomes[outcome], **choices}.items() if v is not None
    }
    return replace(
        CONVERTED,
        rows={**CONVERTED.rows, study: [*kept, *(own if rows is None else rows)]},
        outcomes={**CONVERTED.outcomes, outcome: spec},
    )


def faults(review: MadeUp, folder: Path) -> list[Fault]:
    review.write(folder)
    try:
        load_review(folder / "config.yaml", folder)
    except InvalidReview as invalid:
        return [fault for fault in invalid.faults if fault.severity == "error"]
    return []


def arms(unit: str, other: str = "") -> list[dict[str, object]]:
    return two("md_units", {"mean": 54.0, "sd": 9.1, "total": 41, "unit": unit},
               {"mean": 60.0, "sd": 9.0, "total": 39, "unit": other or unit})  # fmt: skip


def test_declared_units_are_sound(tmp_path: Path) -> None:
    assert faults(CONVERTED, tmp_path) == []


def test_mixed_units_are_an_error_that_names_both(tmp_path: Path) -> None:
    found = faults(changed(unit=None, units=None), tmp_path)
    assert {fault.value for fault in found} == {"mmol/mol", ""}
    assert all(
        "one unit or instrument for md_units, but “%” stands in" in f.expected for f in found
    )
    assert all("declare unit and units of md_units" in fault.remedy for fault in found)


def test_of_instruments_their_direction_is_asked_for(tmp_path: Path) -> None:
    found = faults(changed(unit=None, units=None, measure="SMD"), tmp_path)
    assert found
    assert all("-1 where more on it means less on the others" in f.remedy for f in found)


@pytest.mark.parametrize(
    ("unit", "remedy"), [("mmol/mal", "did you mean mmol/mol?"), ("g/l", "declare its factor")]
)
def test_a_unit_that_nothing_converts(tmp_path: Path, unit: str, remedy: str) -> None:
    found = faults(changed(arms(unit)), tmp_path)
    assert [fault.column for fault in found] == ["unit", "unit"]
    assert all(remedy in fault.remedy for fault in found)


def test_no_unit_is_the_outcomes_own_if_it_has_one(tmp_path: Path) -> None:
    assert faults(changed(arms("mmol/mol", "%")), tmp_path / "a") == []
    found = faults(changed(unit=None), tmp_path / "b")
    assert {fault.value for fault in found} == {"%", ""}


def test_a_contrast_beside_arms_that_are_converted(tmp_path: Path) -> None:
    pair = {"outcome": "md_units", "arm_id": "t", "reference_arm_id": "c", "estimate": -6.0,
            "se": 2.0}  # fmt: skip
    (fault,) = faults(changed([*arms("mmol/mol"), pair]), tmp_path)
    assert fault.column == "estimate"
    assert "no contrast beside arms whose unit md_units converts" in fault.expected


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"units": {"mmol/mol": {"factor": 0}}}, "a number other than 0"),
        ({"units": {"mmol/mol": {"factor": -1}}, "measure": "ROM"}, "a factor above 0, as ROM"),
        ({"units": {"mmol/mol": {"factor": 1}, "%": {"factor": 2}}}, "factor 1, as % is the unit"),
    ],
)
def test_conversions_that_are_none(tmp_path: Path, choices: dict[str, Any], said: str) -> None:
    found = faults(changed(**choices), tmp_path)
    assert any(said in fault.expected for fault in found)


def test_only_means_have_units(tmp_path: Path) -> None:
    outcomes = {**CONVERTED.outcomes}
    outcomes["or_converted"] = {**outcomes["or_converted"], "unit": "%"}
    (fault,) = faults(replace(CONVERTED, outcomes=outcomes), tmp_path)
    assert "only means have units" in fault.expected
