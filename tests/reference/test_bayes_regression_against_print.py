"""Meta-regressions as bayesmeta's authors print them, to the last printed digit.

Röver and Friede, Comput Methods Programs Biomed 2023;229:107303, sections 3.2 to 3.4, with a
uniform prior of tau; the effects are those of the package's data, and the intervals shortest ones
(make_bayes_regression_reference.R).
"""

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from metasynth.model.priors import TauPrior
from metasynth.stats.bayes_regression import bayes_regression

UNIFORM = TauPrior("uniform")
GRID = 0.006
"""By which a limit of eight trials is off in print: bmr replaces the continuum of tau by a grid."""
with (Path(__file__).parent / "expected" / "bayes_regression_effects.csv").open(
    encoding="utf-8"
) as file:
    ROWS = list(csv.DictReader(file))


def columns(dataset):
    """Effects, variances and both covariates."""
    rows = [row for row in ROWS if row["dataset"] == dataset]
    y, se, x1, x2 = (
        np.array([float(row[name] or "nan") for row in rows]) for name in ("y", "se", "x1", "x2")
    )
    return y, se**2, x1, x2


def printed(values, text, slack=0.0):
    numbers = text.split()
    assert len(values) == len(numbers)
    for value, number in zip(values, numbers, strict=True):
        half = 0.5 * 10.0 ** Decimal(number).as_tuple().exponent
        assert value == pytest.approx(float(number), abs=half + slack + 1e-9), number


@pytest.mark.parametrize(
    ("trials", "text", "slack"),
    [
        (slice(None), "-0.75 -1.32 -0.25", 0.0),
        (slice(0, 8), "-0.83 -1.91 0.06", GRID),
        (slice(8, None), "-0.96 -1.73 -0.21", 0.0),
    ],
    ids=["all", "direct", "indirect"],
)
def test_a_network_of_three(trials, text, slack):
    """Bucher 1997, page 8: the first treatment against the control, directly and by the third."""
    y, v, x1, x2 = (column[trials] for column in columns("bucher1997"))
    design = np.column_stack([x1, x2]) if np.any(x2) else x1[:, None]
    fit = bayes_regression(y, v, design, UNIFORM)
    mean = fit.combined[0]
    printed((mean.median, *mean.shortest), text, slack)


def test_a_course_over_years():
    """Nicholas 2019, pages 9 and 10: a year's change, a decade's, and a study of 2019."""
    y, v, years, _ = columns("nicholas2019")
    asked = np.array([[0.0, 1.0], [0.0, 10.0], [1.0, 19.0]])
    design = np.column_stack([np.ones(len(y)), years])
    fit = bayes_regression(y, v, design, UNIFORM, combinations=asked)
    year, decade, _ = fit.combined
    printed((year.median,), "-0.033")
    printed((decade.median,), "-0.33")
    printed([100 * (1 - np.exp(x.median)) for x in (year, decade)], "3.2 28")
    new = fit.new[2]
    printed((new.median, *new.shortest), "-0.87 -2.17 0.42")


def test_doses_of_early_and_of_late_treatment():
    """Roberge 2017, page 10: what is left of tau, and which limits are on which side of none."""
    y, v, dose, early = columns("roberge2017")
    assert len(y) == 35
    together = bayes_regression(y, v, np.column_stack([np.ones(len(y)), dose]), UNIFORM)
    design = np.column_stack([early, 1 - early, early * dose, (1 - early) * dose])
    apart = bayes_regression(y, v, design, UNIFORM)
    printed((together.tau.median, apart.tau.median), "0.28 0.12")
    low, high = together.combined[1].shortest
    assert low < 0 < high
    assert together.combined[1].median < 0
    assert apart.combined[2].shortest[1] < 0
    low, high = apart.combined[3].shortest
    assert low < 0 < high
