"""Contrasts beside each other: one of them twice, and one trial the other way round."""

from collections.abc import Iterator, Sequence
from math import exp, log, sqrt
from statistics import median

from metasynth.checks.check import Check, Doubt, View, listed
from metasynth.model.methods import is_ratio
from metasynth.model.records import Cell, Group, OutcomeSpec, StudyData, Trial
from metasynth.synthesis.comparison import study_data

_FEWEST_OTHERS = 3
_FAR, _CLOSE, _LEAST = 3.5, 1.0, 0.3
_BEYOND = 50.0  # a log ratio that is none; told of elsewhere
_MAD = 1.4826  # makes the median absolute deviation one of a normal distribution


def _twice(view: View) -> Iterator[Doubt]:
    """The contrast of two arms given in both directions."""
    for trial in view.included:
        first: dict[tuple[object, ...], int] = {}
        for row in trial.results:
            if not row.reference_arm_id or row.provenance == "missing":
                continue
            pair = tuple(sorted((row.arm_id, row.reference_arm_id)))
            key = (row.outcome, row.week, row.reading, *pair)
            if key in first:
                expected = f"one contrast of these two arms; row {first[key]} has it already"
                remedy = "keep the one of the intervention against the control"
                yield Doubt(row.cell, "reference_arm_id", expected, remedy)
            first.setdefault(key, row.cell.row)


def _several(view: View) -> Iterator[Doubt]:
    """More than one contrast of a trial for an outcome, of which none is then pooled."""
    for outcome in view.primary:
        for trial, rows in view.chosen(outcome) if outcome.type == "generic" else ():
            given = [row for row in rows if row.reference_arm_id]
            pairs = {frozenset((row.arm_id, row.reference_arm_id)) for row in given}
            if len(pairs) > 1:
                rows_too = listed(str(row.cell.row) for row in given[1:])
                expected = (
                    f"one contrast for {outcome.id}; row {rows_too} has another,"
                    f" and so {trial.study.study} is left out"
                )
                remedy = "keep the one that is compared, or give the other arm another treatment"
                yield Doubt(given[0].cell, "arm_id", expected, remedy)


def _control_first(view: View) -> Iterator[Doubt]:
    """A contrast of the control against the intervention, pooled as if it were the reverse."""
    sides = view.comparison
    for outcome in view.primary:
        for trial, rows in view.chosen(outcome) if outcome.type == "generic" else ():
            treatment = {arm.arm_id: arm.treatment for arm in trial.arms}
            given = [row for row in rows if row.reference_arm_id]
            for row in given if len(given) == 1 else ():
                arm, reference = treatment[row.arm_id], treatment.get(row.reference_arm_id, "")
                if arm in sides.control and reference in sides.intervention:
                    expected = f"the intervention's arm here, and {row.arm_id} as reference_arm_id"
                    remedy = (
                        "exchange the two arms, and turn the estimate round if it is so printed"
                    )
                    yield Doubt(row.cell, "arm_id", expected, remedy)


def _inverted(view: View) -> Iterator[Doubt]:
    """A trial whose effect fits the others' only when it is turned round."""
    for outcome in view.primary:
        if is_ratio(outcome.measure) or outcome.type == "binary":
            effects = list(_log_effects(view, outcome))
            usual = median(y for _, y, _ in effects) if len(effects) > _FEWEST_OTHERS else 0.0
            for cell, y, se in effects:
                if abs(y) < _LEAST or y * usual > 0 or abs(usual) < _LEAST / 2:
                    continue
                others = [other for at, other, _ in effects if at != cell]
                if _fits_only_inverted(y, se, others):
                    yield _turned(outcome, cell, y, median(others))


def _turned(outcome: OutcomeSpec, cell: Cell, y: float, usual: float) -> Doubt:
    expected = (
        f"an effect near {exp(usual):.2f}, as in the other trials: it is {exp(y):.2f},"
        f" and {exp(-y):.2f} the other way round"
    )
    if outcome.type == "generic":
        remedy = "check which arm the source compares with which"
        return Doubt(cell, "estimate", expected, remedy)
    return Doubt(cell, "arm_id", expected, "check whether the arms were exchanged")


def _fits_only_inverted(y: float, se: float, others: Sequence[float]) -> bool:
    middle = median(others)
    if abs(y) < _LEAST or abs(middle) < _LEAST or y * middle > 0:
        return False
    spread = _MAD * median(abs(other - middle) for other in others)
    error = sqrt(se * se + spread * spread)
    return abs(y - middle) > _FAR * error and abs(-y - middle) < max(_CLOSE * error, 0.1)


def _log_effects(view: View, outcome: OutcomeSpec) -> Iterator[tuple[Cell, float, float]]:
    """The log ratio of each trial and its standard error, with a place to tell of it."""
    for trial, rows in view.chosen(outcome):
        generic = outcome.type == "generic"
        given = [row.cell for row in rows if bool(row.reference_arm_id) is generic]
        effect = _log_effect(trial, outcome, view) if given else None
        if effect and abs(effect[0]) < _BEYOND:
            yield given[0], *effect


def _log_effect(trial: Trial, outcome: OutcomeSpec, view: View) -> tuple[float, float] | None:
    data = study_data(trial, outcome, view.comparison)
    if not isinstance(data, tuple):
        return None
    (study,) = data
    if study.contrast:
        return study.contrast.estimate, study.contrast.se
    return _log_odds_ratio(study)


def _log_odds_ratio(study: StudyData) -> tuple[float, float] | None:
    """With half an event added to each cell, which serves to look, not to pool."""
    cells = [*_cells(study.intervention), *_cells(study.control)]
    if len(cells) != 4:
        return None
    a, b, c, d = cells
    return log(a * d / (b * c)), sqrt(sum(1 / cell for cell in cells))


def _cells(group: Group | None) -> tuple[float, ...]:
    if group is None or group.events is None or group.total is None or group.mean is not None:
        return ()
    return group.events + 0.5, group.total - group.events + 0.5


CHECKS = (
    Check(
        "contrast_both_ways",
        "results",
        "the contrast of the same two arms in both directions",
        _twice,
    ),
    Check(
        "several_contrasts",
        "results",
        "several contrasts of a trial for one outcome, so that none is pooled",
        _several,
    ),
    Check(
        "control_against_intervention",
        "results",
        "a contrast of the control against the intervention, pooled as if it were the reverse",
        _control_first,
        "error",
    ),
    Check(
        "effect_turned_round",
        "results",
        "a ratio that fits those of the other trials only as its inverse; arms exchanged",
        _inverted,
    ),
)
