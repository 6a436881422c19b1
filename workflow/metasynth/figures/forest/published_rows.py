"""Estimates that a publication's figures print, drawn above ours: each item as a pair of rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metasynth.audit.reproduction import as_published, reproduction
from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import Drawing
from metasynth.figures.canvas.style import isolated
from metasynth.figures.forest.columns import Column
from metasynth.figures.forest.forest import draw_panels
from metasynth.figures.forest.preset import JOURNAL
from metasynth.figures.forest.rows import (
    Forest,
    Kind,
    Mark,
    Row,
    favours,
    interval_heading,
    limits,
    pooled_mark,
    with_effects,
)
from metasynth.figures.outcome import analysis_label, measure_name, of_effect, overall, study_label
from metasynth.language import keys
from metasynth.language.compared import full_label
from metasynth.language.formats import bracketed
from metasynth.language.interval_names import interval_name
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.printed import Printed, of_pool
from metasynth.language.tracked import marked
from metasynth.model.primary_effects import is_logarithmic
from metasynth.model.records import AnalysisResult, Claim, OutcomeResult

_WEIGHT, _LARGEST, _WIDEST = 100.0, 6.5, 6.0


@dataclass(frozen=True, slots=True)
class _Pair:
    """A printed estimate, and the outcome and the analysis that recompute it."""

    claim: Claim
    result: OutcomeResult
    analysis: AnalysisResult


@isolated
def published(
    claims: Sequence[Claim], results: Sequence[OutcomeResult], *, language: Language = ENGLISH
) -> Drawing:
    """Draw each printed estimate with its limits above the recomputed one, outcome by outcome.

    `claims` are those that can be drawn (`catalogue.beside`). Below the pooled ones stands this
    review's own primary analysis of the outcome.

    Raises:
        ValueError: when no figure prints an estimate that was recomputed.
    """
    outcomes = _by_outcome(claims, results)
    if not outcomes:
        raise ValueError("no published figure has an estimate that was recomputed")
    panels = [_panel(pairs, language) for pairs in outcomes]
    return Drawing(draw_panels(panels, language), *_words(outcomes, language))


def _by_outcome(
    claims: Sequence[Claim], results: Sequence[OutcomeResult]
) -> tuple[tuple[_Pair, ...], ...]:
    """The pairs of each outcome, in the order of the claims."""
    found: dict[str, list[_Pair]] = {}
    for claim in claims:
        result = as_published(claim, results)
        if result is None or not result.outcome.as_published:
            continue
        (analysis,) = (a for a in result.analyses if a.spec.name == result.outcome.as_published)
        if reproduction(claim, results).verdict != "cannot be checked":
            found.setdefault(result.outcome.id, []).append(_Pair(claim, result, analysis))
    return tuple(tuple(pairs) for pairs in found.values())


def _panel(pairs: Sequence[_Pair], language: Language) -> Forest:
    first = pairs[0].result
    ours = tuple(_own(first, language))
    kind = f"\u00a0{interval_name(False)}" if any(r.mark and r.mark.credible for r in ours) else ""
    rows = [r for p in pairs for r in (_printed(p, kind, language), *_recomputed(p, language))]
    studies, totals = ([r for r in rows if (r.kind == "total") == is_total] for is_total in (0, 1))
    heading = Row("heading", _title(pairs, language))
    look = limits(JOURNAL, is_logarithmic(first), language.numbers)
    measure = measure_name(first, None, language)
    every = (heading, *studies, *totals, *ours)
    return Forest(
        language.say("Study"),
        (Column(interval_heading(every, language), measure, "effect", "right"),),
        with_effects(every, first.outcome.measure, look),
        (),
        (),
        favours(first, language),
        is_logarithmic(first),
        None,
        largest=_LARGEST,
        widest=_WIDEST,
    )


def _title(pairs: Sequence[_Pair], language: Language) -> str:
    """The publication's figure and what it is of."""
    place = "; ".join(dict.fromkeys(pair.claim.locator for pair in pairs))
    return name(
        language.say(
            "{place} of the published review: {outcome}",
            place=language.label(place),
            outcome=full_label(pairs[0].result, language),
        )
    )


