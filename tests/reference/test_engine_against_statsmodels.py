"""A second opinion by statsmodels, on what it computes rightly.

Its moment estimate of tau2 is not truncated at 0 and its pooled table takes cells that were
corrected beforehand; its stratified tables are exact.
"""

import csv
from collections import defaultdict
from functools import cache
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from metasynth.stats.effects.binary import Tables, binary_effects
from metasynth.stats.heterogeneity import generalised_q
from metasynth.stats.pooling import inverse_variance, mantel_haenszel
from metasynth.stats.score_intervals import exact_limits, score_limits, wilson_limits
from metasynth.stats.stratified import breslow_day_tarone, cochran_mantel_haenszel
from metasynth.stats.tau2 import estimate_tau2

COUNTS = Path(__file__).parent / "expected" / "counts.csv"


@cache
def datasets():
    """The informative tables of each data set."""
    rows = defaultdict(list)
    with COUNTS.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            a, n1, c, n2 = (float(row[x]) for x in ("a", "n1", "c", "n2"))
            if 0 < a + c < n1 + n2:
                rows[row["dataset"]].append((a, n1, c, n2))
    return {name: np.array(cells) for name, cells in rows.items() if len(cells) > 2}


NAMES = sorted(datasets())


@pytest.mark.parametrize("name", NAMES)
def test_stratified_tables(name):
    t = Tables(*datasets()[name].T)
    theirs = StratifiedTable(np.array([[t.a, t.b], [t.c, t.d]]))
    ours = mantel_haenszel(t, "OR")
    assert exp(ours.mean) == pytest.approx(theirs.oddsratio_pooled, rel=1e-12)
    assert sqrt(ours.variance) == pytest.approx(theirs.logodds_pooled_se, rel=1e-12)
    assert exp(mantel_haenszel(t, "RR").mean) == pytest.approx(theirs.riskratio_pooled, rel=1e-12)
    null = theirs.test_null_odds()
    assert cochran_mantel_haenszel(t) == pytest.approx(null.statistic, rel=1e-10)
    tarone = theirs.test_equal_odds(adjust=True)
    assert breslow_day_tarone(t)[1] == pytest.approx(tarone.statistic, rel=1e-8, abs=1e-8)


@pytest.mark.filterwarnings("ignore:invalid value encountered in sqrt:RuntimeWarning")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("measure", ["RR", "OR"])
def test_moment_and_paule_mandel_estimates(name, measure):
    own = binary_effects(Tables(*datasets()[name].T), measure)
    y, v = own.y, own.v
    theirs = combine_effects(y, v, method_re="chi2")
    assert float(generalised_q(y, v)) == pytest.approx(theirs.q, rel=1e-10)
    moment = estimate_tau2(y, v, "DL").value
    assert moment == pytest.approx(max(0, theirs.tau2), rel=1e-10, abs=1e-14)
    if theirs.tau2 > 0:
        pool = inverse_variance(y, v, theirs.tau2)
        assert float(pool.mean) == pytest.approx(theirs.mean_effect_re, rel=1e-9)
    iterated = combine_effects(y, v, method_re="iterated", atol=1e-12)
    if iterated.tau2 > 1e-6:
        assert estimate_tau2(y, v, "PM").value == pytest.approx(iterated.tau2, rel=1e-6)


@pytest.mark.parametrize(
    "cells", [(4, 123, 11, 139), (86, 1116, 22, 283), (10, 250, 8, 251), (3, 10, 7, 12)]
)
def test_score_limits_of_a_risk_ratio(cells):
    a, n1, c, n2 = cells
    theirs = confint_proportions_2indep(
        a, n1, c, n2, method="score", compare="ratio", correction=False
    )
    assert score_limits("RR", *cells) == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("cells", [(0, 10), (3, 11), (10, 10), (1, 5000)])
def test_limits_of_one_proportion(cells):
    wilson, exact = (proportion_confint(*cells, method=m) for m in ("wilson", "beta"))
    assert wilson_limits(*cells) == pytest.approx(wilson, rel=1e-10, abs=1e-15)
    assert exact_limits(*cells) == pytest.approx(exact, rel=1e-10, abs=1e-15)
