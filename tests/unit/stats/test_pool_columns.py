"""Many meta-analyses at once against one at a time."""

from itertools import combinations
from math import isnan

import numpy as np
import pytest

from metasynth.stats.heterogeneity import generalised_q
from metasynth.stats.intervals import hksj_interval, prediction_interval
from metasynth.stats.pool_columns import gosh, pool_many
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.roots import bracketed_roots
from metasynth.stats.tau2 import estimate_tau2


def random_data(studies, columns, spread=1.0):
    draw = np.random.default_rng(7)
    v = draw.uniform(0.01, 0.5, (studies, columns)) ** 2
    tau = draw.uniform(0, spread, columns)
    return draw.normal(0.3, np.sqrt(v + tau**2)), v


def check(batch, i, y, v):
    tau2 = estimate_tau2(y, v, "REML").value
    pool = inverse_variance(y, v, tau2)
    mean, variance = float(pool.mean), float(pool.variance)
    assert batch.tau2[i] == pytest.approx(tau2, rel=1e-11, abs=1e-16)
    assert batch.mean[i] == pytest.approx(mean, rel=1e-11, abs=1e-13)
    assert batch.q[i] == pytest.approx(float(generalised_q(y, v)), rel=1e-11)
    found = hksj_interval(y, v, tau2, mean, variance)
    assert batch.se[i] == pytest.approx(found.se, rel=1e-9)
    assert batch.ci_high[i] == pytest.approx(found.high, rel=1e-9)
    if len(y) > 2:
        _, high = prediction_interval(mean, found.se, tau2, len(y) - 1)
        assert batch.pi_high[i] == pytest.approx(high, rel=1e-9)


@pytest.mark.parametrize("studies", [2, 3, 13, 40])
@pytest.mark.parametrize("spread", [0.05, 1.0, 30.0])
def test_columns_are_separate_meta_analyses(studies, spread):
    y, v = random_data(studies, 60, spread)
    batch = pool_many(y, v)
    for i in range(60):
        check(batch, i, y[:, i], v[:, i])


def test_blocks_do_not_show():
    y, v = random_data(5, 5000)
    whole, part = pool_many(y, v), pool_many(y[:, 4900:], v[:, 4900:])
    assert whole.tau2[4900:] == pytest.approx(part.tau2, rel=1e-12, abs=1e-18)


def test_second_maxima_are_found():
    y = np.array([3.1, 4.2, 3.5, -7.1])
    v = np.array([9.31, 0.03, 0.26, 15.31])
    tau2 = estimate_tau2(y, v, "REML")
    assert tau2.other_maximum is not None
    assert pool_many(y[:, None], v[:, None]).tau2[0] == pytest.approx(tau2.value)


def test_gosh_pools_every_subset():
    y, v = (x[:, 0] for x in random_data(5, 1))
    blocks = list(gosh(y, v))
    (batch,) = blocks
    assert len(batch.k) == 31
    for size in range(1, 6):
        for members in combinations(range(5), size):
            i = sum(1 << m for m in members) - 1
            chosen = list(members)
            assert batch.k[i] == size
            if size > 1:
                check(batch, i, y[chosen], v[chosen])
            else:
                assert batch.mean[i] == pytest.approx(y[chosen[0]], rel=1e-15)
                assert isnan(batch.se[i])
                assert batch.tau2[i] == 0


@pytest.mark.parametrize("studies", [14, 30, 62, 63, 64, 65, 66, 130, 500])
def test_gosh_samples_the_same_subsets_again(studies):
    y, v = (x[:, 0] for x in random_data(studies, 1))
    one, two = (list(gosh(y, v, 3000, seed=5)) for _ in range(2))
    k, mean = (np.concatenate([getattr(b, name) for b in one]) for name in ("k", "mean"))
    assert len(mean) == 3000
    assert np.array_equal(mean, np.concatenate([b.mean for b in two]))
    # Each study is in half of the subsets: their sizes are binomial.
    assert k.mean() == pytest.approx(studies / 2, abs=6 * (studies / 4 / 3000) ** 0.5)
    assert k.var() == pytest.approx(studies / 4, rel=0.15)
    assert k.min() > 0


def test_gosh_counts_no_more_subsets_than_there_are_numbers():
    with pytest.raises(ValueError, match="2\\^63"):
        next(gosh(np.ones(63), np.ones(63)))


def test_roots_at_once():
    targets = np.array([0.5, 2.0, 9.0, 1e-12, 1e12])
    low, high = np.zeros(5), np.full(5, 1e7)
    roots = bracketed_roots(lambda x: x * x - targets, low, high, np.zeros(5))
    assert roots == pytest.approx(np.sqrt(targets), rel=4e-16)
