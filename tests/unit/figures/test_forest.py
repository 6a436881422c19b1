"""The forest plot says what the numbers say, where they say it, and nothing stands on another."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.transforms import Bbox
from tests.figure_cases import (
    BCG,
    COMPARISON,
    LONG,
    binary,
    boxes,
    cases,
    graph_of,
    named,
    overlaps,
    texts,
)

from metasynth.core.messages import Sentence
from metasynth.figures.canvas.style import BLUE, VERMILION, WIDTH
from metasynth.figures.forest.describe import forest_alt
from metasynth.figures.forest.forest import forest
from metasynth.figures.forest.preset import PRESETS
from metasynth.figures.forest.rows import forest_rows
from metasynth.figures.forest.shapes import SMALLEST
from metasynth.figures.outcome import overall
from metasynth.language.formats import ENGLISH, count
from metasynth.language.languages import speak
from metasynth.language.tracked import bare
from metasynth.model.records import (
    AnalysisSpec,
    Comparison,
    Group,
    OutcomeResult,
    OutcomeSpec,
    SignificanceTest,
    StudyData,
    StudyEffect,
)
from metasynth.synthesis.synthesise import synthesise

CASES = cases()
SOME_POOLED = [name for name, case in CASES.items() if case.analyses[0].estimates]


def grid() -> Iterator[tuple[str, OutcomeResult]]:
    """Reviews of all sizes, with names and numbers of all lengths."""
    for k, length, size in itertools.product((1, 2, 13, 60), (3, 40, 80), (1, 10_000)):
        rows = [
            (
                f"{i} {LONG}"[:length].strip(),
                (size * (3 + i % 5), size * 31, size * (2 + i % 7), size * 30),
            )
            for i in range(k)
        ]
        yield f"{k} studies, names of {length}, totals of {size * 31}", binary(rows)
    wordy = replace(COMPARISON, intervention_label=LONG, control_label=LONG.replace(" ", ""))
    yield "wordy groups", binary(BCG, comparison=wordy)


EVERY = {**CASES, **dict(grid())}


LANGUAGES = {"en": speak("en"), "pl": speak("pl")}
PRESET_NAMES = list(PRESETS)


@cache
def drawn(
    name: str, language: str = "en", preset: str = "cochrane"
) -> tuple[Figure, list[tuple[str, Bbox]]]:
    """A case's figure, and where its texts are; no test changes it."""
    figure = forest(EVERY[name], language=LANGUAGES[language], preset=PRESETS[preset])
    return figure, boxes(figure)


def effects(result: OutcomeResult) -> list[StudyEffect]:
    """The primary analysis' effects in the order of the figure's rows."""
    analysis = result.analyses[0]
    subgroups = [e.subgroup for e in analysis.estimates if e.subgroup != "all"] or [""]
    return [e for name in subgroups for e in analysis.studies if e.subgroup == name]


# --- layout ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESET_NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY)
def test_no_text_stands_on_another_or_leaves_the_page(
    name: str, language: str, preset: str
) -> None:
    figure, measured = drawn(name, language, preset)
    assert figure.bbox.width == WIDTH
    assert overlaps(measured) == []
    for text, box in measured:
        assert box.x0 >= 0, text
        assert box.x1 <= figure.bbox.width, text
        assert box.y0 >= 0, text
        assert box.y1 <= figure.bbox.height, text


@pytest.mark.parametrize("preset", PRESET_NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EVERY)
def test_no_text_stands_on_the_graph(name: str, language: str, preset: str) -> None:
    figure, measured = drawn(name, language, preset)
    graph = graph_of(figure).extent
    around = Bbox.from_extents(graph.x0 - 4.5, graph.y0, graph.x1 + 4.5, graph.y1)
    for text, box in measured:
        shared = Bbox.intersection(around, box)
        assert shared is None or min(shared.width, shared.height) < 0.1, text
    assert graph.width >= 100
    assert graph.x1 <= WIDTH


@pytest.mark.parametrize("name", EVERY)
def test_marks_stay_on_the_graph(name: str) -> None:
    figure, _ = drawn(name)
    graph = graph_of(figure)
    low, high = graph.x.axis.low, graph.x.axis.high
    top, bottom = graph.y.axis.low, graph.y.axis.high
    for ending in ("-interval", "-square", "-caps", "-low", "-high"):
        for line in named(figure, ending):
            assert isinstance(line, Line2D)
            assert all(low <= x <= high for x in line.get_xdata())
            assert all(top < y < bottom for y in line.get_ydata())


