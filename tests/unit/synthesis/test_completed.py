"""Numbers that follow from others in print: a trial given two ways pools alike, and so on.

Values against metafor are in tests/reference/test_conversions_against_metafor.py.
"""

from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.budget import examples
from tests.converted import COMPARISON, pair, row, studied, trial

from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.model.conversions import CONVERSIONS, MEDIANS, RECORDS, ConversionChoices
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    CurvePoint,
    Omission,
    OutcomeSpec,
    Result,
)
from metasynth.sensitivity.assumptions import assumptions
from metasynth.stats import medians
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.completed import tables_of_effect
from metasynth.synthesis.synthesise import synthesise

N, M, SD = 41, 39, 2.25
MEANS = (4.0, 5.25)
ERROR = SD * sqrt(1 / N + 1 / M)
T = (MEANS[0] - MEANS[1]) / ERROR
SIZES = ({"total": N}, {"total": M})
CENTRES = tuple({"mean": m, **size} for m, size in zip(MEANS, SIZES, strict=True))
FIRST, SECOND = "t", "c"


def outcome(measure="MD", kind="continuous", **choices):
    spec = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))
    return replace(spec, conversions=ConversionChoices(**choices))


def arms(first, second, *pairs):
    return (row(FIRST, number=2, **first), row(SECOND, number=3, **second), *pairs)


def limits(mean, n, level=95):
    half = stats.t.ppf(0.5 + level / 200, n - 1) * SD / sqrt(n)
    return {"ci_low": mean - half, "ci_high": mean + half, "ci_level": float(level)}


def with_limits(level=95):
    return arms(*({**c, **limits(c["mean"], c["total"], level)} for c in CENTRES))


def half(level=0.95):
    return stats.t.ppf((1 + level) / 2, N + M - 2) * ERROR


D = MEANS[0] - MEANS[1]
ALL = (N * MEANS[0] + M * MEANS[1]) / (N + M)
PRINTED = arms(*({**c, "sd": SD} for c in CENTRES))
WAYS = {
    "standard errors": arms(*({**c, "se": SD / sqrt(c["total"])} for c in CENTRES)),
    "limits": with_limits(),
    "90% limits": with_limits(90),
    "t": arms(*CENTRES, pair(reported_t=T)),
    "t, either sign": arms(*CENTRES, pair(reported_t=-T)),
    "F": arms(*CENTRES, pair(reported_f=T**2)),
    "p": arms(*CENTRES, pair(reported_p=f"{2 * stats.t.sf(abs(T), N + M - 2):.50f}")),
    "error of the difference": arms(*CENTRES, pair(estimate=D, se=ERROR)),
    "limits of the difference": arms(
        *CENTRES, pair(estimate=D, ci_low=D - half(), ci_high=D + half())
    ),
    "one mean and the difference": arms(
        CENTRES[0], SIZES[1], pair(estimate=D, reported_t=T)
    ),
    "the other mean": arms(SIZES[0], CENTRES[1], pair(estimate=D, reported_t=T)),
    "all together": arms(*SIZES, pair(estimate=D, mean_both=ALL, reported_t=T)),
    "the pair the other way round": arms(
        *CENTRES, replace(pair(reported_t=T), arm_id=SECOND, reference_arm_id=FIRST)
    ),
    "changes": arms(
        *(
            {"total": c["total"], "baseline_mean": 9.5, "final_mean": 9.5 + c["mean"],
             "baseline_sd": 1.75, "final_sd": 2.5, "change_correlation": r}
            for c, r in zip(CENTRES, [(1.75**2 + 2.5**2 - SD**2) / (2 * 1.75 * 2.5)] * 2,
                            strict=True)
        )
    ),
}  # fmt: skip


