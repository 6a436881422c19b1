"""Join all trials' tables into read-only views for people: one row of a view is one raw row."""

from metasynth.pipeline import jobs
from metasynth.model.records import Trial
from metasynth.tables.views import views


def join(trials: tuple[Trial, ...]) -> dict[str, str]:
    """Every view by its file's name."""
    return {f"{name}.csv": content for name, content in views(trials).items()}


jobs.run(join)
