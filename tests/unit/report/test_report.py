"""Authored text becomes blocks, and blocks become HTML and Typst, with text always text."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from metasynth.language.languages import ENGLISH
from metasynth.language.tracked import marked
from metasynth.report.document import (
    Block,
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
    Row,
    Styled,
    Table,
    Text,
    plain,
    text,
)
from metasynth.report.render import typst
from metasynth.report.text.markdown import Parser, UnknownNameError, escape
from metasynth.report.text.names import stated

TEMPLATES = Path(__file__).parents[3] / "workflow" / "report"
HOSTILE = [
    "<script>alert(1)</script>",
    "$x^2$ #let y = 1 \\ `code` *b* _i_ [@a] [l](http://x)",
    "1. one",
    "# heading",
    "- item",
    "{figure:x}",
    "&amp; &lt; \"quoted\" 'single'",
    "> quote",
    "a\\*b",
    "p\u00a0=\u00a00.03",
]


def parser() -> Parser:
    table = Table("t", "1", (), (), ())
    return Parser(lambda kind, name: (table,) if name == "x" else (), frozenset({"a", "b2"}))


def test_blocks_of_the_dialect() -> None:
    source = "# One two\n\nA *b* **c** `d`\n[e](#f).\n\n- g\n- h\n\n1. i\n\n> j\n\n{table:x}\n"
    heading, paragraph, bullets, numbers, quote, table = parser().parse(source)
    assert heading == Heading(1, "one-two", (Text("One two"),))
    assert paragraph == Paragraph(
        (
            Text("A "),
            Styled("emphasis", (Text("b"),)),
            Text(" "),
            Styled("strong", (Text("c"),)),
            Text(" "),
            Styled("code", (Text("d"),)),
            Text(" "),
            Link("#f", (Text("e"),)),
            Text("."),
        )
    )
    item = (Paragraph((Text("g"),)),)
    assert bullets == Listing(False, (item, (Paragraph((Text("h"),)),)))
    assert numbers == Listing(True, ((Paragraph((Text("i"),)),),))
    assert quote == Quote((Paragraph((Text("j"),)),))
    assert isinstance(table, Table)


def test_citations_are_numbered_as_they_come() -> None:
    (paragraph,) = parser().parse("See [@b2; @a] and [@a].")
    assert isinstance(paragraph, Paragraph)
    assert paragraph.content == (
        Text("See"),
        Citation((("b2", 1), ("a", 2))),
        Text(" and"),
        Citation((("a", 2),)),
        Text("."),
    )


def test_headings_with_the_same_words_have_anchors_of_their_own() -> None:
    blocks = parser().parse("# A\n\n# A\n\n# Ł\n\n# 中\n")
    assert [block.anchor for block in blocks if isinstance(block, Heading)] == [
        "a",
        "a-more",
        "l",
        "section",
    ]


def test_an_unknown_reference_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="nobody"):
        parser().parse("[@nobody]")


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_renders_as_itself(text: str) -> None:
    (paragraph,) = parser().parse(escape(text))
    assert paragraph == Paragraph((Text(text),))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_enters_typst_as_a_string(text: str) -> None:
    import typst as compiler

    document = Document("T", (Text("S"),), "en", "1", "2020-01-31", (Paragraph((Text(text),)),))
    source = typst.source(document, TEMPLATES / "review.typ", ENGLISH)
    literal = source.rstrip().splitlines()[-1].removeprefix("#par(").removesuffix(")")
    assert json.loads(compiler.eval(b"", literal)) == text


def test_plain_text_of_inlines() -> None:
    content = (Text("a "), Styled("strong", (Text("b"),)), Citation((("x", 3),)))
    assert plain(content) == "a b[3]"


def test_a_letter_that_the_font_lacks_does_not_cost_the_report() -> None:
    document = Document(
        "研究", (Text("S"),), "en", "1", "2020-01-31", (Paragraph((Text("中 שלום"),)),)
    )
    assert typst.pdf(document, TEMPLATES, ENGLISH).startswith(b"%PDF")


def printed(*blocks: Block) -> list[str]:
    """The lines of a supplement's PDF, contents left out, in the order of the page."""
    whole = (Heading(1, "first", text("First")), *blocks)
    document = Document("T", (), "en", "1", "2020-01-31", whole, stem="supplement")
    file = PdfReader(BytesIO(typst.pdf(document, TEMPLATES, ENGLISH)))
    return [line for page in file.pages[1:] for line in page.extract_text().splitlines()]


def test_a_long_name_ends_a_line_behind_one_of_its_parts_and_stays_in_its_column() -> None:
    name = "analyses.bayes_half_normal.other_priors_of_all"
    columns = tuple(Column(title) for title in "abcde")
    row = Row(((Styled("code", text(name)),), *(text("x") for _ in "bcde")))
    lines = printed(Table("t", "1", (), columns, (row,)))
    assert not any(name in line for line in lines)
    (start,) = (line for line in lines if line.startswith("analyses."))
    assert start.partition(" ")[0][-1] in "._"


def test_in_the_supplement_a_figure_stands_below_its_heading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="476pt" height="200pt"></svg>'
    (tmp_path / "f.svg").write_text(drawing)
    monkeypatch.chdir(tmp_path)
    figure = Figure("fig-f", "S1", text("What it shows."), "f.svg", "a plot", (), ())
    before = tuple(Paragraph(text("Words before it. " * 30)) for _ in range(3))
    lines = printed(*before, Heading(2, "own", text("Its own heading")), figure)
    heading, caption = (
        next(place for place, line in enumerate(lines) if line.startswith(words))
        for words in ("Its own heading", "Figure S1")
    )
    assert heading < caption


def test_a_marked_number_comes_out_of_template_and_markdown_as_a_number() -> None:
    marked_value = marked("1.82", "acr20_w24.primary.estimate")
    (paragraph,) = parser().parse(f"It is **{escape(marked_value)}**, {escape(marked_value)}!")
    number = Number("1.82", "acr20_w24.primary.estimate")
    assert paragraph == Paragraph(
        (Text("It is "), Styled("strong", (number,)), Text(", "), number, Text("!"))
    )
    assert plain(paragraph.content) == "It is 1.82, 1.82!"


def test_what_does_not_exist_and_what_is_marked_already_stay_as_they_are() -> None:
    assert marked("–", "key") == "–"
    assert marked(marked("1", "first"), "second") == marked("1", "first")


def test_a_statement_keeps_the_key_of_its_value() -> None:
    assert text(stated(marked("<0.001", "a.p"), "p")) == (
        Text("p\u00a0"),
        Number("<\u00a00.001", "a.p"),
    )
    assert text(stated(marked("0.20", "a.p"), "p")) == (
        Text("p\u00a0=\u00a0"),
        Number("0.20", "a.p"),
    )


@pytest.mark.parametrize(
    ("numbers", "runs"),
    [
        ((1,), ((1,),)),
        ((1, 2), ((1,), (2,))),
        ((1, 2, 3), ((1, 3),)),
        ((7, 2, 3, 4, 5, 9, 10), ((7,), (2, 5), (9,), (10,))),
        ((3, 2, 1), ((3,), (2,), (1,))),
    ],
)
def test_three_and_more_references_in_a_row_are_told_by_the_first_and_last(
    numbers: tuple[int, ...], runs: tuple[tuple[int, ...], ...]
) -> None:
    found = Citation(tuple((f"x{n}", n) for n in numbers)).runs()
    assert tuple(tuple(n for _, n in run) for run in found) == runs
