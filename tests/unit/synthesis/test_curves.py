"""Hazard ratios from survival curves in a trial's tables (Tierney et al. 2007)."""

from dataclasses import replace
from math import sqrt

import pytest
from tests.converted import COMPARISON, pair, row, trial

from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.model.conversions import ConversionChoices
from metasynth.model.records import AnalysisSpec, Arm, Cell, CurvePoint, Omission, OutcomeSpec
from metasynth.sensitivity.assumptions import assumptions
from metasynth.stats.survival_curves import Curve, numbers_at_risk, of_curves
from metasynth.synthesis.comparison import study_data, topics
from metasynth.synthesis.synthesise import synthesise

HR = OutcomeSpec("o", "O", "o", None, "generic", "HR", "harm", ("p",))
T = ((6, 0.93, 110), (12, 0.84, 95), (18, 0.78, 61))
C = ((6, 0.9, 104), (12, 0.79, 88), (18, 0.69, 52))
SIZES = (row("t", total=120), row("c", number=3, total=118))
FOLLOWED = tuple(
    row(arm, total=n, follow_up_min=9.0, follow_up_max=30.0) for arm, n in (("t", 120), ("c", 118))
)


def points(arm, *rows, outcome="o"):
    at = "trials/t/survival.csv"
    return tuple(
        CurvePoint(outcome, None, arm, time, share, n, "s", "", Cell(at, i))
        for i, (time, share, n) in enumerate(
            ((*r, None)[:3] for r in rows), start=2 if arm == "t" else 20
        )
    )


def drawn(rows=SIZES, treated=T, control=C):
    return replace(trial("t", *rows), survival=points("t", *treated) + points("c", *control))


def contrast_of(made, outcome=HR, sides=COMPARISON):
    found = study_data(made, outcome, sides)
    assert not isinstance(found, Omission), in_words(found.reason, speak("en"))
    return found[0].contrast


def without_numbers(rows):
    return tuple(r[:2] for r in rows)


def curve(n, rows):
    times, shares, at_risk = zip((0.0, 1.0, float(n)), *rows, strict=True)
    return Curve(times, shares, at_risk)


def test_curves_with_numbers_at_risk():
    found = contrast_of(drawn())
    oe, v = of_curves(curve(120, T), curve(118, C))
    assert (found.estimate, found.se) == pytest.approx((oe / v, 1 / sqrt(v)))
    assert (found.form, found.rules) == ("o_minus_e", ("curve-at-risk",))
    assert found.estimate < 0
    assert len(found.cells) == len(set(found.cells)) == 2 + 2 * 3


def test_curves_with_follow_up_alone():
    found = contrast_of(drawn(FOLLOWED, without_numbers(T), without_numbers(C)))
    curves = [
        Curve((0, 6, 12, 18), shares, numbers_at_risk((0, 6, 12, 18), shares, n, 9, 30))
        for n, shares in ((120, (1, 0.93, 0.84, 0.78)), (118, (1, 0.9, 0.79, 0.69)))
    ]
    oe, v = of_curves(*curves)
    assert (found.estimate, found.se) == pytest.approx((oe / v, 1 / sqrt(v)))
    assert found.rules == ("curve-follow-up",)


def test_a_time_of_0_says_how_many_are_at_risk():
    start = (0, 1.0, 110)
    found = contrast_of(drawn(treated=(start, *T)))
    oe, v = of_curves(curve(110, T), curve(118, C))
    assert found.estimate == pytest.approx(oe / v)


def test_times_of_one_arm_alone_are_left_out():
    more = sorted((*T, (9, 0.88, 101)))
    assert contrast_of(drawn(treated=more)).estimate == contrast_of(drawn()).estimate


def test_the_unit_of_time_changes_nothing():
    years = [[(t / 12, s) for t, s, _ in rows] for rows in (T, C)]
    rows = tuple(replace(r, follow_up_min=0.75, follow_up_max=2.5) for r in FOLLOWED)
    one = contrast_of(drawn(FOLLOWED, without_numbers(T), without_numbers(C)))
    other = contrast_of(drawn(rows, *years))
    assert (other.estimate, other.se) == pytest.approx((one.estimate, one.se), rel=1e-12)


