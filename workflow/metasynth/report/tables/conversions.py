"""Numbers that were computed from others: by which rules, and what depends on their assumptions."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from metasynth.language import formats, keys
from metasynth.language.interval_names import intervals_name
from metasynth.language.languages import Language, message
from metasynth.language.tracked import marked
from metasynth.model.conversions import CONVERSIONS, Conversion
from metasynth.model.methods import CREDIBLE
from metasynth.model.records import Estimate, StudyData
from metasynth.report.document import Column, text
from metasynth.report.material import Material, Scope
from metasynth.report.tables.base import RIGHT, TableBody, row
from metasynth.report.text.names import OutcomeNames, joined
from metasynth.sensitivity.assumptions import Assumed
from metasynth.synthesis.estimates import rules_of

_KINDS = {
    "without": message("without the trials that rest on an assumption"),
    "skewed": message("without the trials whose medians are skewed"),
    "median": message("medians: {method}"),
    "hazards": message("survival curves: hazards within intervals compared, not risks"),
    "uncensored": message("survival curves: nobody’s follow-up ends before the last time"),
    "correlation": message("correlation {r} of the values before and after"),
    "pairs": message("correlation {r} of the values of a pair"),
    "icc": message("intracluster correlation {r}"),
}


def assumptions_table(scope: Scope) -> TableBody:
    """The primary analysis of each outcome under every other assumption, after the one chosen."""
    say = scope.language.say
    columns = (
        Column(say("Outcome"), width=2.2),
        Column(say("Assumption"), width=3.2),
        Column(say("Trials concerned"), width=2.2),
        Column(say("Trials pooled"), RIGHT, 0.8),
        Column(say("Estimate [95% {interval}]", interval=_interval(scope)), RIGHT, 1.9),
    )
    rows = [
        row(*cells)
        for outcome in scope.outcomes.values()
        for cells in _rows(outcome, assumed(scope.material, outcome.id), scope)
    ]
    caption = say("Primary analyses with numbers computed otherwise from what the sources print.")
    note = say(
        "A correlation, a distribution behind a median or an odds ratio, one standard deviation of "
        "both arms, or how events and follow-up spread between the times of a survival curve is "
        "assumed where no source states the number itself; each line changes one of these, in all "
        "trials that rest on it."
    )
    return text(caption), columns, tuple(rows), text(note)


def _interval(scope: Scope) -> str:
    """What the intervals of these analyses are."""
    every = (one for outcome in scope.outcomes for one in assumed(scope.material, outcome))
    kinds = (one.estimate.ci_method == CREDIBLE for one in every)
    return intervals_name(kinds, scope.language)


def assumed(material: Material, outcome: str) -> tuple[Assumed, ...]:
    """The other assumptions that an outcome was analysed under."""
    found = material.stability.get(outcome)
    return found.extraction.assumed if found else ()


def _rows(
    outcome: OutcomeNames, found: Sequence[Assumed], scope: Scope
) -> Iterator[tuple[str, str, str, str, str]]:
    if not found:
        return
    language, primary = scope.language, outcome.result.analyses[0]
    labels = {trial.study.study: trial.study.label for trial in scope.material.trials}
    at, say = keys.pooled(outcome.id, primary.spec.name), language.say
    concerned = list(dict.fromkeys(name for one in found for name in one.trials))
    yield (
        outcome.label,
        say("as analysed"),
        joined([labels[name] for name in concerned], language),
        *_numbers(primary.estimates[0], at, language),
    )
    for number, one in enumerate(found, start=1):
        named = joined([labels[name] for name in one.trials], language)
        numbers = _numbers(one.estimate, keys.assumed(outcome.id, number), language)
        yield "", _said(one, language), named, *numbers


def _said(one: Assumed, language: Language) -> str:
    words = {
        "method": language.say(CONVERSIONS[one.name].source) if one.name else "",
        "r": formats.shortest(one.value, language.numbers) if one.value is not None else "",
    }
    return language.say(_KINDS[one.kind], **words)


def _numbers(estimate: Estimate, at: str, language: Language) -> tuple[str, str]:
    style = language.numbers
    parts = [
        marked(formats.estimate(estimate.measure, getattr(estimate, name), style), f"{at}.{name}")
        for name in ("estimate", "ci_low", "ci_high")
    ]
    effect = formats.bracketed(parts[0], parts[1], parts[2], style)
    return marked(str(estimate.k), f"{at}.k"), effect + formats.named(estimate.ci_method)


def used_conversions(studies: Sequence[StudyData], language: Language) -> list[Conversion]:
    """The rules that gave pooled numbers, in the order of the catalogue, with their words."""
    used = {rule for study in studies for rule in rules_of(study)}
    return [
        replace(record, label=language.say(record.label), formula=language.say(record.formula))
        for record in CONVERSIONS.values()
        if record.name in used
    ]


def conversion_sentence(outcome: OutcomeNames, language: Language) -> str:
    """Of how many trials numbers were computed from others, and by which rules."""
    own = {(row.study, row.label) for row in outcome.result.analyses[0].studies}
    pooled = [study for study in outcome.studies if (study.study, study.label) in own]
    converted = [study for study in pooled if rules_of(study)]
    if not converted:
        return ""
    rules = [record.label for record in used_conversions(converted, language)]
    labels = list(dict.fromkeys(study.label for study in converted))
    return language.say(
        "Not printed but computed from other numbers are those of {trials}: {rules}.",
        trials=joined(labels, language),
        rules="; ".join(rules),
    )
