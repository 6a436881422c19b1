"""Each review in examples/ runs to its report, says what it found, and is no draft."""

import csv
import re
import shutil
from pathlib import Path

import pytest

from .conftest import REPOSITORY, Review

pytestmark = pytest.mark.slow

EXAMPLES = {
    "fibromyalgia": (17, ["−0.45 (95% CI −0.65 to −0.25"]),
    "head_and_neck": (65, ["0.87 (95% CI 0.81 to 0.95"]),
    "glucose_lowering": (12, ["0.89 (95% CI 0.83 to 0.95"]),
    "catheters": (27, ["0.029 (95% CI 0.018 to 0.048)", "4.06 infections per 1000"]),
}
"""Each with its studies and what the abstract says."""
PICTURES = REPOSITORY / "docs/pictures"


def test_these_are_the_examples() -> None:
    assert {path.parent.name for path in (REPOSITORY / "examples").glob("*/config.yaml")} == set(
        EXAMPLES
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_to_its_report(name: str, tmp_path: Path) -> None:
    source, review = REPOSITORY / "examples" / name, Review(tmp_path / name)
    shutil.copytree(source, review.folder)
    told = review.run().output
    assert "warning" not in told.casefold()
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", review.report()))
    assert "This review is a draft" not in page
    with (source / "data/raw/studies.csv").open(encoding="utf-8", newline="") as file:
        labels = [row["label"] for row in csv.DictReader(file)]
    studies, said = EXAMPLES[name]
    assert len(labels) == studies
    assert [words for words in said if words not in page] == []
    assert [label for label in labels if label not in page] == []
    assert not re.search(r"95% \w+ –", page), "an interval that is not there"
    for form in ("pdf", "docx"):
        assert (review.folder / f"results/report/review.{form}").stat().st_size > 10_000
    drawn = [
        figure.read_bytes()
        for outcome in (review.folder / "results/figures").iterdir()
        if outcome.is_dir()
        for figure in outcome.glob("*.svg")
    ]
    words = {tuple(texts(figure)) for figure in drawn}
    assert tuple(texts((PICTURES / f"{name}.svg").read_bytes())) in words, (
        f"docs/pictures/{name}.svg is not what the run draws: copy the new one"
    )


def texts(figure: bytes) -> list[str]:
    """What a figure says, wherever it stands."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", figure.decode("utf-8"))
