"""Published contrasts beside trials with counts, means or rates of the same measure.

A trial given two ways pools alike; what cannot stand beside the others says why.
"""

from dataclasses import replace
from math import exp, sqrt

import pytest
from scipy.stats import norm

from metasynth.language.sentences import in_words
from metasynth.model.records import (
    AnalysisSpec,
    Arm,
    Cell,
    Comparison,
    Omission,
    OutcomeSpec,
    Result,
    Study,
    StudyData,
    Trial,
)
from metasynth.sensitivity.battery import battery
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

AT = Cell("trials/t/results.csv", 2)
COMPARISON = Comparison(("drug",), ("placebo",))
KINDS = {
    "OR": "binary", "RR": "binary", "RD": "binary", "MD": "continuous", "SMD": "continuous",
    "ROM": "continuous", "IRR": "rate", "IRD": "rate",
}  # fmt: skip
RATIOS = ("OR", "RR", "ROM", "IRR")


def row(arm, reference="", **numbers):
    blank = dict.fromkeys(
        ("events", "total", "events_low", "events_high", "mean", "sd", "estimate", "se", "ci_low",
         "ci_high")
    )  # fmt: skip
    given = {**blank, "reported_percent": "", **numbers}
    return Result("o", None, "", arm, reference, **given, provenance="reported", source_id="",
                  note="", cell=AT)  # fmt: skip


def trial(name, *rows):
    arms = (("t", "drug", "intervention"), ("c", "placebo", "control"))
    return Trial(
        Study(name, name, 2000, "", "included", "", "", None, None, "", "", "", AT),
        tuple(Arm(a, role, a, t, None, "", None, "", "", AT) for a, t, role in arms),
        rows,
        (),
    )


def groups(kind, i):
    """A trial's numbers of both groups."""
    if kind == "binary":
        return row("t", events=12 + i, total=60), row("c", events=20 + 2 * i, total=61)
    if kind == "rate":
        return (row("t", events=12 + i, person_time=90.5), row("c", events=20 + 2 * i,
                                                               person_time=88.0))  # fmt: skip
    return (row("t", mean=4.0 + 0.3 * i, sd=1.5, total=40),
            row("c", mean=5.0 + 0.1 * i, sd=1.7, total=42))  # fmt: skip


def outcome(measure):
    return OutcomeSpec("o", "O", "o", None, KINDS[measure], measure, "harm", ("p",))


def pooled(measure, trials, **choices):
    found = [study_data(one, outcome(measure), COMPARISON) for one in trials]
    studies = [data for item in found if not isinstance(item, Omission) for data in item]
    spec = AnalysisSpec("p", "", **({"model": "random"} | choices))
    return synthesise(outcome(measure), [spec], COMPARISON, studies)


def published(measure, y, se, form):
    """The contrast row that says the same as an effect and its standard error."""
    natural = exp if measure in RATIOS else float
    if form == "se":
        numbers = {"estimate": y, "se": se}
    elif form == "p":
        numbers = {"estimate": natural(y), "reported_p": f"{2 * norm.sf(abs(y) / se):.17f}"}
    else:
        z = norm.ppf(0.5 + form / 200)
        low, high = natural(y - z * se), natural(y + z * se)
        numbers = {"estimate": natural(y), "ci_low": low, "ci_high": high}
        numbers["ci_level"] = None if form == 95 else float(form)
    return row("t", "c", measure=measure, **numbers)


@pytest.mark.parametrize("form", ["se", "p", 90, 95, 99])
@pytest.mark.parametrize("measure", KINDS)
def test_a_trial_given_two_ways_pools_alike(measure, form):
    own = [trial(f"s{i}", *groups(KINDS[measure], i)) for i in range(4)]
    whole = pooled(measure, own).analyses[0]
    effect = whole.studies[1]
    given = trial("s1", published(measure, effect.log_estimate, effect.se, form))
    mixed = pooled(measure, [own[0], given, *own[2:]]).analyses[0]
    one, other = whole.estimates[0], mixed.estimates[0]
    for name in ("estimate", "ci_low", "ci_high", "se", "tau2", "q"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-9, abs=1e-12), name
    forms = [study.form for study in mixed.studies]
    assert forms == ["groups", form if isinstance(form, str) else "limits", "groups", "groups"]


