"""Write the tables of all outcomes, and the audit of published statements."""

from metasynth.audit.reproduction import Reproduction, reproduce
from metasynth.audit.run import audit
from metasynth.audit.verdicts import Audited
from metasynth.core import store
from metasynth.model.records import Estimate, OutcomeResult, StudyEffect, Trial
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Tabling
from metasynth.pipeline.targets import Member


def _audited(told: Tabling, results: list[OutcomeResult], trials: list[Trial]) -> list[Audited]:
    return audit(told.claims, results, trials, told.comparison, told.declared)


def tabulate(member: Member) -> dict[str, str]:
    """Each table as CSV and as JSON."""
    told = store.from_json(Tabling, member.choices)
    results = store.read_records(OutcomeResult, member.inputs["results"])
    trials = store.read_records(Trial, member.inputs["trials"])
    analyses = [analysis for result in results for analysis in result.analyses]
    tables = {
        "estimates": (Estimate, [row for analysis in analyses for row in analysis.estimates]),
        "studies": (StudyEffect, [row for analysis in analyses for row in analysis.studies]),
        "reproduction": (Reproduction, reproduce(told.claims, results)),
        "claims": (Audited, _audited(told, results, trials)),
    }
    csvs = {f"{name}.csv": store.records_csv(*table) for name, table in tables.items()}
    return csvs | {f"{name}.json": store.to_json(rows) for name, (_, rows) in tables.items()}


jobs.run(tabulate)
