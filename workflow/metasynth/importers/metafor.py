"""A data frame for metafor or meta, with escalc's argument names as column names.

It is wide (a row a study), as to.long makes it (a row an arm, group 1 treated), or has a row an arm
with a column of treatments. What a column is called may be declared; every other column becomes a
covariate where it holds numbers, and is listed where it does not.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from metasynth.core.faults import shown
from metasynth.importers import curves, totals
from metasynth.importers.column_sets import BY_ARM, COUNTS, MEANS, META, WIDE, Columns, cells_of
from metasynth.importers.found import (
    About,
    ArmResult,
    CovariateFound,
    ImportRefused,
    Item,
    LeftOut,
    OutcomeFound,
    Reading,
)
from metasynth.importers.identifiers import identifier
from metasynth.importers.row_choice import chosen
from metasynth.importers.source import Line, Results, Sides, sheet, year_of

_LABELS = ("slab", "studlab", "label", "study", "author", "authors", "source", "trial", "id")
_TREATMENTS = ("trt", "treatment", "arm")
_CLUSTERS = ("cluster", "district", "paper", "article", "cohort", "lab", "laboratory", "family")
_TEXTS = ("design", "population", "background", "registration")
_COUNTERS = ("trial", "id", "study", "esid", "obs", "number", "no", "row")


@dataclass(frozen=True, slots=True)
class Choices:
    """What is declared of a file: the outcome, names of columns, and how it is to be read.

    `names` gives the file's name of a column, `type` the type of data where several are there,
    `where` a column and the value of those rows that are read.
    """

    outcome: str
    sides: Sides
    names: Mapping[str, str] = field(default_factory=dict)
    type: str = ""
    measure: str = ""
    numbered: bool = False
    encoding: str = ""
    sheet: str = ""
    where: tuple[str, str] | None = None


def _by_meta(cells: Mapping[str, str]) -> dict[str, str]:
    """The names of the first set of meta's columns that the file has, where it has no escalc's."""
    if any(cells.keys() >= set(kind.names) for kind in WIDE):
        return {}
    return next((names for names in META if cells.keys() >= set(names.values())), {})


def read(path: Path, choices: Choices) -> Reading:
    """The results of one outcome in a data frame.

    Raises:
        ImportRefused: when there is no set of columns that escalc or rma could use.
    """
    names = {wanted.casefold(): name for wanted, name in choices.names.items()}
    plain = sheet(path, *names.values(), encoding=choices.encoding, name=choices.sheet)
    plain, others = chosen(plain, choices.where, path)
    names = names or _by_meta(plain[0].cells)
    found = _of_publication([_renamed(line, names) for line in plain])
    label = "" if choices.numbered else _label_column(found, choices, path)
    kind, used, rows = _rows(found, choices, label, path)
    rows, sums = totals.apart(rows, label)
    items, left_out = [], [*others, *sums]
    places: dict[tuple[str, str], list[tuple[Line, str]]] = {}
    for number, (line, results) in enumerate(rows, start=1):
        study, year = _named(line, label, number)
        places.setdefault((study.casefold(), year), []).append((line, study))
        if results and all(any(result.numbers.values()) for result in results):
            items.append(Item(line.row, study, year, choices.outcome, results))
        else:
            left_out.append(LeftOut(line.row, study, "an arm has no numbers"))
    told = {*used, label, "year", (choices.where or ("",))[0].casefold(), *_sources(names)}
    rest = [c for c in found[0].cells if c and c not in told]
    covariates, texts = _covariates(found, rest, left_out)
    clusters = _clusters(found, covariates)
    studies = tuple(_about(own, covariates, texts, clusters) for own in places.values())
    measure = choices.measure or kind.measure
    doubt = "" if choices.measure else f"measure {measure} was assumed; it is not in the file"
    direction = "the file does not say whether more is good (benefit) or bad (harm)"
    said = "; ".join(text for text in (doubt, direction) if text)
    label_ = choices.outcome.replace("_", " ").capitalize()
    outcome = OutcomeFound(choices.outcome, label_, kind.type, measure, doubt=said)
    return Reading(items, left_out, studies, (outcome,))


def _sources(names: Mapping[str, str]) -> set[str]:
    """Columns of the file that stand under another name as well."""
    return {name.casefold() for name in names.values()}


def _renamed(line: Line, names: Mapping[str, str]) -> Line:
    given = {wanted: line[name] for wanted, name in names.items()}
    return Line(line.row, {**line.cells, **given})


def _of_publication(found: list[Line]) -> list[Line]:
    """The lines, a column `year` under another name where it holds fractions, and so no years.

    Such are years about their mean, as a moderator has them.
    """
    years = [line["year"] for line in found if line["year"]]
    if not any(_is_number(text) and not float(text).is_integer() for text in years):
        return found
    return [
        Line(line.row, {f"year{_OF_FILE}" if c == "year" else c: x for c, x in line.cells.items()})
        for line in found
    ]


def _label_column(found: Sequence[Line], choices: Choices, path: Path) -> str:
    """The first column that names studies, one that does not merely number them preferred."""
    present = [name for name in _LABELS if name in found[0].cells]
    if not present:
        sets = "" if _present(found, choices) else f"; and {_no_set(found)}"
        raise ImportRefused(
            f"{path} has no column with the study's name ({', '.join(_LABELS)}): say which it is"
            f' with --column "slab=NAME", or number the rows with --numbered{sets}'
        )
    words = (name for name in present if not all(line[name].isdecimal() for line in found))
    return next(words, present[0])


def _named(line: Line, label: str, number: int) -> tuple[str, str]:
    """The study's name, which ends in its year where there is one, and the year."""
    name = line[label] if label else str(number)
    name = f"Study {name}" if name.isdecimal() else name
    year = line["year"] or year_of(name)
    return (name if not year or year in name else f"{name} {year}"), year


