"""Write the tables of all outcomes, and the audit of published statements."""

from collections.abc import Iterable
from dataclasses import fields

from metasynth.audit.reproduction import Reproduction, reproduce
from metasynth.audit.run import audit
from metasynth.audit.verdicts import Audited
from metasynth.core import store
from metasynth.language.sentences import in_words
from metasynth.model.moderated_effects import ModeratorRow, rows
from metasynth.model.records import Estimate, OutcomeResult, StudyEffect, Trial
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Tabling
from metasynth.pipeline.targets import Member
from metasynth.sensitivity.battery import Sensitivity
from metasynth.tables.table_schema import SCHEMAS


def _flat(name: str, cls: type, records: Iterable[Estimate | StudyEffect]) -> dict[str, str]:
    """A table whose notes are their English text: it is read by whoever has no catalogue."""
    rows = [store.plain(record) | {"note": in_words(record.note)} for record in records]
    csv = store.to_csv([field.name for field in fields(cls)], (list(row.values()) for row in rows))
    return {f"{name}.csv": csv, f"{name}.json": store.to_json(rows)}


def _moderators(found: Iterable[Sensitivity]) -> list[ModeratorRow]:
    """The rows of meta-regressions on moderators; why one has no result, in English."""
    return [
        row
        for item in found
        for model in item.moderators
        for row in rows(item.outcome, model, in_words(model.reason) if model.reason else "")
    ]


def tabulate(member: Member) -> dict[str, str]:
    """Each table as CSV and as JSON."""
    told = store.from_json(Tabling, member.choices)
    results = store.read_records(OutcomeResult, member.inputs["results"])
    trials = store.read_records(Trial, member.inputs["trials"])
    analyses = [analysis for result in results for analysis in result.analyses]
    moderated = store.read_records(Sensitivity, member.inputs["moderated"])
    audited = audit(told.claims, results, trials, told.comparisons, told.declared)
    return {
        **_flat("estimates", Estimate, (row for a in analyses for row in a.estimates)),
        **_flat("studies", StudyEffect, (row for a in analyses for row in a.studies)),
        **store.table_files("moderators", ModeratorRow, _moderators(moderated)),
        **store.table_files("reproduction", Reproduction, reproduce(told.claims, results)),
        **store.table_files("claims", Audited, audited),
        "datapackage.json": (SCHEMAS / "results.json").read_text("utf-8"),
    }


jobs.run(tabulate)
