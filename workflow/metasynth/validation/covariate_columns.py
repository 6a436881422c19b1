"""What must hold for meta-regressions: characteristics that some table has, in one unit."""

from collections.abc import Iterator

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault
from metasynth.model.covariates import BUILT_IN, DOSE, TREATMENT, WORDS, WORDS_OF_STUDY, grouping
from metasynth.model.moderators import ModeratorModel, ModeratorTerm
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

    def column_faults(
        term: ModeratorTerm, of: OutcomeSpec, path: tuple[str, ...]
    ) -> Iterator[Fault]:
        if term.column not in (*known, *WORDS):
            what = "a characteristic of some table"
            advice = not_among(term.column, known | set(WORDS), what)
            yield lines.fault(path, term.column, *advice)
        elif term.column == DOSE:
            yield from _several_units(units[of.comparison], path, lines)
        elif term.levels:
            yield from _numbers_without_level(term, path, raw, lines)

    for outcome in config.outcomes:
        path = ("outcomes", outcome.id, "covariate", "name")
        name = outcome.covariate.name if outcome.covariate else ""
        if name and name not in known:
            yield lines.fault(path, name, *not_among(name, known, "a covariate of some table"))
        elif name == DOSE:
            yield from _several_units(units[outcome.comparison], path, lines)
        for key, name in (
            *([("inner", outcome.inner)] if outcome.inner else []),
            *(("crossed", name) for name in outcome.crossed),
        ):
            term = ModeratorTerm(name, name, name)
            yield from column_faults(term, outcome, ("outcomes", outcome.id, key))
        if (group := grouping(outcome)) is not None:
            yield from column_faults(group, outcome, ("outcomes", outcome.id, "subgroup"))
        for model in outcome.moderators:
            place = ("outcomes", outcome.id, "moderators", model.name)
            for key, term in [(k, t) for k in ("terms", "scale") for t in getattr(model, k)]:
                own = ("column",) if term.column != term.name else ()
                yield from column_faults(term, outcome, (*place, key, term.name, *own))
                if term.column in (*WORDS_OF_STUDY, TREATMENT) and not term.levels:
                    words = _words(term, raw, config.comparison_of(outcome))
                    yield from _unknown_words(model, term, place, words, lines)


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


def _words(term: ModeratorTerm, raw: RawTables, comparison: Comparison) -> set[str]:
    """What trials have in the column of a term, of arms those on the intervention's side."""
    table = "arms" if term.column == TREATMENT else "study"
    words = {row[term.column] for trial in raw.trials for row in trial.table(table).rows} - {""}
    if term.column == TREATMENT and comparison.intervention:
        words &= set(comparison.intervention)
    return words


def _unknown_words(
    model: ModeratorModel,
    term: ModeratorTerm,
    place: tuple[str, ...],
    words: set[str],
    lines: Lines,
) -> Iterator[Fault]:
    """References and levels of profiles that no trial has."""
    what = f"a {term.column} of some trial"
    asked: list[tuple[tuple[str, ...], str]] = []
    if term.reference:
        asked.append((("terms", term.name, "reference"), term.reference))
    asked += [
        ((*at, term.name), setting.level)
        for at, settings in model.profiles()
        for setting in settings
        if setting.term == term.name and setting.level
    ]
    for path, word in asked:
        if word not in words:
            yield lines.fault((*place, *path), word, *not_among(word, words, what))


def _units_of_dose(comparison: Comparison, raw: RawTables) -> set[str]:
    """Of the arms on the intervention side."""
    arms = (row for trial in raw.trials for row in trial.table("arms").rows)
    sides = comparison.intervention
    compared = (row for row in arms if not sides or row["treatment"] in sides)
    return {row["dose_unit"] for row in compared if row["dose"] and "dose_unit" not in row.bad}
