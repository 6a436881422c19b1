"""The Bayesian model of tables by their exact likelihood: from a declared analysis to a result."""

import dataclasses
from math import log

import pytest

from metasynth.language.sentences import in_words
from metasynth.model.few_config import FewTrials
from metasynth.model.methods import check_combination
from metasynth.model.posteriors import Thresholds
from metasynth.model.priors import MuPrior, OtherPriors, TauPrior
from metasynth.model.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.synthesis.synthesise import synthesise

COMPARISON = Comparison(("drug",), ("placebo",))
EXACT = AnalysisSpec("exact", "Exact", "bayes-exact", tau_prior=TauPrior("half_normal", 0.5))
PRIMARY = AnalysisSpec("primary", "REML")
SPARSE = [(0, 50, 4, 50), (3, 43, 5, 43), (2, 60, 5, 58)]
LARGE = [(300, 1000, 240, 1000), (450, 1500, 330, 1500), (260, 900, 240, 900)]


def pooled(rows, spec=EXACT, measure="OR", few=None, turned=False):
    studies = []
    for i, (a, n1, c, n2) in enumerate(rows):
        one, two = ((c, n2), (a, n1)) if turned else ((a, n1), (c, n2))
        sides = Group(("i",), "i", *one), Group(("c",), "c", *two)
        studies.append(StudyData(f"s{i}", f"S{i}", 2000, *sides))
    analyses = (PRIMARY, spec) if few else (spec,)
    outcome = OutcomeSpec(
        "o",
        "O",
        "o",
        None,
        "binary",
        measure,
        "harm",
        tuple(a.name for a in analyses),
        few=few,
        thresholds=Thresholds(better=0.8),
    )
    return synthesise(outcome, analyses, COMPARISON, studies)


def row(result):
    return result.analyses[0].estimates[0]


def test_a_trial_without_events_in_one_group_needs_no_correction():
    result = pooled(SPARSE)
    found, record = row(result), result.analyses[0].posterior
    assert (found.ci_method, found.tau2_method, found.k) == ("credible", "posterior", 3)
    assert found.ci_low < found.estimate < found.ci_high
    assert [study.weight for study in result.analyses[0].studies] == [None] * 3
    assert record.effective_trials is None
    assert record.own.effect.median == found.estimate
    assert record.own.p_better > 1 - found.p_above - 0.5 > 0
    assert [trial.effect.median < 1 for trial in record.trials] == [True] * 3
    assert "half-normal with scale 0.5" in in_words(found.note)


def test_trials_without_events_at_all_are_left_out_as_they_say_nothing():
    with_none = pooled([*SPARSE, (0, 40, 0, 41), (12, 12, 15, 15)])
    assert row(with_none).estimate == row(pooled(SPARSE)).estimate
    assert [o.study for o in with_none.omissions] == ["s3", "s4"]


def test_exchanged_arms_turn_the_odds_ratio_round():
    one, two = row(pooled(SPARSE)), row(pooled(SPARSE, turned=True))
    assert log(one.estimate) == pytest.approx(-log(two.estimate), abs=1e-8)
    assert log(one.ci_low) == pytest.approx(-log(two.ci_high), abs=1e-8)
    assert one.tau2 == pytest.approx(two.tau2, rel=1e-8)
    assert one.bayes_factor_common == pytest.approx(two.bayes_factor_common, rel=1e-8)


def test_of_large_trials_it_is_the_normal_model():
    normal = dataclasses.replace(EXACT, model="bayes")
    exact, other = row(pooled(LARGE)), row(pooled(LARGE, normal))
    assert log(exact.estimate) == pytest.approx(log(other.estimate), abs=1e-3)
    assert log(exact.ci_low) == pytest.approx(log(other.ci_low), abs=3e-3)
    assert exact.tau2 == pytest.approx(other.tau2, rel=5e-3)
    assert exact.bayes_factor_common == pytest.approx(other.bayes_factor_common, rel=5e-3)


def test_events_in_one_group_alone_need_a_prior_of_the_mean_effect():
    one_sided = [(0, 50, 4, 50), (0, 30, 2, 30)]
    assert row(pooled(one_sided)).estimate is None
    assert "mu_prior" in in_words(row(pooled(one_sided)).note)
    found = row(pooled(one_sided, dataclasses.replace(EXACT, mu_prior=MuPrior(0.0, 2.0))))
    assert found.ci_low < found.estimate < 1


def test_too_heavy_a_tail_is_refused_with_what_to_do():
    heavy = dataclasses.replace(EXACT, tau_prior=TauPrior("half_cauchy", 0.5))
    opposed = [(0, 40, 5, 41), (6, 38, 0, 40)]
    assert "half_normal" in in_words(row(pooled(opposed, heavy)).note)


def test_very_many_counts_are_refused_with_what_to_do():
    many = [(4000, 9000, 4000, 9000), (3000, 9000, 3000, 9000)]
    assert "model bayes" in in_words(row(pooled(many)).note)


def test_it_can_lead_few_trials_and_has_other_priors():
    wide = OtherPriors("wide", TauPrior("half_normal", 1.0))
    spec = dataclasses.replace(EXACT, other_priors=(wide,))
    result = pooled(SPARSE, spec, few=FewTrials(3, "exact"))
    assert [analysis.spec.name for analysis in result.analyses] == ["exact", "primary"]
    (other,) = result.analyses[0].posterior.others
    alone = pooled(SPARSE, dataclasses.replace(EXACT, tau_prior=wide.tau_prior))
    assert other == dataclasses.replace(alone.analyses[0].posterior.own, name="wide")


@pytest.mark.parametrize(
    ("measure", "changes", "said"),
    [
        ("RR", {}, "pools OR of counts, not RR"),
        ("OR", {"tau_prior": None}, "bayes-exact needs tau_prior"),
        ("OR", {"tau_prior": TauPrior("jeffreys")}, "half_normal needs none"),
        ("OR", {"other_priors": (OtherPriors("j", TauPrior("jeffreys")),)}, "half_normal"),
        ("OR", {"tau_prior": TauPrior("half_normal", 9.0)}, "not on the scale of OR"),
        ("OR", {"tau2": "REML"}, "bayes-exact has its own tau2"),
        ("OR", {"ci": "HKSJ"}, "bayes-exact has its own ci"),
    ],
)
def test_where_it_does_not_apply_it_is_refused_by_name(measure, changes, said):
    outcome = OutcomeSpec("o", "O", "o", None, "binary", measure, "harm", ("exact",))
    assert said in check_combination(outcome, dataclasses.replace(EXACT, **changes))
