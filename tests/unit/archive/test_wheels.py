"""The locked packages as files: those that the lock names, by their digests, or none."""

import hashlib
import os
import platform
import sys
import zipfile
from pathlib import Path

import pytest

from metasynth.archive import wheels
from metasynth.archive.checkout import ArchiveError

WHEEL = "only_here-1.0-py3-none-any.whl"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, whose stand-in for uv exports what requirements.txt beside it says."""
    (tmp_path / "tools").mkdir()
    tool = tmp_path / "uv"
    asked = f'cp "{tmp_path}/requirements.txt" "$last"'
    tool.write_text(f'#!/bin/sh\n[ "$1" = export ] || exit 0\nfor last; do :; done\n{asked}\n')
    tool.chmod(0o755)
    monkeypatch.setenv("UV", str(tool))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    info = "only_here-1.0.dist-info"
    with zipfile.ZipFile(tmp_path / WHEEL, "w") as wheel:
        wheel.writestr("only_here.py", "value = 42\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: only_here\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return tmp_path


def ask(project: Path, digest: str) -> None:
    line = f"only_here @ {(project / WHEEL).as_uri()} --hash=sha256:{digest}\n"
    (project / "requirements.txt").write_text(line, encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")
def test_the_lock_s_wheels_are_collected_and_told_what_they_serve(
    project: Path, tmp_path: Path
) -> None:
    ask(project, hashlib.sha256((project / WHEEL).read_bytes()).hexdigest())
    (tmp_path / "work").mkdir()
    found = wheels.fetch(project, project / "tools", tmp_path / "work")
    assert sorted(found) == [f"wheels/{WHEEL}", "wheels/python.txt"]
    assert found[f"wheels/{WHEEL}"].read_bytes() == (project / WHEEL).read_bytes()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    note = found["wheels/python.txt"].read_text("utf-8")
    assert note == f"{version}\n{platform.system()} {platform.machine()}\n"


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")
def test_a_package_that_is_not_the_locked_one_stops_it(project: Path, tmp_path: Path) -> None:
    ask(project, "0" * 64)
    (tmp_path / "work").mkdir()
    with pytest.raises(ArchiveError, match=r"(?i)hash"):
        wheels.fetch(project, project / "tools", tmp_path / "work")
