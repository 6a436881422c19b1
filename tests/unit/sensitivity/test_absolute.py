"""Absolute effects against the Handbook's formulas, and the fragility index."""

import math
import random
from dataclasses import replace

import pytest

from metasynth.model.records import AnalysisSpec, Group, OutcomeSpec, StudyData
from metasynth.model.risks import risk_with
from metasynth.sensitivity.absolute import absolute_effect
from metasynth.sensitivity.fragility import fragility
from metasynth.synthesis.selection import uninformative
from metasynth.synthesis.synthesise import pool_studies


def test_risk_ratio_per_thousand():
    found = absolute_effect("RR", 0.8, 0.6, 1.1, 0.25)
    assert found.difference == pytest.approx(-50)
    assert (found.difference_low, found.difference_high) == pytest.approx((-100, 25))
    assert found.number_needed == pytest.approx(20)
    assert (found.number_needed_at_low, found.number_needed_at_high) == pytest.approx((10, 40))
    assert found.includes_none


def test_an_interval_on_one_side_excludes_none():
    assert not absolute_effect("RD", -0.1, -0.15, -0.05, 0.3).includes_none


def test_odds_ratio_at_even_odds():
    assert risk_with("OR", 3, 0.5) == pytest.approx(0.75)


def test_hazard_ratio_of_two_squares_the_survival():
    assert risk_with("HR", 2, 0.5) == pytest.approx(0.75)


def test_no_difference_needs_nobody():
    found = absolute_effect("RR", 1, 0.5, 2, 0.1)
    assert found.number_needed is None
    assert found.difference == 0


def test_risks_stay_within_bounds():
    assert risk_with("RR", 3, 0.5) == 1
    assert risk_with("RD", -0.6, 0.5) == 0


@pytest.mark.parametrize(("measure", "baseline"), [("RR", 1.2), ("RR", -0.1), ("MD", 0.1)])
def test_what_has_no_absolute_effect_is_refused(measure, baseline):
    with pytest.raises(ValueError, match=r"baseline risk|no absolute effect"):
        risk_with(measure, 1, baseline)


OUTCOME = OutcomeSpec("ae", "AE", "ae", 1, "binary", "RR", "harm", ("p",))
SPEC = AnalysisSpec("p", "", model="IV")


def study(name, a, n1, c, n2):
    return StudyData(name, name, 2000, Group((), "", a, n1), Group((), "", c, n2))


def limit_high(a, c):
    return pool_studies(OUTCOME, SPEC, "all", [study("x", a, 100, c, 100)])[0].ci_high


def test_fragility_of_one_study_is_the_shortest_way_out():
    found = fragility(OUTCOME, SPEC, [study("x", 10, 100, 24, 100)])
    assert found.significant
    ways = [(i + j) for i in range(10) for j in range(10) if limit_high(10 + i, 24 - j) >= 1]
    assert found.index == min(ways)
    assert limit_high(10, 24) < 1


def test_fragility_of_a_result_that_is_not_significant():
    found = fragility(OUTCOME, SPEC, [study("x", 10, 100, 14, 100), study("y", 8, 90, 11, 90)])
    assert not found.significant
    assert found.index > 0
    assert set(found.changes) <= {"x", "y"}


def test_a_study_too_small_to_ever_be_significant_has_no_index():
    assert fragility(OUTCOME, SPEC, [study("x", 1, 2, 1, 2)]) is None


def test_fragility_without_a_pool():
    assert fragility(OUTCOME, SPEC, []) is None


def one_by_one(analysis, studies):
    """The same walk with every candidate pooled by itself, as a published analysis is."""

    def row(current):
        used = [s for s in current if uninformative(s, OUTCOME, analysis) is None]
        return pool_studies(OUTCOME, analysis, "all", used)[0]

    def beyond(current):
        found = row(current)
        limit = found.ci_low if side > 0 else found.ci_high
        return -math.inf if limit is None else round(side * math.log(limit), 10)

    side = 1 if row(studies).estimate >= 1 else -1
    significant = beyond(studies) > 0
    push, changes = -side if significant else side, []
    while (beyond(studies) > 0) == significant:
        moves = []
        for at, one in enumerate(studies):
            for name, step in (("intervention", push), ("control", -push)):
                group = getattr(one, name)
                if 0 <= group.events + step <= group.total:
                    new = replace(one, **{name: replace(group, events=group.events + step)})
                    moves.append((*studies[:at], new, *studies[at + 1 :]))
        best = max(moves, key=lambda move: beyond(move) * side * push)
        changes += [new.study for new, old in zip(best, studies, strict=True) if new is not old]
        studies = best
    return len(changes), significant, tuple(changes)


@pytest.mark.parametrize(
    "spec",
    [
        {"model": "random", "tau2": "REML", "ci": "HKSJ"},
        {"model": "random", "tau2": "DL", "zero_cells": "all"},
        {"model": "MH"},
        {"model": "IV", "double_zero": "include"},
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_fragility_of_several_studies_is_that_of_pooling_them_one_by_one(spec, seed):
    numbers, analysis = random.Random(seed), AnalysisSpec("p", "", **spec)
    studies = tuple(
        study(name, numbers.randint(0, 8), numbers.randint(12, 60), numbers.randint(1, 12), 40)
        for name in "abcd"
    )
    found = fragility(OUTCOME, analysis, studies)
    assert (found.index, found.significant, found.changes) == one_by_one(analysis, studies)
