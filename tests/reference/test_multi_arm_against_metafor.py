"""Trials with several arms and one control, averaged with their covariance, against metafor.

See make_multi_arm_reference.R; within 1e-10.
"""

import csv
from itertools import groupby
from pathlib import Path

import pytest

from metasynth.model.methods import MEASURE, MEASURES
from metasynth.model.records import Group, OutcomeSpec, StudyData
from metasynth.synthesis.multi_arm import pool_within_trial

with (Path(__file__).parent / "expected" / "multi_arm.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))
TRIALS = [
    (set_, measure, list(rows))
    for (set_, measure), rows in groupby(ROWS, key=lambda row: (row["set"], row["measure"]))
]
EXACT = dict.fromkeys(("SMDH", "VR", "CVR"), 1e-7)
"""Where the reference has a numerical gradient."""
KINDS = {"IRR": "rate", "IRD": "rate"}


def group(row):
    a, b = float(row["a"]), float(row["b"])
    if not row["n"]:
        return Group((row["arm"],), row["arm"], int(a), person_time=b)
    return Group((row["arm"],), row["arm"], total=int(row["n"]), mean=a, sd=b)


def test_the_reference_has_every_measure():
    of_means = {m for m in MEASURES["continuous"] if MEASURE[m].covariance}
    assert of_means == {*MEASURES["continuous"]} - {"SMD-PPC"}
    alike = {"SMD-SD", "SMD-RevMan"}  # the first is MD in other units; for the other see below
    assert {measure for _, measure, _ in TRIALS} == (of_means - alike) | {"IRR", "IRD"}


@pytest.mark.parametrize(
    ("measure", "rows"),
    [(measure, rows) for _, measure, rows in TRIALS],
    ids=[f"{set_}-{measure}" for set_, measure, _ in TRIALS],
)
def test_effects_that_share_a_control(measure, rows):
    control, *treated = map(group, rows)
    arms = [StudyData("t", g.label, None, g, control) for g in treated]
    kind = KINDS.get(measure, "continuous")
    outcome = OutcomeSpec("o", "O", "o", None, kind, measure, "harm", ("p",))
    estimate, se = pool_within_trial(arms, outcome)
    assert estimate == pytest.approx(float(rows[0]["estimate"]), rel=EXACT.get(measure, 1e-10))
    assert se == pytest.approx(float(rows[0]["se"]), rel=EXACT.get(measure, 1e-10))
