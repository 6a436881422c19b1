"""Effects that all agree: no answer may rest on how their mean was rounded."""

import numpy as np
import pytest

from metasynth.model.records import AnalysisSpec
from metasynth.stats.columns import Pools, fit_many
from metasynth.stats.covariate_fit import meta_regression
from metasynth.stats.effects.binary import Effects
from metasynth.stats.least_squares import NotTestable
from metasynth.stats.models import fit_model
from metasynth.stats.pool_columns import pool_many
from metasynth.stats.rank_test import begg
from metasynth.stats.small_study import egger
from metasynth.stats.trim_and_fill import trim_and_fill

RANDOM = [
    AnalysisSpec("a", "A", model="random", tau2="REML", ci=ci) for ci in ("HKSJ", "HKSJ-adhoc")
]
WEIGHTED = AnalysisSpec("a", "A", model="IV", ci="UWLS")


def alike():
    """Three to 40 studies with variances of up to six orders, and one effect of any size."""
    draw = np.random.default_rng(3)
    for _ in range(24):
        k = int(draw.integers(3, 41))
        v = 10 ** draw.uniform(-draw.uniform(0, 6), 0, k)
        yield np.full(k, draw.choice([0.0, draw.normal(), 1000 * draw.normal()])), v


ALIKE = list(alike())


@pytest.mark.parametrize(("y", "v"), ALIKE)
def test_nothing_is_tested(y, v):
    for test in (egger, begg):
        with pytest.raises(NotTestable):
            test(y, v, minimum=3)
    with pytest.raises(NotTestable):
        meta_regression(y, v, np.column_stack([np.ones(len(y)), np.arange(len(y))]))


@pytest.mark.parametrize(("y", "v"), ALIKE)
def test_no_study_is_missing(y, v):
    for estimator in ("L0", "R0", "Q0"):
        assert trim_and_fill(y, v, estimator).filled == 0


@pytest.mark.parametrize(("y", "v"), ALIKE)
def test_an_interval_by_their_spread_has_no_width(y, v):
    pools = Pools(y[:, None], v[:, None], np.ones((len(y), 1)))
    effects = Effects(y, v, np.zeros(len(y), dtype=bool))
    for spec in (RANDOM[0], WEIGHTED):
        one = fit_model(spec, "MD", effects, None)
        (many,) = fit_many([spec], "MD", pools)
        assert one.interval.se == 0
        assert one.interval.p is None
        assert any("agree exactly" in note.message for note in one.notes)
        assert many.low[0] == many.high[0]
        assert np.isnan(many.p[0])
    widest = fit_model(RANDOM[1], "MD", effects, None).interval
    assert widest.se == pytest.approx(1 / np.sqrt((1 / v).sum()), rel=1e-12)
    batch = pool_many(y[:, None], v[:, None])
    assert batch.ci_low[0] == batch.ci_high[0]


@pytest.mark.parametrize("slope", [0.1, -3.0, 1e3])
def test_effects_on_a_line_leave_nothing_to_test_by(slope):
    v = np.linspace(0.01, 0.2, 11)
    y = 0.7 + slope * np.sqrt(v)
    with pytest.raises(NotTestable):
        egger(y, v)
    with pytest.raises(NotTestable):
        meta_regression(y, v, np.column_stack([np.ones(11), np.sqrt(v)]))
    fit = meta_regression(y, v, np.column_stack([np.ones(11), np.sqrt(v)]), ci="Wald")
    assert fit.coefficients == pytest.approx([0.7, slope], rel=1e-10)


def test_a_spread_of_nine_digits_is_one():
    v = np.linspace(0.01, 0.2, 10)
    y = 0.3 + 1e-9 * np.array([1, -2, 3, 1, 0, -1, 2, -3, 1, 1.0])
    assert 0 < egger(y, v).se < 1e-7
    assert fit_model(RANDOM[0], "MD", Effects(y, v, v < 0), None).interval.se > 0
