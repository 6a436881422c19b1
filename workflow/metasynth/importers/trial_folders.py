"""Results from another program's file as trial folders of this review, and what could not be.

Nothing is guessed: a row that the tables' contract does not allow is left out and listed with the
reason. Every number keeps its way back: a source for each row of the file that was read.
"""

import csv
import io
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metasynth.core.store import guarded
from metasynth.core.text_files import HIDDEN
from metasynth.tables import cells
from metasynth.tables.raw_table import CHECKED, RawTable, Row
from metasynth.tables.table_schema import ID, Column, tables
from metasynth.validation import results as result_rules

_ENOUGH_ARMS = 2


class ImportRefused(ValueError):  # noqa: N818 - it is what the user is told
    """A file that cannot be imported at all; the message says why."""


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One row of results.csv to be; `reference` is the control arm of a contrast, if it is one."""

    arm: str
    role: str
    treatment: str
    numbers: Mapping[str, str]
    reference: str = ""
    reference_treatment: str = ""
    provenance: str = "external"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What the file says of one outcome of a study; `row` is as a spreadsheet numbers it."""

    row: int
    study: str
    year: str
    outcome: str
    results: tuple[ArmResult, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was not imported, and why; without a row, the whole study or column."""

    row: int | None
    what: str
    reason: str

    def __str__(self) -> str:
        """One line for the console."""
        place = f"row {self.row}" if self.row else "       "
        return f"{place}  {self.what}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where all comes from: the file's name, a key of references.bib, the week if there is one."""

    file: str
    reference: str
    week: str = ""


Folders = dict[str, dict[str, str]]
"""The text of each table by its file name, by study id."""


def folders(items: Iterable[Item], origin: Provenance) -> tuple[Folders, list[LeftOut]]:
    """The tables of every study, and what could not be mapped."""
    left_out: list[LeftOut] = []
    studies: dict[str, list[Item]] = {}
    for item in items:
        known = studies.get(item.study.casefold(), [])
        if reason := _unfit(item, known):
            left_out.append(LeftOut(item.row, item.study, reason))
        else:
            studies.setdefault(item.study.casefold(), []).append(item)
    made: Folders = {}
    for group in studies.values():
        label = group[0].study
        if len({result.arm for item in group for result in _both(item)}) < _ENOUGH_ARMS:
            left_out.append(LeftOut(None, label, "only one arm has a result"))
        else:
            made[identifier(label, made, "study")] = _tables(group, origin)
    return made, left_out


def _both(item: Item) -> Iterator[ArmResult]:
    """Its results, and the arms that they are compared with as results without numbers."""
    for result in item.results:
        yield result
        if result.reference:
            treatment = result.reference_treatment or result.reference
            yield ArmResult(result.reference, "control", treatment, {})


def _unfit(item: Item, known: Sequence[Item]) -> str:
    """Why an item cannot be imported; blank when it can."""
    texts = [(_column("study", "label"), item.study), (_column("study", "year"), item.year)]
    for result in item.results:
        names = {result.arm, result.reference or result.arm}
        texts += [(_column("arms", "label"), name) for name in sorted(names)]
        texts += [(_column("arms", "treatment"), result.treatment)]
    for column, text in texts:
        if HIDDEN.search(text):
            return f"{column.name} has a character that cannot be seen"
        if advice := cells.check(column, text):
            return f'{column.name} "{text}": expected {advice[0]}'
    for other in known:
        same = {(r.arm, r.reference) for r in item.results} & {
            (r.arm, r.reference) for r in other.results
        }
        if other.outcome == item.outcome and same:
            return f"row {other.row} gives {item.outcome} of this study already"
    for result in item.results:
        if reason := _invalid(item, result):
            return reason
    return ""


def _column(table: str, name: str) -> Column:
    return next(column for column in tables()[table].columns if column.name == name)


def _invalid(item: Item, result: ArmResult) -> str:
    """The first thing that the contract of results.csv has against a result."""
    columns = tables()["results"].columns
    table = RawTable("results", "results.csv", {c.name: i for i, c in enumerate(columns)})
    texts = {
        "outcome": item.outcome,
        "arm_id": "arm",
        "reference_arm_id": "other" if result.reference else "",
        "provenance": result.provenance,
        "source_id": "source",
        "note": result.note,
        **result.numbers,
    }
    row = Row(table, item.row, texts)
    for column in columns:
        if HIDDEN.search(row[column.name]):
            return f"{column.name} has a character that cannot be seen"
        if advice := cells.check(column, row[column.name]):
            return f'{column.name} "{row[column.name]}": expected {advice[0]}'
    for fault in result_rules.row_faults(row):
        if fault.severity == "error":
            return f'{fault.column} "{fault.value}": expected {fault.expected}'
    return ""


def identifier(name: str, taken: Iterable[str], kind: str) -> str:
    """An id made of `name` that is not `taken`; `kind` stands for a name without plain letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50]
    words = words if re.match("[a-z]", words) else f"{kind}_{words}".rstrip("_")
    taken, number, made = set(taken), 1, words
    while made in taken or not ID.fullmatch(made):
        number += 1
        made = f"{words}_{number}"
    return made


def _tables(items: Sequence[Item], origin: Provenance) -> dict[str, str]:
    """The tables of one study."""
    results = [result for item in items for result in _both(item)]
    arms: dict[str, ArmResult] = {}
    for result in results:  # one with numbers knows its treatment better than a mere reference
        if result.arm not in arms or (result.numbers and not arms[result.arm].numbers):
            arms[result.arm] = result
    ids: dict[str, str] = {}
    for name in arms:
        ids[name] = identifier(name, ids.values(), "arm")
    year = next((item.year for item in items if item.year), "")
    file = HIDDEN.sub("", origin.file)
    study = {"label": items[0].study, "year": year, "status": "included"}
    return {
        "study.csv": _csv("study", [study | {"note": f"Imported from {file}."}]),
        "arms.csv": _csv("arms", (_arm(ids[name], arm) for name, arm in arms.items())),
        "results.csv": _csv("results", (row for i in items for row in _results(i, ids, origin))),
        "sources.csv": _csv(
            "sources",
            (
                {
                    "source_id": f"row_{row}",
                    "reference": origin.reference,
                    "locator": f"{file}, row {row}",
                }
                for row in dict.fromkeys(item.row for item in items)
            ),
        ),
    }


def _arm(arm_id: str, arm: ArmResult) -> dict[str, str]:
    return {"arm_id": arm_id, "role": arm.role, "label": arm.arm, "treatment": arm.treatment}


def _results(item: Item, ids: Mapping[str, str], origin: Provenance) -> Iterator[dict[str, str]]:
    for result in item.results:
        yield {
            "outcome": item.outcome,
            "week": origin.week,
            "arm_id": ids[result.arm],
            "reference_arm_id": ids.get(result.reference, ""),
            **result.numbers,
            "provenance": result.provenance,
            "source_id": f"row_{item.row}",
            "note": result.note,
        }


def _csv(name: str, rows: Iterable[Mapping[str, str]]) -> str:
    """A table's text; prose that a spreadsheet would run as a formula gets an apostrophe."""
    rows = list(rows)
    filled = {column for row in rows for column, text in row.items() if text}
    kept = filled | {CHECKED}
    columns = [c for c in tables()[name].columns if not c.optional or c.name in kept]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        texts = [(column, row.get(column.name, "")) for column in columns]
        writer.writerow(
            guarded(text) if column.type == "string" else text for column, text in texts
        )
    return out.getvalue()


def write(made: Folders, trials: Path) -> tuple[list[str], list[LeftOut]]:
    """Write every folder that is not there yet, each whole or not at all; and those left out."""
    written, left_out = [], []
    trials.mkdir(parents=True, exist_ok=True)
    for study, texts in made.items():
        folder, part = trials / study, trials / f".{study}.part"
        if os.path.lexists(folder):
            left_out.append(LeftOut(None, study, "the folder is there already; left as it is"))
            continue
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for name, text in texts.items():
            (part / name).write_text(text, encoding="utf-8")
        part.rename(folder)
        written.append(study)
    return written, left_out
