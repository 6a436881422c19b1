"""The policy of few trials: one analysis leads, everywhere, by the number of pooled trials."""

import dataclasses
from math import exp, isfinite

import numpy as np
import pytest

from metasynth.grade.case import make_case
from metasynth.grade.certainty import assess
from metasynth.grade.summary_of_findings import findings
from metasynth.language.sentences import in_words
from metasynth.model.certainty_config import DEFAULT_RULES
from metasynth.model.few_config import FewTrials
from metasynth.model.priors import FAMILIES, MuPrior, TauPrior
from metasynth.model.records import AnalysisSpec, Comparison, Group, OutcomeSpec, StudyData
from metasynth.stats.bayes import bayes
from metasynth.synthesis.bayesmeta_export import posterior
from metasynth.synthesis.metafor_export import metafor_script
from metasynth.synthesis.selection import effects_of
from metasynth.synthesis.synthesise import synthesise

COMPARISON = Comparison(("drug",), ("placebo",))
PRIMARY = AnalysisSpec("primary", "REML, HKSJ", ci="HKSJ")
COMMON = AnalysisSpec("common", "MH", "MH")
BAYES = AnalysisSpec("bayes", "Half-normal", "bayes", tau_prior=TauPrior("half_normal", 0.5))
ROWS = [(12, 60, 5, 58), (30, 100, 22, 101), (8, 40, 9, 38), (20, 90, 17, 92), (9, 50, 4, 55)]


def study(i):
    a, n1, c, n2 = ROWS[i]
    sides = Group(("i",), "i", a, n1), Group(("c",), "c", c, n2)
    return StudyData(f"s{i}", f"S{i}", 2000 + i, *sides)


def pooled(k, few, analyses=(PRIMARY, COMMON, BAYES), measure="OR"):
    names = tuple(analysis.name for analysis in analyses)
    outcome = OutcomeSpec("o", "O", "o", None, "binary", measure, "benefit", names, few=few)
    return synthesise(outcome, analyses, COMPARISON, [study(i) for i in range(k)])


def order(result):
    return [analysis.spec.name for analysis in result.analyses]


@pytest.mark.parametrize("trials", [2, 3, 4])
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_the_declared_analysis_leads_exactly_where_trials_are_few(k, trials):
    result = pooled(k, FewTrials(trials, "bayes", added=True))
    few = 2 <= k <= trials
    assert order(result) == (["bayes", "primary", "common"] if few else ["primary", "common"])
    assert list(result.outcome.analyses) == order(result)
    assert make_case(result, DEFAULT_RULES).primary.analysis == ("bayes" if few else "primary")


def test_an_analysis_that_the_outcome_names_itself_stays_beside_the_others():
    assert order(pooled(5, FewTrials(3, "bayes"))) == ["primary", "common", "bayes"]
    assert order(pooled(2, FewTrials(3, "common"))) == ["common", "primary", "bayes"]


def test_without_a_policy_the_first_one_leads():
    assert order(pooled(2, None)) == ["primary", "common", "bayes"]


def test_no_other_analysis_is_judged_in_place_of_the_leading_one():
    """The Hartung-Knapp interval of two trials is replaced; the declared one is not."""
    rules = dataclasses.replace(DEFAULT_RULES, one_degree="common")
    assert make_case(pooled(2, None), rules).row.analysis == "common"
    assert make_case(pooled(2, FewTrials(4, "bayes")), rules).row.analysis == "bayes"


@pytest.mark.parametrize("k", [2, 3, 5])
def test_a_row_holds_the_posterior(k):
    result = pooled(k, FewTrials(20, "bayes", added=True))
    row = result.analyses[0].estimates[0]
    effects = effects_of(result.studies, result.outcome, BAYES)
    fit = bayes(effects.y, effects.v, TauPrior("half_normal", 0.5))
    assert row.estimate == pytest.approx(exp(fit.mu.median), rel=1e-12)
    assert (row.ci_low, row.ci_high) == pytest.approx(np.exp(fit.mu.central), rel=1e-12)
    assert (row.pi_low, row.pi_high) == pytest.approx(np.exp(fit.new.central), rel=1e-12)
    assert row.tau2 == pytest.approx(fit.tau.median**2, rel=1e-12)
    assert row.p_above == pytest.approx(fit.above[0], rel=1e-12)
    assert row.p_against == min(row.p_above, 1 - row.p_above)
    assert row.bayes_factor_common == pytest.approx(fit.bayes_factor_common, rel=1e-12)
    assert (row.p, row.df, row.statistic) == (None, None, None)
    assert (row.ci_method, row.tau2_method) == ("credible", "posterior")
    assert "half-normal with scale 0.5" in in_words(row.note)
    weights = [study.weight for study in result.analyses[0].studies]
    assert weights == pytest.approx(fit.weights, rel=1e-12)


def test_what_is_not_finite_is_none():
    heavy = dataclasses.replace(BAYES, tau_prior=TauPrior("half_cauchy", 0.5))
    row = pooled(2, None, (heavy,)).analyses[0].estimates[0]
    assert row.se is None
    values = [getattr(row, f.name) for f in dataclasses.fields(row)]
    assert all(isfinite(x) for x in values if isinstance(x, float))


def test_a_line_without_a_prior_stands_under_a_credible_one():
    result = pooled(3, FewTrials(4, "bayes", added=True))
    lines = findings(result, DEFAULT_RULES, assess(result, DEFAULT_RULES))
    assert [line.ci_method for line in lines] == ["credible", "HKSJ"]
    assert [line.judged for line in lines] == [True, False]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_prior_has_its_lines_for_bayesmeta(family):
    needs = {"half_t": {"df": 4.0}, "log_normal": {"location": -1.0}}
    needs["log_t"] = {"location": -1.0, "df": 5.0}
    scale = {} if family in ("uniform", "jeffreys") else {"scale": 0.5}
    spec = dataclasses.replace(
        BAYES,
        tau_prior=TauPrior(family, **scale, **needs.get(family, {})),
        mu_prior=MuPrior(0, 4.0),
    )
    script = "\n".join(posterior(spec))
    assert "mu.prior.mean = 0, mu.prior.sd = 4.0" in script
    assert "None" not in script
    assert script.count("(") == script.count(")")


def test_the_script_for_r_repeats_what_leads():
    script = metafor_script(pooled(2, FewTrials(4, "bayes")), "metafor.csv")
    assert "library(bayesmeta)" in script
    assert "dhalfnormal(t, scale = 0.5)" in script
    assert "library(metafor)" in metafor_script(pooled(5, FewTrials(4, "bayes")), "metafor.csv")
