"""Every other figure: marks stand where the numbers are, and no text stands on another."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from math import exp, log, sqrt

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon
from scipy.stats import norm, t
from tests.figure_cases import (
    BCG,
    LONG,
    binary,
    boxes,
    cases,
    continuous,
    examined,
    graph_of,
    named,
    overlaps,
    panels,
)

from metasynth.figures.canvas.page import Drawing, points
from metasynth.figures.canvas.panel import Panel
from metasynth.figures.canvas.style import VERMILION, WIDTH
from metasynth.figures.catalogue import OF_AN_OUTCOME, planned, reason
from metasynth.figures.draw import draw
from metasynth.figures.forest.overview_rows import summary
from metasynth.figures.observed import TooFewStudies
from metasynth.figures.plots import influence_plot
from metasynth.figures.plots.bubble import bubble
from metasynth.language.formats import POLISH
from metasynth.language.languages import Language, speak
from metasynth.language.tracked import bare
from metasynth.model.moderators import ModeratorModel, ModeratorTerm
from metasynth.model.records import AnalysisSpec, OutcomeResult
from metasynth.synthesis.synthesise import synthesise

CASES = cases()
FIGURES = [name for name in OF_AN_OUTCOME if name != "forest"]
AT_TEN = ("bubble", "funnel", "moderators")


def grid() -> Iterator[tuple[str, OutcomeResult]]:
    """Reviews of all sizes and spreads, with names of all lengths."""
    for k, length, size in ((5, 80, 1), (13, 3, 10_000), (13, 80, 1), (60, 3, 1), (60, 80, 10_000)):
        rows = [
            (
                f"{i} {LONG}"[:length].strip(),
                (size * (3 + i % 5), size * 31, size * (2 + i % 7), size * 30),
            )
            for i in range(k)
        ]
        yield f"{k} studies, names of {length}, totals of {size * 31}", binary(rows)
    same = [(f"Twin {i}", (10, 50, 5, 50)) for i in range(12)]
    yield "equal", binary(same)
    means = [(f"Mean {i}", (100.0 * i, 20.0 + i, 30, 50.0, 25.0, 30)) for i in range(11)]
    yield "means", continuous(means)


EVERY = {**CASES, **dict(grid())}


SIZES = list(dict(grid()))
LANGUAGES = {"en": speak("en"), "pl": speak("pl")}
SPOKEN = [("en", name) for name in EVERY] + [("pl", name) for name in ("bcg", *SIZES)]


@cache
def drawn(name: str, figure: str, language: str = "en") -> Drawing:
    """A case's figure; no test changes it."""
    case = EVERY[name]
    return draw(case, figure, sensitivity=examined(case), language=LANGUAGES[language])


def lines(figure: Figure, prefix: str = "study-") -> list[Line2D]:
    """Lines and markers whose id starts with `prefix`, in order."""
    found = figure.findobj(lambda artist: (artist.get_gid() or "").startswith(prefix))
    assert all(isinstance(line, Line2D) for line in found)
    return sorted(found, key=lambda line: int(line.get_gid().rpartition("-")[2]))


def one(figure: Figure, gid: str) -> Line2D:
    (line,) = figure.findobj(lambda artist: artist.get_gid() == gid)
    assert isinstance(line, Line2D)
    return line


def places(found: list[Line2D]) -> list[tuple[float, float]]:
    return [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in found]


def effects(name: str = "bcg") -> tuple[np.ndarray, np.ndarray]:
    """Log risk ratios and their standard errors from the counts."""
    studies = CASES[name].analyses[0].studies
    return np.array([s.log_estimate for s in studies]), np.array([s.se for s in studies])


