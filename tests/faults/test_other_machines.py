"""Machines on which nothing is as usual: two at once, in two folders, with the same workflow.

docs/machines.md tells what else was tried, one thing at a time.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .broken import COUNTS, LONGEST, Small, small

pytestmark = [pytest.mark.faults, pytest.mark.slow]
NAMES = (b"q'u\"o`t$HOME &e; %d #1\n{x}", b"not UTF-8 \xff \xb3, \\ * ?")
# No home and no folder for what is passing; every warning an error; output that has no letters but
# ASCII's; and the user's own settings nowhere.
ODD = {
    "HOME": "/dev/null/home",
    "TMPDIR": "/dev/null/tmp",
    "PYTHONWARNINGS": "error",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "LC_ALL": "POSIX",
}
CLOCKS = ("@1980-01-02 00:00:00", "@2090-01-02 00:00:00")
FAKETIME = [
    str(path)
    for folder in ("/usr/lib", "/usr/local/lib")
    for path in sorted(Path(folder).glob("**/faketime/libfaketimeMT.so.1"))
]


def test_two_odd_machines(clean: Small, tmp_path: Path) -> None:
    """Of 1980 and 2090, as far as the clock can be set: each gives what a usual one gives."""
    if not FAKETIME:
        COUNTS["NOT TRIED: other clocks, as there is no libfaketime"] += 1
    begun = [_started(tmp_path, name, clock) for name, clock in zip(NAMES, CLOCKS, strict=True)]
    said = [process.communicate(timeout=LONGEST)[0] for _, process in begun]
    for (review, process), words in zip(begun, said, strict=True):
        assert process.returncode == 0, words.decode("utf-8", "replace")
        assert review.results() == clean.results()
        COUNTS["odd machines: no home, no TMPDIR, another clock, a hostile path: identical"] += 1


def _started(root: Path, name: bytes, clock: str) -> tuple[Small, "subprocess.Popen[bytes]"]:
    review = small(root / os.fsdecode(name))
    words = ("-m", "snakemake", "--snakefile", str(review.snakefile), "--cores", "1")
    left = {key: value for key, value in os.environ.items() if key != "XDG_CACHE_HOME"}
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=review.folder,
        env=left | ODD | ({"LD_PRELOAD": FAKETIME[0], "FAKETIME": clock} if FAKETIME else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return review, process
