"""Files that belong together: all of them are written or none, even by a program that is killed.

What is new waits in a folder beside until all of it is there; a journal in it tells what stood
before. A program that was cut off leaves that folder, by which the next one takes back what was
written, as far as nobody has changed it since.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from metasynth.core import digest, store

JOURNAL = "journal.json"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file: its place from the journal's parent, and its digests (blank: no file)."""

    path: str
    before: str
    after: str


def write(files: Mapping[Path, str | bytes], part: Path) -> None:
    """Write all `files` or none; `part` is a folder for this alone, beside or above them.

    Raises:
        OSError: when one cannot be written; then all stand as before.
    """
    take_back(part)
    part.mkdir(parents=True)
    try:
        entries = [_stage(part, number, path, files[path]) for number, path in enumerate(files)]
        store.write(part / JOURNAL, store.to_json(entries))  # from here on it can be taken back
        for number, path in enumerate(files):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(part / f"{number}.new", path)
        (part / JOURNAL).unlink()  # from here on it is done
    except BaseException:
        take_back(part)
        raise
    shutil.rmtree(part, ignore_errors=True)


def _stage(part: Path, number: int, path: Path, content: str | bytes) -> _Entry:
    """Put the new file, and a copy of the one that stands there, into the folder `part`."""
    new = part / f"{number}.new"
    new.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    if before := _digest(path):
        shutil.copy2(path, part / f"{number}.old")
    return _Entry(os.path.relpath(path, part.parent), before, _digest(new))


def take_back(part: Path) -> list[Path]:
    """Undo what was cut off, and remove `part`; the files that others have changed since, kept."""
    changed = []
    for number, entry in enumerate(_entries(part)):
        path = part.parent / entry.path
        now = _digest(path)
        if now == entry.after != entry.before:
            _restore(path, part / f"{number}.old" if entry.before else None)
        elif now not in (entry.before, entry.after):
            changed.append(path)
        if not entry.before:
            _drop_empty(path.parent, part.parent)
    (part / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(part, ignore_errors=True)
    return changed


def cut_off(part: Path) -> bool:
    """Whether a program was cut off while it put files into place."""
    return (part / JOURNAL).is_file()


def _entries(part: Path) -> list[_Entry]:
    try:
        return [_Entry(**one) for one in json.loads((part / JOURNAL).read_text("utf-8"))]
    except FileNotFoundError:
        return []  # nothing was put into place


def _restore(path: Path, old: Path | None) -> None:
    if old is None:
        path.unlink()
    else:
        os.replace(old, path)


def _drop_empty(folder: Path, top: Path) -> None:
    """Remove a folder that was made for a file, and those above it, as long as they are empty."""
    while folder != top:
        if folder.is_dir():
            if any(folder.iterdir()):
                return
            folder.rmdir()
        folder = folder.parent


def _digest(path: Path) -> str:
    try:
        return digest.sha256(path)
    except FileNotFoundError:
        return ""
