"""What the report knows of a drawing: its words, its numbers, where it is cut, its links."""

from itertools import pairwise
from pathlib import Path

import pytest

from metasynth.report.document import Figure, Number, Text, plain, text
from metasynth.report.render.pictures import (
    PAPER,
    by_language,
    heading_foot,
    linked,
    parts,
    said,
)

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" role="img" width="476pt" height="{height}pt"{cuts}>'
DRAWING = (
    HEAD.format(height=100, cuts="")
    + "<title>Forest &amp; trees</title>"
    + '<desc>Pooled <tspan data-key="a.b">0.50</tspan> of all.</desc>'
    + '<g role="img"><text><tspan data-key="a.b">0.50</tspan> and '
    + '<tspan data-key="c&quot;d">3</tspan></text></g></svg>'
)


@pytest.fixture
def drawn(tmp_path: Path) -> str:
    path = tmp_path / "f.svg"
    path.write_text(DRAWING, encoding="utf-8")
    return str(path)


def high(folder: Path, height: float, *breaks: float) -> str:
    cuts = f' data-breaks="{" ".join(map(str, breaks))}"' if breaks else ""
    path = folder / "high.svg"
    path.write_text(HEAD.format(height=height, cuts=cuts) + "</svg>", encoding="utf-8")
    return str(path)


def test_a_drawing_says_its_title_description_and_numbers(drawn: str) -> None:
    found = said(drawn)
    assert found.title == "Forest & trees"
    assert plain(found.description) == "Pooled 0.50 of all."
    assert found.description[1] == Number("0.50", "a.b")
    assert found.numbers == (Number("0.50", "a.b"), Number("3", 'c"d'))


def test_a_drawing_without_words_says_nothing(tmp_path: Path) -> None:
    found = said(high(tmp_path, 10))
    assert (found.title, found.description, found.numbers) == ("", (), ())


def test_numbers_become_links_in_the_drawing_and_text_in_its_description(drawn: str) -> None:
    numbers = (Number("0.50", "a.b", "row"), Number("3", 'c"d'))
    figure = Figure("f", "1", (), drawn, "alt", (Text("x"),), numbers)
    made = linked(DRAWING, figure, {"a.b": 7, 'c"d': 8}, lambda anchor: f"#{anchor}")
    before, _, after = made.partition("</desc>")
    assert "<a " not in before
    assert "Pooled 0.50 of all." in before
    assert '<a class="n" href="#row" data-n="7">0.50</a>' in after
    assert '<a class="n" href="#numbers" data-n="8">3</a>' in after  # with no row of its own
    assert 'role="group"' in before
    plainly = linked(DRAWING, Figure("f", "1", (), drawn, "", text("")), {}, str)
    assert "<a " not in plainly
    assert "data-key" not in plainly


@pytest.mark.parametrize(
    ("height", "breaks"),
    [
        (700.0, (50.0, 300.0, 600.0)),
        (3000.0, (40.0, *(40.0 + 100 * n for n in range(1, 29)))),
        (1300.0, (30.0, 640.0, 700.0, 900.0)),
    ],
)
def test_parts_follow_each_other_and_each_fits_the_paper(
    tmp_path: Path, height: float, breaks: tuple[float, ...]
) -> None:
    path = high(tmp_path, height, *breaks)
    found = parts(path)
    head = heading_foot(path)
    assert head == breaks[0]
    assert found[0][0] == 0
    assert found[-1][1] == height
    for (_, end), (start, _) in pairwise(found):
        assert end == start
        assert start in breaks
    gaps = [b - a for a, b in zip((0.0, *breaks), (*breaks, height), strict=True)]
    if max(gaps) <= PAPER - head:  # what cannot be cut may be higher
        assert all(end - start <= PAPER - (head if start else 0.0) for start, end in found)


def test_what_a_page_holds_is_not_cut(drawn: str) -> None:
    assert parts(drawn) == ()
    assert heading_foot(drawn) == 0.0


def test_figures_of_a_language_stand_in_for_those_of_the_main_one() -> None:
    paths = [f"results/figures/{name}.svg" for name in ("flow", "death/forest", "flow.pl")]
    found = by_language(paths, ("en", "pl"))
    assert found["en"] == {"flow": paths[0], "death/forest": paths[1]}
    assert found["pl"] == {"flow": paths[2], "death/forest": paths[1]}