def test_exchanged_arms_turn_the_sign():
    one = contrast_of(drawn())
    exchanged = (row("t", total=118), row("c", total=120))
    other = contrast_of(drawn(exchanged, C, T))
    assert (other.estimate, other.se) == pytest.approx((-one.estimate, one.se), rel=1e-12)


def test_what_is_published_leads():
    given = pair(estimate=0.5, ci_low=0.25, ci_high=1.0)
    assert contrast_of(drawn((*SIZES, given))).form == "limits"
    tested = (*SIZES, pair(reported_z=-1.9, events_both=60))
    assert contrast_of(drawn(tested)).rules == ("log-rank",)
    says_little = (*SIZES, pair(reported_p="<0.05", events_both=60))
    assert contrast_of(drawn(says_little)).rules == ("curve-at-risk",)


def test_strata_are_averaged():
    at = Cell("trials/t/arms.csv", 2)
    arms = tuple(
        Arm(f"{arm}_{s}", role, arm, name, None, "", None, "", "", at, s)
        for s in ("men", "women")
        for arm, name, role in (("t", "drug", "intervention"), ("c", "placebo", "control"))
    )
    rows = tuple(row(arm.arm_id, total=120) for arm in arms)
    curves = tuple(
        p
        for s in ("men", "women")
        for a, own in (("t", T), ("c", C))
        for p in points(f"{a}_{s}", *own)
    )
    made = replace(trial("t", *rows), arms=arms, survival=curves)
    found = contrast_of(made)
    one = contrast_of(replace(made, results=rows[:2]))
    assert found.estimate == pytest.approx(one.estimate)
    assert found.se == pytest.approx(one.se / sqrt(2))
    kept = study_data(made, HR, replace(COMPARISON, strata="keep"))
    assert [s.contrast.estimate for s in kept] == pytest.approx([one.estimate] * 2)


def test_only_the_curves_of_an_outcome_go_with_it():
    made = replace(drawn(), survival=drawn().survival + points("t", *T, outcome="other"))
    assert topics(made)["o", None].survival == drawn().survival


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (drawn(SIZES, without_numbers(T), without_numbers(C)), "shortest and longest follow-up"),
        (drawn(treated=((5, 0.9, 100),)), "no time after 0 in common"),
        (drawn(treated=((6, 1.0, 100),)), "in no interval"),
        (replace(drawn(), survival=points("t", *T)), "only of one arm on each side"),
    ],
)
def test_what_is_missing_is_said(made, said):
    found = study_data(made, HR, COMPARISON)
    assert isinstance(found, Omission)
    assert said in in_words(found.reason, speak("en"))


def test_both_assumptions_are_tried():
    trials = [
        drawn(),
        drawn(FOLLOWED, without_numbers(T), without_numbers(C)),
        trial("z", pair(estimate=0.5, ci_low=0.25, ci_high=1.0)),
    ]
    trials = [
        replace(t, study=replace(t.study, study=n, label=n))
        for t, n in zip(trials, "abz", strict=True)
    ]
    studies = [s for t in trials for s in study_data(t, HR, COMPARISON)]
    result = synthesise(HR, [AnalysisSpec("p", "", model="IV")], COMPARISON, studies)
    found = {one.kind: one for one in assumptions(result, trials)}
    assert found.keys() == {"without", "hazards", "uncensored"}
    assert found["without"].trials == found["hazards"].trials == ("a", "b")
    assert found["uncensored"].trials == ("b",)
    for kind in ("hazards", "uncensored"):
        chosen = replace(HR, conversions=ConversionChoices(curves=kind))
        own = [s for t in trials for s in study_data(t, chosen, COMPARISON)]
        again = synthesise(chosen, [AnalysisSpec("p", "", model="IV")], COMPARISON, own)
        expected = again.analyses[0].estimates[0]
        assert found[kind].estimate.estimate == expected.estimate
        assert found[kind].estimate.estimate != result.analyses[0].estimates[0].estimate
