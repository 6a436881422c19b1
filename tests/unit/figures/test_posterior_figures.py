"""Figures of a posterior: marks stand where the numbers are, and every digit says what it is.

Of all kinds of measures, in both languages, with and without what a figure may lack.
"""

import re
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest
from matplotlib.patches import Polygon
from tests.figure_cases import boxes, graph_of, named, overlaps, panels, with_bare_digits
from tests.on_demand import OnDemand

from metasynth.figures import catalogue
from metasynth.figures.canvas.page import MARGIN, Drawing
from metasynth.figures.canvas.style import WIDTH
from metasynth.figures.canvas.svg import render
from metasynth.figures.draw import draw
from metasynth.figures.posteriors import failed_priors, prior_name
from metasynth.language.languages import speak
from metasynth.language.sentences import in_words
from metasynth.language.tracked import bare
from metasynth.model.few_config import FewTrials
from metasynth.model.priors import MuPrior, OtherPriors, TauPrior
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Contrast,
    Group,
    OutcomeResult,
    OutcomeSpec,
    StudyData,
)
from metasynth.provenance.collect import Book
from metasynth.provenance.outcome import outcome_entries
from metasynth.provenance.posteriors import posterior_entries
from metasynth.report.text.posterior_words import posterior_words
from metasynth.synthesis.synthesise import synthesise

DRUG = Comparison(("drug",), ("placebo",), "combine", "Drug", "Placebo")
ONE_GROUP = Comparison(("drug",), (), "combine", "Drug", "")
REML = AnalysisSpec("random", "Random effects (REML, HKSJ)", ci="HKSJ")
COMMON = AnalysisSpec("common", "Inverse variance", "IV")
HALF = TauPrior("half_normal", 0.5)
OTHERS = (
    OtherPriors("wide", TauPrior("half_normal", 1.0)),
    OtherPriors("heavy", TauPrior("half_cauchy", 0.5)),
    OtherPriors("learnt", TauPrior("log_t", scale=1.4, location=-2.0, df=5.0)),
    OtherPriors("sceptical", HALF, MuPrior(0.0, 0.35)),
)
SPARSE = (OTHERS[0], *OTHERS[2:])
"""The exact likelihood of hardly any events has no posterior under the second of these."""
FIGURES = tuple(catalogue.OF_A_POSTERIOR)
LANGUAGES = {"en": speak("en"), "pl": speak("pl")}


def bayes(prior=HALF, mu=None, others=OTHERS) -> AnalysisSpec:
    label = "Random effects with a half-normal prior"
    spec = AnalysisSpec("bayes", label, "bayes", tau_prior=prior, other_priors=others)
    return spec if mu is None else replace(spec, mu_prior=mu)


def study(i, intervention=None, control=None, contrast=None, name="Trial"):
    return StudyData(f"s{i}", f"{name} {i}", 2000 + i, intervention, control, contrast)


def counts(a, n):
    return Group(("g",), "G", a, n)


def means(m, s, n):
    return Group(("g",), "G", None, n, mean=m, sd=s)


def pooled(type_, measure, studies, spec=None, analyses=(REML, COMMON), comparison=DRUG):
    spec = bayes() if spec is None else spec
    names = (*(a.name for a in analyses), spec.name)
    few = FewTrials(4, "bayes", added=True)
    outcome = OutcomeSpec("o", "Outcome", "o", None, type_, measure, "harm", names, few=few)
    return synthesise(outcome, (*analyses, spec), comparison, studies)


