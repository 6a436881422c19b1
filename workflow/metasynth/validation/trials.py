"""What must hold between the rows of one trial: keys, references, arms.

References to a table are only followed where all of it could be read: an arm whose row is at fault
must not make a fault of every result that names it.
"""

from collections.abc import Iterator, Sequence, Set

from metasynth.core.faults import Fault, nearest
from metasynth.tables.long_tables import is_long
from metasynth.tables.raw_table import RawTable, Row
from metasynth.tables.reader import RawTrial
from metasynth.tables.table_schema import tables
from metasynth.validation import conversions, survival
from metasynth.validation import results as result_rules


def faults(trial: RawTrial, *, one_group: bool = False) -> Iterator[Fault]:
    """All faults between the cells of one trial, each cell having been checked by itself.

    Where it is of `one_group`, as nothing that it reports is compared, it may have one arm.
    """
    study, arms, results, sources = (
        trial.table(name) for name in ("study", "arms", "results", "sources")
    )
    yield from _one_study(study)
    for table in trial.tables:
        yield from duplicates(table)
    for row in arms.rows:
        yield from _arm_faults(row)
    yield from _enough_arms(study, arms, results, 1 if one_group else 2)
    for row in results.rows:
        yield from result_rules.row_faults(row)
    for row in trial.table("risk_of_bias").rows:
        yield from _judgement_faults(row)
    curves = trial.table("survival")
    yield from conversions.served(results, {survival.curve_of(row) for row in curves.rows})
    yield from survival.faults(curves, results)
    yield from _within_arm(results, arms)
    yield from _primary_readings(results)
    for column in ("arm_id", "reference_arm_id"):
        yield from unknown(results, column, arms, "arm_id")
    yield from unknown(curves, "arm_id", arms, "arm_id")
    for table in (arms, results, trial.table("risk_of_bias"), trial.table("covariates"), curves):
        yield from unknown(table, "source_id", sources, "source_id")


def duplicates(table: RawTable) -> Iterator[Fault]:
    """Rows with the same key as an earlier one, told once a key."""
    key = tables()[table.name].key
    first: dict[tuple[str, ...], int] = {}
    again: dict[tuple[str, ...], list[Row]] = {}
    for row in table.rows if key else ():
        if not row.bad.intersection(key):
            values = tuple(row[column] for column in key)
            if values in first:
                again.setdefault(values, []).append(row)
            first.setdefault(values, row.number)
    for values, (row, *others) in again.items():
        same = ", ".join(
            f"{column} {value}" for column, value in zip(key, values, strict=True) if value
        )
        expected = f"no two rows alike: row {first[values]} has {same} too"
        if others:
            expected += f" ({row_numbers(others)} as well)"
        column = max(key, key=lambda name: (bool(row[name]), -key.index(name)))
        yield row.fault(column, expected, "remove one of the two rows, or correct one")


def unknown(table: RawTable, column: str, target: RawTable, key: str) -> Iterator[Fault]:
    """Cells of `column` that name no row of `target`."""
    if not target.knows(key) or (target.name == "arms" and not target.rows):
        return
    known = {row[key] for row in target.rows}
    for row in table.rows:
        name = row[column]
        if name and name not in known and column not in row.bad:
            article = "an" if key[0] in "aeiou" else "a"
            yield row.fault(column, *not_among(name, known, f"{article} {key} of {_short(target)}"))


def not_among(name: str, known: Set[str], what: str) -> tuple[str, str]:
    """Expectation and remedy for a name that is not among the known ones."""
    near = nearest(name, known)
    some = sorted(known)[:8]
    more = ", …" if len(known) > len(some) else ""
    expected = f"{what} ({', '.join(some)}{more})" if some else f"{what}, but there is none yet"
    if near and near == name.strip():
        return expected, "remove the blank at the edge of the cell"
    return expected, f"did you mean {near}?" if near else "correct it, or add what it names"


def _short(table: RawTable) -> str:
    return table.file.rsplit("/", 1)[-1]