def pooled(rows, spec, sides=COMPARISON):
    others = [trial(f"s{i}", *arms({"mean": 4.2 + i, "sd": 2.0, "total": 30},
                                   {"mean": 5.0 + i, "sd": 2.1, "total": 31}))
              for i in range(2)]  # fmt: skip
    found = [study_data(one, spec, sides) for one in (trial("x", *rows), *others)]
    analysis = AnalysisSpec("p", "", model="random", ci="HKSJ")
    studies = [data for item in found for data in item]
    return synthesise(spec, [analysis], sides, studies).analyses[0]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("measure", ["MD", "SMD", "ROM"])
def test_a_trial_given_two_ways_pools_alike(measure, way):
    one = pooled(PRINTED, outcome(measure)).estimates[0]
    other = pooled(WAYS[way], outcome(measure))
    for name in ("estimate", "ci_low", "ci_high", "se", "tau2", "q"):
        expected = pytest.approx(getattr(one, name), rel=1e-8, abs=1e-10)
        assert getattr(other.estimates[0], name) == expected, name
    assert other.studies[0].form == "converted"
    assert other.studies[0].note, "the rules are told"


@pytest.mark.parametrize("way", WAYS)
def test_arms_exchanged_turn_signs(way):
    one = pooled(WAYS[way], outcome("SMD")).estimates[0]
    other = pooled(WAYS[way], outcome("SMD"), Comparison(("placebo",), ("drug",))).estimates[0]
    assert other.estimate == pytest.approx(-one.estimate, rel=1e-12)
    assert other.ci_low == pytest.approx(-one.ci_high, rel=1e-12)


def in_unit(one: Result, factor: float) -> Result:
    """A row in another unit: everything but counts, tests and correlations times a factor."""
    names = (
        *("mean", "sd", "se", "ci_low", "ci_high", "estimate", "median", "q1", "q3", "minimum"),
        *("maximum", "baseline_mean", "baseline_sd", "final_mean", "final_sd", "mean_both"),
    )
    changed = {n: factor * x for n in names if (x := getattr(one, n)) is not None}
    return replace(one, **changed)


@pytest.mark.parametrize("way", [*WAYS, "medians"])
def test_another_unit_changes_nothing(way):
    five = {"minimum": 1.0, "q1": 3.1, "median": 4.2, "q3": 5.9, "maximum": 9.5}
    rows = WAYS.get(way) or arms({**five, **SIZES[0]}, {**five, "median": 4.9, **SIZES[1]})
    (one,) = studied(outcome("SMD"), *rows)
    (other,) = studied(outcome("SMD"), *(in_unit(r, 2.54) for r in rows))
    for side in ("intervention", "control"):
        a, b = getattr(one, side), getattr(other, side)
        assert b.mean == pytest.approx(2.54 * a.mean, rel=1e-12)
        assert b.sd == pytest.approx(2.54 * a.sd, rel=1e-12)
        assert b.rules == a.rules


@examples(15)
@given(
    st.lists(st.floats(0.5, 90), min_size=5, max_size=5, unique=True).map(sorted),
    st.integers(5, 400),
    st.sampled_from(MEDIANS),
    st.floats(0.1, 20),
)
def test_medians_in_another_unit(five, n, method, factor):
    """Every method is linear in its numbers, and finds a spread of no numbers alike above 0."""
    a, q1, m, q3, b = five
    for given_ in ({"minimum": a, "maximum": b}, {"q1": q1, "q3": q3},
                   {"minimum": a, "q1": q1, "q3": q3, "maximum": b}):  # fmt: skip
        whole = medians.Summary(n, m, **given_)
        if not medians.applies(whole, method):
            continue
        other = medians.Summary(n, m * factor, **{k: x * factor for k, x in given_.items()})
        mean, sd = medians.mean_and_sd(whole, method)
        times, wide = medians.mean_and_sd(other, method)
        assert sd >= 0
        assert times == pytest.approx(factor * mean, rel=1e-9)
        assert wide == pytest.approx(factor * sd, rel=1e-7, abs=1e-9)
        assert medians.is_skewed(other) is medians.is_skewed(whole) or abs(
            medians.skewness(whole)[0] - medians.skewness(whole)[1]
        ) < 1e-9  # fmt: skip


