"""Figures of all outcomes together: each outcome stands there as its own figure shows it.

Of all kinds of measures mixed, in both languages.
"""

import re
from dataclasses import replace
from functools import cache

import pytest
from tests.figure_cases import boxes, examined, overlaps, panels, texts, with_bare_digits
from tests.unit.figures.test_posterior_figures import CASES, LANGUAGES, bayesian

from metasynth.figures import catalogue
from metasynth.figures.canvas.page import MARGIN, Drawing
from metasynth.figures.canvas.style import WIDTH
from metasynth.figures.canvas.svg import render
from metasynth.figures.draw import draw
from metasynth.figures.overview import overview
from metasynth.language.tracked import bare
from metasynth.provenance.collect import Book
from metasynth.provenance.outcome import outcome_entries
from metasynth.provenance.posteriors import posterior_entries


def _named(number: int, case: str):
    """A case under an id of its own, as an outcome of a review has it."""
    of = CASES[case]
    own = replace(of.outcome, id=f"o{number}", label=f"Outcome: {case}")
    analyses = tuple(
        replace(a, estimates=tuple(replace(e, outcome=own.id) for e in a.estimates))
        for a in of.analyses
    )
    return replace(of, outcome=own, analyses=analyses)


IDS = [f"o{i}" for i in range(len(CASES))]
EVERY = [(name, code) for name in catalogue.OF_ALL_OUTCOMES for code in LANGUAGES]


@cache
def results():
    return tuple(_named(i, case) for i, case in enumerate(CASES))


@cache
def found():
    return tuple(replace(examined(r), outcome=r.outcome.id) for r in results())


@cache
def shared():
    several = [r.outcome.id for r in results() if len(r.studies) > 2]
    return {
        name: several if name in ("all_leave_one_out", "all_cumulative") else IDS
        for name in catalogue.OF_ALL_OUTCOMES
    }


@cache
def drawn(name: str, code: str = "en") -> Drawing:
    return overview(
        name, results(), (), shared=shared(), sensitivities=found(), language=LANGUAGES[code]
    )


@pytest.mark.parametrize(("name", "code"), EVERY)
def test_nothing_stands_on_anything_else_or_beyond_the_page(name, code):
    page = drawn(name, code).figure
    assert overlaps(boxes(page)) == []
    for text, box in boxes(page):
        assert box.x0 >= MARGIN - 1, text
        assert box.x1 <= WIDTH + 2, text


@pytest.mark.parametrize(("name", "code"), EVERY)
def test_every_digit_says_what_it_is_and_every_number_has_its_entry(name, code):
    drawing, language = drawn(name, code), LANGUAGES[code]
    svg = render(
        drawing.figure, id_prefix="f", title=drawing.title, description=drawing.description
    )
    assert with_bare_digits(svg) == []
    assert len(re.findall(r' id="([^"]*)"', svg)) == len(set(re.findall(r' id="([^"]*)"', svg)))
    if name in ("all_leave_one_out", "all_cumulative"):
        return  # whose numbers are those of sensitivity.json (tests/report/test_provenance.py)
    book = Book()
    for result in results():
        book.add(outcome_entries(result, (), language))
        book.add(posterior_entries(result, (), language))
    assert set(re.findall(r'data-key="([^"]+)"', svg)) <= set(book.entries)


@pytest.mark.parametrize("name", catalogue.OF_ALL_OUTCOMES)
def test_each_outcome_stands_under_its_name_with_all_that_its_own_figure_says(name):
    drawing = drawn(name)
    said = [bare(text.get_text()) for text in texts(drawing.figure).values()]
    for result in (r for r in results() if r.outcome.id in shared()[name]):
        assert result.outcome.label in said
        for kind in catalogue.TOGETHER[name]:
            own_analyses = found()[IDS.index(result.outcome.id)]
            own = draw(result, kind, sensitivity=own_analyses, language=LANGUAGES["en"])
            assert bare(own.description) in bare(drawing.description)


def test_a_curve_of_the_grid_is_the_one_that_was_computed():
    of_effects, of_tau = panels(drawn("all_posteriors").figure)[::2], None
    for number, (result, panel) in enumerate(zip(results(), of_effects, strict=True), 1):
        curve = bayesian(result).posterior.effect_curve
        name = f"outcome-{number}-effect-posterior"
        (line,) = (a for a in panel.get_children() if a.get_gid() == name)
        assert list(line.get_xdata()) == list(curve.x)
        assert list(line.get_ydata()) == list(curve.posterior)
    assert of_tau is None


def test_only_what_has_one_measure_shares_an_axis():
    measures = {r.outcome.measure for r in results()}
    assert len(panels(drawn("all_priors").figure)) >= len(measures)


def test_without_any_result_the_figure_says_so():
    for name in catalogue.OF_ALL_OUTCOMES:
        drawing = overview(name, results(), (), shared={}, sensitivities=found())
        assert drawing.title.startswith("There is no pooled result")


# --- which there are ------------------------------------------------------------------------------


def test_a_figure_of_all_needs_two_outcomes_that_have_it():
    one = {"a": ("forest", "priors", "cumulative"), "b": ("forest", "cumulative")}
    assert catalogue.together(one) == {"all_cumulative": ("a", "b")}


def test_every_figure_that_is_shared_exists():
    assert {*catalogue.TOGETHER} == {*catalogue.OF_ALL_OUTCOMES}
    parts = {part for own in catalogue.TOGETHER.values() for part in own}
    assert parts <= {*catalogue.OF_OUTCOMES}
    assert {*catalogue.PRINTED_FROM} <= {*catalogue.OF_OUTCOMES}


def test_the_report_prints_once_what_a_figure_of_all_shows():
    assert catalogue.printed("priors", 3, ())
    assert not catalogue.printed("priors", 3, {"all_priors"})
    assert not catalogue.printed("drapery", 4, ())
    assert catalogue.printed("drapery", 5, ())
    assert catalogue.printed("multiverse", 3, {"all_priors"})
