"""Turn trials' raw tables, already checked, into one typed record each."""

from pathlib import Path

from metasynth.pipeline import jobs
from metasynth.core import store
from metasynth.tables import reader


def clean(data: str, study: str) -> dict[str, str]:
    """The record of a trial, from its folder of raw data."""
    trial = reader.read_trial(Path(data), study).record
    return {f"{study}.json": store.to_json(trial, exact=True)}


jobs.run(clean)
