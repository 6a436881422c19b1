"""What must agree between the tables of different trials, and between the tables and config.yaml.

Nothing is concluded from what could not be read: where a table has a fault that hides an outcome or
a treatment, the configuration is not blamed for naming it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import product

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault
from metasynth.core.strict_yaml import Keys
from metasynth.model.certainty_config import RAISING
from metasynth.model.methods import compares
from metasynth.model.records import Comparison, Config, OutcomeSpec, Trial
from metasynth.synthesis.comparison import makes, reports
from metasynth.tables import reader
from metasynth.tables.long_tables import is_long
from metasynth.tables.raw_table import RawTable, Row
from metasynth.tables.reader import RawTables
from metasynth.validation import claims as claim_rules
from metasynth.validation import covariate_columns, flow_counts, units
from metasynth.validation.comparisons_config import entry
from metasynth.validation.trials import duplicates, not_among

_SIGN = "correct the sign, or the domain"


def table_faults(raw: RawTables) -> Iterator[Fault]:
    """Faults between the tables of the whole review."""
    yield from _references(raw)
    yield from _labels(raw)
    yield from covariate_columns.table_faults(raw)
    if claims := raw.table("claims"):
        yield from duplicates(claims)
        yield from _claimed_studies(raw, claims)
        yield from claim_rules.faults(raw, claims)
    if changelog := raw.table("changelog"):
        yield from _entries(changelog)
    if certainty := raw.table("certainty"):
        yield from duplicates(certainty)
        yield from _directions(certainty)
    if search := raw.table("search"):
        yield from duplicates(search)
        yield from _without_concept(search)
    if flow := raw.table("flow"):
        yield from duplicates(flow)
        whole = flow.complete and not any(row.bad & {"box", "part", "count"} for row in flow.rows)
        yield from flow_counts.faults(flow, reader.flow(raw) if whole else None)


def _references(raw: RawTables) -> Iterator[Fault]:
    """Cells that name a document which references.bib does not have."""
    if raw.references is None:
        return
    for table in raw.each():
        if table.name not in ("study", "sources", "claims", "certainty", "search", "flow"):
            continue
        for row, column in product(table.rows, ("reference", "cited")):
            name = row[column]
            if name and name not in raw.references and column not in row.bad:
                advice = not_among(name, raw.references, "a key of references.bib")
                yield row.fault(column, *advice)


def _labels(raw: RawTables) -> Iterator[Fault]:
    """Two studies of one label could not be told apart in a figure."""
    first: dict[str, str] = {}
    for trial in raw.trials:
        for row in trial.table("study").rows[:1]:
            label = row["label"].casefold()
            if not label or "label" in row.bad:
                continue
            if label in first:
                expected = f"a label that no other study has; {first[label]} has it too"
                yield row.fault("label", expected, "add a letter to the year, such as 2002a")
            first.setdefault(label, row.cell("label") if is_long(row.table) else row.table.file)


def _claimed_studies(raw: RawTables, claims: RawTable) -> Iterator[Fault]:
    known = {trial.study for trial in raw.trials}
    for row in claims.rows if raw.whole else ():
        name = row["study_id"]
        if name and name not in known and "study_id" not in row.bad:
            expected, remedy = not_among(name, known, "a trial's folder")
            yield row.fault("study_id", f"{expected}, or a blank cell for a pooled result", remedy)


def _without_concept(search: RawTable) -> Iterator[Fault]:
    """Terms of no concept, which could not be joined with the others."""
    for row in search.rows:
        if row["part"] == "term" and not row["concept"] and "concept" not in row.bad:
            expected = "the part of the question that the term stands for, such as population"
            yield row.fault("concept", expected, "fill in the cell")


def _entries(changelog: RawTable) -> Iterator[Fault]:
    """Days that the calendar lacks, and entries that do not say what they are about."""
    for row in changelog.rows:
        try:
            date.fromisoformat("2000-01-01" if "date" in row.bad else row["date"])
        except ValueError as error:
            expected = f"a date that the calendar has, year-month-day ({error})"
            yield row.fault("date", expected, "correct the date")
        if row["scope"] in ("trial", "outcome") and not row["item"] and "item" not in row.bad:
            yield row.fault("item", f"which {row['scope']} was changed", "fill in its id")


def _directions(certainty: RawTable) -> Iterator[Fault]:
    """Ratings against the direction of their domain."""
    for row in certainty.rows:
        if row.bad & {"domain", "rating"}:
            continue
        raises, rating = row["domain"] in RAISING, int(row["rating"])
        if raises and rating < 0:
            yield row.fault("rating", f"0, 1 or 2, as {row['domain']} raises certainty", _SIGN)
        elif rating > 0 and not raises:
            yield row.fault("rating", f"0, -1 or -2, as {row['domain']} lowers certainty", _SIGN)


def config_faults(config: Config, raw: RawTables, lines: Lines) -> Iterator[Fault]:
    """Treatments and outcomes that are configured but in no table; arms on the wrong side."""
    arms = [trial.table("arms") for trial in raw.trials]
    results = [trial.table("results") for trial in raw.trials]
    if raw.whole and _knows(arms, "treatment"):
        for name, sides in config.comparisons.items():
            yield from _treatments(name, sides, arms, lines)
    known = _sides(config)
    for table in arms:
        for row in table.rows:
            yield from _side(row, known)
    if raw.whole and all(_knows(results, name) for name in ("outcome", "week", "reading")):
        found = {_selection(row) for table in results for row in table.rows}
        for outcome in config.outcomes:
            yield from _unreported(outcome, found, lines)
    if raw.whole:
        yield from _indirect_trials(config, raw, lines)
    yield from covariate_columns.config_faults(config, raw, lines)
    yield from units.config_faults(config, raw, lines)
    if certainty := raw.table("certainty"):
        yield from _rated_outcomes(config, certainty)
    if claims := raw.table("claims"):
        yield from claim_rules.comparison_faults(config, claims)


def _indirect_trials(config: Config, raw: RawTables, lines: Lines) -> Iterator[Fault]:
    known = {trial.study for trial in raw.trials}
    for item in config.certainty.indirectness.trials:
        if item.study not in known:
            path = ("certainty", "indirectness", "trials", item.study)
            yield lines.fault(path, item.study, *not_among(item.study, known, "a trial's folder"))


def _rated_outcomes(config: Config, certainty: RawTable) -> Iterator[Fault]:
    """Ratings of outcomes that the configuration does not have, or only as another's reading."""
    known = {outcome.id for outcome in config.outcomes if not outcome.sensitivity_of}
    for row in certainty.rows:
        if row["outcome"] not in known and "outcome" not in row.bad:
            what = "an outcome under outcomes in config.yaml that has no sensitivity_of"
            yield row.fault("outcome", *not_among(row["outcome"], known, what))


