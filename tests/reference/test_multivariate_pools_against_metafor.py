"""Multivariate analyses as a review pools them: metafor's and clubSandwich's numbers of rma.mv."""

from collections import defaultdict
from math import sqrt
from typing import Any

import pytest
from tests.reference.expected_tables import read

from metasynth.core import store
from metasynth.model.records import (
    AnalysisResult,
    AnalysisSpec,
    Cell,
    Comparison,
    Contrast,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
    StudyValue,
)
from metasynth.synthesis.synthesise import synthesise

COMPARISON = Comparison(("new",), ("old",), intervention_label="New", control_label="Old")
CLOSE: dict[str, Any] = {"rel": 1e-6, "abs": 1e-8}
CASES = {
    "kearon1998|UN": 0.0,
    "kearon1998|CS": 0.0,
    "kalaian1996|UN": 0.66,
    "kalaian1996|CS": 0.66,
    "riley2003|UN": 0.5,
    "riley2003|CS": 0.5,
    "bcg|UN": 0.0,
    "crede2010|UN": 0.0,
    "dagostino1998|UN": 0.7,
    "tannersmith2016|CS": 0.8,
    "konstantopoulos2011|CS": 0.0,
}
"""The cases of the table whose sampling errors have one correlation within studies."""
KNOWN: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
for _row in read("multivariate.csv"):
    KNOWN[_row["case"], _row["method"]][_row["quantity"]] = float(_row["value"])
STRUCTURED = [
    (case, method, correlation)
    for case, correlation in CASES.items()
    for method in ("REML", "ML")
    if "loglik" in KNOWN[case, method]
]
CROSSED = ("crede2010|crossed", "assink2016|crossed")


def studies(case: str, cluster: str = "study") -> list[StudyData]:
    variances = {
        int(row["i"]): float(row["v"])
        for row in read("multivariate_sampling.csv")
        if row["case"] == case and row["i"] == row["j"]
    }
    rows = [row for row in read("multivariate_effects.csv") if row["case"] == case]
    cell = Cell("trials/a/covariates.csv", 2)
    return [
        StudyData(
            f"s{i}",
            f"Effect {i}",
            2000,
            contrast=Contrast(float(row["y"]), sqrt(variances[i])),
            cluster=row[cluster],
            values=tuple(
                StudyValue(name, cell, number=float(row[name])) for name in ("outcome", "s2", "s3")
            ),
        )
        for i, row in enumerate(rows, 1)
    ]


def pooled(own: list[StudyData], spec: AnalysisSpec, **factors: Any) -> AnalysisResult:
    outcome = OutcomeSpec("o", "O", "o", None, "generic", "SMD", "harm", (spec.name,), **factors)
    result = synthesise(outcome, [spec], COMPARISON, own)
    return store.from_json(OutcomeResult, store.to_json(result)).analyses[0]


@pytest.mark.parametrize(("case", "method", "correlation"), STRUCTURED)
@pytest.mark.parametrize("ci", ["Wald", "CR2"])
def test_a_structure_is_pooled_as_by_rma_mv(case, method, correlation, ci):
    expected = KNOWN[case, method]
    one_mean = "b2" not in expected
    spec = AnalysisSpec(
        *("m", "M"), model="multivariate", tau2=method, ci=ci, correlation=correlation,
        structure=case.split("|")[1], means="common" if one_mean else "each",
    )  # fmt: skip
    found = pooled(studies(case), spec, inner="outcome")
    rows = (
        found.estimates[:1] if one_mean else [c for c in found.components if c.component == "level"]
    )
    se = "se" if ci == "Wald" else "cr2_se"
    for i, row in enumerate(rows, 1):
        assert row.log_estimate == pytest.approx(expected[f"b{i}"], **CLOSE)
        if f"{se}{i}" in expected:
            assert row.se == pytest.approx(expected[f"{se}{i}"], **CLOSE)
            if ci == "CR2":
                assert row.df == pytest.approx(expected[f"cr2_df{i}"], **CLOSE)
        if "g_1_1" in expected:
            own = expected[f"g_{i}_{i}"] if not one_mean else expected["g_1_1"]
            size = max(1e-3, expected["g_1_1"])
            assert row.tau2 == pytest.approx(own, rel=1e-6, abs=1e-6 * size)
            if row.rho is not None:
                together = row.rho * sqrt(expected["g_1_1"] * expected["g_2_2"])
                assert together == pytest.approx(expected["g_2_1"], rel=1e-6, abs=1e-6 * size)
    if one_mean:
        assert found.estimates[0].q == pytest.approx(expected["qe"], **CLOSE)


@pytest.mark.parametrize("case", CROSSED)
def test_crossed_factors_are_pooled_as_by_rma_mv(case):
    expected = KNOWN[case, "REML"]
    spec = AnalysisSpec("m", "M", model="multivariate")
    found = pooled(studies(case, "s1"), spec, crossed=("s2",))
    row = found.estimates[0]
    assert row.log_estimate == pytest.approx(expected["b1"], **CLOSE)
    assert row.se == pytest.approx(expected["se1"], **CLOSE)
    variances = [row.tau2_between, found.components[0].tau2, row.tau2_within]
    assert variances == pytest.approx(
        [expected[f"sigma2_{i}"] for i in (1, 2, 3)], rel=1e-6, abs=1e-9
    )
