"""`metasynth.regress`: what it says of a frame's moderators, and what it refuses.

Its numbers stand in tests/reference/test_worked_examples.py.
"""

import pandas as pd
import pytest

import metasynth as ms
from metasynth.core.messages import Refused
from metasynth.interface.columns import BadData
from metasynth.stats.covariate_fit import meta_regression
from metasynth.stats.permutation import permuted_regression

DATA = {
    "study": list("abcdefghijkl"),
    "yi": [0.1, 0.3, 0.2, 0.7, 0.5, 0.9, 1.1, 0.8, 1.4, 1.2, 0.4, 0.6],
    "vi": [0.02, 0.03, 0.02, 0.05, 0.04, 0.03, 0.02, 0.06, 0.02, 0.03, 0.02, 0.04],
    "dose": [10, 20, 20, 40, 40, 60, 80, 60, 100, 90, 30, None],
    "drug": ["A", "A", "B", "B", "A", "B", "A", "B", "A", "B", "A", "B"],
}


def test_a_study_without_a_value_is_left_out_by_name():
    found = ms.regress(DATA, "MD", ["dose", "drug"])
    assert found.effects.k == 11
    assert found.effects.left_out == ("l",)
    assert [one.name for one in found.coefficients] == ["intercept", "dose", "drug[B]"]
    assert "Left out, without a value: l" in found.summary()


def test_a_frame_of_pandas_is_the_same_as_a_mapping():
    assert ms.regress(pd.DataFrame(DATA), "MD", ["dose"]).effects == (
        ms.regress(DATA, "MD", ["dose"]).effects
    )


def test_choices_of_a_moderator_are_those_of_a_review():
    plain = ms.regress(DATA, "MD", ["dose", "drug"])
    scaled = ms.regress(DATA, "MD", {"dose": {"per": 10, "centre": 20}, "drug": {"reference": "B"}})
    assert scaled.coefficients[1].estimate == pytest.approx(10 * plain.coefficients[1].estimate)
    assert scaled.coefficients[2].name == "drug[A]"
    at = {"dose": 50, "drug": "B"}
    one, other = scaled.predict(at)[0], plain.predict(at)[0]
    assert one.log_estimate == pytest.approx(other.log_estimate)
    assert scaled.contrast({"drug": "B"}, {"drug": "A"}).estimate == pytest.approx(
        plain.coefficients[2].estimate
    )


def test_a_common_effect_has_no_tau2():
    found = ms.regress(DATA, "MD", ["dose"], model="IV", tests="Wald").effects
    assert (found.tau2, found.i2, found.r2) == (None, None, None)


CLUSTERS = {**DATA, "paper": list("AABBCCDDEEFF")}


def test_signs_of_clusters_are_turned_and_places_of_studies_permuted():
    """Either test is refused where its data are of the other kind."""
    alone = ms.regress(DATA, "MD", ["dose"])
    papers = ms.regress(
        CLUSTERS, "MD", ["dose"], cluster="paper", model="RVE-CORR", tests="CR2", minimum=5
    )
    found = papers.bootstrap()
    assert (found.choices, found.exact) == (2**6, True)
    assert found == papers.bootstrap(["dose"]) != papers.bootstrap(["intercept"])
    with pytest.raises(BadData, match="no clusters"):
        alone.bootstrap()
    with pytest.raises(BadData, match="cannot change places"):
        papers.permutation()
    with pytest.raises(BadData, match="'drug' is not among intercept, dose"):
        papers.bootstrap(["drug"])


def test_influence_has_a_value_for_each_study_and_coefficient():
    found = ms.regress(DATA, "MD", ["dose"])
    assert found.influence().dfbetas.shape == (11, 2)
    assert found.influence().hat.sum() == pytest.approx(2)


@pytest.mark.parametrize(
    ("moderators", "more", "said"),
    [
        (["weight"], {}, "no column 'weight'"),
        ({"dose": {"unit": "mg"}}, {}, "unit of 'dose' is not one of"),
        (["dose"], {"tests": "KR"}, "tests 'KR'"),
        (["dose"], {"model": "MH"}, "model 'MH'"),
    ],
)
def test_what_is_wrong_is_named(moderators, more, said):
    with pytest.raises(BadData, match=said):
        ms.regress(DATA, "MD", moderators, **more)


def test_few_studies_are_refused_unless_asked_for():
    few = {name: cells[:5] for name, cells in DATA.items()}
    with pytest.raises(Refused):
        ms.regress(few, "MD", ["dose"])
    assert ms.regress(few, "MD", ["dose"], minimum=5).effects.k == 5


def test_an_unknown_level_or_moderator_is_refused():
    found = ms.regress(DATA, "MD", ["drug"])
    with pytest.raises(Refused):
        found.predict({"drug": "C"})
    with pytest.raises(BadData, match="'dose' is not among drug"):
        found.predict({"dose": 1})


@pytest.mark.parametrize("tests", ["HKSJ", "Wald"])
def test_the_permutation_test_has_the_statistics_of_the_tests(tests):
    found = ms.regress(DATA, "MD", ["dose", "drug"], tests=tests)
    fit = found.fit
    known = fit.y, fit.v, fit.design.matrix, "REML"
    assert found.permutation(most=50) == permuted_regression(*known, tests, 50)
    if tests == "HKSJ":  # which one has that names none
        plain = ms.regress(DATA, "MD", ["dose", "drug"])
        assert plain.permutation(most=50) == found.permutation(most=50)
        assert found.permutation(most=50) != permuted_regression(*known, "Wald", 50)


def test_a_regression_has_tests_that_are_known_by_name():
    fit = ms.regress(DATA, "MD", ["dose"]).fit
    for unknown in ("", "CR2"):
        with pytest.raises(ValueError, match="is not one of Wald, HKSJ"):
            meta_regression(fit.y, fit.v, fit.design.matrix, "REML", unknown)


def test_the_permutation_test_is_that_of_the_fit():
    found = ms.regress(DATA, "MD", ["drug"], tests="Wald", tau2="DL")
    fit = found.fit
    tested = found.permutation(most=20, seed=3)
    assert tested == permuted_regression(fit.y, fit.v, fit.design.matrix, "DL", "Wald", 20, 3)
    assert (tested.exact, tested.permutations) == (False, 20)
