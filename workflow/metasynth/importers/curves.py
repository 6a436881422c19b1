"""Survival curves in a data frame: a row a point, with the names of the summary of R's survfit."""

import re
from collections.abc import Iterator, Sequence

from metasynth.importers.column_sets import Columns
from metasynth.importers.found import ArmResult, PointFound
from metasynth.importers.source import Line, Results, Sides

TIME, SHARE, AT_RISK, PATIENTS = "time", "surv", "n.risk", "n"
_FOLLOW_UP = ("follow_up_min", "follow_up_max")
_ZERO = re.compile(r"0+(\.0*)?")
USED = frozenset({TIME, SHARE, AT_RISK, PATIENTS, *_FOLLOW_UP})


def _none(_line: Line, _sides: Sides) -> Results:
    return ()


KIND = Columns("generic", "HR", (TIME, SHARE), _none)
"""What the rows are, which are read here together and not one by one."""


def are_there(line: Line) -> bool:
    """Whether the file has points of curves."""
    return line.cells.keys() >= {TIME, SHARE}


def read(
    found: Sequence[Line], label: str, treatments: str, control: str
) -> Iterator[tuple[Line, Results]]:
    """A result for each arm of each study, with the points of its curve.

    The arm's patients are those of its column `n`, else those at risk at time 0.
    """
    arms: dict[tuple[str, str], list[Line]] = {}
    for line in found:
        arms.setdefault((line[label], line[treatments]), []).append(line)
    for (_, treatment), lines in arms.items():
        first = lines[0]
        start = next((line for line in lines if _ZERO.fullmatch(line[TIME])), None)
        total = first[PATIENTS] or (start[AT_RISK] if start else "")
        numbers = first.numbers(**{name: name for name in _FOLLOW_UP}) | {"total": total}
        points = tuple(PointFound(x.row, x[TIME], x[SHARE], x[AT_RISK]) for x in lines)
        role = "control" if treatment == control else "intervention"
        yield first, (ArmResult(treatment, role, treatment, numbers, points=points),)
