"""Priors and the policy of few trials in config.yaml: what they become, and what is refused."""

import re

import pytest

from metasynth.core.faults import InvalidReview
from metasynth.model.few_config import FewTrials
from metasynth.model.methods import BAYESIAN
from metasynth.model.posteriors import Thresholds
from metasynth.model.priors import VAGUE, MuPrior, OtherPriors, TauPrior
from metasynth.validation import configuration

HEAD = """\
review: {title: T, version: 1.0.0, date: "2026-01-31"}
comparison: {intervention: [a], control: [b]}
"""
HALF_NORMAL = "{family: half_normal, scale: 0.5}"


def written(tmp_path, prior=HALF_NORMAL, few="{trials: 4, primary: bayes}", **more):
    outcome = {"type": "binary", "measure": "OR", "few": "", "mu": ""} | more
    path = tmp_path / "config.yaml"
    own = f", few: {outcome['few']}" if outcome["few"] else ""
    path.write_text(
        HEAD
        + "analyses:\n  main: {label: Main}\n"
        + f"  bayes: {{label: B, model: bayes, tau_prior: {prior}{outcome['mu']}}}\n"
        + (f"few: {few}\n" if few else "")
        + "outcomes:\n"
        + f"  o: {{label: O, outcome: o, type: {outcome['type']}, measure: {outcome['measure']}, "
        + f"direction: harm, analyses: [main]{own}}}\n",
        encoding="utf-8",
    )
    return path


def faults(path):
    with pytest.raises(InvalidReview) as caught:
        configuration.load(path)
    return caught.value.faults


def test_a_policy_adds_its_analysis_to_every_outcome(tmp_path):
    config = configuration.load(written(tmp_path))
    (outcome,) = config.outcomes
    assert outcome.analyses == ("main", "bayes")
    assert outcome.few == FewTrials(4, "bayes", added=True)
    bayes = config.analyses[1]
    assert (bayes.tau_prior, bayes.mu_prior) == (TauPrior("half_normal", 0.5), VAGUE)


def test_an_outcome_has_its_own_policy_or_none(tmp_path):
    (own,) = configuration.load(written(tmp_path, few="{trials: 2, primary: main}")).outcomes
    assert (own.analyses, own.few) == (("main",), FewTrials(2, "main"))
    (none,) = configuration.load(written(tmp_path, **{"few": "", "type": "binary"})).outcomes
    assert none.few is None
    path = written(tmp_path)
    path.write_text(path.read_text().replace("analyses: [main]", "analyses: [main], few: none"))
    (left_out,) = configuration.load(path).outcomes
    assert (left_out.analyses, left_out.few) == (("main",), None)


def test_priors_learnt_from_reviews_bring_their_source(tmp_path):
    prior = "{family: turner_2015, outcome: pain, comparison: pharmacological vs placebo}"
    found = configuration.load(written(tmp_path, prior)).analyses[1].tau_prior
    assert (found.family, found.location, found.scale) == ("log_normal", -1.83 / 2, 1.52 / 2)
    assert found.source == "Turner 2015, table IV, pain, pharmacological vs placebo"


def test_the_earlier_priors_have_one_column_for_non_pharmacological_arms(tmp_path):
    for column in ("placebo", "pharmacological", "non-pharmacological"):
        comparison = f"comparison: non-pharmacological vs {column}"
        prior = f"{{family: turner_2012, outcome: subjective, {comparison}}}"
        found = configuration.load(written(tmp_path, prior)).analyses[1].tau_prior
        assert (found.family, found.location, found.scale) == ("log_normal", -2.01 / 2, 1.64 / 2)
        assert found.source.startswith("Turner 2012, by gemtc and hetprior, subjective")


