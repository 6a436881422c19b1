"""Recompute the results by statsmodels, and stop where it differs."""

from metasynth.core import store
from metasynth.crosscheck.compare import crosscheck
from metasynth.crosscheck.records import Crosscheck
from metasynth.model.records import OutcomeResult
from metasynth.pipeline import jobs
from metasynth.pipeline.targets import Member


def recompute(member: Member) -> dict[str, str]:
    """What was compared, of all outcomes, as CSV and as JSON."""
    results = store.read_records(OutcomeResult, member.inputs["results"])
    rows = [row for result in results for row in crosscheck(result)]
    return store.table_files("crosscheck", Crosscheck, rows)


jobs.run(recompute)
