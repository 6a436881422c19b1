"""Figures of the whole review: risk of bias and the flow of studies."""

from dataclasses import replace

import pytest
from matplotlib.patches import Rectangle
from tests.figure_cases import BCG, DOMAINS, LONG, binary, boxes, judged, overlaps, texts

from metasynth.figures.canvas.style import WIDTH
from metasynth.figures.forest.overview_rows import summary
from metasynth.figures.plots.flow_boxes import ITEMS
from metasynth.figures.plots.flow_diagram import flow_diagram
from metasynth.figures.plots.judgements import risk_bars, traffic_light
from metasynth.figures.plots.risk_of_bias import HIGH, LOW, SOME
from metasynth.language.languages import Language, speak
from metasynth.language.tracked import bare
from metasynth.model.records import Cell, Judgement
from metasynth.tables.trial_flow import BOXES

FLOW = {
    "databases": 1200,
    "registers": 51,
    "duplicates": 351,
    "automation": 0,
    "removed_other": 0,
    "screened": 900,
    "excluded": 860,
    "sought": 40,
    "not_retrieved": 2,
    "assessed": 38,
    "assessed_excluded": 34,
    "assessed_excluded:No randomised comparison": 23,
    "assessed_excluded:Wrong comparator": 11,
    "studies": 3,
    "reports": 4,
}
OTHER = {
    "other_websites": 3,
    "other_organisations": 0,
    "other_citations": 12,
    "other_sought": 15,
    "other_not_retrieved": 1,
    "other_assessed": 14,
    "other_assessed_excluded": 12,
}


def said(flow: dict[str, int | None]) -> str:
    return " ".join(text.get_text() for text in flow_diagram(flow).figure.texts).replace(
        "\u00a0", " "
    )


# --- flow -----------------------------------------------------------------------------------------


def test_every_number_stands_in_its_box() -> None:
    text = said(FLOW)
    for phrase in (
        "Databases (n = 1200)",
        "Duplicate records (n = 351)",
        "Records screened (n = 900)",
        "Wrong comparator (n = 11)",
        "Studies included in the review (n = 3)",
    ):
        assert phrase in text
    assert "not reported" not in text
    assert "other methods" not in text


def test_a_number_that_is_missing_or_none_is_not_reported() -> None:
    text = said({"databases": 1200, "registers": None, "studies": 4})
    assert "Registers (not reported)" in text
    assert "Records screened (not reported)" in text


def test_a_part_stands_below_its_box_and_notes_below_the_diagram() -> None:
    note = "One observational study was found in addition."
    flow = {"databases:MEDLINE": None, "studies": 4, "studies:randomised": 4}
    drawing = flow_diagram(flow, [note])
    whole, part = (
        texts(drawing.figure)[t] for t in ("Databases (not reported)", "MEDLINE (not reported)")
    )
    assert whole.get_position()[0] < part.get_position()[0]
    assert whole.get_position()[1] < part.get_position()[1]
    assert note in texts(drawing.figure)
    assert bare(drawing.description).endswith(
        f"randomised: 4. Reports of included studies: not reported. {note}"
    )


def test_other_methods_have_their_own_columns_and_count_in_the_end() -> None:
    both = {**FLOW, **OTHER, "reports": 6}
    assert "Citation searching (n = 12)" in said(both)
    assert "other methods" in said(both)


def test_an_unknown_box_is_an_error() -> None:
    with pytest.raises(ValueError, match="screend"):
        flow_diagram({"screend": 3})
    assert tuple(ITEMS) == BOXES


@pytest.mark.parametrize("language", [speak("en"), speak("pl")], ids=["en", "pl"])
@pytest.mark.parametrize("flow", [FLOW, {**FLOW, **OTHER}, {}, {f"assessed_excluded:{LONG}": 7}])
def test_text_stays_in_its_box(flow: dict[str, int | None], language: Language) -> None:
    figure = flow_diagram(flow, language=language).figure
    measured = boxes(figure)
    assert overlaps(measured) == []
    outlines = [p.get_window_extent() for p in figure.artists if isinstance(p, Rectangle)]
    outlines = [box for box in outlines if box.width < 500]
    top = max(outline.y1 for outline in outlines)
    for text, box in measured:
        if box.y0 > top:  # the headings of the columns
            continue
        around = [
            o
            for o in outlines
            if o.x0 < box.x0 and box.x1 < o.x1 and o.y0 < box.y0 and box.y1 < o.y1
        ]
        assert len(around) == 1, text


