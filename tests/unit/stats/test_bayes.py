"""Properties of Bayesian pooling that hold whatever the data, and what it refuses by name."""

import re
from itertools import pairwise
from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import halfcauchy
from tests.budget import examples

from metasynth.core.distributions import normal_quantile
from metasynth.language.sentences import in_words
from metasynth.model.priors import FAMILIES, IMPROPER, MuPrior, PriorFault, TauPrior
from metasynth.stats.bayes import bayes, bayes_columns, bayes_limits
from metasynth.stats.bayes_problem import Problem
from metasynth.stats.locating import locate
from metasynth.stats.normal_mixtures import Mixture
from metasynth.stats.pooling import EffectUndefined, inverse_variance
from metasynth.stats.prior_densities import log_density, log_slope, prior_quantile
from metasynth.stats.tau_posterior import tau_posterior

PRIORS = (
    TauPrior("half_normal", 0.5),
    TauPrior("half_t", 0.4, df=4.0),
    TauPrior("half_cauchy", 0.3),
    TauPrior("exponential", 0.3),
    TauPrior("log_normal", 0.87, -1.07),
    TauPrior("log_t", 1.295, -1.72, 5.0),
    TauPrior("uniform"),
    TauPrior("jeffreys"),
)
TIGHT = {"rel": 1e-8, "abs": 1e-9}
effect = st.floats(-3, 3).map(lambda x: round(x, 3))
error = st.floats(0.05, 2).map(lambda x: round(x, 3))
trials = st.integers(3, 7).flatmap(
    lambda k: st.tuples(
        st.lists(effect, min_size=k, max_size=k), st.lists(error, min_size=k, max_size=k)
    )
)
prior = st.sampled_from(PRIORS)


SPIKED = ([0.0, 0.0, 0.375], [1.0, 0.062, 0.062])
"""Under a log-t prior tau has a spike at 0 without mass, and a hill beside it."""


def scaled(tau, factor):
    """The same prior in other units."""
    if tau.family in IMPROPER:
        return tau
    if tau.location is None:
        return TauPrior(tau.family, tau.scale * factor, df=tau.df)
    return TauPrior(tau.family, tau.scale, tau.location + float(np.log(factor)), tau.df)


def numbers(summary):
    flat = (summary.median, summary.mean, summary.sd, *summary.shortest, *summary.central)
    return [x for x in flat if x is not None]


@examples(15)
@given(trials, prior)
def test_exchanged_arms_turn_every_sign(data, tau):
    y, se = map(np.array, data)
    one, two = bayes(y, se**2, tau), bayes(-y, se**2, tau)
    assert numbers(one.tau) == pytest.approx(numbers(two.tau), **TIGHT)
    for a, b in [
        (one.mu, two.mu),
        (one.new, two.new),
        *zip(one.shrunken, two.shrunken, strict=True),
    ]:
        assert a.median == pytest.approx(-b.median, rel=1e-8, abs=1e-8)
        assert a.shortest == pytest.approx([-x for x in b.shortest[::-1]], rel=1e-6, abs=1e-6)
        assert a.central == pytest.approx([-x for x in b.central[::-1]], rel=1e-8, abs=1e-8)
    assert one.above[0] == pytest.approx(1 - two.above[0], abs=1e-9)


@examples(15)
@given(trials, prior, st.sampled_from([1e-3, 0.1, 7.0, 1e4]), st.sampled_from([-40.0, 0.0, 2.5]))
@example(SPIKED, TauPrior("log_t", 1.295, -1.72, 5.0), 1e-3, 0.0)
def test_units_and_origin_do_not_matter(data, tau, factor, shift):
    y, se = map(np.array, data)
    one = bayes(y, se**2, tau)
    two = bayes((y + shift) * factor, (se * factor) ** 2, scaled(tau, factor))
    assert [x * factor for x in numbers(one.tau)] == pytest.approx(numbers(two.tau), rel=1e-7)
    assert (one.mu.median + shift) * factor == pytest.approx(
        two.mu.median, rel=1e-8, abs=1e-7 * factor
    )
    assert np.ptp(one.mu.shortest) * factor == pytest.approx(np.ptp(two.mu.shortest), rel=1e-6)
    if tau.proper:
        assert one.bayes_factor_common == pytest.approx(two.bayes_factor_common, rel=1e-8)


@examples(15)
@given(trials)
def test_without_room_for_tau_it_is_the_common_effect(data):
    y, se = map(np.array, data)
    fit = bayes(y, se**2, TauPrior("half_normal", 1e-7))
    pool = inverse_variance(y, se**2)
    half = normal_quantile() * sqrt(float(pool.variance))
    mean = float(pool.mean)
    assert fit.mu.median == pytest.approx(mean, abs=1e-8)
    assert fit.mu.shortest == pytest.approx((mean - half, mean + half), abs=1e-6)
    assert fit.bayes_factor_common == pytest.approx(1, rel=1e-6)
    assert fit.weights == pytest.approx(100 * pool.weights / pool.weights.sum(), rel=1e-6)


