"""Published statements, recomputed: does the analysis repeat the printed numbers to the digit?"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from metasynth.model.records import AnalysisResult, Claim, OutcomeResult


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A published estimate beside ours; a row of results/tables/reproduction.csv.

    Printed values are as printed; ours are on the natural scale, rounded to the same decimals.
    """

    claim_id: str
    reference: str
    locator: str
    study: str
    outcome: str
    measure: str
    printed_estimate: str
    printed_ci_low: str
    printed_ci_high: str
    analysis: str
    estimate: str
    ci_low: str
    ci_high: str
    verdict: str  # reproduced | not reproduced | cannot be checked


def reproduce(claims: Sequence[Claim], results: Sequence[OutcomeResult]) -> list[Reproduction]:
    """Each published estimate against the analysis that config.yaml declares as the published."""
    return [reproduction(claim, results) for claim in claims if claim.kind == "figure_estimate"]


def reproduction(claim: Claim, results: Sequence[OutcomeResult]) -> Reproduction:
    """One published estimate against the published analysis."""
    printed = (claim.estimate, claim.ci_low, claim.ci_high)
    result = as_published(claim, results)
    if result is not None and not result.outcome.as_published:
        result = None
    ours = _limits(claim, result.analyses, result.outcome.as_published) if result else None
    values = ("", "", "")
    if ours is not None:
        values = tuple(map(_rounded_like, printed, ours))  # type: ignore[assignment]
    verdict = "reproduced" if values == printed else "not reproduced"
    return Reproduction(
        claim.claim_id,
        claim.reference,
        claim.locator,
        claim.study_id or "pooled",
        result.outcome.id if result else "",
        claim.measure,
        *printed,
        result.outcome.as_published if result else "",
        *values,
        verdict=verdict if ours is not None else "cannot be checked",
    )


def as_published(claim: Claim, results: Sequence[OutcomeResult]) -> OutcomeResult | None:
    """The primary reading of the claim's outcome, one with a declared published analysis first.

    None where there is none, or where it is pooled in several comparisons and the claim names none.
    """
    found = [
        result
        for result in results
        if (result.outcome.outcome, result.outcome.week) == (claim.outcome, claim.week)
        and claim.measure in ("", result.outcome.measure)
        and claim.comparison in ("", result.outcome.comparison)
        and not result.outcome.sensitivity_of
    ]
    if len({result.outcome.comparison for result in found}) > 1:
        return None
    found.sort(key=lambda result: bool(result.outcome.effects))  # claims are of one effect first
    return next(
        (result for result in found if result.outcome.as_published), next(iter(found), None)
    )


def decisive(result: OutcomeResult) -> AnalysisResult:
    """The published analysis where there is one, else the primary.

    A posterior is not tested, so that of it no significance could be said: the first analysis
    without a prior then decides.
    """
    for item in result.analyses:
        if item.spec.name == result.outcome.as_published:
            return item
    tested = result.analyses[0].spec.tau_prior is None
    return result.analyses[0] if tested else result.without_prior or result.analyses[0]


def _limits(
    claim: Claim, analyses: Sequence[AnalysisResult], name: str
) -> tuple[float, float, float] | None:
    (analysis,) = (item for item in analyses if item.spec.name == name)
    rows = [row for row in analysis.studies if row.study == claim.study_id]
    row = rows[0] if rows else analysis.estimates[0]
    if (claim.study_id and not rows) or row.estimate is None:
        return None
    if row.ci_low is None or row.ci_high is None:
        return None
    return row.estimate, row.ci_low, row.ci_high


def _rounded_like(printed: str, value: float) -> str:
    """`value` with as many decimals as `printed` has; blank where nothing is printed."""
    if not printed:
        return ""
    quantum = Decimal(1).scaleb(Decimal(printed).as_tuple().exponent)  # type: ignore[arg-type]
    return str(Decimal(repr(value)).quantize(quantum, ROUND_HALF_EVEN))
