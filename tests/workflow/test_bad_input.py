"""A fault stops everything before it starts: one report, earlier results untouched."""

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


def test_a_name_that_does_not_exist_stops_the_report(fresh: Callable[[str], Review]) -> None:
    review = fresh("bcg")
    question = review.folder / "data/text/en/question.md"
    question.write_text("One line.\n\nRR {{ tuberculosis.primary.estimat }}\n", encoding="utf-8")
    done = review.snakemake()
    assert done.code != 0
    assert "question.md:3" in done.output
    assert not (review.folder / "results/report/review.html").exists()


def test_an_item_of_prisma_that_no_text_answers_stops_the_report(
    fresh: Callable[[str], Review],
) -> None:
    review = fresh("bcg")
    (review.folder / "data/text/en/discussion.md").unlink()
    done = review.snakemake()
    assert done.code != 0
    assert "23a (interpretation with other evidence)" in done.output
    assert "24a" not in done.output.split("Write the text")[0]
    assert not (review.folder / "results/report/review.html").exists()


def test_a_living_review_that_leaves_an_element_open_stops_the_report(
    fresh: Callable[[str], Review],
) -> None:
    """What the pipeline tells itself, such as changes of methods, needs no text of the review."""
    review = fresh("bcg")
    living = review.folder / "data/text/en/living.md"
    living.write_text("No search is scheduled {prisma:L1.1}.\n", encoding="utf-8")
    done = review.snakemake()
    assert done.code != 0
    named = done.output.split("Write the text")[0]
    assert "L1.2 (schedule of the further steps, from screening to publication)" in named
    assert "L4 (authors and their roles in each version)" in named
    for told in ("L1.1", "L2.1", "L3.1", "16a.1", "23a"):
        assert f"{told} (" not in named
    assert not (review.folder / "results/report/review.html").exists()