@examples(15)
@given(trials, prior, st.sampled_from([MuPrior(), MuPrior(0.3, 1.5)]))
@example(SPIKED, TauPrior("log_t", 1.295, -1.72, 5.0), MuPrior())
def test_intervals_hold_what_they_say_and_none_is_shorter(data, tau, mu):
    y, se = map(np.array, data)
    fit = bayes(y, se**2, tau, mu, values=(-0.2, 0.0, 0.4))
    ((_, posterior),) = tau_posterior(Problem(y[None], se[None] ** 2, tau, mu))
    low, high = fit.tau.shortest
    held = posterior.probability_below(np.array([[low if low > 0 else high, high]]))[0]
    assert held[1] - (held[0] if low > 0 else 0) == pytest.approx(0.95, abs=1e-9)
    assert high - low <= fit.tau.central[1] - fit.tau.central[0] + 1e-9
    below = np.linspace(0.0005, 0.0495, 50)
    others = np.diff(posterior.quantiles(np.array([below, below + 0.95]).T.reshape(1, -1))[0])[::2]
    assert high - low <= min(others.min(), posterior.quantiles(np.array([[0.95]]))[0, 0]) + 1e-9
    for part in (fit.mu, fit.new, *fit.shrunken):
        assert part.shortest[1] - part.shortest[0] <= part.central[1] - part.central[0] + 1e-9
        assert part.central[0] < part.median < part.central[1]
    assert list(fit.above) == sorted(fit.above, reverse=True)
    assert sum(fit.weights) <= 100 + 1e-9


