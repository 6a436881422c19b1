"""Turn trials' raw tables, already checked, into one typed record each."""

from pathlib import Path

from metasynth.core import store
from metasynth.pipeline import jobs
from metasynth.pipeline.params import Cleaning
from metasynth.pipeline.targets import Member
from metasynth.tables import reader


def clean(member: Member) -> dict[str, str]:
    """One trial's record."""
    told = store.from_json(Cleaning, member.choices)
    trial = reader.read_trial(Path(told.data), told.study).record
    return {f"{told.study}.json": store.to_json(trial, exact=True)}


jobs.run(clean)