def _knows(all_tables: Iterable[RawTable], column: str) -> bool:
    return all(table.knows(column) for table in all_tables)


def _treatments(
    comparison: str, sides: Comparison, arms: list[RawTable], lines: Lines
) -> Iterator[Fault]:
    """Treatments compared that no arm has."""
    found = {row["treatment"] for table in arms for row in table.rows}
    for side, names in (("intervention", sides.intervention), ("control", sides.control)):
        for index, name in enumerate(names):
            if name not in found:
                advice = not_among(name, found, "a treatment of some arms.csv")
                yield lines.fault((*entry(comparison), side, index), name, *advice)


def _sides(config: Config) -> dict[str, tuple[str, ...]]:
    """The side of each treatment; both, where it is on another one in another comparison.

    Where no control is named nothing is compared, and an arm is a group as well.
    """
    found: dict[str, tuple[str, ...]] = {}
    for sides in config.comparisons.values():
        alone = () if sides.control else ("group",)
        for side, names in zip(("intervention", "control"), sides.sides, strict=True):
            for name in names:
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), side, *alone)))
    return found


def _side(row: Row, side: Mapping[str, tuple[str, ...]]) -> Iterator[Fault]:
    """An arm's role must be a side of config.yaml that its treatment is on."""
    if row.bad & {"role", "treatment"}:
        return
    treatment, role = row["treatment"], row["role"]
    if treatment in side and role not in side[treatment]:
        expected = f"{' or '.join(side[treatment])}, the side of {treatment} in config.yaml"
        remedy = "correct the role, the treatment or the comparison"
        if role == "group":
            remedy = (
                "name the side; group is of a review that compares nothing (no control in config)"
            )
        yield row.fault("role", expected, remedy)
    elif treatment not in side:
        same = {name.casefold(): name for name in side}.get(treatment.casefold())
        if same:
            yield row.fault("treatment", f"{same}, as in config.yaml", f"write {same}")


