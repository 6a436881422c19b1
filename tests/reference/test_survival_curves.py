"""Survival curves: metafor on life tables, and the patients behind the curves by brute force.

See make_survival_curves_reference.R. The patients' log-rank test and Cox model are what a curve
stands for: read off in intervals, its hazard ratio is near theirs, nearer by hazards than by risks
where intervals are wide.
"""

import csv
from pathlib import Path

import pytest

from metasynth.stats.survival_curves import Curve, numbers_at_risk, of_curves

FOLDER = Path(__file__).parent / "expected"
with (FOLDER / "survival_curves.csv").open(newline="") as file:
    POINTS = list(csv.DictReader(file))
with (FOLDER / "survival_curve_effects.csv").open(newline="") as file:
    TRIALS = {
        line["trial"]: {name: float(x) for name, x in line.items() if name != "trial"}
        for line in csv.DictReader(file)
    }


def column(trial, arm, name):
    return tuple(float(p[name]) for p in POINTS if (p["trial"], p["arm"]) == (trial, arm))


def near(found, wanted, share):
    """Whether a number read off curves is near that of the patients, from which it must differ."""
    return abs(found - wanted) < share * abs(wanted)


def curves(trial, *, printed):
    found = []
    for arm in "12":
        times, survival, at_risk, shortest, longest = (
            column(trial, arm, name)
            for name in ("time", "survival", "at_risk", "shortest", "longest")
        )
        if not printed:
            at_risk = numbers_at_risk(times, survival, at_risk[0], shortest[0], longest[0])
        found.append(Curve(times, survival, at_risk))
    return found


@pytest.mark.parametrize("trial", TRIALS)
def test_with_numbers_at_risk(trial):
    expected = TRIALS[trial]
    found = of_curves(*curves(trial, printed=True))
    assert found == pytest.approx((expected["at_risk_oe"], expected["at_risk_v"]), rel=1e-10)


@pytest.mark.parametrize("trial", TRIALS)
def test_with_follow_up_alone(trial):
    expected = TRIALS[trial]
    found = of_curves(*curves(trial, printed=False))
    assert found == pytest.approx((expected["follow_up_oe"], expected["follow_up_v"]), rel=1e-10)


@pytest.mark.parametrize("trial", TRIALS)
@pytest.mark.parametrize("printed", [True, False])
def test_near_the_patients(trial, printed):
    """Within 0.6 standard errors of Cox's log hazard ratio, however few times are read."""
    expected = TRIALS[trial]
    for hazards in (False, True):
        oe, v = of_curves(*curves(trial, printed=printed), hazards=hazards)
        assert abs(oe / v - expected["cox"]) < 0.6 * expected["cox_se"]
    assert near(expected["logrank_oe"] / expected["logrank_v"], expected["cox"], 0.1)


@pytest.mark.parametrize("printed", [True, False])
def test_hazards_of_many_patients(printed):
    """Of 8,000 patients, hazard within intervals: 1 % of the log ratio, and of its error."""
    expected = TRIALS["large"]
    oe, v = of_curves(*curves("large", printed=printed), hazards=True)
    assert near(oe / v, expected["cox"], 0.015)
    assert near(v**-0.5, expected["cox_se"], 0.01)


def test_numbers_at_risk_are_those_of_the_patients():
    for arm in (0, 1):
        known, found = (curves("large", printed=p)[arm].at_risk for p in (True, False))
        assert all(abs(n - m) < 0.02 * known[0] for n, m in zip(found, known, strict=True))
