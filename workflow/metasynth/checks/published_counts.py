"""Counts of two arms beside what is published of them together: a p-value, limits of a ratio."""

from collections.abc import Iterator

from metasynth.checks.check import Check, Doubt, View, listed
from metasynth.model.records import Result, Topic
from metasynth.stats.two_by_two import TwoByTwo, usual_p
from metasynth.synthesis.stated_results import (
    counts_allowed,
    fits_limits,
    fits_p,
    has_limits,
    says_of_counts,
)

_MOST = 400  # combinations of counts that are tried for one that fits
_REMEDY = "check both against the source; if it is of another analysis, say so in checked"


def _pairs(view: View) -> Iterator[tuple[Result, Result, Result]]:
    """Published results of two arms that both have counts, and the rows of the two."""
    for trial in view.included:
        counted: dict[tuple[object, ...], Result] = {}
        stated = []
        for row in trial.results:
            if row.events is not None and row.total and not row.person_time:
                counted[row.outcome, row.week, row.reading, row.arm_id] = row
            elif says_of_counts(row):
                stated.append(row)
        for row in stated:
            where = (row.outcome, row.week, row.reading)
            both = [counted.get((*where, arm)) for arm in (row.arm_id, row.reference_arm_id)]
            if both[0] and both[1]:
                yield row, both[0], both[1]


def _tables(first: Result, second: Result) -> Iterator[TwoByTwo]:
    """The extracted table, then every other that the percentages allow, if they are not many."""
    n1, n2 = first.total or 0, second.total or 0
    yield TwoByTwo(first.events or 0, n1, second.events or 0, n2)
    ranges = [counts_allowed(row) for row in (first, second)]
    if len(ranges[0]) * len(ranges[1]) <= _MOST:
        yield from (TwoByTwo(a, n1, c, n2) for a in ranges[0] for c in ranges[1])


def _p_off_counts(view: View) -> Iterator[Doubt]:
    for row, first, second in _pairs(view):
        extracted, *others = _tables(first, second)
        if row.reported_p and not _gives_p(row, extracted):
            found = sorted(usual_p(extracted))
            expected = f"a p-value from {found[0]:.2g} to {found[-1]:.2g}, as the counts give"
            fitting = [t for t in others if _gives_p(row, t)]
            yield Doubt(row.cell, "reported_p", expected + _instead(fitting), _REMEDY)


def _gives_p(row: Result, table: TwoByTwo) -> bool:
    return any(fits_p(row.reported_p, p) for p in usual_p(table))


def _limits_off_counts(view: View) -> Iterator[Doubt]:
    """Only of outcomes that are pooled from counts: a contrast of others is pooled itself."""
    binary, generic = (
        {topic for o in view.outcomes if (o.type == "binary") is kind for topic in o.topics}
        for kind in (True, False)
    )
    topics: set[Topic] = binary - generic
    for row, first, second in _pairs(view):
        if (row.outcome, row.week) in topics and has_limits(row):
            extracted, *others = _tables(first, second)
            if not fits_limits(row, extracted):
                expected = "a risk ratio, odds ratio or risk difference as the counts give it"
                fitting = [t for t in others if fits_limits(row, t)]
                yield Doubt(row.cell, "estimate", expected + _instead(fitting), _REMEDY)


def _instead(fitting: list[TwoByTwo]) -> str:
    """The counts that fit better, where there are any."""
    told = dict.fromkeys(f"{t.a} of {t.n1} v {t.c} of {t.n2}" for t in fitting)
    return f"; {listed(told, 3)} would give it" if told else ""


CHECKS = (
    Check(
        "p_off_counts",
        "results",
        "a p-value that the counts of the two arms give by no usual test",
        _p_off_counts,
    ),
    Check(
        "limits_off_counts",
        "results",
        "an estimate with limits that the counts of the two arms give by no usual method",
        _limits_off_counts,
    ),
)
