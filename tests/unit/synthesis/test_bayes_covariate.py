"""A meta-regression where the primary analysis has a prior of tau: table, words, figure, R."""

import csv
import io
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import integrate, stats
from tests.figure_cases import cases

from metasynth.core import store
from metasynth.figures.draw import draw
from metasynth.language import keys
from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.language.tracked import bare
from metasynth.model.priors import MuPrior, TauPrior
from metasynth.model.records import AnalysisSpec, OutcomeResult
from metasynth.provenance.collect import Book
from metasynth.provenance.outcome import outcome_entries
from metasynth.provenance.sensitivity import sensitivity_entries
from metasynth.report.tables.meta_regression import regression_table
from metasynth.report.tables.results import subgroups_table
from metasynth.report.text.names import outcome_names
from metasynth.sensitivity.battery import Sensitivity, battery
from metasynth.synthesis.metafor_export import metafor_csv, metafor_script
from metasynth.synthesis.synthesise import synthesise

SCALE = 0.5
SPEC = AnalysisSpec("bayes", "Half-normal prior", "bayes", tau_prior=TauPrior("half_normal", SCALE))


@cache
def bcg(spec=SPEC) -> OutcomeResult:
    """The trials of BCG, on latitude, by a prior of tau."""
    case = cases()["bcg"]
    outcome = replace(case.outcome, analyses=(spec.name,), few=None)
    return synthesise(outcome, (spec,), case.comparison, case.studies)


def subgroups(spec) -> OutcomeResult:
    """The same trials in two subgroups, and no covariate."""
    case = cases()["bcg"]
    named = [replace(s, subgroup="ab"[i % 2]) for i, s in enumerate(case.studies)]
    outcome = replace(case.outcome, analyses=(spec.name,), few=None, covariate=None, subgroup="x")
    return synthesise(outcome, (spec,), case.comparison, named)


@cache
def found(spec=SPEC) -> Sensitivity:
    return battery(bcg(spec))


def by_scipy(shift: float = 0.0):
    """Posterior median and 95% limits of the slope, integrals over tau; given it, normal.

    The regression is that of effects on the covariate by weighted least squares.
    """
    rows = bcg().analyses[0].studies
    y = np.array([row.log_estimate for row in rows])
    v = np.array([row.se for row in rows]) ** 2
    x = np.array([study.covariate for study in bcg().studies]) - shift
    design = np.column_stack([np.ones(len(x)), x])

    def given(tau):
        w = 1 / (v + tau**2)
        precision = design.T @ (w[:, None] * design)
        beta = np.linalg.solve(precision, design.T @ (w * y))
        left = y - design @ beta
        density = np.sqrt(w.prod() / np.linalg.det(precision)) * np.exp(-(w * left**2).sum() / 2)
        return density * stats.halfnorm.pdf(tau, scale=SCALE), beta[1], precision

    exact = {"epsabs": 0, "epsrel": 1e-11, "limit": 300}
    total = integrate.quad(lambda tau: given(tau)[0], 0, 6, **exact)[0]

    def below(value: float) -> float:
        def part(tau):
            density, slope, precision = given(tau)
            return density * stats.norm.cdf(value, slope, np.linalg.inv(precision)[1, 1] ** 0.5)

        return integrate.quad(part, 0, 6, **exact)[0] / total

    return below


def test_the_slope_is_as_by_integration_over_tau():
    below, slope = by_scipy(), found().regression
    values = [slope.slope_low, slope.slope, slope.slope_high]
    assert [below(x) for x in values] == pytest.approx([0.025, 0.5, 0.975], abs=1e-8)
    assert slope.p_above == pytest.approx(1 - below(0.0), abs=1e-8)
    assert slope.p_against == pytest.approx(min(below(0.0), 1 - below(0.0)), abs=1e-8)
    assert (slope.ci_method, slope.tau2_method) == ("credible", "posterior")
    assert [slope.statistic, slope.p, slope.df, slope.qe, slope.r2] == [None] * 5
    assert slope.ratio == pytest.approx(np.exp(slope.slope), rel=1e-12)
    assert slope.tau2 > 0


def test_the_line_is_the_mean_effect_at_each_value():
    line, slope = found().regression.line, found().regression
    middle = [at.effect for at in line]
    assert np.diff(middle) == pytest.approx(np.diff([a.value for a in line]) * slope.slope, rel=0.1)
    assert all(at.low < at.effect < at.high for at in line)


def test_a_covariate_far_from_0_is_regressed_on_as_well():
    """The year of a trial, say: the slope does not depend on where 0 is."""
    case = cases()["bcg"]
    later = [replace(s, covariate=s.covariate + 2000.0) for s in case.studies]
    outcome = replace(case.outcome, analyses=(SPEC.name,), few=None)
    shifted = battery(synthesise(outcome, (SPEC,), case.comparison, later)).regression
    for name in ("slope", "slope_low", "slope_high", "tau2", "p_above"):
        assert getattr(shifted, name) == pytest.approx(getattr(found().regression, name), rel=1e-8)


