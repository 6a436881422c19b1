"""What figures show of single trials and of subsets of them, against sums written out here."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Contrast,
    Group,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
)
from metasynth.sensitivity.diagnostics import COLUMNS, ROWS, Diagnostics, diagnose
from metasynth.stats.tau2 import estimate_tau2
from metasynth.synthesis.synthesise import synthesise

BINARY = OutcomeSpec("o", "O", "o", 1, "binary", "RR", "harm", ("p",))
GENERIC = replace(BINARY, type="generic", measure="MD")
TABLES = [(4, 123, 11, 139), (6, 306, 29, 303), (3, 231, 11, 220), (33, 5069, 47, 5808),
          (180, 1541, 372, 1451), (8, 2545, 10, 629), (0, 88, 4, 91)]  # fmt: skip


def pooled(data: list[StudyData], outcome: OutcomeSpec, **choices: str) -> OutcomeResult:
    spec = AnalysisSpec("p", "", **choices)
    return synthesise(outcome, [spec], Comparison(("a",), ("b",)), data)


def counted() -> list[StudyData]:
    return [
        StudyData(f"s{i}", f"S{i}", 1990 + i, Group((), "", a, n1), Group((), "", c, n2))
        for i, (a, n1, c, n2) in enumerate(TABLES)
    ]


def contrasts(pairs: list[tuple[float, float]]) -> list[StudyData]:
    return [StudyData(f"s{i}", "", None, contrast=Contrast(*p)) for i, p in enumerate(pairs)]


def shown(result: OutcomeResult) -> tuple[Diagnostics, np.ndarray, np.ndarray]:
    rows = result.analyses[0].studies
    y, se = np.array([[row.log_estimate, row.se] for row in rows], dtype=float).T
    return diagnose(result), y, se**2


@pytest.mark.parametrize("model", ["random", "IV", "MH"])
def test_each_study_against_the_others(model: str) -> None:
    found, y, v = shown(pooled(counted(), BINARY, model=model))
    w = 1 / v
    mean = (w * y).sum() / w.sum()
    q = w * (y - mean) ** 2
    assert found.common == pytest.approx(np.exp(mean))
    assert [one.baujat_q for one in found.studies] == pytest.approx(q)
    assert [one.baujat_share for one in found.studies] == pytest.approx(100 * q / q.sum())
    assert [one.z for one in found.studies] == pytest.approx(y / np.sqrt(v))
    assert [one.outside for one in found.studies] == list(np.abs(y - mean) * w**0.5 > 1.959964)
    assert found.outside == sum(one.outside for one in found.studies)
    for i, one in enumerate(found.studies):
        rest = np.arange(len(y)) != i
        tau2 = estimate_tau2(y[rest], v[rest], "REML").value if model == "random" else 0.0
        u = 1 / (v[rest] + tau2)
        left = (u * y[rest]).sum() / u.sum()
        assert one.tau2_deleted == pytest.approx(tau2)
        assert one.rstudent == pytest.approx((y[i] - left) / np.sqrt(v[i] + tau2 + 1 / u.sum()))
    a, n1, c, n2 = np.array(TABLES, dtype=float).T
    assert [one.risk_intervention for one in found.studies] == pytest.approx(a / n1)
    assert [one.risk_control for one in found.studies] == pytest.approx(c / n2)
    assert found.more == sum(a / n1 > c / n2)


def test_subsets_are_all_subsets_in_their_cells() -> None:
    found, y, v = shown(pooled(counted(), BINARY))
    pools = found.subsets
    assert pools
    effects, i2 = [], []
    for size in range(2, len(y) + 1):
        for chosen in map(list, combinations(range(len(y)), size)):
            w = 1 / (v[chosen] + estimate_tau2(y[chosen], v[chosen], "REML").value)
            effects.append(float(np.exp((w * y[chosen]).sum() / w.sum())))
            fixed = 1 / v[chosen]
            q = (fixed * (y[chosen] - (fixed * y[chosen]).sum() / fixed.sum()) ** 2).sum()
            i2.append(max(0.0, 100 * (q - size + 1) / q))
    assert (pools.count, pools.complete) == (len(effects), True)
    assert [pools.low, pools.middle, pools.high] == pytest.approx(np.quantile(effects, (0, 0.5, 1)))
    expected = np.quantile(i2, (0, 0.5, 1))
    assert [pools.i2_low, pools.i2_middle, pools.i2_high] == pytest.approx(expected)
    counts = pools.counts()
    assert counts.shape == (ROWS, COLUMNS)
    assert counts.sum() == len(effects)
    steps = [sum(low <= x < low + 2 for x in i2) for low in range(0, 100, 2)]
    assert counts.sum(axis=1) == pytest.approx(steps)
    edges = np.geomspace(pools.left, pools.right, COLUMNS + 1)
    columns = [sum((edges[i] <= x) & (x < edges[i + 1]) for x in effects) for i in range(COLUMNS)]
    assert counts.sum(axis=0) == pytest.approx(columns, abs=1)


@pytest.mark.parametrize("value", [0.0, 0.5, -2e6])
def test_subsets_that_all_agree_have_a_cell(value: float) -> None:
    pools = diagnose(pooled(contrasts([(value, 0.2)] * 6), GENERIC)).subsets
    assert pools
    assert pools.left < value < pools.right
    assert pools.counts().sum() == pools.count == 2**6 - 6 - 1


def test_what_has_no_subsets() -> None:
    few = diagnose(pooled(counted()[:4], BINARY))
    reading = diagnose(pooled(counted(), replace(BINARY, sensitivity_of="x")))
    share = diagnose(pooled(counted(), replace(BINARY, type="proportion", measure="PLO")))
    assert [one.subsets for one in (few, reading, share)] == [None] * 3
    assert share.common is None
    assert diagnose(pooled(contrasts([(0.1, 0.2)] * 6), GENERIC)).more is None


@pytest.mark.parametrize("k", [0, 1, 2])
def test_few_studies_have_what_is_defined(k: int) -> None:
    found = diagnose(pooled(counted()[:k], BINARY))
    assert len(found.studies) == k
    assert bool(found.reason) == (k < 2)
    for one in found.studies:
        assert one.rstudent is None
        assert (one.baujat_q is None) == (k < 2)
