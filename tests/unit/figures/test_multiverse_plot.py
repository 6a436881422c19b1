"""Specification curves: marks stand where the numbers are, no text on another, few or many."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from tests.examples import ANAKINRA, BCG, outcomes
from tests.figure_cases import boxes, overlaps

from metasynth.figures.canvas.svg import render
from metasynth.figures.catalogue import figures
from metasynth.figures.draw import draw
from metasynth.figures.plots import multiverse_plot
from metasynth.figures.plots.multiverse_plot import specification_curve
from metasynth.language.formats import POLISH
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.tracked import bare
from metasynth.model.robustness_config import MultiverseChoices
from metasynth.sensitivity.multiverse import excluding, multiverse
from metasynth.sensitivity.robustness_words import share

WIDER = MultiverseChoices(
    tau2=("REML", "DL", "ML", "PM", "SJ", "HE", "HS"), zero_cells=("only0", "all")
)
CASES = {
    "8 analyses": (ANAKINRA, "ra_worsening", MultiverseChoices()),
    "60 analyses": (ANAKINRA, "serious_adverse_event", MultiverseChoices()),
    "1772 analyses": (ANAKINRA, "acr70_w24", MultiverseChoices()),
    "2000 and more": (ANAKINRA, "acr70_w24", WIDER),
    "13 trials": (BCG, next(iter(outcomes(BCG))), MultiverseChoices()),
    "20 analyses": (
        ANAKINRA,
        "acr20_w24",
        MultiverseChoices(
            measures=("RR",),
            multi_arm=("combine",),
            leave_one_out=False,
            tau2=("REML", "DL"),
            ci=("Wald", "HKSJ"),
        ),
    ),
}


@cache
def case(name):
    folder, id_, choices = CASES[name]
    result, trials = outcomes(folder)[id_]
    found = multiverse(result, trials, choices)
    return result, found, specification_curve(result, found)


def artists(figure, kind, part):
    return [a for a in figure.findobj(lambda a: isinstance(a, kind)) if part in (a.get_gid() or "")]


@pytest.mark.parametrize("name", CASES)
def test_no_text_stands_on_another_nor_off_the_page(name):
    _, _, drawing = case(name)
    assert not list(overlaps(boxes(drawing.figure)))


@pytest.mark.parametrize("name", CASES)
def test_estimates_stand_where_the_numbers_are(name):
    _, found, drawing = case(name)
    rows = found.specifications
    for i, scale in enumerate(found.scales, start=1):
        own = rows.estimate[scale.first : scale.first + scale.tally.analyses]
        marks = artists(drawing.figure, (Line2D, PathPatch), f"panel-{i}-")
        ys = np.concatenate(
            [
                np.asarray(m.get_ydata() if isinstance(m, Line2D) else m.get_path().vertices[:, 1])
                for m in marks
                if m.get_gid().endswith("-estimates")
            ]
        )
        xs = np.concatenate(
            [
                np.asarray(m.get_xdata() if isinstance(m, Line2D) else m.get_path().vertices[:, 0])
                for m in marks
                if m.get_gid().endswith("-estimates")
            ]
        )
        assert 0 <= xs.min() <= xs.max() <= len(own)
        # A bar of crowded estimates is at least 1.8 points high.
        assert ys.min() == pytest.approx(min(own), rel=0.2, abs=0.05)
        assert ys.max() == pytest.approx(max(own), rel=0.2, abs=0.05)


def test_with_few_analyses_each_has_a_mark_of_its_side():
    _, found, drawing = case("8 analyses")
    marks = artists(drawing.figure, Line2D, "-estimates")
    assert sum(len(m.get_xdata()) for m in marks) == found.tally.analyses
    assert {m.get_marker() for m in marks} == {"v"}
    assert found.tally.ci_below == found.tally.analyses


@pytest.mark.parametrize("name", CASES)
def test_a_cell_of_the_matrix_is_as_dark_as_the_share_that_took_the_option(name):
    result, found, drawing = case(name)
    lines = multiverse_plot._lines(result, found, ENGLISH)
    for i, curve in enumerate(multiverse_plot._curves(found, ENGLISH.numbers), start=1):
        shade = np.zeros((len(lines), len(curve.edges) - 1))
        for bar in artists(drawing.figure, PathPatch, f"panel-{i}-matrix"):
            for (left, y), (right, _) in bar.get_path().vertices.reshape(-1, 2, 2):
                middles = (curve.edges[:-1] + curve.edges[1:]) / 2
                inside = (left < middles) & (middles < right)
                shade[int(y // multiverse_plot.ROW), inside] = bar.get_alpha()
        number = np.searchsorted(curve.edges, np.arange(curve.count) + 0.5, side="right") - 1
        for row, line in enumerate(lines):
            taken = np.zeros(curve.count) if line.heading else np.array(line.taken, dtype=float)
            own = taken if line.heading else taken[curve.first : curve.first + curve.count]
            for column in range(shade.shape[1]):
                part = own[number == column].mean()
                step = int(np.ceil(4 * part))
                expected = (0.0, *multiverse_plot.SHADES)[step]
                assert shade[row, column] == expected, (line.text, column)


def test_the_primary_analysis_is_marked_at_its_place():
    result, found, drawing = case("1772 analyses")
    (mark,) = [a for a in drawing.figure.findobj(Line2D) if a.get_gid() == "primary"]
    own = result.analyses[0].estimates[0].estimate
    assert mark.get_ydata()[0] == pytest.approx(own)
    assert mark.get_xdata()[0] == found.primary + 0.5


def test_words_tell_the_counts():
    result, found, drawing = case("60 analyses")
    assert "60 analyses" in bare(drawing.title)
    rows = found.specifications
    for scale in found.scales:
        assert f"{scale.tally.analyses} analyses" in bare(drawing.description)
    assert sum(excluding(found)) == found.tally.ci_above + found.tally.ci_below
    assert len(excluding(found)) == len(rows.code)
    assert result.studies[0].label in bare(drawing.description)


def test_a_share_is_nothing_or_all_only_where_it_is():
    said = [share(part, 1000, ENGLISH) for part in (0, 1, 4, 6, 500, 994, 996, 1000)]
    assert said == ["0%", "<1%", "<1%", "1%", "50%", "99%", ">99%", "100%"]
    assert share(0, 0, ENGLISH) == "0%"


def test_another_language_speaks_and_writes_its_numbers():
    result, found, _ = case("60 analyses")
    polish = Language(lambda text: text.replace("Primary analysis", "Analiza"), POLISH)
    drawing = specification_curve(result, found, language=polish)
    texts = {text.get_text() for text in drawing.figure.texts}
    assert "Analiza" in texts
    assert "0,5" in texts


def test_the_same_bytes_again_and_not_many():
    result, found, first = case("2000 and more")
    assert found.tally.analyses > 2000
    again = specification_curve(result, found)
    one, two = (
        render(d.figure, id_prefix="x", title=d.title, description=d.description)
        for d in (first, again)
    )
    assert one == two
    assert len(one) < 300_000


def test_an_outcome_with_trials_to_compare_has_the_figure_and_a_reading_none():
    result, _ = outcomes(ANAKINRA)["acr20_w24"]
    assert "multiverse" in figures(result.outcome, 2)
    assert "multiverse" not in figures(result.outcome, 1)
    assert figures(replace(result.outcome, sensitivity_of="x"), 3) == ("forest",)


def test_without_analyses_the_figure_says_so():
    result, _ = outcomes(ANAKINRA)["acr20_completers"]
    found = multiverse(result, [], MultiverseChoices())
    drawing = draw(result, "multiverse", multiverse=found)
    assert "no analysis has a result" in drawing.title
