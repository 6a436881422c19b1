"""What cleaned trials say of one outcome: what pooling reads, and other jobs do not depend on."""

from functools import cache
from pathlib import Path

from metasynth.core import store
from metasynth.model.records import OutcomeSpec, Trial
from metasynth.synthesis import comparison


def trial_about(path: str, outcome: OutcomeSpec) -> Trial:
    """A cleaned trial with what it says of an outcome, and of no other; read once a job."""
    whole, topics = _topics(path)
    return comparison.judged(topics[outcome.outcome, outcome.week], whole, outcome)


@cache
def _topics(path: str) -> tuple[Trial, dict[tuple[str, int | None], Trial]]:
    whole = store.from_json(Trial, Path(path).read_text("utf-8"))
    return whole, comparison.topics(whole)
