"""Write the tables of all outcomes."""

from collections.abc import Iterable
from dataclasses import fields

from metasynth.pipeline import jobs
from metasynth.core import store
from metasynth.language.sentences import in_words
from metasynth.model.records import Estimate, OutcomeResult, StudyEffect
from metasynth.tables.table_schema import SCHEMAS


def _flat(name: str, cls: type, records: Iterable[Estimate | StudyEffect]) -> dict[str, str]:
    """A table whose notes are their English text: it is read by whoever has no catalogue."""
    rows = [store.plain(record) | {"note": in_words(record.note)} for record in records]
    csv = store.to_csv([field.name for field in fields(cls)], (list(row.values()) for row in rows))
    return {f"{name}.csv": csv, f"{name}.json": store.to_json(rows)}


def tabulate(results: tuple[OutcomeResult, ...]) -> dict[str, str]:
    """Each table as CSV and as JSON."""
    analyses = [analysis for result in results for analysis in result.analyses]
    return {
        **_flat("estimates", Estimate, (row for a in analyses for row in a.rows)),
        **_flat("studies", StudyEffect, (row for a in analyses for row in a.studies)),
        "datapackage.json": (SCHEMAS / "results.json").read_text("utf-8"),
    }


jobs.run(tabulate)
