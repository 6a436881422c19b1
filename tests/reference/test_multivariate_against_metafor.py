"""Dependent effects of one study: metafor's rma.mv and vcalc, and clubSandwich, on 16 data sets."""

from collections import defaultdict
from functools import cache
from typing import Any

import numpy as np
import pytest
from tests.reference.expected_tables import read

from metasynth.core.distributions import two_sided_p
from metasynth.stats.declared_errors import Declared, Groups, declared_covariance
from metasynth.stats.multivariate import (
    MultivariateFit,
    fit_multivariate,
    intercepts,
    likelihood_ratio,
    outcomes_of,
)

CLOSE: dict[str, Any] = {"rel": 1e-6, "abs": 1e-8}
VALUES: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
STRUCTURE = {}
for row in read("multivariate.csv"):
    VALUES[row["case"], row["method"]][row["quantity"]] = float(row["value"])
    STRUCTURE[row["case"]] = row["struct"]
ROOTS = [key for key, own in VALUES.items() if "loglik" in own]
each = pytest.mark.parametrize(("case", "method"), ROOTS, ids=[" ".join(key) for key in ROOTS])


@cache
def rows(name: str) -> dict[str, list[dict[str, str]]]:
    found = defaultdict(list)
    for row in read(name):
        found[row["case"]].append(row)
    return found


def matrix(case: str, k: int) -> np.ndarray:
    found = np.zeros((k, k))
    for row in rows("multivariate_sampling.csv")[case]:
        i, j = int(row["i"]) - 1, int(row["j"]) - 1
        found[i, j] = found[j, i] = float(row["v"])
    return found


def codes(values) -> np.ndarray:
    return np.array([int(float(x)) - 1 for x in values], dtype=np.intp)


def column(own, name):
    return codes(row[name] for row in own)


@cache
def fitted(case: str, method: str) -> MultivariateFit:
    own = rows("multivariate_effects.csv")[case]
    random = []
    for i in range(1, 6):
        group = column(own, f"s{i}")
        if group[0] >= 0:
            random.append(intercepts(group))
    if kind := STRUCTURE[case]:
        random.append(outcomes_of(column(own, "study"), column(own, "outcome"), kind))
    design = np.array([[float(row[f"x{i}"]) for i in range(1, 9) if row[f"x{i}"]] for row in own])
    y = np.array([float(row["y"]) for row in own])
    return fit_multivariate(y, matrix(case, len(own)), random, design, method)


def test_ten_published_data_sets_and_more():
    assert len({case.split("|")[0] for case, _ in VALUES}) >= 15
    assert set(STRUCTURE.values()) >= {"UN", "CS", "HCS", "AR", "HAR"}


@each
def test_maximum_and_coefficients(case, method):
    own, fit = VALUES[case, method], fitted(case, method)
    p = len(fit.coefficients)
    assert fit.log_likelihood == pytest.approx(own["loglik"], rel=1e-9, abs=1e-8)
    assert fit.coefficients == pytest.approx([own[f"b{i + 1}"] for i in range(p)], **CLOSE)
    errors = np.sqrt(np.diag(fit.covariance))
    assert errors == pytest.approx([own[f"se{i + 1}"] for i in range(p)], **CLOSE)
    assert fit.qe == pytest.approx(own["qe"], **CLOSE)


@each
def test_variances_and_covariances(case, method):
    own, fit = VALUES[case, method], fitted(case, method)
    found = {}
    for i, (one, g) in enumerate(zip(fit.random, fit.covariances, strict=True), 1):
        if one.form.levels == 1:
            found[f"sigma2_{i}"] = g[0, 0]
        else:
            n = min(one.form.levels, 4)
            found |= {f"g_{j + 1}_{k + 1}": g[j, k] for j in range(n) for k in range(j + 1)}
    expected = {name: own[name] for name in own if name.startswith(("sigma2", "g_"))}
    size = max([1e-3, *map(abs, expected.values())])
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6 * size)


@each
def test_tests(case, method):
    own, fit = VALUES[case, method], fitted(case, method)
    p, k = len(fit.coefficients), len(fit.y)
    places = range(p)
    if (fit.design[:, 0] == 1).all() and p > 1:
        places = range(1, p)  # metafor's test leaves the intercept out
    assert fit.wald(places) == pytest.approx((own["qm"], own["qm_p"]), **CLOSE)
    assert fit.wald(places, k - p) == pytest.approx((own["f"], own["f_p"]), **CLOSE)
    t = fit.coefficients / np.sqrt(np.diag(fit.covariance))
    found = [two_sided_p(float(one), k - p) for one in t]
    assert found == pytest.approx([own[f"t_p{i + 1}"] for i in range(p)], **CLOSE)


ROBUST = [key for key, own in VALUES.items() if "cr2_se1" in own]


@pytest.mark.parametrize(("case", "method"), ROBUST)
def test_robust_errors(case, method):
    own, fit = VALUES[case, method], fitted(case, method)
    found = fit.robust(column(rows("multivariate_effects.csv")[case], "cluster"))
    p = len(fit.coefficients)
    errors = np.sqrt(np.diag(found.covariance))
    assert errors == pytest.approx([own[f"cr2_se{i + 1}"] for i in range(p)], **CLOSE)
    assert found.df == pytest.approx([own[f"cr2_df{i + 1}"] for i in range(p)], **CLOSE)


def test_no_optimiser_of_metafor_ends_higher():
    """Where its best answer could not be brought to a root, only that is known."""
    for key, own in VALUES.items():
        if key in ROOTS:
            assert own.get("moved", 0) > -1e-6  # blank where none of them converged
        else:
            assert fitted(*key).log_likelihood > own["at_least"] - 1e-6


@pytest.mark.parametrize("what", ["groups", "types", "times", "outcomes"])
def test_declared_covariances_are_those_of_vcalc(what):
    own = [row for row in read("multivariate_vcalc.csv") if row["case"] == f"vcalc|{what}"]
    study, v = column(own, "study"), np.array([float(row["v"]) for row in own])
    if what == "groups":
        pairs = np.arange(8)
        same_task = pairs[:, None] // 4 == pairs // 4
        same_level = pairs[:, None] % 4 == pairs % 4
        given = np.where(same_task, 0.4, np.where(same_level, 0.7, 0.28))
        sizes = (np.array([float(row[w]) for row in own]) for w in ("w1", "w2"))
        groups = Groups(column(own, "first"), column(own, "second"), *sizes)
        observation = column(own, "observation")
        declared = Declared(same_type=given, observation=observation, groups=groups)
    elif what == "types":
        declared = Declared(0.7, 0.5, type=column(own, "type"))
    elif what == "times":
        times = np.array([float(row["time"]) for row in own])
        declared = Declared(same_type=1.0, over_time=0.97, time=times)
    else:
        declared = Declared(other_type=0.66, type=column(own, "type"))
    found = declared_covariance(v, study, declared)
    off = ~np.eye(len(v), dtype=bool)
    assert found[off] == pytest.approx(matrix(f"vcalc|{what}", len(v))[off], rel=1e-9, abs=1e-12)


def test_likelihood_ratio_of_nested_models():
    full, reduced = (fitted(f"berkey1998|{kind}", "REML") for kind in ("UN", "CS"))
    statistic, df, p = likelihood_ratio(full, reduced)
    assert statistic == pytest.approx(2 * (full.log_likelihood - reduced.log_likelihood))
    assert df == 1
    assert 0 < p < 1