TABLES = [(12, 60, 5, 58), (30, 100, 42, 101), (8, 40, 9, 38), (20, 90, 17, 92)]
BINARY = [study(i, counts(a, n), counts(c, m)) for i, (a, n, c, m) in enumerate(TABLES)]
MEANS = [
    study(0, means(-3.6, 8.25, 116), means(-1.3, 9.1, 121)),
    study(1, means(-4.0, 7.9, 101), means(-2.2, 8.8, 104)),
    study(2, means(-12.25, 22.5, 250), means(-6.5, 21.9, 251)),
]
HAZARDS = [
    study(i, contrast=Contrast(y, se)) for i, (y, se) in enumerate(((-0.2, 0.1), (0.1, 0.2)))
]
FAR = [study(i, counts(a, 1000), counts(c, 1000)) for i, (a, c) in enumerate(((90, 1), (70, 2)))]
RARE = [study(i, counts(a, 9), counts(1, 9)) for i, a in enumerate((0, 1))]
LONG = [replace(s, label=f"{s.label} of a Very Long Name in Rheumatoid Arthritis") for s in BINARY]
TEN = TauPrior("half_normal", 10.0)
CASES = OnDemand(
    {
        "risk ratio": partial(pooled, "binary", "RR", BINARY[:3]),
        "two trials": partial(pooled, "binary", "OR", BINARY[:2]),
        "far from none": partial(pooled, "binary", "OR", FAR),
        "next to nothing known": partial(pooled, "binary", "OR", RARE),
        "long names": partial(pooled, "binary", "RR", LONG),
        "exact": partial(
            pooled, "binary", "OR", RARE, replace(bayes(others=SPARSE), model="bayes-exact")
        ),
        "risk difference": partial(
            pooled, "binary", "RD", BINARY, bayes(TauPrior("half_normal", 0.1))
        ),
        "mean difference": partial(
            pooled, "continuous", "MD", MEANS, bayes(TEN, others=OTHERS[:1])
        ),
        "hazard ratio": partial(pooled, "generic", "HR", HAZARDS),
        "proportion": partial(pooled, "proportion", "PLO", BINARY[:3], comparison=ONE_GROUP),
        "normal prior of the effect": partial(
            pooled, "binary", "RR", BINARY[:3], bayes(mu=MuPrior(0.0, 0.5))
        ),
        "prior without a top": partial(
            pooled, "binary", "RR", BINARY[:2], bayes(OTHERS[2].tau_prior)
        ),
        "improper": partial(
            pooled, "binary", "OR", BINARY, bayes(TauPrior("jeffreys"), others=OTHERS[:1])
        ),
        "no other analysis": partial(pooled, "binary", "RR", BINARY[:3], analyses=()),
    }
)
SHOWN = [(case, figure, code) for case in CASES for figure in FIGURES for code in LANGUAGES]


@cache
def drawn(case: str, figure: str, code: str = "en") -> Drawing:
    return draw(CASES[case], figure, language=LANGUAGES[code])


def bayesian(result: OutcomeResult):
    (found,) = (a for a in result.analyses if a.posterior is not None)
    return found


@pytest.mark.parametrize(("case", "figure", "code"), SHOWN)
def test_nothing_stands_on_anything_else_or_beyond_the_page(case, figure, code):
    page = drawn(case, figure, code).figure
    assert overlaps(boxes(page)) == []
    for text, box in boxes(page):
        assert box.x0 >= MARGIN - 1, text
        assert box.x1 <= WIDTH + 2, text


@pytest.mark.parametrize(("case", "figure", "code"), SHOWN)
def test_every_digit_says_what_it_is_and_every_number_has_its_entry(case, figure, code):
    drawing, language, result = drawn(case, figure, code), LANGUAGES[code], CASES[case]
    svg = render(
        drawing.figure, id_prefix="f", title=drawing.title, description=drawing.description
    )
    assert with_bare_digits(svg) == []
    book = Book()
    book.add(outcome_entries(result, (), language))
    book.add(posterior_entries(result, (), language))
    keys = set(re.findall(r'data-key="([^"]+)"', svg))
    assert keys
    assert keys <= set(book.entries)


@pytest.mark.parametrize("case", CASES)
def test_the_curve_is_drawn_as_it_was_computed_and_its_interval_is_the_credible_one(case):
    result, page = CASES[case], drawn(case, "posterior").figure
    upper, lower = panels(page)
    analysis = bayesian(result)
    curve, row = analysis.posterior.effect_curve, analysis.estimates[0]
    (line,) = (a for a in upper.get_children() if a.get_gid() == "posterior")
    assert list(line.get_xdata()) == list(curve.x)
    assert list(line.get_ydata()) == list(curve.posterior)
    (ground,) = (a for a in upper.get_children() if a.get_gid() == "interval")
    assert isinstance(ground, Polygon)
    ends = ground.get_xy()[:, 0]
    assert (ends.min(), ends.max()) == pytest.approx((row.ci_low, row.ci_high), rel=1e-12)
    (interval,) = (a for a in lower.get_children() if a.get_gid() == "interval-1")
    assert list(interval.get_xdata()) == [row.ci_low, row.ci_high]
    (point,) = (a for a in lower.get_children() if a.get_gid() == "interval-1-point")
    assert list(point.get_xdata()) == [row.estimate]
    others = [a for a in lower.get_children() if (a.get_gid() or "").startswith("interval-2")]
    assert bool(others) == (len(result.analyses) > 1)


