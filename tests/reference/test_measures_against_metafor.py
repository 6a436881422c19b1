"""Further measures of two groups' means, against metafor 5: effects and variances within 1e-10.

See make_measures_reference.R. What must hold of any: another unit changes nothing, arms exchanged
turn the sign.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from metasynth.stats.effects.continuous import CONTINUOUS_EFFECTS, Means

with (Path(__file__).parent / "expected" / "measures.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))
MEASURES = sorted({row["measure"] for row in ROWS})
COLUMNS = ("m1", "sd1", "n1", "m2", "sd2", "n2")


def given(measure):
    found = [row for row in ROWS if row["measure"] == measure]
    columns = [np.array([float(row[name]) for row in found]) for name in (*COLUMNS, "y", "v")]
    return Means(*columns[:6]), columns[6], columns[7]


def test_the_reference_has_every_measure():
    assert set(MEASURES) == {"SMD-UB", "SMD-LS2", "SMDH", "ROM-BC", "VR", "CVR"}
    assert len({row["set"] for row in ROWS}) >= 3


@pytest.mark.parametrize("measure", MEASURES)
def test_effects(measure):
    means, y, v = given(measure)
    own = CONTINUOUS_EFFECTS[measure](means)
    assert own[0] == pytest.approx(y, rel=1e-10, abs=1e-13)
    assert own[1] == pytest.approx(v, rel=1e-10)


@pytest.mark.parametrize("measure", [*MEASURES, "SMD", "SMD-RevMan", "ROM"])
def test_another_unit_changes_nothing_and_arms_exchanged_turn_the_sign(measure):
    m = given(measure if measure in MEASURES else "ROM-BC")[0]
    y, v = CONTINUOUS_EFFECTS[measure](m)
    scaled = Means(*(2.54 * x for x in (m.m1, m.sd1)), m.n1, 2.54 * m.m2, 2.54 * m.sd2, m.n2)
    turned = Means(m.m2, m.sd2, m.n2, m.m1, m.sd1, m.n1)
    for other, sign in ((scaled, 1), (turned, -1)):
        found = CONTINUOUS_EFFECTS[measure](other)
        assert found[0] == pytest.approx(sign * y, rel=1e-10, abs=1e-13)
        assert found[1] == pytest.approx(v, rel=1e-10)
