"""Prediction intervals by Kenward and Roger's degrees of freedom against base R."""

import numpy as np
import pytest
from tests.reference.expected_tables import read
from tests.reference.test_small_study_against_r import columns

from metasynth.model.records import AnalysisSpec
from metasynth.stats.effects.binary import Effects
from metasynth.stats.models import fit_model

SPEC = AnalysisSpec("p", "P", prediction="t_KR-1")


@pytest.mark.parametrize("row", read("prediction.csv"), ids=lambda row: row["dataset"])
@pytest.mark.parametrize("ci", ["Wald", "HKSJ", "KR"])
def test_prediction_by_kenward_roger(row, ci):
    y, v = columns(row["dataset"], "y", "v")
    effects = Effects(y, v, np.zeros(len(y), dtype=bool))
    spec = AnalysisSpec("p", "P", ci=ci, prediction="t_KR-1")
    found = fit_model(spec, "OR", effects, None).prediction
    if row["low"] == "NaN":  # of lau1992 one degree of freedom is less than one
        assert found is None
        return
    low, high = found
    assert low == pytest.approx(float(row["low"]), rel=1e-6, abs=1e-8)
    assert high == pytest.approx(float(row["high"]), rel=1e-6, abs=1e-8)


def test_without_a_degree_of_freedom_it_is_said():
    y, v = np.array([0.1, 0.6, 0.2]), np.array([1e-6, 0.4, 0.5])
    fit = fit_model(SPEC, "OR", Effects(y, v, np.zeros(3, dtype=bool)), None)
    assert fit.prediction is None
    assert "no degree of freedom" in " ".join(note.message for note in fit.notes)
