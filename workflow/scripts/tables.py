"""Write the tables of all outcomes, and the audit of published statements."""

from collections.abc import Iterable, Sequence
from dataclasses import fields

from metasynth.audit.reproduction import Reproduction, reproduce
from metasynth.audit.run import audit
from metasynth.audit.verdicts import Audited
from metasynth.core import store
from metasynth.language.sentences import in_words
from metasynth.model.records import Estimate, OutcomeResult, StudyEffect, Trial
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Tabling
from metasynth.pipeline.targets import Member
from metasynth.tables.table_schema import SCHEMAS


def _audited(told: Tabling, results: list[OutcomeResult], trials: list[Trial]) -> list[Audited]:
    return audit(told.claims, results, trials, told.comparison, told.declared)


def _flat(records: Iterable[Estimate | StudyEffect]) -> list[dict[str, object]]:
    """Rows whose notes are their English text: a table is read by whoever has no catalogue."""
    return [store.plain(record) | {"note": in_words(record.note)} for record in records]


def _files(name: str, cls: type, rows: Sequence[dict[str, object]]) -> dict[str, str]:
    csv = store.to_csv([field.name for field in fields(cls)], (list(row.values()) for row in rows))
    return {f"{name}.csv": csv, f"{name}.json": store.to_json(rows)}


def tabulate(member: Member) -> dict[str, str]:
    """Each table as CSV and as JSON."""
    told = store.from_json(Tabling, member.choices)
    results = store.read_records(OutcomeResult, member.inputs["results"])
    trials = store.read_records(Trial, member.inputs["trials"])
    analyses = [analysis for result in results for analysis in result.analyses]
    reproduced, audited = reproduce(told.claims, results), _audited(told, results, trials)
    return {
        **_files("estimates", Estimate, _flat(row for a in analyses for row in a.estimates)),
        **_files("studies", StudyEffect, _flat(row for a in analyses for row in a.studies)),
        "reproduction.csv": store.records_csv(Reproduction, reproduced),
        "reproduction.json": store.to_json(reproduced),
        "claims.csv": store.records_csv(Audited, audited),
        "claims.json": store.to_json(audited),
        "datapackage.json": (SCHEMAS / "results.json").read_text("utf-8"),
    }


jobs.run(tabulate)
