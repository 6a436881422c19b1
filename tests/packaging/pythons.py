"""The oldest and the newest Python that the project allows, and environments made of them."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from tests.reviews import REPOSITORY

OLDEST, NEWEST = "3.11", "3.14"


@cache
def uv() -> str:
    """The uv that runs these tests, or the README's, or another."""
    found = os.environ.get("UV") or shutil.which("uv")
    return found or str(REPOSITORY / ".uv/bin/uv")


def do(*command: str | Path, folder: Path = REPOSITORY, **settings: str) -> str:
    """Carry out a command that has to succeed; what it says."""
    done = run(*command, folder=folder, **settings)
    assert done.returncode == 0, done.stdout
    return done.stdout


def run(*command: str | Path, folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Carry out a command, without this program's own path."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=environment | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )


@cache
def python(version: str) -> str:
    """This machine's Python of a version; where there is none the test is skipped, loudly."""
    made = REPOSITORY / f".uv/python{version}/usr/bin/python{version}"
    if made.is_file():
        return str(made)
    find = [uv(), "python", "find", "--system", "--no-project", "--no-python-downloads", version]
    done = subprocess.run(find, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"NOT TESTED: there is no Python {version} here (.ci/python makes {NEWEST})")
    return done.stdout.strip()
