"""What is wrong with a review's files, said so that its author can mend it without a programmer."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

_SHOWN = 60
_NEAR = 0.66


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault at one place.

    `file` is relative to the data folder (or the name of the configuration), `row` the row as a
    spreadsheet numbers it (a configuration's line; None for a whole file), `column` the column's
    name (a configuration's key), `cell` all of it for finding: "trials/bao2011/results.csv:17:F".
    `kind` names the check that found it, as docs/checks.md does; blank where none has a name.
    """

    file: str
    row: int | None
    column: str
    cell: str
    value: str
    expected: str
    remedy: str
    severity: str = "error"  # error | warning
    kind: str = ""

    @property
    def place(self) -> str:
        """What tells two doubts apart: the cell, and for an entry of the configuration its key."""
        return f"{self.cell} {self.column}"


class InvalidReview(Exception):  # noqa: N818 - it is what the user is told
    """A review whose files have faults; its text is the report of all of them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=position))
        super().__init__(report(self.faults))


def of_file(file: str, value: str, expected: str, remedy: str) -> Fault:
    """A fault of a whole file or folder."""
    return Fault(file, None, "", file, value, expected, remedy)


def of_line(file: str, line: int, column: str, value: str, expected: str, remedy: str) -> Fault:
    """A fault at a line of a text file; `column` is the key that stands there, if any."""
    return Fault(file, line, column, f"{file}:{line}", value, expected, remedy)


def column_letter(index: int) -> str:
    """The letters that a spreadsheet shows above column `index`, which counts from 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def nearest(word: str, known: Iterable[str], likeness: float = _NEAR) -> str | None:
    """The known word that `word` most likely stands for; None when none is near.

    `likeness` is the least share of letters in common, from 0 to 1 (difflib's ratio).
    """
    by_folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.strip().casefold(), by_folded, n=1, cutoff=likeness)
    return by_folded[found[0]] if found else None


def shown(text: str, limit: int = _SHOWN) -> str:
    """`text` on one line, cut to `limit`, with every character that cannot be seen spelt out."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(char if char.isprintable() else _escaped(char) for char in cut)


def _escaped(char: str) -> str:
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char, f"\\u{ord(char):04x}")


def position(fault: Fault) -> tuple[str, int, int, str, str, str]:
    """Sort key: by file, row, column as a spreadsheet has it, then by text."""
    letters = re.search(r":([A-Z]+)$", fault.cell)
    letter = letters.group(1) if letters else ""
    return fault.file, fault.row or 0, len(letter), letter, fault.column, fault.expected


def report(faults: Iterable[Fault]) -> str:
    """All faults, sorted, file by file, for reading on a console."""
    ordered = sorted(faults, key=position)
    parts = [summary(ordered)]
    for file, group in groupby(ordered, key=lambda fault: fault.file):
        parts += ["", shown(file, 200), *(_paragraph(fault) for fault in group)]
    return "\n".join(parts)


def summary(faults: Sequence[Fault]) -> str:
    """How many faults there are, in words: "2 faults and 1 warning"."""
    warnings = sum(fault.severity == "warning" for fault in faults)
    errors = len(faults) - warnings
    counted = [(errors, "fault"), (warnings, "warning")]
    words = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in counted if n]
    return " and ".join(words) or "no fault"


def _paragraph(fault: Fault) -> str:
    place = fault.cell.removeprefix(fault.file).removeprefix(":") or "whole file"
    column = "" if fault.column == fault.value else shown(fault.column)  # a header names itself
    head = "  ".join(part for part in (place, column, _quoted(fault.value)) if part)
    mark = "warning: " if fault.severity == "warning" else ""
    return f"  {mark}{head}\n      expected {fault.expected}\n      remedy   {fault.remedy}"


def _quoted(value: str) -> str:
    return f'"{shown(value)}"' if value else ""
