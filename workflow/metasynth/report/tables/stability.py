"""Tables and sentences of how firmly results stand: extraction, multiverse, sequential analysis."""

from collections.abc import Callable, Sequence
from typing import Any

from metasynth.language import formats
from metasynth.language.languages import Language
from metasynth.language.tracked import marked
from metasynth.model import bounds
from metasynth.report.document import Column, Inlines, Link, text
from metasynth.report.material import Material, Scope, printed_figures
from metasynth.report.tables.base import RIGHT, TableBody, row
from metasynth.report.tables.cluster_influence import influence_sentence
from metasynth.report.tables.conversions import assumed, conversion_sentence
from metasynth.report.text.conclusion_words import null_value
from metasynth.report.text.names import OutcomeNames, short_measure
from metasynth.sensitivity.extraction import UNCOUNTED, ExtractionRange, Range
from metasynth.sensitivity.multiverse import Multiverse
from metasynth.sensitivity.robustness_words import planned_effect, share, verdict
from metasynth.sensitivity.sequential import Sequential


def extraction_table(scope: Scope) -> TableBody:
    """Outcomes whose sources admit several tables: the ranges, and whether conclusions change."""
    say, language = scope.language.say, scope.language
    columns = (
        Column(say("Outcome"), width=2.2),
        Column(say("Analysis"), width=2.1),
        Column(say("Tables"), RIGHT, 0.8),
        Column(say("Estimate"), RIGHT, 1.5),
        Column(say("Lower limit"), RIGHT, 1.4),
        Column(say("Upper limit"), RIGHT, 1.5),
        Column("p", RIGHT, 1.2),
        Column(say("Conclusion changes"), width=1.4),
    )
    labels = {analysis.name: analysis.label for analysis in scope.material.config.analyses}
    rows = [
        row(
            outcome.label,
            labels[own.analysis],
            _tables(own, _at(outcome.id, own), language),
            *_ranges(outcome, own, language),
            _change(own, _at(outcome.id, own), language),
        )
        for outcome in scope.outcomes.values()
        for own in uncertain(scope.material, outcome.id)
    ]
    caption = say("Results over all tables of counts that the sources admit.")
    note = say(
        "From the least to the greatest value over all tables. A conclusion is whether the "
        "interval excludes the value of no effect, and on which side. Where not all tables could "
        "be analysed, the number analysed stands beside theirs, and the ranges are at least so "
        "wide."
    )
    return text(caption), columns, tuple(rows), text(note)


def uncertain(material: Material, outcome: str) -> tuple[ExtractionRange, ...]:
    """The ranges of an outcome of which the sources admit more than one table; else none."""
    found = material.stability.get(outcome)
    ranges = found.extraction.ranges if found else ()
    return ranges if any(own.tables > 1 for own in ranges) else ()


def _at(outcome: str, own: ExtractionRange) -> str:
    return f"{outcome}.extraction.{own.analysis}"


def _tables(own: ExtractionRange, at: str, language: Language) -> str:
    tables = marked(formats.count(own.tables, language.numbers), f"{at}.tables")
    if own.tables == UNCOUNTED:
        tables = language.say("{n} or more", n=marked("10¹⁵", f"{at}.tables"))
    if own.exact:
        return tables
    pooled = marked(formats.count(own.pooled, language.numbers), f"{at}.pooled")
    return language.say("{pooled} of {tables}", pooled=pooled, tables=tables)


def _ranges(outcome: OutcomeNames, own: ExtractionRange, language: Language) -> list[str]:
    measure, at = outcome.result.outcome.measure, _at(outcome.id, own)
    style = language.numbers

    def effect(x: float | None) -> str:
        return formats.estimate(measure, x, style)

    effects = [
        _range(getattr(own, name), f"{at}.{name}", effect, language)
        for name in ("estimate", "ci_low", "ci_high")
    ]
    p = _range(own.p, f"{at}.p", lambda x: formats.p_value(x, style), language)
    return [*effects, p]


def _range(own: Range, at: str, printed: Callable[[float | None], str], language: Language) -> str:
    """ "1.73 to 1.82", or one number where both ends read the same."""
    low, high = printed(own.low), printed(own.high)
    if low == high:
        return marked(low, f"{at}.low")
    ends = {"low": marked(low, f"{at}.low"), "high": marked(high, f"{at}.high")}
    return language.say("{low} to {high}", **ends)


def _change(own: ExtractionRange, at: str, language: Language) -> str:
    if not own.changes:
        return language.say("no")
    outside = marked(formats.count(own.below + own.above, language.numbers), f"{at}.excluding")
    return language.say("yes: {n} exclude the value of no effect", n=outside)


