"""Checks of statements about one trial: percentages, comparisons of two arms, ratios."""

from dataclasses import replace
from typing import Any

from metasynth.audit.counts import decimals_of, fitting, rounds_to, rows, tables
from metasynth.audit.judging import ABSENCE, important_left, judge, settled
from metasynth.audit.verdicts import (
    NOT_REPRODUCED,
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
from metasynth.model.importance import Importance
from metasynth.model.records import Claim, Result
from metasynth.stats.two_by_two import Tests, TwoByTwo, tests

_OF_COUNTS = ("RR", "OR", "RD")


def percentages(claim: Claim, evidence: Evidence) -> Finding:
    """A printed percentage, or two, against the counts.

    Where a source other than the percentage states the count, it must round to the percentage.
    Reproduced: it does so in each arm that the statement names. A count that was derived from the
    percentage cannot confirm it, only fail: some whole number of the patients must round to it
    (granularity; Brown and Heathers, Soc Psychol Personal Sci 2017;8:363-9), which is only asked of
    arms so small that not every percentage fits. Where one does, the percentage is possible, and
    cannot be checked further.
    """
    asked = [(claim.arm_id, claim.value)]
    if claim.reference_arm_id:
        asked.append((claim.reference_arm_id, claim.reference_value))
    found = [_percentage(rows(evidence, claim, arm), value) for arm, value in asked]
    numbers = _arm_counts([row for _, _, row in found])
    failed = next((how for holds, how, _ in found if holds is False), "")
    if failed == "stated":
        return concluded((NOT_REPRODUCED, "does_not_round"), "count", **numbers)
    if failed:
        return concluded((NOT_REPRODUCED, "no_whole_number"), "granularity", **numbers)
    open_ = [how for _, how, _ in found if how != "stated"]
    if not open_:
        return concluded((REPRODUCED, "rounds"), "count", **numbers)
    if "granularity" in open_:
        return unchecked("granularity", "possible", **numbers)
    return unchecked("percentage", open_[0], **numbers)


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

    That a difference is significant, or is not, is put to Fisher's two-sided exact test at 0.05,
    with the direction where one is asserted; that a risk is higher or lower, to the direction. That
    there is no difference, or no increase, is supported only where the interval of the risk ratio
    (score limits) excludes an important one; where it does not, a difference that is not
    significant reproduces the significance and leaves the conclusion unsupported.

    The mid-p, score and Wald tests are asked as well, Wald's unless a cell is empty, where the 0.5
    added to every cell decides it; where one would decide otherwise, the verdict depends on the
    test, as the publication does not name its own. The same is asked of every pair of counts that
    the sources allow, and of each other reading: where these decide otherwise, it depends on the
    counts.
    """
    found = tables(evidence, claim)
    if "" not in found:
        return unchecked("fisher", "no_counts")
    extracted, every = found[""].extracted, found[""].admissible
    important = of_two_arms(claim, evidence)
    own = judged_table(claim.assertion, extracted, important)
    agreeing = sum(judged_table(claim.assertion, t, important)[0] == own[0] for t in every)
    readings = [
        reading
        for reading, other in found.items()
        if reading
        and any(judged_table(claim.assertion, t, important)[0] != own[0] for t in other.admissible)
    ]
    differing = [
        name
        for name in deciding(extracted)
        if judged_table(claim.assertion, extracted, important, name)[0] != own[0]
    ]
    verdict, reason = settled(
        own,
        assertion=claim.assertion,
        by_test=bool(differing),
        by_counts=agreeing < len(every) or bool(readings),
    )
    return replace(
        _compared(extracted, tests(extracted)),
        verdict=verdict,
        reason=reason,
        **margins(claim.assertion, important),
        tables=len(every),
        agreeing=agreeing,
        excluded=found[""].excluded,
        stated=found[""].stated,
        differing=" ".join(differing),
        readings=" ".join(readings),
        rows=found[""].rows,
    )


def deciding(table: TwoByTwo) -> tuple[str, ...]:
    """The tests besides Fisher's that a verdict may hang on."""
    empty = 0 in (table.a, table.c, table.n1 - table.a, table.n2 - table.c)
    return ("midp", "score") if empty else ("midp", "score", "wald")


def judged_table(
    assertion: str, table: TwoByTwo, important: Importance | None, test: str = "fisher"
) -> Judged:
    """The verdict on an assertion about the two groups of a table, by one test."""

    def left_open() -> str:
        from metasynth.stats.score_intervals import score_limits

        measure = important.measure if important else "RR"
        limits = score_limits(measure, table.a, table.n1, table.c, table.n2)
        return important_left(assertion, measure, limits, table.c / table.n2, important)

    return judge(assertion, getattr(tests(table), test), table.direction, left_open)


def of_two_arms(claim: Claim, evidence: Evidence) -> Importance | None:
    """From where on a difference of two arms' counts is important, on a scale that they give."""
    outcome = evidence.outcome(claim)
    measure = outcome.measure if outcome and outcome.measure in _OF_COUNTS else "RR"
    return evidence.important(claim, measure)


def margins(assertion: str, important: Importance | None) -> dict[str, Any]:
    """The margin of a finding that an absence was judged by; none for other assertions."""
    if assertion not in ABSENCE or important is None:
        return {}
    return {
        "margin_low": important.low,
        "margin_high": important.high,
        "margin_measure": important.measure,
    }


def _compared(table: TwoByTwo, p: Tests) -> Finding:
    """The numbers of a comparison: counts, risk ratio with score limits, and the tests."""
    from metasynth.stats.score_intervals import score_limits

    a, n1, c, n2 = table.a, table.n1, table.c, table.n2
    low, high = score_limits("RR", a, n1, c, n2)
    return Finding(
        UNCHECKED,
        "fisher",
        "",
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


def fold(claim: Claim, evidence: Evidence) -> Finding:
    """A ratio of two risks in words.

    "About N-fold": the ratio rounds to N, as N is printed; "almost": it does, and lies below N;
    "more than": it lies above N. Where pairs of counts that the sources allow decide otherwise, the
    verdict depends on the counts.
    """
    found = tables(evidence, claim)
    if "" not in found or found[""].extracted.c == 0:
        return unchecked("ratio", "no_counts")
    extracted, every = found[""].extracted, found[""].admissible
    holds = _fold_holds(claim, extracted)
    agreeing = sum(_fold_holds(claim, table) == holds for table in every)
    own = judged(holds, "ratio_fits", "ratio_does_not_fit")
    verdict, reason = settled(own, by_test=False, by_counts=agreeing < len(every))
    return replace(
        _compared(extracted, tests(extracted)),
        verdict=verdict,
        reason=reason,
        method="ratio",
        tables=len(every),
        agreeing=agreeing,
        excluded=found[""].excluded,
        stated=found[""].stated,
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
