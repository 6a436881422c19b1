"""A change reruns exactly what depends on it, and a dry run says so beforehand."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import REPOSITORY, Review

REPORTED_BY_BAO = {"acr20_w24", "acr50_w24", "acr70_w24"}
READINGS = {"acr20_w24_randomised", "acr50_w24_randomised", "acr70_w24_randomised"}
ALWAYS = {"views", "tables", "certainty", "changes", "overview", "report"}


def jobs(outcomes: set[str]) -> set[str]:
    return {f"{rule} {outcome}" for rule in ("pool", "plot") for outcome in outcomes}


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nothing_changed_runs_nothing(ran: Review) -> None:
    assert ran.planned() == set()


def test_a_trial_removed_and_put_back(ran: Review, tmp_path: Path) -> None:
    before = ran.results()
    bao, aside = ran.folder / "data/raw/trials/bao2011", tmp_path / "aside"
    shutil.move(bao, aside)
    assert ran.planned() == ALWAYS | jobs(REPORTED_BY_BAO | READINGS)
    ran.run()
    without = ran.results()
    untouched = [name for name in before if "serious_adverse_event" in name]
    assert untouched
    assert all(before[name] == without[name] for name in untouched)
    assert before["tables/estimates.csv"] != without["tables/estimates.csv"]
    shutil.move(aside, bao)
    assert ran.planned() == ALWAYS | jobs(REPORTED_BY_BAO | READINGS)
    ran.run()
    assert ran.results() == before


def test_a_count_corrected(ran: Review) -> None:
    table = ran.folder / "data/raw/trials/fleischmann2003/results.csv"
    replace_in(table, "death,24,,anakinra,,4,1116", "death,24,,anakinra,,5,1116")
    planned = ran.planned()
    assert {"clean fleischmann2003", "pool death", "plot death", "report"} <= planned
    assert not planned & jobs(REPORTED_BY_BAO)
    assert not {"clean cohen2002", "clean cohen2004", "clean bao2011"} & planned


def test_an_older_file_with_other_content_is_noticed(ran: Review) -> None:
    table = ran.folder / "data/raw/trials/bao2011/results.csv"
    replace_in(table, "acr20,24,,placebo,,2,12,2,2,17", "acr20,24,,placebo,,2,13,2,2,15")
    replace_in(ran.folder / "data/raw/trials/bao2011/arms.csv", ",12,", ",13,")
    long_ago = time.time() - 10**8
    for file in table.parent.iterdir():
        os.utime(file, (long_ago, long_ago))
    assert "clean bao2011" in ran.planned()


def test_an_excluded_trial_leaves_its_outcomes(ran: Review) -> None:
    replace_in(ran.folder / "data/raw/trials/bao2011/study.csv", ",included,", ",excluded,")
    planned = ran.planned()
    assert jobs(REPORTED_BY_BAO | READINGS) <= planned
    assert "pool serious_adverse_event" not in planned
    ran.run()
    assert ran.planned() == set()


def test_an_analysis_added_to_one_outcome(ran: Review) -> None:
    config = ran.folder / "config.yaml"
    text = config.read_text(encoding="utf-8")
    head, tail = text.split("  death:\n")
    tail = tail.replace(
        "analyses: [primary, common]", "analyses: [primary, common, published_mh]", 1
    )
    config.write_text(f"{head}  death:\n{tail}", encoding="utf-8")
    assert ran.planned() == jobs({"death"}) | {
        "tables",
        "certainty",
        "changes",
        "overview",
        "report",
    }


def test_a_deleted_figure_is_made_again(ran: Review) -> None:
    (ran.folder / "results/figures/death/forest.svg").unlink()
    assert "plot death" in ran.planned()


@pytest.mark.parametrize(
    ("module", "expected", "spared"),
    [
        ("workflow/metasynth/pooling.py", {"pool death", "report"}, {"clean bao2011"}),
        ("workflow/metasynth/figures/forest.py", {"plot death", "report"}, {"pool death"}),
        ("workflow/report/en/results.md", {"report"}, {"pool death", "tables"}),
    ],
)
def test_an_edited_module_reruns_what_uses_it(
    finished: Callable[[str], Review],
    tmp_path: Path,
    module: str,
    expected: set[str],
    spared: set[str],
) -> None:
    """The workflow itself is copied and edited, and run on a finished review."""
    copy = tmp_path / "workflow-copy"
    shutil.copytree(
        REPOSITORY / "workflow", copy / "workflow", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(REPOSITORY / "envs", copy / "envs")
    shutil.copy(REPOSITORY / "Snakefile", copy)
    shutil.copytree(finished("anakinra").folder, tmp_path / "review")
    review = Review(tmp_path / "review", copy / "Snakefile")
    environment = {"PYTHONPATH": str(copy / "workflow")}
    assert review.planned(**environment) == set()
    with (copy / module).open("a", encoding="utf-8") as file:
        file.write("\n# edited\n" if module.endswith(".py") else "\nOne sentence more.\n")
    planned = review.planned(**environment)
    assert expected <= planned
    assert not spared & planned
