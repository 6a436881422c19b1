"""What each trial brings to an outcome: the table that a number of the outcome leads back to."""

from metasynth import formats, keys
from metasynth.marks import marked
from metasynth.records import Cell, Group, StudyData, StudyEffect
from metasynth.report.document import Column, Inlines, Link, Row, Text, text
from metasynth.report.material import Scope
from metasynth.report.names import OutcomeNames
from metasynth.report.table import PROVENANCES, RIGHT, TableBody, group, row


def inputs_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """The groups of each trial, its effect and weight in the primary analysis, and its raw rows."""
    say, (intervention, control) = scope.language.say, scope.sides
    columns = (
        Column(say("Trial"), width=1.6),
        Column(intervention, RIGHT, 1.1),
        Column(control, RIGHT, 1.1),
        Column(say("Effect [95% CI]"), RIGHT, 1.9),
        Column(say("Weight"), RIGHT, 0.8),
        Column(say("Provenance"), width=1),
        Column(say("Raw rows"), width=2),
    )
    rows = [_row(study, outcome, scope) for study in outcome.studies]
    for other in outcome.alternatives:
        rows.append(group(say("Alternative reading: {reading}.", reading=other.label)))
        rows += [_row(study, other, scope) for study in other.studies]
    caption = say(
        "{outcome}: what each trial brings ({measure}).",
        outcome=outcome.label,
        measure=outcome.measure,
    )
    note = say(
        "Patients with the outcome and in all, arms of one side together; effects and weights are "
        "those of the primary analysis. Raw rows lead to the data by trial."
    )
    return text(caption), columns, tuple(rows), text(note)


def _row(study: StudyData, outcome: OutcomeNames, scope: Scope) -> Row:
    language, analysis = scope.language, outcome.result.analyses[0]
    part = keys.parts(outcome.studies)[study.study, study.label]
    own = [e for e in analysis.studies if (e.study, e.label) == (study.study, study.label)]
    key = keys.effect(outcome.id, analysis.spec.name, study.study, part)
    effect, weight = _effect(own[0], key, scope) if own else (formats.MISSING,) * 2
    provenance = PROVENANCES.get(study.provenance)
    return row(
        study.label,
        _group(study.intervention, keys.group(outcome.id, study.study, "intervention", part)),
        _group(study.control, keys.group(outcome.id, study.study, "control", part)),
        effect,
        weight,
        language.say(provenance) if provenance else study.provenance,
        _rows(study),
    )


def _effect(effect: StudyEffect, key: str, scope: Scope) -> tuple[str, str]:
    style = scope.language.numbers
    estimate, low, high = (
        marked(formats.estimate(effect.measure, getattr(effect, name), style), f"{key}.{name}")
        for name in ("estimate", "ci_low", "ci_high")
    )
    weight = formats.percent(effect.weight, 1, style)
    return formats.bracketed(estimate, low, high, style), marked(weight, f"{key}.weight")


def _group(side: Group | None, key: str) -> str:
    """ "41/105", or what else is known of a group."""
    if side is None:
        return formats.MISSING
    names = ("events", "total") if side.mean is None else ("mean", "sd", "total")
    known = [name for name in names if getattr(side, name) is not None]
    numbers = (marked(f"{getattr(side, name):.8g}", f"{key}.{name}") for name in known)
    return "/".join(numbers) or formats.MISSING


def _rows(study: StudyData) -> Inlines:
    """Links to the rows of the raw tables."""
    sides = (side for side in (study.intervention, study.control, study.contrast) if side)
    cells: list[Cell] = [cell for side in sides for cell in side.cells]
    links = [Link(f"#row-{keys.place(cell)}", text(str(cell.row))) for cell in cells]
    return tuple(part for link in links for part in (link, Text(", ")))[:-1]
