"""Leave-one-out and cumulative meta-analyses, drawn as forest plots: a row for each pool."""

from collections.abc import Sequence

from metasynth import sensitivity
from metasynth.figures.columns import Column
from metasynth.figures.forest import draw_forest
from metasynth.figures.observed import Observed, observed, subject
from metasynth.figures.outcome import analysis_label, compares, measure_name, study_label
from metasynth.figures.page import Drawing
from metasynth.figures.preset import COCHRANE
from metasynth.figures.rows import Forest, Mark, Row, favours, limits, with_effects
from metasynth.figures.style import isolated
from metasynth.formats import count, effect, estimate, p_value, percent, positive
from metasynth.language import ENGLISH, Language, message
from metasynth.records import Estimate, OutcomeResult

LEAST = 3
_WEIGHT = 100.0
_LARGEST = 6.5
"""Small squares of one size: these pools have no weights."""


@isolated
def leave_one_out(result: OutcomeResult, *, language: Language = ENGLISH) -> Drawing:
    """Draw the primary analysis without each study in turn, then with all.

    Raises:
        TooFewStudies: under three studies, of which one less is no pool.
    """
    data = observed(result, LEAST)
    pools = sensitivity.leave_one_out(result.outcome, data.analysis.spec, result.studies)
    labels = _labels(result, pools, "without ")
    heading = language.say("Study left out")
    figure = draw_forest(_forest(data, heading, labels, pools, language), language)
    kind = language.say("Leave-one-out analysis")
    return Drawing(
        figure,
        *_words(
            data,
            kind,
            message("Without {study}: {effect}, number of studies {k}, I² {i2}."),
            labels,
            pools,
            language,
        ),
    )


@isolated
def cumulative(result: OutcomeResult, *, language: Language = ENGLISH) -> Drawing:
    """Draw the primary analysis as it grew, adding study after study by year of publication.

    Raises:
        TooFewStudies: under three studies.
    """
    data = observed(result, LEAST)
    pools = sensitivity.cumulative(result.outcome, data.analysis.spec, result.studies)
    labels = _labels(result, pools, "up to ")
    heading = language.say("Study added, by year")
    figure = draw_forest(_forest(data, heading, labels, pools, language), language)
    kind = language.say("Cumulative meta-analysis")
    return Drawing(
        figure,
        *_words(
            data,
            kind,
            message("Up to {study}: {effect}, number of studies {k}, I² {i2}."),
            labels,
            pools,
            language,
        ),
    )


def _labels(result: OutcomeResult, pools: Sequence[Estimate], prefix: str) -> list[str]:
    """The study that each pool is named after, by its label."""
    names = {study.study: study_label(study) for study in result.studies}
    return [names[pool.subgroup.removeprefix(prefix)] for pool in pools]


def _forest(
    data: Observed,
    heading: str,
    labels: Sequence[str],
    pools: Sequence[Estimate],
    language: Language,
) -> Forest:
    """The rows of a forest plot: a square for each pool, a diamond for all studies."""
    rows = [_row(label, pool, False, language) for label, pool in zip(labels, pools, strict=True)]
    if data.pooled:
        rows.append(_row(language.say("All studies"), data.pooled, True, language))
    measure = data.result.outcome.measure
    look = limits(COCHRANE, data.logarithmic, language.numbers)
    name = measure_name(data.result, data.analysis, language)
    effects = Column(language.say("[95% CI]"), name, "effect")
    words = (language.say("Studies"), "Tau²", "I²", "p")
    analysis = language.say("Analysis: {analysis}.", analysis=analysis_label(data.analysis))
    return Forest(
        heading,
        (*(Column(word) for word in words), effects),
        with_effects(rows, measure, look),
        (),
        (analysis,),
        favours(data.result, language),
        data.logarithmic,
        data.pooled.estimate if data.pooled else None,
        largest=_LARGEST,
        share=not compares(data.result),
    )


def _row(label: str, pool: Estimate, total: bool, language: Language) -> Row:
    numbers = language.numbers
    cells = (
        count(pool.k),
        positive(pool.tau2, numbers),
        percent(pool.i2, 0, numbers),
        p_value(pool.p, numbers),
    )
    if pool.estimate is None:
        return Row("study", label, (*cells, language.say("Not estimable")))
    values = pool.estimate, pool.ci_low, pool.ci_high
    mark = Mark("diamond", *values) if total else Mark("square", *values, _WEIGHT)
    return Row("total" if total else "study", label, (*cells, ""), mark)


def _words(
    data: Observed,
    kind: str,
    message: str,
    labels: Sequence[str],
    pools: Sequence[Estimate],
    language: Language,
) -> tuple[str, str]:
    numbers = language.numbers
    values = [pool.estimate for pool in pools if pool.estimate is not None]
    measure = data.result.outcome.measure
    title = language.say(
        "{subject}: pooled effects from {low} to {high}.",
        subject=subject(kind, data.result, language),
        low=estimate(measure, min(values), numbers),
        high=estimate(measure, max(values), numbers),
    )
    sentences = (
        language.say(
            message,
            study=label,
            effect=effect(measure, pool.estimate, pool.ci_low, pool.ci_high, numbers),
            k=pool.k,
            i2=percent(pool.i2, 0, numbers),
        )
        for label, pool in zip(labels, pools, strict=True)
    )
    return title, " ".join([title, *sentences])
