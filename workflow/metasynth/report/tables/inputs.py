"""What each trial brings to an outcome: the table that a number of the outcome leads back to."""

from collections.abc import Sequence

from metasynth.language import formats, keys
from metasynth.language.compared import sides
from metasynth.language.interval_names import CONFIDENCE
from metasynth.language.languages import Language, message
from metasynth.language.sentences import in_words
from metasynth.language.tracked import marked
from metasynth.model.forms import FORMS, PUBLISHED
from metasynth.model.methods import BY_BASELINE
from metasynth.model.records import Cell, Group, StudyData, StudyEffect
from metasynth.report.document import Column, Inlines, Link, Row, Text, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import PROVENANCES, RIGHT, TableBody, group, row, told
from metasynth.report.text.names import OutcomeNames


def inputs_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """The groups of each trial, its effect and weight in the primary analysis, and its raw rows."""
    say = scope.language.say
    intervention, control = sides(outcome.result.comparison, scope.language)
    columns = (
        Column(say("Trial"), width=1.6),
        *(Column(side, RIGHT, 1.1) for side in _sides_shown(outcome, intervention, control)),
        Column(_effect_title(scope, outcome), RIGHT, 1.9),
        Column(say("Weight"), RIGHT, 0.8),
        *([Column(say("Form"), width=1.3)] if _mixed(outcome) else []),
        Column(say("Provenance"), width=1),
        Column(say("Raw rows"), width=2),
    )
    known, elsewhere = told(outcome.studies, "results/tables/studies.csv", scope.language)
    rows = _rows_of(outcome, known, scope)
    for other in outcome.alternatives:
        rows.append(group(say("Alternative reading: {reading}.", reading=other.label)))
        rows += _rows_of(other, other.studies[: len(known)], scope)
    caption = say(
        "{outcome}: what each trial brings ({measure}).",
        outcome=outcome.label,
        measure=outcome.measure,
    )
    spec = outcome.result.outcome
    about = _CHANGES if spec.measure in BY_BASELINE else _GROUPS.get(spec.type, _CONTRASTS)
    note = say("Effects and weights are those of the primary analysis.")
    if not outcome.compared:
        note = say("Estimates and weights are those of the primary analysis.")
    if spec.type in ("rate", "incidence") and spec.time_unit:
        note = f"{say('Time is in {unit}.', unit=scope.language.label(spec.time_unit))} {note}"
    where = say("Raw rows lead to the data by trial.")
    return text(caption), columns, tuple(rows), (*text(f"{say(about)} {note} {where}"), *elsewhere)


_GROUPS = {
    "binary": message("Patients with the outcome and in all, arms of one side together."),
    "proportion": message("Patients with the outcome and in all."),
    "continuous": message("Mean, standard deviation and patients, arms of one side together."),
    "rate": message("Events and person-time, arms of one side together."),
    "incidence": message("Events and person-time."),
    "mean": message("Mean, standard deviation and patients."),
    "correlation": message("Correlation and patients."),
}
_CHANGES = message(
    "Mean change, standard deviation before, correlation of the values before and after, patients."
)
_CONTRASTS = message("Contrasts are as published, without numbers of patients.")


def _effect_title(scope: Scope, outcome: OutcomeNames) -> str:
    say = scope.language.say  # of the trials themselves, which have no prior
    if outcome.compared:
        return say("Effect [95% {interval}]", interval=CONFIDENCE)
    return say("Estimate [95% {interval}]", interval=CONFIDENCE)


def _sides_shown(outcome: OutcomeNames, intervention: str, control: str) -> tuple[str, ...]:
    """The columns of groups: both, one of a proportion, none of published contrasts."""
    if outcome.result.outcome.type == "generic":
        return ()
    return (intervention, control) if outcome.compared else (intervention,)


def _rows_of(outcome: OutcomeNames, studies: Sequence[StudyData], scope: Scope) -> list[Row]:
    parts, analysis = keys.parts(outcome.studies), outcome.result.analyses[0]
    effects = {(effect.study, effect.label): effect for effect in reversed(analysis.studies)}
    places = [(study.study, study.label) for study in studies]
    return [
        _row(study, parts[place], effects.get(place), outcome, scope)
        for study, place in zip(studies, places, strict=True)
    ]


def _row(
    study: StudyData, part: int, own: StudyEffect | None, outcome: OutcomeNames, scope: Scope
) -> Row:
    language, analysis = scope.language, outcome.result.analyses[0]
    key = keys.effect(outcome.id, analysis.spec.name, study.study, part)
    effect, weight = _effect(own, key, scope) if own else (formats.MISSING,) * 2
    provenance = PROVENANCES.get(study.provenance)
    return row(
        study.label,
        *(
            _group(
                getattr(study, side),
                keys.group(outcome.id, study.study, side, part),
                scope.language.numbers,
            )
            for side in _sides_shown(outcome, "intervention", "control")
        ),
        effect,
        weight,
        *([_form(own, language)] if _mixed(outcome) else []),
        language.say(provenance) if provenance else study.provenance,
        _rows(study),
    )


def _mixed(outcome: OutcomeNames) -> bool:
    """Whether trials give their effects in several forms, or numbers were computed from others."""
    forms = {own.form for own in outcome.result.analyses[0].studies}
    return len(forms) > 1 or "converted" in forms


def _form(own: StudyEffect | None, language: Language) -> str:
    """The form in which a trial gives its effect, and whether that is adjusted."""
    if own is None:
        return formats.MISSING
    said = language.say(FORMS[own.form]) if own.form in FORMS else formats.MISSING
    note = in_words(own.note, language)
    explained = own.form in (*PUBLISHED, "converted", "paired", "other_kind")
    return f"{said}. {note}" if explained and note else said


def _effect(effect: StudyEffect, key: str, scope: Scope) -> tuple[str, str]:
    style = scope.language.numbers
    estimate, low, high = (
        marked(formats.estimate(effect.measure, getattr(effect, name), style), f"{key}.{name}")
        for name in ("estimate", "ci_low", "ci_high")
    )
    weight = formats.percent(effect.weight, 1, style)
    return formats.bracketed(estimate, low, high, style), marked(weight, f"{key}.weight")


def _group(side: Group | None, key: str, style: formats.NumberStyle) -> str:
    """ "41/105", or what else is known of a group."""
    if side is None:
        return formats.MISSING
    names: tuple[str, ...]
    names = ("events", "total") if side.mean is None else ("mean", "sd", "total")
    if side.baseline_sd is not None:
        names = ("mean", "baseline_sd", "change_correlation", "total")
    if side.correlation is not None:
        names = ("correlation", "total")
    if side.person_time is not None:
        names = ("events", "person_time")
    known = [name for name in names if getattr(side, name) is not None]
    values = (formats.localised(f"{getattr(side, name):.8g}", style) for name in known)
    numbers = (marked(value, f"{key}.{name}") for value, name in zip(values, known, strict=True))
    return "/".join(numbers) or formats.MISSING


def _rows(study: StudyData) -> Inlines:
    """Links to the rows of the raw tables."""
    sides = (side for side in (study.intervention, study.control, study.contrast) if side)
    cells: list[Cell] = [*dict.fromkeys(cell for side in sides for cell in side.cells)]
    links = [Link(f"#row-{keys.place(cell)}", text(str(cell.row))) for cell in cells]
    return tuple(part for link in links for part in (link, Text(", ")))[:-1]
