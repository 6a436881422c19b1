"""The columns of a data frame, by metafor's names, as the studies that the engine pools.

A frame is anything that gives its columns' names when iterated and a column by its name: one of
pandas, or a mapping of lists. What is missing in a row (None, NaN) leaves its study out of the
pool, with the reason; what is there and cannot be is an error that names the row.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any

from metasynth.model.measure_catalogue import MEASURE_RECORDS
from metasynth.model.methods import BY_BASELINE, BY_UNITS, MEASURES
from metasynth.model.records import Contrast, Count, Group, StudyData, whole
from metasynth.stats.conversions import sd_of_change

Row = Mapping[str, float | None]


class BadData(ValueError):  # noqa: N818 - it names the fault, as the message does
    """A frame that cannot be pooled as it stands: every fault, by row and column."""


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """Columns that together are a study's result, for outcomes of one type.

    Those with `measures` serve these alone; the others, all but changes in standard deviations
    before.
    """

    type: str
    names: tuple[str, ...]
    study: Callable[[Row], dict[str, Any]]
    measures: tuple[str, ...] = ()

    def serves(self, measure: str) -> bool:
        """Whether the measure can be computed from these columns."""
        return measure in self.measures if self.measures else measure not in BY_BASELINE


def _two(one: Group, other: Group) -> dict[str, Any]:
    return {"intervention": one, "control": other}


def _count(value: float | None) -> Count | None:
    return None if value is None else whole(value)


def _sum(one: float | None, other: float | None) -> Count | None:
    return None if one is None or other is None else whole(one + other)


def _counted(events: float | None, total: float | None, time: float | None = None) -> Group:
    return Group((), "", _count(events), _count(total), person_time=time)


def _measured(mean: float | None, sd: float | None, total: float | None) -> Group:
    return Group((), "", total=_count(total), mean=mean, sd=sd)


def _changed(mean: float | None, sd: float | None, r: float | None, total: float | None) -> Group:
    """A group with its mean change, standard deviation before, and correlation."""
    return Group((), "", total=_count(total), mean=mean, baseline_sd=sd, change_correlation=r)


def _change(post: float | None, pre: float | None) -> float | None:
    return None if post is None or pre is None else post - pre


def _spread(row: Row) -> float | None:
    """The standard deviation of changes, from those at both times and their correlation."""
    one, other, r = row["sd1i"], row["sd2i"], row["ri"]
    if one is None or other is None or r is None or abs(r) > 1:
        return None
    return sd_of_change(one, other, r)


def _contrast(estimate: float | None, se: float | None) -> dict[str, Any]:
    return {} if estimate is None or se is None else {"contrast": Contrast(estimate, se)}


COLUMN_SETS = (
    ColumnSet(
        "binary",
        ("ai", "n1i", "ci", "n2i"),
        lambda r: _two(_counted(r["ai"], r["n1i"]), _counted(r["ci"], r["n2i"])),
    ),
    ColumnSet(
        "binary",
        ("ai", "bi", "ci", "di"),
        lambda r: _two(
            _counted(r["ai"], _sum(r["ai"], r["bi"])), _counted(r["ci"], _sum(r["ci"], r["di"]))
        ),
    ),
    ColumnSet(
        "continuous",
        ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
        lambda r: _two(
            _measured(r["m1i"], r["sd1i"], r["n1i"]), _measured(r["m2i"], r["sd2i"], r["n2i"])
        ),
    ),
    ColumnSet(
        "rate",
        ("x1i", "t1i", "x2i", "t2i"),
        lambda r: _two(_counted(r["x1i"], None, r["t1i"]), _counted(r["x2i"], None, r["t2i"])),
    ),
    ColumnSet("proportion", ("xi", "ni"), lambda r: {"intervention": _counted(r["xi"], r["ni"])}),
    ColumnSet(
        "incidence", ("xi", "ti"), lambda r: {"intervention": _counted(r["xi"], None, r["ti"])}
    ),
    ColumnSet(
        "mean",
        ("mi", "sdi", "ni"),
        lambda r: {"intervention": _measured(r["mi"], r["sdi"], r["ni"])},
    ),
    ColumnSet(
        "mean",
        ("m1i", "m2i", "sd1i", "sd2i", "ri", "ni"),
        lambda r: {"intervention": _measured(_change(r["m1i"], r["m2i"]), _spread(r), r["ni"])},
        ("MC", "SMCC"),
    ),
    ColumnSet(
        "mean",
        ("m1i", "m2i", "sd1i", "ri", "ni"),
        lambda r: {
            "intervention": _changed(_change(r["m1i"], r["m2i"]), r["sd1i"], r["ri"], r["ni"])
        },
        ("SMCR",),
    ),
    ColumnSet(
        "mean",
        ("mi", "sdi", "ri", "ni"),
        lambda r: {"intervention": _changed(r["mi"], r["sdi"], r["ri"], r["ni"])},
        ("SMCR",),
    ),
    ColumnSet(
        "continuous",
        ("m1i", "sd1i", "r1i", "n1i", "m2i", "sd2i", "r2i", "n2i"),
        lambda r: _two(
            _changed(r["m1i"], r["sd1i"], r["r1i"], r["n1i"]),
            _changed(r["m2i"], r["sd2i"], r["r2i"], r["n2i"]),
        ),
        ("SMD-PPC",),
    ),
    ColumnSet(
        "correlation",
        ("ri", "ni"),
        lambda r: {"intervention": Group((), "", total=_count(r["ni"]), correlation=r["ri"])},
    ),
    ColumnSet("generic", ("yi", "sei"), lambda r: _contrast(r["yi"], r["sei"])),
    ColumnSet(
        "generic",
        ("yi", "vi"),
        lambda r: _contrast(r["yi"], None if r["vi"] is None else sqrt(r["vi"])),
    ),
)
"""The sets of columns, in the order in which they are looked for."""

_WHOLE = frozenset(["ai", "bi", "ci", "di", "n1i", "n2i", "xi", "ni", "x1i", "x2i"])
_POSITIVE = frozenset(["sei", "vi", "t1i", "t2i", "ti"])
_NOT_NEGATIVE = _WHOLE | {"sd1i", "sd2i", "sdi"}
_CORRELATIONS = ("ri", "r1i", "r2i")
_AT_MOST = (("ai", "n1i"), ("ci", "n2i"), ("xi", "ni"))
_LABELS = ("slab", "studlab", "label", "study", "trial", "author")
_SAME: dict[str, str] = {
    record.metafor: record.name for record in MEASURE_RECORDS if record.metafor
}


def measure_of(name: str) -> str:
    """A measure by its name here, or by metafor's.

    Raises:
        BadData: for a name that is neither.
    """
    known = {name for names in MEASURES.values() for name in names} - BY_UNITS
    if name in known:
        return name
    if name in _SAME:
        return _SAME[name]
    raise BadData(f"measure {name!r} is not one of {', '.join(sorted(known | _SAME.keys()))}")


def studies(
    frame: Any,
    measure: str,
    columns: Mapping[str, str],
    labels: str | None,
    subgroup: str | None,
    cluster: str | None = None,
) -> tuple[str, tuple[StudyData, ...]]:
    """The type of outcome, and each row's study in the order of the rows.

    `columns` gives the frame's name of each of metafor's columns that is called otherwise there.

    Raises:
        BadData: with all faults, by row and column.
    """
    present = [str(name) for name in frame]
    asked = (*columns.values(), labels, subgroup, cluster)
    if unknown := [c for c in asked if c and c not in present]:
        raise BadData(f"no column {', '.join(map(repr, unknown))} among {', '.join(present)}")
    chosen = _chosen(present, measure, columns)
    names = _labels(frame, present, labels)
    cells = {name: list(frame[columns.get(name, name)]) for name in chosen.names}
    faults: list[str] = []
    rows = [
        _row(label, {name: cells[name][i] for name in chosen.names}, faults)
        for i, label in enumerate(names)
    ]
    faults += _contradicted(frame, present, chosen, columns, names, rows)
    if faults:
        raise BadData("\n".join(faults))
    years = list(frame["year"]) if "year" in present else [None] * len(names)
    groups, clusters = (
        [text(x) for x in frame[column]] if column else [""] * len(names)
        for column in (subgroup, cluster)
    )
    ids = _unique(names)
    return chosen.type, tuple(
        StudyData(id_, id_, _year(year), subgroup=group, cluster=own, **chosen.study(row))
        for id_, year, group, own, row in zip(ids, years, groups, clusters, rows, strict=True)
    )


def _chosen(present: Sequence[str], measure: str, columns: Mapping[str, str]) -> ColumnSet:
    """The first set that the frame has and the measure can be computed from."""
    types = {kind for kind, names in MEASURES.items() if measure in names}
    usable = [one for one in COLUMN_SETS if one.type in types and one.serves(measure)]
    for one in usable:
        if {columns.get(name, name) for name in one.names} <= set(present):
            return one
    sets = "; ".join(" ".join(one.names) for one in usable)
    raise BadData(
        f"{measure} needs the columns {sets}; the frame has {', '.join(present)}."
        " Where they have other names, say columns={'ai': 'events', …}"
    )


_CELLS = (("ai", "bi", "n1i"), ("ci", "di", "n2i"))


def _contradicted(
    frame: Any,
    present: Sequence[str],
    chosen: ColumnSet,
    columns: Mapping[str, str],
    names: Sequence[str],
    rows: Sequence[Row],
) -> Iterator[str]:
    """Where totals are taken, and the cells beside them are not what those leave."""
    for part, rest, total in _CELLS:
        column = columns.get(rest, rest)
        if not {part, total} <= set(chosen.names) or column not in present:
            continue
        for name, row, cell in zip(names, rows, frame[column], strict=True):
            try:
                other, few, all_ = number(cell), row[part], row[total]
            except (TypeError, ValueError):
                continue
            if None not in (other, few, all_) and few + other != all_:  # type: ignore[operator]
                yield (
                    f"row {name!r}, column {rest}: {other:g}, where {part} = {few:g} of"
                    f" {total} = {all_:g} leave another; take {rest} or {total} out"
                )


def _labels(frame: Any, present: Sequence[str], labels: str | None) -> list[str]:
    """The studies' names: of a column, else the frame's own row labels, else their numbers."""
    column = labels or next((name for name in _LABELS if name in present), None)
    if column:
        return [text(value) or f"row {i}" for i, value in enumerate(frame[column], 1)]
    index = getattr(frame, "index", None)
    own = list(index) if index is not None and not callable(index) else []
    if own and all(isinstance(value, str) for value in own):
        return own
    return [f"Study {i}" for i in range(1, len(list(frame[present[0]])) + 1)]


def _unique(names: Sequence[str]) -> list[str]:
    """The names, those that come again with their number."""
    taken, found = Counter[str](), list[str]()
    for name in names:
        taken[name] += 1
        found.append(name if taken[name] == 1 else f"{name} ({taken[name]})")
    return found if len(set(found)) == len(found) else [f"{n} [{i}]" for i, n in enumerate(names)]


def _row(label: str, cells: Mapping[str, Any], faults: list[str]) -> dict[str, float | None]:
    """A row's numbers; what is wrong with them is added to the faults."""
    row: dict[str, float | None] = {}
    wrong = list[str]()
    for name, value in cells.items():
        try:
            row[name] = number(value)
        except (TypeError, ValueError):
            wrong.append(f"column {name}: {value!r} is not a number")
            row[name] = None
    wrong += filter(None, (_impossible(name, value) for name, value in row.items()))
    for part, total in _AT_MOST:
        few, all_ = row.get(part), row.get(total)
        if few is not None and all_ is not None and isfinite(few) and few > all_:
            wrong.append(f"column {part}: {few:g} of {total} = {all_:g}")
    faults += (f"row {label!r}, {one}" for one in wrong)
    return row


