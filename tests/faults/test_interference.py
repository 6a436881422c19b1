"""A full disk, read-only results, two runs at once, Ctrl-C, and files that others spoilt.

What to do is said, and the recovery is the same command again, once its cause is gone.
"""

import os
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from .broken import ADVICE, COUNTS, Small, copy_of, recovers, small, taken_as_done
from .mounts import remount

pytestmark = [pytest.mark.faults, pytest.mark.slow]
Mount = Callable[[Path, str], None]


@pytest.mark.parametrize("place", ["results", "."])
def test_a_full_disk(clean: Small, tmp_path: Path, mounted: Mount, place: str) -> None:
    folder, whole = tmp_path / "review", clean.results()
    mounted(folder / place, f"{ROOM[place]}k")
    review = small(folder)
    stopped = review.snakemake()
    assert stopped.code != 0
    assert "The disk is full, or nearly so: make room." in stopped.output
    assert ADVICE in stopped.output
    remount(folder / place, "size=100m")
    taken_as_done(review, whole)
    recovers(review, whole)
    COUNTS[f"full disk ({place}), recovered identical by the same command"] += 1


ROOM = {"results": 1000, ".": 1500}
"""KiB: for a part of the results, and of the whole folder."""


@pytest.mark.parametrize("place", ["results", "."])
def test_nothing_can_be_written(clean: Small, tmp_path: Path, mounted: Mount, place: str) -> None:
    """What is there may be looked at; what has to be made is refused, and why is said."""
    folder, whole = tmp_path / "review", clean.results()
    mounted(folder / place, "100m")
    shutil.copytree(clean.folder, folder, dirs_exist_ok=True)
    review = Small(folder)
    (folder / "results/tables/estimates.csv").write_bytes(b"")
    remount(folder / place, "ro")
    stopped = review.snakemake()
    assert stopped.code != 0
    assert "cannot be written" in stopped.output
    assert "Traceback" not in stopped.output
    remount(folder / place, "rw")
    taken_as_done(review, whole)
    recovers(review, whole)
    COUNTS[f"read-only ({place}), recovered identical by the same command"] += 1


def test_two_runs_at_once(clean: Small, never_ran: Small) -> None:
    """The second says what to do and touches nothing; the first does not notice."""
    with never_ran.started() as run:
        assert run.until(run.jobs)
        second = never_ran.snakemake()
        assert second.code != 0
        assert f"another run is at work in this folder (process {run.process.pid})" in second.output
        assert "Wait until it has ended, or end it" in second.output
        assert not run.over
        assert never_ran.run("--dry-run").code == 0
        assert run.ended() == 0, run.said()
    assert never_ran.results() == clean.results()
    COUNTS["two runs at once: the second refused, the first identical"] += 1


def test_ctrl_c_half_way(clean: Small, never_ran: Small) -> None:
    whole = clean.results()
    with never_ran.started() as run:
        assert run.until(lambda: never_ran.files() >= len(whole) // 2)
        os.killpg(run.process.pid, signal.SIGINT)  # as a terminal does
        assert run.ended() != 0
        assert ADVICE in run.said()
        assert "Traceback" not in run.said()
    assert taken_as_done(never_ran, whole)
    recovers(never_ran, whole)
    COUNTS["Ctrl-C half-way, recovered identical by the same command"] += 1


@pytest.mark.parametrize(
    ("what", "path"),
    [
        ("truncated intermediate", "outcomes/tuberculosis/result.json"),
        ("output edited by hand", "tables/estimates.csv"),
    ],
)
def test_a_file_that_was_spoilt(clean: Small, tmp_path: Path, what: str, path: str) -> None:
    """It is noticed, by its content alone, and made again."""
    review, whole = copy_of(clean, tmp_path / "review"), clean.results()
    file = review.folder / "results" / path
    stat, content = file.stat(), whole[path]
    half = content[: len(content) // 2]
    file.write_bytes(half if what.startswith("truncated") else content.replace(b"1", b"7"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert "a file is not as it was made" in review.run("--dry-run").output
    assert len(taken_as_done(review, whole)) < sum(name.startswith("made/") for name in whole)
    recovers(review, whole)
    COUNTS[f"{what}: noticed, identical by the same command"] += 1


def test_a_power_cut(clean: Small, tmp_path: Path) -> None:
    """Files that were written last are empty, whole though they seemed; the records, too."""
    review, whole = copy_of(clean, tmp_path / "review"), clean.results()
    hidden = review.folder / ".snakemake"
    lost = random.Random(1).sample(sorted(whole), 20)
    written = [path for path in (hidden / "metadata").rglob("*") if path.is_file()]
    assert written
    written += [hidden / "metasynth" / name for name in ("latest", "lock", "plan.json")]
    for path in (*written, *(review.folder / "results" / name for name in lost)):
        path.write_bytes(b"")
    (hidden / "locks").mkdir(exist_ok=True)
    (hidden / "locks/0.output.lock").write_text("results/state.json\n", encoding="utf-8")
    (review.folder / "results/tables/.studies.csv.1.part").write_bytes(b"half")
    taken_as_done(review, whole)
    recovers(review, whole)
    COUNTS["power cut (20 files empty), recovered identical by the same command"] += 1