def test_sixty_studies_fit_a_page() -> None:
    assert forest(CASES["sixty"]).bbox.height < 800


def test_a_polish_figure_says_words_and_numbers_in_polish() -> None:
    printed = texts(forest(CASES["bcg"], language=LANGUAGES["pl"]))
    assert {"Badanie", "Zdarzenia", "Razem", "Waga", "względne"} <= set(printed)
    assert any("0,65 [0,56; 0,75]" in text for text in printed)
    assert not any("." in text for text in printed if text[:1].isdigit())


# --- marks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOME_POOLED)
def test_squares_stand_at_the_estimates_in_the_rows_of_their_studies(name: str) -> None:
    figure, _ = drawn(name)
    graph = graph_of(figure)
    squares = named(figure, "-square")
    studies = effects(CASES[name])
    assert len(squares) == len(studies)
    for square, study in zip(squares, studies, strict=True):
        assert isinstance(square, Line2D)
        assert square.get_xdata()[0] == study.estimate
        assert square.get_color() == BLUE
        beside = [
            text
            for text in figure.texts
            if abs(
                graph.data.transform((1, square.get_ydata()[0]))[1]
                - text.get_transform().transform(text.get_position())[1]
                - 2.64
            )
            < 0.01
        ]
        total = count(study.total_control, ENGLISH)
        assert any(total == text.get_text() for text in beside) or (study.total_control is None)
        assert any(f"{study.weight:.1f}%" == text.get_text() for text in beside)


@pytest.mark.parametrize("name", SOME_POOLED)
def test_areas_of_squares_are_in_proportion_to_weights(name: str) -> None:
    studies = effects(CASES[name])
    heaviest = max(study.weight or 0.0 for study in studies)
    sides = [square.get_markersize() for square in named(drawn(name)[0], "-square")]
    largest = max(sides)
    assert 6.9 < largest <= 9.0
    for side, study in zip(sides, studies, strict=True):
        share = (study.weight or 0.0) / heaviest
        assert side**2 == pytest.approx(max(largest**2 * share, SMALLEST**2))


@pytest.mark.parametrize("name", SOME_POOLED)
def test_intervals_of_studies_reach_from_limit_to_limit_or_end_in_arrows(name: str) -> None:
    figure, _ = drawn(name)
    axis = graph_of(figure).x.axis
    low, high = axis.low, axis.high
    lines = named(figure, "-interval")
    beyond = {str(artist.get_gid()) for artist in figure.findobj(Line2D)}
    blue = [line for line in lines if line.get_color() != VERMILION]
    for line, study in zip(blue, effects(CASES[name]), strict=True):
        assert isinstance(line, Line2D)
        assert study.ci_low is not None
        assert study.ci_high is not None
        assert list(line.get_xdata()) == [max(study.ci_low, low), min(study.ci_high, high)]
        row = str(line.get_gid()).removesuffix("-interval")
        assert (f"{row}-beyond-low" in beyond) == (study.ci_low < low)
        assert (f"{row}-beyond-high" in beyond) == (study.ci_high > high)


@pytest.mark.parametrize(
    "name", [n for n in SOME_POOLED if CASES[n].analyses[0].estimates[0].k > 1]
)
def test_diamonds_span_the_intervals_of_the_pooled_effects(name: str) -> None:
    diamonds = named(drawn(name)[0], "-diamond")
    first, *others = CASES[name].analyses
    subtotals = [e for e in first.estimates if e.subgroup != "all"]
    pooled = [*subtotals, first.estimates[0], *(other.estimates[0] for other in others)]
    assert len(diamonds) == len(pooled)
    for diamond, estimate in zip(diamonds, pooled, strict=True):
        assert isinstance(diamond, Polygon)
        left, top, right, bottom = diamond.get_xy()[:4]
        assert (left[0], right[0]) == (estimate.ci_low, estimate.ci_high)
        assert top[0] == bottom[0] == estimate.estimate
        assert left[1] == right[1] == (top[1] + bottom[1]) / 2
    assert [diamond.get_facecolor()[3] for diamond in diamonds][-1] == 0
    assert all(diamond.get_facecolor()[3] == 1 for diamond in diamonds[:-1])


