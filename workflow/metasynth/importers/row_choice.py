"""Which rows of a spreadsheet are read: all, or those that have one value in a column.

Covidence's Extraction 2 can write a row for each reviewer of a study and one for their consensus,
told apart by the column "Reviewer Name"; other columns are those of the review's own template.
"""

from collections.abc import Sequence
from pathlib import Path

from metasynth.importers.found import ImportRefused, LeftOut
from metasynth.importers.source import Line

REVIEWER = "Reviewer Name"
_SHOWN = 8


def chosen(
    lines: Sequence[Line], where: tuple[str, str] | None, path: Path
) -> tuple[list[Line], list[LeftOut]]:
    """The rows whose cell in a column is a value, and the others with what they have there.

    Raises:
        ImportRefused: when no row is one, or several reviewers have rows and none is chosen.
    """
    column, value = where or (REVIEWER, "")
    found = list(dict.fromkeys(line[column] for line in lines))
    several = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
    if where is None:
        if column.casefold() in lines[0].cells and len(found) > 1:
            one = "Consensus" if "Consensus" in found else found[-1]
            raise ImportRefused(
                f"{path} has rows of several reviewers ({several}), so that a study would come once"
                f' for each: choose with --where "{REVIEWER}={one}"'
            )
        return list(lines), []
    if column.casefold() not in lines[0].cells:
        raise ImportRefused(f"{path} has no column {column}: {', '.join(lines[0].cells)}")
    kept = [line for line in lines if line[column] == value]
    if not kept:
        raise ImportRefused(f"{path}: no row has {value} in {column}, only {several}")
    others = [line for line in lines if line[column] != value]
    return kept, [
        LeftOut(line.row, f"row {line.row}", f"{column} is {line[column] or 'blank'}, not {value}")
        for line in others
    ]