def published_sentence(outcome: OutcomeNames, material: Material, language: Language) -> str:
    """What the primary analysis gives without published contrasts, where it has both."""
    found = material.sensitivities.get(outcome.id)
    row = found.without_published if found else None
    if row is None:
        return ""
    if row.estimate is None:
        return language.say("Without published contrasts nothing can be pooled.")
    at, style = f"{outcome.id}.without_published", language.numbers
    estimate, low, high = (
        marked(formats.estimate(row.measure, getattr(row, name), style), f"{at}.{name}")
        for name in ("estimate", "ci_low", "ci_high")
    )
    return language.say(
        "Without the trials of which only a published contrast is known the primary analysis gives "
        "{estimate} "
        "(95% {interval} {low} to {high}; trials left: {k}).",
        estimate=estimate,
        interval=formats.CREDIBLE if row.ci_method == "credible" else "CI",
        low=low,
        high=high,
        k=marked(str(row.k), f"{at}.k"),
    )


def extraction_sentence(outcome: OutcomeNames, material: Material, language: Language) -> str:
    """What the sources leave open about an outcome's primary result; nothing where they do not."""
    ranges = uncertain(material, outcome.id)
    if not ranges:
        return ""
    own, first = ranges[0], ranges_sentence(outcome, material, language)
    at = _at(outcome.id, own)
    null = null_value(outcome.result.outcome.measure)
    if not own.changes:
        same = language.say(
            "Whether the interval excludes {null} does not depend on the table.", null=null
        )
        return f"{first} {same}"
    second = language.say(
        "The interval excludes {null} in {n} of them, and not in the others.",
        null=null,
        n=marked(str(own.below + own.above), f"{at}.excluding"),
    )
    return f"{first} {second}"


def ranges_sentence(outcome: OutcomeNames, material: Material, language: Language) -> str:
    """How far the tables of counts that the sources admit move the primary result."""
    for own in uncertain(material, outcome.id)[:1]:
        estimates, low, high, _ = _ranges(outcome, own, language)
        return language.say(
            "The sources admit {tables} tables of counts, over which the estimate is {estimates}, "
            "its lower limit {low} and its upper limit {high}.",
            tables=_tables(own, _at(outcome.id, own), language),
            estimates=estimates,
            low=low,
            high=high,
        )
    return ""


# --- multiverse -----------------------------------------------------------------------------------


def multiverse_table(scope: Scope) -> TableBody:
    """For each outcome and measure, how many analyses there are and on which side they lie."""
    say = scope.language.say
    columns = (
        Column(say("Outcome"), width=2.4),
        Column(say("Measure"), "center", 0.8),
        Column(say("Analyses"), RIGHT, 0.9),
        Column(say("Estimates"), RIGHT, 1.6),
        Column(say("Median"), RIGHT, 0.8),
        *(_of_no_effect(scope) if scope.compared else ()),
        Column(say("Lower than the primary"), RIGHT, 1.1),
    )
    rows = [
        row(*cells)
        for outcome in scope.outcomes.values()
        if (found := scope.material.stability.get(outcome.id))
        for cells in _scales(outcome, found.multiverse, scope)
    ]
    caption = say("The multiverse: every combination of the declared choices, by effect measure.")
    shares = say("Shares in per cent of the analyses of a measure.")
    last = say(
        "The last column says where the primary analysis stands: how many analyses of its measure "
        "have a lower estimate."
    )
    note = f"{shares} {last}" if scope.compared else last
    return text(caption), columns, tuple(rows), text(note)


def _of_no_effect(scope: Scope) -> tuple[Column, ...]:
    """The columns of how many lie on which side of no effect, where anything is compared."""
    say = scope.language.say
    return (
        Column(say("Estimates above no effect"), RIGHT, 1.1),
        Column(say("Intervals above"), RIGHT, 1.0),
        Column(say("Intervals below"), RIGHT, 1.0),
    )


def _scales(outcome: OutcomeNames, found: Multiverse, scope: Scope) -> list[list[str | Inlines]]:
    language, style = scope.language, scope.language.numbers
    rows: list[list[str | Inlines]] = []
    for place, scale in enumerate(found.scales):
        at, tally = f"{outcome.id}.multiverse.{scale.measure}", scale.tally
        ends = Range(scale.low, scale.high)
        measure = scale.measure

        def printed(x: float | None, measure: str = measure) -> str:
            return formats.estimate(measure, x, style)

        shares = [
            formats.MISSING
            if scale.null is None
            else marked(share(getattr(tally, name), tally.analyses, language), f"{at}.{name}")
            for name in (("above", "ci_above", "ci_below") if scope.compared else ())
        ]
        known = place == 0 and found.lower is not None
        lower = marked(str(found.lower), f"{outcome.id}.multiverse.lower") if known else ""
        rows.append(
            [
                _linked(outcome, scope) if place == 0 else "",
                short_measure(measure, language) or measure,
                marked(str(tally.analyses), f"{at}.analyses"),
                _range(ends, at, printed, language),
                marked(printed(scale.median), f"{at}.median"),
                *shares,
                lower,
            ]
        )
    return rows


