"""A fault stops everything before it starts: one report, earlier results untouched."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Review


def spoil(folder: Path) -> None:
    """A typing slip in each kind of place."""

    def edit(path: str, old: str, new: str) -> None:
        file = folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text, path
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    edit("config.yaml", "measure: RR", "mesure: RR")
    edit("data/raw/trials/bao2011/results.csv", ",27,42,", ",47,42,")
    edit("data/raw/trials/cohen2002/results.csv", ",14,74,", ",-14,74,")
    edit("data/raw/trials/cohen2004/arms.csv", "arm_id,", "arm,")
    edit(
        "data/raw/trials/fleischmann2003/results.csv", "death,24,,anakinra,", "death,24,,anakinla,"
    )


EXPECTED = [
    ("config.yaml", "mesure"),
    ("trials/bao2011/results.csv", "47"),
    ("trials/cohen2002/results.csv", "-14"),
    ("trials/cohen2004/arms.csv", "arm"),
    ("trials/fleischmann2003/results.csv", "anakinla"),
]


@pytest.mark.parametrize("mode", [[], ["--dry-run"]])
def test_all_faults_are_reported_and_nothing_is_touched(ran: Review, mode: list[str]) -> None:
    before = ran.results()
    spoil(ran.folder)
    done = ran.snakemake(*mode)
    assert done.code != 0
    for file, value in EXPECTED:
        assert any(file in line for line in done.output.splitlines()), done.output
        assert value in done.output
    assert "Traceback" not in done.output
    assert ran.results() == before


def test_a_missing_table_is_reported(fresh: Callable[[str], Review]) -> None:
    review = fresh("anakinra")
    (review.folder / "data/raw/trials/bao2011/arms.csv").unlink()
    done = review.snakemake()
    assert done.code != 0
    assert "trials/bao2011/arms.csv" in done.output
    assert not (review.folder / "results").exists()


def test_settings_on_the_command_line_are_refused(fresh: Callable[[str], Review]) -> None:
    done = fresh("anakinra").snakemake("--dry-run", "--config", "data=elsewhere")
    assert done.code != 0
    assert "edit it, or give --configfile another" in done.output


SLIPS = {
    "a name": (
        "question.md",
        "One line.\n\nRR {{ tuberculosis.primary.estimat }}\n",
        "mean estimate?",
    ),
    "an item": ("discussion.md", "", "23a (interpretation with other evidence)"),
    "an element": ("living.md", "No search is scheduled {prisma:L1.1}.\n", "L1.2 (schedule of the"),
    "its form": ("question.md", "```\ncode\n```\n", "no fenced block"),
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("mode", [[], ["--dry-run"]])
def test_a_slip_in_prose_is_told_before_anything_runs(
    fresh: Callable[[str], Review], slip: str, mode: list[str]
) -> None:
    name, content, expected = SLIPS[slip]
    review = fresh("bcg")
    (review.folder / "data/text/en" / name).write_text(content, encoding="utf-8")
    done = review.snakemake(*mode)
    assert done.code != 0
    assert f"data/text/en/{name}\n" in done.output
    assert expected in done.output
    assert "Traceback" not in done.output
    assert not (review.folder / "results").exists()


def test_what_the_pipeline_tells_itself_needs_no_text(fresh: Callable[[str], Review]) -> None:
    """A living review leaves elements open; changes of methods, such as these, are not its own."""
    review = fresh("bcg")
    living = review.folder / "data/text/en/living.md"
    living.write_text("No search is scheduled {prisma:L1.1}.\n", encoding="utf-8")
    named = review.snakemake("--dry-run").output
    assert "L4 (authors and their roles in each version)" in named
    for told in ("L1.1", "L2.1", "L3.1", "16a.1", "23a"):
        assert f"{told} (" not in named


def test_a_number_that_the_run_does_not_give_stops_the_report_and_nothing_else(
    finished: Callable[[str], Review], tmp_path: Path
) -> None:
    """No check at load can know it; the report tells the line, and the earlier one stays."""
    shutil.copytree(finished("bcg").folder, tmp_path / "bcg")
    review = Review(tmp_path / "bcg")
    before = review.results()
    question = review.folder / "data/text/en/question.md"
    question.write_text("One.\n\nPI {{ tuberculosis.common.prediction }}\n", encoding="utf-8")
    done = review.snakemake()
    assert done.code != 0
    assert re.search(r"data/text/en/question\.md:3: .*has no value", done.output)
    assert review.results() == before


def test_a_slip_is_told_before_a_dry_run(fresh: Callable[[str], Review]) -> None:
    """A doubt stops nothing; it is told with its place and remedy, until the row is checked."""
    review = fresh("bcg")
    results = review.folder / "data/raw/trials/hart1977/results.csv"
    results.write_text(
        results.read_text("utf-8").replace("tuberculosis,", "tuberculosys,"), encoding="utf-8"
    )
    done = review.snakemake("--dry-run")
    assert done.code == 0
    assert "trials/hart1977/results.csv" in done.output
    assert "did you mean tuberculosis?" in done.output
