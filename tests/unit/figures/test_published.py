"""What published figures print beside what was recomputed."""

from dataclasses import replace

import pytest
from tests.figure_cases import ACR, BCG, binary, boxes, named, overlaps

from metasynth.figures.canvas.panel import Panel
from metasynth.figures.catalogue import beside, overview
from metasynth.figures.forest.published_rows import published
from metasynth.language.languages import Language, speak
from metasynth.language.tracked import MARK, bare
from metasynth.model.records import Cell, Claim, OutcomeResult


def claim(row: int, study: str, printed: tuple[str, str, str], **others: str) -> Claim:
    told = {"outcome": "response", "measure": "RR", "locator": "Figure 9"} | others
    return Claim(
        f"figure{row}", "someone2001", told["locator"], "", "figure_estimate", study,
        told["outcome"], 24, told["measure"], *printed, "", Cell("claims.csv", row),
    )  # fmt: skip


def case(rows=ACR, **others: str) -> OutcomeResult:
    made = binary(rows)
    analyses = tuple(
        replace(a, studies=tuple(replace(e, analysis=a.spec.name) for e in a.studies))
        for a in made.analyses
    )
    spec = replace(made.outcome, as_published="common", **others)
    return replace(made, outcome=spec, analyses=analyses)


CLAIMS = (
    claim(2, "study2", ("1.73", "1.31", "2.30")),
    claim(3, "study1", ("1.80", "0.97", "3.36")),
    claim(4, "", ("1.75", "1.35", "2.26")),
)


@pytest.mark.parametrize("language", [speak("en"), speak("pl")], ids=["en", "pl"])
def test_each_printed_estimate_stands_as_printed_right_above_the_recomputed(
    language: Language,
) -> None:
    result = case()
    drawing = published(CLAIMS, [result], language=language)
    lines = sorted(drawing.figure.texts, key=lambda text: text.get_position()[1])
    right = [text for text in lines if "[" in text.get_text() and "95%" not in text.get_text()]
    shown = [text.get_text() for text in right]
    style = language.numbers
    for place, printed in ((0, CLAIMS[0]), (2, CLAIMS[1]), (4, CLAIMS[2])):
        x, low, high = (
            value.replace(".", style.decimal)
            for value in (printed.estimate, printed.ci_low, printed.ci_high)
        )
        assert shown[place] == f"{x} [{low}{style.separator}{high}]"
        marks = {key for key, _ in MARK.findall(right[place].said)}
        assert marks == {
            f"claims/{printed.cell.row}/{column}" for column in ("estimate", "ci_low", "ci_high")
        }
        below = {key.rpartition(".")[0] for key, _ in MARK.findall(right[place + 1].said)}
        (own,) = below
        assert own == "response.common" + (
            f".studies.{printed.study_id}" if printed.study_id else ""
        )
    assert len(shown) == 7  # and last this review's own primary analysis
    (key,) = {key.rpartition(".")[0] for key, _ in MARK.findall(right[6].said)}
    assert key == "response.random"
    assert overlaps(boxes(drawing.figure)) == []
    squares = [float(mark.get_xdata()[0]) for mark in named(drawing.figure, "-square")]
    effects = {e.study: e.estimate for e in result.analyses[1].studies}
    assert squares == [1.73, effects["study2"], 1.80, effects["study1"]]
    assert "1.73" in bare(drawing.description) or "1,73" in bare(drawing.description)


def test_every_outcome_has_a_panel_and_what_was_not_recomputed_is_not_drawn() -> None:
    other = case(BCG, id="tb", outcome="tb", label="Tuberculosis")
    claims = (
        *CLAIMS,
        claim(5, "study3", ("0.29", "0.08", "1.01"), outcome="tb", locator="Figure 10"),
        claim(6, "nobody", ("0.29", "0.08", "1.01"), outcome="tb"),
    )
    figure = published(claims, [case(), other]).figure
    assert len([child for child in figure.artists if isinstance(child, Panel)]) == 2
    printed = " ".join(text.get_text() for text in figure.texts)
    assert "Figure 10 of the published review: Tuberculosis" in printed
    assert "nobody" not in printed
    assert printed.count("as printed") == 4
    with pytest.raises(ValueError, match="no published figure"):
        published([claim(6, "nobody", ("1.0", "0.5", "2.0"))], [case()])


def test_only_estimates_with_limits_of_an_outcome_that_is_repeated_have_a_figure() -> None:
    declared = case().outcome
    silent = binary(ACR).outcome
    assert beside(CLAIMS, [declared]) == CLAIMS
    assert beside(CLAIMS, [silent]) == ()
    assert beside(CLAIMS, [replace(declared, sensitivity_of="other")]) == ()
    assert beside([replace(CLAIMS[0], ci_low="")], [declared]) == ()
    assert beside([replace(CLAIMS[0], measure="OR")], [declared]) == ()
    assert "published" in overview([declared], False, CLAIMS)
    assert "published" not in overview([declared], False, ())