def test_prediction_interval_has_its_own_row() -> None:
    figure = forest(CASES["bcg"])
    estimate = CASES["bcg"].analyses[0].estimates[0]
    (caps,) = named(figure, "-caps")
    assert isinstance(caps, Line2D)
    assert list(caps.get_xdata()) == [estimate.pi_low, estimate.pi_high]
    assert caps.get_color() == VERMILION
    assert "95% prediction interval" in texts(figure)
    assert "95% prediction interval" not in texts(forest(CASES["two"]))


@pytest.mark.parametrize("preset", PRESET_NAMES)
def test_a_prediction_interval_that_is_printed_like_the_interval_is_no_row(preset: str) -> None:
    result = CASES["two"]
    first, *others = result.analyses
    pool = first.estimates[0]
    for low, rows in ((pool.ci_low, 0), (pool.ci_low * 1.0001, 0), (pool.ci_low / 2, 1)):
        told = replace(pool, pi_low=low, pi_high=pool.ci_high)
        shown = replace(result, analyses=(replace(first, estimates=(told,)), *others))
        printed = [t.get_text() for t in forest(shown, preset=PRESETS[preset]).texts]
        assert printed.count("95% prediction interval") == rows
        assert ("prediction interval" in bare(forest_alt(shown)[1])) == bool(rows)


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_padded_and_effects_stand_at_the_far_right(name: str) -> None:
    figure, _ = drawn(name, preset="journal")
    effects = [t for t in figure.texts if re.match(r"[<−0-9.]+ \[", t.get_text())]
    assert all("\u2007" not in t.get_text() for t in figure.texts)
    assert all(t.get_position()[0] == pytest.approx(WIDTH - 2) for t in effects)


def test_reference_lines_stand_at_no_effect_and_at_the_first_pooled_effect() -> None:
    figure = forest(CASES["bcg"])
    pooled = CASES["bcg"].analyses[0].estimates[0]
    lines = {artist.get_gid(): artist for artist in graph_of(figure).get_children()}
    for gid, value in (("null", 1.0), ("pooled", pooled.estimate)):
        line = lines[gid]
        assert isinstance(line, Line2D)
        assert list(line.get_xdata()) == [value, value]


def test_a_limit_that_does_not_exist_is_an_arrow() -> None:
    case = CASES["two"]
    analysis = case.analyses[0]
    endless = tuple(replace(study, ci_high=None) for study in analysis.studies)
    pooled = replace(analysis.estimates[0], ci_low=None)
    changed = replace(analysis, studies=endless, estimates=(pooled,))
    figure = forest(replace(case, analyses=(changed,)))
    axis = graph_of(figure).x.axis
    low, high = axis.low, axis.high
    arrows = named(figure, "-beyond-high")
    assert [arrow.get_xdata()[0] for arrow in arrows] == [high, high]
    assert [arrow.get_marker() for arrow in arrows] == [">", ">"]
    (left,) = named(figure, "-beyond-low")
    assert left.get_xdata()[0] == low
    (diamond,) = named(figure, "-diamond")
    assert diamond.get_xy()[0][0] == low
    assert any(
        "1.80 [0.97,    –]".replace(" ", "") in t.replace("\u2007", "").replace(" ", "")
        for t in texts(figure)
    )


# --- words ----------------------------------------------------------------------------------------


def test_direction_of_benefit_decides_whom_each_side_favours() -> None:
    for direction, left, right in (
        ("benefit", "← Favours Placebo", "Favours Anakinra →"),
        ("harm", "← Favours", "Favours Placebo →"),  # its second line says whom
    ):
        found = texts(forest(binary(BCG, direction)))
        spaced = {text.replace("\u00a0", " "): label for text, label in found.items()}
        assert spaced[left].get_position()[0] < spaced[right].get_position()[0]


def test_the_review_may_say_in_its_own_words_whom_each_side_favours() -> None:
    result = binary(BCG, "benefit")
    outcome = replace(result.outcome, favours=("Fewer relapses", "More relapses"))
    found = texts(forest(replace(result, outcome=outcome)))
    spaced = {text.replace("\u00a0", " "): label for text, label in found.items()}
    left, right = spaced["← Fewer relapses"], spaced["More relapses →"]
    assert left.get_position()[0] < right.get_position()[0]
    assert not any("Favours" in text for text in found)


