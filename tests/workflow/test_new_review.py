"""A new review, made by one command, runs as soon as one trial is in it."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest

from metasynth.archive import make

from .conftest import REPOSITORY, Review
from .test_archive import commit

pytestmark = pytest.mark.slow

TABLE = "study,year,ai,n1i,ci,n2i\n"


def metasynth(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "metasynth", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_from_nothing_to_the_report(tmp_path: Path) -> None:
    metasynth(tmp_path, "new", "review")
    folder = tmp_path / "review"
    with (folder / "data/raw/references.bib").open("a", encoding="utf-8") as file:
        file.write("@article{smith2001, author = {Smith, A.}, title = {T}, year = {2001}}\n")
    (tmp_path / "counts.csv").write_text(TABLE + "Smith 2001,2001,27,42,2,12\n", encoding="utf-8")
    metasynth(
        folder,
        *("import", "metafor", "../counts.csv", "--reference", "smith2001", "--week", "24"),
        *("--outcome", "response", "--intervention", "drug", "--control", "placebo"),
    )
    assert (folder / "data/raw/trials/made_up_example_a").is_dir()  # and passed over from now on
    assert metasynth(folder, "validate").endswith(": 1 trial and all choices are in order.\n")
    review = Review(folder)
    review.run()
    text = (folder / "results/tables/estimates.csv").read_text("utf-8")
    (row,) = (r for r in csv.DictReader(io.StringIO(text)) if r["analysis"] == "common")
    assert float(row["estimate"]) == pytest.approx(27 * 12 / (2 * 42), rel=1e-7)
    assert (folder / "results/report/review.pdf").stat().st_size > 10_000
    html = review.report()
    assert "Title of the review" in html
    assert '<p class="draft" role="note">Draft: starter text still stands' in html
    pages = [
        page.extract_text() for page in pypdf.PdfReader(folder / "results/report/review.pdf").pages
    ]
    assert "Draft: starter text still stands" in pages[0]
    assert all("DRAFT" in page for page in pages[1:])
    with zipfile.ZipFile(folder / "results/report/review.docx") as word:
        assert "Draft: starter text still stands" in word.read("word/document.xml").decode()
    # All but what the sections and the tables answer: 17 items of the report, 11 of the abstract.
    assert html.count("<strong>Open: still to be written</strong>") == 17 + 11


def test_a_new_review_runs_as_it_is_and_says_that_its_trials_are_made_up(tmp_path: Path) -> None:
    metasynth(tmp_path, "new", "review")
    folder = tmp_path / "review"
    made_up = re.compile(r"The trials are made up, .*: no number in it is true\. Draft: starter")
    Review(folder).run()
    for name in ("report/review", "report/supplement", "changes"):
        assert made_up.search((folder / f"results/{name}.html").read_text("utf-8")), name
    (first, *_) = pypdf.PdfReader(folder / "results/report/review.pdf").pages
    assert made_up.search(" ".join(first.extract_text().split()))
    with zipfile.ZipFile(folder / "results/report/review.docx") as word:
        assert made_up.search(word.read("word/document.xml").decode())
    refused = subprocess.run(
        [sys.executable, "-m", "metasynth", "accept"], cwd=folder, capture_output=True, check=False
    )
    assert refused.returncode == 1
    assert b"made-up" in refused.stderr
    assert not list(folder.glob("data/baseline/*"))
    commit(folder)
    target = tmp_path / "review-0.1.0.zip"
    why = make.archive(REPOSITORY, folder, target, tmp_path / "environment.json", 1)
    assert "made-up" in why
    assert not target.exists()


def test_a_blank_in_the_folder_of_the_environment_does_no_harm(
    fresh: Callable[[str], Review], tmp_path: Path
) -> None:
    place = tmp_path / "a new user"
    place.symlink_to(Path(sys.prefix), target_is_directory=True)
    review = fresh("bcg")
    command = [str(place / "bin" / "python"), "-m", "snakemake", "--snakefile"]
    command += [str(review.snakefile), "--cores", "1", "results/clean/studies.csv"]
    done = subprocess.run(command, cwd=review.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