def _rows(
    found: Sequence[Line], choices: Choices, label: str, path: Path
) -> tuple[Columns, set[str], list[tuple[Line, Results]]]:
    """What the rows are, the columns that they use, and a study's results for each."""
    if _is_long(found[0]):
        binary = "out2" in found[0].cells
        kind = COUNTS if binary else MEANS
        return kind, {"group", "out1", "out2", "mean", "sd", "n"}, list(_long(found, choices.sides))
    arms = next((name for name in _TREATMENTS if name in found[0].cells), "")
    if arms and label and curves.are_there(found[0]):
        control = _control(found, choices, arms, path)
        return curves.KIND, {arms, *curves.USED}, list(curves.read(found, label, arms, control))
    if arms and (by_arm := _arms(found, choices, label, arms, path)):
        return by_arm
    present = _present(found, choices)
    if not present:
        raise ImportRefused(f"{path} has {_no_set(found)}")
    kind = present[0]
    return (
        kind,
        {*kind.names, *kind.more},
        [(line, kind.read(line, choices.sides)) for line in found],
    )


def _present(found: Sequence[Line], choices: Choices) -> list[Columns]:
    """The sets of columns that the file has, of the type that is asked for if one is."""
    there = found[0].cells.keys()
    return [kind for kind in WIDE if there >= set(kind.names) and choices.type in ("", kind.type)]


def _no_set(found: Sequence[Line]) -> str:
    """What a file lacks that has none of the sets, what it has, and how to say which is which."""
    sets = dict[str, list[str]]()
    for columns in WIDE:
        sets.setdefault(columns.type, []).append(" ".join(columns.names))
    kinds = [f"  {kind}: {', or '.join(names)}" for kind, names in sets.items()]
    there = "; ".join(shown(name) for name in found[0].cells if name)
    return "\n".join(
        [
            "none of these sets of columns:",
            *kinds,
            f"Its columns are: {there}",
            "Say of each of one set what it is called in the file:"
            ' --column "ai=NAME" --column "n1i=NAME" and so on (docs/import.md has what they are).',
        ]
    )


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
        return cells_of(line, "out1", "out2")
    return line.numbers(mean="mean", sd="sd", total="n")


