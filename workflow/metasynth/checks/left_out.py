"""Rows and arms that are left out of a pool because something was left blank, or not typed."""

from collections.abc import Iterator, Sequence

from metasynth.checks.check import Check, Doubt, View, listed
from metasynth.checks.config_choices import kinds_of_rows, serves
from metasynth.model.methods import BY_BASELINE, compares
from metasynth.model.records import Comparison, OutcomeSpec, Result, Trial
from metasynth.synthesis.comparison import takes_part

_NEEDS = {
    "binary": ("events", "total"),
    "proportion": ("events", "total"),
    "rate": ("events", "person_time"),
    "incidence": ("events", "person_time"),
    "continuous": ("mean", "sd", "total"),
    "mean": ("mean", "sd", "total"),
    "correlation": ("correlation", "total"),
}
_CHANGES = ("mean", "baseline_sd", "total", "change_correlation")


def _incomplete(view: View) -> Iterator[Doubt]:
    """A row that lacks a number which its outcome needs; one a trial and outcome."""
    for outcome in view.primary:
        kinds = view.once(kinds_of_rows)[outcome.id]
        if not any(serves(kind, outcome) for kind in kinds.values()):
            continue
        for trial, rows in view.chosen(outcome):
            for row in rows:
                column = "" if kinds[row.cell] else _lacking(outcome, row)
                if column and _takes_part(view.comparison_of(outcome), trial, row):
                    expected = f"a number: without it {outcome.id} leaves this row out"
                    remedy = "fill it in, or say in checked that the source does not state it"
                    yield Doubt(row.cell, column, expected, remedy, about=(row.cell,))
                    break


def _lacking(outcome: OutcomeSpec, row: Result) -> str:
    """The first column that is blank in a row of the outcome's own kind."""
    if bool(row.reference_arm_id) is not (outcome.type == "generic"):
        return ""
    if outcome.type == "generic":
        return "se" if row.estimate is not None and not row.reported_p else ""
    needs = _CHANGES if outcome.measure in BY_BASELINE else _NEEDS[outcome.type]
    blank = [name for name in needs if getattr(row, name) is None]
    return blank[0] if blank else ""


def _takes_part(sides: Comparison, trial: Trial, row: Result) -> bool:
    arm = next((arm for arm in trial.arms if arm.arm_id == row.arm_id), None)
    return arm is not None and (not sides.control or takes_part(arm, sides))


def _arm_left_out(view: View) -> Iterator[Doubt]:
    """Some arms of a side have numbers for an outcome, and another has not even a missing row."""
    found: dict[tuple[str, str], list[tuple[Result, str]]] = {}
    whole = {trial.study.study: trial for trial in view.included}
    for outcome in view.primary:
        for trial, rows in view.chosen(outcome) if _of_arms(outcome) else ():
            for arm, beside in _lacking_arms(view, whole[trial.study.study], outcome, rows):
                found.setdefault((trial.study.study, arm), []).append((beside, outcome.id))
    for (_, arm), places in found.items():
        names = listed(name for _, name in places)
        pools = "pools" if len(places) == 1 else "pool"
        expected = f"a row of {arm} too: {names} {pools} the other arms of its side alone"
        remedy = "add it (provenance missing, if no source states it), or say why in checked"
        yield Doubt(places[0][0].cell, "arm_id", expected, remedy)


def _of_arms(outcome: OutcomeSpec) -> bool:
    return outcome.type != "generic" and compares(outcome)


def _lacking_arms(
    view: View, trial: Trial, outcome: OutcomeSpec, rows: Sequence[Result]
) -> Iterator[tuple[str, Result]]:
    """Arms of which results say something, but nothing of this outcome, with a row of a sister."""
    said = {row.arm_id for row in _about(trial, outcome)}
    elsewhere = {row.arm_id for row in trial.results if not row.reference_arm_id} - said
    for names in view.comparison_of(outcome).sides:
        side = [arm.arm_id for arm in trial.arms if arm.treatment in names]
        there = [row for row in rows if row.arm_id in side and not row.reference_arm_id]
        yield from ((arm, there[0]) for arm in side if there and arm in elsewhere)


def _about(trial: Trial, outcome: OutcomeSpec) -> Sequence[Result]:
    """What a trial says of an outcome at its week, missing numbers too."""
    return [row for row in trial.results if (row.outcome, row.week) in outcome.topics]


CHECKS = (
    Check(
        "number_left_blank",
        "results",
        "a row that lacks a number which its outcome needs, such as a standard deviation",
        _incomplete,
    ),
    Check(
        "arm_left_out",
        "results",
        "numbers for some arms of a side and not even a missing row for another",
        _arm_left_out,
    ),
)
