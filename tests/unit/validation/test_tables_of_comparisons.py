"""The tables of a review with several comparisons: what is a fault, what a doubt, what neither."""

import csv
from pathlib import Path

import pytest
import yaml
from tests.made_up import several

from metasynth.core.faults import InvalidReview
from metasynth.review.load import load_review

LOW_AGAINST_HIGH = {
    "intervention": ["drug high"],
    "control": ["drug low"],
    "labels": {"intervention": "High dose", "control": "Low dose"},
}


@pytest.fixture
def folder(tmp_path):
    several().write(tmp_path / "r")
    return tmp_path / "r"


def told(folder):
    try:
        found = load_review(Path("config.yaml"), folder).warnings
    except InvalidReview as error:
        found = error.faults
    return [(f.severity, f.file, f.column, f"{f.expected}; {f.remedy}") for f in found]


def choose(folder, change):
    path = folder / "config.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")


def edit(folder, trial, table, change):
    path = folder / f"data/raw/trials/{trial}/{table}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    columns = list(rows[0])
    rows = change(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_the_worked_review_is_without_a_doubt(folder):
    assert told(folder) == []


def test_an_arm_may_be_on_either_side_where_comparisons_differ(folder):
    def add(content):
        content["comparisons"]["doses"] = LOW_AGAINST_HIGH
        content["outcomes"]["response"]["comparisons"] = [*content["comparisons"]]

    choose(folder, add)
    assert told(folder) == []
    edit(
        folder, "trial_b1", "arms",
        lambda rows: [r | {"role": "control"} if r["arm_id"] == "low" else r for r in rows],
    )  # fmt: skip
    assert told(folder) == []


def test_an_arm_on_the_wrong_side_of_all_is_a_fault(folder):
    edit(
        folder, "trial_b1", "arms",
        lambda rows: [r | {"role": "control"} if r["arm_id"] == "low" else r for r in rows],
    )  # fmt: skip
    ((severity, file, column, words),) = told(folder)
    assert (severity, column) == ("error", "role")
    assert file == "trials/trial_b1/arms.csv"
    assert words.startswith("intervention, the side of drug low in config.yaml")


def test_an_arm_of_no_comparison_is_doubted_once(folder):
    def add(rows):
        return [*rows, rows[0] | {"arm_id": "x", "label": "rival", "treatment": "rival drug"}]

    edit(folder, "trial_a1", "arms", add)
    found = [one for one in told(folder) if one[2] == "treatment"]
    assert len(found) == 1
    assert found[0][0] == "warning"
    assert "takes no part" in found[0][3]


def test_a_treatment_that_no_arm_has_is_told_at_its_comparison(folder):
    choose(folder, lambda content: content["comparisons"]["active"].update(control=["standrad"]))
    found = [one for one in told(folder) if one[0] == "error"]
    assert ("comparisons.active.control[1]") in [column for _, _, column, _ in found]
    assert any("did you mean standard?" in words for *_, words in found)


def test_a_rating_must_name_the_comparison(folder):
    (folder / "data/raw/certainty.csv").write_text(
        "outcome,domain,rating,reason,judge,reference\n"
        "response,imprecision,-1,few events,panel,made\n"
        "response__active,imprecision,-1,few events,panel,made\n",
        encoding="utf-8",
    )
    ((_, file, column, words),) = [one for one in told(folder) if one[1] == "certainty.csv"]
    assert (file, column) == ("certainty.csv", "outcome")
    assert "response__low_dose" in words


def test_a_fault_of_an_outcome_in_all_comparisons_is_told_once(folder):
    choose(folder, lambda content: content["outcomes"]["response"].update(outcome="respons"))
    found = [one for one in told(folder) if one[0] == "error"]
    assert [column for _, _, column, _ in found] == ["outcomes.response.outcome"]
    assert "did you mean response?" in found[0][3]


@pytest.mark.parametrize("turned", [False, True])
def test_a_contrast_turned_round_beside_counts_is_an_error(turned, folder):
    """Where the trial's counts are not there, so that it is pooled as it stands."""
    pair = {"arm_id": "high", "reference_arm_id": "s"}
    if turned:
        pair = {"arm_id": "s", "reference_arm_id": "high"}
    given = {"estimate": "0.93", "ci_low": "0.7", "ci_high": "1.24", "measure": "RR"}

    def contrast(rows):
        blank = dict.fromkeys(rows[0], "")
        same = {key: rows[0][key] for key in ("provenance", "source_id")}
        others = [row for row in rows if row["outcome"] != "response"]
        return [*others, blank | same | pair | given | {"outcome": "response"}]

    path = folder / "data/raw/trials/trial_d1/results.csv"
    text = path.read_text("utf-8").splitlines()
    if "measure" not in text[0].split(","):
        path.write_text(
            "\n".join([f"{text[0]},measure", *(f"{line}," for line in text[1:])]) + "\n"
        )
    edit(folder, "trial_d1", "results", contrast)
    errors = [(column, words) for severity, _, column, words in told(folder) if severity == "error"]
    assert [column for column, _ in errors] == (["arm_id"] if turned else [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("By {{ response.main.estimate }}.", "response__active"),
        ("By {{ pain__low.main.estimate }}.", "pain__low_dose"),
        ("{table:findings}", "findings_"),
        ("{figure:withdrawal__active}", "withdrawal"),
    ],
)
def test_texts_name_an_outcome_with_its_comparison(written, meant, folder):
    page = folder / "data/text/en/discussion.md"
    page.write_text(page.read_text("utf-8") + f"\n{written}\n", encoding="utf-8")
    ((_, file, _, words),) = [one for one in told(folder) if one[0] == "error"]
    assert file == "data/text/en/discussion.md"
    assert f"did you mean {meant}" in words


def test_those_that_there_are_can_be_named(folder):
    page = folder / "data/text/en/discussion.md"
    written = (
        "By {{ response__active.main.estimate }} of {{ response__active.short }}.\n\n"
        "{table:findings_active}\n\n{figure:withdrawal}\n\n"
        "{% for one in comparisons %}{{ one.label }}{% endfor %} {{ shared_arms | joined }}\n"
    )
    page.write_text(f"{page.read_text('utf-8')}\n{written}", encoding="utf-8")
    assert told(folder) == []
