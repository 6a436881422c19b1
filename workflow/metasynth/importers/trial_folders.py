"""Results from another program's file as trial folders of this review, and what could not be.

Nothing is guessed: a row that the tables' contract does not allow is left out and listed with the
reason. Every number keeps its way back: a source for each row of the file that was read.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from metasynth.core.faults import Fault
from metasynth.core.store import guarded
from metasynth.core.text_files import HIDDEN
from metasynth.importers.found import (
    About,
    ArmResult,
    CovariateFound,
    Item,
    LeftOut,
    PointFound,
    Reading,
)
from metasynth.importers.identifiers import identifier
from metasynth.importers.parts import separated
from metasynth.model.measure_catalogue import ONE_GROUP
from metasynth.tables import cells
from metasynth.tables.raw_table import CHECKED, RawTable, Row
from metasynth.tables.table_schema import Column, tables
from metasynth.validation import conversions, survival
from metasynth.validation import results as result_rules

_ENOUGH_ARMS = 2
_OF_A_ROW = ("source_id", "note")
"""Columns of results.csv that two rows of the same numbers may differ in."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where all comes from: the file's name, a key of references.bib, the week if there is one.

    `part` is the file within a package that has the results, `unit` what its rows are called.
    """

    file: str
    reference: str
    week: str = ""
    part: str = ""
    unit: str = "row"

    def source(self, row: int, file: str = "") -> dict[str, str]:
        """The row of sources.csv for a row of the file, or of another file in the package."""
        name = ": ".join(HIDDEN.sub("", text) for text in (self.file, file or self.part) if text)
        locator = f"{name}, {self.unit} {row}"
        return {
            "source_id": self.source_id(row, file),
            "reference": self.reference,
            "locator": locator,
        }

    def source_id(self, row: int, file: str = "") -> str:
        """The source's id."""
        return f"{'bias_' if file else ''}{self.unit}_{row}"


Folders = dict[str, dict[str, str]]
"""The text of each table by its file name, by study id."""


def folders(
    reading: Reading, origin: Provenance, keys: Mapping[str, str] | None = None
) -> tuple[Folders, list[LeftOut]]:
    """The tables of every study, and what could not be mapped.

    `keys` are those of references.bib by the study's name.
    """
    left_out: list[LeftOut] = []
    fit: list[Item] = []
    for item in reading.items:
        if reason := _unfit(item):
            left_out.append(LeftOut(item.row, item.study, reason))
        else:
            fit.append(item)
    abouts = {about.study.casefold(): about for about in reading.studies}
    groups = separated(fit)
    alone = {outcome.id for outcome in reading.outcomes if outcome.type in ONE_GROUP}
    made: Folders = {}
    for label, group in groups.items():
        arms = {result.arm for item in group for result in _both(item)}
        if len(arms) < _ENOUGH_ARMS and not {item.outcome for item in group} <= alone:
            left_out.append(LeftOut(None, label, "only one arm has a result"))
            continue
        about = abouts.get(group[0].study.casefold(), About(group[0].study, group[0].row))
        about, unfit = _fitting(about)
        left_out += unfit
        reference = (keys or {}).get(about.study, "")
        made[identifier(label, made, "study")] = _tables(label, group, about, origin, reference)
    with_results = {item.study.casefold() for item in reading.items}
    told = {(one.row, one.what) for one in reading.left_out}
    for about in reading.studies:
        if about.study.casefold() in with_results or (about.row, about.study) in told:
            continue
        about, unfit = _fitting(about)
        if unfit or about.fields.get("status", "included") == "included":
            left_out += unfit or [LeftOut(about.row, about.study, "no result in what was imported")]
            continue
        reference = (keys or {}).get(about.study, "")
        made[identifier(about.study, made, "study")] = _tables(
            about.study, [], about, origin, reference
        )
    return made, left_out


def _fitting(about: About) -> tuple[About, list[LeftOut]]:
    """What the tables' contract allows of what is said of a study, and the rest."""
    left_out = []
    fields = {}
    for name, text in about.fields.items():
        if text and (reason := _wrong(_column("study", name), text)):
            left_out.append(LeftOut(about.row, about.study, reason))
        else:
            fields[name] = text
    covariates = []
    for covariate in about.covariates:
        if reason := _wrong(_column("covariates", "value"), covariate.value):
            left_out.append(LeftOut(covariate.row, about.study, f"{covariate.name}: {reason}"))
        else:
            covariates.append(covariate)
    judgements = []
    for judgement in about.judgements:
        texts = (judgement.domain, judgement.judgement, judgement.support)
        if any(HIDDEN.search(text) for text in texts) or not judgement.domain:
            reason = "risk of bias: a character that cannot be seen, or no domain"
            left_out.append(LeftOut(judgement.row, about.study, reason))
        else:
            judgements.append(judgement)
    return (
        replace(about, fields=fields, covariates=tuple(covariates), judgements=tuple(judgements)),
        left_out,
    )


