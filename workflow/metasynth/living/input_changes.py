"""What differs between the things that two states of a review were made from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from metasynth.living.state import RawRow, Software, State


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell of a raw row, or one choice, before and after; blank where it said nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A raw row that was added, corrected or removed, with the cells that differ."""

    study: str
    table: str
    key: str
    kind: str  # added | corrected | removed
    cells: tuple[CellChange, ...]

    @property
    def name(self) -> str:
        """The row as changelog.csv names it: the table, then the cells of its key."""
        return f"{self.table} {self.key}".strip()


@dataclass(frozen=True, slots=True)
class TrialChange:
    """A trial that came, went, or has another status; blank where it is not there."""

    study: str
    label: str
    kind: str  # added | removed | status
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that differs between what two states were made from."""

    rows: tuple[RowChange, ...]
    trials: tuple[TrialChange, ...]
    choices: tuple[CellChange, ...]
    software: tuple[CellChange, ...]


def compare_inputs(before: State, after: State) -> Inputs:
    """What differs between the tables, choices and software of two states."""
    rows = tuple(_rows(before.rows, after.rows))
    return Inputs(
        rows,
        tuple(_trials(before.rows, after.rows)),
        tuple(_cells(before.choices, after.choices)),
        tuple(_software(before.software, after.software)),
    )


def _key(row: RawRow) -> tuple[str, str, str]:
    return row.study, row.table, row.key


def _rows(before: Iterable[RawRow], after: Iterable[RawRow]) -> Iterator[RowChange]:
    old, new = ({_key(row): row.cells for row in rows} for rows in (before, after))
    for key in dict.fromkeys((*old, *new)):
        cells = tuple(_cells(old.get(key, {}), new.get(key, {})))
        if cells or (key in old) != (key in new):
            kind = "corrected" if key in old and key in new else "added" if key in new else ""
            yield RowChange(*key, kind or "removed", cells)


def _cells(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[CellChange]:
    for name in dict.fromkeys((*before, *after)):
        pair = before.get(name, ""), after.get(name, "")
        if pair[0] != pair[1]:
            yield CellChange(name, *pair)


def _trials(before: Iterable[RawRow], after: Iterable[RawRow]) -> Iterator[TrialChange]:
    old, new = (
        {row.study: row.cells for row in rows if row.table == "study"} for rows in (before, after)
    )
    for study in sorted(old.keys() | new.keys()):
        pair = [cells.get(study, {}).get("status", "") for cells in (old, new)]
        label = (new.get(study) or old[study]).get("label", study)
        if pair[0] != pair[1]:
            kind = "status" if all(pair) else "added" if pair[1] else "removed"
            yield TrialChange(study, label, kind, *pair)


def _software(before: Software, after: Software) -> Iterator[CellChange]:
    names = ("code", "rating")
    yield from _cells(*({name: getattr(side, name) for name in names} for side in (before, after)))
    yield from _cells(before.libraries, after.libraries)
