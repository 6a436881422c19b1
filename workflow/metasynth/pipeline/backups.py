"""Earlier results, which stay until their successors are whole.

Snakemake removes the files of a job before it runs, and again when it has failed. So each has a
second name (a hard link) as long as a run lasts, by which it is put back.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(".snakemake/metasynth/earlier")


def keep(paths: Iterable[str]) -> None:
    """Give files a second name, as far as they are there."""
    for path in paths:
        if os.path.isfile(path):
            _name(path, FOLDER / path)


def put_back(paths: Iterable[str] | None = None) -> None:
    """Put files back that are no longer there; all of them, where none are named."""
    if paths is None:
        found = FOLDER.rglob("*") if FOLDER.is_dir() else ()
        paths = [path.relative_to(FOLDER).as_posix() for path in found if path.is_file()]
    for path in paths:
        if os.path.isfile(FOLDER / path) and not os.path.exists(path):
            _name(FOLDER / path, Path(path))


def _name(path: str | Path, second: Path) -> None:
    second.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, second)
    except OSError:  # a file system without second names
        shutil.copy2(path, second)


def forget() -> None:
    """Drop the second names."""
    shutil.rmtree(FOLDER, ignore_errors=True)
