"""The rule of imprecision: how much information there is, and what the interval includes."""

from math import sqrt

from metasynth import keys, special
from metasynth.certainty_case import Case, Suggestion, rests_on_one_degree
from metasynth.language import message
from metasynth.methods import no_effect
from metasynth.reasons import Reason, Value
from metasynth.records import Count

_AMOUNTS = {
    ("events", 0): (
        message("{found} event, at least the optimal information size of {needed}"),
        message("{found} events, at least the optimal information size of {needed}"),
    ),
    ("events", 1): (
        message("{found} event, below the optimal information size of {needed}"),
        message("{found} events, below the optimal information size of {needed}"),
    ),
    ("events", 2): (
        message("{found} event, less than {share} of the optimal information size of {needed}"),
        message("{found} events, less than {share} of the optimal information size of {needed}"),
    ),
    ("participants", 0): (
        message("{found} participant, at least the optimal information size of {needed}"),
        message("{found} participants, at least the optimal information size of {needed}"),
    ),
    ("participants", 1): (
        message("{found} participant, below the optimal information size of {needed}"),
        message("{found} participants, below the optimal information size of {needed}"),
    ),
    ("participants", 2): (
        message(
            "{found} participant, less than {share} of the optimal information size of {needed}"
        ),
        message(
            "{found} participants, less than {share} of the optimal information size of {needed}"
        ),
    ),
}
"""What is said of how much information there is: enough (0), less than optimal, far less (2)."""


def imprecision(case: Case) -> Suggestion:
    """By the amount of information and what the interval includes; see `ImprecisionRule`.

    Two levels: the interval includes an important reduction and an important increase; or no effect
    and an important one, with less information than optimal; or information is far from optimal.
    One level: information is less than optimal, or the interval includes no effect and an important
    one.
    """
    scarce, far, amount = _information(case)
    crosses, both, interval = _included(case)
    rating = -2 if both or far or (crosses and scarce) else -1 if crosses or scarce else 0
    return Suggestion(rating, (*amount, *interval, *_substitution(case)))


def _information(case: Case) -> tuple[bool, bool, tuple[Reason, ...]]:
    """Whether information is less than optimal, and far less, and how much there is."""
    rule, row = case.rules.imprecision, case.row
    people = _sum(row.total_intervention, row.total_control)
    events = _sum(row.events_intervention, row.events_control)
    counted = case.result.outcome.type in ("binary", "rate", "proportion")
    found, needed, unit = (events, float(rule.events), "events") if counted else (people, 0.0, "")
    if not counted:
        needed, unit = float(rule.participants), "participants"
    elif rule.information_size == "computed" and case.control_risk:
        size = optimal_information_size(
            case.control_risk, rule.relative_reduction, rule.alpha, rule.power
        )
        if size is not None:
            found, needed, unit = people, size, "participants"
    if found is None:
        text = message("how many patients and events there are is not in the tables")
        return False, False, (Reason(text),)
    scarce, far = found < needed, found < rule.far_below * needed
    values = (
        Value("found", "count", float(found), key=f"{keys.rating(row.outcome)}.{unit}"),
        Value("needed", "count", needed),
        Value("share", "percent", 100 * rule.far_below),
    )
    return scarce, far, (Reason(*_amount(unit, scarce, far, values)),)


def _sum(first: Count | None, second: Count | None) -> Count | None:
    known = [n for n in (first, second) if n is not None]
    return sum(known) if known else None


def _amount(
    unit: str, scarce: bool, far: bool, values: tuple[Value, ...]
) -> tuple[str, tuple[Value, ...], str]:
    """The message on the amount of information, for one and for several."""
    singular, plural = _AMOUNTS[unit, scarce + far]
    return singular, values, plural


def optimal_information_size(
    control_risk: float, reduction: float, alpha: float, power: float
) -> float | None:
    """Participants, both groups together, of a trial that could show a relative risk reduction.

    In each group ((z(1-alpha/2) sqrt(2p (1-p)) + z(power) sqrt(p1 (1-p1) + p2 (1-p2))) / (p1-p2))^2
    with p the mean of the two risks: the usual formula for two proportions, that of R's
    power.prop.test. None where the control risk is nil or certain.
    """
    if not 0 < control_risk < 1:
        return None
    treated = control_risk * (1 - reduction)
    mean = (control_risk + treated) / 2
    error = special.ndtri(1 - alpha / 2) * sqrt(2 * mean * (1 - mean))
    strength = special.ndtri(power) * sqrt(
        control_risk * (1 - control_risk) + treated * (1 - treated)
    )
    return float(2 * (error + strength) ** 2 / (control_risk - treated) ** 2)


def _included(case: Case) -> tuple[bool, bool, tuple[Reason, ...]]:
    """Whether the interval includes no effect and an important one, and both kinds of these."""
    null, limits = no_effect(case.result.outcome.measure), case.interval
    if null is None or limits is None:
        return False, False, ()
    low, high = limits
    key = keys.pooled(case.row.outcome, case.row.analysis)
    smaller, larger = case.rules.imprecision.important
    ratios = case.risk_ratio(low), case.risk_ratio(high)
    less = ratios[0] is not None and ratios[0] < smaller
    more = ratios[1] is not None and ratios[1] > larger
    crosses = low <= null <= high and (less or more)
    values = (
        Value("low", case.row.measure, low, key=f"{key}.ci_low"),
        Value("high", case.row.measure, high, key=f"{key}.ci_high"),
        Value("smaller", "ratio", smaller),
        Value("larger", "ratio", larger),
    )
    if low <= null <= high and less and more:
        text = message(
            "the interval, {low} to {high}, includes an important reduction (risk ratio below "
            "{smaller}) and an important increase (above {larger})"
        )
    elif crosses and less:
        text = message(
            "the interval, {low} to {high}, includes no effect and an important reduction "
            "(risk ratio below {smaller})"
        )
    elif crosses:
        text = message(
            "the interval, {low} to {high}, includes no effect and an important increase "
            "(risk ratio above {larger})"
        )
    elif low <= null <= high:
        text = message("the interval, {low} to {high}, includes no effect")
    else:
        text = message("the interval, {low} to {high}, excludes no effect")
    return crosses, crosses and less and more, (Reason(text, values),)


def _substitution(case: Case) -> tuple[Reason, ...]:
    """That the primary interval rests on one degree of freedom, and what is judged instead."""
    row = case.primary
    if not rests_on_one_degree(row):
        return ()
    key = keys.pooled(row.outcome, row.analysis)
    values = (
        Value("low", row.measure, row.ci_low, key=f"{key}.ci_low"),
        Value("high", row.measure, row.ci_high, key=f"{key}.ci_high"),
        Value("label", "text", text=case.judging.spec.label),
    )
    text = message("the primary interval, {low} to {high}, rests on one degree of freedom")
    if case.substituted:
        text = message(
            "judged by the analysis “{label}”, as the primary interval, {low} to {high}, "
            "rests on one degree of freedom"
        )
    return (Reason(text, values),)
