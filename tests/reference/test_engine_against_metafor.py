"""Every formula against R's metafor on published data sets; see make_reference.R.

Closed forms must agree within 1e-10, iterated estimates and Q-profile limits within 1e-7, relative
to the value or, for an effect near zero, to its standard error.
"""

import csv
from collections import defaultdict
from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from metasynth.core.distributions import chi2_upper_tail, two_sided_p
from metasynth.stats.effects.binary import Effects, Tables, binary_effects, peto_log_odds_ratio
from metasynth.stats.effects.continuous import CONTINUOUS_EFFECTS, Means
from metasynth.stats.heterogeneity import generalised_q, q_profile, share_from_tau2
from metasynth.stats.intervals import (
    hksj_ad_hoc_interval,
    hksj_interval,
    interval,
    prediction_interval,
)
from metasynth.stats.linear_model import LinearModel
from metasynth.stats.models import fit_common
from metasynth.stats.pooling import EffectUndefined, inverse_variance, mantel_haenszel, peto
from metasynth.stats.stratified import breslow_day_tarone, cochran_mantel_haenszel
from metasynth.stats.tau2 import estimate_tau2

EXPECTED = Path(__file__).parent / "expected"
CLOSED, ITERATED = 1e-10, 1e-7
ITERATED_METHODS = {"REML", "ML", "PM", "EB"}


