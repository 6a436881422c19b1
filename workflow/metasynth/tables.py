"""The raw tables of a review: found, read as text, and, when all is in order, as typed records.

A trial is a folder of `trials`; folders that begin with "_" (the template) or "." are passed over.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from metasynth import bibliography, cells
from metasynth.faults import Fault, InvalidReview, nearest, of_file
from metasynth.raw_table import RawTable, Row, read_table
from metasynth.records import Arm, Cell, Claim, Judgement, Result, Source, Study, Trial
from metasynth.table_schema import ID, OPTIONAL_TABLES, TRIAL_TABLES, Column, tables
from metasynth.text_files import leads_inside, read_text

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class RawTrial:
    """The tables of one trial, in the order of the contract; one not there is empty."""

    study: str
    tables: tuple[RawTable, ...]

    def table(self, name: str) -> RawTable:
        """The table called `name`, such as "arms"."""
        return self.tables[TRIAL_TABLES.index(name)]


@dataclass(frozen=True, slots=True)
class RawTables:
    """All tables of the review; `references` is None when references.bib cannot be used.

    `faults` are those of files and folders; each table has its own as well.
    """

    trials: tuple[RawTrial, ...]
    claims: RawTable | None
    references: frozenset[str] | None
    faults: tuple[Fault, ...]

    def each(self) -> Iterator[RawTable]:
        """Every table that was read."""
        for trial in self.trials:
            yield from trial.tables
        if self.claims:
            yield self.claims


def read(data_dir: Path) -> RawTables:
    """Everything in the data folder as text, with the faults of files, form and single cells."""
    faults: list[Fault] = []
    folders = list(_trial_folders(data_dir, faults))
    trials = tuple(_read_trial(data_dir, folder, faults) for folder in folders)
    claims = None
    if os.path.lexists(data_dir / "claims.csv"):
        claims = _read_checked(data_dir, "claims.csv", "claims")
    entries = _references(data_dir, faults)
    references = None if entries is None else frozenset(entry.key for entry in entries)
    return RawTables(trials, claims, references, tuple(faults))


def read_trial(data_dir: Path, study: str) -> RawTrial:
    """One trial's tables as text.

    Raises:
        InvalidReview: when `study` is no id or names no folder of the review.
    """
    faults: list[Fault] = []
    folder = Path("trials", study)
    if fault := _not_a_trial(data_dir, folder):
        raise InvalidReview([fault])
    trial = _read_trial(data_dir, folder, faults)
    if faults:
        raise InvalidReview(faults)
    return trial


def _trial_folders(data_dir: Path, faults: list[Fault]) -> Iterator[Path]:
    """The trials' folders, relative to the data folder, sorted; their names are checked first."""
    if not (data_dir / "trials").is_dir():
        remedy = "make it, with a folder for each trial"
        faults.append(of_file("trials", "", "a folder trials in the data folder", remedy))
        return
    names = sorted(name for name in os.listdir(data_dir / "trials") if name[0] not in "_.")
    folders = [Path("trials", name) for name in names]
    folders = [folder for folder in folders if not (data_dir / folder).is_file()]
    if not folders:
        remedy = "copy the template folder and fill it in"
        faults.append(of_file("trials", "", "a folder for each trial, but there is none", remedy))
    for folder in folders:
        if fault := _not_a_trial(data_dir, folder):
            faults.append(fault)
        else:
            yield folder


def _not_a_trial(data_dir: Path, folder: Path) -> Fault | None:
    name, path = folder.name, data_dir / folder
    file = f"trials/{name.encode('utf-8', 'backslashreplace').decode()}"
    if not ID.fullmatch(name):
        expected, remedy = cells.id_advice(name)
        return of_file(file, name, f"a folder named by {expected}", remedy)
    if not path.is_dir():
        return of_file(file, "", "a folder of this name", "add it; see the template folder")
    if path.is_symlink() and not leads_inside(path, data_dir):
        remedy = "put the folder itself here instead of a link"
        return of_file(file, "", "a folder inside the data folder, not a link", remedy)
    return None


