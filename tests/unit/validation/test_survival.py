"""Survival curves in a trial's tables: what belongs together, point by point."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.made_up import CONVERTED, B, C, MadeUp

from metasynth.core.faults import InvalidReview
from metasynth.model.records import OutcomeSpec
from metasynth.review.load import load_review
from metasynth.synthesis.comparison import brought
from metasynth.tables import reader, trial_workbook


def faults(review: MadeUp, folder: Path) -> list[str]:
    review.write(folder)
    try:
        load_review(folder / "config.yaml", folder)
    except InvalidReview as invalid:
        found = (fault for fault in invalid.faults if fault.severity == "error")
        return [f"{fault.column}: {fault.expected}" for fault in found]
    return []


def changed(study: str, number: int, **cells: object) -> MadeUp:
    """The made-up review with other cells in a point of a curve."""
    points = [dict(point) for point in CONVERTED.curves[study]]
    points[number] = {**points[number], **cells}
    return replace(CONVERTED, curves={**CONVERTED.curves, study: points})


def other_arm(study: str, arm: str, **cells: object) -> MadeUp:
    """The made-up review with other cells in an arm's row of results.csv."""
    rows = [
        {**row, **cells} if (row["outcome"], row["arm_id"]) == ("hr_curves", arm) else row
        for row in CONVERTED.rows[study]
    ]
    return replace(CONVERTED, rows={**CONVERTED.rows, study: rows})


def test_curves_in_order_are_pooled(tmp_path: Path) -> None:
    CONVERTED.write(tmp_path)
    review = load_review(tmp_path / "config.yaml", tmp_path)
    (outcome,) = (o for o in review.config.outcomes if o.id == "hr_curves")
    assert isinstance(outcome, OutcomeSpec)
    studies, omitted = brought(review.trials, outcome, review.config.comparison_of(outcome))
    rules = {s.study: s.contrast.rules for s in studies if s.contrast}
    assert rules[B] == ("curve-at-risk",)
    assert rules[C] == ("curve-follow-up",)
    assert "hr_curves" not in {one.study for one in omitted}


SPOILT = [
    (changed(B, 0, survival=0.98), "survival: 1, as nobody has the event at time 0"),
    (changed(B, 2, survival=0.95), "survival: at most 0.93, as at time 6"),
    (changed(B, 2, at_risk=111), "at_risk: at most 110, as at time 6"),
    (changed(B, 2, at_risk=""), "at_risk: patients at risk at all times of an arm, or at none"),
    (changed(B, 4, survival=0), "survival: a proportion above 0"),
    (changed(B, 3, at_risk=0), "at_risk: at most 0, as at time 18"),
    (changed(B, 0, at_risk=121), "at_risk: at most the total of the arm, 120"),
    (changed(B, 1, survival=93), "survival: "),
    (changed(B, 1, arm_id="x"), "arm_id: an arm_id of arms.csv"),
    (changed(B, 1, outcome="death"), "outcome: an outcome and week for which results.csv has"),
    (changed(B, 1, source_id="t9"), "source_id: a source_id of sources.csv"),
    (changed(B, 2, time=6), "outcome: no two rows alike"),
    (changed(C, 2, time=41), "time: at most the longest follow-up, 40"),
    (other_arm(C, "t", follow_up_max=""), "follow_up_max: both or none"),
    (other_arm(C, "t", follow_up_min=41), "follow_up_max: at least the shortest follow-up, 41"),
    (other_arm(C, "t", follow_up_min="", follow_up_max=""), "at_risk: patients at risk, or in"),
    (other_arm(B, "t", total=""), "total: a total, as the arm has a survival curve"),
    (replace(CONVERTED, curves={B: CONVERTED.curves[B]}), "provenance: a number beside the total"),
]


@pytest.mark.parametrize(("review", "said"), SPOILT, ids=[said for _, said in SPOILT])
def test_what_does_not_belong_together_is_told(review: MadeUp, said: str, tmp_path: Path) -> None:
    found = faults(review, tmp_path)
    assert [one for one in found if one.startswith(said)], found


def test_follow_up_is_of_an_arm(tmp_path: Path) -> None:
    rows = [
        {**row, "follow_up_min": 3, "follow_up_max": 9} if row.get("reference_arm_id") else row
        for row in CONVERTED.rows["trial_a1"]
    ]
    review = replace(CONVERTED, rows={**CONVERTED.rows, "trial_a1": rows})
    found = faults(review, tmp_path)
    assert any(one.startswith("follow_up_min: nothing in follow_up_min") for one in found), found


def test_a_workbook_keeps_the_curves(tmp_path: Path) -> None:
    """Trials exported to a workbook and read again give the same effects."""
    CONVERTED.write(tmp_path)
    raw = tmp_path / "data/raw"
    folders = load_review(tmp_path / "config.yaml", tmp_path)
    content = trial_workbook.filled(reader.read(raw).trials)
    shutil.rmtree(raw / "trials")
    (raw / "trials.xlsx").write_bytes(content)
    again = load_review(tmp_path / "config.yaml", tmp_path)
    (outcome,) = (o for o in again.config.outcomes if o.id == "hr_curves")
    for before, after in zip(
        brought(folders.trials, outcome, folders.config.comparison_of(outcome))[0],
        brought(again.trials, outcome, again.config.comparison_of(outcome))[0],
        strict=True,
    ):
        assert (after.contrast.estimate, after.contrast.se) == (
            before.contrast.estimate,
            before.contrast.se,
        )
