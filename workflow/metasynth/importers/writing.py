"""Imported files written into a review: all of them, or none where anything goes wrong."""

import csv
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from metasynth.core import together
from metasynth.core.store import guarded
from metasynth.importers.found import LeftOut
from metasynth.importers.trial_folders import Folders
from metasynth.tables.table_schema import IMPORT_PART


def unwritten(made: Folders, trials: Path) -> tuple[Folders, list[LeftOut]]:
    """The studies that have no folder yet, and those left out because they have one."""
    there = [study for study in made if os.path.lexists(trials / study)]
    left_out = [LeftOut(None, one, "the folder is there already; left as it is") for one in there]
    return {study: texts for study, texts in made.items() if study not in there}, left_out


def write(studies: Folders, trials: Path, more: Mapping[Path, str]) -> None:
    """Write the folders of all studies, and more files beside them; or nothing.

    Raises:
        OSError: when one cannot be written; then none is.
    """
    tables = {
        trials / study / name: text
        for study, texts in studies.items()
        for name, text in texts.items()
    }
    together.write({**tables, **more}, trials / IMPORT_PART)


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
