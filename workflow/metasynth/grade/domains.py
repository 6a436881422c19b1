"""One rule a domain of GRADE: how far it suggests to lower certainty, and why, with the numbers.

Each takes a `Case` and gives a rating (0, -1, -2) with its reasons. What a rule cannot assess is
rated 0 and said to be so: a suggestion is never lower than what the tables show.
"""

from collections.abc import Sequence
from math import fsum

from metasynth.core.messages import Sentence, Value
from metasynth.grade.case import Case, Suggestion
from metasynth.grade.imprecision import by_convention, imprecision
from metasynth.language.keys import pooled
from metasynth.language.languages import message
from metasynth.model.certainty_config import BiasRule, IndirectTrial
from metasynth.model.judgement_levels import HIGH, LOW, SOME, is_overall, risk
from metasynth.model.methods import compares, no_effect
from metasynth.model.records import Judgement, StudyEffect


def risk_of_bias(case: Case) -> Suggestion:
    """By the weight of trials at high risk, and with some concerns or worse."""
    rule = case.rules.risk_of_bias
    weights = case.weights()
    risks = {study: _worst(case, study) for study in weights}
    if all(level is None for level in risks.values()):
        text = message("no judgement of the trials' risk of bias is in the tables")
        return Suggestion(rule.no_information, (Sentence(text),), assessed=False)
    unknown = SOME if rule.no_information else LOW
    known = {study: unknown if level is None else level for study, level in risks.items()}
    high = sum(weights[study] for study, level in known.items() if level >= HIGH)
    some = sum(weights[study] for study, level in known.items() if level >= SOME)
    text = message(
        "no trial is at high risk of bias, and those of some concern carry {some} of the weight; "
        "certainty is lowered from {limit}"
    )
    if any(level >= HIGH for level in known.values()):
        text = message(
            "trials at high risk of bias carry {high} of the weight, "
            "with those of some concern {some}; certainty is lowered from {limit}"
        )
    values = (
        Value("high", "percent", high),
        Value("some", "percent", some),
        Value("limit", "percent", rule.weight),
    )
    rating = -2 if high >= rule.weight else -1 if some >= rule.weight else 0
    unjudged = fsum(weights[study] for study, level in risks.items() if level is None)
    if not unjudged:
        return Suggestion(rating, (Sentence(text, values),))
    reasons = (Sentence(text, values), _unjudged(unjudged, rule))
    return Suggestion(rating, reasons, assessed=bool(rating or rule.no_information))


def _unjudged(share: float, rule: BiasRule) -> Sentence:
    """What trials without a judgement carry, and as what they count."""
    text = message("trials that are not judged carry {share}, and count as at low risk")
    if rule.no_information:
        text = message("trials that are not judged carry {share}, and count as of some concern")
    return Sentence(text, (Value("share", "percent", share),))


def _worst(case: Case, study: str) -> int | None:
    """A trial's risk: its overall judgement of the outcome, else the worst of its domains."""
    own = case.judgements.get(study, ())
    here = [j for j in own if j.outcome == case.result.outcome.outcome]
    for chosen in (here, [j for j in own if not j.outcome]):
        overall: list[Judgement] = [j for j in chosen if is_overall(j.domain)]
        levels = [risk(j.judgement) for j in overall or chosen]
        known = [level for level in levels if level is not None]
        if known:
            return max(known)
    return None


def inconsistency(case: Case) -> Suggestion:
    """By I2 and the test of Q, where the trials' effects differ in what they mean.

    GRADE guidelines 7 (J Clin Epidemiol 2011;64:1294-302): similarity of estimates, overlap of
    intervals, the test, I2; variation that leaves every trial on the same side of what matters is
    no reason to rate down.
    """
    row, rule = case.primary, case.rules.inconsistency
    if row.k < 2:
        text = message("with one trial, consistency cannot be judged")
        return Suggestion(0, (Sentence(text),), assessed=False)
    if row.i2 is None or row.q_p is None:
        text = message("the model gives no measure of heterogeneity")
        return Suggestion(0, (Sentence(text),), assessed=False)
    values = _heterogeneity(case)
    if row.i2 < rule.i2[0] or row.q_p >= rule.p:
        return _prediction(case) or Suggestion(
            0, (Sentence(message("I² {i2}, heterogeneity p {p}"), values),)
        )
    if spread := _same_meaning(case):
        text = message(
            "I² {i2}, heterogeneity p {p}, but every trial's effect ({least} to {most}) "
            "is on the same side of an important one"
        )
        return Suggestion(0, (Sentence(text, (*values, *spread)), *by_convention(case)))
    if row.i2 >= rule.i2[1] and _disjoint(case.judging.studies):
        text = message(
            "I² {i2}, heterogeneity p {p}, and the intervals of some trials do not overlap"
        )
        return Suggestion(-2, (Sentence(text, values),))
    text = message("I² {i2}, heterogeneity p {p}")  # of one group, nothing says what a value means
    if compares(case.result.outcome):
        text = message(
            "I² {i2}, heterogeneity p {p}, and the trials' effects differ in what they mean"
        )
    return Suggestion(-1, (Sentence(text, values),))


def _heterogeneity(case: Case) -> tuple[Value, ...]:
    row = case.primary
    key = pooled(row.outcome, row.analysis)
    return (
        Value("i2", "percent", row.i2, key=f"{key}.i2"),
        Value("p", "p", row.q_p, key=f"{key}.q_p"),
    )