# --- risk of bias ---------------------------------------------------------------------------------


def test_the_traffic_light_has_a_sign_for_each_judgement() -> None:
    result = binary(BCG)
    labels = {study.study: study.label for study in result.studies}
    figure, *words = traffic_light(judged(result), labels)
    title, description = map(bare, words)
    for i in range(1, 14):
        own = [x for x in figure.artists if (x.get_gid() or "").startswith(f"study-{i}-")]
        assert len(own) == 6
    assert title == "Risk of bias of 13 studies; domains: 5."
    assert "Aronson 1948 – Randomisation process: Low; " in description
    assert overlaps(boxes(figure)) == []
    assert all(b.x0 >= 0 and b.x1 <= WIDTH and b.y0 >= 0 for _, b in boxes(figure))


def test_long_names_of_studies_and_domains_stay_apart() -> None:
    labels = {f"s{i}": f"{LONG} {i}" for i in range(3)}
    own = tuple(Judgement("", "", f"{d} {LONG}", "Low", "", "", Cell("", 1)) for d in DOMAINS)
    judgements = dict.fromkeys(labels, own)
    for figure in (traffic_light(judgements, labels).figure, risk_bars(judgements).figure):
        assert overlaps(boxes(figure)) == []
        assert all(b.x0 >= 0 and b.x1 <= WIDTH and b.y0 >= 0 for _, b in boxes(figure))


def test_bars_are_as_long_as_their_share_of_studies() -> None:
    words = ("Low", "Low", "Low", "High")
    judgements = {
        f"s{i}": (
            Judgement("", "", "Overall", "Some concerns", "", "", Cell("", 1)),
            Judgement("", "", "Randomisation", word, "", "", Cell("", 1)),
        )
        for i, word in enumerate(words)
    }
    figure, _, description = risk_bars(judgements)
    parts = {p.get_gid(): p for p in figure.artists if p.get_gid()}
    low, high = parts["domain-1-1"], parts["domain-1-2"]
    assert low.get_width() == pytest.approx(3 * high.get_width())
    assert low.get_x() + low.get_width() == pytest.approx(high.get_x())
    colours = [part.get_facecolor() for part in (low, high, parts["domain-2-1"])]
    assert [tuple(round(255 * c) for c in colour[:3]) for colour in colours] == [
        tuple(int(sign.colour[i : i + 2], 16) for i in (1, 3, 5)) for sign in (LOW, HIGH, SOME)
    ]
    texts = [text.get_text() for text in figure.texts]
    assert "+ 3" in texts
    assert "− 1" in texts
    assert texts.index("Randomisation") < texts.index("Overall")
    assert "Randomisation: Low 3, High 1." in bare(description)


def test_without_judgements_there_is_no_figure() -> None:
    with pytest.raises(ValueError, match="no study"):
        risk_bars({})


@pytest.mark.parametrize("language", [speak("en"), speak("pl")], ids=["en", "pl"])
def test_every_figure_of_a_review_keeps_its_texts_apart(language: Language) -> None:
    case = binary(BCG)
    labels = {study.study: study.label for study in case.studies}
    outcomes = [
        replace(case, outcome=replace(case.outcome, direction=d)) for d in ("benefit", "harm")
    ]
    for drawing in (
        traffic_light(judged(case), labels, language=language),
        risk_bars(judged(case), language=language),
        summary(outcomes, language=language),
    ):
        measured = boxes(drawing.figure)
        assert overlaps(measured) == []
        assert all(b.x0 >= 0 and b.x1 <= WIDTH and b.y0 >= 0 for _, b in measured)
