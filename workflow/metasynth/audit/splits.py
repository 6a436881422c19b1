"""The check of two percentages of arms whose sizes are only known together."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from metasynth.audit.counts import MOST_TABLES, fitting, rows
from metasynth.audit.judging import settled
from metasynth.audit.trial_checks import judged_table, margins, of_two_arms
from metasynth.audit.verdicts import Evidence, Finding, concluded, places, unchecked
from metasynth.model.importance import Importance
from metasynth.model.records import Claim
from metasynth.stats.two_by_two import TwoByTwo, tests


def split_comparison(claim: Claim, evidence: Evidence) -> Finding:
    """Two percentages of arms whose sizes are only known together.

    As a comparison, by Fisher's test at every division of the total into two arms, none larger than
    the arm's largest number in the tables, and every pair of counts that rounds to the percentages.
    Where these do not all agree, the verdict depends on the counts.
    """
    total = claim.total or 0
    limits = [_largest(evidence, claim, arm) for arm in (claim.arm_id, claim.reference_arm_id)]
    if None in limits:
        return unchecked("every_split", "no_counts")
    most, other = (limit or 0 for limit in limits)
    every = list(islice(_splits(claim, total, most, other), MOST_TABLES + 1))
    if len(every) > MOST_TABLES:
        return unchecked("every_split", "too_many")
    return replace(
        _unanimous(claim.assertion, every, of_two_arms(claim, evidence)),
        rows=_rows(claim, evidence),
    )


def _splits(claim: Claim, total: int, most: int, other: int) -> Iterator[TwoByTwo]:
    for n1 in range(max(1, total - other), min(most, total - 1) + 1):
        for a in fitting(n1, claim.value):
            for c in fitting(total - n1, claim.reference_value):
                yield TwoByTwo(a, n1, c, total - n1)


def _rows(claim: Claim, evidence: Evidence) -> str:
    arms = (claim.arm_id, claim.reference_arm_id)
    return places(row.cell for arm in arms for row in rows(evidence, claim, arm).values())


def _unanimous(assertion: str, every: list[TwoByTwo], important: Importance | None) -> Finding:
    if not every:
        return unchecked("every_split", "no_split")
    found = [judged_table(assertion, table, important) for table in every]
    (own, agreeing) = Counter(found).most_common(1)[0]
    p = max(tests(table).fisher for table in every)
    return concluded(
        settled(own, by_test=False, by_counts=agreeing < len(every)),
        "every_split",
        tables=len(every),
        agreeing=agreeing,
        p=p,
        p_fisher=p,
        **margins(assertion, important),
    )


def _largest(evidence: Evidence, claim: Claim, arm_id: str) -> int | None:
    """The largest number of patients that the tables give for an arm, at any outcome."""
    trial = evidence.trials[claim.study_id]
    sizes = [row.total for row in trial.results if row.arm_id == arm_id and row.total]
    sizes += [arm.n_randomised for arm in trial.arms if arm.arm_id == arm_id and arm.n_randomised]
    return max(sizes, default=None)
