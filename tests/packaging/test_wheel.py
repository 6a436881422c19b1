"""The wheel, installed in a fresh environment, makes a review's report and needs no checkout."""

import argparse
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.packaging.pythons import NEWEST, OLDEST, do, python, uv
from tests.reviews import REPOSITORY, Review

from metasynth.__main__ import _parser

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    do(uv(), "build", "--quiet", "--wheel", "--out-dir", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The libraries at their locked versions, so that only the wheel is tried."""
    listed = tmp_path_factory.mktemp("locked") / "requirements.txt"
    without = ("--no-emit-project", "--no-hashes", "--output-file", listed)
    do(uv(), "export", "--quiet", "--locked", *without)
    return listed


@pytest.fixture(params=(OLDEST, NEWEST))
def installed(
    request: pytest.FixtureRequest, wheel: Path, locked: Path, tmp_path: Path
) -> Iterator[Path]:
    """The programs of a fresh environment that has the wheel."""
    do(uv(), "venv", "--quiet", "--python", python(request.param), tmp_path / "env")
    programs = tmp_path / "env" / "bin"
    into = ("--quiet", "--no-compile-bytecode", "--python", programs / "python")
    do(uv(), "pip", "install", *into, "--requirement", locked, wheel)
    yield programs
    shutil.rmtree(tmp_path / "env")


def test_a_review_runs_from_the_installed_package_as_from_a_checkout(
    installed: Path, tmp_path: Path, finished: Callable[[str], Review]
) -> None:
    program, review = installed / "metasynth", tmp_path / "myreview"
    assert do(program, "--version").split() == ["metasynth", _project()["version"]]
    do(program, "new", "myreview", "--example", folder=tmp_path)
    do(program, "run", "--cores", "2", folder=review)
    assert Review(review).results() == finished("bcg").results()
    snakefile = do(program, "snakefile").strip()
    assert Path(snakefile).is_relative_to(tmp_path / "env")
    again = do(installed / "snakemake", "-s", snakefile, "--cores", "2", folder=review)
    assert "Nothing to be done" in again
    do(program, "new", "begun", folder=tmp_path)
    assert "Made-up trial A" in do(program, "validate", folder=tmp_path / "begun")
    assert "report, 3 of 3: not made yet" in do(program, "run", "-n", folder=tmp_path / "begun")


def test_the_wheel_carries_all_that_the_project_runs_by(wheel: Path) -> None:
    listed = ("Snakefile", "config", "envs", "profiles", ".test", "workflow")
    tracked = do("git", "ls-files", "-z", *listed).strip("\0").split("\0")
    package = {f.removeprefix("workflow/") for f in tracked if f.startswith("workflow/metasynth/")}
    around = {f"metasynth/_project/{f}" for f in tracked if not f.startswith("workflow/metasynth/")}
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    assert {name for name in names if ".dist-info/" not in name} == package | around


def test_the_version_of_the_package_is_that_of_the_project() -> None:
    import metasynth

    assert metasynth.__version__ == _project()["version"]
    assert (REPOSITORY / "workflow/metasynth/py.typed").is_file()


def test_the_pythons_that_are_tried_are_the_oldest_and_the_newest_that_are_allowed() -> None:
    project = _project()
    after = f"3.{int(NEWEST.partition('.')[2]) + 1}"
    assert project["requires-python"] == f">={OLDEST},<{after}"
    told = [
        c for c in project["classifiers"] if c.startswith("Programming Language :: Python :: 3.")
    ]
    assert [told[0].rpartition(" ")[2], told[-1].rpartition(" ")[2]] == [OLDEST, NEWEST]


def _project() -> dict[str, str]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from _parsers(one)


def test_every_command_and_option_says_what_it_is() -> None:
    parsers = list(_parsers(_parser()))
    assert len(parsers) > 10
    untold = [
        f"{parser.prog} {'/'.join(action.option_strings) or action.dest}"
        for parser in parsers
        for action in parser._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    nameless = [one.prog for one in parsers if not one.description and "verify" not in one.prog]
    assert (untold, nameless) == ([], [])


def test_run_passes_on_what_snakemake_says(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "metasynth", "run"]
    told = subprocess.run([*run, "-n"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "nothing was run" in told.stdout + told.stderr
    told = subprocess.run([*run, "--version"], cwd=tmp_path, capture_output=True, check=False)
    assert told.returncode == 0
