"""The rule of imprecision: how much information there is, and what the interval includes."""

from math import sqrt

from metasynth.core import lazy_special as special
from metasynth.core.messages import Sentence, Value
from metasynth.grade.case import Case, Suggestion, judged_fields, rests_on_one_degree
from metasynth.language import keys
from metasynth.language.languages import message
from metasynth.model.certainty_config import ImprecisionRule
from metasynth.model.designs import CLUSTER
from metasynth.model.importance import RISK_RATIO
from metasynth.model.methods import CREDIBLE, compares, no_effect
from metasynth.model.records import Count
from metasynth.sensitivity.importance_of_effects import own_side

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
_GRADE_SIZES = (ImprecisionRule().events, ImprecisionRule().participants)
_NEVER_NARROWER = Sentence(
    message("that interval is kept from being narrower than Wald's, as the one shown is")
)
_RULE_OF_THUMB = Sentence(message("that size is GRADE's rule of thumb"))


def imprecision(case: Case) -> Suggestion:
    """By the amount of information and what the interval includes; see `ImprecisionRule`.

    Two levels: the interval includes an important reduction and an important increase; or no effect
    and an important one, with less information than optimal; or information is far from optimal.
    One level: information is less than optimal, or the interval includes no effect and an important
    one.
    """
    if not compares(case.result.outcome):
        return _of_one_group(case)
    scarce, far, amount = _information(case)
    crosses, both, interval = _included(case)
    rating = -2 if both or far or (crosses and scarce) else -1 if crosses or scarce else 0
    informed = bool(amount[0].values)
    assessed = rating < 0 or (informed and case.interval is not None)
    return Suggestion(
        rating, (*amount, *interval, *_substitution(case), *_clusters(case)), assessed
    )


def _clusters(case: Case) -> tuple[Sentence, ...]:
    """That patients of one cluster were taken to be independent, where they were."""
    if not any(study.layout == CLUSTER for study in case.result.studies):
        return ()
    text = message(
        "the interval is too narrow, as patients of one cluster are taken to be independent"
    )
    return (Sentence(text),)


def _of_one_group(case: Case) -> Suggestion:
    """How narrow the interval of one group must be is nowhere declared, so nothing is judged."""
    row, key = case.row, keys.pooled(case.row.outcome, case.row.analysis)
    values = (
        Value("low", row.measure, row.ci_low, key=f"{key}.ci_low"),
        Value("high", row.measure, row.ci_high, key=f"{key}.ci_high"),
    )
    text = message(
        "not assessable: the interval is {low} to {high}, and nothing says how wide that of one "
        "group may be"
    )
    return Suggestion(0, (Sentence(text, values),), assessed=False)


def by_convention(case: Case) -> tuple[Sentence, ...]:
    """That what counts as important is GRADE's convention, where the review declares nothing."""
    limits = case.importance
    if limits is None or limits.declared:
        return ()
    values = (Value("low", "ratio", limits.low), Value("high", "ratio", limits.high))
    text = message(
        "important is judged by GRADE's convention of risk ratios of {low} and {high}, as no "
        "smallest important difference is declared"
    )
    return (Sentence(text, values),)


def _information(case: Case) -> tuple[bool, bool, tuple[Sentence, ...]]:
    """Whether information is less than optimal, and far less, and how much there is."""
    rule, row = case.rules.imprecision, case.row
    people = _sum(row.total_intervention, row.total_control)
    events = _sum(row.events_intervention, row.events_control)
    counted = case.result.outcome.type in ("binary", "rate")
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
        if row.clusters is not None:
            text = message(
                "patients and events are not added up, as trials of one cluster may have the same"
            )
        return False, False, (Sentence(text),)
    scarce, far = found < needed, found < rule.far_below * needed
    thumb = (_RULE_OF_THUMB,) if scarce and needed in _GRADE_SIZES else ()
    values = (
        Value("found", "count", float(found), key=f"{keys.rating(row.outcome)}.{unit}"),
        Value("needed", "count", needed),
        Value("share", "percent", 100 * rule.far_below),
    )
    return scarce, far, (Sentence(*_amount(unit, scarce, far, values)), *thumb)


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


