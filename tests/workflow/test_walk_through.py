"""docs/add-a-trial.md, done as it is written in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import REPOSITORY

pytestmark = pytest.mark.slow

PAGE = REPOSITORY / "docs/add-a-trial.md"
COPIED = ("Snakefile", "config.yaml", "data", "workflow", "profiles", "envs")
BLOCK = re.compile(r"```(console|csv)\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:[^$].*\n|\n)*)", re.MULTILINE)


def steps() -> Iterator[tuple[str, str, str]]:
    """Every block in order: ("csv", path, content) or ("console", command, answer)."""
    text = PAGE.read_text("utf-8")
    for block in BLOCK.finditer(text):
        if block[1] == "csv":
            named = re.findall(r"^`(data/[^`]+)`", text[: block.start()], re.MULTILINE)
            yield "csv", named[-1], block[2]
        else:
            for command in COMMAND.finditer(block[2]):
                yield "console", command[1], command[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project in which `.uv/bin/uv run` is this environment."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in COPIED:
        source = REPOSITORY / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    uv = folder / ".uv/bin/uv"
    uv.parent.mkdir(parents=True)
    uv.write_text('#!/bin/sh\nshift\nexec "$@"\n', encoding="utf-8")
    uv.chmod(0o755)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def squeezed(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_the_page_works_exactly_as_written(project: Path) -> None:
    before = files(project / "data")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for kind, what, content in steps():
        if kind == "csv":
            assert (project / what).is_file()  # the template had it
            (project / what).write_text(content, encoding="utf-8")
            continue
        done = subprocess.run(
            what,
            shell=True,
            cwd=project,
            env=os.environ | {"PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        answer, expected = squeezed(done.stdout), squeezed(content)
        if "…" in expected:
            missing = [line for line in expected if line != "…" and line not in answer]
            assert not missing, done.stdout
        else:
            assert answer == expected, done.stdout
        assert (done.returncode != 0) is ("1 fault" in expected), done.stdout
    assert files(project / "data") == before


def test_the_page_shows_the_trial_as_it_is() -> None:
    """But for remarks, and for the slip that the page announces."""
    trial = REPOSITORY / "data/raw"
    for kind, what, content in steps():
        if kind == "csv":
            real = (trial / what.removeprefix("data/raw/")).read_text("utf-8").splitlines()
            for line in content.replace(",72,42,", ",27,42,").splitlines():
                shown = re.sub(r',("[^"]*"|[^,"]*)$', "", line)
                assert any(known.startswith(shown) for known in real), line
