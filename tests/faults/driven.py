"""The commands that are struck, each as a program: `python -m tests.faults.driven <command> …`.

A review's own run, and the installation of packages, take minutes and are struck elsewhere
(test_kills.py): here their results are copied, so that all that the commands do themselves can be
struck at many moments.
"""

import os
import shutil
import sys
from pathlib import Path

from metasynth import __main__
from metasynth.archive import build, make, wheels
from metasynth.core import verify


def _copied(review: Path) -> None:
    shutil.copytree(os.environ["FAULT_RESULTS"], review / "results")
    shutil.rmtree(review / "results/archive", ignore_errors=True)


def _wheels(project: Path, tools: Path, folder: Path) -> dict[str, Path]:
    (folder / "wheels").mkdir()
    path = folder / "wheels/some-1.0-py3-none-any.whl"
    path.write_bytes(bytes(200_000))
    return {"wheels/some-1.0-py3-none-any.whl": path}


def main() -> int:
    what, *arguments = sys.argv[1:]
    if what in ("archive", "archive_full"):
        build.run = lambda folder, cores: _copied(folder)
        wheels.fetch = _wheels
        pipeline, target = map(Path, arguments)
        with verify.heeding_signals():
            why = make.archive(
                pipeline, Path.cwd(), target, target.with_suffix(".environment.json"), 1
            )
        print(why)
        return 1 if why else 0
    if what == "verify":
        verify.rebuild = lambda review, work: sys.executable
        verify.rerun = lambda python, review, work: _copied(review)
    return __main__.main([what, *arguments])


if __name__ == "__main__":
    sys.exit(main())