@pytest.mark.parametrize("case", CASES)
def test_the_area_against_is_on_the_other_side_of_no_effect(case):
    result, page = CASES[case], drawn(case, "posterior").figure
    row, upper = bayesian(result).estimates[0], panels(page)[0]
    found = [a for a in upper.get_children() if a.get_gid() == "against"]
    if result.outcome.type == "proportion":
        assert not found
        return
    null = {"RD": 0.0, "MD": 0.0}.get(row.measure, 1.0)
    for ground in found:
        xs = ground.get_xy()[:, 0]
        assert xs.max() <= null if row.estimate > null else xs.min() >= null
    if row.p_against > 0.001:
        assert len(found) == 1


@pytest.mark.parametrize("case", CASES)
def test_tau_is_drawn_with_its_prior_and_with_the_estimate_without_one(case):
    result, page = CASES[case], drawn(case, "posterior_tau").figure
    posterior, (upper, lower) = bayesian(result).posterior, panels(page)
    priors = [a for a in upper.get_children() if a.get_gid() == "prior"]
    assert [list(a.get_ydata()) for a in priors] == [list(posterior.tau_curve.prior)] * bool(priors)
    assert bool(priors) == bayesian(result).spec.tau_prior.proper
    points = {a.get_gid(): a.get_xdata()[0] for a in lower.get_children() if "point" in a.get_gid()}
    wanted = [posterior.own.tau.median]
    if posterior.tau_before:
        wanted.append(posterior.tau_before.median)
    if result.without_prior:
        wanted.append(result.without_prior.estimates[0].tau2 ** 0.5)
    assert list(points.values()) == pytest.approx([x for x in wanted if x <= upper.x.axis.high])
    assert np.max(upper.y.axis.high) < np.inf


@pytest.mark.parametrize("case", CASES)
def test_each_trial_stands_twice_alone_above_and_shrunken_below(case):
    result, page = CASES[case], drawn(case, "shrinkage").figure
    analysis = bayesian(result)
    own, shrunken = named(page, "-before-square"), named(page, "-square")
    shrunken = [mark for mark in shrunken if "before" not in mark.get_gid()]
    assert [mark.get_xdata()[0] for mark in own] == [s.estimate for s in analysis.studies]
    medians = [trial.effect.median for trial in analysis.posterior.trials]
    assert [mark.get_xdata()[0] for mark in shrunken] == medians
    for before, after in zip(own, shrunken, strict=True):
        assert before.get_ydata()[0] < after.get_ydata()[0]
    assert len(named(page, "-diamond")) == 1
    assert graph_of(page).x.axis.logarithmic == (result.outcome.measure in ("RR", "OR", "HR"))


@pytest.mark.parametrize("case", CASES)
def test_every_declared_prior_has_a_line_and_the_leading_one_is_the_diamond(case):
    result, page = CASES[case], drawn(case, "priors").figure
    analysis = bayesian(result)
    medians = [pool.effect.median for pool in analysis.posterior.others]
    if result.without_prior:
        medians.append(result.without_prior.estimates[0].estimate)
    squares = named(page, "-square")
    assert [mark.get_xdata()[0] for mark in squares] == medians
    assert [mark.get_marker() for mark in squares][len(analysis.posterior.others) :] == (
        ["o"] if result.without_prior else []
    )
    (diamond,) = named(page, "-diamond")
    row = analysis.estimates[0]
    corners = diamond.get_xy()[:, 0]
    assert row.estimate in corners
    said = bare(drawn(case, "priors").description)
    assert said.count("CrI") == 1 + len(analysis.posterior.others)
    assert said.count("\u00a0CI") == bool(result.without_prior)


def test_a_vague_prior_is_said_and_a_normal_one_is_drawn():
    vague, normal = (
        drawn(case, "posterior") for case in ("risk ratio", "normal prior of the effect")
    )
    assert "is not drawn" in bare(vague.description)
    assert "is not drawn" not in bare(normal.description)
    gids = [[a.get_gid() for a in panels(d.figure)[0].get_children()] for d in (vague, normal)]
    assert ["prior" in gid for gid in gids] == [False, True]


