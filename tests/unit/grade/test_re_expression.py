"""Standardised differences in units of an instrument and as probabilities."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from metasynth.grade.certainty import assess
from metasynth.grade.re_expression import faring_better, in_units, superiority
from metasynth.grade.summary_of_findings import findings
from metasynth.model.certainty_config import DEFAULT_RULES
from metasynth.model.methods import MEASURE, MEASURES
from metasynth.model.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.model.units import Instrument
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