def _impossible(name: str, value: float | None) -> str:
    if value is None:
        return ""
    if not isfinite(value):
        return f"column {name}: {value} is not a number"
    if name in _CORRELATIONS and abs(value) > 1:
        return f"column {name}: {value:g}, expected a correlation from -1 to 1"
    if name in _WHOLE and value != int(value):
        return f"column {name}: {value:g} is not a whole number"
    if (name in _NOT_NEGATIVE and value < 0) or (name in _POSITIVE and value <= 0):
        return (
            f"column {name}: {value:g}, expected {'above 0' if name in _POSITIVE else '0 or more'}"
        )
    return ""


def number(value: Any) -> float | None:
    """A cell as a number; what marks a missing value in R, NumPy or pandas is None."""
    if value is None or type(value).__name__ == "NAType":
        return None
    if isinstance(value, str | bool):
        raise TypeError(value)
    found = float(value)
    return None if found != found else found  # NaN is not itself


def _year(value: Any) -> int | None:
    try:
        found = number(value)
    except (TypeError, ValueError):
        return None
    return int(found) if found is not None and found == int(found) else None


def text(value: Any) -> str:
    """A cell as a text, blank where it is missing."""
    missing = value is None or value != value or type(value).__name__ == "NAType"
    return "" if missing else str(value)


def table(rows: Iterable[Mapping[str, Any]]) -> Any:
    """A pandas frame of rows; pandas is imported here, when the first is asked for."""
    import pandas as pd

    return pd.DataFrame(list(rows))
