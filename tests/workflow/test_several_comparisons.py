"""A review of three comparisons, run to its report: tables, words, and what is made anew."""

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from metasynth.core import workbook
from metasynth.language.tracked import bare
from metasynth.model.records import MADE_UP
from metasynth.review.load import Review as ReviewData
from metasynth.review.load import load_review
from metasynth.synthesis.comparison import brought
from metasynth.tables import reader, trial_workbook
from tests.made_up import several
from tests.reviews import write_made_up

from .conftest import Review

pytestmark = pytest.mark.slow

COMPARISONS = ("low_dose", "high_dose", "active")
IDS = ["response__low_dose", "pain__low_dose", "response__high_dose", "pain__high_dose",
       "response__active", "withdrawal"]  # fmt: skip


@pytest.fixture(scope="module")
def made(finished: Callable[[str], Review]) -> Review:
    return finished("several")


def estimates(review: Review) -> list[dict[str, str]]:
    text = (review.folder / "results/tables/estimates.csv").read_text("utf-8")
    return [*csv.DictReader(io.StringIO(text))]


def words(page: str) -> str:
    """A page's text on one line."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(bare(re.sub(r"<[^>]+>", "", body)).split())


def test_its_outcomes_stand_by_their_comparisons(made: Review) -> None:
    assert list(dict.fromkeys(row["outcome"] for row in estimates(made))) == IDS


@pytest.mark.parametrize("name", ["low_dose", "active"])
def test_its_numbers_are_those_of_a_review_of_one(name: str, made: Review, tmp_path: Path) -> None:
    whole = several()
    sides = whole.more["comparisons"][name]  # type: ignore[index]
    own = {
        id_: {key: value for key, value in outcome.items() if not key.startswith("comparison")}
        for id_, outcome in whole.outcomes.items()
        if {f"{id_}__{name}", id_} & {row["outcome"] for row in estimates(made)}
        and (name == "active" or id_ != "withdrawal")
    }
    more = {key: value for key, value in whole.more.items() if key != "comparisons"}
    sides = {key: value for key, value in sides.items() if key != "label"}
    one = replace(whole, outcomes=own, more={**more, "comparison": sides})
    one.write(tmp_path / "one")
    review = Review(tmp_path / "one")
    review.run("results/tables/estimates.csv")
    found = [row | {"outcome": ""} for row in estimates(review)]
    told = [
        row | {"outcome": ""}
        for row in estimates(made)
        if row["outcome"] in {*own, *(f"{id_}__{name}" for id_ in own)}
    ]
    assert found == told


def test_each_comparison_has_a_summary_of_findings(made: Review) -> None:
    page = (made.folder / "results/report/review.html").read_text("utf-8")
    places = [page.index(f'id="table-findings_{name}"') for name in COMPARISONS]
    assert places == sorted(places)
    assert 'id="table-findings"' not in page
    said = words(page)
    for sides in ("low dose against placebo", "high dose against placebo",
                  "high dose against standard drug"):  # fmt: skip
        assert f"Summary of findings: {sides}." in said
    assert "Head to head. Summary of findings: high dose against standard drug." in said


def test_headings_and_sentences_name_the_comparison(made: Review) -> None:
    page = (made.folder / "results/report/review.html").read_text("utf-8")
    headings = [" ".join(words(h).split()) for h in re.findall(r"<h\d.*?</h\d>", page, re.DOTALL)]
    for label in ("Response (low dose versus placebo)", "Response (high dose versus placebo)",
                  "Response (head to head)", "Withdrawal (head to head)"):  # fmt: skip
        assert any(label in heading for heading in headings), label
    said = words(page)
    assert "Five trials, 3 outcomes in 3 comparisons." in said
    assert (
        "Comparisons, each pooled by itself: low dose versus placebo; high dose versus placebo; "
        "head to head (high dose versus standard drug)." in said
    )


def test_arms_that_serve_in_several_comparisons_are_named(made: Review) -> None:
    said = words((made.folder / "results/report/supplement.html").read_text("utf-8"))
    assert (
        "Arms of these trials serve in more than one comparison (Trial a1: drug 40 mg, placebo; "
        "Trial c1: drug 40 mg; Trial e1: placebo)." in said
    )
    assert "Head to head: high dose against standard drug." in said
    assert "not pooled: no numbers for the intervention side" not in said


def test_a_trial_stands_once_in_the_table_of_trials(made: Review) -> None:
    page = (made.folder / "results/report/review.html").read_text("utf-8")
    (table,) = re.findall(r'id="table-trials".*?</table>', page, re.DOTALL)
    assert [words(table).count(f"Trial {name}1") for name in "abcde"] == [1] * 5


def test_forest_plots_favour_the_sides_of_their_comparison(made: Review) -> None:
    for id_, sides, ends in (
        ("response__low_dose", "low dose compared with placebo", ("Low dose", "Placebo")),
        ("response__active", "high dose compared with standard drug", ("High dose", "Standard")),
    ):
        figure = (made.folder / f"results/figures/{id_}/forest.svg").read_text("utf-8")
        assert sides in figure
        drawn = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", figure)).replace("\u00a0", " ")
        assert [f"Favours {end}" in drawn for end in ends] == [True, True]


def test_a_changed_comparison_makes_its_own_outcomes_anew(made: Review, tmp_path: Path) -> None:
    shutil.copytree(made.folder, tmp_path / "review")
    review = Review(tmp_path / "review")
    path = review.folder / "config.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    content["comparisons"]["high_dose"]["labels"]["intervention"] = "Full dose"
    path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    planned = {one for one in review.planned() if one.startswith("pool")}
    assert planned == {"pool response__high_dose", "pool pain__high_dose"}


def test_a_comparison_that_no_trial_makes_is_refused(tmp_path: Path) -> None:
    write_made_up("several", tmp_path / "review")
    path = tmp_path / "review/config.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    sides = {"intervention": ["drug low"], "control": ["standard"]}
    labels = {"intervention": "Low dose", "control": "Standard drug"}
    content["comparisons"]["low_active"] = sides | {"labels": labels}
    del content["outcomes"]["withdrawal"]["comparison"]
    content["outcomes"]["withdrawal"]["comparisons"] = ["active", "low_dose"]
    arms = tmp_path / "review/data/raw/trials/trial_a1/arms.csv"
    arms.write_text("".join(
        line for line in arms.read_text("utf-8").splitlines(True) if not line.startswith("low,")
    ), "utf-8")  # fmt: skip
    results = arms.with_name("results.csv")
    results.write_text("".join(
        line for line in results.read_text("utf-8").splitlines(True) if ",low," not in line
    ), "utf-8")  # fmt: skip
    path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    done = Review(tmp_path / "review").snakemake("--dry-run")
    assert done.code != 0
    assert "a comparison that an included trial makes" in done.output
    assert "withdrawal__low_dose" in done.output
    assert "list under comparisons those that trials report it for" in done.output
    assert "response__low_active" not in done.output


@pytest.fixture
def copied(made: Review, tmp_path: Path) -> Review:
    """A copy of the review as it was run."""
    shutil.copytree(made.folder, tmp_path / "review")
    return Review(tmp_path / "review")


def metasynth(review: Review, *words: str) -> str:
    done = review.metasynth(*words)
    assert done.code == 0, done.output
    return done.output


def test_what_changes_after_acceptance_is_told_of_each_comparison(copied: Review) -> None:
    metasynth(copied, "accept")
    path = copied.folder / "data/raw/trials/trial_a1/results.csv"
    text = path.read_text("utf-8")
    assert "response,,,high,,29,61" in text
    path.write_text(text.replace("response,,,high,,29,61", "response,,,high,,27,61"), "utf-8")
    copied.run()
    found = json.loads((copied.folder / "results/changes.json").read_text("utf-8"))
    moved = [one["outcome"] for one in found["outcomes"] if one["kind"] != "unchanged"]
    assert moved == ["response__high_dose", "response__active"]
    (row,) = found["rows"]
    assert (row["study"], row["kind"]) == ("trial_a1", "corrected")
    assert {step["outcome"] for step in found["cumulative"]} >= {*moved, "response__low_dose"}
    said = metasynth(copied, "changes")
    assert "| Response (High dose versus Placebo) | RR " in said
    assert "| Response (Head to head) | RR " in said
    assert "4 of 6 outcomes have the same numbers." in said


def test_its_trials_in_a_workbook_give_the_same_tables(copied: Review) -> None:
    """Written by metasynth export, whose sheets of inputs are those of data/raw/trials.xlsx."""
    wanted = (copied.folder / "results/tables/studies.csv").read_bytes(), estimates(copied)
    metasynth(copied, "export", "exported.xlsx")
    trials = [
        trial for trial in reader.read(copied.folder / "data/raw").trials
        if not trial.study.startswith(MADE_UP)
    ]  # fmt: skip
    exported = workbook.sheets((copied.folder / "exported.xlsx").read_bytes(), "it")
    own = workbook.sheets(trial_workbook.filled(trials), "own")
    assert {name: exported[name] for name in own} == own
    shutil.rmtree(copied.folder / "data/raw/trials")
    content = trial_workbook.filled(trials)
    (copied.folder / "data/raw/trials.xlsx").write_bytes(content)
    copied.run("tables")
    assert wanted == (
        (copied.folder / "results/tables/studies.csv").read_bytes(), estimates(copied))  # fmt: skip


def test_its_studies_go_to_revman_and_come_back(copied: Review) -> None:
    metasynth(copied, "export", "revman.zip")
    metasynth(copied, "new", "back", "--from", "revman.zip")
    back = load_review(copied.folder / "back/config.yaml", copied.folder / "back")
    here = load_review(copied.folder / "config.yaml", copied.folder)
    assert len(back.config.comparisons) == len(COMPARISONS)
    assert pooled(back) == pooled(here)


def pooled(review: ReviewData) -> list[list[object]]:
    """The numbers of both groups of each study, by outcome in the order of the report."""
    found: list[list[object]] = []
    for one in review.config.outcomes:
        studies, _ = brought(review.trials, one, review.config.comparison_of(one))
        sides = [(s.label, s.intervention, s.control) for s in studies]
        found.append([
            (label, *((g.events, g.mean, g.sd, g.total) for g in groups if g))
            for label, *groups in sides
        ])  # fmt: skip
    return found
