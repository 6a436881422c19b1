"""A pooled result without each study in turn, and as studies were added one at a time."""

from collections.abc import Sequence

from metasynth.records import AnalysisSpec, Estimate, OutcomeSpec, StudyData
from metasynth.selection import missing_data, uninformative
from metasynth.synthesis import pool_studies


def leave_one_out(
    outcome: OutcomeSpec, analysis: AnalysisSpec, studies: Sequence[StudyData]
) -> tuple[Estimate, ...]:
    """Pool again without each study in turn; `subgroup` reads "without <study>"."""
    used = pooled_studies(outcome, analysis, studies)
    return tuple(
        pool_studies(
            outcome, analysis, f"without {left_out.study}", [s for s in used if s is not left_out]
        )[0]
        for left_out in used
    )


def cumulative(
    outcome: OutcomeSpec, analysis: AnalysisSpec, studies: Sequence[StudyData]
) -> tuple[Estimate, ...]:
    """Pool the first study, the first two, and so on, by year; `subgroup` reads "up to <study>".

    Studies without a year come last; those of one year stay in their order.
    """
    used = pooled_studies(outcome, analysis, studies)
    used.sort(key=lambda s: (s.year is None, s.year or 0))
    return tuple(
        pool_studies(outcome, analysis, f"up to {used[i].study}", used[: i + 1])[0]
        for i in range(len(used))
    )


def pooled_studies(
    outcome: OutcomeSpec, analysis: AnalysisSpec, studies: Sequence[StudyData]
) -> list[StudyData]:
    """Those of the studies that the analysis pools."""
    return [
        s
        for s in studies
        if missing_data(s, outcome) is None and uninformative(s, outcome, analysis) is None
    ]