@pytest.mark.parametrize("tau", PRIORS, ids=lambda p: p.family)
def test_slope_and_density_belong_together(tau):
    u, v = np.array([[-2.0, -0.3, 0.4, 1.7]]), np.array([[0.1, 0.4, 0.02]])
    step = 1e-5
    rise = (log_density(tau, u + step, v) - log_density(tau, u - step, v)) / (2 * step)
    assert rise - 1 == pytest.approx(log_slope(tau, u, v), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("tau", [p for p in PRIORS if p.proper], ids=lambda p: p.family)
def test_prior_densities_integrate_to_their_quantiles(tau):
    v = np.array([[1.0]])
    w = np.linspace(-6, 6, 200_001)
    u = np.log(prior_quantile(tau, 0.5)) + np.sinh(w)
    mass = np.exp(log_density(tau, np.minimum(u, 300)[None], v)[0]) * np.cosh(w)
    below = np.cumsum(mass) * (w[1] - w[0])
    assert below[-1] == pytest.approx(1, abs=1e-6)
    for p in (0.05, 0.5, 0.9):
        place = np.searchsorted(u, np.log(prior_quantile(tau, p)))
        assert below[place] == pytest.approx(p, abs=1e-3)


def test_many_at_once_are_each_one():
    draws = np.random.default_rng(3)
    y, v = draws.normal(0, 0.6, (60, 3)), draws.uniform(0.01, 0.5, (60, 3))
    for tau in PRIORS:
        many = bayes_columns(y, v, tau, at_once=16)
        limits = bayes_limits(np.concatenate([y, y]), np.concatenate([v, v]), tau)
        for i in range(0, 60, 7):
            one = bayes(y[i], v[i], tau)
            known = [one.mu.median, *one.mu.central]
            assert limits[:, i] == pytest.approx(known, **TIGHT)
            assert limits[:, 60 + i] == pytest.approx(known, **TIGHT)
            assert many.median[i] == pytest.approx(one.mu.median, **TIGHT)
            assert many.shortest[0][i] == pytest.approx(one.mu.shortest[0], rel=1e-7, abs=1e-7)
            assert many.central[1][i] == pytest.approx(one.mu.central[1], **TIGHT)
            assert many.above_zero[i] == pytest.approx(one.above[0], **TIGHT)
            assert many.tau_median[i] == pytest.approx(one.tau.median, **TIGHT)


def test_two_tops_have_the_shortest_of_all_intervals():
    weight = np.array([[0.55, 0.45]])
    uneven = Mixture(weight, np.array([[[0.0, 6.0]]]), np.array([[[1.0, 0.3]]]))
    found = locate(uneven)
    low, high = found.shortest[0][0, 0], found.shortest[1][0, 0]
    below = uneven.below(np.array([[[low, high]]]))[0, 0]
    assert below[1] - below[0] == pytest.approx(0.95, abs=1e-10)
    p = np.linspace(1e-4, 0.0499, 2000)[None, None]
    widths = uneven.quantiles(p + 0.95) - uneven.quantiles(p)
    assert high - low <= widths.min() + 1e-9
    assert found.mode[0, 0] == pytest.approx(6, abs=1e-3)


@pytest.mark.parametrize(
    ("tau", "k", "means", "deviations"),
    [
        (TauPrior("half_cauchy", 1.0), 2, True, False),
        (TauPrior("half_cauchy", 1.0), 3, True, True),
        (TauPrior("uniform"), 3, False, False),
        (TauPrior("uniform"), 4, True, False),
        (TauPrior("uniform"), 5, True, True),
        (TauPrior("jeffreys"), 2, False, False),
        (TauPrior("log_t", 1.3, -1.7, 5.0), 2, False, False),
        (TauPrior("half_normal", 1.0), 2, True, True),
    ],
)
def test_a_moment_that_is_not_finite_is_none(tau, k, means, deviations):
    """The tail of tau falls as a power, which says which of its moments there are."""
    y, v = np.linspace(-0.5, 0.7, k), np.linspace(0.1, 0.3, k)
    fit = bayes(y, v, tau)
    for part in (fit.tau, fit.mu, fit.new):
        assert (part.mean is not None, part.sd is not None) == (means, deviations)
    assert all(part.sd is not None for part in fit.shrunken)


@pytest.mark.parametrize(("scale", "k"), [(0.3, 3), (1.0, 4)])
def test_heavy_tails_are_all_in_the_standard_deviation(scale, k):
    """Of mu, by scipy: the mean of its variance given tau, and the variance of its mean.

    A millionth of the standard deviation comes from values of tau beyond which lies 1e-17.
    """
    y, v = np.array([-0.4, 0.8, 0.1, 1.2])[:k], np.array([0.05, 0.2, 0.1, 0.3])[:k]

    def part(power):
        def at(x):
            tau = np.exp(x)
            w = 1 / (v + tau**2)
            mean, precision = (w * y).sum() / w.sum(), w.sum()
            likelihood = np.sqrt(w.prod() / precision) * np.exp(-(w * (y - mean) ** 2).sum() / 2)
            return (
                (1, mean, mean**2 + 1 / precision)[power]
                * likelihood
                * tau
                * halfcauchy.pdf(tau, scale=scale)
            )

        pieces = [-40, -10, -3, 0, 3, 10, 100]
        exact = {"epsabs": 0, "epsrel": 1e-12, "limit": 500}
        return sum(quad(at, a, b, **exact)[0] for a, b in pairwise(pieces))

    total, first, second = map(part, range(3))
    fit = bayes(y, v, TauPrior("half_cauchy", scale))
    assert fit.mu.mean == pytest.approx(first / total, rel=1e-9)
    assert fit.mu.sd == pytest.approx(sqrt(second / total - (first / total) ** 2), rel=1e-9)


def test_a_normal_prior_of_mu_gives_it_all_moments():
    fit = bayes(
        np.array([0.1, 0.9]), np.array([0.2, 0.1]), TauPrior("half_cauchy", 1.0), MuPrior(0, 1)
    )
    assert fit.mu.sd is not None
    assert fit.tau.sd is not None


@pytest.mark.parametrize("k", [1, 2])
def test_an_improper_posterior_is_refused_with_what_to_do(k):
    with pytest.raises(EffectUndefined) as refused:
        bayes(np.zeros(k), np.ones(k), TauPrior("uniform"))
    assert re.search(r"uniform of tau .* half_normal", in_words(refused.value.why))
    with pytest.raises(EffectUndefined, match="jeffreys"):
        bayes(np.zeros(1), np.ones(1), TauPrior("jeffreys"))


@pytest.mark.parametrize("v", [0.0, np.inf, np.nan])
def test_a_trial_without_an_effect_is_refused(v):
    with pytest.raises(EffectUndefined, match="no effect"):
        bayes(np.array([0.1, 0.2]), np.array([0.1, v]), PRIORS[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gamma", 1.0), "gamma.*half_normal"),
        (("half_normal",), "needs its scale"),
        (("half_normal", -1.0), "above 0"),
        (("half_normal", float("nan")), "above 0"),
        (("half_t", 1.0), "needs its df"),
        (("log_normal", 1.0), "needs its location"),
        (("half_normal", 1.0, 0.2), "has no location"),
        (("uniform", 1.0), "has no scale"),
    ],
)
def test_a_prior_that_is_none_is_refused(arguments, said):
    with pytest.raises(PriorFault, match=said):
        TauPrior(*arguments)


def test_every_family_is_tested_here():
    assert {p.family for p in PRIORS} == set(FAMILIES)


@examples(15)
@given(
    st.sampled_from(PRIORS),
    st.lists(st.sampled_from([1e-8, 1e-3, 0.1, 1.0, 50.0]), min_size=3, max_size=6),
    st.lists(st.sampled_from([-900.0, -1.0, 0.0, 0.3, 20.0]), min_size=6, max_size=6),
)
def test_uneven_trials_are_integrated_too(tau, v, y):
    fit = bayes(np.array(y[: len(v)]), np.array(v), tau)
    assert fit.tau.shortest[0] <= fit.tau.median <= fit.tau.shortest[1]
    assert fit.mu.central[0] < fit.mu.central[1]
    assert 0 <= fit.above[0] <= 1 + 1e-12
    if fit.bayes_factor_common is not None:
        assert 0 <= fit.bayes_factor_common < exp(701)
