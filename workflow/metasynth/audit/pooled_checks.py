"""Checks of statements about pooled results."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from metasynth.audit.counts import combinations
from metasynth.audit.judging import important_left, judge, settled
from metasynth.audit.reproduction import as_published, decisive, reproduction
from metasynth.audit.trial_checks import margins
from metasynth.audit.verdicts import (
    REPRODUCED,
    UNCHECKED,
    Evidence,
    Finding,
    Judged,
    concluded,
    judged,
    places,
    unchecked,
)
from metasynth.model.importance import Importance, of_outcome
from metasynth.model.methods import no_effect
from metasynth.model.records import (
    AnalysisResult,
    AnalysisSpec,
    Claim,
    Estimate,
    OutcomeResult,
    StudyData,
)
from metasynth.synthesis.stated_results import counts_allowed

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
    equal = found.verdict == REPRODUCED
    by_itself = "own_counts" if _from_itself(claim, evidence) else "every_digit"
    return Finding(
        found.verdict,
        "digits",
        by_itself if equal else "other_digits",
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

    As a comparison of two arms, with the two-sided p, the direction and the interval of the
    analysis declared as the published one (else the primary one). Named as differing are the
    outcome's other analyses that would decide otherwise; the analysis is repeated with every
    combination of counts that the sources allow, and the outcome's other readings are asked too:
    where these decide otherwise, the verdict depends on the counts. One trial makes no pool.
    """
    result = as_published(claim, evidence.results)
    if result is None:
        return unchecked("pool", "no_counts")
    analysis = decisive(result)
    row = analysis.estimates[0]
    without = _without(result, evidence)
    if row.k < 2 or row.p is None:
        reason = "one_trial" if row.k == 1 else "no_counts"
        found = replace(_pool(row, analysis), reason=reason, without=without)
        return replace(found, rows=_rows(claim, result))
    own = _judged(claim, row, evidence)
    every = [_judged(claim, x, evidence)[0] for x in _admissible_pools(result, analysis)]
    agreeing = sum(verdict == own[0] for verdict in every)
    readings = list(_other_readings(claim, evidence, result, analysis, own))
    differing = [
        item.spec.name
        for item in result.analyses
        if _differs(claim, item.estimates[0], own, evidence)
    ]
    by_counts = agreeing < len(every) or bool(readings)
    verdict, reason = settled(own, by_test=False, by_counts=by_counts)
    return replace(
        _pool(row, analysis),
        verdict=verdict,
        reason=reason,
        **margins(claim.assertion, _important(claim, row, evidence)),
        tables=len(every),
        agreeing=agreeing,
        differing=" ".join(differing),
        readings=" ".join(readings),
        without=without,
        rows=_rows(claim, result),
    )


def _judged(claim: Claim, row: Estimate, evidence: Evidence) -> Judged:
    null = no_effect(row.measure) or 0.0
    direction = 0 if row.estimate is None else (row.estimate > null) - (row.estimate < null)
    risk = None
    if row.events_control is not None and row.total_control:
        risk = row.events_control / row.total_control
    important = _important(claim, row, evidence)
    asked = (claim.assertion, row.measure, (row.ci_low, row.ci_high), risk, important)
    return judge(claim.assertion, row.p, direction, lambda: important_left(*asked))


def _important(claim: Claim, row: Estimate, evidence: Evidence) -> Importance | None:
    """As declared of the outcome that was pooled, else of the measure."""
    spec = next((r.outcome for r in evidence.results if r.outcome.id == row.outcome), None)
    return of_outcome(spec, evidence.declared) if spec else evidence.important(claim, row.measure)


def _differs(claim: Claim, row: Estimate, own: Judged, evidence: Evidence) -> bool:
    return row.p is not None and _judged(claim, row, evidence)[0] != own[0]


def _pool(row: Estimate, analysis: AnalysisResult) -> Finding:
    """The numbers of a pool, without a verdict yet."""
    return replace(
        Finding(UNCHECKED, "pool", ""),
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
    wanted = result.outcome.topics
    return " ".join(
        trial.study.study
        for trial in evidence.included
        if trial.study.study not in pooled
        and any((row.outcome, row.week) in wanted for row in trial.results)
    )


def _admissible_pools(result: OutcomeResult, analysis: AnalysisResult) -> Iterator[Estimate]:
    """The analysis with every combination of counts that the sources allow."""
    if result.outcome.type != "binary":
        yield analysis.estimates[0]
        return
    studies = _complete(result)
    if any(isinstance(getattr(s, side).events, float) for s in studies for side in _SIDES):
        yield analysis.estimates[0]  # parts of a shared control, of which sources allow nothing
        return
    groups = [[counts_allowed(getattr(s, side)) for s in studies] for side in _SIDES]
    for events in combinations(*groups):
        if _is_left(studies, events):
            yield _pooled(result, analysis.spec, list(_with_events(studies, events)))


def _is_left(studies: Sequence[StudyData], events: Sequence[int]) -> bool:
    """Whether no study has a pair of counts that a published result of it leaves out."""
    pairs = zip(events, events[len(studies) :], strict=False)
    return all(not s.tables or pair in s.tables for s, pair in zip(studies, pairs, strict=True))


def _complete(result: OutcomeResult) -> list[StudyData]:
    from metasynth.synthesis.selection import missing_data

    return [s for s in result.studies if missing_data(s, result.outcome) is None]


def _pooled(result: OutcomeResult, spec: AnalysisSpec, studies: Sequence[StudyData]) -> Estimate:
    """An analysis of an outcome with these studies."""
    from metasynth.synthesis.selection import uninformative
    from metasynth.synthesis.synthesise import pool_studies

    used = [s for s in studies if uninformative(s, result.outcome, spec) is None]
    return pool_studies(result.outcome, spec, "all", used)[0]


def _with_events(studies: Sequence[StudyData], events: Sequence[int]) -> Iterator[StudyData]:
    """The studies with other counts: those of all interventions, then those of all controls."""
    for place, study in enumerate(studies):
        sides: dict[str, Any] = {
            side: replace(getattr(study, side), events=events[place + shift])
            for side, shift in zip(_SIDES, (0, len(studies)), strict=True)
        }
        yield replace(study, **sides)


def _other_readings(
    claim: Claim,
    evidence: Evidence,
    primary: OutcomeResult,
    analysis: AnalysisResult,
    own: Judged,
) -> Iterator[str]:
    """The outcome's other readings in which the same analysis decides otherwise."""
    for result in evidence.results:
        if result.outcome.sensitivity_of == primary.outcome.id:
            row = _pooled(result, analysis.spec, _complete(result))
            if _differs(claim, row, own, evidence):
                yield result.outcome.reading


def empty_group(claim: Claim, evidence: Evidence) -> Finding:
    """That some group of a pooled outcome had no event: a group is found, or none is."""
    result = as_published(claim, evidence.results)
    if result is None:
        return unchecked("empty_group", "no_counts")
    groups = [g for s in result.studies for g in (s.intervention, s.control) if g is not None]
    empty = sum(not group.events and not group.events_high for group in groups)
    verdict = judged(empty > 0, "a_group_is_empty", "no_group_is_empty")
    found = concluded(verdict, "empty_group", recomputed=str(empty))
    return replace(found, result=result.outcome.id, rows=_rows(claim, result))