def _subject(pair: _Pair, language: Language) -> str:
    labels = {study.study: study_label(study) for study in pair.result.studies}
    return labels.get(pair.claim.study_id) or language.say("Pooled")


def _limits(pair: _Pair, language: Language) -> tuple[str, str, str]:
    """The printed estimate and limits, as printed but for the decimal mark, each with its key."""
    claim = pair.claim
    return tuple(  # type: ignore[return-value]
        marked(language.written(getattr(claim, field)), keys.cell(claim.cell, field))
        for field in ("estimate", "ci_low", "ci_high")
    )


def _printed(pair: _Pair, kind_of_interval: str, language: Language) -> Row:
    """As the publication prints it; what its interval is where others are of another kind."""
    claim, (estimate, low, high) = pair.claim, _limits(pair, language)
    kind: Kind = "study" if claim.study_id else "total"
    values = float(claim.estimate), float(claim.ci_low), float(claim.ci_high)
    mark = Mark("square" if claim.study_id else "diamond", *values, _WEIGHT)
    label = language.say("{subject}, as printed", subject=_subject(pair, language))
    cell = bracketed(estimate, low, high, language.numbers) + kind_of_interval
    return Row(kind, name(label), (cell,), mark)


def _recomputed(pair: _Pair, language: Language) -> Iterator[Row]:
    """The row of the same study, or pool, in the analysis that is to repeat the published one."""
    result, analysis, claim = pair.result, pair.analysis, pair.claim
    if claim.study_id:
        label = name(language.say("recomputed"))
        effect = next(e for e in analysis.studies if e.study == claim.study_id)
        mark = Mark("square", effect.estimate, effect.ci_low, effect.ci_high, _WEIGHT, second=True)
        key = of_effect(result, effect, language).at
        yield Row("study", label, ("",), mark, indented=True, key=key)
    elif pooled := overall(analysis):
        label = name(language.say("Pooled, recomputed"))
        mark = pooled_mark("diamond", pooled)
        yield Row("total", label, ("",), mark, key=of_pool(pooled, language.numbers).at)


def _own(result: OutcomeResult, language: Language) -> Iterator[Row]:
    """This review's primary analysis, where it is another than the published one."""
    analysis = result.analyses[0]
    pooled = overall(analysis)
    if pooled and analysis.spec.name != result.outcome.as_published:
        label = language.say("This review: {analysis}", analysis=analysis_label(analysis))
        mark = pooled_mark("diamond", pooled)
        yield Row("total", name(label), ("",), mark, key=of_pool(pooled, language.numbers).at)


def _words(outcomes: Sequence[Sequence[_Pair]], language: Language) -> tuple[str, str]:
    """How many printed estimates are met, and each beside ours."""
    pairs = [pair for found in outcomes for pair in found]
    title = language.say(
        "Forest plot of published estimates beside recomputed ones: {outcomes}.",
        outcomes="; ".join(full_label(found[0].result, language) for found in outcomes),
    )
    return title, " ".join([title, *(_sentence(pair, language) for pair in pairs)])


def _sentence(pair: _Pair, language: Language) -> str:
    estimate, low, high = _limits(pair, language)
    rows = list(_recomputed(pair, language))
    mark, own = rows[0].mark, Printed(rows[0].key, language.numbers)
    measure = pair.result.outcome.measure
    assert mark is not None
    return language.say(
        "{outcome}, {subject}: printed {printed}, recomputed {ours}.",
        outcome=full_label(pair.result, language),
        subject=_subject(pair, language),
        printed=bracketed(estimate, low, high, language.numbers),
        ours=own.bracketed(measure, mark.estimate, mark.low, mark.high),
    )
