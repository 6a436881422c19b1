"""The report's tables of what an effect means, and of how firmly it stands."""

from metasynth import formats
from metasynth.language import Language
from metasynth.report.document import Column, text
from metasynth.report.material import Scope
from metasynth.report.names import OutcomeNames
from metasynth.report.table import RIGHT, TableBody, row
from metasynth.sensitivity import Absolute, Asymmetry, Filled, Sensitivity


def absolute_table(scope: Scope) -> TableBody:
    """Primary analyses as patients per 1000, with numbers needed and the fragility index."""
    say, sensitivities = scope.language.say, scope.material.sensitivities
    columns = (
        Column(say("Outcome"), width=2.6),
        Column(say("Control, per 1000"), RIGHT, 1),
        Column(say("Intervention, per 1000"), RIGHT, 1.1),
        Column(say("Difference per 1000 [95% CI]"), RIGHT, 2.1),
        Column(say("Number needed [95% CI]"), RIGHT, 1.7),
        Column(say("Fragility index"), RIGHT, 0.8),
    )
    rows = [
        row(
            _name(outcome, effect, scope.language),
            *_effect(effect, scope.language),
            _fragility(sensitivities[outcome.id]),
        )
        for outcome in scope.outcomes.values()
        for effect in sensitivities[outcome.id].absolute
    ]
    caption = say("What the primary analyses mean for 1000 patients.")
    note = say(
        "The risk under control is that of all control groups together, unless another is "
        "declared; where it is nil, no absolute effect follows. The number needed is the patients "
        "treated for one event more or fewer; it has no useful interval where the interval of the "
        "difference includes none. The fragility index is the number of patients whose outcome "
        "would have to differ for the interval to reach, or to leave, no effect."
    )
    return text(caption), columns, tuple(rows), text(note)


def _name(outcome: OutcomeNames, effect: Absolute, language: Language) -> str:
    if effect.origin == "observed":
        return outcome.label
    return language.say("{outcome}, declared risk", outcome=outcome.label)


def _effect(absolute: Absolute, language: Language) -> tuple[str, ...]:
    effect, style = absolute.effect, language.numbers
    if not effect.baseline_risk:
        return ("0", *(formats.MISSING,) * 3)
    low, high = (_thousand(x, language) for x in (effect.difference_low, effect.difference_high))
    needed = formats.MISSING
    if effect.number_needed is not None and not effect.includes_none:
        limits = [effect.number_needed_at_low, effect.number_needed_at_high]
        known = [_whole(x, language) for x in sorted(x for x in limits if x is not None)]
        needed = f"{_whole(effect.number_needed, language)} [{style.separator.join(known)}]"
    return (
        formats.number(1000 * effect.baseline_risk, 0),
        formats.number(1000 * effect.risk, 0),
        f"{_thousand(effect.difference, language)} [{low}{style.separator}{high}]",
        needed,
    )


def _thousand(difference: float, language: Language) -> str:
    return formats.number(difference, 0 if abs(difference) >= 10 else 1, language.numbers)


def _whole(value: float, language: Language) -> str:
    return formats.number(value, 0 if value >= 10 else 1, language.numbers)


def _fragility(sensitivity: Sensitivity) -> str:
    found = sensitivity.fragility
    return formats.MISSING if found is None else str(found.index)


def asymmetry_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """Tests of small-study effects, and trim and fill, of one outcome."""
    language, sensitivity = scope.language, scope.material.sensitivities[outcome.id]
    say = language.say
    columns = (
        Column(say("Test"), width=1.4),
        Column(say("Statistic"), RIGHT, 1),
        Column("df", RIGHT, 0.5),
        Column("p", RIGHT, 0.8),
        Column(say("Remark"), width=3.4),
    )
    rows = [
        row(
            test.name,
            _statistic(test, language),
            _count(test.df),
            formats.p_value(test.p, language.numbers),
            test.reason,
        )
        for test in sensitivity.asymmetry
    ]
    filled = _filled(outcome, sensitivity.trim_and_fill, language)
    rows.append(row(say("Trim and fill"), "", "", "", filled))
    caption = say("{outcome}: small-study effects.", outcome=outcome.label)
    return text(caption), columns, tuple(rows), ()


def _filled(outcome: OutcomeNames, filled: Filled, language: Language) -> str:
    """What trim and fill added, and the effect with it, or why there is none."""
    if filled.estimate is None:
        return filled.reason
    sides = {
        "left": language.say("{n} added on the left", n=filled.filled),
        "right": language.say("{n} added on the right", n=filled.filled),
    }
    added = sides.get(filled.side or "", language.say("{n} added", n=_count(filled.filled)))
    measure = outcome.result.outcome.measure
    effect = formats.effect(
        measure, filled.estimate, filled.ci_low, filled.ci_high, language.numbers
    )
    return f"{added} ({filled.estimator}): {effect}"


def _statistic(test: Asymmetry, language: Language) -> str:
    if test.statistic is not None:
        return f"t = {formats.number(test.statistic, 2, language.numbers)}"
    if test.coefficient is None:
        return ""
    return f"tau = {formats.number(test.coefficient, 2, language.numbers)}"


def _count(value: int | None) -> str:
    return "" if value is None else str(value)