def _selection(row: Row) -> tuple[str, str, str]:
    return row["outcome"], row["week"], row["reading"]


def _unreported(
    outcome: OutcomeSpec, found: set[tuple[str, str, str]], lines: Lines
) -> Iterator[Fault]:
    """The first of outcome, week and reading that no trial reports, of each of several effects."""
    for one in outcome.each:
        path: Keys = ("outcomes", outcome.id)
        path = (*path, *(key for effect in one.effects for key in ("effects", effect.name)))
        yield from _unreported_topic(one, path, found, lines)
    readings = {what for name, when, what in found if (name, _week(when)) in outcome.topics}
    if readings and outcome.reading not in readings:
        advice = not_among(outcome.reading, readings - {""}, "a reading of this outcome and week")
        path = ("outcomes", outcome.id, "reading")
        yield lines.fault(path, outcome.reading or None, *advice)


def _week(cell: str) -> int | None:
    return int(cell) if cell.isdecimal() else None


def _unreported_topic(
    outcome: OutcomeSpec, path: Keys, found: set[tuple[str, str, str]], lines: Lines
) -> Iterator[Fault]:
    week = "" if outcome.week is None else str(outcome.week)
    names = {name for name, _, _ in found}
    weeks = {when for name, when, _ in found if name == outcome.outcome}
    if outcome.outcome not in names:
        advice = not_among(outcome.outcome, names, "an outcome of some results.csv")
        yield lines.fault((*path, "outcome"), outcome.outcome, *advice)
    elif week not in weeks:
        known = ", ".join(sorted((when or "blank" for when in weeks), key=lambda w: (len(w), w)))
        expected = f"a week at which some trial reports {outcome.outcome} ({known})"
        remedy = "correct it, or leave the key out where the cell is blank"
        yield lines.fault((*path, "week"), outcome.week, expected, remedy)


def without_numbers(config: Config, trials: tuple[Trial, ...], lines: Lines) -> Iterator[Fault]:
    """Outcomes for which no included trial has a number; asked only once all tables are sound."""
    unmade = [*_unmade(config, trials)]
    for name in unmade:
        expected = "a comparison that an included trial makes: none has an arm on each of its sides"
        remedy = "correct its treatments, or remove it"
        yield lines.fault(entry(name), name, expected, remedy)
    for outcome in config.outcomes:
        sides = config.comparison_of(outcome)
        if outcome.comparison in unmade or (compares(outcome) and not all(sides.sides)):
            continue  # which is told of already
        if not any(reports(trial, outcome, sides) for trial in trials):
            expected = "an outcome with numbers in an arm that is compared, in an included trial"
            remedy = "remove the outcome, or fill in results.csv"
            if outcome.comparison:
                remedy = (
                    "list under comparisons those that trials report it for, or fill in results"
                )
            yield lines.fault(("outcomes", outcome.id), outcome.id, expected, remedy)


def _unmade(config: Config, trials: Iterable[Trial]) -> Iterator[str]:
    """Those of several comparisons that no included trial makes."""
    included = [trial for trial in trials if trial.study.status == "included"]
    for name, sides in config.comparisons.items():
        if name and not any(makes(trial, sides) for trial in included):
            yield name
