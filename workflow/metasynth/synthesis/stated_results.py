"""Counts that a published p-value or interval leaves, of those that the percentages allow.

A percentage of many patients often fits several counts; what a source says of the two arms together
may fit only some pairs of them. A pair is left out where no usual test gives the printed p-value,
or no usual interval of a risk ratio, odds ratio or risk difference the printed limits. A statement
that the extracted counts do not fit may come from another analysis (adjusted, stratified): it
leaves out nothing, and is told of when the review is loaded (checks/published_counts.py).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from math import exp, prod, sqrt

from metasynth.core.printed import rounding
from metasynth.model.records import Group, Result
from metasynth.stats.two_by_two import TwoByTwo, usual_p

MOST = 10_000
"""Of more combinations of counts none is left out."""

_SLACK = 1e-9  # a limit that lies on the end of what rounds to it
Events = tuple[int, ...]


def counts_allowed(row: Result | Group) -> range:
    """The events that the source of a row, or of a group, allows; those of a part in whole ones.

    Without events they are taken for 0.
    """
    events = int(row.events or 0)
    low = events if row.events_low is None else row.events_low
    high = events if row.events_high is None else row.events_high
    return range(low, high + 1)


def says_of_counts(row: Result) -> bool:
    """Whether a row is of two arms and has a p-value, or an estimate with its limits.

    What is adjusted is no test of the counts.
    """
    states = bool(row.reported_p) or has_limits(row)
    return bool(row.reference_arm_id) and states and not row.adjusted_for


def has_limits(row: Result) -> bool:
    """Whether a row has an estimate with both its 95% limits."""
    usual = row.ci_level in (None, 95.0)
    return usual and None not in (row.estimate, row.ci_low, row.ci_high)


def _fits(row: Result, table: TwoByTwo) -> bool:
    """Whether a table of the row's two arms gives all that the row states of them."""
    if row.reported_p and not any(fits_p(row.reported_p, p) for p in usual_p(table)):
        return False
    return not has_limits(row) or fits_limits(row, table)


def fits_limits(row: Result, table: TwoByTwo) -> bool:
    """Whether a table of two arms gives a published estimate with its limits."""
    return any(_rounds_to(row, found) for found in usual_intervals(table))


def fits_p(printed: str, p: float) -> bool:
    """Whether a p-value is printed so.

    Parameters:
        printed: as in the table: 0.004, <0.05, >0.05.
        p: to all its digits.

    Example:
        >>> fits_p("0.04", 0.0351), fits_p("0.040", 0.0351), fits_p("<0.05", 0.0351)
        (True, False, True)
    """
    if printed[0] == "<":
        return p < float(printed[1:])
    if printed[0] == ">":
        return p > float(printed[1:])
    low, high = rounding(printed)
    return low <= p <= high


def _rounds_to(row: Result, found: tuple[float, float, float]) -> bool:
    stated = (row.estimate or 0.0, row.ci_low or 0.0, row.ci_high or 0.0)
    ends = (rounding(f"{number:.10g}") for number in stated)
    return all(
        low - _SLACK <= x <= high + _SLACK for (low, high), x in zip(ends, found, strict=True)
    )


@lru_cache(maxsize=4096)
def usual_intervals(table: TwoByTwo) -> tuple[tuple[float, float, float], ...]:
    """Estimates with limits as publications have them: Wald and score, of RR, OR and RD.

    None of ratios where a cell is empty, as these rest on a correction.

    Returns:
        Estimate, lower and upper limit of each, on the natural scale.

    Example:
        >>> wald = usual_intervals(TwoByTwo(10, 100, 20, 100))[0]  # -0.1 ± z sqrt(0.0025)
        >>> [round(x, 6) for x in wald]
        [-0.1, -0.197998, -0.002002]
    """
    import numpy as np  # which loading does without

    from metasynth.core.distributions import normal_quantile
    from metasynth.stats.effects.binary import BINARY_EFFECTS, Tables
    from metasynth.stats.score_intervals import score_limits

    counts = (table.a, table.n1, table.c, table.n2)
    tables = Tables(*(np.array([count], dtype=float) for count in counts))
    found = []
    for measure in ("RD",) if tables.any_zero[0] else ("RD", "RR", "OR"):
        y, v = (float(x[0]) for x in BINARY_EFFECTS[measure](tables))
        half = normal_quantile() * sqrt(v)
        natural = exp if measure != "RD" else float
        found.append((natural(y), natural(y - half), natural(y + half)))
        low, high = score_limits(measure, *counts)
        if high is not None:
            found.append((natural(y), low, high))
    return tuple(found)


def events_left(rows: Sequence[Result], stated: Iterable[Result]) -> list[Events]:
    """Every combination of the events of `rows`, arms with counts, that the `stated` rows leave."""
    every = list(product(*map(counts_allowed, rows)))
    left = every
    extracted = tuple(int(row.events or 0) for row in rows)
    places = {row.arm_id: place for place, row in enumerate(rows)}
    for row in stated:
        if row.arm_id in places and row.reference_arm_id in places:
            i, j = places[row.arm_id], places[row.reference_arm_id]
            given = {e: _fits(row, _table(rows[i], e[i], rows[j], e[j])) for e in every}
            if given.get(extracted):  # else the rows themselves are in doubt, and are told of
                left = [e for e in left if given[e]]
    return left


def _table(first: Result, a: int, second: Result, c: int) -> TwoByTwo:
    return TwoByTwo(a, first.total or 0, c, second.total or 0)


def pairs_left(
    intervention: Sequence[Result], control: Sequence[Result], stated: Sequence[Result]
) -> tuple[tuple[int, int], ...]:
    """The events of two sides, each its arms together; none where every pair of them is left.

    `stated` are the rows that say something of two arms. None as well of more than `MOST`
    combinations.
    """
    rows = [*intervention, *control]
    many = prod(len(counts_allowed(row)) for row in rows)
    if not stated or not 1 < many <= MOST:
        return ()
    k = len(intervention)
    left = {(sum(e[:k]), sum(e[k:])) for e in events_left(rows, stated)}
    sides = (intervention, control)
    whole = prod(1 + sum(len(counts_allowed(row)) - 1 for row in side) for side in sides)
    return tuple(sorted(left)) if len(left) < whole else ()
