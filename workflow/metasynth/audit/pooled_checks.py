"""Checks of statements about pooled results."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from metasynth.audit.counts import admissible, combinations
from metasynth.audit.records import Evidence, Finding, judged, places, unchecked
from metasynth.audit.reproduction import as_published, reproduction
from metasynth.audit.trial_checks import asserted
from metasynth.methods import no_effect
from metasynth.records import AnalysisResult, Claim, Estimate, OutcomeResult, StudyData

_SIDES = ("intervention", "control")


def figure_estimate(claim: Claim, evidence: Evidence) -> Finding:
    """A printed estimate with its limits: reproduced where every printed digit is.

    By the analysis that config.yaml declares as the published one, rounded to the same decimals.
    Where counts behind it were themselves derived from this figure, the finding says so.
    """
    found = reproduction(claim, evidence.results)
    values = [value for value in (found.estimate, found.ci_low, found.ci_high) if value]
    if not values:
        return unchecked("digits", "no_result")
    estimate = values[0]
    limits = f" ({', '.join(values[1:])})" if values[1:] else ""
    return Finding(
        found.verdict,
        "digits",
        "own_counts" if _from_itself(claim, evidence) else "",
        result=found.outcome,
        analysis=found.analysis,
        measure=claim.measure,
        recomputed=f"{estimate}{limits}",
        rows=_rows(claim, as_published(claim, evidence.results)),
    )


def _rows(claim: Claim, result: OutcomeResult | None) -> str:
    """The rows that a result was pooled from, or those of the claim's trial alone."""
    studies = result.studies if result else ()
    return places(
        cell
        for study in studies
        for group in (study.intervention, study.control)
        if group is not None and claim.study_id in ("", study.study)
        for cell in group.cells
    )


def _from_itself(claim: Claim, evidence: Evidence) -> bool:
    """Whether a count of the outcome has this very place of this document as its source."""
    trials = (evidence.trials[claim.study_id],) if claim.study_id else evidence.included
    for trial in trials:
        places = {s.source_id: (s.reference, s.locator) for s in trial.sources}
        for row in trial.results:
            wanted = (row.outcome, row.week, row.reading) == (claim.outcome, claim.week, "")
            if wanted and places.get(row.source_id) == (claim.reference, claim.locator):
                return True
    return False


def pooled_comparison(claim: Claim, evidence: Evidence) -> Finding:
    """An asserted pooled difference, or its absence.

    The verdict is that of the analysis declared as the published one (else the primary one): its
    two-sided p at 0.05, and its direction. Named as differing are the outcome's other analyses that
    would decide otherwise; the published analysis is repeated with every combination of counts that
    the sources allow, and the outcome's other readings are asked too. One trial makes no pool.
    """
    result = as_published(claim, evidence.results)
    if result is None:
        return unchecked("pool", "no_counts")
    analysis = _decisive(result)
    row = analysis.estimates[0]
    without = _without(result, evidence)
    if row.k < 2 or row.p is None:
        reason = "one_trial" if row.k == 1 else "no_counts"
        found = replace(_pool(row, analysis), reason=reason, without=without)
        return replace(found, rows=_rows(claim, result))
    holds = _holds(claim, row)
    allowed = [_holds(claim, other) for other in _admissible_pools(result, analysis)]
    differing = [
        item.spec.name for item in result.analyses if _differs(claim, item.estimates[0], holds)
    ]
    return replace(
        _pool(row, analysis),
        verdict=judged(holds),
        tables=len(allowed),
        agreeing=sum(other == holds for other in allowed),
        differing=" ".join(differing),
        readings=" ".join(_other_readings(claim, evidence, result, holds)),
        without=without,
        rows=_rows(claim, result),
    )


def _decisive(result: OutcomeResult) -> AnalysisResult:
    """The published analysis where there is one, else the primary."""
    for item in result.analyses:
        if item.spec.name == result.outcome.as_published:
            return item
    return result.analyses[0]


def _holds(claim: Claim, row: Estimate) -> bool:
    null = no_effect(row.measure) or 0.0
    direction = 0 if row.estimate is None else (row.estimate > null) - (row.estimate < null)
    return asserted(claim.assertion, row.p, direction)


def _differs(claim: Claim, row: Estimate, holds: bool) -> bool:
    return row.p is not None and _holds(claim, row) != holds


def _pool(row: Estimate, analysis: AnalysisResult) -> Finding:
    """The numbers of a pool, without a verdict yet."""
    return replace(
        unchecked("pool", ""),
        result=row.outcome,
        analysis=analysis.spec.name,
        measure=row.measure,
        estimate=row.estimate,
        ci_low=row.ci_low,
        ci_high=row.ci_high,
        p=row.p,
        events_intervention=row.events_intervention,
        total_intervention=row.total_intervention,
        events_control=row.events_control,
        total_control=row.total_control,
    )


def _without(result: OutcomeResult, evidence: Evidence) -> str:
    """The included trials whose tables say that a count of the outcome is stated by no source."""
    pooled = {study.study for study in result.studies}
    wanted = (result.outcome.outcome, result.outcome.week)
    return " ".join(
        trial.study.study
        for trial in evidence.included
        if trial.study.study not in pooled
        and any((row.outcome, row.week) == wanted for row in trial.results)
    )


def _admissible_pools(result: OutcomeResult, analysis: AnalysisResult) -> Iterator[Estimate]:
    """The analysis with every combination of counts that the sources allow."""
    from metasynth.selection import missing_data, uninformative
    from metasynth.synthesis import pool_studies

    outcome, spec = result.outcome, analysis.spec
    if outcome.type != "binary":
        yield analysis.estimates[0]
        return
    studies = [s for s in result.studies if missing_data(s, outcome) is None]
    if any(isinstance(getattr(s, side).events, float) for s in studies for side in _SIDES):
        yield analysis.estimates[0]  # parts of a shared control, of which sources allow nothing
        return
    groups = [[admissible(getattr(s, side)) for s in studies] for side in _SIDES]
    for events in combinations(*groups):
        counted = list(_with_events(studies, events))
        used = [s for s in counted if uninformative(s, outcome, spec) is None]
        yield pool_studies(outcome, spec, "all", used)[0]


def _with_events(studies: Sequence[StudyData], events: Sequence[int]) -> Iterator[StudyData]:
    """The studies with other counts: those of all interventions, then those of all controls."""
    for place, study in enumerate(studies):
        sides: dict[str, Any] = {
            side: replace(getattr(study, side), events=events[place + shift])
            for side, shift in zip(_SIDES, (0, len(studies)), strict=True)
        }
        yield replace(study, **sides)


def _other_readings(
    claim: Claim, evidence: Evidence, primary: OutcomeResult, holds: bool
) -> Iterator[str]:
    """The outcome's other readings whose published (else primary) analysis decides otherwise."""
    for result in evidence.results:
        related = result.outcome.sensitivity_of == primary.outcome.id
        if related and _differs(claim, _decisive(result).estimates[0], holds):
            yield result.outcome.reading


def empty_group(claim: Claim, evidence: Evidence) -> Finding:
    """That some group of a pooled outcome had no event: a group is found, or none is."""
    result = as_published(claim, evidence.results)
    if result is None:
        return unchecked("empty_group", "no_counts")
    groups = [g for s in result.studies for g in (s.intervention, s.control) if g is not None]
    empty = sum(not group.events and not group.events_high for group in groups)
    found = Finding(judged(empty > 0), "empty_group", recomputed=str(empty))
    return replace(found, result=result.outcome.id, rows=_rows(claim, result))
