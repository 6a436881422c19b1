"""A document as pandoc's tree and as a Word file: text stays data, numbers are fields."""

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from metasynth.core.paths import WORKFLOW
from metasynth.language.languages import speak
from metasynth.report.document import (
    Citation,
    Column,
    Document,
    Figure,
    Heading,
    Landscape,
    Link,
    Listing,
    Notes,
    Number,
    Paragraph,
    Quote,
    References,
    Row,
    Styled,
    Table,
    text,
)
from metasynth.report.render.converter import pandoc
from metasynth.report.render.docx import docx
from metasynth.report.render.pandoc import tree

TEMPLATES = WORKFLOW / "report"
EVIL = '*a* <b>&amp;</b> $x^2$ [c](d) `e` {{ f }} "g" \\h'
TABLE = Table(
    "table-t", "S3", text("What it holds"), (Column("Trial"), Column("Events", "right")),
    (Row((text("All"),), heading=True), Row((text(EVIL), (Number("7", "k"),)), "row-a")),
    text("A note"), (text("a A footnote"),),
)  # fmt: skip
BLOCKS = (
    Heading(1, "results", text("Results")),
    Paragraph((*text(EVIL), Citation((("x", 1), ("y", 2)))), "here"),
    Listing(True, ((Paragraph(text("first")),), (Paragraph(text("second")),))),
    Quote((Paragraph(text("quoted")),)),
    Paragraph((Link("#table-t", text("these numbers")), Link("#table-t", text("Table S3")))),
    TABLE,
    Landscape(),
    Paragraph((Styled("code", text("x < y")), Styled("superscript", text("2")))),
    Landscape(),
    References((("ref-x", text("First.")), ("ref-y", text("Second.")))),
    Notes((text("of paper alone"),)),
)
DOCUMENT = Document("A review", text("of trials"), "en", "1.0.0", "2026-01-31", BLOCKS)
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ENGLISH = speak("en")


def nodes(part: object, kind: str) -> list[dict]:
    """Every node of a kind in a tree, in order."""
    if isinstance(part, dict):
        own = [part] if part.get("t") == kind else []
        return own + [node for value in part.values() for node in nodes(value, kind)]
    if isinstance(part, list):
        return [node for value in part for node in nodes(value, kind)]
    return []


def of(*blocks) -> Document:
    return Document("A review", (), "en", "1.0.0", "2026-01-31", blocks)


def test_pandoc_reads_the_tree_and_text_comes_out_as_it_was(tmp_path: Path) -> None:
    made = json.dumps(tree(DOCUMENT, {}, ENGLISH))
    plain = pandoc(("--from=json", "--to=plain", "--wrap=none"), made, tmp_path)
    assert EVIL in plain
    assert "x < y" in plain
    again = pandoc(("--from=json", "--to=json"), made, tmp_path)
    assert nodes(json.loads(again)["blocks"], "Table")


def test_a_table_has_its_heading_over_all_columns_and_its_notes_below() -> None:
    made = tree(of(TABLE), {}, ENGLISH)["blocks"]
    assert [node["t"] for node in made] == ["Table", "Div", "Div"]
    (body,) = made[0]["c"][4]
    heading, line = body[3]
    assert [cell[3] for cell in heading[1]] == [2]  # columns that a cell spans
    assert [cell[3] for cell in line[1]] == [1, 1]
    widths = [share["c"] for _, share in made[0]["c"][2]]
    assert sum(widths) == pytest.approx(1)
    assert [align["t"] for align, _ in made[0]["c"][2]] == ["AlignLeft", "AlignRight"]


@pytest.mark.parametrize(("words", "named"), [("these numbers", True), ("Table S3", False)])
def test_a_link_to_a_table_names_it_once(words: str, named: bool) -> None:
    made = tree(of(Paragraph((Link("#table-t", text(words)),)), TABLE), {}, ENGLISH)["blocks"]
    fields = [raw["c"][1] for raw in nodes(made[0], "RawInline")]
    assert len(fields) == named
    assert all(" REF _RefTableS3 " in field for field in fields)


def test_a_link_to_what_is_no_table_of_this_document_stays_a_link() -> None:
    made = tree(of(Paragraph((Link("#elsewhere", text("there")),))), {}, ENGLISH)["blocks"]
    assert nodes(made, "Link")
    assert not nodes(made, "RawInline")


def test_the_pages_turn_once_and_stay_wide() -> None:
    made = tree(of(Landscape(), Paragraph(text("a")), Landscape(), Landscape()), {}, ENGLISH)
    assert len(nodes(made["blocks"], "RawBlock")) == 1


@pytest.mark.parametrize(
    ("columns", "small", "turns"), [(2, False, False), (8, True, False), (12, True, True)]
)
@pytest.mark.parametrize("wide_later", [True, False])
def test_a_wide_table_has_small_letters_and_turns_its_page_only_where_these_do_not_do(
    columns: int, small: bool, turns: bool, wide_later: bool
) -> None:
    titles = tuple(Column("Participants") for _ in range(columns))
    table = Table("t", "1", (), titles, (Row(tuple(text("x") for _ in titles)),))
    blocks = (Paragraph(text("before")), table, Paragraph(text("after")))
    made = tree(of(*blocks, *((Landscape(),) if wide_later else ())), {}, ENGLISH)
    kinds = [node["t"] for node in made["blocks"]]
    on_a_wide_page = turns and not wide_later
    assert ("Table Small" in str(made["blocks"])) == small
    breaks = [node["c"][1] for node in made["blocks"] if "sectPr" in str(node["c"])]
    if on_a_wide_page:
        at = kinds.index("Table")
        assert kinds[at - 1] == kinds[at + 1] == "RawBlock"
        assert ["landscape" in one for one in breaks] == [False, True]
    else:
        assert len(breaks) == wide_later


