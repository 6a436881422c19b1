"""What config.yaml declares of the results of every trial: counts that are nested.

Counts are compared within one arm, week and reading. A count that is not stated is passed over, and
so the narrower one before it is compared with the wider one after it.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import combinations, pairwise

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault
from metasynth.model.records import Config
from metasynth.tables.raw_table import RawTable, Row
from metasynth.tables.reader import RawTables
from metasynth.validation.trials import not_among

_MANY = 3  # comparisons that all go wrong are no slips of the finger
Place = tuple[str, str, str]
"""An arm, a week and a reading."""


def faults(config: Config, raw: RawTables, lines: Lines, told: Set[str]) -> Iterator[Fault]:
    """Nests that contradict each other or name what no trial reports; else counts that decrease.

    Counts in the cells of `told` are known to be at fault already, and not compared.
    """
    results = [trial.table("results") for trial in raw.trials]
    contradictions = list(_contradictions(config, lines))
    yield from contradictions
    if config.nested and not contradictions:
        arms = [rows for table in results for rows in _counted(table, told)]
        for number, chain in enumerate(config.nested):
            yield from _decreasing(number, chain, arms, lines)
    if raw.whole and all(table.knows("outcome") for table in results):
        reported = {row["outcome"] for table in results for row in table.rows}
        for number, chain in enumerate(config.nested):
            for index, name in enumerate(chain):
                if name not in reported:
                    advice = not_among(name, reported, "an outcome of some results.csv")
                    yield lines.fault(("nested", number, index), name, *advice)


def _contradictions(config: Config, lines: Lines) -> Iterator[Fault]:
    """Of two outcomes, one is wider than the other here and narrower there."""
    wider: set[tuple[str, str]] = set()
    for number, chain in enumerate(config.nested):
        pairs = set(combinations(chain, 2))
        for narrow, wide in sorted(pairs):
            if (wide, narrow) in wider:
                expected = f"one order only: {wide} stands before {narrow} in another list"
                remedy = "write each list from the narrowest outcome to the widest"
                yield lines.fault(("nested", number), narrow, expected, remedy)
        wider |= pairs


def _counted(table: RawTable, told: Set[str]) -> Iterable[dict[str, Row]]:
    """For each arm, week and reading, the rows with a sound count by their outcome."""
    counted: dict[Place, dict[str, Row]] = {}
    looked_at = {"outcome", "week", "reading", "arm_id", "events"}
    for row in table.rows:
        if row["events"] and not row.bad & looked_at and row.cell("events") not in told:
            place = row["arm_id"], row["week"], row["reading"]
            counted.setdefault(place, {}).setdefault(row["outcome"], row)
    return counted.values()


def _decreasing(
    number: int, chain: Sequence[str], arms: Iterable[dict[str, Row]], lines: Lines
) -> Iterator[Fault]:
    """Counts that decrease; where all do that are not equal, the list is the wrong way round."""
    pairs = [
        pair for rows in arms for pair in pairwise(rows[name] for name in chain if name in rows)
    ]
    unequal = [pair for pair in pairs if int(pair[0]["events"]) != int(pair[1]["events"])]
    wrong = [pair for pair in unequal if int(pair[0]["events"]) > int(pair[1]["events"])]
    if len(wrong) == len(unequal) >= _MANY:
        expected = "the narrowest outcome first, but in every arm it has the most events"
        remedy = "write the list from the narrowest outcome to the widest"
        yield lines.fault(("nested", number), ", ".join(chain), expected, remedy)
    else:
        yield from (_decrease(narrow, wide) for narrow, wide in wrong)


def _decrease(narrow: Row, wide: Row) -> Fault:
    """A warning only where the wider outcome was counted among fewer patients."""
    place = wide.cell("events").removeprefix(f"{wide.table.file}:")
    expected = (
        f"at most {wide['events']}, the events of {wide['outcome']} (cell {place}),"
        " which includes this outcome"
    )
    fewer = all(row["total"] and "total" not in row.bad for row in (narrow, wide)) and int(
        wide["total"]
    ) < int(narrow["total"])
    remedy = "check both counts, or nested in config.yaml"
    severity, kind = ("warning", "nested_of_fewer") if fewer else ("error", "")
    return narrow.fault("events", expected, remedy, severity, kind)
