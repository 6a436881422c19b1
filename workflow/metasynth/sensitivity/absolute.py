"""What a relative effect means for people at a stated risk: events per 1000 and numbers needed."""

from dataclasses import dataclass

from metasynth.model.methods import MEASURE
from metasynth.model.records import Estimate, OutcomeSpec
from metasynth.model.risks import MEASURES, odds_ratio_of_difference, risk_with

_RATIOS_OF_RISKS = ("RR", "HR", "IRR")


@dataclass(frozen=True, slots=True)
class AbsoluteEffect:
    """The effect at one baseline risk; differences per 1000 people, negative for fewer events.

    `number_needed` is the number treated for one event more or fewer (the sign of `difference`
    says which), None when the difference is 0; its limits belong to the limits of the difference.
    Where these have opposite signs (`includes_none`), the interval of the number needed runs from
    one limit through infinity to the other: Altman, BMJ 1998;317:1309-12.
    """

    baseline_risk: float
    risk: float
    difference: float
    difference_low: float
    difference_high: float
    number_needed: float | None
    number_needed_at_low: float | None
    number_needed_at_high: float | None
    includes_none: bool


Effect = tuple[str, float, float, float]
"""A measure, an effect and its limits in ascending order, on the natural scale."""


def of_events(outcome: OutcomeSpec, row: Estimate) -> Effect | None:
    """A pooled effect as one of events, from which absolute effects follow; None where none does.

    A standardised difference is one as an odds ratio, where the outcome says whether those with the
    event have the higher scores.
    """
    if row.estimate is None or row.ci_low is None or row.ci_high is None:
        return None
    limits = row.estimate, row.ci_low, row.ci_high
    if row.measure in MEASURES:
        return (row.measure, *limits)
    if not is_of_scores(outcome):
        return None
    one, *ends = (odds_ratio_of_difference(x, outcome.events_mean) for x in limits)
    return "OR", one, min(ends), max(ends)


def is_of_scores(outcome: OutcomeSpec) -> bool:
    """Whether an outcome's standardised differences say something of events."""
    return MEASURE[outcome.measure].standardised and bool(outcome.events_mean)


def limit_behind(outcome: OutcomeSpec, end: str) -> str:
    """The limit, ci_low or ci_high, of a pooled effect behind the "low" or "high" end of events."""
    turned = is_of_scores(outcome) and outcome.events_mean == "lower"
    return "ci_low" if (end == "low") != turned else "ci_high"


def as_risk_ratio(measure: str, value: float, risk: float | None) -> float | None:
    """An effect (natural scale) as a risk ratio at a risk under control.

    Hazard and rate ratios stand for themselves, as do odds ratios where no control risk is known or
    it is nil. None for what has no such meaning.
    """
    if measure in _RATIOS_OF_RISKS or (measure == "OR" and not risk):
        return value
    if measure in ("OR", "RD") and risk:
        return risk_with(measure, value, risk) / risk
    return None


def absolute_effect(
    measure: str, estimate: float, ci_low: float, ci_high: float, baseline_risk: float
) -> AbsoluteEffect:
    """Apply a pooled effect and its limits (natural scale) to people at a baseline risk.

    The baseline is taken as known, as in a GRADE summary of findings. Errors as in `risk_with`.
    """
    risk, low, high = (risk_with(measure, e, baseline_risk) for e in (estimate, ci_low, ci_high))
    difference, at_low, at_high = (x - baseline_risk for x in (risk, low, high))
    return AbsoluteEffect(
        baseline_risk=baseline_risk,
        risk=risk,
        difference=1000 * difference,
        difference_low=1000 * at_low,
        difference_high=1000 * at_high,
        number_needed=_number_needed(difference),
        number_needed_at_low=_number_needed(at_low),
        number_needed_at_high=_number_needed(at_high),
        includes_none=at_low <= 0 <= at_high,
    )


def _number_needed(difference: float) -> float | None:
    return 1 / abs(difference) if difference else None
