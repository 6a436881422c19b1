"""What cleaned trials say of one outcome: what pooling reads, and other jobs do not depend on."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from metasynth.core import store
from metasynth.model.records import OutcomeResult, OutcomeSpec, Topic, Trial
from metasynth.pipeline.params import Pooling
from metasynth.synthesis import comparison
from metasynth.synthesis.synthesise import synthesise


def pooled(paths: Iterable[str], told: Pooling) -> tuple[OutcomeResult, list[Trial]]:
    """An outcome's result, and its trials without what they say of other outcomes."""
    trials = [trial_about(path, told.outcome) for path in paths]
    studies, omitted = comparison.brought(trials, told.outcome, told.comparison)
    result = synthesise(told.outcome, told.analyses, told.comparison, studies)
    return replace(result, omissions=(*result.omissions, *omitted)), trials


def trial_about(path: str, outcome: OutcomeSpec) -> Trial:
    """A cleaned trial with what it says of an outcome, and of no other; read once a job."""
    whole, topics = _topics(path)
    found = comparison.about(topics, outcome)
    assert found is not None  # as only trials that report an outcome are read for it
    return comparison.judged(found, whole, outcome)


@cache
def _topics(path: str) -> tuple[Trial, dict[Topic, Trial]]:
    whole = store.from_json(Trial, Path(path).read_text("utf-8"))
    return whole, comparison.topics(whole)