def test_a_prior_of_the_mean_effect_is_none_of_the_slope():
    informed = found(replace(SPEC, mu_prior=MuPrior(0.0, 0.1))).regression
    assert informed == found().regression
    assert "intercept and slope: vague" in in_words(informed.priors)


def test_too_few_trials_have_none():
    case = cases()["bcg"]
    outcome = replace(case.outcome, analyses=(SPEC.name,), few=None)
    few = battery(synthesise(outcome, (SPEC,), case.comparison, case.studies[:9])).regression
    assert (few.slope, few.line) == (None, ())
    assert "there are 9" in few.reason


@pytest.mark.parametrize("code", ["en", "pl"])
def test_figure_and_provenance_say_that_the_interval_is_credible(code):
    language, result = speak(code), bcg()
    drawing = draw(result, "bubble", sensitivity=found(), language=language)
    assert "CrI" in bare(drawing.description)
    assert {"en": "P against", "pl": "P przeciw"}[code] in bare(drawing.description)
    book = Book()
    book.add(outcome_entries(result, (), language))
    book.add(sensitivity_entries(found(), result, language))
    at = f"{result.outcome.id}.regression"
    for name in ("slope", "ratio", "ratio_low", "p_against", "tau2"):
        entry = book.entries[f"{at}.{name}"]
        assert entry.formula == "formula-bayes-regression"
    assert f"{at}.p" not in book.entries


@pytest.mark.parametrize("code", ["en", "pl"])
def test_the_report_s_table_has_what_a_posterior_has(code):
    scope = SimpleNamespace(
        language=speak(code), material=SimpleNamespace(sensitivities={bcg().outcome.id: found()})
    )
    outcome = SimpleNamespace(id=bcg().outcome.id, label="BCG")
    caption, columns, (row,), note = regression_table(scope, outcome)
    headings = [column.title for column in columns]
    assert len(headings) == len(row.cells) == 5
    assert "[95% CrI]" in headings[2]
    assert headings[3] == {"en": "P against", "pl": "P przeciw"}[code]
    assert {"en": "The prior of tau is half-normal", "pl": "Rozkład a priori tau jest"}[
        code
    ] in str(note)
    assert "Knapp" not in str(note)
    assert "BCG" in str(caption)


@pytest.mark.parametrize("shared", ["common", "separate"])
def test_the_table_of_subgroups_says_what_they_share(shared):
    result = subgroups(replace(SPEC, subgroup_tau2=shared))
    names, scope = outcome_names(result, speak("en")), SimpleNamespace(language=speak("en"))
    _, columns, rows, note = subgroups_table(scope, names)
    assert [column.title for column in columns][3] == "P against"
    assert len(rows) == 2
    said = {"common": "share one tau", "separate": "a tau of its own, under the same prior"}
    assert said[shared] in str(note)
    book = Book()
    book.add(outcome_entries(result, (), speak("en")))
    place = keys.pooled(result.outcome.id, SPEC.name, 1)
    assert book.entries[f"{place}.p_against"].value == result.analyses[0].estimates[1].p_against


def test_the_record_is_read_back_as_it_was_written():
    assert store.from_json(Sensitivity, store.to_json(found(), exact=True)) == found()


def test_the_script_for_r_repeats_it_by_bmr():
    """What it asks of the package; its numbers were compared by hand with bayesmeta 3.4."""
    slope, script = found().regression, metafor_script(bcg(), "d.csv")
    part = script.split("# The regression on")[1]
    assert "fit <- bmr(y = part$yi, sigma = sqrt(part$vi), X = X" in part
    assert "tau.prior = function(t) dhalfnormal(t, scale = 0.5)" in part
    for value in (slope.slope, slope.slope_low, slope.slope_high, slope.tau2):
        assert store.number_text(value) in part
    first = next(csv.DictReader(io.StringIO(metafor_csv(bcg()))))
    assert float(first["covariate"]) == bcg().studies[0].covariate
    assert script.count("(") == script.count(")")


def test_subgroups_with_one_tau_are_repeated_by_bmr():
    spec = replace(SPEC, subgroup_tau2="common", mu_prior=MuPrior(0.0, 2.0))
    result = subgroups(spec)
    script = metafor_script(result, "d.csv")
    part = script.split("# Subgroups with one tau")[1]
    assert "beta.prior.mean = rep(0.0, 2), beta.prior.sd = rep(2.0, 2)" in part
    for row in result.analyses[0].estimates[1:]:
        assert store.number_text(row.ci_low) in part
    separate = subgroups(replace(spec, subgroup_tau2="separate"))
    assert "bmr(" not in metafor_script(separate, "d.csv")
