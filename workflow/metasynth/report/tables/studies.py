"""Tables of the trials' arms, of their risk of bias, and of what their sources do not state."""

from itertools import groupby

from metasynth.language import formats, keys
from metasynth.language.languages import Language, message
from metasynth.model.records import Arm, Result, Trial
from metasynth.report.document import Column, Row, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import (
    RIGHT,
    TableBody,
    arm_label,
    filled,
    group,
    raw,
    raw_count,
    row,
    source_link,
    tells_patients,
    told,
)
from metasynth.report.tables.remarks import remark

ROLES = {
    "intervention": message("intervention"),
    "control": message("control"),
    "group": message("the one group"),
}


def arms_table(scope: Scope) -> TableBody:
    """Every arm of every included trial."""
    say = scope.language.say
    columns = (
        Column(say("Arm"), width=2),
        Column(say("Side"), width=1.2),
        Column(say("Treatment"), width=1.4),
        Column(say("Dose"), RIGHT, 1.2),
        Column(say("Patients"), RIGHT, 0.9),
        Column(say("Source"), width=1.6),
        Column(say("Note"), width=3),
    )
    rows = []
    trials, elsewhere = told(scope.material.included, "results/clean/arms.csv", scope.language)
    for trial in trials:
        rows.append(group(trial.study.label))
        rows += [_arm_row(trial, arm, scope) for arm in trial.arms]
    shown, told_of = filled(columns, rows)
    caption = say("Arms of the included trials, and the source of each.")
    if tells_patients(shown, scope.language):
        caption = say("Arms of the included trials, the patients of each, and the source.")
        if scope.material.randomised:
            caption = say(
                "Arms of the included trials, the patients randomised to each, and the source."
            )
    return text(caption), shown, told_of, elsewhere


def _arm_row(trial: Trial, arm: Arm, scope: Scope) -> Row:
    dose = formats.MISSING
    if arm.dose is not None:
        dose = raw(arm, "dose", formats.shortest(arm.dose, scope.language.numbers))
        dose += f" {arm.dose_unit}"
    role = scope.language.say(ROLES[arm.role]) if arm.role in ROLES else arm.role
    source = source_link(trial, arm.source_id, scope)
    treatment = scope.language.label(arm.treatment.replace("_", " "))
    note = remark(scope, trial, arm.note)
    randomised = raw_count(arm, "n_randomised", scope.language)
    return row(arm.label, role, treatment, dose, randomised, source, note)


def risk_of_bias_table(scope: Scope) -> TableBody:
    """Every judgement of the included trials' risk of bias, with its support."""
    say, label = scope.language.say, scope.language.label
    columns = (
        Column(say("Domain"), width=2.4),
        Column(say("Judgement"), width=1.3),
        Column(say("Support"), width=5),
        Column(say("Source"), width=1.2),
    )
    rows = []
    judged = [trial for trial in scope.material.included if trial.risk_of_bias]
    files = f"{scope.material.config.data}/trials/*/risk_of_bias.csv"
    trials, elsewhere = told(judged, files, scope.language)
    for trial in trials:
        tools = dict.fromkeys(item.tool for item in trial.risk_of_bias)
        rows.append(group(f"{trial.study.label} ({', '.join(tools)})"))
        for item in trial.risk_of_bias:
            outcome = label(item.outcome.replace("_", " "))
            domain = label(item.domain) + (f" ({outcome})" if outcome else "")
            source = source_link(trial, item.source_id, scope)
            judgement = label(item.judgement) or say("not judged")
            rows.append(row(domain, judgement, item.support, source))
    caption = say("Risk of bias: the judgement of each domain, and what it rests on.")
    return text(caption), columns, tuple(rows), elsewhere


def missing_table(scope: Scope) -> TableBody:
    """Rows without a number to pool: stated to be missing, or stated only as a percentage."""
    say = scope.language.say
    columns = (
        Column(say("Outcome"), width=2),
        Column(say("Week"), RIGHT, 0.6),
        Column(say("Arms"), width=2.6),
        Column(say("Rows"), RIGHT, 0.8),
        Column(say("What was looked for, and where"), width=5),
    )
    rows = []
    lacking = [t for t in scope.material.included if any(map(is_missing, t.results))]
    trials, elsewhere = told(lacking, "results/clean/results.csv", scope.language)
    for trial in trials:
        missing = [result for result in trial.results if is_missing(result)]
        if missing:
            rows.append(group(f"{trial.study.label} ({trial.results[0].cell.file})"))
        for _, members in groupby(missing, key=lambda result: (result.outcome, result.week)):
            rows.append(_missing_row(trial, list(members), scope))
    caption = say("Rows of the raw tables without a number to pool, and what was looked for.")
    return text(caption), columns, tuple(rows), elsewhere


def _missing_row(trial: Trial, members: list[Result], scope: Scope) -> Row:
    arms = "; ".join(_missing_arm(trial, result, scope.language) for result in members)
    if len(members) == len(trial.arms) > 2 and "(" not in arms:
        roles = [keys.cell(arm.cell, "role") for arm in trial.arms]
        what = scope.language.say("arms of {trial}", trial=trial.study.label)
        n = scope.counted(f"review.arms.{trial.study.study}", what, roles)
        arms = scope.language.say("all arms ({n})", n=n)
    first, last = members[0].cell.row, members[-1].cell.row
    where = str(first) if first == last else f"{first}–{last}"
    label = scope.outcome_label(members[0])
    note = remark(scope, trial, members[0].note)
    return row(label, raw(members[0], "week"), arms, where, note)


def is_missing(result: Result) -> bool:
    """Whether a row says that a result is missing, or holds no number to pool.

    A p-value alone is neither: it says which counts a source admits.
    """
    if result.reported_p:
        return False
    numbers = (result.events, result.mean, result.estimate, result.o_minus_e, result.correlation)
    return result.provenance == "missing" or all(value is None for value in numbers)


def _missing_arm(trial: Trial, result: Result, language: Language) -> str:
    label = arm_label(trial, result, language)
    if not result.reported_percent:
        return label
    known = raw(result, "reported_percent", f"{language.written(result.reported_percent)}%")
    if result.total is not None:
        total = raw_count(result, "total", language)
        known = language.say("{percent} of {total}", percent=known, total=total)
    return f"{label} ({known})"
