"""Meta-regressions on several moderators against metafor 3.8, on published data sets of metadat.

Expected values: make_moderators_reference.R beside this file. Splines are compared with another
basis of the same curves there, R's natural splines.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from metasynth.stats.covariate_fit import MetaRegression, meta_regression
from metasynth.stats.moderator_terms import CategoricalTerm, Layout, NumericTerm
from metasynth.stats.moderator_tests import (
    combined,
    explained,
    inflation,
    omnibus,
    predicted,
    residual_i2,
)

HERE = Path(__file__).parent
X, Z = NumericTerm("a"), NumericTerm("b")


def read(name: str) -> list[dict[str, str]]:
    text = (HERE / "expected" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def either(name: str, *levels: str) -> CategoricalTerm:
    return CategoricalTerm(name, levels)


MODELS: dict[str, tuple[Layout, tuple[tuple[float | str, ...], ...]]] = {
    "bcg latitude and allocation": (
        Layout((X, either("b", "random", "alternate", "systematic"))),
        ((20.0, "random"), (40.0, "alternate")),
    ),
    "bcg latitude by year": (
        Layout((NumericTerm("a", 33.0, 10.0), NumericTerm("c", 1950.0)), (("a", "c"),)),
        ((43.0, None, 1960.0), (33.0, None, 1950.0)),
    ),
    "bangertdrowns2004 length and writing and grade": (
        Layout((X, Z, either("c", "g1", "g2", "g3", "g4"))),
        ((10.0, 1.0, "g1"), (20.0, 0.0, "g3")),
    ),
    "raudenbush1985 weeks and tester": (
        Layout((X, either("c", "aware", "blind"))),
        ((0.0, None, "aware"), (10.0, None, "blind")),
    ),
    "raudenbush1985 weeks and tester and setting": (
        Layout((X, either("b", "group", "indiv"), either("c", "aware", "blind"))),
        ((0.0, "group", "aware"), (10.0, "indiv", "blind")),
    ),
    "molloy2014 age and design": (
        Layout((X, either("c", "cross-sectional", "prospective"))),
        ((40.0, None, "cross-sectional"), (60.0, None, "prospective")),
    ),
    "mcdaniel1994 type and structure": (
        Layout((either("a", "j", "p", "s"), either("b", "s", "u"))),
        (("p", "u"), ("s", "s")),
    ),
    "hackshaw1998 year and design": (
        Layout((X, either("b", "case-control", "cohort"))),
        ((1990.0, "case-control"), (1985.0, "cohort")),
    ),
    "konstantopoulos2011 year": (Layout((X,)), ((1976.0,), (2000.0,))),
    "assink2016 year and type": (
        Layout((X, either("b", "covert", "general", "overt"))),
        ((0.0, "covert"), (5.0, "general")),
    ),
    "kalaian1996 hours and test by maker": (
        Layout((X, either("b", "math", "verbal"), NumericTerm("c")), (("b", "c"),)),
        ((2.0, "math", 0.0), (3.0, "verbal", 1.0)),
    ),
    "linde2005 baseline and duration and diagnosis": (
        Layout((X, Z, NumericTerm("c"))),
        ((20.0, 6.0, 1.0), (25.0, 8.0, 0.0)),
    ),
    "lehmann2018 gender by design": (
        Layout(
            (
                either("a", "Females", "Males"),
                either("b", "Between Subjects", "Within Subjects"),
            ),
            (("a", "b"),),
        ),
        (("Females", "Between Subjects"), ("Males", "Within Subjects")),
    ),
    "crede2010 criterion by year": (
        Layout((either("a", "gpa", "grade"), NumericTerm("b", 2000.0)), (("a", "b"),)),
        (("gpa", 2000.0), ("grade", 1990.0)),
    ),
    "viechtbauer2021 dose per 100": (Layout((NumericTerm("a", per=100.0),)), ((100.0,), (200.0,))),
}
CURVES = {
    "bangertdrowns2004 length curved": ((4.0, 10.0, 20.0), (2.0, 8.0, 15.0, 24.0)),
    "raudenbush1985 weeks curved": ((0.0, 1.0, 3.0, 17.0), (0.0, 2.0, 10.0, 24.0)),
    "viechtbauer2021 dose curved": ((75.0, 125.0, 175.0), (50.0, 100.0, 200.0)),
}
for _name, (_knots, _at) in CURVES.items():
    MODELS[_name] = (
        Layout((NumericTerm("a", 2.0, 5.0, _knots),)),
        tuple((value,) for value in _at),
    )
TESTS = {"z": "Wald", "knha": "HKSJ"}
STUDIES = read("moderator_studies.csv")
EXPECTED: dict[tuple[str, str], dict[str, float]] = {}
for _row in read("moderators.csv"):
    _model, _, _test = _row["model"].rpartition(" ")
    EXPECTED.setdefault((_model, _test), {})[_row["quantity"]] = float(_row["value"])


def fitted(name: str, test: str) -> tuple[Layout, np.ndarray, np.ndarray, np.ndarray]:
    layout, _ = MODELS[name]
    own = [row for row in STUDIES if row["dataset"] == name.split()[0]]
    values = {
        term.name: [
            row[term.name] if isinstance(term, CategoricalTerm) else float(row[term.name])
            for row in own
        ]
        for term in layout.terms
    }
    y, v = (np.array([float(row[column]) for row in own]) for column in "yv")
    return layout, y, v, layout.matrix(values)


def profiles(name: str, layout: Layout) -> np.ndarray:
    rows = MODELS[name][1]
    return layout.matrix(
        {term.name: [row["abc".index(term.name)] for row in rows] for term in layout.terms}
    )


def numbered(name: str, values) -> dict[str, float]:
    return {f"{name}_{i}": float(value) for i, value in enumerate(values, start=1)}


def everything(name: str, test: str) -> dict[str, float | None]:
    layout, y, v, design = fitted(name, test)
    fit: MetaRegression = meta_regression(y, v, design, "REML", TESTS[test])
    rows = profiles(name, layout)
    at = [predicted(fit, row) for row in rows]
    tests = [omnibus(fit, places) for _, places in layout.places()]
    difference, limits = combined(fit, rows[0] - rows[1])
    return {
        **numbered("b", fit.coefficients),
        **numbered("se", (own.se for own in fit.intervals)),
        **numbered("p", (own.p for own in fit.intervals)),
        **numbered("low", (own.low for own in fit.intervals)),
        **numbered("high", (own.high for own in fit.intervals)),
        "tau2": fit.tau2,
        "i2": residual_i2(y, v, design, fit.tau2),
        "r2": explained(y, v, "REML", fit.tau2),
        "qe": fit.qe,
        "qe_p": fit.qe_p,
        "qm": fit.qm,
        "qm_p": fit.qm_p,
        **numbered("term_qm", (own.statistic for own in tests)),
        **numbered("term_p", (own.p for own in tests)),
        **{
            f"gvif_{i}": inflation(fit, places)
            for i, (_, places) in enumerate(layout.places(), start=1)
        },
        **numbered("predicted", (one.effect for one in at)),
        **numbered("ci_low", (one.limits.low for one in at)),
        **numbered("ci_high", (one.limits.high for one in at)),
        **numbered("pi_low", (one.pi_low for one in at)),
        **numbered("pi_high", (one.pi_high for one in at)),
        "contrast": difference,
        "contrast_se": limits.se,
        "contrast_p": limits.p,
    }


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("name", MODELS)
def test_every_number_is_metafors(name, test):
    expected, found = EXPECTED[name, test], everything(name, test)
    if name not in CURVES:
        assert set(expected) | {"r2"} == {key for key in found if found[key] is not None} | {"r2"}
    for quantity, value in expected.items():
        if quantity.startswith("gvif") and len(MODELS[name][0].places()) == 1:
            continue  # metafor gives a term by itself the factor 1; here it has none
        if quantity == "r2" and expected["tau2"] == 0 == value:
            assert found["r2"] is None  # metafor says 0 where there is nothing to explain
            continue
        assert found[quantity] == pytest.approx(value, rel=1e-6, abs=1e-9), quantity


def test_the_models_are_of_ten_data_sets_and_more():
    assert {name for name, _ in EXPECTED} == set(MODELS)
    assert len({name.split()[0] for name in MODELS}) >= 13
