"""One run at a time, however the last one ended; a job whose run is over writes nothing."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from metasynth.core import file_locks, store
from metasynth.pipeline import backups, lock, plan, stamps
from metasynth.pipeline.targets import Member

HOLD = "from metasynth.pipeline import lock; lock.begin(); print(1, flush=True); input()"
# How a system locks files: as POSIX does, as Windows does (by a stand-in, which locks a byte for an
# open file), not at all, or not on this file system.
SYSTEMS = {
    "posix": "",
    "windows": """
import fcntl, os, struct
from types import SimpleNamespace
from metasynth.core import file_locks
def locking(number, kind, size):
    at = os.lseek(number, 0, os.SEEK_CUR)
    one = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, at, size, 0)
    fcntl.fcntl(number, fcntl.F_OFD_SETLK, one)
file_locks.fcntl, file_locks.msvcrt = None, SimpleNamespace(locking=locking, LK_NBLCK=2)
""",
    "none": """
from metasynth.core import file_locks
file_locks.fcntl = file_locks.msvcrt = None
""",
    "not here": """
import errno
from metasynth.core import file_locks
def flock(number, kind):
    raise OSError(errno.ENOLCK, "No locks available")
file_locks.fcntl.flock = flock
""",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A review's folder; what this process holds there is let go of at the end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lock, "_PATIENCE", 0.1)
    monkeypatch.setattr(lock, "_WRITING", 0.1)
    monkeypatch.setenv("METASYNTH_RUN", "")
    monkeypatch.delenv("METASYNTH_RUN")
    yield tmp_path
    if held := lock._held.pop(tmp_path, None):
        held.close()


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How this process, too, locks files: in code for others."""
    monkeypatch.setattr(file_locks, "fcntl", file_locks.fcntl)
    monkeypatch.setattr(file_locks, "msvcrt", file_locks.msvcrt)
    monkeypatch.setattr(fcntl, "flock", fcntl.flock)
    exec(SYSTEMS[request.param], {})
    return SYSTEMS[request.param]


@pytest.fixture
def other(folder: Path, system: str) -> Iterator["subprocess.Popen[str]"]:
    """Another process that is the folder's run."""
    pipe, words = subprocess.PIPE, [sys.executable, "-c", f"{system}\n{HOLD}"]
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) as it:
        assert it.stdout
        assert it.stdout.readline() == "1\n"
        yield it
        it.kill()


def test_the_second_run_is_told_who_is_at_work(other: "subprocess.Popen[str]") -> None:
    with pytest.raises(lock.BusyError, match=rf"process {other.pid}\).\nWait until it has ended"):
        lock.begin()


def test_a_run_that_was_killed_locks_nothing(other: "subprocess.Popen[str]") -> None:
    other.kill()
    other.wait()
    lock.begin()


@pytest.mark.parametrize("system", ["none"], indirect=True)
def test_without_locks_another_process_of_the_same_number_is_not_the_run(
    folder: Path, system: str
) -> None:
    """Numbers are given again, on this machine and on others."""
    for described in (f"{os.getpid()} 1.5 here", f"{os.getpid()}", "9" * 30, "1 x", "", "\0"):
        store.write(lock._LOCK, described)
        lock.begin()
        lock._held.pop(folder).close()


def test_what_was_cut_off_is_swept_when_the_last_run_came_to_no_end(
    folder: Path, system: str
) -> None:
    part, whole = Path("results/tables/.a.csv.123.part"), Path("results/tables/a.csv")
    store.write(whole, "")
    part.write_text("", encoding="utf-8")
    store.write(lock.PLAN, "{}")
    lock.begin()
    assert not part.exists()
    assert whole.exists()


def test_earlier_results_are_put_back_when_the_last_run_came_to_no_end(folder: Path) -> None:
    kept, made = Path("results/report/review.html"), Path("results/tables/a.csv")
    for path in (kept, made):
        store.write(path, "earlier")
    backups.keep([str(kept), str(made), "results/new"])
    kept.unlink()
    store.write(made, "later")
    store.write(lock.PLAN, "{}")
    lock.begin()
    assert kept.read_text("utf-8") == "earlier"
    assert made.read_text("utf-8") == "later"
    assert not backups.FOLDER.exists()


def test_what_is_obsolete_goes_when_all_is_made(folder: Path) -> None:
    member = Member("pool", "a", "code", "data", "{}", {}, ("results/a.csv",))
    old = Path("results/figures/old/forest.svg")
    store.write(old, "")
    lock.end(str(folder), [member], [str(old)])
    assert old.exists()
    stamps.write(member, {"a.csv": ""})
    lock.end(str(folder), [member], [str(old)])
    assert not old.parent.exists()
    assert Path("results/a.csv").exists()


def test_what_an_earlier_run_found_obsolete_is_not_forgotten(folder: Path) -> None:
    assert lock.obsolete() == ()
    store.write(lock.PLAN, store.compact(plan.Plan((), {}, ("results/old",))))
    assert lock.obsolete() == ("results/old",)


def test_a_job_writes_until_another_run_begins(
    folder: Path, system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock.begin()
    mine = os.environ["METASYNTH_RUN"]
    with lock.writing():
        pass
    lock.begin()
    with lock.writing():
        pass
    monkeypatch.setenv("METASYNTH_RUN", mine)
    with pytest.raises(lock.OverError, match="another has begun"), lock.writing():
        pytest.fail("it wrote")


@pytest.mark.parametrize("system", ["posix", "windows"], indirect=True)
def test_a_run_begins_when_nothing_is_being_written(folder: Path, system: str) -> None:
    lock.begin()
    with lock.writing(), pytest.raises(lock.BusyError, match="still writing"):
        lock.begin()
    lock.begin()


def test_outside_of_a_run_anything_can_be_written(folder: Path) -> None:
    with lock.writing():
        pass
    assert not lock.FOLDER.exists()


def test_a_file_is_written_whole_or_not_at_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("results/a.csv", "old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        store.write("results/a.csv", "new")
    assert [path.name for path in Path("results").iterdir()] == ["a.csv"]
    assert Path("results/a.csv").read_text(encoding="utf-8") == "old"
