"""A data frame for metafor, written by write.csv, with escalc's argument names as column names.

It is wide (a row a study) or as to.long makes it (a row an arm).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from metasynth.importers.found import ImportRefused, Item, LeftOut, Reading
from metasynth.importers.source import Line, Results, Sides, lines, with_variance, year_of

_LABELS = ("slab", "label", "study", "author", "source", "trial")
Reader = Callable[[Line, Sides], Results]


def read(path: Path, outcome: str, sides: Sides, names: Mapping[str, str]) -> Reading:
    """The results of one outcome in a data frame; `names` gives the file's name of a column.

    Raises:
        ImportRefused: when there is no set of columns that escalc or rma could use.
    """
    found = [_renamed(line, names) for line in lines(path, *names.values())]
    label = _label_column(found[0], path)
    items, left_out = [], []
    for line, results in _long(found, sides) if _is_long(found[0]) else _wide(found, sides, path):
        study, year = _named(line, label)
        if results and all(any(result.numbers.values()) for result in results):
            items.append(Item(line.row, study, year, outcome, results))
        else:
            left_out.append(LeftOut(line.row, study, "an arm has no numbers"))
    return Reading(items, left_out)


def _renamed(line: Line, names: Mapping[str, str]) -> Line:
    given = {wanted.casefold(): line[name] for wanted, name in names.items()}
    return Line(line.row, {**line.cells, **given})


def _label_column(line: Line, path: Path) -> str:
    """The first column that names studies, one that does not merely number them preferred."""
    present = [name for name in _LABELS if name in line.cells]
    if not present:
        raise ImportRefused(f"{path} has no column with the study's name: {', '.join(_LABELS)}")
    return next((name for name in present if not line[name].isdecimal()), present[0])


def _named(line: Line, label: str) -> tuple[str, str]:
    """The study's name, which ends in its year where there is one, and the year."""
    name = line[label]
    year = line["year"] or year_of(name)
    return (name if not year or year in name else f"{name} {year}"), year


_WIDE: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (
        ("ai", "n1i", "ci", "n2i"),
        lambda line, sides: sides.pair(
            line.numbers(events="ai", total="n1i"), line.numbers(events="ci", total="n2i")
        ),
    ),
    (
        ("ai", "bi", "ci", "di"),
        lambda line, sides: sides.pair(_cells(line, "ai", "bi"), _cells(line, "ci", "di")),
    ),
    (
        ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
        lambda line, sides: sides.pair(
            line.numbers(mean="m1i", sd="sd1i", total="n1i"),
            line.numbers(mean="m2i", sd="sd2i", total="n2i"),
        ),
    ),
    (("yi", "sei"), lambda line, sides: sides.contrast(line.numbers(estimate="yi", se="sei"))),
    (("yi", "vi"), lambda line, sides: sides.contrast(*with_variance(line["yi"], line["vi"]))),
)


def _wide(found: Sequence[Line], sides: Sides, path: Path) -> Iterator[tuple[Line, Results]]:
    for columns, read in _WIDE:
        if found[0].cells.keys() >= set(columns):
            yield from ((line, read(line, sides)) for line in found)
            return
    sets = "; ".join(", ".join(columns) for columns, _ in _WIDE)
    raise ImportRefused(f"{path} has none of these sets of columns: {sets}")


def _cells(line: Line, events: str, others: str) -> dict[str, str]:
    """Events and total from the two cells of one arm in a fourfold table."""
    given = line.numbers(events=events, total=others)
    if given["events"].isdecimal() and given["total"].isdecimal():
        given["total"] = str(int(given["events"]) + int(given["total"]))
    return given


def _is_long(line: Line) -> bool:
    columns = line.cells.keys()
    return columns >= {"study", "group"} and bool(columns & {"out2", "sd"})


def _long(found: Sequence[Line], sides: Sides) -> Iterator[tuple[Line, Results]]:
    """Two rows a study, as to.long makes them: group 1 is the treated one."""
    for _, group in groupby(found, key=lambda line: line["study"]):
        arms = {line["group"]: line for line in group}
        if arms.keys() == {"1", "2"}:
            yield arms["1"], sides.pair(_long_arm(arms["1"]), _long_arm(arms["2"]))
        else:
            yield next(iter(arms.values())), ()


def _long_arm(line: Line) -> dict[str, str]:
    if "out2" in line.cells:
        return _cells(line, "out1", "out2")
    return line.numbers(mean="mean", sd="sd", total="n")
