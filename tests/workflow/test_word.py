"""The report as a Word file: real structure, read by another program than the one that wrote it."""

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from .conftest import Review


@pytest.fixture(scope="module", params=["review", "supplement"])
def report(request: pytest.FixtureRequest, finished: Callable[[str], Review]) -> Path:
    """The path of each document, without the ending of its form."""
    return finished("anakinra").folder / f"results/report/{request.param}"


@pytest.fixture(scope="module")
def word(report: Path) -> "docx.document.Document":
    return docx.Document(str(report.with_suffix(".docx")))


def headings_of_the_page(report: Path) -> list[tuple[int, str]]:
    page = report.with_suffix(".html").read_text(encoding="utf-8")
    main = page[page.index("<main") :]
    return [
        (int(level) - 1, re.sub(r"<[^>]+>", "", text))
        for level, text in re.findall(r"<h([2-4]) id=[^>]*>(.*?)</h\1>", main)
    ]


def test_headings_are_those_of_the_page(report: Path, word: "docx.document.Document") -> None:
    found = [
        (int(paragraph.style.name.removeprefix("Heading ")), paragraph.text)
        for paragraph in word.paragraphs
        if paragraph.style.name.startswith("Heading")
    ]
    assert found == headings_of_the_page(report)


def test_tables_have_headers_that_repeat(report: Path, word: "docx.document.Document") -> None:
    page = report.with_suffix(".html").read_text(encoding="utf-8")
    assert len(word.tables) == page.count("<table")
    for table in word.tables:
        properties = table.rows[0]._tr.trPr
        assert properties is not None
        assert properties.find(qn("w:tblHeader")) is not None


def test_every_figure_has_its_words(report: Path, word: "docx.document.Document") -> None:
    """A figure in parts has several pictures, each in a paragraph of its own, and one caption."""
    page = report.with_suffix(".html").read_text(encoding="utf-8")
    captions = [one for one in word.paragraphs if one.style.name == "Image Caption"]
    assert len(captions) == page.count("<figure")
    pictures = list(word.element.body.iter(qn("wp:docPr")))
    assert all(picture.get("descr") for picture in pictures)
    shown = [one for one in word.paragraphs if one.style.name == "Captioned Figure"]
    assert [len(list(one._p.iter(qn("wp:docPr")))) for one in shown] == [1] * len(pictures)


def test_links_and_citations_lead_somewhere(word: "docx.document.Document") -> None:
    body = word.element.body
    goals = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    links = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    inner = {link for link in links if link}
    assert inner <= goals
    fields = " ".join(text.text or "" for text in body.iter(qn("w:instrText")))
    referred = set(re.findall(r"REF (\w+)", fields))
    assert referred
    assert referred <= goals
    assert len(re.findall(r"SEQ Table", fields)) == len(word.tables)


def test_rows_stay_whole_and_every_section_numbers_its_pages(
    word: "docx.document.Document",
) -> None:
    rows = [row._tr.trPr for table in word.tables for row in table.rows]
    assert all(row is not None and row.find(qn("w:cantSplit")) is not None for row in rows)
    for section in word.sections:
        footer = section.footer._element.xml
        assert " PAGE " in footer
        assert " NUMPAGES " in footer


def test_every_picture_has_a_vector_drawing_beside_it(report: Path) -> None:
    with zipfile.ZipFile(report.with_suffix(".docx")) as package:
        names = package.namelist()
        body = package.read("word/document.xml").decode("utf-8")
    assert body.count("<asvg:svgBlip") == body.count("<a:blip ") > 0
    pictures = {name.removesuffix(".png") for name in names if name.endswith(".png")}
    assert pictures == {name.removesuffix(".svg") for name in names if name.endswith(".svg")}


def test_only_wide_tables_of_the_article_and_the_end_of_the_supplement_have_wide_pages(
    report: Path, word: "docx.document.Document"
) -> None:
    upright = [section.page_width < section.page_height for section in word.sections]
    if report.name == "review":
        assert upright[::2] == [True] * (len(upright) // 2 + 1)
        assert upright[1::2] == [False] * (len(upright) // 2)
    else:
        assert upright == [True, False]


@pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("CI"), reason="no LibreOffice here"
)
def test_libreoffice_opens_it(report: Path, tmp_path: Path) -> None:
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    command += [
        "--convert-to",
        "txt:Text",
        "--outdir",
        str(tmp_path),
        str(report.with_suffix(".docx")),
    ]
    subprocess.run(command, check=True, capture_output=True)
    text = (tmp_path / f"{report.name}.txt").read_text(encoding="utf-8-sig")
    assert headings_of_the_page(report)[-1][1] in text