# --- layout ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize(("language", "name"), SPOKEN)
def test_no_text_stands_on_another_or_leaves_the_page(
    language: str, name: str, figure: str
) -> None:
    page = drawn(name, figure, language).figure
    measured = boxes(page)
    assert page.bbox.width == WIDTH
    assert overlaps(measured) == []
    for text, box in measured:
        assert box.x0 >= 0, text
        assert box.x1 <= page.bbox.width, text
        assert box.y0 >= 0, text
        assert box.y1 <= page.bbox.height, text


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("name", EVERY)
def test_every_mark_of_a_study_is_on_the_graph(name: str, figure: str) -> None:
    for panel in panels(drawn(name, figure).figure):
        x, y = panel.x.axis, panel.y.axis
        for line in panel.findobj(Line2D):
            if "study" in (line.get_gid() or "") and line.get_linestyle() == "None":
                assert x.low <= line.get_xdata()[0] <= x.high
                assert y.low <= line.get_ydata()[0] <= y.high


@pytest.mark.parametrize("figure", [*FIGURES, "forest"])
def test_data_stand_where_labels_of_their_axes_say(figure: str) -> None:
    page = drawn("bcg", figure).figure
    for panel in panels(page):
        across, up = panel.x.axis, panel.y.axis
        for x in (*across.ticks, across.low, across.high):
            for y in (*up.ticks, up.low, up.high):
                place = points(page).transform((panel.x.x(x), panel.y.x(y)))
                assert panel.data.transform((x, y)) == pytest.approx(place)


@pytest.mark.parametrize("figure", FIGURES)
def test_descriptions_begin_with_the_short_text_and_name_every_study(figure: str) -> None:
    title, description = map(bare, drawn("bcg", figure)[1:])
    assert description.startswith(title)
    assert "response" in title
    assert len(title) < 400
    for label, _ in BCG if figure != "adjusted" else ():  # of pools, not of studies
        assert label in description
    assert "{" not in description


def disguised(message: str) -> str:
    """A message without any Latin letter outside its places."""
    return re.sub(r"\{\w+\}|[A-Za-z]", lambda m: m[0] if len(m[0]) > 1 else "ż", message)


@pytest.mark.parametrize("figure", [*FIGURES, "forest"])
def test_every_word_goes_through_the_catalogue(figure: str) -> None:
    foreign = draw(
        CASES["bcg"],
        figure,
        sensitivity=examined(CASES["bcg"]),
        language=Language(disguised, POLISH),
    )
    data = " ".join(label for label, _ in BCG)
    data += " Anakinra anakinra Placebo placebo Response response Tau Random effects REML HKSJ"
    data += " Common effect Mantel Haenszel Year of publication"
    data += " Absolute latitude degrees"
    texts = [text.get_text() for text in foreign.figure.texts]
    words = set(re.findall(r"[A-Za-z]{3,}", " ".join([*texts, *map(bare, foreign[1:])])))
    assert words <= set(re.findall(r"\w+", data))


# --- what is drawn --------------------------------------------------------------------------------


def test_funnel_points_stand_at_effect_and_standard_error() -> None:
    y, se = effects()
    figure = drawn("bcg", "funnel").figure
    assert places(lines(figure)) == [
        (pytest.approx(exp(a)), pytest.approx(b)) for a, b in zip(y, se, strict=True)
    ]
    down = graph_of(figure).y
    assert down.left < down.right
    assert down.axis.low == 0
    assert down.axis.high > max(se)


@pytest.mark.parametrize("p", [0.1, 0.05, 0.01])
def test_a_study_on_a_funnel_contour_has_its_p_value(p: float) -> None:
    figure = drawn("bcg", "funnel").figure
    for side in ("low", "high"):
        (ground,) = figure.findobj(lambda a: a.get_gid() == f"contour-{side}-{p}")  # noqa: B023
        assert isinstance(ground, Polygon)
        apex, edge = ground.get_xy()[:2]
        assert tuple(apex) == (1.0, 0.0)
        assert 2 * norm.sf(abs(log(edge[0])) / edge[1]) == pytest.approx(p)


