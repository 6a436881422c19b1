"""Many meta-analyses by any analysis against `fit_model`, one at a time."""

from itertools import product
from math import isnan

import numpy as np
import pytest

from metasynth.model.methods import MODELS, TAU2_METHODS, intervals_of
from metasynth.model.priors import TauPrior
from metasynth.model.records import AnalysisSpec
from metasynth.stats.columns import NO_TABLE, Pools, fit_many
from metasynth.stats.effects.binary import Effects, Tables, binary_effects, peto_log_odds_ratio
from metasynth.stats.models import fit_model
from metasynth.stats.pooling import EffectUndefined

RANDOM = [
    AnalysisSpec("a", "A", model="random", tau2=tau2, ci=ci)
    for tau2, ci in product(TAU2_METHODS, intervals_of("random"))
    if ci != "KR" or tau2 == "REML"
]
COMMON = [
    AnalysisSpec("a", "A", model=model, ci=ci)
    for model in MODELS
    if model in ("IV", "MH", "Peto")
    for ci in intervals_of(model)
]
GLMM = [AnalysisSpec("a", "A", model="GLMM")]


def random_tables(studies, columns, seed):
    """Sparse tables, so that empty cells are common, each with an event and a non-event."""
    draw = np.random.default_rng(seed)
    n1, n2 = (draw.integers(8, 60, (studies, columns)) for _ in range(2))
    rates = draw.uniform(0.02, 0.5, (studies, columns))
    a = np.maximum(draw.binomial(n1, rates), draw.integers(0, 2, (studies, columns)))
    c = draw.binomial(n2, rates * draw.uniform(0.3, 1.6, (studies, columns)))
    c[(a == 0) & (c == 0)] = 1
    return Tables(*(x.astype(float) for x in (a, n1, c, n2)))


def pools_of(tables, mask, measure, model):
    y, v = (
        peto_log_odds_ratio(tables)
        if model == "Peto"
        else (lambda e: (e.y, e.v))(binary_effects(tables, measure))
    )
    cells = (tables.a, tables.n1, tables.c, tables.n2)
    held = (np.where(mask > 0, x, none) for x, none in zip(cells, NO_TABLE, strict=True))
    return Pools(np.where(mask > 0, y, 0.0), np.where(mask > 0, v, 1.0), mask, Tables(*held))


def check(spec, measure, tables, mask, columns):
    pools = pools_of(tables, mask, measure, spec.model)
    (found,) = fit_many([spec], measure, pools)
    for i in range(columns):
        here = np.flatnonzero(mask[:, i])
        assert found.k[i] == len(here)
        if not len(here):
            assert isnan(found.mean[i])
            continue
        cells = (tables.a, tables.n1, tables.c, tables.n2)
        own = Tables(*(x[here, i] for x in cells))
        effects = Effects(pools.y[here, i], pools.v[here, i], np.zeros(len(here), dtype=bool))
        try:
            fit = fit_model(spec, measure, effects, own)
        except EffectUndefined:
            assert isnan(found.mean[i])
            assert isnan(found.low[i])
            continue
        close = {"rel": 1e-9, "abs": 1e-11}
        assert found.mean[i] == pytest.approx(fit.mean, **close)
        assert found.low[i] == pytest.approx(fit.interval.low, **close)
        assert found.high[i] == pytest.approx(fit.interval.high, **close)
        if fit.interval.p is None:
            assert isnan(found.p[i])
        else:
            assert found.p[i] == pytest.approx(fit.interval.p, rel=1e-7, abs=1e-14)


@pytest.mark.parametrize("studies", [1, 2, 3, 8])
@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@pytest.mark.parametrize("spec", [*RANDOM, *COMMON], ids=lambda s: f"{s.model}-{s.tau2}-{s.ci}")
def test_each_column_is_what_one_analysis_gives(spec, measure, studies):
    if spec.model == "Peto" and measure != "OR":
        measure = "OR"
    tables = random_tables(studies, 24, seed=studies)
    mask = (np.random.default_rng(3).uniform(size=(studies, 24)) < 0.8).astype(float)
    check(spec, measure, tables, mask, 24)


def test_models_without_a_closed_form_are_fitted_one_by_one():
    tables = random_tables(4, 5, seed=5)
    check(GLMM[0], "OR", tables, np.ones((4, 5)), 5)


def test_sums_without_information_are_undefined():
    """No event under control anywhere: no risk ratio, no odds ratio, no Peto without any event."""
    nothing, size = np.zeros((2, 1)), np.full((2, 1), 10.0)
    some = np.full((2, 1), 2.0)
    for model, measure, tables in (
        ("MH", "RR", Tables(some, size, nothing, size)),
        ("MH", "OR", Tables(some, size, nothing, size)),
        ("Peto", "OR", Tables(nothing, size, nothing, size)),
    ):
        spec = AnalysisSpec("a", "A", model=model)
        pools = Pools(np.zeros((2, 1)), np.ones((2, 1)), np.ones((2, 1)), tables)
        (found,) = fit_many([spec], measure, pools)
        assert isnan(found.mean[0])


def test_studies_that_agree_exactly_have_no_p():
    pools = Pools(np.full((3, 1), 0.5), np.full((3, 1), 0.1), np.ones((3, 1)))
    (found,) = fit_many([AnalysisSpec("a", "A", ci="HKSJ")], "MD", pools)
    assert found.low[0] == found.high[0] == found.mean[0]
    assert isnan(found.p[0])


def test_analyses_fitted_together_are_those_fitted_apart():
    tables = random_tables(5, 3000, seed=9)
    mask = np.ones((5, 3000))
    pools = pools_of(tables, mask, "OR", "random")
    together = fit_many(RANDOM[:3], "OR", pools)
    for spec, found in zip(RANDOM[:3], together, strict=True):
        (apart,) = fit_many([spec], "OR", pools.part(np.arange(2990, 3000)))
        assert found.low[2990:] == pytest.approx(apart.low, rel=1e-9)


def test_a_posterior_that_is_not_resolved_is_nan_and_the_others_stand():
    """The tails of this prior are too heavy for three trials and not for four."""
    prior = TauPrior("half_t", scale=1.0, df=0.1)
    spec = AnalysisSpec("a", "A", model="bayes", tau_prior=prior)
    y, v = np.tile(np.linspace(-1, 1, 4)[:, None], (1, 6)), np.full((4, 6), 0.1)
    mask = np.ones((4, 6))
    mask[3, ::2] = 0
    (found,) = fit_many([spec], "MD", Pools(y, v, mask))
    assert np.isnan(found.mean[::2]).all()
    alone = fit_model(spec, "MD", Effects(y[:, 1], v[:, 1], v[:, 1] < 0), None)
    assert found.mean[1::2] == pytest.approx([alone.mean] * 3, abs=1e-9)
    assert found.high[1::2] == pytest.approx([alone.interval.high] * 3, rel=1e-9)
    with pytest.raises(EffectUndefined):
        fit_model(spec, "MD", Effects(y[:3, 0], v[:3, 0], v[:3, 0] < 0), None)
