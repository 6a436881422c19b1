"""Location-scale models against metafor's rma with a formula for the scale."""

from itertools import groupby

import numpy as np
import pytest
from tests.reference.expected_tables import read
from tests.reference.test_small_study_against_r import columns

from metasynth.stats import location_scale as location_scale_module
from metasynth.stats.location_scale import NoLocationScale, location_scale

CASES = [
    (*key, {row["name"]: row for row in rows})
    for key, rows in groupby(
        read("location_scale.csv"),
        lambda row: tuple(row[name] for name in ("dataset", "model", "method", "test")),
    )
]


def fitted(dataset, model, method="REML", test="z"):
    y, v = columns(dataset, "y", "v")
    ones, place = np.ones(len(y)), np.arange(1.0, len(y) + 1) / 10
    scale = np.column_stack([ones, 10 * np.sqrt(v), place][: 3 if model == "se place" else 2])
    design = np.column_stack([ones, place]) if model == "place se" else None
    return location_scale(y, v, scale, design, method, "Wald" if test == "z" else "HKSJ")


@pytest.mark.parametrize(("dataset", "model", "method", "test", "rows"), CASES)
def test_models_are_those_of_metafor(dataset, model, method, test, rows):
    """Where metafor climbs to the same maximum; a higher one it has not is ours, none lower."""
    found = fitted(dataset, model, method, test)
    likelihood = float(rows["logLik"]["estimate"])
    assert found.log_likelihood >= likelihood - 1e-8
    if found.log_likelihood > likelihood + 1e-6:
        return
    own = [*found.intervals, *found.scale_intervals]
    at = np.concatenate([found.coefficients, found.scale])
    names = [name for name in rows if name[0] in "ab"]
    for name, value, told in zip(names, at, own, strict=True):
        row = {key: float(rows[name][key]) for key in ("estimate", "se", "p")}
        near = 1e-6 if name[0] == "b" else BY_DIFFERENCES
        assert value == pytest.approx(row["estimate"], rel=1e-6, abs=1e-6), name
        assert told.se == pytest.approx(row["se"], rel=near), name
        assert told.p == pytest.approx(row["p"], rel=near, abs=near), name
    for ours, theirs in ((0, "estimate"), (-1, "p")):
        expected = float(rows["QS"][theirs])
        assert found.scale_test[ours] == pytest.approx(expected, rel=BY_DIFFERENCES, abs=1e-6)


BY_DIFFERENCES = 1e-3
"""How near metafor's errors of scale coefficients are: it differences its likelihood."""


def test_the_derivatives_are_those_of_the_likelihood():
    y, v = columns("bcg", "y", "v")
    scale = np.column_stack([np.ones(len(y)), np.sqrt(v), np.arange(len(y))])
    design = np.column_stack([np.ones(len(y)), v])
    for method in ("ML", "REML"):
        model = location_scale_module._Model.of(y, v, scale, design, method)
        at, step = np.array([-1.0, 0.4, -0.3]), 1e-5 * np.eye(3)
        slope, curvature = model.derivatives(at)
        ups, downs = model.heights(at + step), model.heights(at - step)
        assert (ups - downs) / 2e-5 == pytest.approx(slope, rel=1e-7, abs=1e-8)
        slopes = [model.derivatives(at + s)[0] - model.derivatives(at - s)[0] for s in step]
        assert np.array(slopes) / 2e-5 == pytest.approx(curvature, rel=1e-7, abs=1e-8)


def test_ten_data_sets_are_compared():
    assert len({case[0] for case in CASES}) >= 10


@pytest.mark.parametrize("dataset", ["bcg", "linde2005", "lehmann2018"])
def test_no_place_of_a_finer_grid_is_higher(dataset):
    y, v = columns(dataset, "y", "v")
    found = fitted(dataset, "se")
    level = np.log(np.median(v)) + np.linspace(-20, 20, 161)
    slope = np.linspace(-20, 20, 161) / (10 * np.sqrt(v)).std()
    for b in slope:
        for a in level:
            w = 1 / (v + np.exp(a + b * 10 * (np.sqrt(v) - np.sqrt(v).mean())))
            mean = (w * y).sum() / w.sum()
            height = np.log(w).sum() - np.log(w.sum()) - (w * (y - mean) ** 2).sum()
            height = (height + np.log(len(y)) - (len(y) - 1) * np.log(2 * np.pi)) / 2
            assert height <= found.log_likelihood + 1e-9


def test_effects_without_scatter_have_no_maximum():
    v = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    scale = np.column_stack([np.ones(5), v])
    with pytest.raises(NoLocationScale, match="goes to 0"):
        location_scale(np.ones(5), v, scale)


def test_what_cannot_be_told_apart_is_refused():
    with pytest.raises(ValueError, match="depend"):
        location_scale(np.arange(5.0), np.ones(5), np.ones((5, 2)))
    scale = np.column_stack([np.ones(2), [0.0, 1.0]])
    with pytest.raises(ValueError, match="outnumber"):
        location_scale(np.arange(2.0), np.ones(2), scale)
