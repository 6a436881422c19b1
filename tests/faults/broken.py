"""Runs that can be broken: started in the background, watched, and struck."""

import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.reviews import REVIEWS, Review

COUNTS: Counter[str] = Counter()
"""What was tried, and how it ended; printed when all is over."""
KINDS = ("whole run", "single job", "Snakemake alone")
"""What is killed, one moment each in turn."""
LONGEST = 600  # seconds; no run of the small review takes that long on the slowest machine
ADVICE = "give the same command again"
_RECORD = re.compile(r"results/made/[\w./]+?\.json")
_SECOND = """
  tuberculosis_or:
    label: Tuberculosis, odds ratio
    outcome: tuberculosis
    type: binary
    measure: OR
    direction: harm
    analyses: [common]
"""


class Small(Review):
    """The BCG trials with two outcomes, so that a job has several things to make."""

    @contextmanager
    def started(self, cores: int = 2) -> Iterator["Started"]:
        """A run in the background, in a process group of its own, all of it dead at the end."""
        with (self.folder / "said.txt").open("w+", encoding="utf-8") as said:
            command = [
                *(sys.executable, "-m", "snakemake", "--snakefile", str(self.snakefile)),
                *("--directory", str(self.folder), "--cores", str(cores)),
            ]
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_heed_ctrl_c,
            )
            try:
                yield Started(process, self.folder)
            finally:
                Started(process, self.folder).kill_all()

    def files(self) -> int:
        """How many whole files there are."""
        found = (self.folder / "results").rglob("*")
        return sum(path.is_file() and not path.name.endswith(".part") for path in found)

    def to_be_made(self) -> set[str]:
        """The records of all that a dry run announces."""
        output = self.run("--dry-run", "--quiet", "host").output
        lines = [line for line in output.splitlines() if line.startswith("    output: ")]
        return {record for line in lines for record in _RECORD.findall(line)}


@dataclass(frozen=True)
class Started:
    """A run that has begun."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def over(self) -> bool:
        return self.process.poll() is not None

    def said(self) -> str:
        return (self.folder / "said.txt").read_text(encoding="utf-8")

    def ended(self) -> int:
        return self.process.wait(LONGEST)

    def until(self, condition: Callable[[], object]) -> bool:
        """Waits for a condition; whether it came before the run's end."""
        limit = time.monotonic() + LONGEST
        while not condition():
            if self.over:
                return False
            assert time.monotonic() < limit, self.said()
            time.sleep(0.01)
        return not self.over

    def jobs(self, script: str = "") -> list[psutil.Process]:
        """The run's jobs that are at work: Python programs below it, of one script or of any."""
        try:
            below = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [process for process in below if _is_job(process, script)]

    def kill_all(self) -> None:
        """`kill -9` of the run and of all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _heed_ctrl_c() -> None:
    """Shells have programs in the background ignore it, and these tests may be one."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _is_job(process: psutil.Process, script: str) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    names = [word for word in words if "/scripts/" in word and word.endswith(f"{script}.py")]
    return bool(names) and "python" in words[0]


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return psutil.wait_procs(processes, timeout=0)[1]


def small(folder: Path) -> Small:
    source = REVIEWS["bcg"]
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source / "data", folder / "data")
    config = (source / "config.yaml").read_text(encoding="utf-8")
    (folder / "config.yaml").write_text(config + _SECOND, encoding="utf-8")
    return Small(folder)


def copy_of(review: Small, folder: Path) -> Small:
    shutil.copytree(review.folder, folder)
    return Small(folder)


def change(review: Small, old: str, new: str) -> None:
    """Another number in one trial."""
    table = review.folder / "data/raw/trials/aronson1948/results.csv"
    text = table.read_text(encoding="utf-8")
    assert old in text
    table.write_text(text.replace(old, new), encoding="utf-8")


def taken_as_done(review: Small, whole: dict[str, bytes]) -> set[str]:
    """Checks that whatever a dry run takes as done is as in a `whole` run; gives its records."""
    to_be_made, done = review.to_be_made(), set()
    for name, content in whole.items():
        if not name.startswith("made/") or f"results/{name}" in to_be_made:
            continue
        done.add(name)
        for path, digest in json.loads(content)["files"].items():
            standing = (review.folder / path).read_bytes()
            assert hashlib.sha256(standing).hexdigest() == digest, path
        assert (review.folder / "results" / name).read_bytes() == content
    return done


def recovers(review: Small, whole: dict[str, bytes], cores: int = 2) -> None:
    """The documented recovery, which is the same command again, gives the bytes of a whole run."""
    review.run("--cores", str(cores))
    results = review.results()
    assert sorted(results) == sorted(whole)
    assert [name for name in whole if results[name] != whole[name]] == []


def moment(run: Started, review: Small, total: int, rng: random.Random) -> bool:
    """Waits for a random moment: so many files made, and then a while; whether it came."""
    files, seconds = rng.randrange(total), rng.uniform(0, 2)
    if not run.until(lambda: review.files() >= files):
        return False
    until = time.monotonic() + seconds
    return run.until(lambda: time.monotonic() > until)
