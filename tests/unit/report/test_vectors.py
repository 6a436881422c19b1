"""Drawings for Word: nothing from elsewhere is in them, and each page has what stands on it."""

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from metasynth.report.render.vectors import drawings

FONTS = Path(__file__).parents[3] / "workflow/report/fonts"
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
ROWS = 200


def figure(tmp_path: Path, *drawn: str, height: float = 100, **attributes: str) -> str:
    said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    path = tmp_path / "figure.svg"
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="476pt" height="{height:g}pt" '
        f'viewBox="0 0 476 {height:g}"{said}><title>Name</title><desc>Long.</desc>'
        f"<style>@font-face{{src:url(data:font/woff;base64,AAAA)}}</style>{''.join(drawn)}</svg>\n",
        encoding="utf-8",
    )
    return str(path)


def row(number: int) -> str:
    y = 30 + 10 * number
    return (
        f'<g id="row-{number}"><text font-size="8px" text-anchor="end" x="90" y="{y}">'
        f'<tspan data-key="k">{number}.5</tspan></text><use href="#mark" x="200" y="{y}" />'
        f'<path d="M 0 {y} L 476 {y}" stroke="currentColor" /></g>'
    )


def long(tmp_path: Path, rows: int = ROWS) -> str:
    mark = '<g><defs><path id="mark" d="M -1 -1 L 1 1 z" /></defs></g>'
    head = '<text font-size="8px" font-weight="700" x="0" y="10">Study</text>'
    breaks = " ".join(f"{20 + 10 * place}" for place in range(0, rows, 10))
    line = f'<path d="M 300 20 L 300 {30 + 10 * rows}" stroke="currentColor" />'
    drawn = (head, mark, line, *map(row, range(rows)))
    return figure(tmp_path, *drawn, height=40 + 10 * rows, data_breaks=breaks)


def test_nothing_in_a_drawing_is_from_elsewhere(tmp_path: Path) -> None:
    path = figure(
        tmp_path,
        '<g id="a"><text font-size="8px" fill="currentColor" x="5" y="9" data-is="name">'
        'Śmith <tspan data-key="k">1.96</tspan> &lt;b&gt;</text></g>',
    )
    (made,) = drawings(path, FONTS)
    root = ElementTree.fromstring(made)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags == {"svg", "defs", "path", "rect", "clipPath", "g", "use"}
    assert not re.search("data:|currentColor|data-|font-face|Long", made)
    defined = {element.get("id") for element in root.iter(f"{SVG}path")}
    used = [element.get(LINK) for element in root.iter(f"{SVG}use")]
    assert {name[1:] for name in used if name} == defined
    assert len(used) == len("Śmith1.96<b>")


@pytest.mark.parametrize(("anchor", "share"), [("start", 0.0), ("middle", 0.5), ("end", 1.0)])
def test_letters_stand_where_the_text_stood(tmp_path: Path, anchor: str, share: float) -> None:
    metrics = json.loads((FONTS / "metrics.json").read_text(encoding="utf-8"))["regular"]
    letters, pairs = metrics["letters"], metrics["pairs"]
    wide = letters["A"] + pairs["AV"] + letters["V"]
    text = f'<text font-size="10px" text-anchor="{anchor}" x="100" y="50">AV</text>'
    (made,) = drawings(figure(tmp_path, text), FONTS)
    moved = re.search(r"translate\(([\d.]+) 50.00\) scale\(0.01 -0.01\)", made)
    assert moved
    assert float(moved[1]) == pytest.approx(100 - share * wide / 100, abs=0.006)
    assert [float(x) for x in re.findall(r' x="([\d.]+)" />', made)] == [
        0,
        letters["A"] + pairs["AV"],
    ]


def test_a_text_with_a_letter_of_another_script_stays_a_text(tmp_path: Path) -> None:
    text = '<text font-size="8px" x="5" y="9">陈 2012 &amp; <tspan data-key="k">5</tspan></text>'
    (made,) = drawings(figure(tmp_path, text), FONTS)
    (kept,) = ElementTree.fromstring(made).iter(f"{SVG}text")
    assert kept.text == "陈 2012 & 5"
    assert "Arial" in (kept.get("font-family") or "")


def test_a_text_without_letters_is_drawn_as_nothing(tmp_path: Path) -> None:
    (made,) = drawings(figure(tmp_path, '<text x="5" y="9"></text>'), FONTS)
    assert not re.findall(r"<use |<text", made)


def test_the_pages_of_a_figure_are_together_as_large_as_it(tmp_path: Path) -> None:
    """So that a file does not grow with the square of a figure's height."""
    made = drawings(long(tmp_path), FONTS)
    assert len(made) > 3
    for first, last in ((made[0], made[-1]),):
        assert ElementTree.fromstring(first).get("width") == "476pt"
        assert 'href="#bold-53"' in last, "the heading is repeated"
    sizes = [
        sum(map(len, drawings(long(tmp_path, rows), FONTS))) / rows for rows in (ROWS, 4 * ROWS)
    ]
    assert sizes[1] < 1.1 * sizes[0]


def test_every_row_stands_on_a_page(tmp_path: Path) -> None:
    made = [ElementTree.fromstring(one) for one in drawings(long(tmp_path), FONTS)]
    heights = {
        use.get("y") for page in made for use in page.iter(f"{SVG}use") if use.get(LINK) == "#mark"
    }
    assert heights == {str(30 + 10 * number) for number in range(ROWS)}
    assert all(any(p.get("id") == "mark" for p in page.iter(f"{SVG}path")) for page in made)


def test_the_outlines_are_those_of_the_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FONTS))
    import make_outlines

    sys.modules.pop("make_outlines")
    assert make_outlines.made() == (FONTS / "outlines.json").read_text(encoding="utf-8")
