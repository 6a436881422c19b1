"""Checks of statements about one trial: percentages, comparisons of two arms, ratios."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from metasynth.audit.counts import MOST_TABLES, decimals_of, fitting, rounds_to, rows, tables
from metasynth.audit.records import UNCHECKED, Evidence, Finding, judged, places, unchecked
from metasynth.audit.two_by_two import ALPHA, Tests, TwoByTwo, tests
from metasynth.records import Claim, Result


def percentages(claim: Claim, evidence: Evidence) -> Finding:
    """A printed percentage, or two, against the counts.

    Where a source other than the percentage states the count, it must round to the percentage. A
    count that was derived from the percentage cannot confirm it: there some whole number of the
    patients must round to it (granularity; Brown and Heathers, Soc Psychol Personal Sci
    2017;8:363-9), which is only asked of arms so small that not every percentage fits. Reproduced:
    no arm fails, and at least one was put to either test.
    """
    asked = [(claim.arm_id, claim.value)]
    if claim.reference_arm_id:
        asked.append((claim.reference_arm_id, claim.reference_value))
    found = [_percentage(rows(evidence, claim, arm), value) for arm, value in asked]
    verdicts = [verdict for verdict, _, _ in found]
    numbers = _arm_counts([row for _, _, row in found])
    if all(verdict is None for verdict in verdicts):
        reason = next(reason for _, reason, _ in found if reason)
        return replace(unchecked("percentage", reason), **numbers)
    stated = any(how == "stated" for _, how, _ in found)
    method = "count" if stated else "granularity"
    return replace(Finding(judged(False not in verdicts), method), **numbers)


def _percentage(side: dict[str, Result], value: str) -> tuple[bool | None, str, Result | None]:
    """Whether one arm's percentage holds (None: untestable), how that is known, and the row."""
    row = side.get("")
    if row is None or row.total is None or row.events is None:
        return None, "no_counts", row
    if row.provenance in ("reported", "external"):
        return rounds_to(row.events, row.total, value), "stated", row
    if row.total >= 10 ** (2 + decimals_of(value)):
        return None, "any_percentage", row
    return any(True for _ in fitting(row.total, value)), "granularity", row


def _arm_counts(found: list[Result | None]) -> dict[str, Any]:
    names = ("intervention", "control")
    rows = places(row.cell for row in found if row is not None)
    return {"rows": rows} | {
        f"{what}_{name}": getattr(row, what)
        for name, row in zip(names, found, strict=False)
        if row is not None
        for what in ("events", "total")
    }


def comparison(claim: Claim, evidence: Evidence) -> Finding:
    """An asserted difference, or its absence, between two arms of a trial.

    The verdict is that of Fisher's two-sided exact test at 0.05, with the direction where one is
    asserted. Named as differing are the mid-p, score and Wald tests that would decide otherwise;
    the same test is put to every pair of counts that the sources allow, and to each other reading.
    """
    found = tables(evidence, claim)
    if "" not in found:
        return unchecked("fisher", "no_counts")
    extracted, every = found[""].extracted, found[""].admissible
    holds = _fisher_holds(claim.assertion, extracted)
    agreeing = sum(_fisher_holds(claim.assertion, table) == holds for table in every)
    readings = [
        reading
        for reading, other in found.items()
        if any(_fisher_holds(claim.assertion, t) != holds for t in other.admissible) and reading
    ]
    p = tests(extracted)
    differing = [
        name
        for name in ("midp", "score", "wald")
        if asserted(claim.assertion, getattr(p, name), extracted.direction) != holds
    ]
    return replace(
        _compared(extracted, p),
        verdict=judged(holds),
        tables=len(every),
        agreeing=agreeing,
        differing=" ".join(differing),
        readings=" ".join(readings),
        rows=found[""].rows,
    )


def asserted(assertion: str, p: float | None, direction: int) -> bool:
    """Whether a result with this two-sided p and direction bears the assertion out."""
    significant = p is not None and p < ALPHA
    match assertion:
        case "significantly_higher":
            return significant and direction > 0
        case "significantly_lower":
            return significant and direction < 0
        case "not_higher":
            return not (significant and direction > 0)
        case "higher":
            return direction > 0
        case "lower":
            return direction < 0
        case _:
            return not significant


def _fisher_holds(assertion: str, table: TwoByTwo) -> bool:
    return asserted(assertion, tests(table).fisher, table.direction)


