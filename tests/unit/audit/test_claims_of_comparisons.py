"""Statements about one of several comparisons: what a row must say, and what it is held against."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from tests.examples import pooled
from tests.made_up import several

from metasynth.audit.reproduction import as_published
from metasynth.audit.run import audit
from metasynth.core.faults import InvalidReview
from metasynth.review.load import load_review

COLUMNS = ("claim_id", "reference", "locator", "quote", "kind", "study_id", "outcome", "week",
           "measure", "estimate", "ci_low", "ci_high", "note", "assertion",
           "comparison")  # fmt: skip


def review(folder, *claims):
    several().write(folder)
    with (folder / "data/raw/claims.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for number, claim in enumerate(claims):
            about = {"claim_id": f"c{number}", "reference": "made", "quote": "as it says"}
            writer.writerow(about | claim)
    return load_review(Path("config.yaml"), folder)


def higher(**more):
    said = {"kind": "pooled_comparison", "outcome": "response", "assertion": "significantly_higher"}
    return said | more


def faults(folder, *claims):
    with pytest.raises(InvalidReview) as error:
        review(folder, *claims)
    return [(f.row, f.column, f"{f.expected}; {f.remedy}") for f in error.value.faults
            if f.file == "claims.csv"]  # fmt: skip


def test_a_statement_is_held_against_its_own_comparison(tmp_path):
    names = ("low_dose", "high_dose", "active")
    whole = review(tmp_path / "r", *(higher(comparison=name) for name in names))
    results = [pooled(whole.config, whole.trials, one)[0] for one in whole.config.outcomes]
    found = audit(whole.claims, results, whole.trials, whole.config.comparisons)
    assert [one.result for one in found] == [f"response__{name}" for name in names]
    decided = {one.result: one.verdict for one in found}
    # By the analysis without a prior: RR 1.70 (1.26 to 2.30) and 1.04 (0.82 to 1.32).
    assert decided["response__high_dose"] == "reproduced"
    assert decided["response__active"] == "not reproduced"


def test_one_that_names_none_is_held_against_none_of_several(tmp_path):
    whole = review(tmp_path / "r", higher(comparison="active"))
    results = [pooled(whole.config, whole.trials, one)[0] for one in whole.config.outcomes]
    (claim,) = whole.claims
    assert as_published(claim, results).outcome.id == "response__active"
    assert as_published(replace(claim, comparison=""), results) is None
    only = replace(claim, comparison="", outcome="withdrawal")
    assert as_published(only, results).outcome.id == "withdrawal"


def test_a_pooled_statement_must_say_which_comparison(tmp_path):
    found = faults(tmp_path / "r", higher(), higher(outcome="withdrawal"))
    assert [(row, column) for row, column, _ in found] == [(2, "comparison")]
    assert "fill in one of low_dose, high_dose, active" in found[0][2]


def test_a_misspelt_comparison_is_told_with_the_nearest(tmp_path):
    ((row, column, words),) = faults(tmp_path / "r", higher(comparison="high_dosee"))
    assert (row, column) == (2, "comparison")
    assert "did you mean high_dose?" in words


def test_frequencies_are_those_of_the_arms_of_the_comparison(tmp_path):
    said = {"kind": "frequency", "outcome": "response", "assertion": "very_common"}
    whole = review(
        tmp_path / "r", said | {"comparison": "low_dose"}, said | {"comparison": "active"}
    )
    results = [pooled(whole.config, whole.trials, one)[0] for one in whole.config.outcomes]
    low, active = audit(whole.claims, results, whole.trials, whole.config.comparisons)
    assert (low.events_intervention, low.total_intervention) == (22 + 31 + 18, 60 + 80 + 40)
    assert (active.events_intervention, active.total_intervention) == (29 + 33 + 41, 61 + 70 + 90)