def _wrong(column: Column, text: str) -> str:
    if HIDDEN.search(text):
        return f"{column.name} has a character that cannot be seen"
    if advice := cells.check(column, text):
        return f'{column.name} "{text}": expected {advice[0]}'
    return ""


def _both(item: Item) -> Iterator[ArmResult]:
    """Its results, and the arms that they are compared with as results without numbers."""
    for result in item.results:
        yield result
        if result.reference:
            treatment = result.reference_treatment or result.reference
            yield ArmResult(result.reference, "control", treatment, {})


def _unfit(item: Item) -> str:
    """Why an item cannot be imported; blank when it can."""
    texts = [(_column("study", "label"), item.study), (_column("study", "year"), item.year)]
    for result in item.results:
        names = {result.arm, result.reference or result.arm}
        texts += [(_column("arms", "label"), name) for name in sorted(names)]
        texts += [(_column("arms", "treatment"), result.treatment)]
    for column, text in texts:
        if reason := _wrong(column, text):
            return reason
    columns = tables()["results"].columns
    table = RawTable("results", "results.csv", {c.name: i for i, c in enumerate(columns)})
    table.rows += (_row(table, item, result) for result in item.results)
    points = _points(item)
    drawn = {survival.curve_of(row) for row in points.rows}
    return next((why for row in table.rows if (why := _invalid(row))), "") or _told(
        (*conversions.served(table, drawn), *_of_points(points, table))
    )


def _points(item: Item) -> RawTable:
    """The points of an item's curves as rows of survival.csv, of which arms are told by name."""
    columns = tables()["survival"].columns
    table = RawTable("survival", "survival.csv", {c.name: i for i, c in enumerate(columns)})
    table.rows += (
        Row(table, point.row, _point(item.outcome, result.arm, point, "source"))
        for result in item.results
        for point in result.points
    )
    return table


def _point(
    outcome: str, arm: str, point: PointFound, source: str, week: str = ""
) -> dict[str, str]:
    return {
        "outcome": outcome,
        "week": week,
        "arm_id": arm,
        "time": point.time,
        "survival": point.survival,
        "at_risk": point.at_risk,
        "source_id": source,
    }


def _of_points(points: RawTable, results: RawTable) -> Iterator[Fault]:
    """What the contract of survival.csv has against the points: of a cell, else between them."""
    for row in points.rows:
        for column in tables()["survival"].columns:
            if column.name != "arm_id" and (advice := cells.check(column, row[column.name])):
                yield row.fault(column.name, *advice)
                return
    yield from survival.faults(points, results)


def _column(table: str, name: str) -> Column:
    return next(column for column in tables()[table].columns if column.name == name)


def _row(table: RawTable, item: Item, result: ArmResult) -> Row:
    """A result as a row of results.csv, of which arms are told by their own names."""
    texts = {
        "outcome": item.outcome,
        "arm_id": result.arm,
        "reference_arm_id": result.reference,
        "provenance": result.provenance,
        "source_id": "source",
        "note": result.note,
        **result.numbers,
    }
    return Row(table, item.row, texts)


def _invalid(row: Row) -> str:
    """The first thing that the contract of results.csv has against a row."""
    for column in tables()["results"].columns:
        if column.name in ("arm_id", "reference_arm_id"):  # which become ids
            continue
        if HIDDEN.search(row[column.name]):
            return f"{column.name} has a character that cannot be seen"
        if advice := cells.check(column, row[column.name]):
            return f'{column.name} "{row[column.name]}": expected {advice[0]}'
    return _told(result_rules.row_faults(row))


def _told(faults: Iterable[Fault]) -> str:
    """The first error among faults; blank without one."""
    return next(
        (
            f'{one.column} "{one.value}": expected {one.expected}'
            for one in faults
            if one.severity == "error"
        ),
        "",
    )


