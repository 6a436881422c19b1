"""On how few patients a verdict hangs: the fragility index of a pooled result."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from metasynth.model.records import AnalysisSpec, Count, Group, OutcomeSpec, StudyData
from metasynth.sensitivity.admissible import variant_arrays
from metasynth.stats.columns import Pools, fit_many
from metasynth.stats.effects.binary import Array, Tables
from metasynth.synthesis.selection import missing_data

Studies = tuple[StudyData, ...]
Move = tuple[tuple[int, StudyData], ...]
"""Which study, by its place, becomes what; no study, for the studies as they are."""
Known = dict[StudyData, Array]
"""y, v, mask and the four cells of each study that was looked at."""


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
    pool = partial(_limits, outcome, analysis, {})
    mean, low, high = pool(current, [()])[:, 0]
    if not np.isfinite([mean, low, high]).all():
        return None
    side = 1 if mean >= 0 else -1
    beyond = _beyond((low, high), side)
    significant = beyond > 0
    push = -side if significant else side
    changes: list[str] = []
    while (beyond > 0) == significant:
        moves = list(_one_patient_changed(current, push))
        if not moves or len(changes) == (_patients(current) if most is None else most):
            return None
        _, lows, highs = pool(current, moves)
        reached = [_beyond(limits, side) for limits in zip(lows, highs, strict=True)]
        best = max(range(len(moves)), key=lambda move: reached[move] * side * push)
        current, beyond = _moved(current, moves[best]), reached[best]
        changes += [changed.study for _, changed in moves[best]]
    return Fragility(len(changes), significant, tuple(changes))


def _beyond(limits: tuple[float, float], side: int) -> float:
    """How far the limit on the estimate's side of no effect lies beyond it; negative if short.

    On the analysis scale, where 0 is no effect, to 10 digits: moves as good as each other are told
    apart by their order, not by the last bits.
    """
    limit = side * limits[0 if side > 0 else 1]
    return float(f"{limit:.10g}") if np.isfinite(limit) else -float("inf")


def _limits(
    outcome: OutcomeSpec,
    analysis: AnalysisSpec,
    known: Known,
    studies: Studies,
    moves: Sequence[Move],
) -> Array:
    """Mean, low and high of the studies with each of the moves, on the analysis scale."""
    if not studies:
        return np.full((3, len(moves)), np.nan)
    found = _columns(outcome, analysis, known, studies, moves)
    y, v, mask, *cells = found
    pools = Pools(y, v, mask, Tables(*cells))
    (results,) = fit_many([analysis], outcome.measure, pools)
    return np.array([results.mean, results.low, results.high])


def _columns(
    outcome: OutcomeSpec,
    analysis: AnalysisSpec,
    known: Known,
    studies: Studies,
    moves: Sequence[Move],
) -> Array:
    """y, v, mask and the four cells: these, by the studies, by the moves."""
    if analysis.zero_cells == "all":  # a zero in one study corrects every study
        sets = [_moved(studies, move) for move in moves]
        return np.stack([_arrays(one, outcome, analysis) for one in sets], axis=2)
    now = _each(studies, outcome, analysis, known)
    found = np.repeat(now[:, :, None], len(moves), axis=2)
    changes = [(column, at, changed) for column, move in enumerate(moves) for at, changed in move]
    if changes:
        columns, rows, changed = zip(*changes, strict=True)
        found[:, list(rows), list(columns)] = _each(changed, outcome, analysis, known)
    return found


def _moved(studies: Studies, move: Move) -> Studies:
    changed = dict(move)
    return tuple(changed.get(at, study) for at, study in enumerate(studies))


def _arrays(studies: Studies, outcome: OutcomeSpec, analysis: AnalysisSpec) -> Array:
    """y, v, mask and the four cells of each study by itself."""
    return variant_arrays([(study,) for study in studies], outcome, analysis)[:, 0, :]


def _each(studies: Studies, outcome: OutcomeSpec, analysis: AnalysisSpec, known: Known) -> Array:
    """The same where no study corrects another: most are as they were a change ago."""
    if new := tuple(dict.fromkeys(study for study in studies if study not in known)):
        known.update(zip(new, _arrays(new, outcome, analysis).T, strict=True))
    return np.stack([known[study] for study in studies], axis=1)


def _patients(studies: Studies) -> Count:
    groups = [g for s in studies for g in (s.intervention, s.control) if g]
    return sum(g.total or 0 for g in groups)


def _one_patient_changed(studies: Studies, push: int) -> Iterator[Move]:
    """Every way to raise (push 1) or lower (push -1) the effect by one patient in one group."""
    for at, study in enumerate(studies):
        for side, step in (("intervention", push), ("control", -push)):
            group: Group = getattr(study, side)
            if 0 <= (group.events or 0) + step <= (group.total or 0):
                changes: dict[str, Any] = {side: replace(group, events=(group.events or 0) + step)}
                yield ((at, replace(study, **changes)),)
