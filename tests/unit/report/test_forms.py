"""Each form of the report holds its own document, and leads to the other one in the same form."""

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from metasynth.core.paths import WORKFLOW
from metasynth.language.languages import speak
from metasynth.provenance.entry import COMPUTED, Entry
from metasynth.report.document import (
    Column,
    Document,
    Heading,
    Link,
    Number,
    Paragraph,
    Row,
    Table,
    text,
)
from metasynth.report.documents import Report
from metasynth.report.render.forms import rendered

TEMPLATES = WORKFLOW / "report"
EVIL = '<script>alert("a")</script> & #strong[b] $c$'
RISK = Entry("death.risk", COMPUTED, "risk ratio", "Death", 0.5, inputs=())
NUMBER = (Number("0.5", RISK.key),)
ARTICLE = Document(
    "A review", (), "en", "1", "2026-01-31",
    (
        Heading(1, "results", text("Results")),
        Paragraph((Link("#table-t", text("the data")), *text(EVIL), Number("0.50", RISK.key))),
    ),
    {RISK.key: RISK}, stem="review", sibling="supplement", elsewhere={"table-t": "S1"},
)  # fmt: skip
SUPPLEMENT = Document(
    "Supplement: A review", (), "en", "1", "2026-01-31",
    (
        Table("table-t", "S1", text("Data"), (Column("Risk"),), (Row((NUMBER,)),)),
        Paragraph((Link("#results", text("back")),)),
    ),
    {RISK.key: RISK}, stem="supplement", sibling="review", elsewhere={"results": ""},
)  # fmt: skip
REPORT = Report(ARTICLE, SUPPLEMENT)


def made(name: str, attached: tuple[str, ...] = ()) -> str | bytes:
    return rendered(REPORT, Path("results/report") / name, speak("en"), TEMPLATES, attached)


def test_pages_lead_to_each_other_and_text_is_no_markup() -> None:
    article, supplement = made("review.html"), made("supplement.html")
    assert isinstance(article, str)
    assert isinstance(supplement, str)
    assert 'href="supplement.html#table-t"' in article
    assert 'href="review.html#results"' in supplement
    assert 'id="table-t"' in supplement
    assert 'id="table-t"' not in article
    assert '<script>alert("a")' not in article
    assert "&lt;script&gt;" in article
    assert "http" not in "".join(re.findall(r'(?:src|<link [^>]*href)="([^"]*)"', article))


def test_journals_xml_is_well_formed_and_leads_to_the_other_file() -> None:
    article = made("review.xml")
    assert isinstance(article, str)
    root = ElementTree.fromstring(article.split("\n", 2)[2])
    assert EVIL in "".join(root.itertext())
    assert "supplement.xml#table-t" in article


def test_word_files_are_of_their_document() -> None:
    for name, there, not_there in (("review", "script", "S1"), ("supplement", "back", "script")):
        content = made(f"{name}.docx")
        assert isinstance(content, bytes)
        body = zipfile.ZipFile(BytesIO(content)).read("word/document.xml").decode()
        assert there in body
        assert not_there not in body


def test_paper_carries_tables_with_the_supplement_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("estimates.csv").write_text("k\n3\n", encoding="utf-8")
    article = made("review.pdf", ("estimates.csv",))
    supplement = made("supplement.pdf", ("estimates.csv",))
    assert isinstance(article, bytes)
    assert isinstance(supplement, bytes)
    assert article.startswith(b"%PDF-")
    assert supplement.startswith(b"%PDF-")
    assert b"/EmbeddedFile" not in article
    assert b"/EmbeddedFile" in supplement
    assert supplement == made("supplement.pdf", ("estimates.csv",))


def test_the_origin_of_numbers_names_every_way_one_is_printed() -> None:
    told = made("provenance.json")
    assert isinstance(told, str)
    found = json.loads(told)
    assert found.keys() == {RISK.key}
    assert found[RISK.key]["printed"] == ["0.50", "0.5"]
    assert found[RISK.key]["value"] == 0.5
