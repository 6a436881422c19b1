"""How each outcome's pooled result grew, trial by trial in the order of their years.

Of more trials than `bounds.ONE_BY_ONE`, and of trials in clusters, it is told year by year.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from metasynth.living.state import Measured, measured
from metasynth.model import bounds
from metasynth.model.methods import CLUSTERED
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.reduced_sets import by_year, last_of_years, pooled_studies, up_to


@dataclass(frozen=True, slots=True)
class Step:
    """The primary analysis of an outcome once a study had joined; `year` is the study's.

    Where it is told year by year, `study` is the last of its year.
    """

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
    outcome, spec = result.outcome, result.analyses[0].spec
    studies = by_year(pooled_studies(outcome, spec, result.studies))
    many = bounds.too_many(len(studies)) or spec.model in CLUSTERED
    places = last_of_years(studies) if many else range(len(studies))
    return [
        Step(outcome.id, studies[i].study, studies[i].label, studies[i].year, measured(row))
        for i, row in zip(places, up_to(outcome, spec, studies, places), strict=True)
    ]
