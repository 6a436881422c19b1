"""Checks of statements of numbers, of frequencies in words, and of what the text itself lists."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from metasynth.audit.counts import intervention_rows
from metasynth.audit.judging import important_left, judge
from metasynth.audit.kinds import FREQUENT, QUANTITIES, SELDOM, parts
from metasynth.audit.reproduction import as_published, decisive
from metasynth.audit.trial_checks import margins
from metasynth.audit.verdicts import (
    DEPENDS_ON_COUNTS,
    NOT_REPRODUCED,
    REPRODUCED,
    Evidence,
    Finding,
    Judged,
    concluded,
    judged,
    places,
    unchecked,
)
from metasynth.model.methods import is_ratio
from metasynth.model.records import Arm, Claim, Result, Trial
from metasynth.synthesis.stated_results import counts_allowed


def quantity(claim: Claim, evidence: Evidence) -> Finding:
    """A stated number against the tables: patients, arms, weeks, doses, trials.

    A number whose only source is the audited document cannot be checked by itself.
    """
    level = QUANTITIES[claim.quantity]
    if level == "review":
        cells = [trial.study.cell for trial in evidence.trials.values()]
        return replace(_equals(claim, len(evidence.included)), rows=places(cells))
    trial = evidence.trials[claim.study_id]
    if level == "arm":
        return _arm_quantity(claim, trial)
    known = _of_study(trial, evidence)[claim.quantity]
    if known is None:
        return unchecked("quantity", "not_in_tables")
    of_arms = claim.quantity not in ("n_randomised", "duration_weeks")
    cells = [arm.cell for arm in trial.arms] if of_arms else [trial.study.cell]
    return replace(_equals(claim, known), rows=places(cells))


def _equals(claim: Claim, known: float) -> Finding:
    holds = Decimal(claim.value) == Decimal(repr(known))
    return concluded(judged(holds, "equal", "unequal"), "quantity", recomputed=f"{known:g}")


def _of_study(trial: Trial, evidence: Evidence) -> dict[str, float | None]:
    doses = [arm.dose for arm in trial.arms if arm.role == "intervention" and arm.dose is not None]
    return {
        "n_randomised": trial.study.n_randomised,
        "duration_weeks": trial.study.duration_weeks,
        "arms": len(trial.arms),
        "lowest_dose": min(doses, default=None),
        "highest_dose": max(doses, default=None),
    }


def _arm_quantity(claim: Claim, trial: Trial) -> Finding:
    (arm,) = (arm for arm in trial.arms if arm.arm_id == claim.arm_id)
    known = arm.dose if claim.quantity == "dose" else arm.n_randomised
    if known is None:
        return unchecked("quantity", "not_in_tables")
    if _reference(arm, trial) == claim.reference:
        return unchecked("quantity", "only_source")
    return replace(_equals(claim, known), rows=places((arm.cell,)))


def _reference(arm: Arm, trial: Trial) -> str:
    return next((s.reference for s in trial.sources if s.source_id == arm.source_id), "")


def listed(claim: Claim, evidence: Evidence) -> Finding:
    """A stated number of things against those that the document itself lists, each counted once."""
    found = len(set(parts(claim.parts)))
    return replace(_equals(claim, found), method="listed")


def total(claim: Claim, evidence: Evidence) -> Finding:
    """Printed parts against their printed total; each part may be off by half its last decimal."""
    printed = [Decimal(part) for part in parts(claim.parts)]
    slack = sum(
        (Decimal(1).scaleb(int(part.as_tuple().exponent)) / 2 for part in printed), Decimal(0)
    )
    found = sum(printed, Decimal(0))
    holds = abs(found - Decimal(claim.value)) <= slack
    return concluded(judged(holds, "equal", "unequal"), "sum", recomputed=str(found))


def frequency(claim: Claim, evidence: Evidence) -> Finding:
    """A frequency in words against the risk with the intervention, by CIOMS's bands.

    The arms' patients are added up; where no trial is named, those of the trials that the outcome's
    analysis pools, as they are counted wherever else the outcome is told. Common
    (frequent): at least 1 %; very common: 10 %; uncommon, rare and very rare: below 1, 0.1 and
    0.01 %. Reproduced or not where the exact 95 % interval lies wholly on one side of the bound;
    otherwise there are too few patients to tell.
    """
    from metasynth.stats.score_intervals import exact_limits

    by_trial = intervention_rows(evidence, claim, claim.outcome)
    result = None if claim.study_id else as_published(claim, evidence.results)
    pooled = {study.study for study in decisive(result).studies} if result else set()
    told = [study for study in by_trial if study in pooled] or [*by_trial]
    found = [row for study in told for row in by_trial[study]]
    if not found:
        return unchecked("frequency", "no_counts")
    events, patients = sum(row.events or 0 for row in found), sum(row.total or 0 for row in found)
    low = exact_limits(sum(counts_allowed(row)[0] for row in found), patients)[0]
    high = exact_limits(sum(counts_allowed(row)[-1] for row in found), patients)[1]
    verdict = _by_band(claim.assertion, low, high)
    finding = (
        unchecked("frequency", "too_few")
        if verdict is None
        else concluded(judged(verdict, "band_fits", "band_does_not_fit"), "frequency")
    )
    return replace(
        finding,
        events_intervention=events,
        total_intervention=patients,
        measure="risk",
        estimate=events / patients,
        ci_low=low,
        ci_high=high,
        rows=places(row.cell for row in found),
    )


def _by_band(word: str, low: float, high: float) -> bool | None:
    """Whether a word fits a risk between two limits; None where only part of it does."""
    bound = FREQUENT.get(word) or SELDOM[word]
    if low >= bound:
        return word in FREQUENT
    return word in SELDOM if high < bound else None


def most_frequent(claim: Claim, evidence: Evidence) -> Finding:
    """That an event is the most frequent of several with the intervention.

    In each trial with counts of it and of another, the same arms being compared; where counts that
    the sources allow decide otherwise, it depends on the counts. Only events with counts can be
    asked. `recomputed` counts the comparisons.
    """
    own = intervention_rows(evidence, claim, claim.outcome)
    pairs = [
        (own[study], rows)
        for other in parts(claim.parts)
        for study, rows in intervention_rows(evidence, claim, other).items()
        if study in own and _same_arms(own[study], rows)
    ]
    if not pairs:
        return unchecked("most_frequent", "no_counts")
    used = places(row.cell for pair in pairs for rows in pair for row in rows)
    verdict = _most([_more(first, second) for first, second in pairs])
    return concluded(verdict, "most_frequent", recomputed=str(len(pairs)), rows=used)


def _most(found: Sequence[bool | None]) -> Judged:
    """From one answer a comparison; None where counts that the sources allow answer both ways."""
    if False in found:
        return NOT_REPRODUCED, "not_the_most_frequent"
    return (DEPENDS_ON_COUNTS, "counts_differ") if None in found else (REPRODUCED, "most_frequent")


def _same_arms(first: Sequence[Result], second: Sequence[Result]) -> bool:
    return {row.arm_id for row in first} == {row.arm_id for row in second}


def _more(first: Sequence[Result], second: Sequence[Result]) -> bool | None:
    """Whether the risk of `first` exceeds that of `second`; None where the sources allow both."""
    patients = [sum(row.total or 0 for row in rows) for rows in (first, second)]
    allowed = [[counts_allowed(row) for row in rows] for rows in (first, second)]
    fewest, most = ([sum(r[end] for r in ranges) for ranges in allowed] for end in (0, -1))
    if fewest[0] * patients[1] > most[1] * patients[0]:
        return True
    return False if most[0] * patients[1] <= fewest[1] * patients[0] else None


def cited_interval(claim: Claim, evidence: Evidence) -> Finding:
    """What is said of another document's result against the interval which that document prints.

    Significant is an interval that leaves out no effect; for want of a p-value nothing else is
    asked. An absence is judged as in a comparison, by the interval alone.
    """
    null = 1.0 if is_ratio(claim.measure) else 0.0
    estimate, low, high = (float(x) for x in (claim.estimate, claim.ci_low, claim.ci_high))
    p = 0.0 if low > null or high < null else 1.0
    direction = (estimate > null) - (estimate < null)
    important = evidence.important(claim, claim.measure)
    asked = (claim.assertion, claim.measure, (low, high), None, important)
    verdict = judge(claim.assertion, p, direction, lambda: important_left(*asked))
    numbers = {"measure": claim.measure, "estimate": estimate, "ci_low": low, "ci_high": high}
    return concluded(verdict, "cited_interval", **numbers, **margins(claim.assertion, important))


def text(claim: Claim, evidence: Evidence) -> Finding:
    """A statement for which the tables hold no number; other statements may contradict it."""
    return unchecked("text", "no_numbers")
