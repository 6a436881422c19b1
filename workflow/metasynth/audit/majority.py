"""The check of a statement about most trials: the same question to each, and a count."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from metasynth.audit.counts import combinations
from metasynth.audit.judging import ABSENCE, settled
from metasynth.audit.reproduction import as_published
from metasynth.audit.trial_checks import deciding, judged_table, margins, of_two_arms
from metasynth.audit.verdicts import (
    NOT_REPRODUCED,
    REPRODUCED,
    UNSUPPORTED,
    Evidence,
    Finding,
    Judged,
    concluded,
    places,
    unchecked,
)
from metasynth.model.records import Claim, Group, OutcomeResult, StudyData
from metasynth.stats.two_by_two import TwoByTwo
from metasynth.synthesis.comparison import brought
from metasynth.synthesis.stated_results import counts_allowed

Tables = tuple[TwoByTwo, tuple[TwoByTwo, ...]]
"""A trial's table as extracted, and every one that its sources allow."""


def most_trials(claim: Claim, evidence: Evidence) -> Finding:
    """That something is so in most trials: in more than half of those with counts of the outcome.

    Each trial, the arms of one side combined, is judged as a comparison of two arms, by Fisher's
    test. The trials are counted again by each of the other tests, with the counts that the sources
    allow, and in the outcome's other readings; where a majority is lost or won, the verdict depends
    on the test or on the counts. `holding` of `trials` trials bear the statement out.
    """
    result = as_published(claim, evidence.results)
    studies = _studies(result, evidence) if result else []
    trials = [_tables(study) for study in studies]
    if result is None or not trials:
        return unchecked("most_trials", "no_counts")
    own = _majority(claim, [table for table, _ in trials], evidence)
    by_test = [
        name
        for name in ("midp", "score", "wald")
        if _majority(claim, [table for table, _ in trials], evidence, name)[0] != own[0]
    ]
    readings = [
        other.outcome.reading
        for other in evidence.results
        if other.outcome.sensitivity_of == result.outcome.id
        and _majority(claim, [_tables(s)[0] for s in _studies(other, evidence)], evidence)[0]
        != own[0]
    ]
    extremes = {_extreme(claim, trials, evidence, best)[0] for best in (True, False)}
    important = of_two_arms(claim, evidence)
    verdicts = [judged_table(claim.assertion, table, important)[0] for table, _ in trials]
    return concluded(
        settled(
            own,
            assertion=claim.assertion,
            by_test=bool(by_test),
            by_counts=extremes != {own[0]} or bool(readings),
        ),
        "most_trials",
        result=result.outcome.id,
        holding=verdicts.count(REPRODUCED),
        trials=len(trials),
        differing=" ".join(by_test),
        readings=" ".join(readings),
        rows=places(cell for s in studies for group in _counted(s) for cell in group.cells),
        **margins(claim.assertion, important),
    )


def _studies(result: OutcomeResult, evidence: Evidence) -> list[StudyData]:
    """The included trials with counts of an outcome, the arms of one side combined."""
    combined = replace(result.comparison, multi_arm="combine", strata="add")
    studies, _ = brought(evidence.included, result.outcome, combined)
    return [study for study in studies if len(_counted(study)) == 2]


def _counted(study: StudyData) -> list[Group]:
    """The groups of a study, intervention first, whose events and patients are counted."""
    groups = (study.intervention, study.control)
    return [g for g in groups if g is not None and g.events is not None and g.total]


def _tables(study: StudyData) -> Tables:
    (a, n1), (c, n2) = ((int(g.events or 0), int(g.total or 0)) for g in _counted(study))
    first, second = _counted(study)
    left: Iterable[tuple[int, ...]] = study.tables or combinations(
        [counts_allowed(first)], [counts_allowed(second)]
    )
    return TwoByTwo(a, n1, c, n2), tuple(TwoByTwo(x, n1, y, n2) for x, y in left)


def _majority(
    claim: Claim, tables: Sequence[TwoByTwo], evidence: Evidence, test: str = "fisher"
) -> Judged:
    """The verdict when each trial has one table; where a test does not decide, Fisher's does."""
    important = of_two_arms(claim, evidence)
    return _of_most(
        claim.assertion,
        [
            judged_table(claim.assertion, t, important, test if test in deciding(t) else "fisher")[
                0
            ]
            for t in tables
        ],
    )


def _extreme(claim: Claim, trials: Sequence[Tables], evidence: Evidence, best: bool) -> Judged:
    """The verdict with each trial's most favourable counts, or its least favourable ones."""
    order, important = (NOT_REPRODUCED, UNSUPPORTED, REPRODUCED), of_two_arms(claim, evidence)
    choose = max if best else min
    found = [
        choose((judged_table(claim.assertion, t, important)[0] for t in every), key=order.index)
        for _, every in trials
    ]
    return _of_most(claim.assertion, found)


def _of_most(assertion: str, verdicts: Sequence[str]) -> Judged:
    counted = Counter(verdicts)
    if 2 * counted[REPRODUCED] > len(verdicts):
        return REPRODUCED, "most"
    if assertion in ABSENCE and 2 * counted[NOT_REPRODUCED] < len(verdicts):
        return UNSUPPORTED, "not_excluded_in_most"
    return NOT_REPRODUCED, "not_most"
