"""Published statements, recomputed: does the analysis repeat the printed numbers to the digit?"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from metasynth.records import AnalysisResult, Claim, OutcomeResult


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
    return [_reproduction(claim, results) for claim in claims if claim.kind == "figure_estimate"]


def _reproduction(claim: Claim, results: Sequence[OutcomeResult]) -> Reproduction:
    printed = (claim.estimate, claim.ci_low, claim.ci_high)
    result = _published(claim, results)
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


def _published(claim: Claim, results: Sequence[OutcomeResult]) -> OutcomeResult | None:
    """The primary reading of the claim's outcome, where config declares a published analysis."""
    for result in results:
        spec = result.outcome
        wanted = (spec.outcome, spec.week, spec.measure) == (
            claim.outcome,
            claim.week,
            claim.measure,
        )
        if wanted and spec.as_published and not spec.sensitivity_of:
            return result
    return None


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
    """`value` with as many decimals as `printed` has."""
    quantum = Decimal(1).scaleb(Decimal(printed).as_tuple().exponent)  # type: ignore[arg-type]
    return str(Decimal(repr(value)).quantize(quantum, ROUND_HALF_EVEN))
