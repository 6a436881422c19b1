"""The references of methods: each has its record, and what names a method cites it."""

import re
from itertools import chain
from pathlib import Path

import pytest

from metasynth.model import method_catalogue as catalogue
from metasynth.model.measure_catalogue import MEASURE_RECORDS
from metasynth.model.records import AnalysisSpec
from metasynth.report.document import Citation, Heading, Link, Paragraph
from metasynth.report.text.markdown import Parser
from metasynth.report.text.method_references import by_words, finder, keys_of, of_analyses, read

TEMPLATES = Path(__file__).parents[3] / "workflow" / "report"
METHODS = read(TEMPLATES)
UNRECORDED = {
    "bohning2015",
    "hasselblad1995",
    "turner2015",
    "altman1995",
    "harrell2015",
    "cameron2008",
}
"""Of which no record was seen: they are named without a reference."""
CODE_AND_MARKS = re.compile(r"`[^`]*`|{%.*?%}|{{.*?}}", re.DOTALL)


def sources() -> set[str]:
    records = chain(
        MEASURE_RECORDS, catalogue.MODELS, catalogue.TAU2_METHODS, catalogue.CI_METHODS,
        catalogue.PREDICTIONS, catalogue.STUDY_CIS, catalogue.ASYMMETRY_TESTS,
        catalogue.OF_POSTERIOR, catalogue.TAU2_CIS,
    )  # fmt: skip
    return {record.source for record in records if re.search(r"\d{4}$", record.source)}


def test_every_method_of_the_catalogue_has_its_reference() -> None:
    assert len(sources()) > 30
    asked = {key for source in sources() for key in keys_of(source)}
    assert asked - METHODS.keys() <= UNRECORDED
    assert not UNRECORDED & METHODS.keys()


@pytest.mark.parametrize("key", METHODS)
def test_an_entry_is_whole_and_names_its_record(key: str) -> None:
    entry = METHODS[key]
    assert entry.get("named") or key in keys_of(
        f"{entry.authors[0].split(',')[0]} x {entry.get('year')}"
    )
    assert entry.get("title")
    assert entry.get("journal") or entry.get("publisher") or entry.get("institution")
    assert all(re.search(r", \S", author) for author in entry.authors if author != "others")
    assert (
        entry.get("doi")
        or entry.get("url")
        or entry.type != "article"
        or ("no DOI was found" in entry.get("note"))
    )
    assert entry.get("note") or entry.get("doi")


@pytest.mark.parametrize("source", sorted(sources()))
def test_a_source_is_found_where_a_text_names_it(source: str) -> None:
    for text in (f"as {source} say", source.replace(" and ", " i ").replace("et al.", "i in.")):
        found = [key for _, key in finder(METHODS)(text)]
        assert found == [key for key in keys_of(source) if key in METHODS]


@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_publication_that_a_section_names_by_its_year_is_cited(language: str) -> None:
    seen = 0
    for path in (TEMPLATES / language).glob("*.md"):
        text = CODE_AND_MARKS.sub(" ", path.read_text(encoding="utf-8"))
        ends = {end for end, _ in finder(METHODS)(text)}
        for name in re.finditer(r"\b[A-Z][\w’-]+(?: et al\.| i in\.)? ((?:18|19|20)\d{2})\b", text):
            seen += 1
            before = re.findall(r"[A-Z][\w’-]+", text[max(0, name.start() - 60) : name.end()])
            silent = {key for word in before for key in keys_of(f"{word} x {name[1]}")}
            assert name.end() in ends or silent & UNRECORDED, name[0]
    assert seen > 20


def parsed(source: str):
    parser = Parser(
        lambda kind, name: (), frozenset(METHODS), frozenset(), finder(METHODS), by_words(METHODS)
    )
    return parser.parse(source), parser


def test_what_is_named_is_cited_but_in_headings_and_links() -> None:
    blocks, parser = parsed(
        "# Koopman 1984\n\nBy Koopman 1984, or [Koopman 1984](#a). GRADE and GRADE.\n\nGRADE."
    )
    heading, first, second = blocks
    assert isinstance(heading, Heading)
    assert isinstance(first, Paragraph)
    assert not any(isinstance(item, Citation) for item in heading.content)
    cited = [key for item in first.content if isinstance(item, Citation) for key, _ in item.items]
    assert cited == ["koopman1984", "balshem2011"]
    (link,) = [item for item in first.content if isinstance(item, Link)]
    assert not any(isinstance(item, Citation) for item in link.children)
    assert not any(isinstance(item, Citation) for item in second.content)
    assert parser.cited == {"koopman1984": 1, "balshem2011": 2}


def test_summaries_cite_nothing() -> None:
    parser = Parser(lambda kind, name: (), frozenset(METHODS), frozenset(), finder(METHODS))
    parser.naming = False
    parser.parse("Judged by RoB 2 and GRADE.")
    assert parser.cited == {}


def test_analyses_cite_what_they_are_made_by() -> None:
    random = AnalysisSpec("a", "A", "random", "REML", "HKSJ", "t_k-1")
    mantel = AnalysisSpec("b", "B", "MH", study_ci="score")
    assert of_analyses([random, mantel], METHODS) == (
        "dersimonian1986", "viechtbauer2005", "hartung2001", "sidik2002", "higgins2009",
        "mantel1959", "koopman1984",
    )  # fmt: skip
    assert of_analyses([random], ()) == ()
