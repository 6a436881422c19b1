"""What must hold for a meta-regression: a covariate that some table has, in one unit."""

from collections.abc import Iterator

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault
from metasynth.model.covariates import BUILT_IN, DOSE
from metasynth.model.records import Comparison, Config
from metasynth.tables.raw_table import Row
from metasynth.tables.reader import RawTables
from metasynth.validation.trials import not_among


def table_faults(raw: RawTables) -> Iterator[Fault]:
    """Values of one covariate in several units, and names that other tables have."""
    first: dict[str, Row] = {}
    for trial in raw.trials:
        for row in trial.table("covariates").rows:
            if row.bad & {"covariate", "unit"}:
                continue
            name = row["covariate"]
            if name in BUILT_IN:
                expected = f"another name than {', '.join(BUILT_IN)}, which other tables have"
                yield row.fault("covariate", expected, "rename it, or use that table's column")
            unit = first.setdefault(name, row)["unit"]
            if row["unit"] != unit:
                expected = f"{unit or 'no unit'}, as in {first[name].table.file}"
                yield row.fault("unit", expected, "convert the value, or correct the unit")


def config_faults(config: Config, raw: RawTables, lines: Lines) -> Iterator[Fault]:
    """Covariates that no table has, and doses in several units."""
    tables = [trial.table("covariates") for trial in raw.trials]
    if not raw.whole or not all(table.knows("covariate") for table in tables):
        return
    known = {row["covariate"] for table in tables for row in table.rows} | set(BUILT_IN)
    units = {name: _units_of_dose(one, raw) for name, one in config.comparisons.items()}
    for outcome in config.outcomes:
        path = ("outcomes", outcome.id, "covariate", "name")
        name = outcome.covariate.name if outcome.covariate else ""
        if name and name not in known:
            yield lines.fault(path, name, *not_among(name, known, "a covariate of some table"))
        elif name == DOSE and len(own := units[outcome.comparison]) > 1:
            expected = f"doses in one unit, but arms.csv has {' and '.join(sorted(own))}"
            yield lines.fault(path, name, expected, "convert them, or regress on something else")


def _units_of_dose(comparison: Comparison, raw: RawTables) -> set[str]:
    """Of the arms on the intervention side."""
    arms = (row for trial in raw.trials for row in trial.table("arms").rows)
    sides = comparison.intervention
    compared = (row for row in arms if not sides or row["treatment"] in sides)
    return {row["dose_unit"] for row in compared if row["dose"] and "dose_unit" not in row.bad}
