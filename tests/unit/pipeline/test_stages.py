"""Which files the stages say that they make."""

from pathlib import Path

import pytest
from tests.bad_input.review import CONFIG, clean, write

from metasynth.core.paths import WORKFLOW
from metasynth.pipeline.stages import stages
from metasynth.review.load import load_review

SVG = ("forest", "plot", "overview")


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        ("", {"html", "pdf", "docx"}),
        ("[html]", {"html"}),
        ("[docx, pdf]", {"docx", "pdf"}),
    ],
)
def test_the_report_has_the_forms_that_are_asked_for(
    tmp_path: Path, formats: str, expected: set[str]
) -> None:
    files = clean()
    if formats:
        languages = b"  languages: [en]\n"
        said = languages + f"  formats: {formats}\n".encode()
        files[CONFIG] = files[CONFIG].replace(languages, said)
    path = write(files, tmp_path)
    made = stages(load_review(path, tmp_path), WORKFLOW, tmp_path)["report"]
    names = [file.rpartition("/")[2] for member in made for file in member.files]
    documents = {f"{name}.{form}" for name in ("review", "supplement") for form in expected}
    assert sorted(names) == sorted({"provenance.json", *documents})


def test_figures_have_the_forms_that_are_asked_for_and_none_unasked(tmp_path: Path) -> None:
    files = clean()
    folder = tmp_path / "unasked"
    review = load_review(write(files, folder), folder)
    assert stages(review, WORKFLOW, folder)["figure_files"] == ()
    files[CONFIG] += b"figures: {formats: [pdf, tiff], dpi: 300, width: 84}\n"
    path = write(files, tmp_path / "asked")
    made = stages(load_review(path, tmp_path / "asked"), WORKFLOW, tmp_path / "asked")
    drawn = {file for stage in SVG for one in made[stage] for file in one.files}
    names = {file for member in made["figure_files"] for file in member.files}
    assert names == {
        f"{file.removesuffix('svg')}{form}" for file in drawn for form in ("pdf", "tiff")
    }
    read = {file for member in made["report"] for some in member.inputs.values() for file in some}
    assert not read & names
