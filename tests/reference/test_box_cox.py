"""The Box-Cox method for medians: R by its steps, and what its authors' package prints.

See make_box_cox_reference.R: R's optimize finds the power of five numbers to about 1e-8.
"""

import csv
from math import exp, expm1, log, sqrt
from pathlib import Path
from statistics import NormalDist

import pytest

from metasynth.stats import box_cox
from metasynth.stats.medians import Summary, applies, mean_and_sd

with (Path(__file__).parent / "expected" / "box_cox.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))
FIVE = ("minimum", "q1", "median", "q3", "maximum")


def summary(line, times=1.0):
    known = {name: times * float(line[name]) for name in FIVE if line[name]}
    return Summary(int(line["n"]), **known)


def test_the_reference_has_every_power():
    powers = [float(line["power"]) for line in ROWS]
    assert min(powers) == 0
    assert max(powers) == 3
    assert sum(0 < p < 3 for p in powers) >= 5


@pytest.mark.parametrize("line", ROWS, ids=lambda line: f"{line['n']}-{line['median']}")
def test_moments(line):
    assert applies(summary(line), "box-cox")
    found = mean_and_sd(summary(line), "box-cox")
    assert found == pytest.approx((float(line["mean"]), float(line["sd"])), rel=1e-8)


@pytest.mark.parametrize("line", ROWS, ids=lambda line: f"{line['n']}-{line['median']}")
def test_another_unit_changes_the_moments_alone(line):
    mean, sd = mean_and_sd(summary(line), "box-cox")
    other = mean_and_sd(summary(line, 2.54), "box-cox")
    assert other == pytest.approx((2.54 * mean, 2.54 * sd), rel=1e-9)


def test_what_the_authors_package_prints():
    """estmeansd's README: of 100 with median 4 from 2 to 9, mean 4.204881 and SD 1.277236.

    Of 1,100 simulated numbers; within three standard errors of a simulation of so many.
    """
    mean, sd = mean_and_sd(Summary(100, 4.0, minimum=2.0, maximum=9.0), "box-cox")
    assert abs(mean - 4.204881) < 3 * sd / sqrt(1100)
    assert abs(sd - 1.277236) < 3 * sd / sqrt(2 * 1100)


def test_a_symmetric_summary_is_normal():
    """Of quartiles as far below as above the power is 1, and the moments those of Luo and Wan."""
    found = Summary(60, 50.0, q1=45.0, q3=55.0)
    assert box_cox.power([(0.9, 1.1)]) == pytest.approx(1, abs=1e-12)
    assert mean_and_sd(found, "box-cox") == pytest.approx(
        mean_and_sd(found, "luo-wan-shi"), rel=1e-8
    )


@pytest.mark.parametrize(
    "other",
    [
        Summary(60, 5.0, q1=0.0, q3=9.0),
        Summary(60, 5.0, q1=-1.0, q3=9.0),
        Summary(60, 5.0, q1=5.0, q3=9.0),
        Summary(60, 5.0, minimum=1.0, maximum=5.0),
        Summary(60, 5.0),
    ],
)
def test_it_applies_to_numbers_above_0_on_both_sides_of_the_median(other):
    assert not applies(other, "box-cox")


def test_powers_near_0_pass_into_logarithms():
    """The moments do not jump where the power becomes 0."""
    near, at = box_cox.moments(0.2, 0.6, 1e-9), box_cox.moments(0.2, 0.6, 0.0)
    assert near == pytest.approx(at, rel=1e-7)


@pytest.mark.parametrize("by", [1e-14, 1e-13, 1e-12, 1e-10, 1e-8])
def test_a_power_that_is_a_rounding_of_0_has_the_moments_of_logarithms(by):
    assert box_cox.moments(0.01, 0.08, by) == pytest.approx(
        box_cox.moments(0.01, 0.08, 0), rel=1e-7
    )


@pytest.mark.parametrize("quartiles", [(7.2, 7.8, 8.45), (64, 72, 81), (49, 70, 100)])
def test_quartiles_in_geometric_progression_are_lognormal(quartiles):
    """7.8² is 7.2 × 8.45, but in floats the power of the middle one is 1e-13."""
    q1, median, q3 = quartiles
    location, sd = log(median), log(q3 / q1) / (2 * Z_OF_60)
    mean = exp(location + sd**2 / 2)
    found = mean_and_sd(Summary(60, median, q1=q1, q3=q3), "box-cox")
    assert found == pytest.approx((mean, mean * sqrt(expm1(sd**2))), rel=1e-9)


Z_OF_60 = NormalDist().inv_cdf((0.75 * 60 - 0.125) / (60 + 0.25))
"""Half the quartiles' expected distance in a normal sample (Wan et al. 2014, equation 15)."""
