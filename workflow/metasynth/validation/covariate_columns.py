"""What must hold for meta-regressions: characteristics that some table has, in one unit."""

from collections.abc import Iterator

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault
from metasynth.model.covariates import BUILT_IN, DOSE, TREATMENT, WORDS, WORDS_OF_STUDY, grouping
from metasynth.model.moderators import ModeratorTerm, Setting
from metasynth.model.records import Comparison, Config, OutcomeSpec
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
            if name in (*BUILT_IN, *WORDS):
                names = ", ".join((*BUILT_IN, *WORDS))
                expected = f"another name than {names}, which other tables have"
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
    path: tuple[str, ...]
    for outcome in config.outcomes:
        path = ("outcomes", outcome.id, "covariate", "name")
        name = outcome.covariate.name if outcome.covariate else ""
        if name and name not in known:
            yield lines.fault(path, name, *not_among(name, known, "a covariate of some table"))
        elif name == DOSE:
            yield from _several_units(units[outcome.comparison], path, lines)
        if (group := grouping(outcome)) is not None:
            path = ("outcomes", outcome.id, "subgroup")
            if group.column not in (*known, *WORDS):
                what = "a characteristic of some table"
                advice = not_among(group.column, known | set(WORDS), what)
                yield lines.fault(path, group.column, *advice)
            elif group.column == DOSE:
                yield from _several_units(units[outcome.comparison], path, lines)
            elif group.levels:
                yield from _numbers_without_level(group, path, raw, lines)
        for term, place in _terms(outcome):
            path = (*place, *(("column",) if term.column != term.name else ()))
            if term.column not in (*known, *WORDS):
                advice = not_among(
                    term.column, known | set(WORDS), "a characteristic of some table"
                )
                yield lines.fault(path, term.column, *advice)
            elif term.column == DOSE:
                yield from _several_units(units[outcome.comparison], path, lines)
            elif term.levels:
                yield from _numbers_without_level(term, path, raw, lines)
            elif term.column in (*WORDS_OF_STUDY, TREATMENT):
                yield from _unknown_words(outcome, term, place, raw, config, lines)


def _terms(outcome: OutcomeSpec) -> Iterator[tuple[ModeratorTerm, tuple[str, ...]]]:
    """The terms of an outcome's moderators, and where each stands."""
    for model in outcome.moderators:
        for term in model.terms:
            path = ("outcomes", outcome.id, "moderators", model.name, "terms", term.name)
            yield term, path


def _several_units(units: set[str], path: tuple[str, ...], lines: Lines) -> Iterator[Fault]:
    if len(units) > 1:
        expected = f"doses in one unit, but arms.csv has {' and '.join(sorted(units))}"
        yield lines.fault(path, DOSE, expected, "convert them, or regress on something else")


def _numbers_without_level(
    term: ModeratorTerm, path: tuple[str, ...], raw: RawTables, lines: Lines
) -> Iterator[Fault]:
    """Numbers of a coded category that mean none of its levels."""
    levels = {number for _, number in term.levels}
    for trial in raw.trials:
        for row in trial.table("covariates").rows:
            sound = row["covariate"] == term.column and not row.bad & {"covariate", "value"}
            if sound and float(row["value"]) not in levels:
                known = ", ".join(f"{number:g}" for number in sorted(levels))
                expected = f"one of {known}, the levels that config.yaml declares"
                yield row.fault("value", expected, "correct it, or declare its level")


def _unknown_words(
    outcome: OutcomeSpec,
    term: ModeratorTerm,
    path: tuple[str, ...],
    raw: RawTables,
    config: Config,
    lines: Lines,
) -> Iterator[Fault]:
    """References and levels of profiles that no trial has."""
    table = "arms" if term.column == TREATMENT else "study"
    words = {row[term.column] for trial in raw.trials for row in trial.table(table).rows} - {""}
    if term.column == TREATMENT and (sides := config.comparison_of(outcome).intervention):
        words &= set(sides)
    what = f"a {term.column} of some trial"
    if term.reference and term.reference not in words:
        yield lines.fault(
            (*path, "reference"), term.reference, *not_among(term.reference, words, what)
        )
    for place, setting in _settings(outcome, term, path):
        if setting.level not in words:
            yield lines.fault(place, setting.level, *not_among(setting.level, words, what))


def _settings(
    outcome: OutcomeSpec, term: ModeratorTerm, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Setting]]:
    """What profiles set a term to, and where."""
    model = next(one for one in outcome.moderators if one.name == path[3])
    profiles = [("predictions", one.name, "at", one.at) for one in model.predictions]
    for pair in model.contrasts:
        profiles += [("contrasts", pair.name, "at", pair.at)]
        profiles += [("contrasts", pair.name, "against", pair.against)]
    for kind, name, key, at in profiles:
        for setting in at:
            if setting.term == term.name and setting.level:
                yield (*path[:4], kind, name, key, term.name), setting


def _units_of_dose(comparison: Comparison, raw: RawTables) -> set[str]:
    """Of the arms on the intervention side."""
    arms = (row for trial in raw.trials for row in trial.table("arms").rows)
    sides = comparison.intervention
    compared = (row for row in arms if not sides or row["treatment"] in sides)
    return {row["dose_unit"] for row in compared if row["dose"] and "dose_unit" not in row.bad}