def _same_meaning(case: Case) -> tuple[Value, ...]:
    """The least and greatest effect of a trial, where all are important in one direction.

    Or where all are unimportant, which only a declared threshold can say.
    """
    limits = case.importance
    own = [s.estimate for s in case.judging.studies if s.estimate is not None]
    sides = {case.side(value) for value in own}
    if limits is None or len(sides) != 1 or None in sides or (0 in sides and not limits.declared):
        return ()
    measure = case.result.outcome.measure
    return Value("least", measure, min(own)), Value("most", measure, max(own))


def _disjoint(studies: tuple[StudyEffect, ...]) -> bool:
    lows = [s.ci_low for s in studies if s.ci_low is not None]
    highs = [s.ci_high for s in studies if s.ci_high is not None]
    return bool(lows and highs) and max(lows) > min(highs)


def _prediction(case: Case) -> Suggestion | None:
    """One level where the interval excludes no effect but a new trial may show the opposite."""
    row, null = case.primary, no_effect(case.result.outcome.measure)
    limits = (row.ci_low, row.ci_high, row.pi_low, row.pi_high)
    if null is None or None in limits or row.ci_low <= null <= row.ci_high:  # type: ignore[operator]
        return None
    wanted = -1 if row.ci_low > null else 1  # type: ignore[operator]
    reached = case.side(row.pi_low if wanted < 0 else row.pi_high)  # type: ignore[arg-type]
    if reached != wanted:
        return None
    measure, key = case.result.outcome.measure, pooled(row.outcome, row.analysis)
    text = message(
        "the prediction interval, {low} to {high}, includes an important effect of the other sign"
    )
    values = (
        Value("low", measure, row.pi_low, key=f"{key}.pi_low"),
        Value("high", measure, row.pi_high, key=f"{key}.pi_high"),
    )
    return Suggestion(-1, (Sentence(text, values), *by_convention(case)))


def indirectness(case: Case) -> Suggestion:
    """As declared: of the outcome, or of trials that carry much of the weight or of the events.

    GRADE guidelines 8 (J Clin Epidemiol 2011;64:1303-10): patients, interventions, outcomes or
    comparisons other than those of the question. The larger of the two shares counts: a trial with
    most of the events is what is known of a rare one, however little its estimate weighs.
    """
    rule = case.rules.indirectness
    for declared in rule.outcomes:
        if declared.outcome == case.result.outcome.id:
            reason = Sentence("{reason}", (Value("reason", "text", text=declared.reason),))
            return Suggestion(declared.rating, (reason,))
    weights = case.weights()
    found = [trial for trial in rule.trials if trial.study in weights]
    if not found:
        return Suggestion(0, (Sentence(message("no indirectness is declared")),))
    share = sum(weights[trial.study] for trial in found)
    events = case.shares_of_events()
    of_events = sum(events.get(trial.study, 0.0) for trial in found) if events else None
    why = [Sentence("{reason}", (Value("reason", "text", text=trial.reason),)) for trial in found]
    lowered = max(share, of_events or 0.0) >= rule.weight
    return Suggestion(-1 if lowered else 0, (_indirect(case, found, share, of_events), *why))


def _indirect(
    case: Case, found: Sequence[IndirectTrial], share: float, events: float | None
) -> Sentence:
    """What the declared trials carry; of the events too, where these are counted."""
    labels = {study.study: study.label for study in case.result.studies}
    named = ", ".join(labels[trial.study] for trial in found)
    values = (
        Value("trials", "text", text=named),
        Value("share", "percent", share),
        Value("limit", "percent", case.rules.indirectness.weight),
    )
    if events is None:
        text = message("{trials}: {share} of the weight; certainty is lowered from {limit}")
        return Sentence(text, values)
    text = message(
        "{trials}: {share} of the weight and {events} of the events; certainty is lowered from "
        "{limit} of either"
    )
    return Sentence(text, (*values, Value("events", "percent", events)))


def publication_bias(case: Case) -> Suggestion:
    """By a test of asymmetry, where there are trials enough for one (Handbook 13.3.5.4).

    Harbord's of odds ratios, Egger's otherwise. GRADE guidelines 5 (J Clin Epidemiol
    2011;64:1277-82) knows further grounds, which need a panel.
    """
    rule, k = case.rules.publication_bias, case.primary.k
    if not compares(case.result.outcome):
        text = message("not assessable: the tests of asymmetry are of comparisons")
        return Suggestion(0, (Sentence(text),), assessed=False)
    if k < rule.trials:
        text = message("not assessable with {k} trial: the tests of asymmetry need {least}")
        plural = message("not assessable with {k} trials: the tests of asymmetry need {least}")
        values = (Value("k", "count", float(k)), Value("least", "count", float(rule.trials)))
        return Suggestion(0, (Sentence(text, values, plural),), assessed=False)
    outcome = case.result.outcome
    wanted = "Harbord" if outcome.measure == "OR" and outcome.type == "binary" else "Egger"
    tests = case.sensitivity.asymmetry if case.sensitivity else ()
    p = next((test.p for test in tests if test.name == wanted), None)
    if p is None:
        text = message("not assessable: there is no test of asymmetry")
        return Suggestion(0, (Sentence(text),), assessed=False)
    values = (Value("test", "text", text=wanted), Value("p", "p", p))
    text = message("test of asymmetry ({test}): p {p}")
    return Suggestion(-1 if p < rule.p else 0, (Sentence(text, values),))


RULES = {
    "risk_of_bias": risk_of_bias,
    "inconsistency": inconsistency,
    "indirectness": indirectness,
    "imprecision": imprecision,
    "publication_bias": publication_bias,
}
"""The rule of each domain that lowers certainty."""
