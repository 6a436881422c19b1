"""Journals' layouts of the forest plot, dots of risk of bias, and what is clipped."""

from dataclasses import replace

import pytest
from tests.figure_cases import (
    BCG,
    WORDS,
    binary,
    boxes,
    cases,
    graph_of,
    judged,
    named,
    overlaps,
    texts,
)

from metasynth.figures.canvas.style import WIDTH
from metasynth.figures.forest.forest import forest
from metasynth.figures.forest.preset import BMJ, COCHRANE, JAMA
from metasynth.figures.plots.judgements import traffic_light
from metasynth.figures.plots.risk_of_bias import (
    BLACK,
    HIGH,
    LEVELS,
    LOW,
    SOME,
    UNKNOWN,
    domain_names,
    level,
    of_outcome,
    tells,
)
from metasynth.language.languages import speak
from metasynth.model.records import Cell, Judgement, OutcomeResult

CASES = cases()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("preset", [JAMA, BMJ])
@pytest.mark.parametrize("dots", [True, False])
def test_every_layout_keeps_text_apart_and_on_the_page(name, preset, dots) -> None:
    result = CASES[name]
    figure = forest(result, preset=preset, judgements=judged(result) if dots else None)
    measured = boxes(figure)
    assert overlaps(measured) == []
    assert all(box.x0 >= 0 and box.x1 <= WIDTH and box.y0 >= 0 for _, box in measured)
    assert graph_of(figure).extent.width >= 85


@pytest.mark.parametrize("name", CASES)
def test_cochranes_layout_has_room_for_dots(name: str) -> None:
    figure = forest(CASES[name], judgements=judged(CASES[name]))
    assert overlaps(boxes(figure)) == []
    assert all(box.x1 <= WIDTH for _, box in boxes(figure))


def test_jama_and_bmj_print_limits_and_columns_in_their_own_way() -> None:
    jama, bmj = (forest(CASES["bcg"], preset=preset) for preset in (JAMA, BMJ))
    assert {"4/123", "0.41 (0.13–1.26)", "Events/total", "(95% CI)"} <= set(texts(jama))
    assert "0.41 (0.13 to 1.26)" in texts(bmj)
    assert "1065/191\u202f064" in texts(bmj)
    graphs = [graph_of(figure).extent for figure in (jama, bmj)]
    weights = [texts(figure)["0.5%"].get_position()[0] for figure in (jama, bmj)]
    effects = [
        next(x.get_position()[0] for text, x in texts(figure).items() if text.startswith("0.41 ("))
        for figure in (jama, bmj)
    ]
    assert effects[0] < graphs[0].x0 < graphs[0].x1 < weights[0]
    assert graphs[1].x1 < weights[1] < effects[1]
    differences = forest(CASES["continuous"], preset=JAMA)
    assert any("(−5.24 to 0.06)" in text.replace("\u2007", "") for text in texts(differences))


def test_marks_do_not_depend_on_the_layout() -> None:
    figures = [forest(CASES["bcg"], preset=preset) for preset in (COCHRANE, JAMA, BMJ)]
    places = [[float(s.get_xdata()[0]) for s in named(f, "-square")] for f in figures]
    assert places[0] == places[1] == places[2]


def test_dots_stand_in_the_row_of_their_study_with_symbol_and_colour() -> None:
    case = CASES["two"]
    figure = forest(case, judgements=judged(case))
    for row in (1, 2):
        dots = [
            line for line in figure.artists if (line.get_gid() or "").startswith(f"row-{row}-dot-")
        ]
        expected = [level(WORDS[(row - 1 + n) % 4]).colour for n in range(6)]
        assert [dot.get_color() for dot in dots] == expected
        heights = {float(dot.get_ydata()[0]) for dot in dots}
        (square,) = [s for s in named(figure, "-square") if s.get_gid() == f"row-{row}-square"]
        assert heights == {float(square.get_ydata()[0])}
    symbols = [text.get_text() for text in figure.texts if text.get_color() == BLACK]
    assert symbols == ["+", "?", "−", "+", "?", "?", "−", "+", "?", "−"]
    note = " ".join(text.get_text() for text in figure.texts)
    assert "A Randomisation process; B Deviations" in note


def test_a_study_or_a_domain_without_a_judgement_has_no_dot() -> None:
    case = CASES["two"]
    first = judged(case)["study1"]
    figure = forest(case, judgements={"study1": first[:2], "study2": first[1:3]})
    dots = {line.get_gid() for line in figure.artists if "-dot-" in (line.get_gid() or "")}
    assert dots == {"row-1-dot-1", "row-1-dot-2", "row-2-dot-2", "row-2-dot-3"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Low", LOW),
        ("low risk of bias", LOW),
        ("Unclear risk", SOME),
        ("Some concerns", SOME),
        ("HIGH", HIGH),
        ("Serious", HIGH),
        ("No information", UNKNOWN),
        ("whatever", UNKNOWN),
    ],
)
def test_words_of_all_tools_have_a_sign(word: str, expected: object) -> None:
    assert level(word) == expected