def _tables(
    label: str, items: Sequence[Item], about: About, origin: Provenance, reference: str
) -> dict[str, str]:
    """The tables of one study."""
    results = [result for item in items for result in _both(item)]
    arms: dict[str, ArmResult] = {}
    for result in results:  # one with numbers knows its treatment better than a mere reference
        if result.arm not in arms or (result.numbers and not arms[result.arm].numbers):
            arms[result.arm] = result
    ids: dict[str, str] = {}
    for name in arms:
        ids[name] = identifier(name, ids.values(), "arm")
    file = HIDDEN.sub("", origin.file)
    places = [(item.row, "") for item in items]
    places += [(found.row, found.file) for found in about.judgements]
    places += [(found.row, "") for found in about.covariates]
    made = {
        "study.csv": _csv("study", [_study(label, items, about, file, reference)]),
        "arms.csv": _csv("arms", (_arm(ids[name], arm) for name, arm in arms.items())),
        "results.csv": _csv("results", _each_once(items, ids, origin)),
        "sources.csv": _csv("sources", (origin.source(*place) for place in dict.fromkeys(places))),
    }
    if points := list(_curves(items, ids, origin)):
        made["survival.csv"] = _csv("survival", points)
    if about.judgements:
        made["risk_of_bias.csv"] = _csv("risk_of_bias", _judgements(about, origin))
    subgroups = (
        CovariateFound(item.row, subgroup_of(item.outcome), str(item.subgroup), item.part)
        for item in items
        if item.subgroup
    )
    if given := (*about.covariates, *subgroups):
        covariates = (
            {
                "covariate": found.name,
                "value": found.value,
                "source_id": origin.source_id(found.row),
                "note": found.note,
            }
            for found in given
        )
        made["covariates.csv"] = _csv("covariates", covariates)
    return made


def subgroup_of(outcome: str) -> str:
    """The covariate that has the number of a trial's subgroup in an outcome."""
    return f"subgroup_{outcome}"


def _study(
    label: str, items: Sequence[Item], about: About, file: str, reference: str
) -> dict[str, str]:
    year = next((item.year for item in items if item.year), "")
    note = f"Imported from {file}."
    if items and label != about.study:
        note += f" Part of {about.study}."
    given = {name: text for name, text in about.fields.items() if text}
    if "note" in given:
        note = f"{given.pop('note')} {note}"
    return {
        "year": year,
        "status": "included",
        **given,
        "label": label,
        "note": note,
        "reference": reference,
    }


def _judgements(about: About, origin: Provenance) -> Iterator[dict[str, str]]:
    known: set[tuple[str, str]] = set()
    for found in about.judgements:
        if (found.tool, found.domain) in known:
            continue
        known.add((found.tool, found.domain))
        yield {
            "tool": found.tool,
            "domain": found.domain,
            "judgement": found.judgement,
            "support": found.support,
            "source_id": origin.source_id(found.row, found.file),
        }


def _arm(arm_id: str, arm: ArmResult) -> dict[str, str]:
    return {"arm_id": arm_id, "role": arm.role, "label": arm.arm, "treatment": arm.treatment}


def _each_once(
    items: Sequence[Item], ids: Mapping[str, str], origin: Provenance
) -> list[dict[str, str]]:
    """The rows of results.csv; what several comparisons have in common says where else it is."""
    made: dict[frozenset[tuple[str, str]], dict[str, str]] = {}
    for item in items:
        for row in _results(item, ids, origin):
            key = frozenset((name, text) for name, text in row.items() if name not in _OF_A_ROW)
            if key in made:
                note = f"{made[key]['note']} The same in {origin.unit} {item.row}."
                made[key]["note"] = note.strip()
            else:
                made[key] = row
    return [*made.values()]


def _results(item: Item, ids: Mapping[str, str], origin: Provenance) -> Iterator[dict[str, str]]:
    for result in item.results:
        yield {
            "outcome": item.outcome,
            "week": origin.week,
            "arm_id": ids[result.arm],
            "reference_arm_id": ids.get(result.reference, ""),
            **result.numbers,
            "provenance": result.provenance,
            "source_id": origin.source_id(item.row),
            "note": result.note,
        }


def _curves(
    items: Sequence[Item], ids: Mapping[str, str], origin: Provenance
) -> Iterator[dict[str, str]]:
    for item in items:
        for result in item.results:
            for point in result.points:
                source = origin.source_id(item.row)
                yield _point(item.outcome, ids[result.arm], point, source, origin.week)


def _csv(name: str, rows: Iterable[Mapping[str, str]]) -> str:
    """A table's text; prose that a spreadsheet would run as a formula gets an apostrophe."""
    rows = list(rows)
    filled = {column for row in rows for column, text in row.items() if text}
    kept = filled | {CHECKED}
    columns = [c for c in tables()[name].columns if not c.optional or c.name in kept]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for row in rows:
        texts = [(column, row.get(column.name, "")) for column in columns]
        writer.writerow(
            guarded(text) if column.type == "string" else text for column, text in texts
        )
    return out.getvalue()
