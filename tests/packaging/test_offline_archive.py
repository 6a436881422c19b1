"""The full archive, made and rebuilt on the oldest and the newest Python, with no registry."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.packaging.pythons import NEWEST, OLDEST, do, python, run, uv
from tests.reviews import REPOSITORY, Review, copy_review
from tests.workflow.test_archive import LEFT_OUT, commit

pytestmark = pytest.mark.slow

# A network without anything in it; and no folder in which a program keeps what it once fetched.
NOWHERE = ("unshare", "--net", "--map-root-user")


@pytest.fixture
def alone(tmp_path: Path) -> dict[str, str]:
    """Settings under which nothing that was fetched before is found again."""
    if subprocess.run([*NOWHERE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: no network can be shut off here (unshare)")
    return {"UV_CACHE_DIR": str(tmp_path / "none"), "PIP_NO_CACHE_DIR": "1", "PIP_FIND_LINKS": ""}


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_it_is_rebuilt_without_a_registry(
    version: str,
    finished: Callable[[str], Review],
    tmp_path: Path,
    alone: dict[str, str],
) -> None:
    """The results that stand are taken over; the archive's own run is new, as is its rebuilding."""
    found, environment = python(version), tmp_path / "env"
    sync = ("sync", "--quiet", "--locked", "--no-install-project", "--python", found)
    do(uv(), *sync, UV_PROJECT_ENVIRONMENT=str(environment))
    shutil.copytree(REPOSITORY, tmp_path / "pipeline", ignore=LEFT_OUT)
    copy_review("bcg", tmp_path / "review")
    shutil.copytree(finished("bcg").folder / "results", tmp_path / "review/results")
    for folder in ("pipeline", "review"):
        commit(tmp_path / folder)
    snakemake = (environment / "bin/python", "-m", "snakemake")
    words = ("--snakefile", tmp_path / "pipeline/Snakefile", "--cores", "2", "archive_full")
    log = tmp_path / "review/logs/archive-full.log"
    done = run(*snakemake, *words, folder=tmp_path / "review", UV=uv())
    assert done.returncode == 0, log.read_text("utf-8") if log.is_file() else done.stdout
    (archive,) = (tmp_path / "review/results/archive").glob("*-full.zip")
    shutil.rmtree(environment)
    said = do(*NOWHERE, found, archive, folder=tmp_path, **alone)
    (identical,) = re.findall(r"^(\d+) identical$", said, re.MULTILINE)
    assert int(identical) == len(list(filter(Path.is_file, results_of(tmp_path / "review"))))


def results_of(review: Path) -> list[Path]:
    """The files that an archive holds and compares."""
    return [path for path in (review / "results").rglob("*") if "archive" not in path.parts]