def test_what_is_printed_is_not_replaced():
    both = {**CENTRES[0], "sd": 1.0, "se": 9.0, "q1": 0.0, "q3": 99.0, "median": 3.0}
    (study,) = studied(outcome(), *arms(both, {**CENTRES[1], "sd": 1.1}, pair(reported_t=9.0)))
    assert (study.intervention.mean, study.intervention.sd) == (MEANS[0], 1.0)
    assert (study.intervention.rules, study.control.rules) == ((), ())


def test_a_published_difference_leads_where_it_can_stand():
    rows = arms(*CENTRES, pair(estimate=D, se=ERROR, measure="MD", adjusted_for="age"))
    (study,) = studied(outcome("MD"), *rows)
    assert study.contrast.form == "se"
    assert isinstance(study_data(trial("x", *rows), outcome("SMD"), COMPARISON), Omission)


def test_p_of_a_difference_is_read_by_t_where_sizes_are_known():
    p = 2 * stats.t.sf(abs(T), N + M - 2)
    rows = arms(*SIZES, pair(estimate=D, reported_p=f"{p:.40f}", measure="MD"))
    (study,) = studied(outcome("MD"), *rows)
    assert study.contrast.se == pytest.approx(ERROR, rel=1e-8)
    (alone,) = studied(outcome("MD"), pair(estimate=D, reported_p=f"{p:.40f}", measure="MD"))
    assert alone.contrast.se == pytest.approx(abs(D / stats.norm.isf(p / 2)), rel=1e-8)


