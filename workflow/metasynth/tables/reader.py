"""The raw tables of a review: found, read as text, and, when all is in order, as typed records.

A trial is a folder of `trials`, or rows of the tables of all trials (long_tables.py); folders that
begin with "_" (the template) or "." are passed over, and a new review's made-up trials as soon as
there is another.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from metasynth.core import bibtex, together
from metasynth.core.faults import Fault, InvalidReview, nearest, of_file
from metasynth.core.text_files import hidden_faults, leads_inside, read_text
from metasynth.model.records import (
    MADE_UP,
    Arm,
    Cell,
    CertaintyRating,
    ChangelogEntry,
    Claim,
    CovariateValue,
    CurvePoint,
    FlowCount,
    Judgement,
    Result,
    SearchLine,
    Source,
    Study,
    Trial,
)
from metasynth.tables import cell_checks, cells, long_tables
from metasynth.tables.long_tables import LongTables
from metasynth.tables.raw_table import RawTable, Row, read_table
from metasynth.tables.table_schema import (
    ID,
    IMPORT_PART,
    OPTIONAL_TABLES,
    RESERVED,
    REVIEW_TABLES,
    TRIAL_TABLES,
)

Record = TypeVar("Record")


@dataclass(frozen=True)  # without slots, so that its record is kept
class RawTrial:
    """The tables of one trial, in the order of the contract; one not there is empty."""

    study: str
    tables: tuple[RawTable, ...]

    def table(self, name: str) -> RawTable:
        """The table called `name`, such as "arms"."""
        return self.tables[TRIAL_TABLES.index(name)]

    @cached_property
    def record(self) -> Trial:
        """What its tables say, typed; only for tables without faults."""
        (study,) = self.table("study").rows
        return Trial(
            study=_record(Study, study, self.study),
            arms=_records(Arm, self.table("arms")),
            results=_records(Result, self.table("results")),
            sources=_records(Source, self.table("sources")),
            risk_of_bias=_records(Judgement, self.table("risk_of_bias")),
            covariates=_records(CovariateValue, self.table("covariates")),
            survival=_records(CurvePoint, self.table("survival")),
        )

    def among(self, places: Set[tuple[str, int | None]], wrong: Set[str]) -> bool:
        """Whether one of its files is among the `wrong` ones; in tables of all trials, its rows.

        `places` are the files and rows of what is wrong.
        """
        if not long_tables.is_long(self.tables[0]):
            folder = f"trials/{self.study}"
            return any(file == folder or file.startswith(f"{folder}/") for file in wrong)
        return any((row.table.file, row.number) in places for t in self.tables for row in t.rows)


@dataclass(frozen=True, slots=True)
class RawTables:
    """All tables of the review; `references` is None when references.bib cannot be used.

    `whole_review` holds the tables that are of no single trial, as far as there are any. `faults`
    are those of files and folders; each table has its own as well. `years` are those of the
    references, `folder` the data folder, for whoever looks for what was not read. `long` are the
    tables of all trials, of which trials have their parts.
    """

    trials: tuple[RawTrial, ...]
    whole_review: tuple[RawTable, ...]
    references: frozenset[str] | None
    faults: tuple[Fault, ...]
    years: Mapping[str, int] = field(default_factory=dict)
    folder: Path | None = None
    long: tuple[LongTables, ...] = ()

    def table(self, name: str) -> RawTable | None:
        """The table of the whole review called `name`, such as "claims"; None if not there."""
        return next((table for table in self.whole_review if table.name == name), None)

    @property
    def whole(self) -> bool:
        """Whether every trial could be read, so that absence can be concluded."""
        return all(one.knows_all for one in self.long) and not any(
            fault.file.startswith("trials") for fault in self.faults
        )

    def each(self) -> Iterator[RawTable]:
        """Every table that was read."""
        for trial in self.trials:
            yield from trial.tables
        yield from self.whole_review


def read(data_dir: Path) -> RawTables:
    """Everything in the data folder as text, with the faults of files, form and single cells."""
    faults: list[Fault] = []
    long = long_tables.read(data_dir)
    others = any(tables.rows for tables in long)
    studies = list(_studies(data_dir, faults, alone=not long, others=others))
    trials = {study: _read_trial(data_dir, study, faults) for study in studies}
    for tables in long:
        faults += tables.faults
        for study in tables.rows:
            if study in trials:
                faults.append(_in_two_places(tables, study, trials[study]))
            else:
                trials[study] = RawTrial(study, tables.trial(study))
    own = [study for study in trials if not study.startswith(MADE_UP)]
    entries = _references(data_dir, faults)
    references = None if entries is None else frozenset(entry.key for entry in entries)
    whole_review = of_the_review(data_dir)
    return RawTables(
        tuple(trials[study] for study in sorted(own or trials)),
        whole_review,
        references,
        tuple(faults),
        _years(entries or ()),
        data_dir,
        long,
    )


def _in_two_places(tables: LongTables, study: str, other: RawTrial) -> Fault:
    row, there = tables.rows[study][0][0], other.tables[0]
    place = there.file.rpartition("/")[0] if not long_tables.is_long(there) else there.file
    expected = f"a trial in one place, but {place} has it too"
    return row.fault("study_id", expected, "keep one of the two")


def sound(raw: RawTables, faults: Iterable[Fault]) -> RawTables:
    """The trials, and tables of the whole review, in which there are none of the `faults`.

    In a table of all trials a fault of no trial's row may be of any.
    """
    faults = list(faults)
    wrong, places = {fault.file for fault in faults}, {(fault.file, fault.row) for fault in faults}
    any_of = bool(raw.long) and _of_any_trial(raw, places)
    return replace(
        raw,
        trials=tuple(
            one
            for one in raw.trials
            if not one.among(places, wrong) and not (any_of and long_tables.is_long(one.tables[0]))
        ),
        whole_review=tuple(table for table in raw.whole_review if table.file not in wrong),
    )


def _of_any_trial(raw: RawTables, places: Set[tuple[str, int | None]]) -> bool:
    """Whether a file and row of the tables of all trials is no trial's."""
    known = {(r.table.file, r.number) for one in raw.trials for t in one.tables for r in t.rows}
    long = {table.file for one in raw.long for table in one.tables} | {long_tables.WORKBOOK}
    return any(file in long for file, row in places if (file, row) not in known)