def _control(found: Sequence[Line], choices: Choices, column: str, path: Path) -> str:
    """The treatment that is the control, which must be one of the file's."""
    treatments, control = sorted({line[column] for line in found} - {""}), choices.sides.control
    if control not in treatments:
        raise ImportRefused(
            f"{path} has the treatments {', '.join(treatments)}, of which none is {control}:"
            " choose the control with --control"
        )
    return control


def _arms(
    found: Sequence[Line], choices: Choices, label: str, column: str, path: Path
) -> tuple[Columns, set[str], list[tuple[Line, Results]]] | None:
    """A row an arm with its treatment's name; None where each study has but one row."""
    labels = [line[label] for line in found] if label else []
    there = found[0].cells.keys()
    kind = next((one for one in BY_ARM if there >= set(one.names.values())), None)
    if not kind or len(set(labels)) == len(labels):
        return None
    control = _control(found, choices, column, path)
    rows: list[tuple[Line, Results]] = []
    for line in found:
        treatment = line[column] or "not named"
        role = "control" if treatment == control else "intervention"
        numbers = kind.numbers(line)
        rows.append((line, (ArmResult(treatment, role, treatment, numbers),)))
    return kind.kind, {column, *kind.columns}, rows


def _covariates(
    found: Sequence[Line], rest: Sequence[str], left_out: list[LeftOut]
) -> tuple[dict[str, str], list[str]]:
    """Ids of covariates by column, and columns for study.csv; other columns are listed."""
    covariates: dict[str, str] = {}
    for column in rest:
        filled = [line[column] for line in found if line[column]]
        if column in _TEXTS or not filled:
            continue
        if column in _CLUSTERS and len(set(filled)) < len(filled):
            covariates[column] = "cluster"
        elif column in _COUNTERS and filled == [str(n) for n in range(1, len(filled) + 1)]:
            continue
        elif all(_is_number(text) for text in filled):
            name = identifier(column, covariates.values(), "covariate")
            covariates[column] = f"{name}{_OF_FILE}" if name in _BUILT_IN else name
        else:
            reason = "words, where a covariate needs numbers"
            remedy = f"--column {'|'.join(_TEXTS[:3])}={column} keeps them for study.csv"
            left_out.append(LeftOut(None, f"column {column}", f"{reason}; {remedy}"))
    return covariates, [column for column in rest if column in _TEXTS]


_BUILT_IN = ("dose", "year", "duration_weeks", "n_randomised")
_OF_FILE = "_of_file"


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _clusters(found: Sequence[Line], covariates: Mapping[str, str]) -> dict[str, str]:
    """A number for each cluster: its own, or its place in the file where clusters have names."""
    columns = [column for column, name in covariates.items() if name == "cluster"]
    names = [name for column in columns for line in found if (name := line[column])]
    if all(_is_number(name) for name in names):
        return {name: name for name in names}
    return {name: str(n) for n, name in enumerate(dict.fromkeys(names), start=1)}


def _cluster_name(column: str, text: str) -> str:
    """The name of a cluster: its own, or "District 11" of a number."""
    return f"{column.capitalize()} {text}" if _is_number(text) else text


def _about(
    rows: Sequence[tuple[Line, str]],
    covariates: Mapping[str, str],
    texts: Sequence[str],
    clusters: Mapping[str, str],
) -> About:
    """What all rows of a study agree on."""
    first, study = rows[0]
    fields = {name: first[name] for name in texts if len({line[name] for line, _ in rows}) == 1}
    same = [c for c in covariates if len({line[c] for line, _ in rows}) == 1 and first[c]]
    given = tuple(
        CovariateFound(
            first.row,
            covariates[c],
            *(
                (clusters[first[c]], _cluster_name(c, first[c]))
                if covariates[c] == "cluster"
                else (first[c],)
            ),
        )
        for c in same
    )
    return About(study, first.row, fields, covariates=given)
