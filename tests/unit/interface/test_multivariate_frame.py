"""`metasynth.multivariate` of a data frame: columns, choices, what is left out, refusals."""

import numpy as np
import pytest

import metasynth as ms
from metasynth.interface.columns import BadData

DATA = {
    "yi": [0.1, 0.3, 0.9, 0.7, 0.2, 0.4, 0.5, 0.45, 0.8, 0.6],
    "vi": [0.01, 0.02] * 5,
    "study": list("aabbccddee"),
    "scale": ["pain", "mood"] * 5,
    "week": [4, 12] * 5,
    "year": [1, 1, 2, 2, 5, 5, 3, 3, 7, 7],
}
TWO = {"study": "study", "outcome": "scale", "structure": "CS"}


def test_averages_of_each_outcome_or_of_all():
    each = ms.multivariate(DATA, "SMD", **TWO)
    assert [one.name for one in each.coefficients] == ["mood", "pain"]
    assert each.correlations.shape == (2, 2)
    assert list(each.variances) == ["mood", "pain"]
    common = ms.multivariate(DATA, "SMD", **TWO, means="common", moderators=["year"])
    assert [one.name for one in common.coefficients] == ["intercept", "year"]
    slopes = ms.multivariate(DATA, "SMD", **TWO, moderators=["year"])
    assert slopes.names == ("mood", "pain", "mood:year", "pain:year")
    assert slopes.test(["mood:year", "pain:year"])[1] > 0
    for word in ("Variance of mood", "Correlation of mood and pain", "log likelihood"):
        assert word in each.summary()


def test_nested_factors_are_those_of_pool():
    found = ms.multivariate(DATA, "SMD", study="study", factors=["study", "each effect"], ci="CR2")
    row = ms.pool(DATA, "SMD", cluster="study", model="three_level", ci="CR2").pooled
    one = found.coefficients[0]
    assert (one.estimate, one.ci_low, one.ci_high, one.p) == pytest.approx(
        (row.log_estimate, row.ci_low, row.ci_high, row.p), rel=1e-7
    )
    assert found.variances["study"] == pytest.approx(row.tau2_between, rel=1e-6)
    again = ms.multivariate(DATA, "SMD", study="study", factors=["study", ["study", "scale"]])
    assert again.variances["study/scale"] == pytest.approx(row.tau2_within, rel=1e-6, abs=1e-9)


def test_errors_are_declared_in_several_ways():
    plain, named, matrix = (
        ms.multivariate(DATA, "SMD", **TWO, errors=errors).fit.sampling
        for errors in (
            0.5,
            {"other_type": 0.5, "type": "scale"},
            np.kron(np.eye(5), [[0.01, 0.5 * 0.0002**0.5], [0.5 * 0.0002**0.5, 0.02]]),
        )
    )
    assert named == pytest.approx(plain)
    assert matrix == pytest.approx(plain)
    times = ms.multivariate(DATA, "SMD", **TWO, errors={"over_time": 0.9, "time": "week"})
    assert times.fit.sampling[0, 1] == pytest.approx(0.9**8 * 0.0002**0.5)


def test_rows_that_lack_something_are_left_out_by_name():
    data = DATA | {"yi": [None, *DATA["yi"][1:]], "scale": [*DATA["scale"][:-1], None]}
    found = ms.multivariate(data, "SMD", **TWO)
    assert len(found.left_out) == 2
    assert len(found.fit.y) == 8


def test_the_likelihood_ratio_of_two_models():
    full, simple = (
        ms.multivariate(DATA, "SMD", study="study", outcome="scale", structure=structure)
        for structure in ("UN", "CS")
    )
    assert full.against(simple)[1] == 1


@pytest.mark.parametrize(
    ("choices", "fault"),
    [
        ({"study": "nowhere"}, "no column 'nowhere'"),
        ({"study": "study", "ci": "HKSJ"}, "ci 'HKSJ'"),
        ({"study": "study", "errors": {"rho": 0.5}}, "rho of errors"),
        ({"study": "study", "errors": np.eye(3)}, "for 10 rows"),
        ({"study": "study", "tau2": "DL"}, "tau2 'DL'"),
        ({"study": "study", "outcome": "scale", "structure": "CAR"}, "CAR needs numbers"),
    ],
)
def test_faults_are_named(choices, fault):
    with pytest.raises(BadData, match=fault):
        ms.multivariate(DATA, "SMD", **choices)
