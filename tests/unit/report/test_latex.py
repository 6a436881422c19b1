"""The LaTeX source: every letter of a text is data, and all that is named exists.

With a TeX at hand (TeX Live 2022) article and supplement of this review, in both languages, were
compiled without errors by pdflatex and by xelatex.
"""

import re
import string
from dataclasses import replace

import pytest
from tests.unit.report.test_jats import DOCUMENT

from metasynth.language.languages import speak
from metasynth.report.document import Figure, Paragraph, Table, text
from metasynth.report.render.latex import render
from metasynth.report.render.latex_text import escaped, target_name

SPECIAL = set("\\{}$&#%_^~")
COMMAND = re.compile(
    r"\\text(?:backslash|asciicircum|asciitilde|quotedbl|quotesingle|asciigrave|less|greater|bar)\{\}"
    r"|\\[{}$&#%_]|~|\{\}"
)


def source(document=DOCUMENT, code="en") -> str:
    return render(replace(document, language=code), speak(code))


@pytest.mark.parametrize("one", string.printable.strip() + " ")
def test_every_letter_of_ascii_is_itself_or_a_command(one: str) -> None:
    said = escaped(one)
    if one in SPECIAL | set("\"'`<>|"):
        assert said != one
        assert COMMAND.fullmatch(said)
    else:
        assert said == one


@pytest.mark.parametrize(
    "words",
    [r"\input{/etc/passwd}", r"\write18{rm}", "$x$ % no comment", "^^5c", "a & b \\\\ c", "~"],
)
def test_nothing_that_is_typed_is_a_command(words: str) -> None:
    assert not SPECIAL & set(COMMAND.sub("", escaped(words)))


@pytest.mark.parametrize("mark", ["--", "---", ",,"])
def test_letters_do_not_melt_into_one(mark: str) -> None:
    assert mark not in escaped(f"a{mark}b")
    assert escaped(mark).replace("{}", "") == mark


def test_a_break_of_lines_within_a_text_begins_no_paragraph() -> None:
    assert escaped("a\n\n b\u2029c\r\nd") == "a b c d"


def test_letters_of_europe_stand_as_they_are_and_others_by_their_number() -> None:
    assert escaped("Łódź, Müller") == "Łódź, Müller"
    assert escaped("τ² − 中") == (
        r"\ensuremath{\tau}\textsuperscript{2} \ensuremath{-} \reviewletter{4E2D}{中}"
    )
    assert escaped("\ufdd0\u202e") == "[U+FDD0][U+202E]"


def test_no_two_targets_have_the_same_name() -> None:
    names = ["a_b", "a-b", "a.b", "a.5f.b", "ab", "a b"]
    made = {target_name(name) for name in names}
    assert len(made) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", name) for name in made)


@pytest.mark.parametrize("code", ["en", "pl"])
def test_braces_and_environments_close(code: str) -> None:
    made = re.sub(r"\\[{}\\%]", "", source(code=code))
    assert made.count("{") == made.count("}")
    opened = []
    for end, name in re.findall(r"\\(begin|end)\{(\w+)\}", made):
        if end == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert opened == []


def test_every_link_and_citation_has_its_target() -> None:
    made = source()
    places = set(re.findall(r"\\reviewplace\{([^}]+)\}", made))
    links = re.findall(r"\\hyperlink\{([^}]+)\}", made)
    assert set(links) <= places
    assert len(links) == 1
    cited = {key for found in re.findall(r"\\citep\{([^}]+)\}", made) for key in found.split(",")}
    assert cited == set(re.findall(r"\\bibitem\{([^}]+)\}", made)) == {"a", "b"}


def test_tables_and_figures_are_numbered_as_everywhere() -> None:
    assert r"\thetable" not in source()
    own = (Table("table-x", "S1", text("T"), (), ()), Figure("f", "S1", text("F"), "", "", ()))
    made = source(replace(DOCUMENT, blocks=(Paragraph(text("x")), *own)))
    assert r"\renewcommand{\thetable}{S\arabic{table}}" in made
    assert r"\renewcommand{\thefigure}{S\arabic{figure}}" in made


def test_a_figure_is_the_pdf_of_its_file_or_its_name() -> None:
    assert r"\reviewfigure{../figures/f.pdf}" in source()
    assert r"\IfFileExists" in source()


def test_a_language_whose_package_is_not_there_is_taken_from_babel_itself() -> None:
    said = source(code="pl")
    assert r"\IfFileExists{polish.ldf}{\usepackage[polish]{babel}}" in said
    assert r"\babelprovide[import,main]{polish}" in said
