"""One unit or instrument for the means of an outcome, or a declared way from each to that one."""

from collections.abc import Iterable, Iterator, Sequence

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault, nearest
from metasynth.model.methods import BY_UNITS
from metasynth.model.records import Config, OutcomeSpec
from metasynth.synthesis.completed import OF_MEANS
from metasynth.tables.raw_table import Row
from metasynth.tables.reader import RawTables, RawTrial

_ABOVE_ZERO = ("ROM", "ROM-BC", "VR", "CVR", "MNLN")
"""Measures that a scale turned round would make senseless, or that have no value then."""
_OF_DIFFERENCES = ("estimate", "se", "ci_low", "ci_high", "mean_both")
"""What a row of two arms says in a unit."""


def config_faults(config: Config, raw: RawTables, lines: Lines) -> Iterator[Fault]:
    """Units of outcomes that have none, and rows whose unit leads nowhere."""
    for outcome in config.outcomes:
        if outcome.type not in OF_MEANS and not outcome.events_mean:
            yield from _no_means(outcome, lines)
            continue
        yield from _impossible(outcome, lines)
        yield from _not_standardised(outcome, lines)
        trials = [_rows(outcome, trial) for trial in raw.trials]
        rows = [row for own in trials for row in own]
        if not (outcome.unit or outcome.units):
            yield from _mixed(outcome, rows)
            continue
        yield from _undeclared(outcome, rows)
        for own in trials:
            yield from _of_two_arms(outcome, own)


def _no_means(outcome: OutcomeSpec, lines: Lines) -> Iterator[Fault]:
    for key in ("unit", "units"):
        if getattr(outcome, key):
            expected = f"nothing: {outcome.id} is of type {outcome.type}, and only means have units"
            remedy = "remove the key, or choose type continuous or mean"
            yield lines.fault(("outcomes", outcome.id, key), "", expected, remedy)


def _impossible(outcome: OutcomeSpec, lines: Lines) -> Iterator[Fault]:
    """Factors that no conversion has, or that the measure does not allow."""
    for unit in outcome.units:
        path = ("outcomes", outcome.id, "units", unit.name, "factor")
        if unit.factor == 0:
            remedy = "divide a value in the outcome's unit by the same value in this one"
            yield lines.fault(path, 0, "a number other than 0", remedy)
        elif unit.factor < 0 and outcome.measure in _ABOVE_ZERO:
            expected = (
                f"a factor above 0, as {outcome.measure} has no sense on a scale turned round"
            )
            yield lines.fault(path, unit.factor, expected, "choose a difference of means instead")
        elif unit.name == outcome.unit and unit.changes:
            expected = f"factor 1, as {unit.name} is the unit of {outcome.id} itself"
            yield lines.fault(path, unit.factor, expected, "correct it, or name another unit")


def _not_standardised(outcome: OutcomeSpec, lines: Lines) -> Iterator[Fault]:
    """A standard deviation that a measure needs of each instrument, or has no use of."""
    path = ("outcomes", outcome.id)
    if outcome.measure not in BY_UNITS:
        for unit in outcome.units:
            if unit.sd is not None:
                expected = f"nothing, as {outcome.measure} is not in declared standard deviations"
                remedy = "choose measure SMD-SD, or declare a factor"
                yield lines.fault((*path, "units", unit.name, "sd"), unit.sd, expected, remedy)
        return
    remedy = "declare units with the name of each instrument of results.csv and its sd"
    if outcome.unit:
        expected = f"nothing, as {outcome.measure} is in standard deviations and in no unit"
        yield lines.fault((*path, "unit"), outcome.unit, expected, remedy)
    if not outcome.units:
        expected = f"the standard deviations that {outcome.measure} is in"
        yield lines.fault((*path, "measure"), outcome.measure, expected, remedy)
    for unit in outcome.units:
        if unit.sd is None:
            expected = f"its standard deviation, as {outcome.measure} is in these"
            yield lines.fault((*path, "units", unit.name), unit.name, expected, remedy)


def _rows(outcome: OutcomeSpec, trial: RawTrial) -> list[Row]:
    """The rows of results.csv that an outcome selects, as far as their cells can be read."""
    topics = {(name, "" if week is None else str(week)) for name, week in outcome.topics}
    return [
        row
        for row in trial.table("results").rows
        if not row.bad & {"outcome", "week", "reading", "provenance", "unit"}
        and (row["outcome"], row["week"]) in topics
        and row["reading"] in ("", outcome.reading)
        and row["provenance"] != "missing"
    ]


def _undeclared(outcome: OutcomeSpec, rows: Iterable[Row]) -> Iterator[Fault]:
    """Rows in a unit that is not the outcome's and that nothing converts."""
    known = [name for name in (outcome.unit, *(unit.name for unit in outcome.units)) if name]
    for row in rows:
        unit = row["unit"]
        if unit in known or (not unit and outcome.unit):
            continue
        expected = f"{' or '.join(known)}, which units of {outcome.id} in config.yaml declare"
        near = nearest(unit, known) if unit else None
        remedy = f"did you mean {near}?" if near else "correct it, or declare its factor there"
        yield row.fault("unit", expected, remedy)


def _of_two_arms(outcome: OutcomeSpec, rows: Sequence[Row]) -> Iterator[Fault]:
    """Contrasts beside arms that are converted: of two arms nothing is, so both must agree."""
    converted = {unit.name for unit in outcome.units if unit.changes}
    if not any(row["unit"] in converted for row in rows):
        return
    for row in rows:
        said = next((name for name in _OF_DIFFERENCES if row[name]), "")
        if row["reference_arm_id"] and said:
            expected = f"no contrast beside arms whose unit {outcome.id} converts"
            remedy = "leave it out, or give arms and contrast in the outcome's unit, with a note"
            yield row.fault(said, expected, remedy)


def _mixed(outcome: OutcomeSpec, rows: Iterable[Row]) -> Iterator[Fault]:
    """Several units where nothing says how they become one."""
    first: Row | None = None
    for row in rows:
        first = first or row
        if row["unit"] == first["unit"]:
            continue
        place = first.cell("unit")
        there = f"“{first['unit']}”" if first["unit"] else "none"
        expected = f"one unit or instrument for {outcome.id}, but {there} stands in {place}"
        remedy = (
            f"declare units of {outcome.id} in config.yaml: factor 1 for each instrument, -1 where"
            " more on it means less on the others"
            if outcome.measure.startswith("SMD")
            else f"convert it, or declare unit and units of {outcome.id} in config.yaml"
        )
        yield row.fault("unit", expected, remedy)
