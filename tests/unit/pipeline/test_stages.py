"""Which files the stages say that they make."""

from pathlib import Path

import pytest
from tests.bad_input.review import CONFIG, clean, write

from metasynth.core.paths import WORKFLOW
from metasynth.pipeline.stages import stages
from metasynth.review.load import load_review


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
