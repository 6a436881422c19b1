"""Three-level models: metafor's rma.mv, and clubSandwich's robust variances, on 14 data sets."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metasynth.stats.cluster_robust import ROBUST, effect_weights, robust_variance
from metasynth.stats.intervals import interval, prediction_interval
from metasynth.stats.three_level import ThreeLevelFit, fit_three_level, profile_limits

EXPECTED = Path(__file__).parent / "expected"
CLOSE: dict[str, Any] = {"rel": 1e-6, "abs": 1e-9}


def rows(name: str) -> list[dict[str, str]]:
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def data() -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    found = defaultdict(list)
    for row in rows("multilevel_effects.csv"):
        found[row["dataset"]].append((float(row["y"]), float(row["v"]), int(row["study"]) - 1))
    return {
        name: (np.array(y), np.array(v), np.array(study))
        for name, own in found.items()
        for y, v, study in [zip(*own, strict=True)]
    }


CASES = rows("multilevel.csv")
NAMES = [f"{row['dataset']}-{row['method']}-{row['rho']}" for row in CASES]


def fitted(row: dict[str, str]) -> ThreeLevelFit:
    return fit_three_level(*data()[row["dataset"]], row["method"], float(row["rho"]))


def expected(row: dict[str, str], *names: str) -> list[float]:
    return [float(row[name]) for name in names]


def test_ten_published_data_sets_and_more():
    assert len({row["dataset"] for row in CASES}) >= 10
    assert {(row["method"], float(row["rho"])) for row in CASES} == {
        (method, rho) for method in ("REML", "ML") for rho in (0.0, 0.6)
    }


@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_variances_effect_and_shares(row):
    fit = fitted(row)
    found = [fit.between, fit.within, fit.mean, fit.variance**0.5, fit.log_likelihood, fit.q]
    names = ("between", "within", "mean", "se", "loglik", "q")
    assert found == pytest.approx(expected(row, *names), **CLOSE)
    assert fit.i2 == pytest.approx(expected(row, "i2_between", "i2_within"), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_intervals(row):
    fit, df = fitted(row), len(set(data()[row["dataset"]][2])) - 1
    assert df == float(row["t_df"])
    se = fit.variance**0.5
    wald, t = interval(fit.mean, se), interval(fit.mean, se, df)
    assert [wald.low, wald.high, wald.p] == pytest.approx(
        expected(row, "low", "high", "p"), **CLOSE
    )
    assert [t.low, t.high, t.p] == pytest.approx(expected(row, "t_low", "t_high", "t_p"), **CLOSE)
    assert prediction_interval(fit.mean, se, fit.tau2, df) == pytest.approx(
        expected(row, "pi_t_low", "pi_t_high"), **CLOSE
    )


@pytest.mark.parametrize("kind", ROBUST)
@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_robust_variances(row, kind):
    fit, own = fitted(row), data()[row["dataset"]]
    found = robust_variance(*own, fit.between, fit.within, kind, float(row["rho"]))
    se = found.value**0.5
    assert [se, found.df, interval(fit.mean, se, found.df).p] == pytest.approx(
        expected(row, f"{kind}_se", f"{kind}_df", f"{kind}_p"), **CLOSE
    )


@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_weights_make_the_mean(row):
    fit, (y, v, study) = fitted(row), data()[row["dataset"]]
    weights = effect_weights(v, study, fit.between, fit.within, float(row["rho"]))
    assert weights.sum() == pytest.approx(1 / fit.variance, rel=1e-9)
    assert weights @ y / weights.sum() == pytest.approx(float(row["mean"]), **CLOSE)


@pytest.mark.parametrize("row", [row for row in CASES if row["between_low"] != "NA"])
def test_profile_limits(row):
    between, within = profile_limits(fitted(row))
    assert [*between, *within] == pytest.approx(
        expected(row, "between_low", "between_high", "within_low", "within_high"),
        rel=1e-6,
        abs=1e-8,
    )
