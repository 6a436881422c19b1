"""The figure of a sequential analysis: marks where the numbers are, no text on another."""

from dataclasses import replace
from functools import cache

import pytest
from matplotlib.lines import Line2D
from tests.examples import ANAKINRA, BCG, outcomes
from tests.figure_cases import boxes, overlaps

from metasynth.figures.canvas.svg import render
from metasynth.figures.catalogue import figures
from metasynth.figures.draw import draw
from metasynth.figures.plots.sequential_plot import sequential_plot
from metasynth.language.languages import ENGLISH
from metasynth.language.tracked import bare
from metasynth.model.robustness_config import SequentialChoices
from metasynth.sensitivity.robustness_words import verdict
from metasynth.sensitivity.sequential import sequential

CASES = {
    "three years": (ANAKINRA, "acr20_w24", SequentialChoices(-0.5)),
    "far from enough": (BCG, next(iter(outcomes(BCG))), SequentialChoices(0.1)),
    "reached": (BCG, next(iter(outcomes(BCG))), SequentialChoices(0.3, control_risk=0.03)),
    "one trial": (ANAKINRA, "sustained_acr20", SequentialChoices(-0.5)),
}


@cache
def case(name):
    folder, id_, choices = CASES[name]
    result, _ = outcomes(folder)[id_]
    result = replace(result, outcome=replace(result.outcome, sequential=choices))
    found = sequential(result)
    return result, found, sequential_plot(result, found)


def line(figure, gid):
    (found,) = [a for a in figure.findobj(Line2D) if a.get_gid() == gid]
    return found


@pytest.mark.parametrize("name", CASES)
def test_no_text_stands_on_another_nor_off_the_page(name):
    assert not list(overlaps(boxes(case(name)[2].figure)))


@pytest.mark.parametrize("name", CASES)
def test_z_and_boundaries_stand_where_the_numbers_are(name):
    _, found, drawing = case(name)
    marks = line(drawing.figure, "z-looks")
    assert list(marks.get_xdata()) == [look.participants for look in found.looks]
    assert list(marks.get_ydata()) == [look.z for look in found.looks]
    open_ = [look for look in found.looks if look.boundary is not None and look.fraction < 1]
    upper, lower = line(drawing.figure, "boundary-1"), line(drawing.figure, "boundary--1")
    assert list(upper.get_xdata()) == [*(look.participants for look in open_), found.required]
    assert list(upper.get_ydata()) == [*(look.boundary for look in open_), found.final]
    assert list(lower.get_ydata()) == [-y for y in upper.get_ydata()]
    assert list(line(drawing.figure, "required").get_xdata()) == [found.required] * 2


def test_words_tell_every_look_and_the_verdict():
    _, found, drawing = case("three years")
    for look in found.looks:
        assert f"{look.year}: {look.participants} participants" in bare(drawing.description)
    assert "crossed in 2004" in bare(drawing.title)
    assert "does not suffice" in verdict(case("far from enough")[1], ENGLISH)
    reached = replace(found, looks=tuple(replace(look, crossed=False) for look in found.looks))
    assert "without crossing" in verdict(reached, ENGLISH)


def test_the_same_bytes_again():
    result, found, first = case("three years")
    one, two = (
        render(d.figure, id_prefix="x", title=d.title, description=d.description)
        for d in (first, sequential_plot(result, found))
    )
    assert one == two


def test_only_what_is_asked_for_is_drawn():
    result, found, _ = case("three years")
    assert "sequential" in figures(result.outcome, 3)
    assert figures(result.outcome, 0) == ("forest",)  # nothing to look at, nor a table behind it
    assert "sequential" not in figures(replace(result.outcome, sequential=None), 3)
    assert draw(result, "sequential", sequential=found).title.startswith("Sequential analysis")
    none = sequential(replace(result, outcome=replace(result.outcome, sequential=None)))
    assert "no sequential analysis" in draw(result, "sequential", sequential=none).title
