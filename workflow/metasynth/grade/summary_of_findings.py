"""The summary of findings: each outcome's relative and absolute effect beside its certainty.

GRADE guidelines 12 (J Clin Epidemiol 2013;66:158-72): participants and trials, the relative effect,
the risks with control and with the intervention per 1000, and the certainty. What a finding means
in words follows from size and certainty (GRADE guidelines 26, J Clin Epidemiol 2020;119:126-35).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metasynth.grade.case import Case, make_case, rests_on_one_degree
from metasynth.grade.certainty import Rating
from metasynth.grade.re_expression import Three, faring_better, in_units
from metasynth.model.certainty_config import OVERALL, CertaintyRules
from metasynth.model.measure_catalogue import MEASURE_RECORDS
from metasynth.model.methods import CREDIBLE, compares, no_effect
from metasynth.model.records import Count, Estimate, OutcomeResult, OutcomeSpec
from metasynth.sensitivity.absolute import AbsoluteEffect, absolute_effect, of_events

PROPORTIONS = frozenset(m.name for m in MEASURE_RECORDS if "proportion" in m.types)
LARGE, IMPORTANT, LITTLE, SOME = "large", "important", "little", "some"
"""Sizes of effects; `some` where the review declares nothing that tells what is important."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the summary of findings; a row of results/tables/findings.csv.

    An outcome has a line for its primary analysis, one for the analysis that judges it if that is
    another (`judged` says which), and these again for each declared baseline risk. Effects are on
    the natural scale, risks and differences per 1000 people, `risk_origin` is pooled, median or
    declared. Of a proportion of one group the risk is that of the group, and nothing is compared
    with it. Risks of a standardised difference are those at declared baseline risks, by the odds
    ratio that it stands for where the outcome says what its events are. Its `superiority` is the
    probability of faring better with the intervention, and `units` the difference on the instrument
    that is declared. `size` (large, important, little or some) and `sign` (increase, reduction, or
    blank at no effect) are of the judged effect.
    """

    outcome: str
    analysis: str
    judged: bool
    one_degree: bool
    k: int
    participants: Count | None
    measure: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    risk_origin: str
    control_risk: float | None
    intervention_risk: float | None
    intervention_low: float | None
    intervention_high: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    number_needed: float | None
    number_needed_low: float | None
    number_needed_high: float | None
    certainty: str
    size: str
    sign: str
    ci_method: str
    superiority: float | None = None
    superiority_low: float | None = None
    superiority_high: float | None = None
    units: float | None = None
    units_low: float | None = None
    units_high: float | None = None


def findings(
    result: OutcomeResult, rules: CertaintyRules, ratings: Sequence[Rating]
) -> tuple[Finding, ...]:
    """The lines of an outcome, its own among the `ratings`."""
    case = make_case(result, rules)
    (overall,) = (r for r in ratings if r.domain == OVERALL and r.outcome == result.outcome.id)
    rows = [case.primary, case.row] if case.substituted else [case.primary]
    if case.primary.ci_method == CREDIBLE and result.without_prior:
        rows.append(result.without_prior.estimates[0])
    return tuple(
        _finding(case, row, origin, risk, overall.certainty)
        for origin, risk in _risks(case)
        for row in rows
    )


def summary(
    results: Sequence[OutcomeResult], rules: CertaintyRules, ratings: Sequence[Rating]
) -> list[Finding]:
    """The summary of findings; `ratings` are those of all outcomes."""
    return [line for one in chosen(results, rules) for line in findings(one, rules, ratings)]


def chosen(results: Sequence[OutcomeResult], rules: CertaintyRules) -> Iterator[OutcomeResult]:
    """The outcomes of the summary: those named, in that order, else all primary ones."""
    primary = {r.outcome.id: r for r in results if not r.outcome.sensitivity_of}
    return (primary[name] for name in rules.findings or primary)


def _risks(case: Case) -> list[tuple[str, float | None]]:
    """The assumed risks under control: the declared ones, else that of the trials."""
    declared = case.result.outcome.baseline_risks
    if declared:
        return [("declared", risk) for risk in declared]
    return [(case.rules.control_risk, case.control_risk)]


def _finding(case: Case, row: Estimate, origin: str, risk: float | None, certainty: str) -> Finding:
    absolute = _absolute(case.result.outcome, row, risk)
    size, sign = effect_size(case, risk) if row.analysis == case.row.analysis else ("", "")
    sides = 2 if compares(case.result.outcome) else 1
    people = [row.total_intervention, row.total_control][:sides]
    return Finding(
        outcome=row.outcome,
        analysis=row.analysis,
        judged=row.analysis == case.row.analysis,
        one_degree=rests_on_one_degree(row),
        k=row.k,
        participants=None if None in people else sum(n or 0 for n in people),
        measure=row.measure,
        estimate=row.estimate,
        ci_low=row.ci_low,
        ci_high=row.ci_high,
        risk_origin=origin if absolute else "",
        control_risk=_thousand(absolute.baseline_risk) if absolute else None,
        **_intervention(row, absolute),
        certainty=certainty,
        size=size,
        sign=sign,
        ci_method=row.ci_method,
        **_named("superiority", faring_better(case.result.outcome, row)),
        **_named("units", in_units(case.result.outcome, row)),
    )


def _named(name: str, values: Three) -> dict[str, float | None]:
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))


def _absolute(outcome: OutcomeSpec, row: Estimate, risk: float | None) -> AbsoluteEffect | None:
    """What the row means at a risk; None where nothing follows from it, or the risk is nil."""
    effect = of_events(outcome, row) if risk else None
    return absolute_effect(*effect, risk) if effect and risk else None


def _intervention(row: Estimate, absolute: AbsoluteEffect | None) -> dict[str, float | None]:
    names: tuple[str, ...] = (
        *("intervention_risk", "intervention_low", "intervention_high"),
        *("difference", "difference_low", "difference_high"),
        *("number_needed", "number_needed_low", "number_needed_high"),
    )
    if absolute is None:
        found = dict.fromkeys(names)
        return found | (_of_one_group(row) if row.measure in PROPORTIONS else {})
    differences = (absolute.difference, absolute.difference_low, absolute.difference_high)
    risks = tuple(_thousand(absolute.baseline_risk) + difference for difference in differences)
    return dict(zip(names, (*risks, *differences, *_needed(absolute)), strict=True))


def _of_one_group(row: Estimate) -> dict[str, float | None]:
    """A pooled proportion per 1000 people."""
    numbers = {"risk": row.estimate, "low": row.ci_low, "high": row.ci_high}
    return {
        f"intervention_{name}": None if x is None else _thousand(x) for name, x in numbers.items()
    }


def _needed(absolute: AbsoluteEffect) -> tuple[float | None, float | None, float | None]:
    """The number needed with its limits in order; none where the interval includes no difference.

    Altman, BMJ 1998;317:1309-12.
    """
    limits = (absolute.number_needed_at_low, absolute.number_needed_at_high)
    if absolute.includes_none or absolute.number_needed is None or None in limits:
        return None, None, None
    low, high = sorted(limit for limit in limits if limit is not None)
    return absolute.number_needed, low, high


def _thousand(risk: float) -> float:
    return 1000 * risk


def effect_size(case: Case, risk: float | None = None) -> tuple[str, str]:
    """How large the judged effect is, as far as the review declares what is, and its sign."""
    estimate, null = case.row.estimate, no_effect(case.row.measure)
    if estimate is None or null is None:
        return "", ""
    sign = "increase" if estimate > null else "reduction" if estimate < null else ""
    limits, side = case.importance, case.side(estimate, risk)
    if limits is None or not limits.declared or side is None:
        return SOME, sign
    if not side:
        return LITTLE, sign
    return (LARGE if _is_large(case, estimate, risk) else IMPORTANT), sign


def _is_large(case: Case, estimate: float, risk: float | None) -> bool:
    """Whether an effect is beyond the risk ratios that the review declares to be large."""
    ratio = case.risk_ratio(estimate, risk)
    if ratio is None or not case.rules.large:
        return False
    least, most = case.rules.large
    return ratio <= least or ratio >= most