def test_counts_weights_and_effects_of_a_study_are_printed() -> None:
    found = texts(forest(CASES["bcg"]))
    for text in ("Aronson 1948", "4", "123", "11", "139", "0.5%", "0.41 [0.13, 1.26]"):
        assert text in found


def test_statistics_are_printed_as_cochrane_prints_them() -> None:
    found = " ".join(texts(forest(CASES["bcg"], ["random"])))
    assert "Heterogeneity: Tau² = 0.04; Q = 152.23, df = 12 (p < 0.001); I² = 92%" in found
    assert "Overall effect: t = −5.90, df = 12 (p = 0.03)" in found
    assert "Common effect" not in found


def test_a_study_without_events_is_listed_as_not_estimable() -> None:
    found = texts(forest(CASES["zeros"]))
    assert "Fleischmann 2003" in found
    assert "1116" in found
    assert "Not estimable" in found
    assert "Genovese 2004 †" in found


@pytest.mark.parametrize("name", ["none", "nothing"])
def test_without_a_pooled_result_the_figure_says_so(name: str) -> None:
    figure = forest(CASES[name])
    assert "Not estimable" in texts(figure)
    assert not named(figure, "-square")
    assert not named(figure, "-diamond")


def test_subgroups_have_headings_subtotals_and_their_own_heterogeneity() -> None:
    figure = forest(CASES["subgroups"])
    printed = [text.get_text() for text in figure.texts]
    assert printed.count("Subtotal") == 2
    assert sum(text.startswith("Heterogeneity: Tau²") for text in printed) == 2
    assert printed.index("Random allocation") < printed.index("Aronson 1948")
    assert printed.index("Systematic allocation") < printed.index("Hart & Sutherland 1977")


def test_the_test_of_subgroup_differences_names_its_analysis() -> None:
    case = CASES["subgroups"]
    first, second = case.analyses
    test = SignificanceTest("subgroup differences", 1.768, 2, 0.4131)
    tested = replace(case, analyses=(replace(first, tests=(test,)), second))
    line = "Subgroup differences: Q = 1.77, df = 2 (p = 0.41)"
    wrapped = " ".join(text.get_text() for text in forest(tested).texts)
    assert f"{line} – {first.spec.label}" in wrapped
    assert line in texts(forest(tested, ["random"]))
    assert f"{first.spec.label}: {line}." in bare(forest_alt(tested)[1])
    assert not any("Subgroup differences" in text for text in texts(forest(case)))


def test_an_analysis_that_was_not_made_is_an_error() -> None:
    with pytest.raises(KeyError, match="peto"):
        forest(CASES["two"], ["peto"])


def test_a_name_without_room_keeps_its_beginning_and_is_whole_in_the_description() -> None:
    name = f"{LONG} {LONG}"
    case = binary([(name, (19, 46, 11, 48)), *BCG[:2]])
    printed = [text.get_text() for text in forest(case).texts]
    start = printed.index("[95% CI]") + 1
    lines = printed[start : printed.index("19")]
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert name.startswith(" ".join(lines).removesuffix("…"))
    assert f"{name}: 19 of 46" in bare(forest_alt(case)[1])


def test_mathematics_and_braces_in_names_are_letters() -> None:
    figure = forest(CASES["hostile"])
    assert not any(text.get_parse_math() for text in figure.texts)
    assert r"$\frac{x}$ & 100% \u202e" in texts(figure)
    assert all(ord(char) >= 32 for text in texts(figure) for char in text)
    assert not any("\u202e" in text for text in texts(figure))


def test_group_names_default_to_what_they_are() -> None:
    found = texts(forest(binary(BCG[:2], comparison=Comparison(("a",), ("b",)))))
    assert "Intervention" in found
    assert "Control" in found


# --- other kinds of outcome -----------------------------------------------------------------------


def pooled(type_: str, measure: str, groups: list[tuple[Group, Group | None]]) -> OutcomeResult:
    """An outcome of any kind, pooled by random effects."""
    outcome = OutcomeSpec("x", "Relapse", "x", None, type_, measure, "harm", ("primary",))
    studies = [
        StudyData(f"s{i}", f"Trial {i}", None, one, other)
        for i, (one, other) in enumerate(groups, 1)
    ]
    spec = AnalysisSpec("primary", "Random effects", ci="HKSJ")
    return synthesise(outcome, [spec], COMPARISON, studies)