def test_behind_the_turn_of_the_pages_a_table_has_their_width() -> None:
    titles = tuple(Column("Participants") for _ in range(9))
    table = Table("t", "1", (), titles, (Row(tuple(text("x") for _ in titles)),))
    before, behind = (
        tree(of(*blocks), {}, ENGLISH)["blocks"]
        for blocks in ((table, Landscape()), (Landscape(), table))
    )
    assert "Table Small" in str(before)
    assert "Table Small" not in str(behind)


def test_a_figure_in_parts_has_each_on_a_line_of_its_own_and_one_caption() -> None:
    figure = Figure("fig-f", "S1", text("What it shows."), "f.svg", "a plot", text("in words"), ())
    one = tree(of(figure), {"f.svg": ["0.png"]}, ENGLISH)["blocks"]
    two = tree(of(figure), {"f.svg": ["0.png", "1.png"]}, ENGLISH)["blocks"]
    assert [node["t"] for node in one] == ["Figure"]
    assert not nodes(two, "Figure")
    styles = [div["c"][0][2] for div in nodes(two, "Div")[1:]]
    parts = [[["custom-style", "Captioned Figure"]]] * 2
    assert styles == [*parts, [["custom-style", "Image Caption"]]]
    assert "fig-f" in str(two)
    assert str(two).count(" SEQ Figure ") == 1


@pytest.mark.parametrize(
    ("written", "parts"), [("analyses.bayes_half_normal.other_priors", 6), ("14.22 mg/kg/day", 1)]
)
def test_only_a_long_name_may_end_a_line_within_it(written: str, parts: int) -> None:
    for cell in (text(written), (Styled("code", text(written)),)):
        table = Table("t", "1", (), (Column("What"),), (Row((cell,)),))
        made = tree(of(table), {}, ENGLISH)["blocks"]
        assert str(made).count("\\u200b") == parts - 1


def test_a_table_without_notes_has_room_below_it() -> None:
    bare = Table("t", "1", (), (Column("Trial"),), (Row((text("x"),)),))
    kinds = [node["t"] for node in tree(of(bare), {}, ENGLISH)["blocks"]]
    assert kinds == ["Table", "RawBlock"]


def test_a_draft_says_so_first_and_in_its_title() -> None:
    draft = Document("A review", (), "en", "1", "2026-01-31", (TABLE,), draft="Not finished")
    made = tree(draft, {}, ENGLISH)
    assert nodes(made["blocks"][0], "Strong")[0]["c"] == [{"t": "Str", "c": "Not finished"}]
    assert made["meta"]["title"]["c"][0]["c"].startswith("Draft: ")
    assert made["meta"]["lang"]["c"] == [{"t": "Str", "c": "en-GB"}]
    assert tree(of(TABLE), {}, ENGLISH)["meta"]["title"]["c"][0]["c"] == "A review"


def test_labels_are_of_the_language() -> None:
    polish = tree(of(TABLE), {}, speak("pl"))["blocks"]
    assert "Tabela S" in json.dumps(polish, ensure_ascii=False)
    assert "Table S" not in json.dumps(polish, ensure_ascii=False)


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_a_word_file_holds_all_its_text_and_is_the_same_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><title>T</title></svg>'
    )
    Path("f.svg").write_text(drawing, encoding="utf-8")
    figure = Figure("fig-f", "1", text("Seen"), "f.svg", "a picture", text("drawn at length"))
    whole = Document("A review", (), "en", "1", "2026-01-31", (*BLOCKS[:6], figure, *BLOCKS[6:]))
    made = docx(whole, TEMPLATES, ENGLISH)
    assert made == docx(whole, TEMPLATES, ENGLISH)
    package = parts(made)
    root = ElementTree.fromstring(package["word/document.xml"])
    words = "".join(node.text or "" for node in root.iter(f"{WORD}t"))
    for said in (EVIL, "A footnote", "Second.", "Seen", "x < y"):
        assert said in words
    assert "of paper alone" not in words
    pages = [dict(size.attrib) for size in root.iter(f"{WORD}pgSz")]
    assert [f"{WORD}orient" in page for page in pages] == [False, True]
    names = sorted(name for name in package if name.startswith("word/media/"))
    assert sorted(name.rpartition(".")[2] for name in names) == ["png", "svg"]
    assert b"drawn at length" in package["word/document.xml"]
    assert not re.search(rb"20(1[0-9]|2[0-57-9])-\d\d-\d\dT", package["docProps/core.xml"])


def test_without_a_turn_every_page_is_upright(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    package = parts(docx(of(TABLE), TEMPLATES, ENGLISH))
    assert b'w:orient="landscape"' not in package["word/document.xml"]
