"""A run that fails, at whatever stage and in whatever way, leaves earlier results as they were."""

import shutil
from collections.abc import Callable
from itertools import cycle, product
from pathlib import Path

import pytest

from metasynth.core import store

from .conftest import REPOSITORY, Review

pytestmark = pytest.mark.slow

UNASKED = {"archive", "figure_files"}  # what this review does not ask for
SCRIPTS = sorted(
    path.stem for path in (REPOSITORY / "workflow/scripts").glob("*.py") if path.stem not in UNASKED
)
FAILURES = {
    "an error": 'raise RuntimeError("made to fail")',
    "killed": "import os; os.kill(os.getpid(), 9)",
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow, whose scripts a test may break."""
    folder = tmp_path_factory.mktemp("workflow-copy")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("workflow", "envs", "profiles"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=ignored)
    shutil.copy(REPOSITORY / "Snakefile", folder)
    return folder


@pytest.fixture(scope="module")
def bcg(finished: Callable[[str], Review], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished review, which failing runs are to leave as it is."""
    folder = tmp_path_factory.mktemp("failing") / "bcg"
    shutil.copytree(finished("bcg").folder, folder)
    return folder


def test_every_stage_is_tried() -> None:
    stages = {"clean", "views", "pool", "sensitivity", "tables", "moderators", "audit", "certainty"}
    stages |= {"changes"}
    assert {*SCRIPTS} == stages | {"forest", "plot", "overview", "crosscheck", "report"}


# Which outputs a stage would lose is its rule's affair, how a job ended is Snakemake's: each stage
# fails in one of the ways, one stage in all of them.
TRIED = sorted({*zip(SCRIPTS, cycle(FAILURES), strict=False), *product(["pool"], FAILURES)})


@pytest.mark.parametrize(("stage", "failure"), TRIED)
def test_earlier_results_stay(bcg: Path, copy: Path, stage: str, failure: str) -> None:
    script = copy / f"workflow/scripts/{stage}.py"
    sound, review = script.read_text("utf-8"), Review(bcg, copy / "Snakefile", copy / "workflow")
    before = review.results()
    assert "report/review.html" in before
    try:
        script.write_text(
            sound.replace("\njobs.run(", f"\n{FAILURES[failure]}\njobs.run("), encoding="utf-8"
        )
        run = review.snakemake()
    finally:
        script.write_text(sound, encoding="utf-8")
    assert run.code == 1, run.output
    assert "What is whole is kept" in run.output
    assert "Removing output files" not in run.output
    assert review.results() == before


FAILING_FORM = """
def failing(said, file, *rest, sound=rendered):
    if file.stem.startswith("supplement") and file.suffix == "{suffix}":
        raise RuntimeError("made to fail")
    return sound(said, file, *rest)


rendered = failing
jobs.run("""


@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
def test_earlier_documents_stay_when_one_of_them_fails(bcg: Path, copy: Path, form: str) -> None:
    """The second document of a form fails, when the first is made already; records of the others
    say by which code they were made anew.
    """
    script = copy / "workflow/scripts/report.py"
    sound, review = script.read_text("utf-8"), Review(bcg, copy / "Snakefile", copy / "workflow")
    before = review.results()
    assert {f"report/review.{form}", f"report/supplement.{form}"} <= before.keys()
    try:
        failing = FAILING_FORM.replace("{suffix}", f".{form}")
        script.write_text(sound.replace("\njobs.run(", failing), encoding="utf-8")
        run = review.snakemake()
    finally:
        script.write_text(sound, encoding="utf-8")
    assert run.code == 1, run.output
    assert "made to fail" in run.output
    after, record = review.results(), f"made/report/en.{form}.json"
    assert after.keys() == before.keys()
    changed = {name for name in after if after[name] != before[name]}
    assert record not in changed
    assert all(name.startswith("made/report/") for name in changed)


def test_files_that_belong_together_are_replaced_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no room for the second."""
    first, second, write = tmp_path / "first", tmp_path / "second", Path.write_bytes
    store.write_all({first: "earlier", second: "earlier"})

    def full(path: Path, content: bytes) -> int:
        if "second" in path.name:
            write(path, content[:1])
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        store.write_all({first: "later", second: "later"})
    assert first.read_text("utf-8") == second.read_text("utf-8") == "earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]