def test_rates_have_columns_of_person_time_and_their_sums() -> None:
    groups = [
        (Group((), "A", e, n, person_time=t), Group((), "B", e + 4, n, person_time=t + 0.5))
        for e, n, t in ((12, 80, 120.0), (3, 40, 60.25), (30, 120, 180.5))
    ]
    result = pooled("rate", "IRR", groups)
    figure = forest(result)
    words = texts(figure)
    assert "Person-time" in words
    assert {"60.25", "60.75", "360.75", "362.25"} <= set(words)
    assert overlaps(boxes(figure)) == []
    assert "Trial 2: 3 in 60.25 of person-time compared with 7 in 60.75" in bare(
        forest_alt(result)[1]
    )


def test_a_proportion_has_one_group_an_axis_from_nothing_and_no_side_to_favour() -> None:
    groups = [(Group((), "A", e, n), None) for e, n in ((12, 80), (3, 40), (30, 120), (1, 25))]
    result = pooled("proportion", "PLO", groups)
    figure = forest(result)
    axis = graph_of(figure).x.axis
    assert (axis.low, axis.high) == (0.0, 0.4)
    assert [x.get_gid() for x in graph_of(figure).get_children() if x.get_gid() == "null"] == []
    assert "Placebo" not in " ".join(texts(figure))
    assert "Favours" not in " ".join(texts(figure))
    short, long = map(bare, forest_alt(result))
    assert short.startswith("Forest plot of relapse, anakinra: Proportion 0.")
    assert "Trial 2: 3 of 40, 0.07" in long
    assert "Placebo" not in long


@pytest.mark.parametrize("name", EVERY)
def test_one_study_is_not_pooled(name: str) -> None:
    result = EVERY[name]
    rows = forest_rows(result, None, LANGUAGES["en"]).rows
    drawn_pools = sum(row.kind == "total" and row.mark is not None for row in rows)
    asked = [e for a in result.analyses if (e := overall(a)) is not None]
    assert drawn_pools == sum(pool.k > 1 for pool in asked)
    alone = replace(
        result,
        analyses=tuple(
            replace(a, estimates=tuple(replace(e, k=1) for e in a.estimates))
            for a in result.analyses
        ),
    )
    said = forest_rows(alone, None, LANGUAGES["en"])
    assert not any(row.kind in ("total", "prediction") and row.mark for row in said.rows)
    assert said.statistics == ()


def test_where_the_model_weighs_no_study_there_is_no_column_of_weights() -> None:
    result = CASES["bcg"]
    bare_studies = tuple(replace(study, weight=None) for study in result.analyses[0].studies)
    first = replace(result.analyses[0], studies=bare_studies)
    pools = tuple(
        replace(analysis, studies=tuple(replace(s, weight=None) for s in analysis.studies))
        for analysis in result.analyses[1:]
    )
    with_weights, without = (
        texts(forest(of, ["random", "common"]))
        for of in (result, replace(result, analyses=(first, *pools)))
    )
    assert "Weight" in with_weights
    assert "Weight" not in without
    assert any(text.startswith("Weights and squares") for text in with_weights)
    assert not any("Weights and squares" in text for text in without)


def test_a_caveat_of_both_analyses_is_said_once() -> None:
    result = CASES["zeros"]
    caveat = (Sentence("Events are rare."), Sentence("Few studies."))
    analyses = tuple(
        replace(a, estimates=(replace(a.estimates[0], note=caveat[place:]), *a.estimates[1:]))
        for place, a in enumerate(result.analyses[:2])
    )
    names = [a.spec.name for a in analyses]
    printed = " ".join(texts(forest(replace(result, analyses=analyses), names)))
    assert printed.count("Few studies.") == 1


def test_a_q_that_all_analyses_share_is_said_once() -> None:
    lines = forest_rows(CASES["two"], None, speak("en")).statistics
    shared = [bare(line) for line in lines if " Q = " in bare(line)]
    assert len(shared) == 1
    assert shared[0].startswith("Heterogeneity: Q = ")
    assert bare(lines[2]) == "I² = 0% – Common effect (Mantel–Haenszel)"