def _years(entries: Iterable[bibtex.Entry]) -> dict[str, int]:
    """The year of each reference that states one."""
    found = {entry.key: re.search("[0-9]{4}", entry.get("year")) for entry in entries}
    return {key: int(year[0]) for key, year in found.items() if year}


def of_the_review(data_dir: Path) -> tuple[RawTable, ...]:
    """The tables that are of no single trial, as text, as far as there are any."""
    return tuple(
        _read_checked(data_dir, f"{name}.csv", name)
        for name in REVIEW_TABLES
        if os.path.lexists(data_dir / f"{name}.csv")
    )


def read_trial(data_dir: Path, study: str) -> RawTrial:
    """One trial's tables as text.

    Raises:
        InvalidReview: when `study` is no trial of the review, or its tables are at fault.
    """
    faults: list[Fault] = []
    if not os.path.lexists(data_dir / "trials" / study):
        for tables in long_tables.read_again(data_dir):
            if study in tables.rows:
                return RawTrial(study, tables.trial(study))
    if fault := _not_a_trial(data_dir, study):
        raise InvalidReview([fault])
    trial = _read_trial(data_dir, study, faults)
    faults += (fault for table in trial.tables for fault in table.faults)
    if faults:
        raise InvalidReview(faults)
    return trial


def _studies(
    data_dir: Path, faults: list[Fault], *, alone: bool, others: bool = False
) -> Iterator[str]:
    """The names of the trials' folders, sorted, those that may be read.

    Where folders are not `alone`, as there are tables of all trials, there need be none; `others`
    tells whether those have trials.
    """
    if not alone and not os.path.lexists(data_dir / "trials"):
        return
    if not os.path.isdir(data_dir / "trials"):
        remedy = "make it, with a folder for each trial"
        faults.append(of_file("trials", "", "a folder trials in the data folder", remedy))
        return
    if together.cut_off(data_dir / "trials" / IMPORT_PART):
        expected = "an import that came to its end, but one was cut off half-way"
        remedy = "give the import's command again, which first takes back what was written"
        faults.append(of_file("trials", "", expected, remedy))
    entries = _entries(data_dir, Path("trials"), faults)
    names = sorted(_printable(entry) for entry in entries if not os.path.isfile(entry.path))
    names = [name for name in names if name[0] not in "_."]
    own = [name for name in names if not name.startswith(MADE_UP)]
    names = own if own or others else names
    if alone and not names and not faults:
        remedy = "copy the template folder and fill it in"
        faults.append(of_file("trials", "", "a folder for each trial, but there is none", remedy))
    for name in names:
        if fault := _not_a_trial(data_dir, name):
            faults.append(fault)
        else:
            yield name


def _entries(data_dir: Path, folder: Path, faults: list[Fault]) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing, and a fault, when it may not be opened."""
    try:
        with os.scandir(data_dir / folder) as entries:
            return list(entries)
    except OSError as error:
        expected = f"a folder that can be opened ({error.strerror})"
        faults.append(
            of_file(folder.as_posix(), "", expected, "give yourself the right to open it")
        )
        return []


def _printable(entry: os.DirEntry[str]) -> str:
    """The entry's name; bytes that are no UTF-8 are spelt out."""
    return os.fsencode(entry.name).decode("utf-8", "backslashreplace")


def _not_a_trial(data_dir: Path, name: str) -> Fault | None:
    """Why the folder is not read; its name is judged before the file system is asked."""
    path, file = data_dir / "trials" / name, f"trials/{name}"
    if not ID.fullmatch(name) or RESERVED.fullmatch(name):
        expected, remedy = cells.id_advice(name)
        return of_file(file, name, f"a folder named by {expected}", remedy)
    if not os.path.isdir(path):
        return of_file(file, "", "a folder of this name", "add it; see the template folder")
    if path.is_symlink() and not leads_inside(path, data_dir):
        remedy = "put the folder itself here instead of a link"
        return of_file(file, "", "a folder inside the data folder, not a link", remedy)
    return None


