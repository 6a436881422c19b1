"""The rules that suggest a certainty, each at its boundary, and the panel's ratings before them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasynth.core import store
from metasynth.core.messages import Sentence, Value
from metasynth.grade.case import control_risk, make_case
from metasynth.grade.certainty import COLUMNS, Rating, assess
from metasynth.grade.conclusions import conclusion, frequency_word
from metasynth.grade.domains import (
    imprecision,
    inconsistency,
    indirectness,
    publication_bias,
    risk_of_bias,
)
from metasynth.grade.imprecision import optimal_information_size
from metasynth.grade.summary_of_findings import Finding, chosen, findings
from metasynth.language.sentences import in_words
from metasynth.model.certainty_config import (
    DEFAULT_RULES,
    LOWERING,
    BiasRule,
    ImprecisionRule,
    IndirectnessRule,
    IndirectOutcome,
    IndirectTrial,
)
from metasynth.model.importance import Declared, declared, of_outcome
from metasynth.model.records import (
    AnalysisResult,
    AnalysisSpec,
    Cell,
    CertaintyRating,
    Comparison,
    Group,
    Judgement,
    OutcomeSpec,
    StudyData,
)
from metasynth.sensitivity.battery import battery
from metasynth.synthesis.synthesise import synthesise

SIDES = Comparison(("drug",), ("placebo",), intervention_label="Drug", control_label="Placebo")
OUTCOME = OutcomeSpec("o", "O", "raw", 24, "binary", "RR", "harm", ("main", "mh"))
RULES = replace(DEFAULT_RULES, start="high")
"""The defaults, for trials of which nothing is said but that their evidence begins as high."""
MAIN = AnalysisSpec("main", "Random effects", tau2="REML", ci="HKSJ", prediction="t_k-1")
MH = AnalysisSpec("mh", "Mantel-Haenszel", model="MH")


def study(name, a, n1, c, n2):
    return StudyData(name, name.upper(), 2000, Group((), "", a, n1), Group((), "", c, n2))


THREE = [study("x", 60, 200, 30, 200), study("y", 50, 150, 28, 150), study("z", 40, 120, 18, 120)]


def pooled(studies=THREE, outcome=OUTCOME, analyses=(MAIN, MH)):
    return synthesise(outcome, list(analyses), SIDES, studies)


def case(rules=RULES, result=None, judgements=None, sensitivity=None, **row):
    """A case whose primary row has these values, whatever the trials would give."""
    result = result or pooled()
    first = result.analyses[0]
    changed = replace(
        first.estimates[0], **{"df": 5.0, "adhoc_low": None, "adhoc_high": None, **row}
    )
    analyses = (
        AnalysisResult(first.spec, (changed,), first.studies),
        *result.analyses[1:],
    )
    return make_case(replace(result, analyses=analyses), rules, judgements, sensitivity)


def events(total, **limits):
    return {"events_intervention": total, "events_control": 0, **limits}


PRECISE = {"ci_low": 1.5, "ci_high": 2.0}


@pytest.mark.parametrize(
    ("row", "rating"),
    [
        (events(300, **PRECISE), 0),
        (events(299, **PRECISE), -1),
        (events(90, **PRECISE), -1),
        (events(89, **PRECISE), -2),
        (events(300, ci_low=0.75, ci_high=1.25), 0),
        (events(300, ci_low=0.749, ci_high=1.25), -1),
        (events(300, ci_low=0.75, ci_high=1.251), -1),
        (events(300, ci_low=0.749, ci_high=1.251), -2),
        (events(299, ci_low=0.75, ci_high=1.25), -1),
        (events(299, ci_low=0.75, ci_high=1.251), -2),
        (events(300, ci_low=1.0, ci_high=1.3), -1),
        (events(300, ci_low=1.001, ci_high=1.3), 0),
        (events(300, ci_low=0.5, ci_high=0.999), 0),
        (events(300, ci_low=0.5, ci_high=1.0), -1),
    ],
)
def test_imprecision_at_its_boundaries(row, rating):
    assert imprecision(case(**row)).rating == rating


def test_imprecision_gives_its_numbers():
    text = "; ".join(
        map(in_words, imprecision(case(**events(78, ci_low=0.5, ci_high=2.5))).reasons)
    )
    assert text.startswith("78 events, less than 30% of the optimal information size of 300; ")
    assert "0.50 to 2.50, includes an important reduction and an important increase" in text
    one = in_words(imprecision(case(**events(1, **PRECISE))).reasons[0])
    assert one.startswith("1 event, ")


def risk_of(result, how):
    return control_risk(result.outcome, result.analyses[0].studies, how)


def test_the_limits_of_an_odds_ratio_are_read_as_risk_ratios():
    """At a control risk of 0.5, odds ratios of 0.6 and 5/3 are risk ratios of 0.75 and 1.25."""
    studies = [study(name, 100, 200, 100, 200) for name in "xyz"]
    result = pooled(studies, replace(OUTCOME, measure="OR"))
    assert risk_of(result, "pooled") == 0.5
    inside, outside = ({"ci_low": 0.601, "ci_high": 1.66}, {"ci_low": 0.599, "ci_high": 1.66})
    assert imprecision(case(result=result, **events(600, **inside))).rating == 0
    assert imprecision(case(result=result, **events(600, **outside))).rating == -1


def test_a_computed_information_size_counts_participants():
    rules = replace(RULES, imprecision=ImprecisionRule(information_size="computed"))
    risk = 76 / 470
    needed = optimal_information_size(risk, 0.25, 0.05, 0.80)
    assert risk_of(pooled(), "pooled") == pytest.approx(risk)
    enough = {"total_intervention": int(needed) + 1, "total_control": 0, **PRECISE}
    short = {**enough, "total_intervention": int(needed)}
    assert imprecision(case(rules, **enough)).rating == 0
    assert imprecision(case(rules, **short)).rating == -1
    assert "participants" in in_words(imprecision(case(rules, **short)).reasons[0])


@pytest.mark.parametrize(("people", "rating"), [(400, 0), (399, -1), (120, -1), (119, -2)])
def test_continuous_outcomes_count_participants(people, rating):
    sides = Group((), "", None, 50, mean=3.0, sd=2.0), Group((), "", None, 50, mean=1.0, sd=2.0)
    data = [StudyData(name, name, 2000, *sides) for name in "xyz"]
    result = pooled(data, replace(OUTCOME, type="continuous", measure="MD"), (MAIN,))
    row = {"total_intervention": people, "total_control": 0, "ci_low": 1.0, "ci_high": 2.0}
    assert imprecision(case(result=result, **row)).rating == rating


@pytest.mark.parametrize(
    ("i2", "q_p", "rating"),
    [(49.9, 0.01, 0), (50.0, 0.0999, -1), (50.0, 0.10, 0), (99.0, 0.2, 0), (74.9, 0.01, -1)],
)
def test_inconsistency_at_its_boundaries(i2, q_p, rating):
    """Of trials on both sides of an important effect, whose intervals overlap."""
    mixed = [study("x", 20, 100, 20, 100), study("y", 30, 100, 15, 100)]
    assert inconsistency(case(result=pooled(mixed), i2=i2, q_p=q_p, pi_low=None)).rating == rating


def test_intervals_apart_are_very_inconsistent():
    apart = pooled([study("x", 20, 400, 100, 400), study("y", 300, 400, 100, 400)])
    assert inconsistency(case(result=apart)).rating == -2
    assert inconsistency(case(result=apart, i2=74.9)).rating == -1


def test_variation_without_meaning_is_no_inconsistency():
    """That all effects are unimportant is the review's to say, not a convention's."""
    alike = pooled([study("x", 8000, 20000, 8000, 20000), study("y", 9000, 20000, 8000, 20000)])
    assert alike.analyses[0].estimates[0].i2 > 75
    declared = replace(RULES, imprecision=ImprecisionRule(important=(0.75, 1.25)))
    found = inconsistency(case(declared, result=alike))
    assert found.rating == 0
    assert "every trial's effect (1.00 to 1.12)" in in_words(found.reasons[0])
    assert inconsistency(case(result=alike)).rating < 0


def test_effects_that_are_all_important_in_one_direction_are_consistent_by_convention():
    large = pooled([study("x", 300, 1000, 100, 1000), study("y", 600, 1000, 60, 1000)])
    found = inconsistency(case(result=large))
    assert large.analyses[0].estimates[0].i2 > 75
    assert found.rating == 0
    assert "GRADE's convention" in in_words(found.reasons[-1])


@pytest.mark.parametrize(("pi_low", "rating"), [(0.749, -1), (0.75, 0)])
def test_a_prediction_interval_that_reaches_the_opposite(pi_low, rating):
    row = {"i2": 10.0, "q_p": 0.4, "ci_low": 1.2, "ci_high": 2.0, "pi_low": pi_low, "pi_high": 3.0}
    assert inconsistency(case(**row)).rating == rating
    assert inconsistency(case(**{**row, "ci_low": 0.9})).rating == 0


def test_one_trial_cannot_be_inconsistent():
    found = inconsistency(case(result=pooled(THREE[:1])))
    assert (found.rating, found.assessed) == (0, False)


def indirect(**choices):
    return replace(RULES, indirectness=IndirectnessRule(**choices))


def test_indirect_trials_count_by_their_weight():
    trial = (IndirectTrial("x", "other patients"),)
    few = pooled([study("x", 30, 900, 30, 900), *THREE[1:]])  # 60 of 196 events
    share = make_case(few, RULES).weights()["x"]
    assert share > 60 / 196 * 100
    at, above = indirect(trials=trial, weight=share), indirect(trials=trial, weight=share + 0.01)
    assert indirectness(case(at, few)).rating == -1
    assert indirectness(case(above, few)).rating == 0
    assert [in_words(r) for r in indirectness(case(at, few)).reasons] == [
        f"X: {share:.0f}% of the weight and 31% of the events; certainty is lowered from "
        f"{share:.0f}% of either",
        "other patients",
    ]


def test_a_trial_with_most_events_counts_however_little_it_weighs():
    """24 of 28 events, yet less than half of the weight, as the control group has one event."""
    rare = pooled([study("x", 23, 1116, 1, 283), study("y", 2, 250, 2, 251)], analyses=(MH,))
    found = make_case(rare, RULES)
    assert found.weights()["x"] < 50
    assert found.shares_of_events() == pytest.approx({"x": 2400 / 28, "y": 400 / 28})
    rules = indirect(trials=(IndirectTrial("x", "other patients"),))
    suggestion = indirectness(make_case(rare, rules))
    assert suggestion.rating == -1
    assert "86% of the events" in in_words(suggestion.reasons[0])
    light = indirect(trials=(IndirectTrial("y", "other patients"),), weight=60)
    assert indirectness(make_case(rare, light)).rating == 0


@given(st.lists(st.tuples(*[st.integers(0, 20)] * 2), min_size=2, max_size=6))
def test_shares_of_events_add_up(counts):
    studies = [study(f"s{i}", a, 40, c, 30) for i, (a, c) in enumerate(counts)]
    judged_case = make_case(pooled(studies, analyses=(MH,)), RULES)
    shares = judged_case.shares_of_events()
    assert sum(shares.values()) == (pytest.approx(100) if shares else 0)


def test_where_no_events_are_counted_the_weight_decides():
    rules = indirect(trials=(IndirectTrial("x", "other patients"),), weight=1)
    means = case(rules)
    studies = tuple(
        replace(s, events_intervention=None, events_control=None) for s in means.judging.studies
    )
    without = replace(means, judging=replace(means.judging, studies=studies))
    assert without.shares_of_events() == {}
    assert "events" not in in_words(indirectness(without).reasons[0])
    assert indirectness(without).rating == -1


def test_a_declared_outcome_needs_no_trials():
    rules = indirect(outcomes=(IndirectOutcome("o", -2, "a surrogate"),))
    assert (indirectness(case(rules)).rating, in_words(indirectness(case(rules)).reasons[0])) == (
        -2,
        "a surrogate",
    )


def test_other_trials_and_nothing_declared_are_direct():
    assert indirectness(case(indirect(trials=(IndirectTrial("other", "why"),)))).rating == 0
    assert indirectness(case()).rating == 0


def judged(**words):
    return {
        name: (Judgement("", "RoB 2", "Overall", word, "", "", Cell("", 2)),)
        for name, word in words.items()
    }


@pytest.mark.parametrize(
    ("words", "rating"),
    [
        ({"x": "low", "y": "low", "z": "low"}, 0),
        ({"x": "high", "y": "high", "z": "low"}, -2),
        ({"x": "some concerns", "y": "unclear", "z": "low"}, -1),
        ({"x": "low", "y": "low", "z": "high"}, 0),
    ],
)
def test_risk_of_bias_by_weight(words, rating):
    found = risk_of_bias(case(judgements=judged(**words)))
    assert (found.rating, found.assessed) == (rating, True)


@pytest.mark.parametrize(
    ("words", "no_information", "said"),
    [
        ({"x": "low", "y": "low", "z": "low"}, 0, "no trial is at high risk of bias"),
        ({"x": "low", "y": "high", "z": "low"}, 0, "trials at high risk of bias carry"),
        ({"x": "low", "y": "low"}, 0, "not judged carry 24%, and count as at low risk"),
        ({"x": "low", "y": "low"}, -1, "not judged carry 24%, and count as of some concern"),
    ],
)
def test_what_is_said_of_the_risk_of_bias_is_so(words, no_information, said):
    rules = replace(RULES, risk_of_bias=BiasRule(no_information=no_information))
    found = risk_of_bias(case(rules, judgements=judged(**words)))
    assert said in in_words(found.reasons)


def test_trials_that_are_not_judged_leave_certainty_open_unless_they_count_against_it():
    assert not risk_of_bias(case(judgements=judged(x="low"))).assessed
    strict = replace(RULES, risk_of_bias=BiasRule(no_information=-1))
    assert risk_of_bias(case(strict, judgements=judged(x="low"))).assessed


def test_trials_without_judgement_count_as_declared():
    strict = replace(RULES, risk_of_bias=BiasRule(no_information=-1))
    assert risk_of_bias(case(strict, judgements=judged(z="low"))).rating == -1
    assert risk_of_bias(case(judgements=judged(z="low"))).rating == 0
    assert risk_of_bias(case(strict)).rating == -1
    assert risk_of_bias(case()).rating == 0
    assert not risk_of_bias(case()).assessed


def test_a_judgement_of_the_outcome_goes_before_that_of_the_study():
    own = Judgement("raw", "RoB 2", "overall", "high", "", "", Cell("", 3))
    other = Judgement("else", "RoB 2", "overall", "low", "", "", Cell("", 4))
    words = {name: (*j, own, other) for name, j in judged(x="low", y="low", z="low").items()}
    assert risk_of_bias(case(judgements=words)).rating == -2


def test_without_an_overall_judgement_the_worst_domain_counts():
    domains = {
        name: tuple(
            Judgement("", "RoB 2", f"D{i}", word, "", "", Cell("", i))
            for i, word in enumerate(("low", "high"))
        )
        for name in "xyz"
    }
    assert risk_of_bias(case(judgements=domains)).rating == -2


def test_publication_bias_needs_trials_and_a_test():
    few = publication_bias(case(k=9))
    assert (few.rating, few.assessed) == (0, False)
    assert (
        in_words(few.reasons[0]) == "not assessable with 9 trials: the tests of asymmetry need 10"
    )
    assert in_words(publication_bias(case(k=1)).reasons[0]).startswith(
        "not assessable with 1 trial:"
    )
    result = pooled([study(f"s{i}", 5 + 3 * i, 60 + 40 * i, 4 + i, 60 + 40 * i) for i in range(12)])
    examined = battery(result)
    p = next(test.p for test in examined.asymmetry if test.name == "Egger")
    rules = RULES.publication_bias
    for limit, rating in ((p, 0), (p + 1e-9, -1)):
        chosen_rules = replace(RULES, publication_bias=replace(rules, p=limit))
        found = publication_bias(make_case(result, chosen_rules, {}, examined))
        assert (found.rating, found.assessed) == (rating, True)


def overall(ratings):
    return next(rating for rating in ratings if rating.domain == "overall")


def rated(domain, rating, reason="as agreed", outcome="o"):
    return CertaintyRating(outcome, domain, rating, reason, "panel", "", Cell("certainty.csv", 2))


def test_a_panel_goes_before_the_rules():
    found = assess(
        pooled(), RULES, [rated("imprecision", -2), rated("imprecision", 0, outcome="p")]
    )
    by_domain = {rating.domain: rating for rating in found}
    assert tuple(by_domain) == (*LOWERING, "overall")
    mine = by_domain["imprecision"]
    assert (mine.rating, mine.source, mine.judge, mine.reason) == (
        -2,
        "panel",
        "panel",
        "as agreed",
    )
    assert by_domain["inconsistency"].source == "rule"
    assert (overall(found).source, overall(found).certainty) == ("panel and rule", "low")


def test_a_whole_panel_is_no_suggestion():
    panel = [rated(domain, 0) for domain in LOWERING]
    found = overall(assess(pooled(), RULES, panel))
    assert (found.source, found.certainty, found.assessed) == ("panel", "high", True)


@pytest.mark.parametrize(
    ("start", "changes", "level"),
    [
        ("high", {"imprecision": 0}, "high"),
        ("high", {"imprecision": -1}, "moderate"),
        ("high", {"imprecision": -2}, "low"),
        ("high", {"imprecision": -2, "risk_of_bias": -1}, "very low"),
        ("high", {"imprecision": -2, "risk_of_bias": -2, "indirectness": -2}, "very low"),
        ("high", {"large_effect": 2}, "high"),
        ("low", {"large_effect": 1}, "moderate"),
        ("low", {"large_effect": 2, "dose_response": 1}, "high"),
        ("low", {"imprecision": -1, "plausible_confounding": 1}, "low"),
    ],
)
def test_levels_are_counted_within_four(start, changes, level):
    panel = [rated(domain, 0) for domain in LOWERING if domain not in changes]
    panel += [rated(domain, rating) for domain, rating in changes.items()]
    found = overall(assess(pooled(), replace(RULES, start=start), panel))
    assert found.certainty == level


def test_no_pool_is_not_rated():
    found = assess(pooled([]), RULES)
    assert [(r.domain, r.rating, r.certainty) for r in found] == [("overall", None, "not rated")]
    (finding,) = findings(pooled([]), RULES, found)
    assert (finding.estimate, finding.control_risk, finding.certainty) == (None, None, "not rated")


TWO = [study("x", 60, 200, 30, 200), study("y", 70, 150, 28, 150)]


def test_one_degree_of_freedom_is_judged_by_the_common_effect():
    judged_case = make_case(pooled(TWO), RULES)
    assert judged_case.judging.spec.name == "mh"
    told_reasons = "; ".join(map(in_words, imprecision(judged_case).reasons))
    assert "judged by the analysis “Mantel-Haenszel”" in told_reasons
    primary = make_case(pooled(TWO), replace(RULES, one_degree="primary"))
    assert primary.judging.spec.name == "main"
    assert imprecision(primary).rating == -2
    assert "rests on one degree of freedom" in in_words(imprecision(primary).reasons[-1])
    assert make_case(pooled(), RULES).judging.spec.name == "main"


def test_without_a_common_effect_the_primary_is_judged():
    dl = AnalysisSpec("dl", "DL", tau2="DL")
    assert make_case(pooled(TWO, analyses=(MAIN, dl)), RULES).judging.spec.name == "main"


def test_both_analyses_of_two_trials_are_shown():
    result = pooled(TWO)
    first, second = findings(result, RULES, assess(result, RULES))
    assert (first.analysis, first.judged, first.one_degree, first.size) == ("main", False, True, "")
    assert (second.analysis, second.judged, second.one_degree) == ("mh", True, False)
    assert second.control_risk == pytest.approx(1000 * 58 / 350)
    assert second.difference == pytest.approx(second.control_risk * (second.estimate - 1))
    assert second.intervention_risk == pytest.approx(second.control_risk * second.estimate)
    assert second.number_needed == pytest.approx(1000 / second.difference)
    assert second.number_needed_low == pytest.approx(1000 / second.difference_high)
    assert second.number_needed_low < second.number_needed < second.number_needed_high
    assert first.number_needed is None


def test_the_median_and_declared_risks():
    rules = replace(RULES, control_risk="median")
    assert risk_of(pooled(), "median") == 0.15
    assert risk_of(pooled(TWO), "median") == pytest.approx((30 / 200 + 28 / 150) / 2)
    (found,) = findings(pooled(), rules, assess(pooled(), rules))
    assert (found.risk_origin, found.control_risk) == ("median", 150)
    result = pooled(outcome=replace(OUTCOME, baseline_risks=(0.05, 0.2)))
    lines = findings(result, rules, assess(result, rules))
    assert [(f.risk_origin, f.control_risk) for f in lines] == [("declared", 50), ("declared", 200)]


@pytest.mark.parametrize("measure", ["PLO", "PR", "PAS"])
def test_a_proportion_of_one_group_is_told_per_thousand_and_compared_with_nothing(measure):
    outcome = replace(OUTCOME, type="proportion", measure=measure)
    result = pooled(outcome=outcome, analyses=(MAIN,))
    (found,) = findings(result, RULES, assess(result, RULES))
    row = result.analyses[0].estimates[0]
    assert found.intervention_risk == pytest.approx(1000 * row.estimate)
    assert found.intervention_low == pytest.approx(1000 * row.ci_low)
    assert found.intervention_high == pytest.approx(1000 * row.ci_high)
    assert (found.control_risk, found.difference, found.number_needed) == (None, None, None)


def test_no_control_risk_gives_no_absolute_effect():
    result = pooled([study("x", 3, 50, 0, 50), study("y", 4, 50, 0, 50), study("z", 1, 50, 0, 50)])
    (found,) = findings(result, RULES, assess(result, RULES))
    assert (found.control_risk, found.difference, found.risk_origin) == (None, None, "")


@pytest.mark.parametrize(
    ("ratio", "size", "sign"),
    [
        (0.5, "large", "reduction"),
        (0.51, "important", "reduction"),
        (0.74, "important", "reduction"),
        (0.75, "little", "reduction"),
        (1.25, "little", "increase"),
        (1.26, "important", "increase"),
        (1.99, "important", "increase"),
        (2.0, "large", "increase"),
    ],
)
def test_sizes_at_their_boundaries(ratio, size, sign):
    """As the review declares them; without a declaration only the direction is told."""
    result = case(estimate=ratio).result
    declared = ImprecisionRule(important=(0.75, 1.25))
    rules = replace(RULES, imprecision=declared, large=(0.5, 2.0))
    (found,) = findings(result, rules, assess(result, rules))
    assert (found.size, found.sign) == (size, sign)
    (found,) = findings(result, RULES, assess(result, RULES))
    assert (found.size, found.sign) == ("some", sign)


def test_at_no_effect_there_is_no_direction():
    result = case(estimate=1.0).result
    (found,) = findings(result, RULES, assess(result, RULES))
    assert (found.size, found.sign) == ("some", "")


MEASURED = [
    ("binary", "RR", 1.25, 0.8, 1.25, "RR"),
    ("binary", "RR", 0.8, 0.8, 1.25, "RR"),
    ("binary", "RD", 0.05, -0.05, 0.05, "RD"),
    ("continuous", "MD", 3.0, -3.0, 3.0, "MD"),
    ("generic", "HR", 1.5, 1 / 1.5, 1.5, "HR"),
]


@pytest.mark.parametrize(("kind", "measure", "size", "low", "high", "scale"), MEASURED)
def test_a_declared_difference_goes_first_on_its_own_scale(kind, measure, size, low, high, scale):
    outcome = replace(OUTCOME, type=kind, measure=measure)
    other = {"important_measures": {measure: 77.0}}
    for rules in (
        replace(RULES, important_measures={measure: size}),
        replace(RULES, important_outcomes={"o": size}, **other),
    ):
        found = of_outcome(outcome, declared(rules))
        assert (found.low, found.high) == pytest.approx((low, high))
        assert (found.scale, found.declared) == (scale, True)


@pytest.mark.parametrize(
    ("kind", "measure", "found"),
    [
        ("binary", "OR", ("risk ratio", False)),
        ("binary", "RD", ("risk ratio", False)),
        ("rate", "IRR", ("risk ratio", False)),
        ("continuous", "SMD", None),
        ("rate", "IRD", None),
        ("proportion", "PLO", None),
    ],
)
def test_without_a_declaration_a_convention_stands_in_for_risk_ratios_alone(kind, measure, found):
    known = of_outcome(replace(OUTCOME, type=kind, measure=measure), Declared())
    assert (known and (known.scale, known.declared)) == found


def test_a_convention_says_that_it_is_one_and_a_declaration_does_not():
    wide = events(600, ci_low=0.5, ci_high=1.1)
    by_convention = "; ".join(map(in_words, imprecision(case(**wide)).reasons))
    assert by_convention.endswith(
        "important is judged by GRADE's convention of risk ratios of 0.75 and 1.25, as no "
        "smallest important difference is declared"
    )
    rules = replace(RULES, imprecision=ImprecisionRule(important=(0.8, 1.2)))
    declared = "; ".join(map(in_words, imprecision(case(rules, **wide)).reasons))
    assert declared.endswith("important are risk ratios below 0.80 and above 1.20, as declared")
    assert "GRADE" not in declared


def test_a_proportion_is_not_judged_by_rules_of_comparisons():
    single = [StudyData(n, n, 2000, Group((), "", 5 + i, 20)) for i, n in enumerate("abcdefghijkl")]
    result = pooled(single, replace(OUTCOME, type="proportion", measure="PLO"), (MAIN,))
    tested = make_case(result, RULES, {}, battery(result))
    for rule in (imprecision, publication_bias):
        assert (rule(tested).rating, rule(tested).assessed) == (0, False)
    found = conclusion(result, RULES, assess(result, RULES))
    assert (found.compared, found.sign, found.size, found.interval) == (False, "", "", "")
    assert found.at_most


def test_an_interval_of_one_degree_of_freedom_is_not_judged_without_another():
    """Neither certainty nor words rest on an interval that the report calls useless."""
    result = pooled(TWO, analyses=(MAIN,))
    judged = make_case(result, RULES)
    assert judged.interval is None
    assert imprecision(judged).rating == -1  # too few events alone
    assert in_words(imprecision(judged).reasons[-1]).endswith("is there to judge instead")
    found = conclusion(result, RULES, assess(result, RULES))
    assert found.interval == "not judged"
    chosen = replace(RULES, one_degree="primary")
    assert make_case(result, chosen).interval is not None
    assert imprecision(make_case(result, chosen)).rating == -2


@pytest.mark.parametrize(
    ("limits", "interval"), [((1.01, 2.0), "excludes"), ((0.9, 2.0), "includes")]
)
def test_a_conclusion_says_what_the_judged_interval_does(limits, interval):
    result = case(ci_low=limits[0], ci_high=limits[1], estimate=1.5).result
    found = conclusion(result, RULES, assess(result, RULES))
    assert (found.interval, found.sign, found.size) == (interval, "increase", "some")


@pytest.mark.parametrize(
    ("risk", "word"),
    [
        (0.1, "very common"),
        (0.0999, "common"),
        (0.01, "common"),
        (0.0099, "uncommon"),
        (0.001, "uncommon"),
        (0.00099, "rare"),
        (0.0001, "rare"),
        (0.00009, "very rare"),
    ],
)
def test_frequencies_are_named_by_their_band(risk, word):
    assert frequency_word(risk) == word


_NOT_EVERY = "low to begin with, as not every trial is described as randomised; designs: "


@pytest.mark.parametrize(
    ("designs", "said", "declared_high"),
    [
        (("randomised, double-blind",) * 3, "high to begin with, as the trials are randomised", ""),
        (("RCT", "Randomized", "random allocation"), "as the trials are randomised", ""),
        (("randomised", "case series", ""), f"{_NOT_EVERY}randomised; case series; not stated", 1),
        (("case series",) * 3, f"{_NOT_EVERY}case series", 1),
        (("non-randomised",) * 3, f"{_NOT_EVERY}non-randomised", 1),
        (("quasi-randomized",) * 3, f"{_NOT_EVERY}quasi-randomized", 1),
        (("", "", ""), "low to begin with, as no design is stated", 1),
    ],
)
def test_evidence_begins_as_high_only_where_every_trial_is_randomised_or_it_is_declared(
    designs, said, declared_high
):
    known = dict(zip("xyz", designs, strict=True))
    panel = [rated(domain, 0) for domain in LOWERING]
    found = overall(assess(pooled(), DEFAULT_RULES, panel, designs=known))
    assert in_words(found.reasons[0]).endswith(said)
    assert found.certainty == ("low" if declared_high else "high")
    as_declared = overall(assess(pooled(), RULES, panel, designs=known))
    assert as_declared.certainty == "high"
    assert ("by the review's rules" in in_words(as_declared.reasons[0])) == bool(declared_high)


def test_the_summary_shows_the_outcomes_named():
    first, second = pooled(), pooled(outcome=replace(OUTCOME, id="p"))
    reading = pooled(outcome=replace(OUTCOME, id="r", sensitivity_of="o"))
    every = [first, second, reading]
    assert list(chosen(every, RULES)) == [first, second]
    assert list(chosen(every, replace(RULES, findings=("p",)))) == [second]
    assert list(chosen(every, replace(RULES, findings=("p", "o")))) == [second, first]


def test_records_survive_their_json(tmp_path):
    result = pooled(TWO)
    ratings = assess(result, RULES)
    lines = findings(result, RULES, ratings)
    for cls, text in ((Rating, store.to_json(ratings)), (Finding, store.to_json(lines))):
        path = tmp_path / "records.json"
        path.write_text(text, "utf-8")
        assert store.to_json(store.read_records(cls, [str(path)])) == text
    assert set(COLUMNS) < set(Rating.__slots__)


def test_reasons_are_said_in_a_language_when_they_are_told():
    from metasynth.language.formats import POLISH
    from metasynth.language.languages import Language

    polish = Language({"{n} event": "{n} zdarzenie"}.get, POLISH)
    reason = Sentence("{n} event", (Value("n", "ratio", 1.5, key="a.b"),))
    assert in_words(reason) == "1.50 event"
    assert in_words(reason, polish) == "1,50 zdarzenie"
    assert (
        in_words(reason, polish, lambda printed, key: f"<{printed}|{key}>")
        == "<1,50|a.b> zdarzenie"
    )


def test_an_interval_narrower_than_walds_is_judged_by_the_wider_one():
    """Its reasons name the limits that are judged, and what they are."""
    own = events(600, ci_low=1.05, ci_high=1.4, adhoc_low=0.9, adhoc_high=1.6, estimate=1.2)
    judged = case(**own)
    assert judged.interval == (0.9, 1.6)
    found = imprecision(judged)
    assert found.rating == -1
    assert in_words(found.reasons[1]).startswith("the interval, 0.90 to 1.60, includes 1")
    assert "narrower than Wald's" in in_words(found.reasons[2])
    assert found.reasons[1].values[0].key.endswith(".adhoc_low")
    assert conclusion(judged.result, RULES, ()).interval == "includes"