def test_baujat_points_are_parts_of_q_and_squared_shifts() -> None:
    y, se = effects()
    w = se**-2
    mean = (w * y).sum() / w.sum()
    found = places(lines(drawn("bcg", "baujat").figure))
    assert sum(x for x, _ in found) == pytest.approx((w * (y - mean) ** 2).sum())
    for i, (x, up) in enumerate(found):
        rest = np.arange(len(y)) != i
        without = (w[rest] * y[rest]).sum() / w[rest].sum()
        assert x == pytest.approx(w[i] * (y[i] - mean) ** 2)
        assert up == pytest.approx((mean - without) ** 2 * w[rest].sum())


def test_galbraith_lines_from_the_origin_are_effects() -> None:
    y, se = effects()
    figure = drawn("bcg", "galbraith").figure
    for (x, z), a, b in zip(places(lines(figure)), y, se, strict=True):
        assert (x, z) == (pytest.approx(1 / b), pytest.approx(a / b))
    w = se**-2
    line = one(figure, "common")
    (x0, x1), (z0, z1) = line.get_xdata(), line.get_ydata()
    assert (x0, z0) == (0, 0)
    assert z1 / x1 == pytest.approx((w * y).sum() / w.sum())
    assert one(figure, "band-high").get_ydata()[0] == pytest.approx(1.96, abs=1e-4)
    outside = [line.get_color() == VERMILION for line in lines(figure)]
    expected = np.abs(y / se - (w * y).sum() / w.sum() / se) > 1.959964
    assert outside == list(expected)


@pytest.mark.parametrize(
    ("measure", "value", "curve"),
    [
        ("RR", 0.5, lambda x: 0.5 * x),
        ("OR", 2.0, lambda x: 2 * x / (1 + x)),
        ("RD", -0.01, lambda x: max(0.0, x - 0.01)),
    ],
)
def test_labbe_shows_risks_and_what_the_pooled_effect_makes_of_them(measure, value, curve) -> None:
    case = CASES["bcg"]
    first = case.analyses[0]
    pooled = replace(first.estimates[0], estimate=value)
    changed = replace(
        case,
        outcome=replace(case.outcome, measure=measure),
        analyses=(replace(first, estimates=(pooled,)),),
    )
    figure = draw(changed, "labbe", sensitivity=examined(case)).figure
    risks = [(100 * c / n2, 100 * a / n1) for _, (a, n1, c, n2) in BCG]
    assert places(lines(figure)) == [pytest.approx(pair) for pair in risks]
    line = one(figure, "pooled")
    for x, risk in zip(line.get_xdata(), line.get_ydata(), strict=True):
        assert risk == pytest.approx(100 * curve(x / 100))
    null = one(figure, "null")
    assert list(null.get_xdata()) == list(null.get_ydata())


def test_areas_of_labbe_circles_follow_weights() -> None:
    found = [line.get_markersize() for line in lines(drawn("bcg", "labbe").figure)]
    weights = [study.weight or 0.0 for study in CASES["bcg"].analyses[0].studies]
    for size, weight in zip(found, weights, strict=True):
        assert size == pytest.approx(max(4.0, 18 * sqrt(weight / max(weights))))


def test_drapery_curves_peak_at_estimates_and_give_p_values() -> None:
    figure = drawn("bcg", "drapery").figure
    pooled = CASES["bcg"].analyses[0].estimates[0]
    curves = [*lines(figure), one(figure, "pooled")]
    tops = [study.estimate for study in CASES["bcg"].analyses[0].studies] + [pooled.estimate]
    for curve, top in zip(curves, tops, strict=True):
        highest = int(np.argmax(curve.get_ydata()))
        assert curve.get_xdata()[highest] == pytest.approx(top)
        assert max(curve.get_ydata()) == pytest.approx(1.0)
    xs, ps = curves[-1].get_data()
    for x, p in list(zip(xs, ps, strict=True))[::20]:
        expected = 2 * t.sf(abs(log(x) - pooled.log_estimate) / pooled.se, pooled.df)
        assert p == pytest.approx(expected)