def _one_study(study: RawTable) -> Iterator[Fault]:
    for row in study.rows[1:]:
        yield row.fault("label", "one row only for one study", "remove this row")
    if study.complete and not study.rows:
        file = study.file
        yield Fault(file, 2, "", f"{file}:2", "", "one row about the study", "fill in row 2")


def _arm_faults(row: Row) -> Iterator[Fault]:
    if row["n_randomised"] and not row["source_id"] and not row.bad & {"n_randomised", "source_id"}:
        remedy = "name the source_id of sources.csv where the number is stated"
        yield row.fault("source_id", "a source, as the row has a number of patients", remedy)
    if row["dose"] and not row["dose_unit"] and not row.bad & {"dose", "dose_unit"}:
        yield row.fault("dose_unit", "the unit of the dose", "fill in the unit, such as mg/day")


def _judgement_faults(row: Row) -> Iterator[Fault]:
    """A domain without a judgement says why there is none."""
    if not row["judgement"] and not row["support"] and not row.bad & {"judgement", "support"}:
        expected = "a judgement, or in support the reason why there is none"
        yield row.fault("judgement", expected, "fill in one of the two")


def _enough_arms(study: RawTable, arms: RawTable, results: RawTable, least: int) -> Iterator[Fault]:
    """An included trial compares something; a result is of an arm."""
    included = any(row["status"] == "included" for row in study.rows)
    needed = least if included else min(len(results.rows), 1)
    if arms.complete and len(arms.rows) < needed:
        row, file = len(arms.rows) + 2, arms.file
        two = included and least > 1
        expected = "at least two arms, as the study is included" if two else "an arm"
        if is_long(study) and study.rows:
            remedy = f"add a row for each arm to {file}"
            yield study.rows[0].fault("study_id", expected, remedy)
            return
        yield Fault(file, row, "", f"{file}:{row}", "", expected, "add a row for each arm")


def _within_arm(results: RawTable, arms: RawTable) -> Iterator[Fault]:
    """No more patients analysed than were randomised to the arm."""
    randomised = {
        row["arm_id"]: int(row["n_randomised"])
        for row in arms.rows
        if row["n_randomised"] and not row.bad & {"arm_id", "n_randomised"}
    }
    above: dict[tuple[str, str], list[Row]] = {}
    for row in results.rows:
        limit = randomised.get(row["arm_id"])
        if limit is None or not row["total"] or row.bad & {"arm_id", "total"}:
            continue
        if int(row["total"]) > limit:
            above.setdefault((row["arm_id"], row["total"]), []).append(row)
    for (arm, _), (first, *others) in above.items():
        expected = f"at most the {randomised[arm]} randomised to arm {arm}"
        remedy = "check total, and n_randomised in arms.csv"
        if others:  # the same number again is the same mistake
            expected += f" ({row_numbers(others)} too)"
            remedy += "; were the arms mixed up?"
        yield first.fault("total", expected, remedy)


def row_numbers(rows: Sequence[Row]) -> str:
    """Such as "row 4" or "rows 4, 6, 8, …"."""
    numbers = ", ".join(str(row.number) for row in rows[:5])
    return f"row{'s' if len(rows) > 1 else ''} {numbers}{', …' if len(rows) > 5 else ''}"


def _primary_readings(results: RawTable) -> Iterator[Fault]:
    """A named reading is an alternative to a primary one, so that one must be there."""
    key = ("outcome", "week", "arm_id", "reference_arm_id")
    if not all(results.knows(column) for column in (*key, "reading")):
        return
    primary = {tuple(row[c] for c in key) for row in results.rows if not row["reading"]}
    for row in results.rows:
        if row["reading"] and tuple(row[c] for c in key) not in primary:
            expected = "a primary reading (a blank cell) of the same outcome, week and arm"
            remedy = "add that row (provenance missing, if no source states it), or blank this cell"
            yield row.fault("reading", expected, remedy)
