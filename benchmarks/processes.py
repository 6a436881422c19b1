"""Whole processes measured: time, processor time and memory, and how much of it is the first one's.

The first process is Snakemake or R; those that it starts are its jobs. Linux only, by /proc.
"""

import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

_TICKS = os.sysconf("SC_CLK_TCK")
_EVERY = 0.1
"""Seconds between two looks at the memory of jobs; a job's peak of less than that may be missed."""


@dataclass(frozen=True)
class Measured:
    """Medians of several runs: seconds, processor seconds, and megabytes at the peak.

    `own` are processor seconds of the first process alone; `job_megabytes` is the largest job's.
    """

    seconds: float
    processor: float = 0.0
    own: float = 0.0
    megabytes: float = 0.0
    job_megabytes: float = 0.0


def nothing() -> None:
    """Nothing has to be done before a run."""


def measure(
    command: Sequence[str], folder: Path, runs: int, before: Callable[[], None] = nothing
) -> Measured:
    """Run a command several times, each time after `before`, which is not measured."""
    runs_made = []
    for _ in range(runs):
        before()
        runs_made.append(_once(command, folder))
    medians = (statistics.median(values) for values in zip(*runs_made, strict=True))
    return Measured(*medians)


def _once(command: Sequence[str], folder: Path) -> tuple[float, ...]:
    start = perf_counter()
    # A session of its own, by which its jobs are known.
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        peaks: dict[int, float] = {}
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peaks, done))
        watcher.start()
        said = process.stderr.read() if process.stderr else b""
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        seconds = perf_counter() - start
        own, jobs = _processor_seconds(process.pid)
        done.set()
        watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)}\n{said.decode()}")
    first = peaks.pop(process.pid, 0.0)
    return seconds, own + jobs, own, first, max(peaks.values(), default=0.0)


def _processor_seconds(pid: int) -> tuple[float, float]:
    """A process's own, and those of all that it started and waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, of_user, of_system = (int(field) / _TICKS for field in fields[11:15])
    return user + system, of_user + of_system


def _watch(session: int, peaks: dict[int, float], done: threading.Event) -> None:
    """Note the peak memory of each process of a session, in megabytes."""
    while not done.wait(_EVERY):
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if os.getsid(int(folder.name)) == session:
                    for line in (folder / "status").read_text().splitlines():
                        if line.startswith("VmHWM"):
                            peaks[int(folder.name)] = int(line.split()[1]) / 1024
            except OSError:
                continue  # it has ended meanwhile