def test_gosh_pools_all_subsets_and_draws_where_they_lie() -> None:
    figure = drawn("bcg", "gosh").figure
    assert "All 8178 subsets" in " ".join(text.get_text() for text in figure.texts)
    corners = np.concatenate(
        [patch.get_path().vertices for patch in figure.findobj(PathPatch) if patch.get_gid()]
    )
    y, _ = effects()
    assert corners[:, 0].min() <= exp(min(y)) * 1.1
    assert corners[:, 0].max() >= exp(max(y)) * 0.66
    assert corners[:, 1].min() <= 0 <= 90 <= corners[:, 1].max() <= 102
    sampled = drawn("60 studies, names of 3, totals of 31", "gosh")
    assert "random sample" in " ".join(text.get_text() for text in sampled.figure.texts)


def test_influence_points_stand_at_the_diagnostics_and_limits_mark_the_remarkable() -> None:
    shown = influence_plot.diagnostics(examined(CASES["bcg"]).diagnostics.studies)
    figure = drawn("bcg", "influence").figure
    for n, diagnostic in enumerate(shown, 1):
        found = lines(figure, f"diagnostic-{n}-study")
        assert [x for x, _ in places(found)] == pytest.approx(diagnostic.values)
        assert [y for _, y in places(found)] == [i + 0.5 for i in range(13)]
        marked = [line.get_marker() == "D" for line in found]
        assert marked == [abs(x) > diagnostic.limit for x in diagnostic.values]
    assert [round(d.limit, 3) for d in shown] == [1.96, 0.866, 0.455, 0.231]


def test_leaving_a_study_out_is_pooling_the_others() -> None:
    case = CASES["bcg"]
    squares = named(drawn("bcg", "leave_one_out").figure, "-square")
    for i in (0, 7, 12):
        others = tuple(study for n, study in enumerate(case.studies) if n != i)
        again = synthesise(case.outcome, [case.analyses[0].spec], case.comparison, others)
        pooled = again.analyses[0].estimates[0].estimate
        assert squares[i].get_xdata()[0] == pytest.approx(pooled)
    assert len(squares) == 13


def test_a_cumulative_analysis_goes_by_year_and_ends_with_all_studies() -> None:
    case = CASES["bcg"]
    dated = tuple(replace(study, year=int(study.label[-4:])) for study in case.studies)
    result = replace(case, studies=dated)
    figure = draw(result, "cumulative", sensitivity=examined(result)).figure
    texts = [text.get_text() for text in figure.texts]
    order = [text for text in texts if text in dict(BCG)]
    assert order == sorted(order, key=lambda label: int(label[-4:]))
    again = synthesise(case.outcome, [case.analyses[0].spec], case.comparison, dated)
    last = named(figure, "-square")[-1].get_xdata()[0]
    assert last == pytest.approx(again.analyses[0].estimates[0].estimate)


def with_covariate(*values: float) -> OutcomeResult:
    """The BCG trials with values of a covariate, the first few if there are fewer values."""
    case = CASES["bcg"]
    padded = (*values, *(None,) * (len(case.studies) - len(values)))
    studies = (replace(s, covariate=x) for s, x in zip(case.studies, padded, strict=True))
    return replace(case, studies=tuple(studies))


def test_a_bubble_plot_shows_values_effects_and_the_regression_line() -> None:
    # Absolute latitudes, and the model that metafor 3.8 fits to them:
    # rma(yi, vi, mods = ~ ablat, data = escalc("RR", ..., data = dat.bcg), test = "knha",
    # control = list(threshold = 1e-12, maxiter = 1000))
    latitudes = (44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33)
    intercept, slope = 0.25146821001, -0.02910172501
    result = with_covariate(*latitudes)
    figure = bubble(result, examined(result)).figure
    y, _ = effects()
    assert places(lines(figure)) == [
        (x, pytest.approx(exp(e))) for x, e in zip(latitudes, y, strict=True)
    ]
    line = one(figure, "regression")
    for x, effect in zip(line.get_xdata(), line.get_ydata(), strict=True):
        assert log(effect) == pytest.approx(intercept + slope * x, abs=1e-7)
    assert overlaps(boxes(figure)) == []


