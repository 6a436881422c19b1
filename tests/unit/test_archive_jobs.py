"""Jobs out of records as Snakemake writes them, and the environment out of archived wheels."""

import base64
import json
import platform
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from metasynth.archive import jobs, verify
from metasynth.archive.jobs import Job


def record(folder: Path, output: str, **fields: Any) -> None:
    """Write one record where Snakemake would: names too long for a file system are cut by @."""
    name = base64.urlsafe_b64encode(output.encode()).decode()
    parts = [name[i : i + 254] for i in range(0, len(name), 254)]
    path = folder.joinpath(".snakemake", "metadata", *(f"@{p}" for p in parts[:-1]), parts[-1])
    path.parent.mkdir(parents=True, exist_ok=True)
    usual = {"incomplete": False, "log": [], "code": '  "../scripts/pool.py"\n\n'}
    path.write_text(json.dumps(usual | fields), encoding="utf-8")


def test_outputs_of_one_job_belong_together_and_makers_come_first(tmp_path: Path) -> None:
    long = f"results/{'ź' * 100}/{'x' * 200}.json"
    for output in ("b.csv", "a.csv"):
        record(tmp_path, output, rule="a_table", input=[long, "y", "y"], log=["t.log"])
    record(tmp_path, long, rule="pool", input=["data.csv"], log=["1.log"])
    record(tmp_path, "y", rule="pool", input=["data.csv"], log=["2.log"])
    script = "workflow/scripts/pool.py"
    assert jobs.read(tmp_path) == (
        Job("pool", script, ("data.csv",), (long,)),
        Job("pool", script, ("data.csv",), ("y",)),
        Job("a_table", script, (long, "y"), ("a.csv", "b.csv")),
    )


def test_a_job_that_was_cut_off_is_not_described_as_done(tmp_path: Path) -> None:
    record(tmp_path, "a", rule="pool", input=[], incomplete=True)
    with pytest.raises(ValueError, match="did not finish a"):
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
    monkeypatch.setenv("NOTE", str(tmp_path / "note"))
    (tmp_path / "review").mkdir()
    verify.rebuild(tmp_path / "review", tmp_path)
    expected = f"{tmp_path}/review {tmp_path}/env sync --locked --no-install-project --quiet\n"
    assert (tmp_path / "note").read_text("utf-8") == expected