def _read_trial(data_dir: Path, folder: Path, faults: list[Fault]) -> RawTrial:
    present = set(os.listdir(data_dir / folder))
    wanted = {f"{name}.csv": name for name in TRIAL_TABLES}
    strangers = {name for name in present - set(wanted) if name.casefold().endswith(".csv")}
    explained = set[str | None]()
    for stranger in sorted(strangers):
        near = nearest(stranger, set(wanted) - present)
        explained.add(near)
        remedy = f"did you mean {near}?" if near else "remove it, or move it elsewhere"
        expected = f"only {', '.join(wanted)}"
        faults.append(of_file((folder / stranger).as_posix(), stranger, expected, remedy))
    read = []
    for file, name in wanted.items():
        relative = (folder / file).as_posix()
        if file in present or not (name in OPTIONAL_TABLES or file in explained):
            read.append(_read_checked(data_dir, relative, name))
        else:
            read.append(RawTable(name, relative, complete=file not in explained))
    return RawTrial(folder.name, tuple(read))


def _read_checked(data_dir: Path, file: str, name: str) -> RawTable:
    """A table, each cell checked against its column."""
    table = read_table(data_dir / file, name, file, data_dir)
    columns = [c for c in tables()[name].columns if c.name not in table.unusable]
    for row in table.rows:
        table.faults += _cell_faults(row, columns)
    return table


def _cell_faults(row: Row, columns: Iterable[Column]) -> Iterator[Fault]:
    for column in columns:
        advice = cells.check(column, row.cells[column.name])
        if advice and column.name not in row.bad:
            row.bad.add(column.name)
            yield row.fault(column.name, *advice)


def _references(data_dir: Path, faults: list[Fault]) -> tuple[bibliography.Entry, ...] | None:
    """The entries of references.bib; None, and its faults, when it cannot be used."""
    text, fault = read_text(data_dir / "references.bib", "references.bib", data_dir)
    if text is None:
        faults += [fault] if fault else []
        return None
    entries, wrong = bibliography.parse(text, "references.bib")
    faults += wrong
    return None if wrong else entries


def trials(raw: RawTables) -> tuple[Trial, ...]:
    """The typed records of all trials, sorted by study id; only for tables without faults."""
    return tuple(trial(one) for one in raw.trials)


def trial(raw: RawTrial) -> Trial:
    """The typed record of one trial; only for tables without faults."""
    (study,) = raw.table("study").rows
    return Trial(
        study=_record(Study, study, study=raw.study),
        arms=_records(Arm, raw.table("arms")),
        results=_records(Result, raw.table("results")),
        sources=_records(Source, raw.table("sources")),
        risk_of_bias=_records(Judgement, raw.table("risk_of_bias")),
    )


def claims(raw: RawTables) -> tuple[Claim, ...]:
    """The typed records of claims.csv, in its order; only for tables without faults."""
    return _records(Claim, raw.claims) if raw.claims else ()


def _records(cls: Callable[..., Record], table: RawTable) -> tuple[Record, ...]:
    return tuple(_record(cls, row) for row in table.rows)


@cache
def _converters(cls: Any) -> tuple[tuple[str, Callable[[str], Any]], ...]:
    """How each field of a record that a column fills is made from text; blank is None or ""."""
    hints = ((field.name, field.type) for field in fields(cls) if field.name != "cell")
    return tuple((name, _CONVERTERS[str(hint)]) for name, hint in hints)


_CONVERTERS: dict[str, Callable[[str], Any]] = {
    str(str): str,
    str(int | None): lambda text: int(text) if text else None,
    str(float | None): lambda text: float(text) if text else None,
}


def _record(cls: Callable[..., Record], row: Row, **given: str) -> Record:
    values = {name: convert(row[name]) for name, convert in _converters(cls) if name not in given}
    return cls(**values, **given, cell=Cell(row.table.file, row.number))
