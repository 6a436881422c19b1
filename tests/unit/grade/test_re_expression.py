"""Standardised differences in units of an instrument and as probabilities."""

from dataclasses import replace
from math import exp, pi, sqrt

import numpy as np
import pytest

from metasynth.grade.certainty import assess
from metasynth.grade.re_expression import faring_better, in_units, superiority
from metasynth.grade.summary_of_findings import findings
from metasynth.model.certainty_config import DEFAULT_RULES
from metasynth.model.methods import MEASURE, MEASURES
from metasynth.model.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.model.units import Instrument
from metasynth.sensitivity.absolute import limit_behind
from metasynth.sensitivity.battery import battery
from metasynth.synthesis.synthesise import synthesise

SIDES = Comparison(("drug",), ("placebo",), intervention_label="Drug", control_label="Placebo")
MAIN = AnalysisSpec("main", "Random effects")
PAIN = Instrument("the pain scale from 0 to 100", 25.0)


def outcome(measure="SMD", direction="harm", instrument=PAIN):
    spec = OutcomeSpec("o", "O", "raw", None, "continuous", measure, direction, ("main",))
    return replace(spec, instrument=instrument)


def group(mean):
    return Group((), "", total=40, mean=mean, sd=2.0, baseline_sd=2.0, change_correlation=0.5)


def result(spec):
    studies = [
        StudyData(name, name, None, group(one), group(other))
        for name, one, other in (("a", 4.0, 5.0), ("b", 4.2, 5.0), ("c", 4.1, 5.2))
    ]
    return synthesise(spec, [MAIN], SIDES, studies)


def line(spec):
    found = result(spec)
    (first, *_) = findings(found, DEFAULT_RULES, assess(found, DEFAULT_RULES))
    return first


def test_the_heights_of_young_adults():
    """McGraw and Wong 1992: men of 69.7 (SD 2.8) above women of 64.3 (2.6) inches, 0.92."""
    d = (69.7 - 64.3) / sqrt((2.8**2 + 2.6**2) / 2)
    assert round(superiority(d), 2) == 0.92


def test_it_is_the_share_of_pairs():
    """Of all pairs of two samples as many are so, but for chance."""
    draw = np.random.default_rng(5)
    one, other = draw.normal(0.6, 1, 4000), draw.normal(0, 1, 4000)
    assert superiority(0.6) == pytest.approx((one[:, None] > other).mean(), abs=0.01)


@pytest.mark.parametrize("measure", [m for m in MEASURES["continuous"] if MEASURE[m].standardised])
def test_the_better_side_follows_the_direction(measure):
    """Lower is better where more is bad; the other direction is the complement."""
    row = result(outcome(measure)).analyses[0].estimates[0]
    harm, benefit = (faring_better(outcome(measure, x), row) for x in ("harm", "benefit"))
    if measure == "SMD-PPC":
        assert harm == benefit == (None, None, None)
        return
    assert row.estimate < 0
    assert harm[0] == pytest.approx(superiority(-row.estimate))
    assert harm[1] < harm[0] < harm[2]
    assert [1 - x for x in benefit] == pytest.approx([harm[0], harm[2], harm[1]])


def test_units_of_an_instrument():
    spec = outcome()
    row = result(spec).analyses[0].estimates[0]
    wanted = tuple(25 * x for x in (row.estimate, row.ci_low, row.ci_high))
    assert in_units(spec, row) == pytest.approx(wanted)
    assert in_units(replace(spec, instrument=None), row) == (None, None, None)


@pytest.mark.parametrize("measure", ["MD", "ROM", "VR"])
def test_other_measures_have_neither(measure):
    row = result(outcome(measure)).analyses[0].estimates[0]
    assert row.estimate is not None
    assert faring_better(outcome(measure), row) == in_units(outcome(measure), row) == (None,) * 3


def test_the_summary_has_them():
    found, row = line(outcome()), result(outcome()).analyses[0].estimates[0]
    assert found.units == pytest.approx(25 * row.estimate)
    assert (found.units_low, found.units_high) == pytest.approx((25 * row.ci_low, 25 * row.ci_high))
    assert found.superiority == pytest.approx(superiority(-row.estimate))
    assert line(outcome("MD")).superiority is None


def of_events(events_mean, risks=(0.2,), **more):
    return replace(outcome(**more), events_mean=events_mean, baseline_risks=risks)


@pytest.mark.parametrize("events_mean", ["higher", "lower"])
def test_risks_follow_by_the_odds_ratio_that_it_stands_for(events_mean):
    """By hand: Chinn's odds ratio at a risk of 0.2; fewer have the event where scores are lower."""
    sign = 1 if events_mean == "higher" else -1
    spec = of_events(events_mean)
    found, row = line(spec), result(spec).analyses[0].estimates[0]

    def risk(d):
        odds = 0.25 * exp(sign * pi / sqrt(3) * d)
        return 1000 * odds / (1 + odds)

    assert (found.measure, found.risk_origin, found.control_risk) == ("SMD", "declared", 200)
    assert found.intervention_risk == pytest.approx(risk(row.estimate))
    ends = sorted((risk(row.ci_low), risk(row.ci_high)))
    assert (found.intervention_low, found.intervention_high) == pytest.approx(tuple(ends))
    assert found.difference == pytest.approx(risk(row.estimate) - 200)
    assert (found.difference < 0) == (events_mean == "higher")
    assert found.units is not None
    assert found.superiority is not None
    limits = {
        limit_behind(spec, end): getattr(found, f"intervention_{end}") for end in ("low", "high")
    }
    assert limits == {
        name: pytest.approx(risk(getattr(row, name))) for name in ("ci_low", "ci_high")
    }


def test_risks_need_a_declared_risk_and_what_events_mean():
    for spec in (of_events("higher", ()), of_events(""), of_events("higher", measure="MD")):
        found = line(spec)
        assert (found.control_risk, found.intervention_risk, found.difference) == (None,) * 3


def test_the_battery_has_the_same_risks():
    spec = of_events("lower", (0.2, 0.4))
    found = battery(result(spec))
    lines = findings(result(spec), DEFAULT_RULES, assess(result(spec), DEFAULT_RULES))
    for item, one in zip(found.absolute, lines, strict=True):
        assert 1000 * item.effect.risk == pytest.approx(one.intervention_risk)
        assert item.effect.difference_low == pytest.approx(one.difference_low)
    assert battery(result(outcome())).absolute_reason