def _read_trial(data_dir: Path, study: str, faults: list[Fault]) -> RawTrial:
    """One trial's tables; a misspelt file name is told of once, not as a missing table as well."""
    folder, known = Path("trials", study), len(faults)
    present = {_printable(entry) for entry in _entries(data_dir, folder, faults)}
    wanted = {f"{name}.csv": name for name in TRIAL_TABLES}
    unread = set(wanted) if len(faults) > known else set[str]()
    for file in sorted(set(wanted) - present):
        if workbook := next((f for f in present if f in _workbooks(file)), None):
            unread.add(file)
            expected = f"{file}, but this is a workbook"
            remedy = "open it in the spreadsheet and save it as CSV"
            faults.append(of_file((folder / workbook).as_posix(), workbook, expected, remedy))
    for stranger in sorted(present - set(wanted)):
        if stranger.casefold().endswith(".csv") and stranger[0] not in "._~":
            near = nearest(stranger, set(wanted) - present)
            unread |= {near} if near else set()
            remedy = f"did you mean {near}?" if near else "remove it, or move it elsewhere"
            expected = f"only {', '.join(wanted)}"
            faults.append(of_file((folder / stranger).as_posix(), stranger, expected, remedy))
    read = []
    for file, name in wanted.items():
        relative = (folder / file).as_posix()
        if file in unread or (file not in present and name in OPTIONAL_TABLES):
            read.append(RawTable(name, relative, complete=file not in unread))
        else:
            read.append(_read_checked(data_dir, relative, name))
    return RawTrial(study, tuple(read))


def _workbooks(file: str) -> set[str]:
    """The names under which a spreadsheet would keep the table as its own kind of file."""
    return {file.replace(".csv", ending) for ending in (".xlsx", ".xls", ".ods")}


def _read_checked(data_dir: Path, file: str, name: str) -> RawTable:
    """A table, each cell checked against its column."""
    table = read_table(data_dir / file, name, file, data_dir)
    cell_checks.check(table)
    return table


def _references(data_dir: Path, faults: list[Fault]) -> tuple[bibtex.Entry, ...] | None:
    """The entries of references.bib; None, and its faults, when it cannot be used."""
    text, fault = read_text(data_dir / "references.bib", "references.bib", data_dir, "BibTeX")
    if text is None:
        faults += [fault] if fault else []
        return None
    entries, wrong = bibtex.parse(text, "references.bib")
    wrong += hidden_faults(text, "references.bib")
    faults += wrong
    return None if wrong else entries


def trials(raw: RawTables) -> tuple[Trial, ...]:
    """The typed records of all trials, sorted by study id; only for tables without faults."""
    return tuple(one.record for one in raw.trials)


def claims(raw: RawTables) -> tuple[Claim, ...]:
    """The typed records of claims.csv, in its order; only for tables without faults."""
    return _of_the_review(Claim, raw.table("claims"))


def changelog(raw: RawTables) -> tuple[ChangelogEntry, ...]:
    """The typed records of changelog.csv, in its order; only for tables without faults."""
    return _of_the_review(ChangelogEntry, raw.table("changelog"))


def _of_the_review(cls: Callable[..., Record], table: RawTable | None) -> tuple[Record, ...]:
    return _records(cls, table) if table else ()


def certainty(raw: RawTables) -> tuple[CertaintyRating, ...]:
    """The typed records of certainty.csv, in its order; only for tables without faults."""
    return _of_the_review(CertaintyRating, raw.table("certainty"))


def search(raw: RawTables) -> tuple[SearchLine, ...]:
    """The typed records of search.csv, in its order; only for tables without faults."""
    return _of_the_review(SearchLine, raw.table("search"))


def flow(raw: RawTables) -> tuple[FlowCount, ...]:
    """The typed records of flow.csv, in its order; only for tables without faults."""
    return _of_the_review(FlowCount, raw.table("flow"))


def _records(cls: Callable[..., Record], table: RawTable) -> tuple[Record, ...]:
    return tuple(_record(cls, row) for row in table.rows)


@cache
def _columns(cls: Any) -> tuple[tuple[str, type | None], ...]:
    """The fields of a record that columns fill, in order, each with the type of its numbers."""
    numbers: dict[str, type] = {
        str(int): int,
        str(int | None): int,
        str(float): float,
        str(float | None): float,
    }
    return tuple(
        (one.name, numbers.get(str(one.type)))
        for one in fields(cls)
        if one.name not in ("study", "cell")
    )


def _record(cls: Callable[..., Record], row: Row, *first: str) -> Record:
    """A record of `first`, then the row's cells (a blank number is None), then its place."""
    cells: dict[str, Any] = {
        name: row[name] if number is None else number(row[name]) if row[name] else None
        for name, number in _columns(cls)
    }
    return cls(*first, **cells, cell=Cell(row.table.file, row.number))