@pytest.mark.parametrize("measure", KINDS)
def test_arms_exchanged_turn_signs(measure):
    own = [trial(f"s{i}", *groups(KINDS[measure], i)) for i in range(3)]
    own.append(trial("p", published(measure, 0.4, 0.3, "se")))
    turned = Comparison(("placebo",), ("drug",))
    found = [study_data(one, outcome(measure), turned) for one in own[:3]]
    studies = [data for item in found for data in item]
    studies.append(replace(study_data(own[3], outcome(measure), COMPARISON)[0]))
    contrast = replace(studies[3].contrast, estimate=-0.4)
    studies[3] = replace(studies[3], contrast=contrast)
    spec = AnalysisSpec("p", "", model="IV")
    other = synthesise(outcome(measure), [spec], turned, studies).analyses[0].estimates[0]
    one = pooled(measure, own, model="IV").analyses[0].estimates[0]
    assert one.log_estimate == pytest.approx(-other.log_estimate, rel=1e-12)
    assert one.se == pytest.approx(other.se, rel=1e-12)


def test_o_minus_e_stands_beside_hazard_ratios_and_counts():
    given = row("t", "c", o_minus_e=-5.0, variance=30.0, measure="OR")
    found = pooled("OR", [trial("a", *groups("binary", 0)), trial("b", given)]).analyses[0]
    assert found.studies[1].log_estimate == pytest.approx(-5 / 30)
    assert found.studies[1].se == pytest.approx(1 / sqrt(30))
    assert [study.form for study in found.studies] == ["groups", "o_minus_e"]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"estimate": 0.7, "se": 0.1}, "does not say of which measure"),
        ({"estimate": 0.7, "se": 0.1, "measure": "RR"}, "it gives a published RR, which cannot"),
        ({"estimate": 0.7, "reported_p": "1.0", "measure": "OR"}, "no standard error follows"),
        ({"estimate": 1.0, "reported_p": "0.5", "measure": "OR"}, "no standard error follows"),
        (
            {"estimate": -0.7, "reported_p": "0.5", "measure": "OR"},
            "taken as printed, and is above 0",
        ),
        ({"estimate": 0.7, "reported_p": "<0.05", "measure": "OR"}, "or the exact p-value"),
        ({"estimate": 0.7, "measure": "OR"}, "no standard error or interval"),
    ],
)
def test_what_cannot_stand_beside_the_others_says_why(numbers, said):
    found = study_data(trial("a", row("t", "c", **numbers)), outcome("OR"), COMPARISON)
    assert isinstance(found, Omission)
    assert said in in_words(found.reason)


@pytest.mark.parametrize("choices", [{"model": "MH"}, {"model": "Peto"}, {"tau2": "DL-MH"},
                                     {"model": "GLMM"}])  # fmt: skip
def test_models_of_counts_leave_published_contrasts_out_with_the_reason(choices):
    trials = [trial(f"s{i}", *groups("binary", i)) for i in range(3)]
    trials.append(trial("p", published("OR", -0.4, 0.3, "se")))
    result = pooled("OR", trials, **choices)
    assert result.analyses[0].estimates[0].k == 3
    assert [o.study for o in result.omissions] == ["p"]
    assert "random and IV can pool it" in in_words(result.omissions[0].reason)


def test_a_sensitivity_analysis_leaves_the_published_ones_out():
    trials = [trial(f"s{i}", *groups("binary", i)) for i in range(3)]
    given = published("OR", -0.4, 0.3, "se")
    mixed = pooled("OR", [*trials, trial("p", replace(given, adjusted_for="age"))])
    own = pooled("OR", trials).analyses[0].estimates[0]
    found = battery(mixed).without_published
    assert (found.k, found.estimate, found.ci_low) == (3, own.estimate, own.ci_low)
    assert battery(pooled("OR", trials)).without_published is None
    assert "Adjusted for age." in in_words(mixed.analyses[0].studies[3].note)


def test_the_numbers_of_the_groups_are_taken_where_there_are_both():
    both = trial("a", *groups("binary", 0), published("OR", 2.0, 0.3, "se"))
    (found,) = study_data(both, outcome("OR"), COMPARISON)
    assert isinstance(found, StudyData)
    assert found.contrast is None
    assert found.intervention.events == 12
