"""Jobs out of the records of what was made, and the environment out of archived wheels."""

import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from metasynth.archive import jobs
from metasynth.archive.jobs import Job
from metasynth.core import verify
from metasynth.pipeline import stamps
from metasynth.pipeline.targets import Member


def record(folder: Path, stage: str, name: str, inputs: tuple[str, ...], *files: str) -> None:
    """Make a member's files, and its record."""
    member = Member(stage, name, "code", "data", "{}", {"all": inputs}, files)
    stamps.write(member, {Path(file).name: "content" for file in files}, folder)


def test_makers_come_first_and_each_record_is_an_output(tmp_path: Path) -> None:
    long = f"results/{'ź' * 100}/{'x' * 200}.json"
    record(tmp_path, "a_table", "", (long, "results/y", "results/y"), "results/b", "results/a")
    record(tmp_path, "pool", "z", ("data.csv",), long)
    record(tmp_path, "pool", "y", ("data.csv",), "results/y")
    pool = "workflow/scripts/pool.py"
    assert jobs.read(tmp_path) == (
        Job("pool", pool, ("data.csv",), ("results/made/pool/y.json", "results/y")),
        Job("pool", pool, ("data.csv",), tuple(sorted(("results/made/pool/z.json", long)))),
        Job(
            "a_table",
            "workflow/scripts/a_table.py",
            (long, "results/y"),
            ("results/a", "results/b", "results/made/a_table.json"),
        ),
    )


@pytest.mark.parametrize("path", ["results/a", "results/made/pool/a.json"])
def test_what_is_not_as_it_was_made_is_not_described(tmp_path: Path, path: str) -> None:
    record(tmp_path, "pool", "a", (), "results/a")
    (tmp_path / path).write_bytes((tmp_path / path).read_bytes()[:-3])
    with pytest.raises(ValueError, match="does not tell of its files"):
        jobs.read(tmp_path)


# --- the environment ------------------------------------------------------------------------------


def wheels(review: Path, version: str, machine: str) -> None:
    """A review with one wheel of a package that exists nowhere else."""
    (review / "wheels").mkdir(parents=True)
    name = "only_here-1.0.dist-info"
    files = {
        "only_here.py": "value = 42\n",
        f"{name}/METADATA": "Metadata-Version: 2.1\nName: only-here\nVersion: 1.0\n",
        f"{name}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{name}/RECORD": "",
    }
    with zipfile.ZipFile(review / "wheels/only_here-1.0-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    (review / "wheels/python.txt").write_text(f"{version}\n{machine}\n", encoding="utf-8")


HERE = f"{platform.system()} {platform.machine()}"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def test_the_environment_is_made_of_the_archived_wheels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    wheels(tmp_path / "review", PYTHON, HERE)
    python = verify.rebuild(tmp_path / "review", tmp_path)
    ask = [python, "-c", "import only_here; print(only_here.value, only_here.__file__)"]
    done = subprocess.run(ask, check=True, capture_output=True, encoding="utf-8")
    assert done.stdout.startswith(f"42 {tmp_path}")


@pytest.mark.parametrize(
    ("version", "machine", "told"),
    [(PYTHON, "Plan9 vax", "Plan9 vax"), ("3.4", HERE, "Python 3.4")],
)
def test_wheels_for_another_machine_or_python_are_not_tried(
    tmp_path: Path, version: str, machine: str, told: str
) -> None:
    wheels(tmp_path / "review", version, machine)
    with pytest.raises(verify.VerifyError, match=told) as stop:
        verify.rebuild(tmp_path / "review", tmp_path)
    assert stop.value.code == verify.NO_ENVIRONMENT


def test_without_wheels_the_lock_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for uv notes how it was called."""
    tool = tmp_path / "bin" / "uv"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\necho "$PWD $UV_PROJECT_ENVIRONMENT $@" > "$NOTE"\n', "utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tool.parent), prepend=":")
    monkeypatch.delenv("UV", raising=False)  # where these tests are run by uv themselves
    monkeypatch.setenv("NOTE", str(tmp_path / "note"))
    (tmp_path / "review").mkdir()
    verify.rebuild(tmp_path / "review", tmp_path)
    expected = f"{tmp_path}/review {tmp_path}/env sync --locked --no-install-project --quiet\n"
    assert (tmp_path / "note").read_text("utf-8") == expected
