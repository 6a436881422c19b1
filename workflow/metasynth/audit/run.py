"""Every statement by the check of its kind, and the statements that contradict each other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields

from metasynth.audit import majority, pooled_checks, splits, text_checks, trial_checks
from metasynth.audit.kinds import parts
from metasynth.audit.verdicts import CONTRADICTED, UNCHECKED, Audited, Evidence, Finding
from metasynth.model.importance import Declared
from metasynth.model.records import Claim, Comparison, OutcomeResult, Trial

CHECKS: Mapping[str, Callable[[Claim, Evidence], Finding]] = {
    "figure_estimate": pooled_checks.figure_estimate,
    "percentages": trial_checks.percentages,
    "comparison": trial_checks.comparison,
    "split_comparison": splits.split_comparison,
    "pooled_comparison": pooled_checks.pooled_comparison,
    "most_trials": majority.most_trials,
    "fold": trial_checks.fold,
    "frequency": text_checks.frequency,
    "most_frequent": text_checks.most_frequent,
    "empty_group": pooled_checks.empty_group,
    "quantity": text_checks.quantity,
    "listed": text_checks.listed,
    "sum": text_checks.total,
    "cited_interval": text_checks.cited_interval,
    "text": text_checks.text,
}
"""The check of each kind; a kind has one, a check is a pure function."""

CONVENTIONAL = Declared()
"""A review that declares no difference to be important."""


def audit(
    claims: Sequence[Claim],
    results: Sequence[OutcomeResult],
    trials: Sequence[Trial],
    comparisons: Mapping[str, Comparison],
    declared: Declared = CONVENTIONAL,
) -> list[Audited]:
    """All statements in the order of claims.csv.

    `declared` says which differences are important, by the one rule that certainty follows too.
    What the data decide gets a verdict from them. Where they cannot, a statement that another one
    of the same document contradicts is so marked; otherwise it cannot be checked. That two
    statements contradict each other is recorded with one of them and holds for both.
    """
    by_id = {trial.study.study: trial for trial in trials}
    evidence = Evidence(by_id, tuple(results), comparisons, declared)
    opposed = _opposed(claims)
    return [_audited(claim, evidence, opposed[claim.claim_id]) for claim in claims]


def _opposed(claims: Sequence[Claim]) -> dict[str, list[str]]:
    """The statements that each one contradicts or is contradicted by, in the table's order."""
    place = {claim.claim_id: number for number, claim in enumerate(claims)}
    found = {name: set[str]() for name in place}
    for claim in claims:
        for other in place.keys() & set(parts(claim.contradicts)):
            found[claim.claim_id].add(other)
            found[other].add(claim.claim_id)
    return {name: sorted(others, key=place.__getitem__) for name, others in found.items()}


def _audited(claim: Claim, evidence: Evidence, opposed: Sequence[str]) -> Audited:
    finding = CHECKS[claim.kind](claim, evidence)
    found = {field.name: getattr(finding, field.name) for field in fields(Finding)}
    if finding.verdict == UNCHECKED and opposed:
        found |= {"verdict": CONTRADICTED, "reason": "contradicted"}
    return Audited(
        **found,
        claim_id=claim.claim_id,
        reference=claim.reference,
        locator=claim.locator,
        quote=claim.quote,
        kind=claim.kind,
        study=claim.study_id,
        outcome=claim.outcome,
        week=claim.week,
        arm_id=claim.arm_id,
        reference_arm_id=claim.reference_arm_id,
        assertion=claim.assertion,
        printed=printed(claim),
        cited=claim.cited,
        contradicts=" ".join(opposed),
        note=claim.note,
    )


def printed(claim: Claim) -> str:
    """The statement's numbers as printed: "46 v 19", "1.05 (0.94, 1.17)", "30 + 22 = 100"."""
    if claim.estimate:
        limits = f" ({claim.ci_low}, {claim.ci_high})" if claim.ci_low and claim.ci_high else ""
        return claim.estimate + limits
    if claim.kind == "sum":
        return f"{' + '.join(parts(claim.parts))} = {claim.value}"
    return f"{claim.value} v {claim.reference_value}" if claim.reference_value else claim.value
