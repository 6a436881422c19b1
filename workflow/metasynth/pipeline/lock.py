"""One run at a time in a review's folder, and nothing written by a job whose run is over.

A run holds a lock of the operating system, which lets go of it however the run ends: nothing has to
be unlocked after a crash. A run that was killed may leave jobs behind, though, that still work on
its data, choices and code. So a job writes only as long as its run is the latest that began; and
the next one waits, before it looks at what stands, until nothing is being written.
"""

import atexit
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from metasynth.core import file_locks, store
from metasynth.core.file_locks import NoLocksError
from metasynth.pipeline import backups, stamps
from metasynth.pipeline.targets import Member

FOLDER = Path(".snakemake/metasynth")
PLAN = FOLDER / "plan.json"
"""The plan of the run, which its jobs read: there from its start until all of it is made."""
FAILED = FOLDER / "failed"
"""A file for each member that failed in the run, with what to do."""
_LOCK = FOLDER / "lock"
_LATEST = FOLDER / "latest"
_VARIABLE = "METASYNTH_RUN"
_PATIENCE = 3.0  # seconds; a dry run holds the lock for a moment
_WRITING = 60.0  # seconds; a job's files are written in far less
_ROOM = 2**25  # bytes; a few reports
_STILL_WRITING = "a job of a run that was cut off is still writing. End it, then go on."
_held: dict[Path, IO[str]] = {}


class BusyError(RuntimeError):
    """Another run is at work in this folder."""


class OverError(RuntimeError):
    """The run that a job belongs to was cut off, and another has begun."""


def begin() -> None:
    """Be the run of this folder until the process ends, and tidy up after one that was cut off.

    Raises:
        BusyError: when another is, or a job of one that was cut off does not finish writing.
        OSError: when the folder cannot be written.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    _take(_PATIENCE)
    token = os.urandom(8).hex()
    with _LATEST.open("a+", encoding="utf-8") as latest:
        with suppress(NoLocksError):
            if not file_locks.take(latest, patience=_WRITING):
                raise BusyError(_STILL_WRITING)
        latest.truncate(0)
        latest.write(token)
    os.environ[_VARIABLE] = token
    _tidy()


@contextmanager
def writing() -> Iterator[None]:
    """While a job of this run writes; outside of a run, no more than a block of code.

    Raises:
        OverError: when another run has begun.
    """
    token = os.environ.get(_VARIABLE)
    if token is None:
        yield
        return
    with _LATEST.open("a+", encoding="utf-8") as latest:
        with suppress(NoLocksError):
            file_locks.take(latest, shared=True)
        if _read(latest) != token:
            raise OverError(
                "The run of this job was cut off, and another has begun: nothing written."
            )
        yield


def obsolete() -> tuple[str, ...]:
    """What the last run, if it did not come to its end, found obsolete."""
    try:
        return tuple(json.loads(PLAN.read_text(encoding="utf-8"))["obsolete"])
    except (OSError, ValueError, TypeError, KeyError):
        return ()


def start() -> None:
    """Jobs begin; until `finish`, any end is one before the end."""
    atexit.register(_advise, os.getcwd())


def finish() -> None:
    """All that was asked for is made."""
    PLAN.unlink(missing_ok=True)
    atexit.unregister(_advise)


def end(folder: str, members: Iterable[Member], obsolete: Sequence[str]) -> None:
    """At the end of a run, however it ended: tidy up; what is obsolete goes when all is made."""
    os.chdir(folder)  # which Snakemake has left by then
    backups.forget()
    if obsolete and not any(map(stamps.why_stale, members)):
        for path in map(Path, obsolete):
            path.unlink(missing_ok=True)
            with suppress(OSError):  # until a folder is not empty
                for above in path.parents[:-2]:
                    above.rmdir()
        print("Obsolete, and so removed:", *obsolete, sep="\n  ", file=sys.stderr)


def _advise(folder: str) -> None:
    """Say what to do after a run that did not come to its end."""
    os.chdir(folder)
    backups.put_back()
    places = [place for place in (Path(), Path("results")) if place.is_dir()]
    full = any(shutil.disk_usage(place).free < _ROOM for place in places)
    causes = ["The disk is full, or nearly so: make room."] if full else []
    failed = [path.read_text("utf-8") for path in sorted(FAILED.glob("*"))]
    print(
        "Not everything was made. What is whole is kept, and nothing half-made is taken as done.",
        *(causes + unwritable(places) or failed or ["If an error is shown above, put it right."]),
        "Then give the same command again: it goes on from here.",
        sep="\n",
        file=sys.stderr,
    )


def unwritable(places: Sequence[Path] = (Path("results"),)) -> list[str]:
    """Which folders cannot be written, and what to do."""
    shut = [place for place in places if place.is_dir() and not os.access(place, os.W_OK | os.X_OK)]
    return [f"{place.resolve()} cannot be written: allow it." for place in shut]


def _take(patience: float) -> None:
    """Be the folder's run.

    Raises:
        BusyError: when another process is.
    """
    folder = Path.cwd()
    if folder in _held:
        return
    file = _LOCK.open("a+", encoding="utf-8")
    try:
        _claim(file, patience)
    except BaseException:
        file.close()
        raise
    _held[folder] = file
    atexit.register(file.close)  # after `end`, which is registered later


def _claim(file: IO[str], patience: float) -> None:
    """Lock a file, and write this process into it; where there are no locks, that alone."""
    me = str(os.getpid())
    try:
        free = file_locks.take(file, patience=patience)
    except NoLocksError:
        free, me = not _alive(_read(file)), _described(os.getpid())
    if not free:
        raise BusyError(_busy(file))
    file.truncate(0)
    file.write(me)
    file.flush()


def _described(process: int) -> str:
    """A process by number, start (as its number can be another's later) and machine."""
    return f"{process} {_psutil().Process(process).create_time()} {platform.node()}"


def _psutil() -> Any:
    """By name, as no member depends on it (core/digest.py); Snakemake brings it."""
    return import_module("psutil")


def _alive(described: str) -> bool:
    """Whether a process that was described is at work on this machine."""
    number = described.partition(" ")[0]
    try:
        return number.isdecimal() and _described(int(number)) == described
    except (_psutil().Error, OverflowError):
        return False


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def _busy(file: IO[str]) -> str:
    process = _read(file).partition(" ")[0] or "unknown"
    return (
        f"another run is at work in this folder (process {process}).\n"
        "Wait until it has ended, or end it (Ctrl-C where it runs), and give the command again."
    )


def _tidy() -> None:
    if PLAN.exists():  # the last run did not come to its end
        store.sweep(Path("results"))
        backups.put_back()
    backups.forget()
    shutil.rmtree(FAILED, ignore_errors=True)