Told = dict[tuple[bool, bool] | None, str]
_CONFIDENCE: Told = {
    (True, True): message(
        "the interval, {low} to {high}, includes an important reduction and an important increase"
    ),
    (True, False): message(
        "the interval, {low} to {high}, includes {null} and an important reduction"
    ),
    (False, True): message(
        "the interval, {low} to {high}, includes {null} and an important increase"
    ),
    None: message("the interval, {low} to {high}, includes {null}"),
    (False, False): message("the interval, {low} to {high}, excludes {null}"),
}
_CREDIBLE: Told = {
    (True, True): message(
        "the credible interval, {low} to {high}, includes an important reduction and an important "
        "increase"
    ),
    (True, False): message(
        "the credible interval, {low} to {high}, includes {null} and an important reduction"
    ),
    (False, True): message(
        "the credible interval, {low} to {high}, includes {null} and an important increase"
    ),
    None: message("the credible interval, {low} to {high}, includes {null}"),
    (False, False): message("the credible interval, {low} to {high}, excludes {null}"),
}
"""What an interval includes, by an important reduction and an important increase; None of an
interval that includes no effect alone."""


def _included(case: Case) -> tuple[bool, bool, tuple[Sentence, ...]]:
    """Whether the interval includes no effect and an important one, and both kinds of these."""
    null, limits = no_effect(case.result.outcome.measure), case.interval
    if null is None or limits is None:
        return False, False, ()
    low, high = limits
    includes = low <= null <= high
    less, more = includes and case.side(low) == -1, includes and case.side(high) == 1
    key, fields = keys.pooled(case.row.outcome, case.row.analysis), judged_fields(case.row)
    values = (
        Value("low", case.row.measure, low, key=f"{key}.{fields[0]}"),
        Value("high", case.row.measure, high, key=f"{key}.{fields[1]}"),
        Value("null", "count", null),
    )
    told = _CREDIBLE if case.row.ci_method == CREDIBLE else _CONFIDENCE
    text = told[less, more] if less or more or not includes else told[None]
    adhoc = (_NEVER_NARROWER,) if fields[0] != "ci_low" else ()
    important = (*_spared(case, limits), *_limits(case)) if less or more else ()
    return less or more, less and more, (Sentence(text, values), *adhoc, *important)


def _spared(case: Case, limits: tuple[float, float]) -> tuple[Sentence, ...]:
    """That an effect is important by the risk of having no event, where only that says so."""
    important, measure = case.importance, case.result.outcome.measure
    if important is None or any(
        own_side(important, measure, limit, case.control_risk) for limit in limits
    ):
        return ()
    text = message(
        "the event is so common that the ratio of the risks of being without it decides what is "
        "important"
    )
    return (Sentence(text),)


def _limits(case: Case) -> tuple[Sentence, ...]:
    """What is important, by the review's own declaration or by convention."""
    limits = case.importance
    if limits is None or not limits.declared:
        return by_convention(case)
    form = "ratio" if limits.scale == RISK_RATIO else limits.scale
    values = (Value("low", form, limits.low), Value("high", form, limits.high))
    if limits.scale == RISK_RATIO:
        text = message("important are risk ratios below {low} and above {high}, as declared")
    else:
        text = message("important are effects below {low} and above {high}, as declared")
    return (Sentence(text, values),)


def _substitution(case: Case) -> tuple[Sentence, ...]:
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
    if case.interval is None:
        text = message(
            "the primary interval, {low} to {high}, rests on one degree of freedom and is not "
            "judged; no common-effect analysis is there to judge instead"
        )
    elif case.substituted:
        text = message(
            "judged by the analysis “{label}”, as the primary interval, {low} to {high}, "
            "rests on one degree of freedom"
        )
    return (Sentence(text, values),)
