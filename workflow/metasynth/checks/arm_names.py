"""What an arm is called beside what it is said to be: its treatment, and its dose."""

import re
from collections.abc import Iterator, Sequence

from metasynth.checks.check import Check, Doubt, View
from metasynth.model.records import Arm

_REGIMENS = (1, 2, 3, 4, 7)
_NEAR = 0.01


def _words(treatments: Sequence[str]) -> list[str]:
    return [name.replace("_", " ").casefold() for name in treatments]


def _names(label: str, words: Sequence[str]) -> bool:
    """Whether a label has one of the names as words of its own."""
    plain = re.sub(r"[\W_]+", " ", label.casefold())
    return any(f" {word} " in f" {plain} " for word in words)


def _label_of_other_side(view: View) -> Iterator[Doubt]:
    """An arm whose label names a treatment of the other side, and none of its own; one a trial."""
    pairs = [pair for one in view.comparisons.values() for pair in (one.sides, one.sides[::-1])]
    for trial in view.included:
        for arm in trial.arms:
            if any(_of_other_side(arm, *pair) for pair in pairs):
                expected = f"a treatment that its label names: “{arm.label}” is of the other side"
                remedy = "check whether the arms' labels or treatments were exchanged"
                yield Doubt(arm.cell, "treatment", expected, remedy)
                break


def _of_other_side(arm: Arm, own: Sequence[str], other: Sequence[str]) -> bool:
    names = _names(arm.label, _words(other)) and not _names(arm.label, _words(own))
    return arm.treatment in own and names


def _dose_off_label(view: View) -> Iterator[Doubt]:
    """A dose that is not the one in the arm's label, nor a few of them in a day or week."""
    for trial in view.trials:
        for arm in trial.arms:
            stated = _doses(arm) if arm.dose else []
            if stated and arm.dose and not any(_regimen(arm.dose / x) for x in stated):
                expected = (
                    f"{' or '.join(f'{x:g}' for x in stated)} {arm.dose_unit}, as its label says"
                )
                yield Doubt(arm.cell, "dose", expected, "correct the dose, or the label")


def _doses(arm: Arm) -> list[float]:
    """The numbers before the dose's unit in the label: 100 of "Drug 100 mg" for mg/day."""
    unit = re.escape(arm.dose_unit.split("/")[0].strip())
    found = (
        re.findall(rf"(?<![0-9.,])([0-9]+(?:\.[0-9]+)?)\s*{unit}(?![a-zµ])", arm.label)
        if unit
        else []
    )
    return [float(number) for number in found if float(number)]


def _regimen(times: float) -> bool:
    return any(abs(x / n - 1) < _NEAR for x in (times, 1 / times) for n in _REGIMENS)


CHECKS = (
    Check(
        "label_of_other_side",
        "arms",
        "a treatment of one side beside a label that names the other side's",
        _label_of_other_side,
    ),
    Check("dose_off_label", "arms", "a dose that is not the one in the label", _dose_off_label),
)
