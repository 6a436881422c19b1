"""On how few patients a verdict hangs: the fragility index of a pooled result."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from metasynth.methods import no_effect
from metasynth.records import AnalysisSpec, Estimate, Group, OutcomeSpec, StudyData
from metasynth.selection import missing_data, uninformative
from metasynth.synthesis import pool_studies

Studies = tuple[StudyData, ...]


@dataclass(frozen=True, slots=True)
class Fragility:
    """How many patients' events must change before the interval reaches, or leaves, no effect.

    `significant` says what the result was at first; `changes` names the changed studies in order.
    """

    index: int
    significant: bool
    changes: tuple[str, ...]


def fragility(
    outcome: OutcomeSpec,
    analysis: AnalysisSpec,
    studies: Sequence[StudyData],
    most: int | None = None,
) -> Fragility | None:
    """Change one patient at a time, each time the one that moves the nearer limit furthest.

    Atal et al., J Clin Epidemiol 2019;111:32-40: a significant result is moved towards no effect
    until its interval includes it, another one away until it does not. One study gives the index of
    Walsh et al., J Clin Epidemiol 2014;67:622-8, with the analysis's own interval in place of
    Fisher's test. None without a pooled result, or when no change of patients, or of the `most`
    that are asked for, can do it. Binary outcomes only.
    """
    current = tuple(s for s in studies if missing_data(s, outcome) is None)
    null = no_effect(outcome.measure) or 0.0
    row = _pooled(outcome, analysis, current)
    if row.estimate is None or row.ci_low is None or row.ci_high is None:
        return None
    side = 1 if row.estimate >= null else -1
    significant = _beyond(row, side, null) > 0
    push = -side if significant else side
    changes: list[str] = []
    while (_beyond(row, side, null) > 0) == significant:
        moves = [
            (_beyond(_pooled(outcome, analysis, changed), side, null), name, changed)
            for name, changed in _one_patient_changed(current, push)
        ]
        if not moves or len(changes) == (_patients(current) if most is None else most):
            return None
        _, name, current = max(moves, key=lambda move: move[0] * side * push)
        row = _pooled(outcome, analysis, current)
        changes.append(name)
    return Fragility(len(changes), significant, tuple(changes))


def _beyond(row: Estimate, side: int, null: float) -> float:
    """How far the limit on the estimate's side of no effect lies beyond it; negative if short."""
    limit = row.ci_low if side > 0 else row.ci_high
    return -float("inf") if limit is None else side * (limit - null)


def _pooled(outcome: OutcomeSpec, analysis: AnalysisSpec, studies: Studies) -> Estimate:
    used = [s for s in studies if uninformative(s, outcome, analysis) is None]
    return pool_studies(outcome, analysis, "all", used)[0]


def _patients(studies: Studies) -> int:
    groups = [g for s in studies for g in (s.intervention, s.control) if g]
    return sum(g.total or 0 for g in groups)


def _one_patient_changed(studies: Studies, push: int) -> Iterator[tuple[str, Studies]]:
    """Every way to raise (push 1) or lower (push -1) the effect by one patient in one group."""
    for i, study in enumerate(studies):
        for side, step in (("intervention", push), ("control", -push)):
            group: Group = getattr(study, side)
            if 0 <= (group.events or 0) + step <= (group.total or 0):
                changes: dict[str, Any] = {side: replace(group, events=(group.events or 0) + step)}
                changed = replace(study, **changes)
                yield study.study, (*studies[:i], changed, *studies[i + 1 :])
