"""What was compared, and how near the other library came."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crosscheck:
    """One quantity of an analysis (its scale) by both: a row of results/tables/crosscheck.csv.

    `count` numbers were compared (one for each trial, or one); `below` is more than the largest
    difference, as a share of the number or of 1.
    """

    outcome: str
    analysis: str
    subgroup: str
    quantity: str
    count: int
    below: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """All comparisons of one quantity: of which analyses, how many numbers, how close they came."""

    quantity: str
    analyses: tuple[tuple[str, str], ...]
    count: int
    below: float


def agreements(rows: Sequence[Crosscheck]) -> tuple[Agreement, ...]:
    """The comparisons by quantity, in the order in which the quantities first came."""
    found = dict.fromkeys(row.quantity for row in rows)
    return tuple(
        Agreement(
            quantity,
            tuple(dict.fromkeys((row.outcome, row.analysis) for row in own)),
            sum(row.count for row in own),
            max(row.below for row in own),
        )
        for quantity in found
        if (own := [row for row in rows if row.quantity == quantity])
    )
