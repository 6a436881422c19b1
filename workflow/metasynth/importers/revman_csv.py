"""RevMan 5's export of analysis data as CSV: comparisons, outcomes, subgroups and studies as rows.

A row with a data type is an outcome, or a subgroup where it has the number of one; one without is a
study. Contrasts stand there as RevMan displays them, so that a ratio is no logarithm.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from metasynth.core.text_files import one_line
from metasynth.importers import revman
from metasynth.importers.revman_records import Analysis, File, StudyRow
from metasynth.importers.source import Line, sheet

NEEDED = "Comparison Number", "Outcome Number", "Subgroup Number", "Name", "Data Type"
_LOG = "Entered data are on log scale (Generic Inverse Variance only)"
_NUMBERS = {
    f"{ours}_{side}": f"{theirs} {side}"
    for ours, theirs in (("events", "Events"), ("total", "Total"), ("mean", "Mean"), ("sd", "SD"))
    for side in (1, 2)
}


def read(path: Path, encoding: str = "") -> File:
    """All that the file says.

    Raises:
        ImportRefused: when it is no such file.
    """
    comparisons: dict[str, str] = {}
    analyses: list[tuple[Analysis, list[StudyRow]]] = []
    subgroup = ""
    for line in sheet(path, *NEEDED, encoding=encoding):
        if line["Outcome Number"] in ("", "0"):
            comparisons[line["Comparison Number"]] = one_line(line["Name"])
        elif line["Data Type"] and line["Subgroup Number"] in ("", "0"):
            analyses.append((_analysis(line), []))
            subgroup = ""
        elif line["Data Type"]:
            subgroup = one_line(line["Name"])
        elif analyses:
            analyses[-1][1].append(_row(line, analyses[-1][0], subgroup))
    return File([(_with_total(*pair), pair[1]) for pair in analyses], comparisons)


def _analysis(line: Line) -> Analysis:
    totals = line["Totals"].casefold()
    pooled = line["Effect Estimate"] not in ("", "0", "0.0")
    return Analysis(
        comparison=line["Comparison Number"],
        number=line["Outcome Number"],
        name=one_line(line["Name"]),
        kind=revman.kind_of(line["Data Type"]),
        measure=line["Effect Measure"],
        method=line["Statistical Method"],
        random=line["Analysis Model"].casefold().startswith("random"),
        intervention=one_line(line["Group Label 1"]),
        control=one_line(line["Group Label 2"]),
        total=totals in ("yes", "totals and subtotals", "total") if totals else pooled,
        swapped=line["Swap event and non-event"].casefold() in ("yes", "true"),
        log={"yes": True, "true": True, "no": False, "false": False}.get(line[_LOG].casefold()),
        left=one_line(line["Left Graph Label"]),
    )


def _with_total(analysis: Analysis, rows: Sequence[StudyRow]) -> Analysis:
    """Without subgroups there is nothing that could be pooled apart."""
    return analysis if any(row.subgroup for row in rows) else replace(analysis, total=True)


def _row(line: Line, analysis: Analysis, subgroup: str) -> StudyRow:
    numbers = {ours: _plain(line[theirs]) for ours, theirs in _NUMBERS.items()}
    effect, low, high = (_plain(line[name]) for name in ("Effect Estimate", "CI Start", "CI End"))
    if analysis.kind == revman.CONTRAST:
        numbers["estimate"] = revman.entered(effect, low, high, log=analysis.log)
        numbers["se"] = _plain(line["SE"])
    numbers["o_minus_e"] = _plain(line["O-E"])
    numbers["variance"] = _plain(line["Var"] or line["Variance"])
    study = one_line(line["Name"])
    return StudyRow(line.row, study, line["Year of study"], subgroup, numbers, effect)


def _plain(number: str) -> str:
    """A number without separators of thousands."""
    return (
        number.replace(",", "")
        if re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", number)
        else number
    )
