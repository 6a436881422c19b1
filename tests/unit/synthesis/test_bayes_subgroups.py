"""Subgroups that share one tau with a prior: one fit over a design matrix, a row for each."""

import dataclasses
from math import log

import numpy as np
import pytest
from scipy import integrate, stats

from metasynth.language.sentences import in_words
from metasynth.model.methods import check_combination
from metasynth.model.priors import TauPrior
from metasynth.model.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.synthesis.selection import effects_of
from metasynth.synthesis.synthesise import synthesise

COMPARISON = Comparison(("drug",), ("placebo",))
SPEC = AnalysisSpec(
    "bayes", "B", "bayes", subgroup_tau2="common", tau_prior=TauPrior("half_normal", 0.5)
)
ROWS = [
    ("a", 12, 60, 5, 58), ("a", 30, 100, 42, 101), ("b", 8, 40, 9, 38), ("b", 20, 90, 17, 92),
    ("b", 9, 50, 4, 55), ("c", 14, 70, 6, 69),
]  # fmt: skip
OUTCOME = OutcomeSpec("o", "O", "o", None, "binary", "OR", "harm", ("bayes",), subgroup="design")


def pooled(rows, spec=SPEC):
    studies = [
        StudyData(
            f"s{i}",
            f"S{i}",
            2000,
            Group(("i",), "i", a, n),
            Group(("c",), "c", c, m),
            subgroup=name,
        )
        for i, (name, a, n, c, m) in enumerate(rows)
    ]
    return synthesise(OUTCOME, (spec,), COMPARISON, studies)


def test_each_subgroup_is_as_by_integration_over_the_tau_of_all():
    """By scipy: given tau the subgroups are apart, and their likelihoods multiply."""
    result = pooled(ROWS)
    rows = result.analyses[0].estimates[1:]
    effects = effects_of(result.studies, OUTCOME, SPEC)
    names = np.array([row[0] for row in ROWS])

    def given(tau, name):
        y, w = effects.y[names == name], 1 / (effects.v[names == name] + tau**2)
        mean = (w * y).sum() / w.sum()
        return np.sqrt(w.prod() / w.sum()) * np.exp(-(w * (y - mean) ** 2).sum() / 2), mean, w.sum()

    def joint(tau):
        return np.prod([given(tau, n)[0] for n in "abc"]) * stats.halfnorm.pdf(tau, scale=0.5)

    exact = {"epsabs": 0, "epsrel": 1e-11, "limit": 200}
    total = integrate.quad(joint, 0, 6, **exact)[0]
    for row, name in zip(rows, "abc", strict=True):
        for value, wanted in ((row.estimate, 0.5), (row.ci_low, 0.025), (row.ci_high, 0.975)):
            x = log(value)

            def below(tau, x=x, name=name):
                _, mean, precision = given(tau, name)
                return joint(tau) * stats.norm.cdf(x, mean, precision**-0.5)

            assert integrate.quad(below, 0, 6, **exact)[0] / total == pytest.approx(
                wanted, abs=1e-9
            )
        assert row.tau2 == rows[0].tau2
        assert row.tau2_low is None
        assert "tau2 is that of all subgroups" in in_words(row.note)
    assert rows[2].k == 1
    assert log(rows[2].ci_high / rows[2].ci_low) > 2 * 1.96 * effects.v[-1] ** 0.5


def test_one_subgroup_shares_with_nobody():
    alone = [row for row in ROWS if row[0] == "a"]
    shared = pooled(alone).analyses[0].estimates[1]
    own = (
        pooled(alone, dataclasses.replace(SPEC, subgroup_tau2="separate")).analyses[0].estimates[1]
    )
    assert shared == own


def test_too_few_trials_for_an_improper_prior_are_refused_by_name():
    spec = dataclasses.replace(SPEC, tau_prior=TauPrior("jeffreys"))
    rows = pooled([ROWS[0], ROWS[2], ROWS[5]], spec).analyses[0].estimates[1:]
    assert [row.estimate for row in rows] == [None] * 3
    assert all("half_normal" in in_words(row.note) for row in rows)


@pytest.mark.parametrize("model", ["bayes-exact", "MH"])
def test_other_models_cannot_share_a_tau(model):
    spec = dataclasses.replace(SPEC, model=model)
    assert "as random and bayes can" in check_combination(OUTCOME, spec)