def _linked(outcome: OutcomeNames, scope: Scope) -> Inlines:
    """The outcome's name, leading to its curve where there is one."""
    label = text(outcome.label)
    drawn = f"{outcome.id}/multiverse" in printed_figures(outcome, scope.material.figures)
    return (Link(f"#fig-{outcome.id}-multiverse", label),) if drawn else label


# --- sequential analysis --------------------------------------------------------------------------


def sequential_table(scope: Scope) -> TableBody:
    """The outcomes with a sequential analysis: what was planned, what is there, what follows."""
    say, language = scope.language.say, scope.language
    columns = (
        Column(say("Outcome"), width=2.0),
        Column(say("Planned for"), width=1.8),
        Column(say("Required participants"), RIGHT, 1.1),
        Column(say("Diversity"), RIGHT, 0.8),
        Column(say("Participants"), RIGHT, 1.0),
        Column("Z", RIGHT, 0.6),
        Column(say("Boundary"), RIGHT, 0.8),
        Column(say("Adjusted interval"), RIGHT, 1.5),
        Column(say("Verdict"), width=2.6),
    )
    rows = [
        row(outcome.label, *_sequential(outcome, found.sequential, language))
        for outcome in scope.outcomes.values()
        if (found := scope.material.stability.get(outcome.id)) and found.sequential.looks
    ]
    caption = say(
        "Sequential analyses, which treat the meta-analysis as one that is still growing."
    )
    return text(caption), columns, tuple(rows), ()


def _sequential(outcome: OutcomeNames, found: Sequential, language: Language) -> list[str]:
    style, at = language.numbers, f"{outcome.id}.sequential"
    last = found.looks[-1]
    measure = outcome.result.outcome.measure
    estimate, low, high = (
        marked(formats.estimate(measure, getattr(found, name), style), f"{at}.{name}")
        for name in ("estimate", "adjusted_low", "adjusted_high")
    )
    diversity = formats.percent(100 * (found.diversity or 0.0), 0, style)
    boundary = next((x.boundary for x in reversed(found.looks) if x.boundary is not None), None)
    return [
        planned_effect(found, language),
        marked(formats.count(found.required, style), f"{at}.required"),
        marked(diversity, f"{at}.diversity"),
        marked(formats.count(last.participants, style), f"{at}.participants"),
        marked(formats.number(last.z, 2, style), f"{at}.z"),
        marked(formats.number(boundary, 2, style), f"{at}.boundary"),
        formats.bracketed(estimate, low, high, style),
        verdict(found, language),
    ]


# --- names for texts ------------------------------------------------------------------------------


def _changes(material: Material, outcome: str) -> bool:
    return any(own.changes for own in uncertain(material, outcome))


def _counted(outcome: OutcomeNames, material: Material, what: str) -> str:
    """How many tables the sources admit, or how many of them give an interval without no effect."""
    for own in uncertain(material, outcome.id)[:1]:
        n = own.tables if what == "tables" else own.below + own.above
        return marked(str(n), f"{_at(outcome.id, own)}.{what}")
    return formats.MISSING


def stability_names(
    material: Material, outcomes: Sequence[OutcomeNames], language: Language
) -> dict[str, Any]:
    """What texts can ask: whether there is a table of each kind, and an outcome's sentence."""
    known = [material.stability[o.id] for o in outcomes if o.id in material.stability]
    ranges = [own for o in outcomes for own in uncertain(material, o.id)[:1]]
    return {
        "uncertain": len(ranges),
        "changing": [
            o.label for o in outcomes if any(r.changes for r in uncertain(material, o.id))
        ],
        "multiverse": any(item.multiverse.scales for item in known),
        "beyond": [o.label for o in outcomes if o.k > bounds.ONE_BY_ONE],
        "sequential": any(item.sequential.looks for item in known),
        "assumed": any(assumed(material, o.id) for o in outcomes),
        "converted": {o.id: conversion_sentence(o, language) for o in outcomes},
        "published": {o.id: published_sentence(o, material, language) for o in outcomes},
        "influence": {o.id: influence_sentence(o, material, language) for o in outcomes},
        "ranges": {o.id: ranges_sentence(o, material, language) for o in outcomes},
        "steady": {
            o.id: r.exact and not r.changes for o in outcomes for r in uncertain(material, o.id)[:1]
        },
        "sentence": {o.id: extraction_sentence(o, material, language) for o in outcomes},
        "tables": {o.id: _counted(o, material, "tables") for o in outcomes},
        "excluding": {o.id: _counted(o, material, "excluding") for o in outcomes},
    }
