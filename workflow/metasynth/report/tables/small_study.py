"""The report's tables of small-study effects: tests of asymmetry, and what adjusts for them."""

from metasynth.language import formats, keys
from metasynth.language.languages import Language
from metasynth.language.printed import Printed
from metasynth.language.sentences import in_words
from metasynth.language.tracked import marked
from metasynth.model.methods import ADJUSTMENT
from metasynth.report.document import Column, Row, text
from metasynth.report.material import Scope
from metasynth.report.tables.base import RIGHT, TableBody, row
from metasynth.report.text.names import OutcomeNames
from metasynth.sensitivity.adjusted import Adjusted
from metasynth.sensitivity.asymmetry import Asymmetry
from metasynth.sensitivity.battery import Filled, Sensitivity


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
            _statistic(test, prefix, language),
            marked(_count(test.df), f"{prefix}.df"),
            marked(formats.p_value(test.p, language.numbers), f"{prefix}.p"),
            in_words(test.reason, language),
        )
        for test in sensitivity.asymmetry
        for prefix in (f"{outcome.id}.asymmetry.{keys.slug(test.name)}",)
    ]
    filled = _filled(outcome, sensitivity.trim_and_fill, language)
    rows.append(row(say("Trim and fill"), "", "", "", filled))
    caption = say("{outcome}: small-study effects.", outcome=outcome.label)
    return text(caption), columns, tuple(rows), ()


def _filled(outcome: OutcomeNames, filled: Filled, language: Language) -> str:
    """What trim and fill added, and the effect with it, or why there is none."""
    if filled.estimate is None:
        return in_words(filled.reason, language)
    at = f"{outcome.id}.trim_and_fill"
    n = marked(_count(filled.filled), f"{at}.filled")
    sides = {
        "left": language.say("{n} added on the left", n=n),
        "right": language.say("{n} added on the right", n=n),
    }
    added = sides.get(filled.side or "", language.say("{n} added", n=n))
    measure, style = outcome.result.outcome.measure, language.numbers
    estimate, low, high = (
        marked(formats.estimate(measure, getattr(filled, name), style), f"{at}.{name}")
        for name in ("estimate", "ci_low", "ci_high")
    )
    effect = formats.bracketed(estimate, low, high, style)
    return f"{added} ({filled.estimator}): {effect}"


def _statistic(test: Asymmetry, prefix: str, language: Language) -> str:
    if test.statistic is not None:
        number = formats.number(test.statistic, 2, language.numbers)
        return f"t = {marked(number, f'{prefix}.statistic')}"
    if test.coefficient is None:
        return ""
    number = formats.number(test.coefficient, 2, language.numbers)
    return f"tau = {marked(number, f'{prefix}.coefficient')}"


def _count(value: int | None) -> str:
    return "" if value is None else str(value)


def adjusted_table(scope: Scope, outcome: OutcomeNames) -> TableBody:
    """What one outcome's primary analysis would be without small-study effects."""
    language, sensitivity = scope.language, scope.material.sensitivities[outcome.id]
    say = language.say
    columns = (
        Column(say("Method"), width=3.0),
        Column(say("Effect [95% CI]"), RIGHT, 1.8),
        Column("p", RIGHT, 0.7),
        Column(say("Remark"), width=2.6),
    )
    reasons = {one.reason for one in sensitivity.adjusted}
    if len(reasons) == 1 and None not in reasons:
        why = in_words(sensitivity.adjusted[0].reason, language)
        rows = [row(say("All methods"), "", "", why)]
    else:
        rows = [_adjusted(outcome, one, language) for one in sensitivity.adjusted]
    caption = say("{outcome}: estimates adjusted for small-study effects.", outcome=outcome.label)
    note = say(
        "None of these methods tells selection from other reasons why small trials differ. "
        "In selection models the chance that a result is seen depends on its one-sided p in favour "
        "of the intervention; PET-PEESE takes PEESE where PET finds an effect."
    )
    note = " ".join(filter(None, (note, _fail_safe(sensitivity, language))))
    return text(caption), columns, tuple(rows), text(note)


def _adjusted(outcome: OutcomeNames, one: Adjusted, language: Language) -> Row:
    said = Printed(keys.adjusted(outcome.id, one.name), language.numbers)
    label = language.say(ADJUSTMENT[one.name].label)
    label = label[:1].upper() + label[1:]
    if one.estimate is None:
        return row(label, "", "", in_words(one.reason, language))
    measure = outcome.result.outcome.measure
    effect = said.bracketed(measure, one.estimate, one.ci_low, one.ci_high)
    return row(label, effect, said.p("p", one.p), _remark(one, said, language))


def _remark(one: Adjusted, said: Printed, language: Language) -> str:
    """Which of PET and PEESE is taken; of a selection model the weights and their test."""
    if one.chosen:
        return language.say("taken by PET-PEESE")
    if not one.weights:
        return ""
    printed = [
        said.text(f"weights.{place}", formats.positive(weight, language.numbers))
        for place, weight in enumerate(one.weights, start=1)
    ]
    p = said.p("selection_p", one.selection_p)
    if len(printed) == 1:
        return language.say(
            "seen {weight} times as often where not significant; test of no selection: p {p}",
            weight=printed[0],
            p=p,
        )
    return language.say(
        "seen {weight} times as often where not significant, {other} times where in favour of the "
        "control; test of no selection: p {p}",
        weight=printed[0],
        other=printed[1],
        p=p,
    )


def _fail_safe(sensitivity: Sensitivity, language: Language) -> str:
    """The three numbers with the Handbook's warning; nothing where there is none."""
    known = [
        f"{number.name} {marked(str(number.trials), _at(sensitivity, number.name))}"
        for number in sensitivity.fail_safe
        if number.trials is not None
    ]
    if not known:
        return ""
    return language.say(
        "Fail-safe numbers of trials without effect: {numbers}. The Cochrane Handbook (version "
        "5.1.0, section 10.4.4.3) does not recommend them: they depend on what is assumed of "
        "missing trials, differ widely, and look at p-values rather than at effects.",
        numbers=", ".join(known),
    )


def _at(sensitivity: Sensitivity, name: str) -> str:
    return f"{keys.fail_safe(sensitivity.outcome, name)}.trials"
