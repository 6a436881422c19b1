"""Recompute the results by statsmodels, and stop where it differs."""

from metasynth.pipeline import jobs
from metasynth.core.store import table_files
from metasynth.crosscheck.compare import crosscheck
from metasynth.crosscheck.records import Crosscheck
from metasynth.model.records import OutcomeResult


def recompute(results: tuple[OutcomeResult, ...]) -> dict[str, str]:
    """What was compared, of all outcomes, as CSV and as JSON."""
    rows = [row for result in results for row in crosscheck(result)]
    return table_files("crosscheck", Crosscheck, rows)


jobs.run(recompute)
