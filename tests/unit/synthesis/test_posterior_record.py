"""The record of a Bayesian pool: what it holds beside the row of estimates.csv, and on which scale.

Probabilities and densities are compared with integrals over tau by scipy, which share no code with
the engine: given tau, mu is normal.
"""

import dataclasses
from math import exp, log

import numpy as np
import pytest
from scipy import integrate, stats

from metasynth.core import store
from metasynth.language.sentences import in_words
from metasynth.model.posteriors import Posterior, Thresholds
from metasynth.model.priors import MuPrior, OtherPriors, TauPrior
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Group,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
)
from metasynth.synthesis.metafor_export import metafor_script
from metasynth.synthesis.selection import effects_of
from metasynth.synthesis.synthesise import synthesise

COMPARISON = Comparison(("drug",), ("placebo",))
AROUND = Thresholds(better=0.8, worse=1.25)
ROWS = [(12, 60, 5, 58), (30, 100, 42, 101), (8, 40, 9, 38), (20, 90, 17, 92)]
WIDE = OtherPriors("wide", TauPrior("half_normal", 1.0), MuPrior(0.0, 2.0))
SPEC = AnalysisSpec(
    "bayes", "B", "bayes", tau_prior=TauPrior("half_normal", 0.5), other_priors=(WIDE,)
)


def pooled(k=3, direction="harm", measure="OR", thresholds=AROUND, spec=SPEC):
    sides = [(Group(("i",), "i", a, n), Group(("c",), "c", c, m)) for a, n, c, m in ROWS[:k]]
    studies = [StudyData(f"s{i}", f"S{i}", 2000 + i, *groups) for i, groups in enumerate(sides)]
    outcome = OutcomeSpec(
        "o", "O", "o", None, "binary", measure, direction, ("bayes",), thresholds=thresholds
    )
    return synthesise(outcome, (spec,), COMPARISON, studies)


def posterior(result) -> Posterior:
    return result.analyses[0].posterior


def by_scipy(result, scale, mean, sd, what):
    """The posterior mean of what(mean of mu given tau, its sd, tau), by integrals over tau."""
    effects = effects_of(result.studies, result.outcome, result.analyses[0].spec)
    y, v = effects.y, effects.v

    def joint(tau):
        w = 1 / (v + tau**2)
        precision = w.sum() + (1 / sd**2 if sd else 0)
        centre = ((w * y).sum() + (mean / sd**2 if sd else 0)) / precision
        away = (w * (y - centre) ** 2).sum() + ((centre - mean) ** 2 / sd**2 if sd else 0)
        density = np.sqrt(w.prod() / precision) * np.exp(-away / 2)
        return density * stats.halfnorm.pdf(tau, scale=scale), centre, precision**-0.5

    def numerator(tau):
        weight, centre, spread = joint(tau)
        return weight * what(centre, spread, tau)

    top, exact = 12 * scale, {"epsabs": 1e-14, "epsrel": 1e-12, "limit": 400}
    total = integrate.quad(lambda tau: joint(tau)[0], 0, top, **exact)[0]
    return integrate.quad(numerator, 0, top, **exact)[0] / total


@pytest.mark.parametrize("direction", ["benefit", "harm"])
def test_probabilities_beyond_thresholds(direction):
    thresholds = Thresholds(0.8, 1.25) if direction == "harm" else Thresholds(1.25, 0.8)
    result = pooled(direction=direction, thresholds=thresholds)
    own, (wide,) = posterior(result).own, posterior(result).others
    for pool, scale, mean, sd in ((own, 0.5, 0, None), (wide, 1.0, 0.0, 2.0)):

        def chance(value, up, priors=(scale, mean, sd)):
            tail = stats.norm.sf if up else stats.norm.cdf
            return by_scipy(result, *priors, lambda m, s, tau: tail(log(value), m, s))

        up = direction == "benefit"
        assert pool.p_above == pytest.approx(chance(1, True), abs=1e-9)
        assert pool.p_better == pytest.approx(chance(thresholds.better, up), abs=1e-9)
        assert pool.p_worse == pytest.approx(chance(thresholds.worse, not up), abs=1e-9)


def test_shortest_intervals_hold_95_per_cent_between_ends_of_equal_density():
    result = pooled()
    own = posterior(result).own.effect
    low, high = log(own.shortest_low), log(own.shortest_high)

    def held(m, s, tau):
        return stats.norm.cdf(high, m, s) - stats.norm.cdf(low, m, s)

    assert by_scipy(result, 0.5, 0, None, held) == pytest.approx(0.95, abs=1e-9)
    ends = [
        by_scipy(result, 0.5, 0, None, lambda m, s, tau, x=x: stats.norm.pdf(x, m, s))
        for x in (low, high)
    ]
    assert ends[0] == pytest.approx(ends[1], rel=1e-8)
    assert high - low < log(own.high) - log(own.low)
    slope = by_scipy(
        result,
        0.5,
        0,
        None,
        lambda m, s, tau: stats.norm.pdf(log(own.mode), m, s) * (m - log(own.mode)) / s**2,
    )
    assert slope == pytest.approx(0, abs=1e-9)