def rows(name):
    with (EXPECTED / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def stacked(name):
    """Each data set's columns as arrays, keyed by data set."""
    columns = defaultdict(lambda: defaultdict(list))
    for row in rows(name):
        for column, value in row.items():
            if column not in ("dataset", "study"):
                columns[row["dataset"]][column].append(float(value))
    return {
        dataset: {column: np.array(values) for column, values in table.items()}
        for dataset, table in columns.items()
    }


@cache
def effects():
    """Expected effects: (dataset, measure, policy) to the studies' numbers, y and v."""
    found = defaultdict(list)
    for row in rows("effects.csv"):
        found[row["dataset"], row["measure"], row["policy"]].append(
            (int(row["study"]), float(row["y"]), float(row["v"]))
        )
    return {key: tuple(map(np.array, zip(*values, strict=True))) for key, values in found.items()}


@cache
def pools():
    """Expected pools: (dataset, measure) to model to quantity to value; None where undefined."""
    found = defaultdict(lambda: defaultdict(dict))
    for row in rows("pools.csv"):
        value = float(row["value"]) if row["value"] else None
        found[row["dataset"], row["measure"]][row["model"]][row["quantity"]] = value
    return found


def tables(dataset, measure):
    """The informative 2×2 tables of a data set."""
    t = Tables(**stacked("counts.csv")[dataset])
    keep = (t.a > 0) | (t.c > 0)
    if measure == "OR":
        keep &= (t.b > 0) | (t.d > 0)
    return Tables(t.a[keep], t.n1[keep], t.c[keep], t.n2[keep])


def own_effects(dataset, measure):
    if measure == "other":
        table = stacked("contrasts.csv")[dataset]
        y = table["y"]
        return Effects(y, table["se"] ** 2, np.zeros(len(y), dtype=bool))
    _, y, v = effects()[dataset, measure, "" if measure in CONTINUOUS_EFFECTS else "only0"]
    return Effects(y, v, np.zeros(len(y), dtype=bool))


def close(value, expected, tolerance, scale=0.0):
    assert value == pytest.approx(expected, rel=tolerance, abs=tolerance * scale)


POOLS = sorted(pools())
MODELS = sorted((*key, model) for key in POOLS for model in pools()[key])
RANDOM = [x for x in MODELS if x[2] not in ("IV", "MH", "Peto", "Q-profile")]
IDENTIFY = "-".join


def test_the_reference_is_as_wide_as_promised():
    sources = [row["source"] for row in rows("sources.csv")]
    assert len(set(sources)) >= 25
    assert all(sources)
    sizes = {len(t["a"]) for t in stacked("counts.csv").values()}
    assert min(sizes) == 1
    assert max(sizes) > 60


@pytest.mark.parametrize("key", sorted(effects()), ids=IDENTIFY)
def test_effects(key):
    dataset, measure, policy = key
    numbers, y, v = effects()[key]
    if measure in CONTINUOUS_EFFECTS:
        table = {n: x[numbers - 1] for n, x in stacked("means.csv")[dataset].items()}
        ours = CONTINUOUS_EFFECTS[measure](Means(**table))
    else:
        own = binary_effects(tables(dataset, measure), measure, policy)
        ours = own.y, own.v
    for value, expected, variance in zip(ours[0], y, v, strict=True):
        close(value, expected, CLOSED, sqrt(variance))
    assert ours[1] == pytest.approx(v, rel=CLOSED)


@pytest.mark.parametrize("key", POOLS, ids=IDENTIFY)
def test_inverse_variance(key):
    expected = pools()[key]["IV"]
    own = own_effects(*key)
    pool = inverse_variance(own.y, own.v)
    close(float(pool.mean), expected["mean"], CLOSED, expected["se"])
    close(sqrt(pool.variance), expected["se"], CLOSED)
    close(float(generalised_q(own.y, own.v)), expected["q"], CLOSED, len(own.y))


@pytest.mark.parametrize("key", [k for k in POOLS if "MH" in pools()[k]], ids=IDENTIFY)
def test_mantel_haenszel(key):
    dataset, measure = key
    expected = pools()[key]["MH"]
    data = tables(dataset, measure)
    if expected["mean"] is None:
        with pytest.raises(EffectUndefined):
            mantel_haenszel(data, measure)
        return
    fit = fit_common(own_effects(*key), mantel_haenszel(data, measure))
    close(fit.mean, expected["mean"], CLOSED, expected["se"])
    close(fit.interval.se, expected["se"], CLOSED)
    close(fit.interval.p, expected["p"], CLOSED)
    if fit.q_df:
        close(fit.q, expected["q"], CLOSED, fit.q_df)
        close(fit.share.i2, expected["i2"], CLOSED, 100)


@pytest.mark.parametrize(
    "dataset", [d for d, m in POOLS if m == "OR" and pools()[d, m]["MH"]["mean"] is not None]
)
def test_stratified_tests(dataset):
    expected = pools()[dataset, "OR"]["MH"]
    data = tables(dataset, "OR")
    close(cochran_mantel_haenszel(data), expected["cmh"], CLOSED)
    breslow_day, tarone, df = breslow_day_tarone(data)
    close(breslow_day, expected["breslow_day"], CLOSED, 10)
    close(tarone, expected["tarone"], CLOSED, 10)
    if df:
        close(chi2_upper_tail(tarone, df), expected["tarone_p"], CLOSED)


@pytest.mark.parametrize("key", [k for k in POOLS if "Peto" in pools()[k]], ids=IDENTIFY)
def test_peto(key):
    data = tables(*key)
    expected = pools()[key]["Peto"]
    own = Effects(*peto_log_odds_ratio(data), corrected=data.a < 0)
    fit = fit_common(own, peto(data))
    close(fit.mean, expected["mean"], CLOSED, expected["se"])
    close(fit.interval.se, expected["se"], CLOSED)
    close(fit.q, expected["q"], CLOSED, fit.q_df)


@pytest.mark.parametrize("case", RANDOM, ids=IDENTIFY)
def test_random_effects(case):
    dataset, measure, method = case
    expected = pools()[dataset, measure][method]
    own = own_effects(dataset, measure)
    y, v, df = own.y, own.v, len(own.y) - 1
    tolerance = ITERATED if method in ITERATED_METHODS else CLOSED
    estimate = estimate_tau2(y, v, method)
    typical = float(np.median(v))
    if method in ("ML", "REML") and estimate.other_maximum is not None:
        model, tops = LinearModel(y, v), (estimate.value, expected["tau2"])
        ours, theirs = (float(model.log_likelihood(t, method == "REML")) for t in tops)
        assert ours >= theirs - 1e-9
        if ours > theirs + 1e-9:
            close(estimate.other_maximum, expected["tau2"], tolerance, typical)
            return
    tau2 = estimate.value
    close(tau2, expected["tau2"], tolerance, typical * 1e-3)
    pool = inverse_variance(y, v, tau2)
    mean, variance = float(pool.mean), float(pool.variance)
    close(mean, expected["mean"], tolerance, expected["se"])
    close(sqrt(variance), expected["se"], tolerance)
    close(two_sided_p(mean / sqrt(variance)), expected["p"], 10 * tolerance)
    if "i2" in expected:
        close(share_from_tau2(tau2, v).i2, expected["i2"], tolerance, 1e-3)
        close(share_from_tau2(tau2, v).h2, expected["h2"], tolerance)
    for name, calculate in (("knha", hksj_interval), ("adhoc", hksj_ad_hoc_interval)):
        if f"{name}_se" in expected:
            found = calculate(y, v, tau2, mean, variance)
            close(found.se, expected[f"{name}_se"], tolerance)
            close(found.low, expected[f"{name}_low"], tolerance, found.se)
            close(found.high, expected[f"{name}_high"], tolerance, found.se)
            close(found.p, expected[f"{name}_p"], 10 * tolerance)
    if "pi_k1_high" in expected:
        se, hksj = sqrt(variance), hksj_interval(y, v, tau2, mean, variance).se
        for name, error, freedom in (("k1", se, df), ("k2", se, df - 1), ("hk", hksj, df)):
            _, high = prediction_interval(mean, error, tau2, freedom)
            close(high, expected[f"pi_{name}_high"], tolerance, error)


@pytest.mark.parametrize("case", [m[:2] for m in MODELS if m[2] == "Q-profile"], ids=IDENTIFY)
def test_q_profile(case):
    expected = pools()[case]["Q-profile"]
    own = own_effects(*case)
    typical = float(np.median(own.v))
    low, high = q_profile(own.y, own.v)
    close(low, expected["tau2_low"], ITERATED, typical * 1e-3)
    close(high, expected["tau2_high"], ITERATED, typical * 1e-3)
    close(share_from_tau2(low, own.v).i2, expected["i2_low"], ITERATED, 0.1)
    close(share_from_tau2(high, own.v).i2, expected["i2_high"], ITERATED, 0.1)


@pytest.mark.parametrize(
    ("dataset", "measure", "value", "other"),
    [("gibson2002", "MD", 9.679, 0.0)],
)
def test_two_maxima_of_the_restricted_likelihood(dataset, measure, value, other):
    own = own_effects(dataset, measure)
    estimate = estimate_tau2(own.y, own.v, "REML")
    assert {round(estimate.value, 3), round(estimate.other_maximum, 3)} == {value, other}
    peak, lower = (
        float(LinearModel(own.y, own.v).log_likelihood(t, restricted=True))
        for t in (estimate.value, estimate.other_maximum)
    )
    assert peak > lower


def test_interval_without_freedom_is_walds():
    assert interval(1.0, 0.5).high == pytest.approx(1 + 0.5 * 1.959963984540054, rel=1e-15)
