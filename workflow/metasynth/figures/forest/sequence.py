"""Leave-one-out and cumulative meta-analyses, drawn as forest plots: a row for each pool."""

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import isolated
from metasynth.figures.forest.columns import Column
from metasynth.figures.forest.forest import Composed, draw_composed
from metasynth.figures.forest.preset import JOURNAL
from metasynth.figures.forest.rows import (
    Forest,
    Row,
    favours,
    interval_heading,
    limits,
    pooled_mark,
    with_effects,
)
from metasynth.figures.observed import Observed, observed, subject
from metasynth.figures.outcome import analysis_label, measure_name, one_group
from metasynth.figures.posteriors import priors_of
from metasynth.language import keys
from metasynth.language.cluster_names import of_several
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.printed import Printed
from metasynth.language.tracked import bare
from metasynth.model.records import Estimate, OutcomeResult
from metasynth.sensitivity.battery import Sensitivity

LEAST = 3
_WEIGHT = 100.0
_LARGEST = 6.5
"""Small squares of one size: these pools have no weights."""


@isolated
def leave_one_out(
    result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH
) -> Drawing:
    """Draw the primary analysis without each study in turn, then with all.

    Raises:
        TooFewStudies: under three studies, of which one less is no pool.
    """
    return draw_composed(left_out(result, found, language), language)


def left_out(result: OutcomeResult, found: Sensitivity, language: Language) -> Composed:
    """What `leave_one_out` shows."""
    data = observed(result, LEAST)
    rows = _named(result, "leave_one_out", found.leave_one_out, "without ", language)
    forest = _forest(data, language.say("Study left out"), rows, language)
    kind = language.say("Leave-one-out analysis")
    line = message("Without {study}: {effect}, number of studies {k}, I² {i2}.")
    return Composed(forest, *_words(data, kind, line, rows, language))


@isolated
def cumulative(
    result: OutcomeResult, found: Sensitivity, *, language: Language = ENGLISH
) -> Drawing:
    """Draw the primary analysis as it grew, adding study after study by year of publication.

    Raises:
        TooFewStudies: under three studies.
    """
    return draw_composed(grown(result, found, language), language)


def grown(result: OutcomeResult, found: Sensitivity, language: Language) -> Composed:
    """What `cumulative` shows."""
    data = observed(result, LEAST)
    rows = _named(result, "cumulative", found.cumulative, "up to ", language)
    forest = _forest(data, language.say("Study added, by year"), rows, language)
    kind = language.say("Cumulative meta-analysis")
    line = message("Up to {study}: {effect}, number of studies {k}, I² {i2}.")
    return Composed(forest, *_words(data, kind, line, rows, language))


class _Pool(NamedTuple):
    """A pool, the label of the study that it is named after, and what prints its numbers."""

    estimate: Estimate
    label: str
    said: Printed


def _named(
    result: OutcomeResult, kind: str, pools: Sequence[Estimate], prefix: str, language: Language
) -> list[_Pool]:
    named = ((pool, pool.subgroup.removeprefix(prefix)) for pool in pools)
    return [
        _Pool(
            pool,
            name(of_several(study, result, language)),
            Printed(keys.sequence(pool.outcome, pool.analysis, kind, study), language.numbers),
        )
        for pool, study in named
    ]


def _forest(data: Observed, heading: str, pools: Sequence[_Pool], language: Language) -> Forest:
    """The rows of a forest plot: a square for each pool, a diamond for all studies."""
    rows = [_row(pool, False, language) for pool in pools]
    if data.pooled:
        label, said = language.say("All studies"), data.whole(language)
        rows.append(_row(_Pool(data.pooled, label, said), True, language))
    measure = data.result.outcome.measure
    look = limits(JOURNAL, data.logarithmic, language.numbers)
    title = measure_name(data.result, data.analysis, language)
    effects = Column(interval_heading(rows, language), title, "effect", "right")
    words = [language.say("Studies"), "Tau²", "I²"]
    if data.pooled is None or data.pooled.p is not None:
        words.append("p")
    else:  # as of a posterior
        rows = [replace(row, cells=(*row.cells[:3], row.cells[-1])) for row in rows]
    analysis = language.say("Analysis: {analysis}.", analysis=analysis_label(data.analysis))
    priors = priors_of(data.analysis, language)
    return Forest(
        heading,
        (*(Column(word) for word in words), effects),
        with_effects(rows, measure, look),
        (),
        tuple(filter(None, (analysis, priors))),
        favours(data.result, language),
        data.logarithmic,
        data.pooled.estimate if data.pooled else None,
        largest=_LARGEST,
        one_group=one_group(data.result),
    )


def _row(of: _Pool, total: bool, language: Language) -> Row:
    pool, label, said = of
    cells = (
        said.count(*pool.studies),
        said.positive("tau2", pool.tau2),
        said.percent("i2", pool.i2),
        said.p("p", pool.p),
    )
    if pool.estimate is None:
        return Row("study", label, (*cells, language.say("Not estimable")))
    mark = pooled_mark("diamond" if total else "square", pool, 0.0 if total else _WEIGHT)
    return Row("total" if total else "study", label, (*cells, ""), mark, key=said.at)


_ONE = message("{subject}: pooled estimates of {low} throughout.")
_SEVERAL = message("{subject}: pooled estimates from {low} to {high}.")


def _words(
    data: Observed, kind: str, message: str, pools: Sequence[_Pool], language: Language
) -> tuple[str, str]:
    known = [(pool.estimate.estimate, pool) for pool in pools if pool.estimate.estimate is not None]
    ends = (find(known, key=itemgetter(0)) for find in (min, max))
    measure = data.result.outcome.measure
    low, high = (pool.said.estimate("estimate", measure, value) for value, pool in ends)
    title = language.say(
        _ONE if bare(low) == bare(high) else _SEVERAL,
        subject=subject(kind, data.result, language),
        low=low,
        high=high,
    )
    sentences = (
        language.say(
            message,
            study=label,
            effect=said.effect(pool),
            k=said.count(*pool.studies),
            i2=said.percent("i2", pool.i2),
        )
        for pool, label, said in pools
    )
    return title, " ".join([title, *sentences])