MEDIAN = {"median": 4.0, "total": 20}
REFUSED = {
    "p<0.05": (arms(*CENTRES, pair(reported_p="<0.05")), "only above or below"),
    "p = 1": (arms(*CENTRES, pair(reported_p="1")), "p-value that is 0, 1"),
    "no difference": (
        arms(CENTRES[0], {**CENTRES[1], "mean": MEANS[0]}, pair(reported_t=1.2)),
        "do not differ",
    ),
    "t of 0": (arms(*CENTRES, pair(reported_t=0.0)), "do not differ"),
    "a median alone": (arms(MEDIAN, {**CENTRES[1], "sd": SD}), "a median alone"),
    "few patients": (
        arms({**MEDIAN, "total": 4, "q1": 3.0, "q3": 5.0}, {**CENTRES[1], "sd": SD}),
        "fewer than 5 patients",
    ),
    "no correlation": (
        arms({**CENTRES[0], "baseline_sd": 1.0, "final_sd": 1.2}, {**CENTRES[1], "sd": SD}),
        "only with their correlation",
    ),
    "means alone": (arms(*CENTRES), "means are given without standard deviations"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_computed_says_why_and_what_would_help(case):
    rows, said = REFUSED[case]
    found = study_data(trial("x", *rows), outcome("SMD"), COMPARISON)
    assert isinstance(found, Omission)
    assert said in in_words(found.reason, speak("en"))


@pytest.mark.parametrize(("measure", "printed"), [("OR", "0.57"), ("RR", "0.6"), ("RD", "-0.1")])
def test_counts_behind_a_printed_effect_are_all_found(measure, printed):
    events, n1, n2 = 60, 125, 130
    effects = {
        "OR": lambda a, c: a * (n2 - c) / ((n1 - a) * c),
        "RR": lambda a, c: a / n1 / (c / n2),
        "RD": lambda a, c: a / n1 - c / n2,
    }
    decimals = len(printed.partition(".")[2])
    wanted = {
        (a, events - a)
        for a in range(1, events)
        if abs(effects[measure](a, events - a) - float(printed)) <= 0.5 * 10**-decimals
    }
    assert set(tables_of_effect(measure, printed, events, n1, n2)) == wanted
    rows = arms({"total": n1}, {"total": n2},
                pair(events_both=events, estimate=float(printed), measure=measure))  # fmt: skip
    (study,) = studied(outcome(measure, "binary"), *rows)
    assert (study.intervention.events, study.control.events) in wanted
    assert set(study.tables) == wanted
    assert study.intervention.events_low == min(a for a, _ in wanted)
    assert study.control.events_high == max(c for _, c in wanted)


def test_no_counts_give_the_effect():
    rows = arms({"total": 20}, {"total": 20}, pair(events_both=10, estimate=0.031, measure="OR"))
    found = study_data(trial("x", *rows), outcome("OR", "binary"), COMPARISON)
    assert isinstance(found, Omission)
    assert "add up to 10" in in_words(found.reason, speak("en"))


def test_every_assumption_is_tried_and_nothing_else():
    """Each line is what the review would give had it declared so; trials without it are kept."""
    five = {"minimum": 1.0, "q1": 3.1, "median": 4.2, "q3": 5.9, "maximum": 9.5}
    times = {"baseline_mean": 6.0, "baseline_sd": 1.9, "final_mean": 5.1, "final_sd": 2.2}
    trials = [
        trial("a", *PRINTED),
        trial("b", *arms({**five, "total": N}, {**five, "median": 8.0, "q3": 9.0, "total": M})),
        trial("c", *arms({**times, "total": N}, {**times, "final_mean": 5.9, "total": M})),
        trial("d", *WAYS["standard errors"]),
    ]
    spec = outcome("MD", change_correlation=0.5)
    analysis = AnalysisSpec("p", "", model="random")

    def result(choices, which):
        chosen = replace(spec, conversions=choices)
        found = [study_data(one, chosen, COMPARISON) for one in which]
        studies = [data for item in found for data in item]
        return synthesise(chosen, [analysis], COMPARISON, studies)

    found = assumptions(result(spec.conversions, trials), trials)
    lines = {(one.kind, one.name, one.value): one for one in found}
    assert lines.keys() == {
        ("without", "", None),
        ("skewed", "", None),
        ("median", "wan", None),
        ("median", "bland", None),
        ("median", "lognormal", None),
        ("median", "mcgrath", None),
        ("median", "box-cox", None),
        ("median", "hozo", None),
        ("correlation", "", 0.3),
        ("correlation", "", 0.7),
    } - {("median", "hozo", None)}
    for (kind, name, value), one in lines.items():
        choices, which = spec.conversions, trials
        if kind == "median":
            choices = replace(choices, medians=name)
            assert one.trials == ("b",)
        elif kind == "correlation":
            choices = replace(choices, change_correlation=value)
            assert one.trials == ("c",)
        else:
            assert one.trials == (("b", "c") if kind == "without" else ("b",))
            which = [t for t in trials if t.study.study not in one.trials]
        expected = result(choices, which).analyses[0].estimates[0]
        for field in ("k", "estimate", "ci_low", "ci_high", "tau2"):
            assert getattr(one.estimate, field) == getattr(expected, field), (kind, name, field)


def test_a_review_that_computes_nothing_has_no_assumptions():
    trials = [trial("a", *PRINTED), trial("d", *WAYS["standard errors"])]
    found = [data for one in trials for data in study_data(one, outcome(), COMPARISON)]
    result = synthesise(outcome(), [AnalysisSpec("p", "")], COMPARISON, found)
    assert assumptions(result, trials) == ()


ASSUMED = "median", "correlation", "spread", "icc", "pairs", "logistic", "hazards", "censoring"


def test_the_catalogue_is_whole():
    assert set(MEDIANS) <= CONVERSIONS.keys()
    fields = {*Result.__dataclass_fields__, *CurvePoint.__dataclass_fields__}
    for record in RECORDS:
        assert set(record.columns) <= fields, record.name
        assert record.assumes in ("", *ASSUMED), record.name
