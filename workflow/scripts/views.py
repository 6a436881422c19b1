"""Join all trials' tables into read-only views for people: one row of a view is one raw row."""

from metasynth.core import store
from metasynth.model.records import Trial
from metasynth.pipeline import jobs
from metasynth.pipeline.targets import Member
from metasynth.tables import views


def join(member: Member) -> dict[str, str]:
    """Every view by its file's name."""
    trials = store.read_records(Trial, member.inputs["trials"])
    return {f"{name}.csv": content for name, content in views.views(trials).items()}


jobs.run(join)