def test_an_outcomes_own_judgement_stands_before_that_of_the_study() -> None:
    def judgement(outcome: str, domain: str, word: str) -> Judgement:
        return Judgement(outcome, "RoB 2", domain, word, "", "", Cell("t.csv", 2))

    whole, missing = judgement("", "Blinding", "Low"), judgement("", "Missing data", "High")
    own = judgement("pain", "Blinding", "High")
    judgements = {"s1": (whole, missing, own), "s2": (own,)}
    assert of_outcome(judgements) == {"s1": (whole, missing), "s2": ()}
    assert of_outcome(judgements, "pain") == {"s1": (own, missing), "s2": (own,)}
    assert of_outcome(judgements, "death") == {"s1": (whole, missing), "s2": ()}


def test_a_domain_that_no_study_has_judged_is_not_shown() -> None:
    def judgement(domain: str, word: str) -> Judgement:
        return Judgement("", "RoB 2", domain, word, "Not stated.", "", Cell("t.csv", 2))

    blank, low = judgement("Blinding", ""), judgement("Missing data", "Low")
    judgements = {"s1": (blank, low), "s2": (judgement("Missing data", ""),)}
    assert domain_names(judgements) == ("Missing data",)
    assert tells(judgements)
    assert not tells({"s1": (blank,)})
    words = traffic_light(judgements, {"s1": "A", "s2": "B"}).description
    assert "A – Missing data: Low." in words
    assert "B – not judged." in words
    assert "Blinding" not in words


def test_levels_differ_in_symbol_and_are_light_enough_for_it() -> None:
    assert len({one.symbol for one in LEVELS}) == len(LEVELS)
    for one in LEVELS:
        channels = [int(one.colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert (luminance + 0.05) / 0.05 > 4.5


def widened(case: OutcomeResult, low: float, high: float) -> OutcomeResult:
    first, *others = case.analyses
    wide = replace(first.estimates[0], ci_low=low, ci_high=high)
    return replace(case, analyses=(replace(first, estimates=(wide,)), *others))


def test_a_diamond_of_absurd_width_leaves_the_studies_readable() -> None:
    figure = forest(widened(CASES["two"], 3e-5, 170583.0))
    axis = graph_of(figure).x.axis
    low, high = axis.low, axis.high
    assert (low, high) == (0.5, 4)  # what the studies need on either side
    first, _ = named(figure, "-diamond")
    assert first.get_xy()[0][0] == low
    assert first.get_xy()[2][0] == high
    row = first.get_gid().removesuffix("-diamond")
    ends = {artist.get_gid() for artist in figure.findobj() if artist.get_gid()}
    assert {f"{row}-beyond-low", f"{row}-beyond-high"} <= ends


def test_a_diamond_a_little_wider_than_the_studies_is_shown_whole() -> None:
    figure = forest(widened(CASES["two"], 0.4, 8.0))
    assert graph_of(figure).x.axis.high >= 8
    assert not [a for a in figure.findobj() if "diamond-beyond" in (a.get_gid() or "")]


def test_one_far_interval_among_many_is_clipped() -> None:
    figure = forest(binary([*BCG, ("Wild", (1, 40, 2, 4000))]))
    ends = {artist.get_gid() for artist in figure.findobj() if artist.get_gid()}
    assert "row-14-beyond-high" in ends
    assert not any(f"row-{i}-beyond-high" in ends for i in range(1, 14))


def test_signs_of_risk_of_bias_are_explained_below() -> None:
    words = " ".join(
        t.get_text() for t in forest(CASES["two"], judgements=judged(CASES["two"])).texts
    )
    assert "In the circles + means low risk, ? some concerns, − high risk, an empty one" in words


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("code", ["en", "pl"])
def test_dots_give_way_where_they_would_leave_names_no_room(name: str, code: str) -> None:
    case = CASES[name]
    figure = forest(case, language=speak(code), judgements=judged(case))
    has_dots = any("-dot-" in (line.get_gid() or "") for line in figure.artists)
    assert figure.pieces[0].names >= 70 or not has_dots or "…" not in " ".join(texts(figure))


def test_longer_words_of_another_language_leave_the_dots_their_room() -> None:
    """Polish headings took the room of six domains; n and N stand for them then, and are told."""
    case = CASES["bcg"]
    words = ("A", "B", "C", "D", "E", "F")
    dots = {
        study.study: tuple(replace(one, domain=word) for word in words for one in own[:1])
        for study, own in zip(case.analyses[0].studies, judged(case).values(), strict=True)
    }
    polish = forest(case, language=speak("pl"), judgements=dots)
    assert sum("-dot-" in (line.get_gid() or "") for line in polish.artists) >= 6
    printed = [text.get_text() for text in polish.texts]
    assert "n: liczba zdarzeń. N: liczebność grupy." in " ".join(printed)
    assert "Zdarzenia" not in printed