def test_a_bubble_plot_leaves_out_studies_without_a_value_and_needs_a_regression() -> None:
    result = with_covariate(44, 55, 42, 52, 13, 44, 19, 13, 27, 42)
    figure = bubble(result, examined(result)).figure
    assert len(lines(figure)) == 10
    result = with_covariate(44, 55)
    with pytest.raises(TooFewStudies, match="there are 2"):
        bubble(result, examined(result))


def test_what_a_bubble_plot_cannot_show_is_said_in_its_place() -> None:
    assert bare(draw(with_covariate(44, 55, 42), "bubble").title) == (
        "A meta-regression needs about ten trials with a value of the covariate; there are three."
    )
    same = draw(with_covariate(*(30,) * 13), "bubble").title
    assert same == "All trials have the same value of the covariate."
    undeclared = replace(CASES["bcg"].outcome, covariate=None)
    assert "No covariate" in draw(replace(CASES["bcg"], outcome=undeclared), "bubble").title


def test_a_plot_of_moderators_shows_the_line_of_one_and_says_at_what_others_are_held() -> None:
    result = CASES["bcg"]
    found = examined(result)
    assert found is not None
    (model,) = found.moderators
    drawing = draw(result, "moderators", sensitivity=found)
    line = one(drawing.figure, "regression")
    assert len(places(lines(drawing.figure))) == 13
    for at, x, effect in zip(
        model.lines[0].points, line.get_xdata(), line.get_ydata(), strict=True
    ):
        assert (x, log(effect)) == pytest.approx((at.value, at.effect))
    for end in ("low", "high"):
        dashed = one(drawing.figure, f"prediction-{end}").get_ydata()
        limits = [getattr(at, f"pi_{end}") for at in model.lines[0].points]
        assert [log(y) for y in dashed] == pytest.approx(limits)
    assert "Held: Year of publication: 1962.31" in bare(drawing.title)
    assert overlaps(boxes(drawing.figure)) == []


def test_a_plot_of_moderators_without_a_result_says_so() -> None:
    case = CASES["bcg"]
    few = tuple(replace(study, values=()) for study in case.studies)
    without = replace(case, studies=few)
    said = draw(without, "moderators", sensitivity=examined(without)).title
    assert said == "There is no line to draw: the meta-regression has no result."
    words = ModeratorTerm("design", "Design", "design")
    spec = replace(case.outcome, moderators=(ModeratorModel("m", "M", (words,)),))
    assert "No number is declared" in reason("moderators", spec, 20)


# --- the summary ----------------------------------------------------------------------------------


def test_the_summary_has_benefits_then_harms_and_the_second_analysis_where_it_differs() -> None:
    harm = replace(CASES["bcg"], outcome=replace(CASES["bcg"].outcome, label="Tuberculosis"))
    figure, _, description = summary([harm, CASES["two"]])
    texts = [text.get_text() for text in figure.texts]
    order = ["Benefits (more is better)", "Response", "Harms (more is worse)", "Tuberculosis"]
    assert [text for text in texts if text in order] == order
    squares = named(figure, "-square")
    pools = [a.estimates[0] for case in (CASES["two"], harm) for a in case.analyses]
    drawn_at = [float(square.get_xdata()[0]) for square in squares]
    # A second analysis with the same interval says nothing new; here the intervals differ.
    assert drawn_at == [pool.estimate for pool in pools]
    assert [square.get_marker() for square in squares] == ["s", "o", "s", "o"]
    assert overlaps(boxes(figure)) == []
    assert "Tuberculosis: " in bare(description)
    first = harm.analyses[0]
    twice = replace(harm, analyses=(first, replace(first, spec=harm.analyses[1].spec)))
    assert len(named(summary([twice]).figure, "-square")) == 1


