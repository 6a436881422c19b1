"""Which studies of an outcome can be pooled, and the reason for each that cannot."""

from collections.abc import Iterable

import numpy as np

from metasynth.effects import Tables
from metasynth.records import AnalysisSpec, Group, OutcomeSpec, StudyData


def missing_data(study: StudyData) -> str | None:
    """Say what a study lacks for a binary outcome; None when both arms have events and totals."""
    for side, group in (("intervention", study.intervention), ("control", study.control)):
        if reason := _missing_counts(side, group):
            return reason
    return None


def _missing_counts(side: str, group: Group | None) -> str | None:
    if group is None:
        return f"no result for the {side} group"
    if group.events is None and group.total is None:
        return f"neither events nor participants are given for the {side} group"
    if group.events is None:
        return f"the number of events in the {side} group is not given"
    if group.total is None:
        return f"the number of participants in the {side} group is not given"
    if group.total < 1:
        return f"the {side} group has no participants"
    if not 0 <= group.events <= group.total:
        return f"the {side} group has {group.events} events among {group.total} participants"
    return None


def uninformative(study: StudyData, outcome: OutcomeSpec, analysis: AnalysisSpec) -> str | None:
    """Say why a complete study has nothing to add to this analysis; None when it has.

    With `double_zero: exclude` a study without events in either arm is left out of every measure.
    A study in which all had the event says nothing on the odds ratio, but does on RR and RD.
    """
    a, n1, c, n2 = counts(study)
    if a == 0 and c == 0 and analysis.double_zero == "exclude":
        return "no events in either group"
    if a == n1 and c == n2 and outcome.measure == "OR" and analysis.double_zero == "exclude":
        return "every participant of both groups had the event"
    return None


def counts(study: StudyData) -> tuple[int, int, int, int]:
    """Events and total of the intervention, then of control; the study must have passed."""
    (a, n1), (c, n2) = _pair(study.intervention), _pair(study.control)
    return a, n1, c, n2


def _pair(group: Group | None) -> tuple[int, int]:
    if group is None or group.events is None or group.total is None:
        raise ValueError("counts were asked of a study without them; see missing_data")
    return group.events, group.total


def tables_of(studies: Iterable[StudyData]) -> Tables:
    """Stack the studies' counts into arrays."""
    columns = np.array([counts(s) for s in studies], dtype=float).reshape(-1, 4).T
    return Tables(*columns)
