"""A pooled result without each study in turn, and as studies were added one at a time.

Where a model knows clusters, studies of one cluster leave and join together, and a pool is named
after the first of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from metasynth.model.clusters import groups
from metasynth.model.methods import CLUSTERED
from metasynth.model.records import AnalysisSpec, Estimate, OutcomeSpec, StudyData
from metasynth.synthesis.selection import missing_data, uninformative
from metasynth.synthesis.synthesise import pool_studies


def leave_one_out(
    outcome: OutcomeSpec, analysis: AnalysisSpec, studies: Sequence[StudyData]
) -> tuple[Estimate, ...]:
    """Pool again without each study in turn; `subgroup` reads "without <study>"."""
    used = pooled_studies(outcome, analysis, studies)
    return tuple(
        pool_studies(
            outcome,
            analysis,
            f"without {left_out[0].study}",
            [s for s in used if not any(s is one for one in left_out)],
        )[0]
        for left_out in together(analysis, used)
    )


def together(analysis: AnalysisSpec, studies: Sequence[StudyData]) -> list[list[StudyData]]:
    """The studies that an analysis leaves out, or adds, at once: each alone, or each cluster."""
    if analysis.model in CLUSTERED:
        return list(groups(studies).values())
    return [[study] for study in studies]


def cumulative(
    outcome: OutcomeSpec, analysis: AnalysisSpec, studies: Sequence[StudyData]
) -> tuple[Estimate, ...]:
    """Pool the first study, the first two, and so on, by year; `subgroup` reads "up to <study>".

    Studies without a year come last; those of one year stay in their order.
    """
    used = together(analysis, by_year(pooled_studies(outcome, analysis, studies)))
    ordered = [study for own in used for study in own]
    ends = accumulate(map(len, used))
    return tuple(
        replace(row, subgroup=f"up to {own[0].study}")
        for own, row in zip(
            used, up_to(outcome, analysis, ordered, [end - 1 for end in ends]), strict=True
        )
    )


def by_year(studies: Sequence[StudyData]) -> list[StudyData]:
    """The studies in the order of their years, those without one last."""
    return sorted(studies, key=lambda s: (s.year is None, s.year or 0))


def last_of_years(ordered: Sequence[StudyData]) -> list[int]:
    """The places at which a year ends in studies that are in the order of their years."""
    ends = [i for i, (one, other) in enumerate(pairwise(ordered)) if one.year != other.year]
    return [*ends, len(ordered) - 1] if ordered else []


def up_to(
    outcome: OutcomeSpec,
    analysis: AnalysisSpec,
    ordered: Sequence[StudyData],
    places: Sequence[int] | None = None,
) -> tuple[Estimate, ...]:
    """Pool the studies up to each of the places, up to every one by default."""
    return tuple(
        pool_studies(outcome, analysis, f"up to {ordered[i].study}", ordered[: i + 1])[0]
        for i in (range(len(ordered)) if places is None else places)
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