def test_outcomes_on_different_scales_have_no_common_axis() -> None:
    odds = replace(CASES["bcg"], outcome=replace(CASES["bcg"].outcome, measure="OR"))
    for measures, results in (
        (["Risk ratio"], [CASES["two"], CASES["bcg"]]),
        (["Risk ratio", "Odds ratio"], [CASES["two"], odds, CASES["bcg"]]),
        (["Risk ratio", "Mean difference"], [CASES["two"], CASES["continuous"]]),
    ):
        figure = summary(results).figure
        panels = [child for child in figure.artists if isinstance(child, Panel)]
        printed = [text.get_text() for text in figure.texts]
        assert [text for text in printed if text in measures] == measures
        assert len(panels) == len(measures)
        assert overlaps(boxes(figure)) == []
        tops, bottoms = zip(*((p.y.axis.low, p.y.axis.high) for p in panels), strict=True)
        assert all(foot < top for foot, top in zip(bottoms, tops[1:], strict=False))
    with pytest.raises(ValueError, match="no outcomes"):
        summary([])


# --- what is drawn, and what is not ---------------------------------------------------------------


def test_the_catalogue_gives_a_reason_for_every_figure_that_is_not_drawn() -> None:
    outcome = CASES["bcg"].outcome
    by_name = {figure.name: figure for figure in planned(outcome, 4, 4)}
    assert by_name["funnel"].reason == (
        "A funnel plot needs about ten trials to say anything; there are four."
    )
    drawn_with_four = {name for name, figure in by_name.items() if figure.drawn}
    assert drawn_with_four == {"forest", "leave_one_out", "cumulative", "drapery"}
    assert all(figure.drawn == (figure.reason == "") for figure in by_name.values())
    assert [figure.drawn for figure in planned(outcome, 0, 0)] == [False] * len(OF_AN_OUTCOME)
    assert all(figure.drawn for figure in planned(outcome, 13, 13))
    assert "one" in reason("gosh", outcome, 1)


def test_only_binary_outcomes_have_risks_to_show() -> None:
    case = CASES["continuous"]
    assert "binary" in reason("labbe", case.outcome, 20)
    assert draw(case, "labbe").title == reason("labbe", case.outcome, 20)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_that_cannot_be_drawn_says_why(figure: str) -> None:
    page, title, description = drawn("one", figure)
    assert title == description == reason(figure, CASES["one"].outcome, 1, 1)
    assert title == " ".join(text.get_text() for text in page.texts)


def test_an_unknown_figure_is_an_error() -> None:
    with pytest.raises(KeyError, match="pie"):
        draw(CASES["bcg"], "pie")


def test_a_single_proportion_has_no_figures_of_comparisons() -> None:
    share = replace(CASES["bcg"].outcome, type="proportion", measure="PLO", covariate=None)
    drawn_of_it = {figure.name for figure in planned(share, 20) if figure.drawn}
    assert drawn_of_it == {"forest", "leave_one_out", "cumulative", "influence", "baujat"}
    assert "of one group there is none" in reason("gosh", share, 20)


@pytest.mark.parametrize("figure", [name for name in FIGURES if name not in AT_TEN])
def test_figures_of_an_outcome_without_a_pooled_result_are_drawn_or_say_why(figure: str) -> None:
    """Nobody had the event under control, which Mantel and Haenszel's risk ratio cannot pool."""
    case = binary([(f"S{i}", (i + 1, 50, 0, 50)) for i in range(6)])
    spec = AnalysisSpec("mh", "", model="MH")
    result = synthesise(case.outcome, [spec], case.comparison, case.studies)
    assert result.analyses[0].estimates[0].estimate is None
    drawing = draw(result, figure, sensitivity=examined(result))
    if figure in ("leave_one_out", "cumulative"):
        assert "no pooled result" in drawing.title
    assert drawing.title


def test_figures_need_the_record_that_they_show() -> None:
    with pytest.raises(ValueError, match="sensitivity"):
        draw(CASES["bcg"], "baujat")
