"""One forest plot for the whole review: benefits and harms, each outcome by its first analyses."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from metasynth.figures import drawn
from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import isolated
from metasynth.figures.forest.columns import Column
from metasynth.figures.forest.forest import draw_panels
from metasynth.figures.forest.preset import JOURNAL
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
from metasynth.language.compared import comparison_title
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.printed import Printed, of_pool
from metasynth.language.sentences import lowered, noun
from metasynth.language.tracked import bare, marked
from metasynth.language.units import with_unit
from metasynth.model.measure_catalogue import ONE_GROUP
from metasynth.model.methods import MEASURE, letters
from metasynth.model.primary_effects import is_logarithmic
from metasynth.model.records import AnalysisResult, Estimate, OutcomeResult

_WEIGHT, _LARGEST = 100.0, 5.5


@isolated
def summary(results: Sequence[OutcomeResult], *, language: Language = ENGLISH) -> Drawing:
    """Draw the primary analysis of each outcome (filled) above its second (hollow).

    Each measure has a panel with an axis of its own: a risk ratio and an odds ratio of the same
    trials are different numbers. So has each of several comparisons.

    Raises:
        ValueError: without results.
    """
    if not results:
        raise ValueError("there are no outcomes to show")
    panels = [_panel(members, language) for members in _alike(results, language)]
    legend = language.say("Squares: primary analysis. Circles: second analysis, where it differs.")
    panels[-1] = replace(panels[-1], notes=(legend, *_priors(results, language)))
    return Drawing(draw_panels(panels, language), *_words(results, language))


def _alike(results: Sequence[OutcomeResult], language: Language) -> Iterable[list[OutcomeResult]]:
    """The outcomes of each comparison, measure and unit, in the order in which these come."""
    found: dict[tuple[str, str], list[OutcomeResult]] = {}
    for result in results:
        outcome = result.outcome
        measure = with_unit(outcome.measure, outcome, language)
        found.setdefault((outcome.comparison, measure), []).append(result)
    return found.values()


def _by_comparison(results: Sequence[OutcomeResult]) -> Iterable[list[OutcomeResult]]:
    """The outcomes of each comparison; of a review of one, all."""
    found: dict[str, list[OutcomeResult]] = {}
    for result in results:
        found.setdefault(result.outcome.comparison, []).append(result)
    return found.values()


def _panel(results: Sequence[OutcomeResult], language: Language) -> Forest:
    """Outcomes of one measure."""
    first, alone = results[0], not compares(results[0])
    words = (language.say("Studies"), language.say("Participants"))
    title = name(with_unit(measure_title(first.outcome.measure, language), first.outcome, language))
    rows = [*_compared(first, language), *_rows(results, language)]
    effects = Column(interval_heading(rows, language), title, "effect", "right")
    look = limits(JOURNAL, is_logarithmic(first), language.numbers)
    group, _ = group_names(first, language)
    return Forest(
        language.say("Outcome"),
        (*(Column(word) for word in words), effects),
        with_effects(rows, first.outcome.measure, look),
        (),
        (),
        ("", "") if alone else sides(group, language),
        is_logarithmic(first),
        None,
        largest=_LARGEST,
        one_group=one_group(first),
    )


def _priors(results: Sequence[OutcomeResult], language: Language) -> Iterator[str]:
    """What CrI is, and the priors of each primary analysis that has any, once."""
    primary = {r.analyses[0].spec.name: r.analyses[0] for r in results if r.analyses[0].posterior}
    if primary:
        yield language.say("CrI: credible interval.")
    for analysis in primary.values():
        priors = priors_of(analysis, language)
        yield priors if len(primary) == 1 else f"{analysis_label(analysis)}: {priors}"


def sides(group: str, language: Language) -> tuple[str, str]:
    """What lies left and right of no effect."""
    group = noun(group, language)
    return (
        "←\u00a0" + language.say("Less with {group}", group=group),
        language.say("More with {group}", group=group) + "\u00a0→",
    )


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


def _compared(result: OutcomeResult, language: Language) -> Iterator[Row]:
    """Which of several comparisons the outcomes are of."""
    if result.outcome.comparison:
        yield Row("heading", name(comparison_title(result.comparison, language)))


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
    said = of_pool(estimate, language.numbers)
    cells = _sizes(estimate, said)
    if pooled is None:
        return Row("study", label, (*cells, language.say("Not estimable")))
    mark = pooled_mark("square", pooled, _WEIGHT)
    return Row("study", label, (*cells, ""), mark, key=said.at)


def _measure(estimate: Estimate, language: Language) -> str:
    """The letters of a measure; one group's are those of its transformation, and no reader's."""
    alone = MEASURE[estimate.measure].types[0] in ONE_GROUP
    return measure_title(estimate.measure, language) if alone else letters(estimate.measure)


def _sizes(estimate: Estimate, said: Printed) -> tuple[str, str]:
    """Studies and participants of a pool; participants are unknown of published contrasts."""
    totals = [estimate.total_intervention, estimate.total_control]
    if MEASURE[estimate.measure].types[0] in ONE_GROUP:
        totals = totals[:1]
    known = None if None in totals else sum(total or 0 for total in totals)
    return said.count(*estimate.studies), said.count("participants", known)


def _words(results: Sequence[OutcomeResult], language: Language) -> tuple[str, str]:
    intervention, control = map(lowered, group_names(results[0], language))
    n = marked(str(len(results)), "review.shown")
    title = language.say(
        "Forest plot of {n} outcomes, {intervention} compared with {control}.",
        n=n,
        intervention=intervention,
        control=control,
    )
    several = len(list(_by_comparison(results))) > 1
    if several:
        title = language.say("Forest plot of {n} results, comparison by comparison.", n=n)
    elif not compares(results[0]):
        title = language.say("Forest plot of {n} outcomes, {group}.", n=n, group=intervention)
    return title, " ".join([title, *_sentences(results, language)])


def _sentences(results: Sequence[OutcomeResult], language: Language) -> Iterator[str]:
    compared = [*_by_comparison(results)]
    for own in compared:
        if len(compared) > 1:
            yield f"{name(comparison_title(own[0].comparison, language))}."
        yield from _of_one(own, language)


def _of_one(results: Sequence[OutcomeResult], language: Language) -> Iterator[str]:
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
