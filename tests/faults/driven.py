"""The commands that are struck, each in a process of its own, forked from this program.

It reads an order a line, as JSON, and answers with the exit status. What all commands import is
imported once, so that a thousand moments take minutes and not hours.

A review's own run, and the installation of packages, take minutes and are struck elsewhere
(test_kills.py): here their results are copied, so that all that the commands do themselves can be
struck at many moments.
"""

import json
import os
import re
import shutil
import signal
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TypedDict

from metasynth import __main__
from metasynth.archive import build, make, wheels
from metasynth.core import verify
from tests import forks
from tests.faults import strikes


class Order(TypedDict):
    """A command's words, where it is given, what is set there, and the file for what it says."""

    words: list[str]
    folder: str
    settings: dict[str, str]
    said: str


def _copied(review: Path) -> None:
    try:
        shutil.copytree(os.environ["FAULT_RESULTS"], review / "results")
    except shutil.Error as several:  # a run fails of the first
        number, text = re.match(r"\[Errno (\d+)\] (.*)", several.args[0][0][2]).groups()  # type: ignore[union-attr]
        raise OSError(int(number), text) from None
    shutil.rmtree(review / "results/archive", ignore_errors=True)


def _wheels(project: Path, tools: Path, folder: Path) -> dict[str, Path]:
    (folder / "wheels").mkdir()
    path = folder / "wheels/some-1.0-py3-none-any.whl"
    path.write_bytes(bytes(200_000))
    return {"wheels/some-1.0-py3-none-any.whl": path}


def command(what: str, *words: str) -> int:
    """Carry out one command and give its exit status."""
    if what in ("archive", "archive_full"):
        build.run = lambda folder, cores: _copied(folder)
        wheels.fetch = _wheels
        pipeline, target = map(Path, words)
        with verify.heeding_signals():
            why = make.archive(
                pipeline, Path.cwd(), target, target.with_suffix(".environment.json"), 1
            )
        print(why)
        return 1 if why else 0
    if what == "verify":
        verify.rebuild = lambda review, work: sys.executable
        verify.rerun = lambda python, review, work: _copied(review)
    return __main__.main([what, *words])


def become(order: Order) -> None:
    """Be the process of an order: its folder, settings and what it says."""
    os.setsid()
    os.chdir(order["folder"])
    os.environ.update(order["settings"])
    tempfile.tempdir = None
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell may have had ignored
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    if "FAULT" in order["settings"]:
        strikes.arm(order["settings"])


def serve() -> int:
    """Fork a process for each order, until there is none any more."""
    forks.import_all()
    for line in sys.stdin:
        order: Order = json.loads(line)
        process = os.fork()
        if not process:
            become(order)
            forks.end(partial(command, *order["words"]))
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(serve())