def _compared(table: TwoByTwo, p: Tests) -> Finding:
    """The numbers of a comparison: counts, risk ratio with score limits, and the tests."""
    from metasynth.study_intervals import score_limits

    a, n1, c, n2 = table.a, table.n1, table.c, table.n2
    low, high = score_limits("RR", a, n1, c, n2)
    return Finding(
        UNCHECKED,
        "fisher",
        measure="RR",
        estimate=(a / n1) / (c / n2) if c else None,
        ci_low=low,
        ci_high=high,
        p=p.fisher,
        p_fisher=p.fisher,
        p_midp=p.midp,
        p_score=p.score,
        p_wald=p.wald,
        events_intervention=a,
        total_intervention=n1,
        events_control=c,
        total_control=n2,
    )


def split_comparison(claim: Claim, evidence: Evidence) -> Finding:
    """Two percentages of arms whose sizes are only known together.

    Fisher's test at every division of the total into two arms, none larger than the arm's largest
    number in the tables, and every pair of counts that rounds to the percentages. Reproduced, or
    not, only where all of them agree; else it cannot be checked.
    """
    total = claim.total or 0
    limits = [_largest(evidence, claim, arm) for arm in (claim.arm_id, claim.reference_arm_id)]
    if None in limits:
        return unchecked("every_split", "no_counts")
    most, other = (limit or 0 for limit in limits)
    every = list(islice(_splits(claim, total, most, other), MOST_TABLES + 1))
    if len(every) > MOST_TABLES:
        return unchecked("every_split", "too_many")
    return replace(_unanimous(claim.assertion, every), rows=_rows(claim, evidence))


def _splits(claim: Claim, total: int, most: int, other: int) -> Iterator[TwoByTwo]:
    for n1 in range(max(1, total - other), min(most, total - 1) + 1):
        for a in fitting(n1, claim.value):
            for c in fitting(total - n1, claim.reference_value):
                yield TwoByTwo(a, n1, c, total - n1)


def _rows(claim: Claim, evidence: Evidence) -> str:
    arms = (claim.arm_id, claim.reference_arm_id)
    return places(row.cell for arm in arms for row in rows(evidence, claim, arm).values())


def _unanimous(assertion: str, every: list[TwoByTwo]) -> Finding:
    if not every:
        return unchecked("every_split", "no_split")
    p = [tests(table).fisher for table in every]
    holding = sum(
        asserted(assertion, value, table.direction) for value, table in zip(p, every, strict=True)
    )
    numbers = {"tables": len(every), "p": max(p), "p_fisher": max(p)}
    if 0 < holding < len(every):
        return unchecked("every_split", "splits_differ", agreeing=holding, **numbers)
    return Finding(judged(holding > 0), "every_split", agreeing=len(every), **numbers)  # type: ignore[arg-type]


def _largest(evidence: Evidence, claim: Claim, arm_id: str) -> int | None:
    """The largest number of patients that the tables give for an arm, at any outcome."""
    trial = evidence.trials[claim.study_id]
    sizes = [row.total for row in trial.results if row.arm_id == arm_id and row.total]
    sizes += [arm.n_randomised for arm in trial.arms if arm.arm_id == arm_id and arm.n_randomised]
    return max(sizes, default=None)


def fold(claim: Claim, evidence: Evidence) -> Finding:
    """A ratio of two risks in words.

    "About N-fold": the ratio rounds to N, as N is printed; "almost": it does, and lies below N;
    "more than": it lies above N. Holds or fails for each pair of counts allowed.
    """
    found = tables(evidence, claim)
    if "" not in found or found[""].extracted.c == 0:
        return unchecked("ratio", "no_counts")
    extracted, every = found[""].extracted, found[""].admissible
    holds = _fold_holds(claim, extracted)
    return replace(
        _compared(extracted, tests(extracted)),
        verdict=judged(holds),
        method="ratio",
        tables=len(every),
        agreeing=sum(_fold_holds(claim, table) == holds for table in every),
        rows=found[""].rows,
    )


def _fold_holds(claim: Claim, table: TwoByTwo) -> bool:
    if not table.c:
        return False
    ratio = table.a * table.n2 / (table.n1 * table.c)
    value = float(claim.value)
    half: float = 0.5 / 10 ** decimals_of(claim.value)
    if claim.assertion == "more_than":
        return ratio > value
    below = value if claim.assertion == "almost" else value + half
    return value - half <= ratio < below
