"""Imported files written into a review: all of them, or none where anything goes wrong."""

import csv
import io
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from metasynth.core.store import guarded
from metasynth.importers.found import LeftOut
from metasynth.importers.trial_folders import Folders


def write(made: Folders, trials: Path) -> tuple[list[str], list[LeftOut]]:
    """Write every folder that is not there yet; and those left out.

    All are written beside their places first, and then moved. When that fails, those that were
    moved are taken away again.

    Raises:
        OSError: when a folder cannot be written; then none is.
    """
    left_out = [
        LeftOut(None, study, "the folder is there already; left as it is")
        for study in made
        if os.path.lexists(trials / study)
    ]
    there = {one.what for one in left_out}
    new = {study: texts for study, texts in made.items() if study not in there}
    trials.mkdir(parents=True, exist_ok=True)
    staged, moved = trials / ".import.part", []
    shutil.rmtree(staged, ignore_errors=True)
    try:
        for study, texts in new.items():
            (staged / study).mkdir(parents=True)
            for name, text in texts.items():
                (staged / study / name).write_text(text, encoding="utf-8")
        for study in new:
            (staged / study).rename(trials / study)
            moved.append(study)
    except OSError:
        remove(trials, moved)
        raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return moved, left_out


def remove(trials: Path, studies: Iterable[str]) -> None:
    """Take folders away again that were written."""
    for study in studies:
        shutil.rmtree(trials / study, ignore_errors=True)


def listed(left_out: Iterable[LeftOut]) -> str:
    """What could not be mapped, and what must be looked at, for the console."""
    found = list(left_out)
    parts = []
    for kept, called in ((False, "Not imported"), (True, "Imported, but to be looked at")):
        lines = [f"  {one}" for one in found if one.kept is kept]
        if lines:
            parts.append("\n".join([f"\n{called} ({len(lines)}):", *lines]))
    return "\n".join(parts)


def table_of(left_out: Iterable[LeftOut]) -> str:
    """What could not be mapped as CSV: row of the file, what stands there, and the reason."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["row", "what", "imported", "reason"])
    for one in left_out:
        kept = "yes" if one.kept else "no"
        writer.writerow([one.row or "", guarded(one.what), kept, guarded(one.reason)])
    return out.getvalue()
