"""How each outcome's pooled result grew, trial by trial in the order of their years."""

from collections.abc import Iterable
from dataclasses import dataclass

from metasynth.records import OutcomeResult
from metasynth.sequences import cumulative, pooled_studies
from metasynth.state import Measured, measured


@dataclass(frozen=True, slots=True)
class Step:
    """The primary analysis of an outcome once a study had joined; `year` is the study's."""

    outcome: str
    study: str
    label: str
    year: int | None
    pooled: Measured


def growth(results: Iterable[OutcomeResult]) -> tuple[Step, ...]:
    """The cumulative meta-analysis of each outcome's primary analysis, first study first."""
    return tuple(step for result in results for step in _steps(result))


def _steps(result: OutcomeResult) -> list[Step]:
    """Steps as `sequences.cumulative` has them: by year, studies without one last."""
    choices = result.outcome, result.analyses[0].spec, result.studies
    studies = sorted(pooled_studies(*choices), key=lambda s: (s.year is None, s.year or 0))
    return [
        Step(result.outcome.id, study.study, study.label, study.year, measured(row))
        for study, row in zip(studies, cumulative(*choices), strict=True)
    ]
