"""The report as a Word file: real structure, read by another program than the one that wrote it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from .conftest import Review

REPORT = "results/report/review.docx"


@pytest.fixture(scope="module")
def folder(finished: Callable[[str], Review]) -> Path:
    return finished("anakinra").folder


@pytest.fixture(scope="module")
def word(folder: Path) -> "docx.document.Document":
    return docx.Document(str(folder / REPORT))


def headings_of_the_page(folder: Path) -> list[tuple[int, str]]:
    page = (folder / "results/report/review.html").read_text(encoding="utf-8")
    main = page[page.index("<main") :]
    return [
        (int(level) - 1, re.sub(r"<[^>]+>", "", text))
        for level, text in re.findall(r"<h([2-4]) id=[^>]*>(.*?)</h\1>", main)
    ]


def test_headings_are_those_of_the_page(folder: Path, word: "docx.document.Document") -> None:
    found = [
        (int(paragraph.style.name.removeprefix("Heading ")), paragraph.text)
        for paragraph in word.paragraphs
        if paragraph.style.name.startswith("Heading")
    ]
    assert found == headings_of_the_page(folder)


def test_tables_have_headers_that_repeat(folder: Path, word: "docx.document.Document") -> None:
    page = (folder / "results/report/review.html").read_text(encoding="utf-8")
    assert len(word.tables) == page.count("<table")
    for table in word.tables:
        properties = table.rows[0]._tr.trPr
        assert properties is not None
        assert properties.find(qn("w:tblHeader")) is not None


def test_every_figure_has_its_words(folder: Path, word: "docx.document.Document") -> None:
    page = (folder / "results/report/review.html").read_text(encoding="utf-8")
    pictures = word.element.body.iter(qn("wp:docPr"))
    titles = [picture.get("descr") for picture in pictures]
    assert len(titles) == page.count("<figure")
    assert all(titles)


def test_links_and_citations_lead_somewhere(word: "docx.document.Document") -> None:
    body = word.element.body
    goals = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    links = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    inner = {link for link in links if link}
    assert inner
    assert inner <= goals


def test_the_last_pages_are_wide(word: "docx.document.Document") -> None:
    widths = [section.page_width < section.page_height for section in word.sections]
    assert widths == [True, False]


@pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("CI"), reason="no LibreOffice here"
)
def test_libreoffice_opens_it(folder: Path, tmp_path: Path) -> None:
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    command += ["--convert-to", "txt:Text", "--outdir", str(tmp_path), str(folder / REPORT)]
    subprocess.run(command, check=True, capture_output=True)
    text = (tmp_path / "review.txt").read_text(encoding="utf-8-sig")
    assert headings_of_the_page(folder)[-1][1] in text
