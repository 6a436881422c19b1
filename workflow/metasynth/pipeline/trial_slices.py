"""What cleaned trials say of one outcome: what pooling reads, and other jobs do not depend on."""

from functools import cache
from pathlib import Path

from metasynth.core import store
from metasynth.model.records import OutcomeSpec, Trial
from metasynth.synthesis import comparison


def trial_about(path: str, outcome: OutcomeSpec) -> Trial:
    """A cleaned trial with what it says of an outcome, and of no other; read once a job."""
    return _topics(path)[outcome.outcome, outcome.week]


@cache
def _topics(path: str) -> dict[tuple[str, int | None], Trial]:
    return comparison.topics(store.from_json(Trial, Path(path).read_text("utf-8")))