def test_a_normal_prior_of_the_mean_effect(tmp_path):
    path = written(tmp_path, mu=", mu_prior: {mean: 0, sd: 2.82}")
    assert configuration.load(path).analyses[1].mu_prior == MuPrior(0.0, 2.82)


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        ("{family: half_normal}", "needs its scale"),
        ("{family: half_normal, scale: -1}", "above 0"),
        ("{family: half_normal, scale: 0.5, df: 3}", "has no df"),
        ("{family: half_normal, scale: 0.5, outcome: pain}", "has no outcome"),
        ("{family: turner_2015, scale: 0.5}", "no scale"),
        ("{family: turner_2012}", "it has all-cause mortality, semi-objective, subjective"),
        ("{family: turner_2015, outcome: pains}", "is no outcome of Turner 2015"),
        ("{family: turner_2015, outcome: pain, comparison: x}", "is no comparison"),
        (
            "{family: rhodes_2015, outcome: mental health, "
            "comparison: non-pharmacological vs placebo}",
            "is not certain",
        ),
        ("{family: gamma, scale: 1}", "half_normal"),
    ],
)
def test_a_prior_that_is_none_is_told_of_with_its_line(tmp_path, prior, said):
    (fault,) = faults(written(tmp_path, prior))
    assert said in fault.expected
    assert fault.row == 5
    assert fault.remedy


@pytest.mark.parametrize(
    ("prior", "outcome", "said"),
    [
        ("{family: uniform}", {}, "two trials .* no posterior .* half_normal"),
        ("{family: half_normal, scale: 10}", {}, "not on the scale of OR"),
        ("{family: log_normal, location: 3, scale: 1}", {}, "not on the scale of OR"),
        ("{family: half_normal, scale: 1.5}", {"measure": "RD"}, "not on the scale of RD"),
        ("{family: turner_2015}", {"measure": "RR"}, "is of OR, on another scale than RR"),
        ("{family: rhodes_2015}", {}, "is of SMD, on another scale than OR"),
    ],
)
def test_a_prior_that_does_not_fit_is_refused_with_what_to_do(tmp_path, prior, outcome, said):
    (fault,) = faults(written(tmp_path, prior, **outcome))
    assert re.search(said, fault.expected)
    assert fault.remedy


def test_scales_of_differences_in_units_are_not_judged(tmp_path):
    path = written(tmp_path, "{family: half_normal, scale: 10}", type="continuous", measure="MD")
    assert configuration.load(path).analyses[1].tau_prior.scale == 10


@pytest.mark.parametrize(
    ("few", "said"),
    [
        ("{trials: 4, primary: bays}", "under analyses"),
        ("{trials: 1, primary: bayes}", ""),
        ("{primary: bayes}", ""),
    ],
)
def test_a_policy_that_is_none_is_refused(tmp_path, few, said):
    (fault,) = faults(written(tmp_path, few=few))
    assert said in fault.expected
    assert fault.column.startswith("few")


@pytest.mark.parametrize("model", ["random", "IV", "MH"])
def test_only_bayes_has_a_prior(tmp_path, model):
    path = written(tmp_path)
    path.write_text(path.read_text().replace("model: bayes", f"model: {model}"))
    (fault,) = faults(path)
    assert "has no prior" in fault.expected


def test_bayes_has_a_prior_and_no_estimator(tmp_path):
    path = written(tmp_path)
    text = path.read_text()
    path.write_text(text.replace(f", tau_prior: {HALF_NORMAL}", ""))
    (fault,) = faults(path)
    assert "needs tau_prior" in fault.expected
    for choice in ("tau2: REML", "ci: HKSJ", "prediction: t_k-1"):
        path.write_text(text.replace("model: bayes", f"model: bayes, {choice}"))
        (fault,) = faults(path)
        assert "leave" in fault.expected


OTHERS = "{wide: {tau_prior: {family: half_normal, scale: 1}}, mean: {mu_prior: {mean: 0, sd: 1}}}"


