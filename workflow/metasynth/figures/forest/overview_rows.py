"""One forest plot for the whole review: benefits and harms, each outcome by its first analyses."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from metasynth.figures import drawn
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import isolated
from metasynth.figures.canvas.text import name
from metasynth.figures.forest.columns import Column
from metasynth.figures.forest.forest import draw_forest
from metasynth.figures.forest.preset import COCHRANE
from metasynth.figures.forest.rows import (
    Forest,
    Row,
    interval_heading,
    limits,
    pooled_mark,
    with_effects,
)
from metasynth.figures.outcome import (
    analysis_label,
    chosen_analyses,
    compares,
    group_names,
    measure_title,
    one_group,
    overall,
)
from metasynth.figures.posteriors import priors_of
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.printed import Printed, of_pool
from metasynth.language.sentences import lowered
from metasynth.language.tracked import bare, marked
from metasynth.model.measure_catalogue import ONE_GROUP
from metasynth.model.methods import MEASURE
from metasynth.model.primary_effects import is_logarithmic
from metasynth.model.records import AnalysisResult, Estimate, OutcomeResult

_WEIGHT, _LARGEST = 100.0, 5.5


@isolated
def summary(results: Sequence[OutcomeResult], *, language: Language = ENGLISH) -> Drawing:
    """Draw the primary analysis of each outcome (filled) above its second (hollow).

    The outcomes share an axis, so that all must be ratios, or all differences of one measure.

    Raises:
        ValueError: without results, or when they cannot share an axis.
    """
    _require_one_axis(results)
    rows = list(_rows(results, language))
    groups = group_names(results[0], language)
    look = limits(COCHRANE, is_logarithmic(results[0]), language.numbers)
    words = (language.say("Measure"), language.say("Studies"), language.say("Participants"))
    alone = not compares(results[0])
    heading = language.say("Estimate") if alone else language.say("Effect")
    effects = Column(interval_heading(rows, language), heading, "effect")
    legend = language.say("Squares: primary analysis. Circles: second analysis, where it differs.")
    said = Forest(
        language.say("Outcome"),
        (*(Column(word) for word in words), effects),
        with_effects(rows, results[0].outcome.measure, look),
        (),
        (legend, *_priors(results, language)),
        ("", "") if alone else _sides(groups[0], language),
        is_logarithmic(results[0]),
        None,
        largest=_LARGEST,
        one_group=one_group(results[0]),
    )
    return Drawing(draw_forest(said, language), *_words(results, language))


def _priors(results: Sequence[OutcomeResult], language: Language) -> Iterator[str]:
    """The priors of each primary analysis that has any, once."""
    primary = {r.analyses[0].spec.name: r.analyses[0] for r in results if r.analyses[0].posterior}
    for analysis in primary.values():
        said = {"analysis": analysis_label(analysis), "priors": priors_of(analysis, language)}
        yield language.say("CrI: credible interval. {analysis}: {priors}", **said)


def _sides(group: str, language: Language) -> tuple[str, str]:
    """What lies left and right of no effect."""
    return (
        "←\u00a0" + language.say("Less with {group}", group=group),
        language.say("More with {group}", group=group) + "\u00a0→",
    )


def _require_one_axis(results: Sequence[OutcomeResult]) -> None:
    scales = {"ratio" if is_logarithmic(result) else result.outcome.measure for result in results}
    if len(scales) != 1:
        found = ", ".join(sorted(scales)) or "none"
        raise ValueError(f"outcomes of one axis must share a scale; these have {found}")


def _grouped(
    results: Sequence[OutcomeResult], language: Language
) -> Iterator[tuple[str, list[OutcomeResult]]]:
    """The outcomes of each direction that occurs, under a heading that says what more means."""
    for direction, heading in (
        ("benefit", language.say("Benefits (more is better)")),
        ("harm", language.say("Harms (more is worse)")),
    ):
        members = [result for result in results if result.outcome.direction == direction]
        if members:
            yield heading, members


def _rows(results: Sequence[OutcomeResult], language: Language) -> Iterator[Row]:
    for heading, members in _grouped(results, language):
        yield Row("heading", heading)
        for result in members:
            yield from _outcome_rows(result, language)


def _outcome_rows(result: OutcomeResult, language: Language) -> Iterator[Row]:
    """The primary analysis, and the second where it says something else."""
    first, *others = chosen_analyses(result, drawn(result))
    row = _row(first, name(result.outcome.label), language)
    yield row
    for other in others:
        second = _row(other, analysis_label(other), language)
        if second.mark and _says(second) != _says(row):
            mark = replace(second.mark, second=True)
            yield replace(second, mark=mark, indented=True)


def _says(row: Row) -> tuple[object, ...]:
    return *map(bare, row.cells), row.mark


def _row(analysis: AnalysisResult, label: str, language: Language) -> Row:
    pooled = overall(analysis)
    estimate = pooled or analysis.estimates[0]
    measure = (
        language.say("Peto OR") if analysis.spec.model == "Peto" else _measure(estimate, language)
    )
    said = of_pool(estimate, language.numbers)
    cells = (measure, *_sizes(estimate, said))
    if pooled is None:
        return Row("study", label, (*cells, language.say("Not estimable")))
    mark = pooled_mark("square", pooled, _WEIGHT)
    return Row("study", label, (*cells, ""), mark, key=said.at)


def _measure(estimate: Estimate, language: Language) -> str:
    """The letters of a measure; one group's are those of its transformation, and no reader's."""
    alone = MEASURE[estimate.measure].types[0] in ONE_GROUP
    return measure_title(estimate.measure, language) if alone else estimate.measure


def _sizes(estimate: Estimate, said: Printed) -> tuple[str, str]:
    """Studies and participants of a pool; participants are unknown of published contrasts."""
    totals = [estimate.total_intervention, estimate.total_control]
    if MEASURE[estimate.measure].types[0] in ONE_GROUP:
        totals = totals[:1]
    known = None if None in totals else sum(total or 0 for total in totals)
    return said.count("k", estimate.k), said.count("participants", known)


def _words(results: Sequence[OutcomeResult], language: Language) -> tuple[str, str]:
    intervention, control = map(lowered, group_names(results[0], language))
    n = marked(str(len(results)), "review.shown")
    title = language.say(
        "Forest plot of {n} outcomes, {intervention} compared with {control}.",
        n=n,
        intervention=intervention,
        control=control,
    )
    if not compares(results[0]):
        title = language.say("Forest plot of {n} outcomes, {group}.", n=n, group=intervention)
    return title, " ".join([title, *_sentences(results, language)])


def _sentences(results: Sequence[OutcomeResult], language: Language) -> Iterator[str]:
    for heading, members in _grouped(results, language):
        yield heading + ":"
        for result in members:
            parts = []
            for analysis in chosen_analyses(result, drawn(result)):
                pooled = overall(analysis)
                said = language.say("not estimable")
                if pooled:
                    effect = of_pool(pooled, language.numbers).effect(pooled)
                    said = f"{_measure(pooled, language)} {effect}"
                parts.append(f"{analysis_label(analysis)} {said}")
            yield f"{name(result.outcome.label)}: {'; '.join(parts)}."
