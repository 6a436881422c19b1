"""The primary analysis beside what it would be without small-study effects, as a forest plot."""

from dataclasses import replace

from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import isolated
from metasynth.figures.forest.columns import Column
from metasynth.figures.forest.forest import Composed, draw_composed
from metasynth.figures.forest.preset import JOURNAL
from metasynth.figures.forest.rows import (
    Forest,
    Mark,
    Row,
    favours,
    interval_heading,
    limits,
    pooled_mark,
    with_effects,
)
from metasynth.figures.observed import Observed, observed, subject
from metasynth.figures.outcome import analysis_label, measure_name, one_group
from metasynth.language import keys
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.printed import Printed
from metasynth.model.records import OutcomeResult
from metasynth.sensitivity.adjusted import Adjusted
from metasynth.sensitivity.battery import Filled, Sensitivity

_WEIGHT, _LARGEST = 100.0, 6.5
"""Small squares of one size: these estimates have no weights."""
_NAMES = {
    "PET": message("PET (line on standard errors)"),
    "PEESE": message("PEESE (line on variances)"),
    "3PSM": message("Selection model, one step"),
    "steps": message("Selection model, two steps"),
    "limit": message("Limit meta-analysis"),
}
"""Short for a row of a figure; in full they stand in the report's table."""
CHOSEN = message("{method}, taken by PET-PEESE")


@isolated
def adjusted_estimates(
    result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH
) -> Drawing:
    """Draw the estimates of trim and fill and of every other adjustment, then the pool itself.

    Raises:
        TooFewStudies: without any study that has an effect.
    """
    return draw_composed(composed(result, found, language), language)


def composed(result: OutcomeResult, found: Sensitivity, language: Language) -> Composed:
    """What `adjusted_estimates` shows."""
    data = observed(result)
    rows = [_filled(data, found.trim_and_fill, language)]
    rows += [_row(data, one, language) for one in found.adjusted]
    if data.pooled:
        label, said = analysis_label(data.analysis), data.whole(language)
        label = language.say("{analysis}, unadjusted", analysis=label)
        rows.append(Row("total", label, ("",), pooled_mark("diamond", data.pooled), key=said.at))
    measure = result.outcome.measure
    look = limits(JOURNAL, data.logarithmic, language.numbers)
    told = with_effects(rows, measure, look)
    title = measure_name(result, data.analysis, language)
    forest = Forest(
        language.say("Adjusted by"),
        (Column(interval_heading(rows, language), title, "effect", "right"),),
        told,
        (),
        (_note(language),),
        favours(result, language),
        data.logarithmic,
        data.pooled.estimate if data.pooled else None,
        largest=_LARGEST,
        one_group=one_group(result),
    )
    return Composed(forest, *_words(data, told, language))


def _note(language: Language) -> str:
    return language.say(
        "None of these tells selection from other reasons why small trials differ; they show how "
        "far the result might move."
    )


def _filled(data: Observed, filled: Filled, language: Language) -> Row:
    key = f"{data.result.outcome.id}.trim_and_fill"
    row = Row("study", language.say("Trim and fill"), ("",), key=key)
    if filled.estimate is None:
        return replace(row, cells=(language.say("Not estimable"),))
    return replace(row, mark=_mark(filled))


def _row(data: Observed, one: Adjusted, language: Language) -> Row:
    label = language.say(_NAMES[one.name])
    if one.chosen:
        label = language.say(CHOSEN, method=label)
    row = Row("study", label, ("",), key=keys.adjusted(data.result.outcome.id, one.name))
    if one.estimate is None:
        return replace(row, cells=(language.say("Not estimable"),))
    return replace(row, mark=_mark(one))


def _mark(of: Adjusted | Filled) -> Mark:
    return Mark("square", of.estimate, of.ci_low, of.ci_high, _WEIGHT)


def _words(data: Observed, rows: tuple[Row, ...], language: Language) -> tuple[str, str]:
    kind = language.say("Estimates adjusted for small-study effects")
    at = Printed(keys.figure(data.result.outcome.id, "adjusted"), language.numbers)
    title = language.say(
        "{subject}: {k} studies.",
        subject=subject(kind, data.result, language),
        k=at.count("k", len(data.studies)),
    )
    sentences = (f"{row.label}: {row.cells[-1]}." for row in rows)
    return title, " ".join([title, *sentences, _note(language)])