def test_what_other_priors_leave_out_is_the_analysis_s_own(tmp_path):
    others = f", mu_prior: {{mean: 0, sd: 4}}, other_priors: {OTHERS}"
    bayes = configuration.load(written(tmp_path, mu=others)).analyses[1]
    wide, mean = bayes.other_priors
    assert wide == OtherPriors("wide", TauPrior("half_normal", 1.0), MuPrior(0.0, 4.0))
    assert mean == OtherPriors("mean", TauPrior("half_normal", 0.5), MuPrior(0.0, 1.0))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("{tau_prior: {family: half_normal}}", "needs its scale"),
        ("{tau_prior: {family: uniform}}", "of other_priors, wide: with two trials .* half_normal"),
        ("{tau_prior: {family: half_normal, scale: 10}}", "wide: .* not on the scale of OR"),
        ("{tau_prior: {family: rhodes_2015}}", "wide: .* is of SMD"),
        ("{tau_prior: {family: gamma, scale: 1}}", "half_normal"),
        ("{}", ""),
    ],
)
def test_other_priors_are_refused_like_the_first(tmp_path, other, said):
    (fault,) = faults(written(tmp_path, mu=f", other_priors: {{wide: {other}}}"))
    assert re.search(said, fault.expected)
    assert fault.remedy


def test_only_bayes_has_other_priors(tmp_path):
    path = written(tmp_path)
    own = f", tau_prior: {HALF_NORMAL}"
    text = path.read_text().replace(own, f", other_priors: {OTHERS}")
    path.write_text(text.replace("model: bayes", "model: random"))
    (fault,) = faults(path)
    assert "has no prior" in fault.expected


SIDES = {"benefit": {"better": 1.25, "worse": 0.8}, "harm": {"better": 0.8, "worse": 1.25}}


def with_thresholds(tmp_path, thresholds, direction="harm", **more):
    path = written(tmp_path, **more)
    own = f"direction: {direction}, thresholds: {thresholds}"
    path.write_text(path.read_text().replace("direction: harm", own))
    return path


@pytest.mark.parametrize("direction", SIDES)
def test_thresholds_are_on_the_natural_scale_and_on_their_side(tmp_path, direction):
    right = SIDES[direction]
    told = "{" + ", ".join(f"{side}: {value}" for side, value in right.items()) + "}"
    (outcome,) = configuration.load(with_thresholds(tmp_path, told, direction)).outcomes
    assert outcome.thresholds == Thresholds(**right)
    wrong = "{" + ", ".join(f"{side}: {1 / value}" for side, value in right.items()) + "}"
    found = faults(with_thresholds(tmp_path, wrong, direction))
    assert [fault.column for fault in found] == [f"outcomes.o.thresholds.{s}" for s in right]
    for fault, side in zip(found, right, strict=True):
        other = "worse" if side == "better" else "better"
        assert f"direction {direction}" in fault.expected
        assert f"call it {other}" in fault.remedy


@pytest.mark.parametrize(
    ("measure", "type_", "value", "said"),
    [
        ("OR", "binary", "1", "below 1"),
        ("OR", "binary", "0", "above 0"),
        ("OR", "binary", "-0.2", "above 0"),
        ("RD", "binary", "0.1", "below 0"),
        ("RD", "binary", "-5", "above -1 and below 1"),
        ("MD", "continuous", "3", "below 0"),
        ("PLO", "proportion", "0.3", "no value of PLO means no effect"),
    ],
)
def test_a_threshold_that_is_none_is_refused_by_its_name(tmp_path, measure, type_, value, said):
    told = f"{{better: {value}}}"
    (fault,) = faults(with_thresholds(tmp_path, told, measure=measure, type=type_))
    assert fault.column == "outcomes.o.thresholds.better"
    assert said in fault.expected
    assert fault.remedy


@pytest.mark.parametrize("model", sorted(BAYESIAN))
def test_every_model_with_a_posterior_has_thresholds(tmp_path, model):
    path = with_thresholds(tmp_path, "{better: 0.8}")
    path.write_text(path.read_text().replace("model: bayes", f"model: {model}"))
    assert configuration.load(path).outcomes[0].thresholds == Thresholds(better=0.8)


def test_a_threshold_needs_a_posterior(tmp_path):
    (fault,) = faults(with_thresholds(tmp_path, "{better: 0.8}", few=""))
    assert "no analysis of o is Bayesian" in fault.expected
    assert "model bayes" in fault.remedy
