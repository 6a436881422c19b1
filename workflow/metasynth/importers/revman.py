"""The file "…-data-rows.csv" of the analysis data in a RevMan data package.

Its columns are those of Cochrane's RevMan knowledge base, "Data package specification".
"""

from pathlib import Path

from metasynth.importers.source import Found, Line, Results, Sides, lines, year_of
from metasynth.importers.trial_folders import ImportRefused, Item, LeftOut, identifier

_ARMS = ("Experimental", "Control")
_COUNTS = {"events": "cases", "total": "N"}
_MEANS = {"mean": "mean", "sd": "SD", "total": "N"}


def read(path: Path, comparison: str, sides: Sides) -> Found:
    """The results of one comparison ("Analysis group") in a data package's rows of data.

    Raises:
        ImportRefused: when `comparison` is not the file's only one and is not one of them.
    """
    found = lines(path, "Analysis group", "Analysis number", "Analysis name", "Study")
    groups = sorted({line["Analysis group"] for line in found})
    if comparison not in groups and (comparison or len(groups) > 1):
        raise ImportRefused(
            f"{path} has the analysis groups {', '.join(groups)}: choose one with --comparison"
        )
    items, left_out = [], []
    outcomes: dict[str, str] = {}
    for line in found:
        if line["Analysis group"] != (comparison or groups[0]):
            left_out.append(LeftOut(line.row, line["Study"], "of another analysis group"))
            continue
        number, name = line["Analysis number"], line["Analysis name"]
        if number not in outcomes:
            outcomes[number] = identifier(name, outcomes.values(), "outcome")
        study = line["Study"]
        if results := _revman_results(line, sides):
            year = line["Study year"] or year_of(study)
            items.append(Item(line.row, study, year, outcomes[number], results))
        else:
            left_out.append(LeftOut(line.row, study, f"{name}: no counts, means or contrast"))
    return items, left_out


def _revman_results(line: Line, sides: Sides) -> Results:
    """Counts where there are any, else means, else a contrast."""
    note = line["Footnotes"]
    if line["Subgroup"]:
        note = f"Subgroup: {line['Subgroup']}. {note}".strip()
    for kind in _COUNTS, _MEANS:
        if all(line.has(*(f"{arm} {column}" for column in kind.values())) for arm in _ARMS):
            return sides.pair(_numbers(line, _ARMS[0], kind), _numbers(line, _ARMS[1], kind), note)
    if line.has("GIV Mean", "GIV SE"):
        return sides.contrast(line.numbers(estimate="GIV Mean", se="GIV SE"), note)
    if line.has("O-E", "Variance"):
        numbers = line.numbers(o_minus_e="O-E", variance="Variance")
        return sides.contrast(numbers, note)
    return ()


def _numbers(line: Line, arm: str, kind: dict[str, str]) -> dict[str, str]:
    return line.numbers(**{name: f"{arm} {column}" for name, column in kind.items()})
