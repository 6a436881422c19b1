"""The counts behind a statement about one trial: as extracted, and all that the sources allow."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from metasynth.audit.verdicts import Evidence, places
from metasynth.model.records import Claim, Result
from metasynth.stats.two_by_two import TwoByTwo
from metasynth.synthesis.stated_results import counts_allowed, pairs_left, says_of_counts

MOST_TABLES = 10_000
"""Beyond this many combinations of counts only the extreme ones are looked at."""


def combinations(first: Sequence[range], second: Sequence[range]) -> Iterable[tuple[int, ...]]:
    """Every combination of counts of the `first` and `second` groups, in this order.

    Of more than MOST_TABLES only those of the ranges' ends; where these are too many as well, the
    two in which one side has its fewest events and the other its most.
    """
    choices: list[Sequence[int]] = [*first, *second]
    if math.prod(map(len, choices)) > MOST_TABLES:
        choices = [sorted({choice[0], choice[-1]}) for choice in choices]
    if math.prod(map(len, choices)) <= MOST_TABLES:
        return product(*choices)
    ends = ((0, -1), (-1, 0))
    return [tuple(r[x] for r in first) + tuple(r[y] for r in second) for x, y in ends]


def rows(evidence: Evidence, claim: Claim, arm_id: str) -> dict[str, Result]:
    """The rows of an arm at the claim's outcome and week, by reading; "" is the primary one."""
    trial = evidence.trials[claim.study_id]
    return {
        row.reading: row
        for row in trial.results
        if (row.outcome, row.week, row.arm_id) == (claim.outcome, claim.week, arm_id)
        and not row.reference_arm_id
    }


@dataclass(frozen=True, slots=True)
class Counted:
    """A 2×2 table as extracted, every table that the sources allow, and the rows it is from.

    `excluded` tables fit the percentages, but not what the rows `stated` say of the two arms.
    """

    extracted: TwoByTwo
    admissible: tuple[TwoByTwo, ...]
    rows: str
    excluded: int
    stated: str


def tables(evidence: Evidence, claim: Claim) -> dict[str, Counted]:
    """By reading, the 2×2 table of two arms.

    An arm without a row of a reading keeps its primary one, as in pooling; a reading without the
    counts of both arms is left out.
    """
    first, second = (rows(evidence, claim, arm) for arm in (claim.arm_id, claim.reference_arm_id))
    found = {}
    for reading in sorted({*first, *second}):
        a, c = (_reading(side, reading) for side in (first, second))
        if a and c and a.events is not None and c.events is not None and a.total and c.total:
            extracted = TwoByTwo(a.events, a.total, c.events, c.total)
            pairs = [*combinations([counts_allowed(a)], [counts_allowed(c)])]
            said = _of_two(evidence, claim, reading)
            left = {*pairs_left([a], [c], said)}
            every = tuple(
                TwoByTwo(x, a.total, y, c.total) for x, y in pairs if not left or (x, y) in left
            )
            excluded = len(pairs) - len(every)
            told = places(row.cell for row in said) if excluded else ""
            found[reading] = Counted(extracted, every, places((a.cell, c.cell)), excluded, told)
    return found


def _of_two(evidence: Evidence, claim: Claim, reading: str) -> list[Result]:
    """The rows with a published result of the claim's two arms, for a reading."""
    pair = {claim.arm_id, claim.reference_arm_id}
    rows = [
        row
        for row in evidence.trials[claim.study_id].results
        if (row.outcome, row.week) == (claim.outcome, claim.week)
        and {row.arm_id, row.reference_arm_id} == pair
        and says_of_counts(row)
    ]
    own = [row for row in rows if row.reading == reading]
    return own or [row for row in rows if not row.reading]


def _reading(side: Mapping[str, Result], reading: str) -> Result | None:
    return side.get(reading) or side.get("")


def intervention_rows(evidence: Evidence, claim: Claim, outcome: str) -> dict[str, list[Result]]:
    """By trial, the rows with counts of the arms compared as intervention, primary reading.

    Of the claim's trial, or of every included one where it names none.
    """
    trials = (evidence.trials[claim.study_id],) if claim.study_id else evidence.included
    treatments = evidence.compared(claim).intervention
    found: dict[str, list[Result]] = {}
    for trial in trials:
        names = {arm.arm_id for arm in trial.arms if arm.treatment in treatments}
        for row in trial.results:
            wanted = (row.outcome, row.week, row.reading) == (outcome, claim.week, "")
            if wanted and row.arm_id in names and row.events is not None and row.total:
                found.setdefault(trial.study.study, []).append(row)
    return found


def rounds_to(events: int, total: int, percent: str) -> bool:
    """Whether 100 events/total is printed as `percent`; a tie may be rounded either way."""
    exact = Fraction(percent)
    half = Fraction(1, 2 * 10 ** decimals_of(percent))
    return abs(Fraction(100 * events, total) - exact) <= half


def decimals_of(number: str) -> int:
    """How many decimals a number is printed with."""
    return len(number.partition(".")[2])


def fitting(total: int, percent: str) -> Iterator[int]:
    """Every count of `total` patients that is printed as `percent`."""
    centre = round(float(percent) * total / 100)
    reach = total // (200 * 10 ** decimals_of(percent)) + 1
    for events in range(max(0, centre - reach), min(total, centre + reach) + 1):
        if rounds_to(events, total, percent):
            yield events
