"""What a co-author edits: fields that Word renumbers, rows that stay whole, columns wide enough."""

import re
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metasynth.report.document import Column, Row, Table, text
from metasynth.report.render import word_fields
from metasynth.report.render.pandoc import LETTER, shares
from metasynth.report.render.word_package import finished

WORDS = st.lists(st.integers(1, 24), min_size=1, max_size=9)


@given(longest=WORDS, wanted=st.lists(st.floats(0.3, 5), min_size=9, max_size=9))
def test_columns_fill_the_page_and_each_holds_its_longest_word(
    longest: list[int], wanted: list[float]
) -> None:
    columns = tuple(Column("x" * n, width=w) for n, w in zip(longest, wanted, strict=False))
    rows = (Row(tuple(text("a b\u00a0c") for _ in columns)),)
    found = shares(Table("t", "1", (), columns, rows))
    assert sum(found) == pytest.approx(1)
    least = [LETTER * (2 + min(24, max(2.5, 1.1 * n))) for n in longest]  # titles are bold
    if sum(least) <= 1:
        assert all(own >= low - 1e-9 for own, low in zip(found, least, strict=True))
    else:
        assert found == pytest.approx([low / sum(least) for low in least])


@pytest.mark.parametrize(
    ("words", "broken"), [("11 of 42", False), ("long " * 40, True)], ids=["all fits", "a text"]
)
def test_an_interval_is_not_broken_where_a_text_can_be(words: str, broken: bool) -> None:
    interval = "10.54 [2.50, 44.49] CrI"
    columns = (Column("Outcome"), Column("Effect", "right"), Column("Note"))
    table = Table("t", "1", (), columns, (Row((text("Death"), text(interval), text(words))),))
    own = shares(table)
    letters = sum(0.5 if letter in " ,.[]" else 1 for letter in interval)
    assert own[1] >= LETTER * letters
    assert (own[2] < LETTER * len(words)) == broken


HEAD, GROUP = "<w:trPr><w:tblHeader/></w:trPr>", '<w:gridSpan w:val="2"/>'


@pytest.mark.parametrize(("lines", "whole"), [(3, True), (30, False)])
def test_no_head_or_title_of_a_group_ends_a_page(lines: int, whole: bool) -> None:
    cell = '<w:tc><w:p><w:pPr><w:pStyle w:val="Compact" /></w:pPr></w:p></w:tc>'
    rows = [f"<w:tr>{HEAD}{cell}</w:tr>", f"<w:tr>{GROUP}{cell}</w:tr>"]
    rows += [f"<w:tr>{cell}</w:tr>"] * lines
    document = f"<w:tbl>{''.join(rows)}</w:tbl><w:tbl><w:tr>{cell}</w:tr></w:tbl>"
    parts = {**PARTS, "word/document.xml": document.encode()}
    with zipfile.ZipFile(BytesIO(finished(packed(parts), {}))) as package:
        made = package.read("word/document.xml").decode()
    kept = ["<w:keepNext/>" in row for row in re.findall(r"<w:tr>.*?</w:tr>", made)]
    assert kept == [True, True, *[whole] * (lines - 1), False, False]


def test_a_caption_and_what_refers_to_it_share_a_bookmark() -> None:
    marks = word_fields.Bookmarks()
    first = word_fields.caption(marks, "Table", "Table", "S12")["c"][1]
    second = word_fields.caption(marks, "Table", "Table", "S13")["c"][1]
    found = re.findall(r'bookmarkStart w:id="(\d+)" w:name="(\w+)"', first + second)
    assert len({number for number, _ in found}) == len({name for _, name in found}) == 2
    assert " SEQ Table " in first
    assert re.findall(r"<w:t[^>]*>([^<]*)", first) == ["Table S", "12"]
    link = word_fields.reference("Table", "S12", "Table S12")["c"][1]
    assert f" REF {found[0][1]} " in link
    assert link.count("fldChar ") == 3


PICTURE = b"picture"
PARTS = {
    "[Content_Types].xml": b"<Types></Types>",
    "word/document.xml": (
        b"<w:sectPr><w:pgSz/></w:sectPr><w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr></w:tr>"
        b'<w:tr><w:tc/></w:tr></w:tbl><a:blip r:embed="rId7" /><a:blip r:embed="rId8" />'
        b'<w:sectPr><w:footerReference w:type="default" r:id="rId9"/></w:sectPr>'
    ),
    "word/_rels/document.xml.rels": (
        b'<Relationships><Relationship Id="rId7" Type="x" Target="media/a.png"/>'
        b'<Relationship Type="x" Target="media/b.png" Id="rId8"/></Relationships>'
    ),
    "word/media/a.png": PICTURE,
    "word/media/b.png": b"another",
}


def packed(parts: dict[str, bytes] = PARTS) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return made.getvalue()


def test_a_package_is_finished_and_always_to_the_same_bytes() -> None:
    made = finished(packed(), {PICTURE: b"<svg/>"})
    assert made == finished(packed(), {PICTURE: b"<svg/>"})
    with zipfile.ZipFile(BytesIO(made)) as package:
        assert {one.compress_type for one in package.infolist()} == {zipfile.ZIP_STORED}
        document = package.read("word/document.xml").decode()
        relations = package.read("word/_rels/document.xml.rels").decode()
        assert package.read("word/media/a.svg") == b"<svg/>"
        assert "word/media/b.svg" not in package.namelist()
        assert "image/svg+xml" in package.read("[Content_Types].xml").decode()
    (vector,) = re.findall(r'svgBlip [^>]*r:embed="(\w+)"', document)
    assert f'Id="{vector}"' in relations
    assert 'Target="media/a.svg"' in relations
    assert '<a:blip r:embed="rId8" />' in document
    rows = re.findall(r"<w:tr>.*?</w:tr>", document)
    assert [row.count("<w:cantSplit/>") for row in rows] == [1, 1]
    assert all(row.count("<w:trPr>") == row.count("</w:trPr>") == 1 for row in rows)
    assert document.count("footerReference") == 2
