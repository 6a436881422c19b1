"""Three-level regressions on moderators: metafor's rma.mv and clubSandwich, on 14 data sets.

Expected values: make_clustered_moderators_reference.R beside this file.
"""

from collections import defaultdict

import numpy as np
import pytest
from tests.reference.expected_tables import read

from metasynth.model.records import AnalysisSpec
from metasynth.stats.cluster_robust import ROBUST
from metasynth.stats.clustered_regression import ClusteredRegression, clustered_regression
from metasynth.stats.moderator_tests import combined, inflation, omnibus, predicted
from metasynth.stats.nested_regression import fit_nested_regression

EFFECTS = defaultdict(list)
for _row in read("multilevel_effects.csv"):
    EFFECTS[_row["dataset"]].append(_row)
EXPECTED: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
for _row in read("clustered_moderators.csv"):
    _value = float("nan") if _row["value"] == "NA" else float(_row["value"])
    EXPECTED[_row["dataset"], _row["method"], _row["rho"]][_row["quantity"]] = _value
BOTH = (1, 2)


def data(dataset: str) -> tuple[np.ndarray, ...]:
    """Effects, variances, studies, and the design: standard errors, and each study's first."""
    own = EFFECTS[dataset]
    y, v = (np.array([float(row[name]) for row in own]) for name in "yv")
    study = np.array([int(row["study"]) - 1 for row in own])
    first = np.zeros(len(y))
    first[np.unique(study, return_index=True)[1]] = 1
    return y, v, study, np.column_stack([np.ones(len(y)), np.sqrt(v), first])


def fitted(case: tuple[str, str, str], tests: str) -> ClusteredRegression:
    dataset, method, rho = case
    y, v, study, design = data(dataset)
    spec = AnalysisSpec("a", "A", "three_level", method, ci="CR2", correlation=float(rho))
    return clustered_regression(spec, y, v, study, design, tests)


def numbered(name, values) -> dict[str, float]:
    return {f"{name}{i}": float(value) for i, value in enumerate(values, start=1)}


def agree(found: dict[str, float | None], expected: dict[str, float]) -> None:
    for quantity, value in found.items():
        if value is None:  # too few clusters: clubSandwich has degrees of freedom below 0
            assert not expected[quantity] > 0, quantity
        else:
            assert value == pytest.approx(expected[quantity], rel=1e-6, abs=1e-9), quantity


def test_ten_published_data_sets_and_more() -> None:
    assert len({dataset for dataset, _, _ in EXPECTED}) == 14


@pytest.mark.parametrize("case", EXPECTED, ids="-".join)
def test_fits_and_their_own_tests(case: tuple[str, str, str]) -> None:
    found = fitted(case, "Wald")
    y, v, study, design = data(case[0])
    fit = fit_nested_regression(y, v, study, design, case[1], float(case[2]))
    whole = omnibus(found, BOTH)
    assert (whole.statistic, whole.p) == pytest.approx((found.qm, found.qm_p), rel=1e-12)
    agree(
        {
            **numbered("b", found.coefficients),
            **numbered("z_se", (own.se for own in found.intervals)),
            **numbered("z_p", (own.p for own in found.intervals)),
            "z_qm": found.qm,
            "z_qm_p": found.qm_p,
            "between": found.between,
            "within": found.within,
            "qe": found.qe,
            "qe_p": found.qe_p,
            "i2": found.i2,
            "loglik": fit.log_likelihood,
            **numbered("vif", (inflation(found, (place,)) for place in BOTH)),
        },
        EXPECTED[case],
    )


@pytest.mark.parametrize("kind", ROBUST)
@pytest.mark.parametrize("case", EXPECTED, ids="-".join)
def test_cluster_robust_tests(case: tuple[str, str, str], kind: str) -> None:
    found = fitted(case, kind)
    test = omnibus(found, BOTH)
    own = found.intervals
    agree(
        {
            **numbered(f"{kind}_se", (one.se for one in own)),
            **numbered(f"{kind}_df", (one.df for one in own)),
            **numbered(f"{kind}_p", (one.p for one in own)),
            **numbered(f"{kind}_low", (one.low for one in own)),
            **numbered(f"{kind}_high", (one.high for one in own)),
            f"{kind}_f": test.statistic,
            f"{kind}_ddf": test.df2,
            f"{kind}_f_p": test.p,
        },
        EXPECTED[case],
    )


@pytest.mark.parametrize("case", EXPECTED, ids="-".join)
def test_predictions_and_a_contrast(case: tuple[str, str, str]) -> None:
    found, size = fitted(case, "CR2"), data(case[0])[3][:, 1].mean()
    rows = np.array([[1, size, 0], [1, 1.1 * size, 1]])
    at = [predicted(found, row) for row in rows]
    value, limits = combined(found, rows[0] - rows[1])
    agree(
        {
            **numbered("predicted", (one.effect for one in at)),
            **numbered("ci_low", (one.limits.low for one in at)),
            **numbered("ci_high", (one.limits.high for one in at)),
            **numbered("pi_low", (one.pi_low for one in at)),
            **numbered("pi_high", (one.pi_high for one in at)),
            "contrast": value,
            "contrast_se": limits.se,
            "contrast_df": limits.df,
        },
        EXPECTED[case],
    )
