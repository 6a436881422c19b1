"""Figures as files: the look that config.yaml chooses, and a file for each language."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.figure_cases import cases, judged

from metasynth.figures.draw import draw
from metasynth.figures.files import review_files
from metasynth.figures.forest.files import forest_files
from metasynth.figures.svg_files import named
from metasynth.language.languages import ENGLISH, Language
from metasynth.language.tracked import bare
from metasynth.model.records import AnalysisResult, FigureChoices, OutcomeResult

CASE = cases()["bcg"]
JUDGED = judged(CASE)
POLISH = replace(ENGLISH, code="pl", labels={"Response": "Odpowiedź"})
LANGUAGES: Mapping[str, Language] = {"": ENGLISH, "pl": POLISH}


def printed(choices: FigureChoices, case: OutcomeResult = CASE) -> list[str]:
    drawing = draw(case, "forest", choices=choices, judgements=JUDGED)
    return [text.get_text() for text in drawing.figure.texts]


def third(case: OutcomeResult) -> OutcomeResult:
    """A case with one more analysis."""
    more: AnalysisResult = case.analyses[1]
    spec = replace(more.spec, name="peto", label="Peto’s method")
    return replace(case, analyses=(*case.analyses, replace(more, spec=spec)))


def test_a_layout_is_chosen_by_its_name() -> None:
    assert {"n", "N"} < set(printed(FigureChoices()))  # short beside risk of bias
    assert "Events" in printed(FigureChoices(risk_of_bias=False))
    assert "Events/total" in printed(FigureChoices(layout="jama"))
    assert any(" to " in text for text in printed(FigureChoices(layout="bmj")))


def test_dots_of_risk_of_bias_are_drawn_and_described_unless_not_wanted() -> None:
    with_dots = draw(CASE, "forest", judgements=JUDGED)
    assert "Risk of bias of Aronson 1948: Randomisation process: Low;" in bare(
        with_dots.description
    )
    assert any("dot" in (artist.get_gid() or "") for artist in with_dots.figure.artists)
    without = draw(CASE, "forest", choices=FigureChoices(risk_of_bias=False), judgements=JUDGED)
    assert "Risk of bias" not in without.description
    assert not any("dot" in (artist.get_gid() or "") for artist in without.figure.artists)
    unknown = {
        study: tuple(replace(one, judgement="No information") for one in own)
        for study, own in JUDGED.items()
    }
    assert "Risk of bias" not in draw(CASE, "forest", judgements=unknown).description


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ((), ["common"]),
        (("peto",), ["peto"]),
        (("peto", "common"), ["common", "peto"]),
        (("no",), []),
    ],
)
def test_the_primary_analysis_is_shown_with_those_chosen(
    chosen: tuple[str, ...], shown: list[str]
) -> None:
    case = third(CASE)
    texts = " ".join(printed(FigureChoices(analyses=chosen), case))
    words = {"common": "Common effect", "peto": "Peto’s method"}
    assert "Random effects" in texts
    assert [name for name in words if f"{words[name]}" in texts] == shown


def test_each_language_has_its_own_file() -> None:
    paths = ["results/figures/response/forest.svg", "results/figures/response/forest.pl.svg"]
    assert [named(path) for path in paths] == [("forest", ""), ("forest", "pl")]
    files = forest_files(paths, CASE, LANGUAGES, FigureChoices(), JUDGED)
    assert list(files) == paths
    assert "Forest plot of response" in files[paths[0]]
    assert "Forest plot of odpowiedź" in files[paths[1]]
    assert 'id="response-forest-title"' in files[paths[0]]
    review = review_files(["results/figures/flow.pl.svg"], (), (), (), LANGUAGES)
    assert 'id="overview-flow-title"' in review["results/figures/flow.pl.svg"]
