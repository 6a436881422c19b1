"""Robust variance estimation: robumeta's robu and clubSandwich, on 14 data sets."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metasynth.stats.cluster_robust import ROBUST
from metasynth.stats.intervals import interval
from metasynth.stats.rve import Rve, rve_correlated, rve_hierarchical

EXPECTED = Path(__file__).parent / "expected"
CLOSE: dict[str, Any] = {"rel": 1e-6, "abs": 1e-9}


def rows(name: str) -> list[dict[str, str]]:
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


EFFECTS = rows("multilevel_effects.csv")
CASES = rows("rve.csv")
NAMES = ["-".join(row[name] for name in ("dataset", "weights", "rho", "model")) for row in CASES]


def fitted(row: dict[str, str], kind: str = "CR2") -> Rve:
    own = [effect for effect in EFFECTS if effect["dataset"] == row["dataset"]]
    y, v = (np.array([float(effect[name]) for effect in own]) for name in "yv")
    study = np.array([int(effect["study"]) - 1 for effect in own])
    first = np.zeros(len(y))
    first[np.unique(study, return_index=True)[1]] = 1
    design = np.column_stack([np.ones(len(y)), np.sqrt(v), first])
    x = design if row["model"] == "moderators" else None
    if row["weights"] == "HIER":
        return rve_hierarchical(y, v, study, x, kind)
    return rve_correlated(y, v, study, float(row["rho"]), x, kind)


def expected(row: dict[str, str], name: str) -> list[float]:
    return [float(row[f"{name}{i}"]) for i in (1, 2, 3) if row[f"{name}{i}"] != "NA"]


def test_ten_published_data_sets_and_more():
    assert len({row["dataset"] for row in CASES}) >= 10


@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_variances_and_coefficients(row):
    found = fitted(row)
    assert found.tau2 == pytest.approx(float(row["tau2"]), **CLOSE)
    assert found.robust.coefficients.tolist() == pytest.approx(expected(row, "b"), **CLOSE)
    for name, own in (("omega2", found.omega2), ("i2", found.i2)):
        assert (own is None) == (row[name] == "NA")
        assert own is None or own == pytest.approx(float(row[name]), **CLOSE)


@pytest.mark.parametrize("kind", ROBUST)
@pytest.mark.parametrize("row", CASES, ids=NAMES)
def test_robust_variances(row, kind):
    found = fitted(row, kind).robust
    se = np.sqrt(np.diag(found.covariance))
    assert se.tolist() == pytest.approx(expected(row, f"{kind}_se"), **CLOSE)
    assert found.df.tolist() == pytest.approx(expected(row, f"{kind}_df"), **CLOSE)
    if kind == "CR2":
        p = [interval(*three).p for three in zip(found.coefficients, se, found.df, strict=True)]
        assert p == pytest.approx(expected(row, "CR2_p"), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("kind", ROBUST)
@pytest.mark.parametrize("row", [row for row in CASES if row["model"] == "moderators"])
def test_both_moderators_together(row, kind):
    test = fitted(row, kind).robust.test((1, 2))
    own = [test.statistic, test.df2]
    assert own == pytest.approx([float(row[f"{kind}_f"]), float(row[f"{kind}_ddf"])], **CLOSE)
    if test.p is not None:
        assert test.p == pytest.approx(float(row[f"{kind}_f_p"]), rel=1e-6, abs=1e-12)
