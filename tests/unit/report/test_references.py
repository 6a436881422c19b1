"""The reference list against printed examples, and against bytes that vary from run to run."""

import shutil
from pathlib import Path

import pytest

from metasynth.core.bibtex import parse
from metasynth.language.languages import speak
from metasynth.report.document import Link, Styled, plain
from metasynth.report.render.references import references

REPOSITORY = Path(__file__).parents[3]
STYLE = REPOSITORY / "workflow" / "report" / "references.csl"

# The examples and how they must look are those of the AMA Manual of Style, 11th edition, 3.11, in
# the manner that the CSL project tests its style by.
ARTICLE = """@article{a, author = {Kawalec, Paweł and Holko, Przemysław and Paszulewicz, Anna},
 title = {Anakinra in the treatment of IL-1 in Poland. A review}, journal = {Reumatologia},
 year = {2013}, volume = {51}, number = {2}, pages = {119--126}, doi = {10.5114/reum.2013.34820}}"""


def printed(text: str, language: str = "en") -> list[str]:
    entries, faults = parse(text, "references.bib")
    assert not faults
    return [plain(entry) for entry in references(entries, STYLE, speak(language))]


def test_an_article_with_its_authors() -> None:
    assert printed(ARTICLE) == [
        "Kawalec P, Holko P, Paszulewicz A. Anakinra in the treatment of IL-1 in Poland. A review. "
        "Reumatologia. 2013;51(2):119-126. doi:10.5114/reum.2013.34820"
    ]


def test_authors_that_are_not_known_are_others() -> None:
    text = ARTICLE.replace("Anna}", "Anna and others}")
    assert printed(text)[0].startswith("Kawalec P, Holko P, Paszulewicz A, et al. Anakinra")


def test_a_body_is_an_author_as_it_is_written() -> None:
    text = ARTICLE.replace(
        "{Kawalec, Paweł and Holko, Przemysław and Paszulewicz, Anna}", "{{The A and B Group}}"
    )
    assert printed(text)[0].startswith("The A and B Group. ")


def test_titles_keep_their_capitals_and_signs() -> None:
    text = ARTICLE.replace("in Poland", "of Kineret: 16 August <b>x</b> *y* $z$")
    assert "IL-1 of Kineret: 16 August <b>x</b> *y* $z$" in printed(text)[0]


def test_the_journal_is_in_italics_and_the_doi_a_link() -> None:
    entries, _ = parse(ARTICLE, "references.bib")
    (entry,) = references(entries, STYLE, speak("en"))
    assert [plain(i.children) for i in entry if isinstance(i, Styled)] == ["Reumatologia"]
    assert [i.target for i in entry if isinstance(i, Link)] == [
        "https://doi.org/10.5114/reum.2013.34820"
    ]


def test_nothing_of_the_machine_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locale without letters beyond ASCII, a folder with them; another pandoc, and its styles."""
    entries, _ = parse(ARTICLE, "references.bib")
    expected = references(entries, STYLE, speak("en"))
    folder = tmp_path / "zażółć gęślą"
    folder.mkdir()
    shutil.copy(STYLE, folder)
    other = folder / "pandoc"
    other.write_text("#!/bin/sh\necho pandoc 99.0\n", encoding="utf-8")
    other.chmod(0o755)
    (folder / ".pandoc").mkdir()
    (folder / ".pandoc/abbreviations").write_text("Reumatologia.\n", encoding="utf-8")
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setenv("PYPANDOC_PANDOC", str(other))
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("HOME", str(folder))
    assert references(entries, folder / STYLE.name, speak("en")) == expected


@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_reference_of_the_review_is_printed_in_order(language: str) -> None:
    text = (REPOSITORY / "data/raw/references.bib").read_text(encoding="utf-8")
    entries, _ = parse(text, "references.bib")
    lines = printed(text, language)
    assert len(lines) == len(entries)
    for entry, line in zip(entries, lines, strict=True):
        assert entry.get("title") in line
        assert entry.get("year") in line


def test_what_no_record_states_is_said_behind_the_entry() -> None:
    text = ARTICLE.replace("year =", "addendum = {Authors <b>: not found}, year =")
    assert printed(text)[0].endswith("doi:10.5114/reum.2013.34820 [Authors <b>: not found.]")
