"""Predictions of single studies' true effects against metafor's blup."""

from itertools import groupby

import numpy as np
import pytest
from tests.reference.expected_tables import read
from tests.reference.test_small_study_against_r import columns

from metasynth.stats.blups import blups
from metasynth.stats.covariate_fit import meta_regression

CASES = [
    (*key, list(rows))
    for key, rows in groupby(
        read("blups.csv"),
        lambda row: tuple(row[name] for name in ("dataset", "model", "method", "test")),
    )
]


@pytest.mark.parametrize(("dataset", "model", "method", "test", "rows"), CASES)
def test_predictions_are_those_of_metafor(dataset, model, method, test, rows):
    y, v = columns(dataset, "y", "v")
    design = np.ones((len(y), 1))
    if model == "regression":
        design = np.column_stack([design, np.arange(1.0, len(y) + 1)])
    fit = meta_regression(y, v, design, method, "Wald" if test == "z" else "HKSJ")
    variance = np.einsum("ij,jk,ik->i", design, fit.covariance, design)
    found = blups(y, v, fit.tau2, design @ fit.coefficients, variance, fit.residual_df)
    theirs = [[float(row[name]) for name in ("pred", "se", "pi.lb", "pi.ub")] for row in rows]
    ours = np.column_stack([found.value, found.se, found.low, found.high])[: len(rows)]
    assert ours == pytest.approx(np.array(theirs), rel=1e-6, abs=1e-8)


def test_many_data_sets_are_compared():
    assert len({case[0] for case in CASES}) >= 10