def test_curves_are_the_densities():
    """Of a ratio by its logarithm."""
    result = pooled()
    curve = posterior(result).effect_curve
    for i in (0, 40, 77, 160):
        x = log(curve.x[i])
        found = by_scipy(result, 0.5, 0, None, lambda m, s, tau, x=x: stats.norm.pdf(x, m, s))
        assert curve.posterior[i] == pytest.approx(found, rel=1e-8)
    assert curve.prior == ()
    tau = posterior(result).tau_curve
    assert tau.prior == pytest.approx(stats.halfnorm.pdf(tau.x, scale=0.5), rel=1e-12)
    assert integrate.trapezoid(tau.posterior, tau.x) == pytest.approx(0.99, abs=0.0099)
    with_mu = dataclasses.replace(SPEC, mu_prior=MuPrior(0.2, 0.7))
    curve = posterior(pooled(spec=with_mu)).effect_curve
    assert curve.prior == pytest.approx(stats.norm.pdf(np.log(curve.x), 0.2, 0.7), rel=1e-8)


ONE_GROUP = {"PLO": 1.0, "PAS": 0.2, "PR": 0.2, "PLN": 1.0}
"""Measures of a proportion, and a scale of tau that theirs can have."""


@pytest.mark.parametrize("measure", ONE_GROUP)
def test_the_curve_of_a_transformed_measure_is_a_density_by_what_is_read(measure):
    """Its area between the limits of the interval is 95 %, of each measure."""
    spec = dataclasses.replace(SPEC, tau_prior=TauPrior("half_normal", ONE_GROUP[measure]))
    groups = [Group(("i",), "i", a, n) for a, n in ((12, 60), (30, 100), (8, 40))]
    studies = [StudyData(f"s{i}", f"S{i}", 2000, group) for i, group in enumerate(groups)]
    outcome = OutcomeSpec("o", "O", "o", None, "proportion", measure, "harm", ("bayes",))
    result = synthesise(outcome, (spec,), Comparison(("drug",), ()), studies)
    found = posterior(result)
    assert {trial.effect.median is None for trial in found.trials} == {False}
    row, curve = result.analyses[0].estimates[0], found.effect_curve
    assert (found.own.effect.low, found.own.effect.high) == (row.ci_low, row.ci_high)
    x = np.linspace(row.ci_low, row.ci_high, 4001)
    area = integrate.simpson(np.interp(x, curve.x, curve.posterior), x=x)
    assert area == pytest.approx(0.95, abs=0.003)
    assert found.reach is None if measure != "PR" else found.reach > 0


@pytest.mark.parametrize("family", ["half_normal", "half_cauchy", "exponential"])
def test_the_prior_in_numbers_is_its_quantiles(family):
    laws = {"half_normal": stats.halfnorm, "half_cauchy": stats.halfcauchy}
    law = laws.get(family, stats.expon)
    spec = dataclasses.replace(SPEC, tau_prior=TauPrior(family, 0.4))
    before = posterior(pooled(spec=spec)).tau_before
    wanted = law.ppf([0.5, 0.025, 0.975], scale=0.4)
    assert (before.median, before.low, before.high) == pytest.approx(wanted, rel=1e-9)


def test_an_improper_prior_has_no_curve_and_no_limits():
    spec = dataclasses.replace(SPEC, tau_prior=TauPrior("jeffreys"), other_priors=())
    found = posterior(pooled(4, spec=spec))
    assert (found.tau_before, found.tau_curve.prior) == (None, ())
    assert min(found.tau_curve.posterior) > 0


def test_the_reach_of_tau_holds_95_per_cent_of_trials():
    found = posterior(pooled())
    tau = found.own.tau.median
    inside = stats.norm.cdf(log(found.reach), 0, tau) - stats.norm.cdf(-log(found.reach), 0, tau)
    assert inside == pytest.approx(0.95, abs=1e-12)


def test_the_row_and_the_record_say_the_same():
    result = pooled(4)
    row, found = result.analyses[0].estimates[0], posterior(result)
    own = found.own
    assert (own.effect.median, own.effect.low, own.effect.high) == (
        row.estimate,
        row.ci_low,
        row.ci_high,
    )
    assert (own.predicted.low, own.predicted.high) == (row.pi_low, row.pi_high)
    assert own.tau.median**2 == pytest.approx(row.tau2, rel=1e-12)
    assert own.p_above == row.p_above
    assert own.bayes_factor_common == row.bayes_factor_common
    assert exp(found.log_marginal_common - found.log_marginal) == pytest.approx(
        row.bayes_factor_common, rel=1e-9
    )
    assert own.priors == row.note[: len(own.priors)]
    assert "scale 1" in in_words(found.others[0].priors)
    assert [trial.study for trial in found.trials] == [s.study for s in result.analyses[0].studies]
    weights = np.array([trial.weight for trial in found.trials])
    assert found.effective_trials == pytest.approx(1e4 / (weights**2).sum(), rel=1e-9)
    assert 1 < found.effective_trials < 4


