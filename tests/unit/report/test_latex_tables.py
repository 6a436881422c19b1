"""The main tables as LaTeX files of their own, as an author's article takes them in."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from tests.unit.report.test_jats import DOCUMENT
from tests.unit.report.test_latex import COMMAND

from metasynth.language.languages import speak
from metasynth.report.document import Citation, Column, Link, Row, Table, text
from metasynth.report.render.latex_tables import TABLES, render

HOSTILE = r"\input{/etc/passwd} & $x$ % #1 ^^5c_{~} \end{longtable} Łódź τ² 中"
ARTICLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{longtable,array,natbib}
\begin{document}
BODY
See \ref{table-trials}.
\begin{thebibliography}{1}\bibitem[Smith(2001)]{smith_2001} Smith.\end{thebibliography}
\end{document}
"""


def table(anchor, *cells):
    columns = (Column(HOSTILE), Column("n", "right"))
    rows = (Row((text(HOSTILE),), heading=True), *(Row((text(HOSTILE), cell)) for cell in cells))
    linked = (*text("Of "), Link(f"#{anchor}", text("it")), *text(HOSTILE))
    return Table(anchor, "1", linked, columns, rows, text(HOSTILE), (text("a note"),))


def report(language="en"):
    cited = (Citation((("smith_2001", 1),)),)
    article = replace(
        DOCUMENT,
        language=language,
        blocks=(table("table-trials", cited), table("table-findings", text("2"))),
    )
    analyses = (table("table-analyses_pain", text("3")), table("table-analyses_a_b", text("4")))
    blocks = (table("table-summary", text("5")), *analyses, table("table-arms", text("6")))
    return article, replace(article, blocks=blocks)


@pytest.mark.parametrize("code", ["en", "pl"])
def test_each_file_has_its_tables_and_no_others(code):
    made = {name: render(report(code), name, speak(code)) for name in TABLES}
    assert {name: source.count(r"\begin{longtable}") for name, source in made.items()} == {
        "findings": 1,
        "trials": 1,
        "estimates": 3,
    }
    assert r"\citep{smith_2001}" in made["trials"]
    assert r"\reviewplace{table-findings}" in made["findings"]


@pytest.mark.parametrize("name", TABLES)
def test_nothing_that_is_typed_is_a_command(name):
    source = render(report(), name, speak("en"))
    assert r"\input{/" not in source
    assert source.count(r"\end{longtable}") == source.count(r"\begin{longtable}")
    bare = re.sub(r"\\[{}\\%]", "", source)
    assert bare.count("{") == bare.count("}")
    typed = re.findall(r"\\textbackslash\{\}input.*?中", source)
    assert typed
    known = re.compile(r"\\(ensuremath|textsuperscript|reviewletter|tau|-)(\{[^{}]*\})*|\{\}")
    for one in typed:
        left = known.sub("", COMMAND.sub("", re.sub(r"\\ensuremath\{\\tau\}", "", one)))
        assert not set("\\$&#%_^~") & set(left), one


def test_a_review_without_a_table_says_so():
    empty = replace(DOCUMENT, blocks=())
    assert "% This review has no such table." in render((empty, empty), "findings", speak("en"))


def test_an_article_takes_them_in(tmp_path):
    """All three, twice as LaTeX is run, where there is one; their structure is checked above."""
    for name in TABLES:
        (tmp_path / f"{name}.tex").write_text(render(report(), name, speak("en")), "utf-8")
    body = "\n".join(rf"\input{{{name}.tex}}" for name in TABLES)
    (tmp_path / "article.tex").write_text(ARTICLE.replace("BODY", body), "utf-8")
    program = shutil.which("pdflatex")
    if program is None:
        return
    run = [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "article"]
    for _ in range(2):
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, errors="replace")
        assert done.returncode == 0, done.stdout[-2000:]
    assert not re.search("undefined|multiply", done.stdout), done.stdout[-2000:]
