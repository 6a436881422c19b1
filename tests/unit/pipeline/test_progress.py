"""What a person who waits is told."""

import os
from pathlib import Path

import pytest

from metasynth.pipeline import progress
from metasynth.pipeline.progress import Progress, line


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((0, 0, 100, 10.0), "pool: 0 of 100 done"),
        ((25, 5, 100, 10.0), "pool: 25 of 100 done, about 38 s left"),
        ((30, 0, 1000, 10.0), "pool: 30 of 1000 done, about 5 min left"),
        ((10, 0, 100_000, 10.0), "pool: 10 of 100000 done, about 27.8 h left"),
        ((100, 0, 100, 10.0), "pool: 100 of 100 done"),
    ],
)
def test_how_long_the_rest_takes(numbers: tuple[int, int, int, float], told: str) -> None:
    assert line("pool", *numbers) == told


def test_only_what_this_run_made_counts_and_jobs_take_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    plan.touch()
    records = [tmp_path / name for name in "abc"]
    records[0].touch()
    os.utime(records[0], (0, 0))
    jobs = [Progress("pool", [str(path) for path in records], plan) for _ in range(2)]
    jobs[0].tell()
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(progress.time, "time", lambda: plan.stat().st_mtime + 20)
    records[1].touch()
    jobs[0].tell()
    assert capsys.readouterr().out.startswith("pool: 1 of 3 done, about ")
    monkeypatch.setattr(progress.time, "time", lambda: (tmp_path / "progress").stat().st_mtime + 5)
    jobs[1].tell()
    assert capsys.readouterr().out == ""
