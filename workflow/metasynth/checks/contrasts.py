"""Contrasts of one trial: one of them twice, several, or the control's against the intervention."""

from collections.abc import Iterator, Sequence

from metasynth.checks.check import Check, Doubt, View, listed
from metasynth.model.records import Comparison, Omission, OutcomeSpec, Result, Trial
from metasynth.synthesis.comparison import contrasts, study_data


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
            given = contrasts(rows, trial, view.comparison_of(outcome))
            pairs = {frozenset((row.arm_id, row.reference_arm_id)) for row in given}
            strata = {arm.arm_id: arm.stratum for arm in trial.arms}
            if len(pairs) > max(1, len({strata[row.arm_id] for row in given} - {""})):
                rows_too = listed(str(row.cell.row) for row in given[1:])
                expected = (
                    f"one contrast for {outcome.id}; row {rows_too} has another,"
                    f" and so {trial.study.study} is left out"
                )
                remedy = "keep the one that is compared, or give the other arm another treatment"
                yield Doubt(given[0].cell, "arm_id", expected, remedy)


def _control_first(view: View) -> Iterator[Doubt]:
    """A contrast of the control against the intervention, pooled as if it were the reverse."""
    for outcome in view.primary:
        sides = view.comparison_of(outcome)
        for trial, rows in view.chosen(outcome):
            treatment = {arm.arm_id: arm.treatment for arm in trial.arms}
            for row in _pooled(trial, outcome, contrasts(rows, trial, sides), sides):
                if treatment[row.arm_id] in sides.control:
                    expected = f"the intervention's arm here, and {row.arm_id} as reference_arm_id"
                    remedy = (
                        "exchange the two arms, and turn the estimate round if it is so printed"
                    )
                    yield Doubt(row.cell, "arm_id", expected, remedy)


def _pooled(
    trial: Trial, outcome: OutcomeSpec, given: Sequence[Result], sides: Comparison
) -> Sequence[Result]:
    """The contrasts that are pooled as they stand: the only one, where counts do not go before."""
    if outcome.type == "generic":
        return given if len(given) == 1 else ()
    data = study_data(trial, outcome, sides) if any(row.measure for row in given) else ()
    known = () if isinstance(data, Omission) else data
    found = [one.contrast for one in known if one.contrast]
    return [row for row in given if any(row.cell in one.cells for one in found)]


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
)