@pytest.mark.parametrize("figure", FIGURES)
def test_without_a_posterior_the_figure_is_the_sentence_that_says_so(figure):
    result = pooled("binary", "RR", BINARY[:3])
    bare_ = replace(result, analyses=tuple(a for a in result.analyses if not a.posterior))
    assert "No Bayesian analysis" in draw(bare_, figure).title


NAMES = ("random", "bayes")


@pytest.mark.parametrize("trials", range(8))
@pytest.mark.parametrize("few", [None, FewTrials(4, "bayes", added=True), FewTrials(4, "bayes")])
@pytest.mark.parametrize("of", ["primary", "any"])
def test_which_outcomes_get_them(trials, few, of):
    """Those that a Bayesian analysis leads or, on request, in which one stands at all."""
    spec = OutcomeSpec("o", "O", "o", None, "binary", "RR", "harm", NAMES, few=few)
    found = catalogue.posteriors(spec, (REML, bayes()), trials, of)
    leads = few is not None and 2 <= trials <= 4
    stands = leads or few is None or not few.added
    assert found == (FIGURES if trials > 1 and (leads if of == "primary" else stands) else ())
    exact = replace(bayes(), model="bayes-exact")
    assert catalogue.posteriors(spec, (REML, exact), trials, of) == found
    fewer = catalogue.posteriors(spec, (REML, bayes(others=())), trials, of)
    assert fewer == tuple(name for name in found if name != "priors")


@pytest.mark.parametrize("code", LANGUAGES)
def test_priors_under_which_there_is_no_result_are_named_with_the_reason(code):
    language, result = LANGUAGES[code], CASES["exact"]
    found = bayesian(result).posterior
    assert [pool.name for pool in found.others] == ["wide", "sceptical"]
    assert [failed.name for failed in found.failed] == ["learnt"]
    said = [bare(sentence) for sentence in failed_priors(found, language)]
    drawing = drawn("exact", "priors", code)
    shown = " ".join(text for text, _ in boxes(drawing.figure))
    for sentence, failed in zip(said, found.failed, strict=True):
        assert bare(prior_name(failed.tau_prior, failed.mu_prior, language)) in sentence
        assert in_words(failed.reason, language) in sentence
        assert sentence in bare(drawing.description)
        assert sentence.split(":")[0] in bare(shown).replace("\n", " ")
        assert sentence in posterior_words(moved_first(result), language)


def moved_first(result: OutcomeResult) -> OutcomeResult:
    """The result as if its Bayesian analysis led it."""
    return replace(result, analyses=tuple(sorted(result.analyses, key=lambda a: not a.posterior)))


@pytest.mark.parametrize(("code", "said"), [("en", "Without a prior tau"), ("pl", "Bez rozkładu")])
def test_trials_that_differ_more_than_the_prior_expects_are_told_of(code, said):
    """By the estimate without a prior and the prior's own upper limit, and by nothing else."""
    groups = [(60, 100), (20, 50), (70, 80)]
    far = [study(i, counts(a, n)) for i, (a, n) in enumerate(groups)]
    for scale, told in ((0.5, True), (1.0, False)):
        spec = bayes(TauPrior("half_normal", scale), others=())
        result = moved_first(pooled("proportion", "PLO", far, spec, comparison=ONE_GROUP))
        tau = result.without_prior.estimates[0].tau2 ** 0.5
        assert (tau > 2.2414 * scale) == told
        assert (said in posterior_words(result, LANGUAGES[code])) == told


@pytest.mark.parametrize(("case", "turned"), [("risk ratio", True), ("mean difference", False)])
def test_only_what_is_turned_back_is_said_to_be(case, turned):
    words = posterior_words(moved_first(CASES[case]), LANGUAGES["en"])
    assert "shortest interval" in words
    assert ("turned back" in words) == turned


def test_what_is_noted_of_one_analysis_names_it():
    """A prediction interval needs three studies without a prior, and stands there with one."""
    shown = " ".join(text for text, _ in boxes(draw(CASES["two trials"], "forest").figure))
    assert "(REML, HKSJ): Two studies" in re.sub(r"\s+", " ", bare(shown))
