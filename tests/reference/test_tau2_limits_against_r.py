"""Limits of tau2 by likelihood, Wald and the generalised Q against metafor and base R."""

import pytest
from tests.reference.expected_tables import quantities
from tests.reference.test_small_study_against_r import columns

from metasynth.stats.tau2_limits import LIMITS, tau2_limits

EXPECTED = quantities("tau2_limits.csv")
CASES = [(name, what) for name, kinds in EXPECTED.items() for what in kinds]


@pytest.mark.parametrize(("dataset", "what"), CASES)
def test_limits_are_those_of_r(dataset, what):
    y, v = columns(dataset, "y", "v")
    found = tau2_limits(what.split()[0], y, v, what.split()[1])
    expected = EXPECTED[dataset][what]
    assert found == pytest.approx((expected["low"], expected["high"]), rel=1e-6, abs=1e-9)


def test_every_kind_is_compared():
    assert len(EXPECTED) >= 10
    assert {what.split()[0] for _, what in CASES} == LIMITS.keys() - {"QP"}  # among the pools
