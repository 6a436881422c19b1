"""Files and folders that nobody reads, though they look like tables of the review."""

import os
from collections.abc import Iterator
from pathlib import Path

from metasynth.checks.check import Check, Doubt, View
from metasynth.core.faults import nearest
from metasynth.tables.long_tables import FILES as LONG_TABLES
from metasynth.tables.table_schema import REVIEW_TABLES, TRIAL_TABLES

_TABLES = frozenset(f"{name}.csv" for name in TRIAL_TABLES)
_WORKBOOKS = (".xlsx", ".xls", ".ods", ".xlsm", ".numbers")
_OTHER_ENDINGS = (".tsv", ".txt", ".tab", ".dat")
_PROGRAMS_OWN = frozenset({"_template", ".git", ".svn", ".hg", ".ipynb_checkpoints"})


def _names(folder: Path) -> list[str]:
    """What is in a folder, sorted; nothing where it cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _ignored_folders(view: View) -> Iterator[Doubt]:
    """A trial's folder that is passed over for the first character of its name."""
    if view.raw.folder is None:
        return
    for name in _names(view.raw.folder / "trials"):
        ours = name in _PROGRAMS_OWN or name.endswith(".part")
        hidden = name[0] in "_." and not ours
        if hidden and _TABLES.intersection(_names(view.raw.folder / "trials" / name)):
            expected = f"a trial's folder without {name[0]} in front: this one is passed over"
            remedy = f"rename it to {name.lstrip('_.')}, or move it out of trials"
            yield Doubt(f"trials/{name}", "", expected, remedy)


def _files(view: View) -> Iterator[tuple[str, list[str]]]:
    """The files of each trial's folder that are no table."""
    for trial in view.trials if view.raw.folder else ():
        folder = f"trials/{trial.study.study}"
        if view.raw.folder:
            yield folder, [n for n in _names(view.raw.folder / folder) if n not in _TABLES]


def _strangers(view: View) -> list[tuple[str, list[str]]]:
    return [(folder, names) for folder, names in _files(view) if names]


def _workbooks(view: View) -> Iterator[Doubt]:
    """A workbook beside the table of the same name: which of the two is up to date?"""
    for folder, names in view.once(_strangers):
        for name in names:
            stem, ending = os.path.splitext(name)
            if ending.casefold() in _WORKBOOKS and stem.casefold() in TRIAL_TABLES:
                expected = f"only {stem.casefold()}.csv, which is what is read"
                remedy = "compare the two, and keep the workbook elsewhere"
                yield Doubt(f"{folder}/{name}", "", expected, remedy)


def _other_endings(view: View) -> Iterator[Doubt]:
    """A table under another ending, which is not read."""
    for folder, names in view.once(_strangers):
        for name in names:
            stem, ending = os.path.splitext(name)
            if ending.casefold() in _OTHER_ENDINGS and stem.casefold() in TRIAL_TABLES:
                expected = f"a table {stem.casefold()}.csv: a file {ending} is not read"
                yield Doubt(f"{folder}/{name}", "", expected, "save it as CSV, or remove it")


def _inner_folders(view: View) -> Iterator[Doubt]:
    """A folder within a trial's that has tables of its own, as after unpacking an archive."""
    for folder, names in view.once(_strangers):
        for name in names:
            inner = _names(view.raw.folder / folder / name) if view.raw.folder else []
            if name[0] not in "_." and _TABLES.intersection(inner):
                expected = "tables in the trial's own folder: those in a folder within it are"
                remedy = f"move them to {folder}, or this folder beside it"
                yield Doubt(f"{folder}/{name}", "", f"{expected} not read", remedy)


def _loose_files(view: View) -> Iterator[Doubt]:
    """Tables of the whole review that are misnamed, and so not there."""
    known = {f"{name}.csv" for name in REVIEW_TABLES} | {"references.bib", *LONG_TABLES}
    names = _names(view.raw.folder) if view.raw.folder else []
    for name in names:
        ending = os.path.splitext(name)[1].casefold()
        if name in known or name[0] in "._~" or ending not in (".csv", ".bib", *_WORKBOOKS):
            continue
        near = nearest(name, known - set(names))
        expected = f"one of {', '.join(sorted(known))}: other tables are not read here"
        yield Doubt(name, "", expected, f"did you mean {near}?" if near else "move it elsewhere")


def _loose_tables(view: View) -> Iterator[Doubt]:
    """Tables beside the trials' folders, in none of them."""
    for name in _names(view.raw.folder / "trials") if view.raw.folder else ():
        if name.casefold().endswith(".csv") and name[0] not in "._~":
            expected = "only folders, one a trial: tables beside them are not read"
            yield Doubt(f"trials/{name}", "", expected, "move it into its trial's folder")


CHECKS = (
    Check(
        "folder_ignored",
        "files",
        "a trial's folder whose name begins with _ or a point",
        _ignored_folders,
    ),
    Check("workbook_beside_table", "files", "a workbook beside the table of its name", _workbooks),
    Check("table_of_other_ending", "files", "a table saved as .tsv or .txt", _other_endings),
    Check("folder_in_trial", "files", "tables in a folder within a trial's", _inner_folders),
    Check(
        "review_table_misnamed",
        "files",
        "a table of the whole review that is misnamed",
        _loose_files,
    ),
    Check("table_beside_trials", "files", "a table beside the trials' folders", _loose_tables),
)
