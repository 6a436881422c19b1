"""Effects that were turned into another kind, and point away from all that were not."""

from collections.abc import Iterator

from metasynth.checks.check import Check, Doubt, View
from metasynth.checks.effects import effect_of
from metasynth.model.records import Cell, Omission, OutcomeSpec
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.other_kinds import FORM

_FEWEST = 2
"""Trials of the outcome's own kind that agree before one of another kind is doubted."""


def _other_way(view: View) -> Iterator[Doubt]:
    """A converted effect beyond its error, on the other side of every effect that is not one."""
    for outcome in view.primary:
        every = list(_signed(view, outcome)) if outcome.events_mean else []
        own = [z for z, cell in every if cell is None]
        if len(own) < _FEWEST or not (min(own) > 0 or max(own) < 0):
            continue
        for z, cell in every:
            if cell is not None and abs(z) > 1 and z * own[0] < 0:
                expected = (
                    f"an effect on the side of all other trials of {outcome.id}: with events_mean"
                    f" {outcome.events_mean} it is on the other one"
                )
                remedy = "check what the events of this trial are, and events_mean in config.yaml"
                yield Doubt(cell, "outcome", expected, remedy)


def _signed(view: View, outcome: OutcomeSpec) -> Iterator[tuple[float, Cell | None]]:
    """Effects over their errors; of those that were converted with the first row they are from."""
    for trial, rows in view.chosen(outcome):
        data = study_data(trial, outcome, view.comparison_of(outcome))
        for study in () if isinstance(data, Omission) else data:
            other = study.contrast is not None and study.contrast.form == FORM
            if (found := effect_of(outcome, study)) is not None:
                yield found[0] / found[1], rows[0].cell if other else None


CHECKS = (
    Check(
        "converted_other_way",
        "results",
        "an odds ratio turned into a standardised difference, or the reverse, that points away from"
        " all effects that were not",
        _other_way,
    ),
)
