"""Intervals about the common-effect mean: R's lm and metafor, on 28 published data sets."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from metasynth.stats.common_effect_intervals import ABOUT_THE_COMMON_MEAN
from metasynth.stats.intervals import Interval
from metasynth.stats.pooling import inverse_variance

EXPECTED = Path(__file__).parent / "expected"


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (EXPECTED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def effects(dataset: str, measure: str) -> tuple[np.ndarray, np.ndarray]:
    own = [
        (float(row["y"]), float(row["v"]))
        for row in rows("effects.csv")
        if (row["dataset"], row["measure"]) == (dataset, measure)
        and row["policy"] in ("only0", "")
        and row["v"] not in ("NA", "Inf")
        and float(row["v"]) > 0
    ]
    y, v = np.array(own).T
    return y, v


def of(ci: str, y: np.ndarray, v: np.ndarray) -> Interval:
    pool = inverse_variance(y, v)
    return ABOUT_THE_COMMON_MEAN[ci](y, v, 0.0, float(pool.mean), float(pool.variance))


@pytest.mark.parametrize("ci", ABOUT_THE_COMMON_MEAN)
def test_intervals_are_r_s(ci: str) -> None:
    compared = 0
    for row in rows("common_effect.csv"):
        if row["ci"] != ci:
            continue
        y, v = effects(row["dataset"], row["measure"])
        assert len(y) == int(row["k"])
        found, compared = of(ci, y, v), compared + 1
        scale = found.high - found.low
        for field in ("se", "low", "high", "p"):
            if row[field] != "NA":
                off = abs(getattr(found, field) - float(row[field]))
                assert off <= 1e-8 * scale + 1e-9 * (field == "p"), (row["dataset"], field)
    assert compared > 100


@pytest.mark.parametrize("ci", ABOUT_THE_COMMON_MEAN)
@pytest.mark.parametrize("seed", range(5))
def test_signs_and_units_change_nothing_else(ci: str, seed: int) -> None:
    draw = np.random.default_rng(seed)
    k = int(draw.integers(2, 12))
    y, v = draw.normal(0.3, 0.6, k), draw.uniform(0.01, 2.0, k)
    own, mirrored, scaled = of(ci, y, v), of(ci, -y, v), of(ci, 1e6 * y, 1e12 * v)
    assert mirrored.low == pytest.approx(-own.high, rel=1e-10)
    assert mirrored.p == pytest.approx(own.p, rel=1e-9)
    assert scaled.high == pytest.approx(1e6 * own.high, rel=1e-9)
    assert scaled.p == pytest.approx(own.p, rel=1e-9)


@pytest.mark.parametrize("k", [2, 3, 10, 60, 500])
def test_the_p_of_henmi_and_copas_is_that_of_its_limits(k: int) -> None:
    """Moved so that a limit is 0, the effect has p = 0.05."""
    draw = np.random.default_rng(k)
    v = draw.uniform(0.01, 0.5, k)
    y = draw.normal(0, np.sqrt(v + 0.1))
    own = of("HC", y, v)
    pool = inverse_variance(y - own.low, v)
    moved = ABOUT_THE_COMMON_MEAN["HC"](y - own.low, v, 0.0, float(pool.mean), float(pool.variance))
    assert moved.low == pytest.approx(0, abs=1e-9 * (own.high - own.low))
    assert moved.p == pytest.approx(0.05, rel=1e-7)
