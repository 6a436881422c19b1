"""Where events may stand among means: what config.yaml can declare, and rows that it leaves out."""

from pathlib import Path

import pytest
import yaml
from tests.made_up import MIXED

from metasynth.core.faults import Fault, InvalidReview
from metasynth.review.load import load_review


def faults(folder: Path, outcome: str, **more: object) -> tuple[Fault, ...]:
    """What is wrong with or doubtful of a review of both kinds, with an outcome's keys changed."""
    MIXED.write(folder)
    config = folder / "config.yaml"
    choices = yaml.safe_load(config.read_text("utf-8"))
    choices["outcomes"][outcome].update(more)
    kept = {key: x for key, x in choices["outcomes"][outcome].items() if x is not None}
    choices["outcomes"][outcome] = kept
    config.write_text(yaml.safe_dump(choices, sort_keys=False), "utf-8")
    try:
        return load_review(config, folder).warnings
    except InvalidReview as invalid:
        return invalid.faults


def test_what_is_declared_is_sound(tmp_path: Path) -> None:
    found = faults(tmp_path / "review", "smd_of_both")
    assert [fault for fault in found if fault.severity == "error"] == []


@pytest.mark.parametrize(("outcome", "measure"), [("md_mixed", "MD"), ("or_mixed", "RR")])
def test_only_an_odds_ratio_or_a_standardised_difference_has_it(
    tmp_path: Path, outcome: str, measure: str
) -> None:
    found = faults(tmp_path / "review", outcome, measure=measure, events_mean="lower")
    (fault,) = (fault for fault in found if fault.severity == "error")
    assert fault.column.endswith("events_mean")
    assert "only an odds ratio of counts" in fault.expected


def test_another_word_is_refused(tmp_path: Path) -> None:
    found = faults(tmp_path / "review", "smd_of_both", events_mean="more")
    assert any("events_mean" in fault.column and "higher" in fault.expected for fault in found)


def test_without_it_the_trial_is_told_of_with_what_would_help(tmp_path: Path) -> None:
    found = faults(tmp_path / "review", "smd_of_both", events_mean=None)
    (fault,) = (fault for fault in found if fault.kind == "row_of_other_type")
    assert "trial_c" in fault.file
    assert "events_mean" in fault.remedy


def test_scores_in_several_units_need_their_way_among_odds_ratios_too(tmp_path: Path) -> None:
    """A scale turned round would turn the sign of the odds ratio that is made of it."""
    units = {"VAS": {"factor": 1}}
    found = faults(tmp_path / "review", "or_of_both", unit="VAS", units=units)
    assert [fault for fault in found if fault.severity == "error"] == []


@pytest.mark.parametrize(
    ("outcome", "instrument", "said"),
    [
        ("md_mixed", {"label": "the pain scale", "sd": 25}, "only a standardised mean difference"),
        ("smd_of_both", {"label": "the pain scale", "sd": 0}, "above 0"),
        ("smd_of_both", {"label": "the pain scale"}, "sd"),
    ],
)
def test_an_instrument_has_a_deviation_and_a_standardised_difference(
    tmp_path: Path, outcome: str, instrument: dict[str, object], said: str
) -> None:
    found = faults(tmp_path / "review", outcome, instrument=instrument)
    errors = [f"{fault.column}: {fault.expected}" for fault in found if fault.severity == "error"]
    assert any("instrument" in error and said in error for error in errors), errors
