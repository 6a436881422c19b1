"""Rows of a spreadsheet that are sums of the others: totals, which are no studies."""

import math
import re
from collections.abc import Mapping

from metasynth.importers.found import LeftOut
from metasynth.importers.source import Line, Results

_NAMES = re.compile(
    r"(sub-?totals?|totals?|sum|sums|overall|pooled|summary|razem|suma|ogółem|łącznie|gesamt|summe)\b",
    re.IGNORECASE,
)
_SUMMED = ("events", "person_time", "total")
_FEWEST = 2
Rows = list[tuple[Line, Results]]
Count = tuple[int, str]
"""A count of a row: the place of its arm, and the column."""


def apart(rows: Rows, label: str) -> tuple[Rows, list[LeftOut]]:
    """The rows of studies, and those of totals with the reason.

    A total has the sums of all other rows as its counts; or it says in its name that it is one,
    and has no year. (TOTAL 2015 is a trial.)
    """
    counts = [_counts(results) for _, results in rows]
    columns = dict.fromkeys(column for own in counts for column in own)
    sums = {column: math.fsum(own.get(column, 0.0) for own in counts) for column in columns}
    kept: Rows = []
    left_out = []
    for (line, results), own in zip(rows, counts, strict=True):
        summed = _is_sum(own, sums, len(rows) - 1)
        named = bool(label and _NAMES.match(line[label])) and not re.search(r"\d{4}", line[label])
        if summed or (named and not line["year"]):
            why = "its counts are the sums of the other rows'" if summed else "its name says so"
            reason = f"a total and no study: {why}; a study of this name has a year beside it"
            left_out.append(LeftOut(line.row, line[label] if label else "", reason))
        else:
            kept.append((line, results))
    return kept, left_out


def _counts(results: Results) -> dict[Count, float]:
    found = {}
    for place, result in enumerate(results):
        for name in _SUMMED:
            if (text := result.numbers.get(name, "")) and re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
                found[place, name] = float(text)
    return found


def _is_sum(own: dict[Count, float], sums: Mapping[Count, float], others: int) -> bool:
    """Whether each of a row's counts, not all 0, is the sum of the others', of that of all rows.

    Of two other rows four counts must be, as two can be by chance.
    """
    enough = others > _FEWEST or (others == _FEWEST and len(own) > _FEWEST)
    if not enough or len(own) < _FEWEST or not any(own.values()):
        return False
    return all(math.isclose(sums[one] - value, value) for one, value in own.items())
