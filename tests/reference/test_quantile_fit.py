"""Quantile estimation of means from medians: R's optim by brute force, and what its authors print.

See make_quantile_fit_reference.R. A simplex search stops where squares are flat, at about 1e-7 of
the moments: ours must leave no more than theirs.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from metasynth.stats.medians import Summary, mean_and_sd
from metasynth.stats.quantile_fit import best_fit

with (Path(__file__).parent / "expected" / "quantile_fit.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))
FIVE = ("minimum", "q1", "median", "q3", "maximum")


def known(line):
    return {name: float(line[name]) for name in FIVE if line[name]}


def fitted(line):
    n = int(line["n"])
    every = dict(zip(FIVE, (1 / n, 0.25, 0.5, 0.75, 1 - 1 / n), strict=True))
    given = known(line)
    return best_fit(np.array([every[name] for name in given]), np.array(list(given.values())))


def test_the_reference_has_every_distribution():
    assert {line["family"] for line in ROWS} == {"normal", "lognormal", "gamma", "weibull"}


@pytest.mark.parametrize("line", ROWS, ids=lambda line: f"{line['n']}-{line['median']}")
def test_moments(line):
    fit = fitted(line)
    assert fit.family == line["family"]
    assert fit.left <= float(line["left"]) * (1 + 1e-9)
    assert fit.mean == pytest.approx(float(line["mean"]), rel=2e-6)
    assert fit.sd == pytest.approx(float(line["sd"]), rel=2e-6)
    assert mean_and_sd(Summary(int(line["n"]), **known(line)), "mcgrath") == (fit.mean, fit.sd)


@pytest.mark.parametrize("line", ROWS, ids=lambda line: f"{line['n']}-{line['median']}")
def test_another_unit_changes_the_moments_alone(line):
    fit, n = fitted(line), int(line["n"])
    other = {name: 2.54 * x for name, x in known(line).items()}
    mean, sd = mean_and_sd(Summary(n, **other), "mcgrath")
    assert (mean, sd) == pytest.approx((2.54 * fit.mean, 2.54 * fit.sd), rel=1e-8)


def test_what_the_authors_package_prints():
    """estmeansd's README: of 100 with median 4 from 2 to 9, mean 4.347284 and SD 1.502171.

    Its optimiser stops after a change of 1e-8 in the squares, here 1e-5 of the moments.
    """
    found = mean_and_sd(Summary(100, 4.0, minimum=2.0, maximum=9.0), "mcgrath")
    assert found == pytest.approx((4.347284, 1.502171), rel=2e-5)
