"""What an outcome is called beside its measure and its direction."""

import re
from collections.abc import Iterator

from metasynth.checks.check import Check, Doubt, View
from metasynth.model.methods import compares, is_ratio

_RATIO = re.compile(
    r"\b(hazard|odds|risk|rate) ratios?\b|\brelative risks?\b|\bratio of means\b|\b(HR|OR|RR|IRR)\b"
)
_DIFFERENCE = re.compile(
    r"\b(mean|risk|rate|absolute) differences?\b|\bdifferences? (of|in) means\b|\b(MD|SMD|RD)\b"
)
_HARM = re.compile(
    r"\b(deaths?|died|mortality|relapses?|adverse|bleeding|h(?:a)?emorrhages?|infarctions?|strokes?|"
    r"infections?|nausea|vomiting|fractures?|hospitali[sz]ations?)\b",
    re.I,
)
_TURNED = re.compile(
    r"\b(no|not|without|free|freedom|absence|avoid\w*|prevent\w*|reduc\w*|fewer|less|time to|"
    r"surviv\w*|cured?|cleared?|clearance|resol\w*|respon\w*|remission|stopp\w*|ceas\w*)\b",
    re.I,
)


def _measure_against_label(view: View) -> Iterator[Doubt]:
    """A label that says ratio over a measure that is a difference, or the reverse."""
    for outcome in view.outcomes:
        text = f"{outcome.label} {outcome.note}"
        ratio, difference = _RATIO.search(text), _DIFFERENCE.search(text)
        wrong = difference if is_ratio(outcome.measure) else ratio
        right = ratio if is_ratio(outcome.measure) else difference
        if wrong and not right and compares(outcome) and outcome.measure != "other":
            expected = f"a measure that fits its label, which says {wrong[0]}"
            path = ("outcomes", outcome.id, "measure")
            yield Doubt(path, "measure", expected, "correct the measure", outcome.measure)


def _direction_against_label(view: View) -> Iterator[Doubt]:
    """More deaths, relapses or adverse events said to be good for the patient."""
    for outcome in view.outcomes:
        named = _HARM.search(outcome.label)
        turned = _TURNED.search(f"{outcome.label} {outcome.note}")
        if named and not turned and outcome.direction == "benefit" and compares(outcome):
            expected = f"harm: its label says “{named[0]}”, and more of it would be good"
            path = ("outcomes", outcome.id, "direction")
            remedy = "correct the direction, or say in the label what more of it means"
            yield Doubt(path, "direction", expected, remedy, outcome.direction)


CHECKS = (
    Check(
        "measure_against_label",
        "config.yaml",
        "a ratio in an outcome's label or note, a difference in its measure, or the reverse",
        _measure_against_label,
    ),
    Check(
        "direction_against_label",
        "config.yaml",
        "more deaths, relapses or adverse events, said to be good for the patient",
        _direction_against_label,
    ),
)
