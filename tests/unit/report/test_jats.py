"""The journals' XML, by what the tag set's documentation asks; its DTD is no part of this project.

With the DTD at hand (JATS Journal Publishing 1.3, https://jats.nlm.nih.gov/publishing/1.3/) article
and supplement of this review, in both languages, were valid by lxml.etree.DTD.
"""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from metasynth.language.languages import speak
from metasynth.model.authorship import AuthorDetails
from metasynth.report.document import (
    Citation,
    Column,
    Document,
    Figure,
    Heading,
    Link,
    Listing,
    Number,
    Paragraph,
    Quote,
    References,
    Row,
    Styled,
    Table,
    text,
)
from metasynth.report.render.jats import render

EVIL = '<b>&amp; "]]> ﷐'
ANN = AuthorDetails("Ann <i>", ("Here & there", "There"), "0000-0002-1825-0097", "a@b.org")
DOCUMENT = Document(
    title=f"A review {EVIL}",
    subtitle=(),
    language="en",
    version="1.0.0",
    date="2026-01-31",
    authors=(ANN, AuthorDetails("Ben")),
    blocks=(
        Heading(1, "abstract", text("Abstract")),
        Paragraph((Styled("strong", text("Aim.")), *text(f" {EVIL}")), "abstract-aim"),
        Listing(False, ((Paragraph(text("one")),), (Paragraph(text("two")),))),
        Heading(1, "methods", text("Methods")),
        Heading(2, "search", text("Search")),
        Paragraph(
            (
                Number("3", "k"),
                Citation((("a", 1), ("b", 2))),
                Link("#table-t", text("a table")),
                Link("#elsewhere", text("not here")),
                Link("supplement.xml#x", text("there")),
                Styled("code", text("x < y")),
            )
        ),
        Table("table-t", "1", text("Of it"), (Column("A"), Column("B", "right")),
              (Row((text("g"),), heading=True), Row((text("1"), text("2")), "row-1")),
              text("A note"), (text("a Foot"),)),
        Quote((Paragraph(text("said")),)),
        Heading(1, "results", text("Results")),
        Figure("fig-f", "2", text("Seen"), "results/figures/f.svg", "alt", text("long")),
        Heading(1, "references", text("References")),
        References((("ref-a", text("First.")), ("ref-b", text("Second.")))),
    ),
)  # fmt: skip
XLINK = "{http://www.w3.org/1999/xlink}"


@pytest.fixture(scope="module")
def article() -> ElementTree.Element:
    made = render(DOCUMENT, speak("en"))
    assert "JATS-journalpublishing1-3-mathml3.dtd" in made.split("\n")[1]
    return ElementTree.fromstring(made.split("\n", 2)[2])


def test_the_front_names_title_people_and_date(article: ElementTree.Element) -> None:
    meta = article.find("front/article-meta")
    assert meta is not None
    assert meta.findtext("title-group/article-title", "").startswith("A review <b>&amp;")
    tags = [child.tag for child in meta]
    order = [
        "article-version", "article-categories", "title-group", "contrib-group", "aff", "aff",
        "author-notes", "pub-date", "abstract",
    ]  # fmt: skip
    assert tags == order
    ann, ben = meta.findall("contrib-group/contrib")
    assert ann.findtext("contrib-id") == "https://orcid.org/0000-0002-1825-0097"
    assert [x.get("rid") for x in ann.findall("xref")] == ["aff1", "aff2"]
    assert (ann.get("corresp"), ben.get("corresp")) == ("yes", None)
    assert meta.findtext("author-notes/corresp/email") == "a@b.org"
    assert [meta.findtext(f"pub-date/{n}") for n in ("day", "month", "year")] == [
        "31",
        "01",
        "2026",
    ]


def test_the_abstract_stands_before_the_text_and_the_references_behind(
    article: ElementTree.Element,
) -> None:
    abstract = article.find("front/article-meta/abstract")
    assert abstract is not None
    assert {child.tag for child in abstract} == {"title", "p"}
    assert [part.tag for part in abstract.findall("p")[1]] == ["list"]
    body = article.find("body")
    assert body is not None
    assert [section.get("id") for section in body] == ["methods", "results"]
    assert [section.get("id") for section in body.findall("sec/sec")] == ["search"]
    assert [ref.get("id") for ref in article.findall("back/ref-list/ref")] == ["ref-a", "ref-b"]
    assert article.findtext("back/ref-list/ref/label") == "1"


def test_every_reference_within_it_leads_to_an_id_that_is_there_once(
    article: ElementTree.Element,
) -> None:
    ids = [element.get("id") for element in article.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    asked = {(x.get("rid"), x.get("ref-type")) for x in article.iter("xref")}
    assert {rid for rid, _ in asked} <= set(ids)
    assert {("table-t", "table"), ("ref-a", "bibr"), ("ref-b", "bibr")} <= asked
    assert [link.get(f"{XLINK}href") for link in article.iter("ext-link")] == ["supplement.xml#x"]
    words = "".join(article.itertext())
    assert "not here" in words
    assert "x < y" in words


def test_tables_and_figures_have_label_caption_and_words(article: ElementTree.Element) -> None:
    table, figure = article.find(".//table-wrap"), article.find(".//fig")
    assert table is not None
    assert figure is not None
    assert (table.findtext("label"), figure.findtext("label")) == ("Table 1", "Figure 2")
    assert [c.get("align") for c in table.findall("table/thead/tr/th")] == ["left", "right"]
    assert table.find("table/tbody/tr/th").get("colspan") == "2"
    assert len(table.findall("table-wrap-foot/p")) == 2
    assert [child.tag for child in figure] == [
        "label",
        "caption",
        "alt-text",
        "long-desc",
        "graphic",
    ]
    assert figure.find("graphic").get(f"{XLINK}href") == "../figures/f.svg"


def test_what_nobody_wrote_is_left_out_and_the_same_bytes_come_again() -> None:
    bare = replace(DOCUMENT, authors=())
    made = render(bare, speak("pl"))
    assert made == render(bare, speak("pl"))
    assert "contrib-group" not in made
    assert re.search(r"<label>Tabela 1</label>", made)