def test_trials_of_equal_size_are_as_many_as_they_are():
    sides = Group(("i",), "i", 12, 60), Group(("c",), "c", 5, 58)
    studies = [StudyData(f"s{i}", f"S{i}", 2000, *sides) for i in range(3)]
    outcome = OutcomeSpec("o", "O", "o", None, "binary", "OR", "harm", ("bayes",))
    found = posterior(synthesise(outcome, (SPEC,), COMPARISON, studies))
    assert found.effective_trials == pytest.approx(3, rel=1e-12)


def test_other_priors_are_the_analysis_with_them():
    result = pooled()
    alone = dataclasses.replace(
        SPEC, tau_prior=WIDE.tau_prior, mu_prior=WIDE.mu_prior, other_priors=()
    )
    own = posterior(pooled(spec=alone)).own
    assert posterior(result).others == (dataclasses.replace(own, name="wide"),)


def test_other_priors_without_a_result_are_named_and_the_rest_stands():
    """The tails of one are too heavy for the exact likelihood of trials with hardly any events."""
    heavy = OtherPriors("heavy", TauPrior("log_t", 1.4, -2.0, 5.0))
    sides = [(Group(("i",), "i", a, 9), Group(("c",), "c", 1, 9)) for a in (0, 1)]
    studies = [StudyData(f"s{i}", f"S{i}", 2000, *groups) for i, groups in enumerate(sides)]
    outcome = OutcomeSpec("o", "O", "o", None, "binary", "OR", "harm", ("bayes",))
    exact = dataclasses.replace(SPEC, model="bayes-exact")
    both = dataclasses.replace(exact, other_priors=(heavy, WIDE))
    result = synthesise(outcome, (both,), COMPARISON, studies)
    alone = posterior(synthesise(outcome, (exact,), COMPARISON, studies))
    (failed,) = posterior(result).failed
    assert dataclasses.replace(posterior(result), failed=()) == alone
    assert (failed.name, failed.tau_prior) == ("heavy", heavy.tau_prior)
    assert "too heavy" in in_words(failed.reason)
    text = store.to_json(result, exact=True)
    assert store.from_json(OutcomeResult, text) == result


@pytest.mark.parametrize("measure", ["OR", "RD"])
def test_a_trial_is_drawn_between_itself_and_the_mean(measure):
    result = pooled(measure=measure, thresholds=Thresholds())
    found = posterior(result)
    assert (found.own.p_better, found.own.p_worse) == (None, None)
    for trial, own in zip(found.trials, result.analyses[0].studies, strict=True):
        low, high = sorted((own.estimate, found.own.effect.median))
        assert low <= trial.effect.median <= high
        assert trial.effect.low < trial.effect.median < trial.effect.high


def test_the_record_is_read_back_as_it_was_written():
    result = pooled()
    text = store.to_json(result, exact=True)
    assert store.from_json(OutcomeResult, text) == result


def test_one_trial_and_other_models_have_no_posterior():
    assert posterior(pooled(1)) is None
    random = AnalysisSpec("bayes", "R")
    assert posterior(pooled(spec=random)) is None


def test_the_script_for_r_repeats_thresholds_and_other_priors():
    """What it asks of bayesmeta, beside what stands in the record; the package is not at hand."""
    result = pooled()
    script, found = metafor_script(result, "d.csv"), posterior(result)
    main, other = script.split("# Under other priors: wide.")
    for part, pool in ((main, found.own), (other, found.others[0])):
        assert f"p_better = fit$pposterior(mu = {log(0.8)!r})" in part
        assert f"p_worse = 1 - fit$pposterior(mu = {log(1.25)!r})" in part
        assert "p_above = 1 - fit$pposterior(mu = 0.0)" in part
        for value in (pool.p_above, pool.p_better, pool.p_worse, pool.effect.low):
            assert store.number_text(value) in part
    assert "dhalfnormal(t, scale = 0.5)" in main
    assert "dhalfnormal(t, scale = 1.0)" in other
    assert "mu.prior.mean = 0.0, mu.prior.sd = 2.0" in other
    assert "mu.prior" not in main
    assert script.count("(") == script.count(")")


def test_the_script_for_r_knows_the_direction():
    script = metafor_script(
        pooled(direction="benefit", thresholds=Thresholds(better=1.25)), "d.csv"
    )
    assert f"p_better = 1 - fit$pposterior(mu = {log(1.25)!r})" in script
    assert "p_worse" not in script
