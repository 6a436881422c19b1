"""The SVG stands alone or in a page: same bytes everywhere, nothing leaks, everything is named."""

import os
import re
import subprocess
import sys
from math import fsum
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typst
from tests.figure_cases import cases, examined

from metasynth.figures.canvas.style import WIDTH
from metasynth.figures.canvas.svg import render
from metasynth.figures.catalogue import OF_AN_OUTCOME
from metasynth.figures.draw import draw
from metasynth.figures.forest.describe import forest_alt
from metasynth.figures.forest.forest import forest
from metasynth.figures.forest.preset import PRESETS
from metasynth.language.tracked import bare

CASES = cases()
FONTS = Path(__file__).parents[3] / "workflow" / "report" / "fonts"
SVG = "{http://www.w3.org/2000/svg}"
PROGRAM = """
import sys
from tests.figure_cases import cases, examined
from metasynth.figures.catalogue import OF_AN_OUTCOME
from metasynth.figures.draw import draw
from metasynth.figures.canvas.svg import render
from metasynth.language.languages import speak
for name, code in (("bcg", "en"), ("bcg", "pl"), ("hostile", "en"), ("continuous", "pl")):
    for figure in OF_AN_OUTCOME:
        case = cases()[name]
        drawing = draw(case, figure, sensitivity=examined(case), language=speak(code))
        text = render(drawing.figure, id_prefix=name, title=drawing.title, description=drawing[2])
        sys.stdout.buffer.write(text.encode())
"""


def svg(name: str, prefix: str = "fig") -> str:
    return render(forest(CASES[name]), id_prefix=prefix, title="A <title>", description="B & c")


def left_to_right(numbers, /, start=0):
    """As Python 3.11 adds."""
    for number in numbers:
        start = start + number
    return start


def exactly(numbers, /, start=0):
    """As later ones nearly do, which make up for what is rounded."""
    listed = [start, *numbers]
    return fsum(listed) if any(isinstance(n, float) for n in listed) else left_to_right(listed)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", CASES)
def test_where_things_stand_does_not_depend_on_how_python_adds(
    name: str, preset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last bit: Matplotlib names clips by a digest of their coordinates."""
    made = []
    for add in (left_to_right, exactly):
        with monkeypatch.context() as patch:
            patch.setattr("builtins.sum", add)
            figure = forest(CASES[name], preset=PRESETS[preset])
            drawn = [render(figure, id_prefix="f", title="t", description="d")]
            if preset == "journal" and name in ("bcg", "continuous"):
                for key in OF_AN_OUTCOME:
                    one = draw(CASES[name], key, sensitivity=examined(CASES[name])).figure
                    drawn.append(render(one, id_prefix="f", title="t", description="d"))
        made.append(drawn)
    assert made[0] == made[1]


def test_two_processes_of_different_surroundings_write_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text(
        "font.size: 20\nlines.linewidth: 9\nsvg.fonttype: path\n"
    )
    surroundings = (
        {"TZ": "UTC", "LANG": "C", "PYTHONHASHSEED": "1"},
        {
            "TZ": "Asia/Kathmandu",
            "LANG": "pl_PL.UTF-8",
            "LC_ALL": "C.UTF-8",
            "PYTHONHASHSEED": "2",
            "MATPLOTLIBRC": str(tmp_path),
            "SOURCE_DATE_EPOCH": "86400",
        },
    )
    written = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **environment},
            capture_output=True,
            check=True,
        ).stdout
        for environment in surroundings
    ]
    assert written[0] == written[1]
    assert len(written[0]) > 10_000
    assert b"<date" not in written[0]
    assert b"Matplotlib v" not in written[0]


@pytest.mark.parametrize("name", CASES)
def test_every_id_has_the_prefix_and_every_reference_a_target(name: str) -> None:
    root = ElementTree.fromstring(svg(name))
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    assert all(identifier.startswith("fig-") for identifier in ids)
    references = re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg(name))
    assert {a or b for a, b in references} <= set(ids)


def test_nothing_reaches_beyond_the_figure() -> None:
    root = ElementTree.fromstring(svg("bcg"))
    (fonts,) = root.iter(f"{SVG}style")
    rules = re.sub(r"@font-face\{[^{}]*\}", "", fonts.text or "")
    assert rules == ""
    assert not any("style" in element.attrib for element in root.iter())
    assert not any(attribute.startswith("on") for e in root.iter() for attribute in e.attrib)
    assert "http" not in svg("bcg").replace("http://www.w3.org/2000/svg", "")


def test_it_is_an_image_with_a_name_and_a_description() -> None:
    root = ElementTree.fromstring(svg("bcg"))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "fig-title fig-desc"
    title, description = root[0], root[1]
    assert (title.tag, title.attrib["id"], title.text) == (f"{SVG}title", "fig-title", "A <title>")
    assert (description.tag, description.text) == (f"{SVG}desc", "B & c")
    assert root.attrib["viewBox"].split()[2] == str(int(WIDTH))


def test_ink_takes_the_colour_of_the_page_and_the_page_shows_through() -> None:
    text = svg("bcg")
    assert "currentColor" in text
    assert "#010203" not in text
    assert "#000000" not in text
    assert "#ffffff" not in text
    colours = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', text))
    assert colours == {"#0072b2", "#d55e00"}
    for element in ElementTree.fromstring(text).iter(f"{SVG}text"):
        assert element.attrib["fill"] == "currentColor"


def test_text_is_text_in_the_figures_font() -> None:
    root = ElementTree.fromstring(svg("bcg"))
    assert root.attrib["font-family"].startswith("'Source Sans 3', ")
    assert root.attrib["font-family"].endswith("sans-serif")
    printed = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert "0.41 [0.13, 1.26]" in printed
    assert not any(
        "font-family" in element.attrib for element in root.iter() if element is not root
    )


def test_hostile_names_are_text_and_nothing_else() -> None:
    text = svg("hostile")
    root = ElementTree.fromstring(text)
    allowed = {
        "svg",
        "title",
        "desc",
        "style",
        "g",
        "path",
        "use",
        "defs",
        "clipPath",
        "rect",
        "text",
        "tspan",
    }
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    printed = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert "<script>alert(1)</script>" in printed
    assert r"$\frac{x}$ & 100% \u202e" in printed
    assert "\u202e" not in text
    assert "evil gnp.exe name[31m next" in printed


def test_the_description_has_every_number_and_full_name() -> None:
    result = CASES["long_names"]
    short, long = map(bare, forest_alt(result))
    assert long.startswith(short)
    assert len(bare(forest_alt(CASES["two"])[0])) < 150
    for study in result.analyses[0].studies:
        assert f"{study.label}: " in long
        assert f"{study.events_control} of {study.total_control}" in long
    assert "95% prediction interval: [0.90, 3.40]" in long
    assert "I² = 0%" in long
    assert "…" not in long


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("two", "1.75 [1.10, 2.77], number of studies 2, an interval of one degree of freedom."),
        ("bcg", "number of studies 13, in favour of anakinra."),
        ("zeros", "number of studies 3, in favour of placebo."),
        (
            "continuous",
            "−2.59 [−5.24, 0.06], number of studies 3, the interval includes 0.",
        ),
        ("none", "not estimable."),
        ("nothing", "not estimable."),
    ],
)
def test_the_short_text_gives_the_finding(name: str, words: str) -> None:
    assert bare(forest_alt(CASES[name])[0]).endswith(words)


def test_a_description_of_chosen_analyses_has_only_those() -> None:
    assert "Mantel" in forest_alt(CASES["two"])[1]
    assert "Mantel" not in forest_alt(CASES["two"], ["random"])[1]


def test_every_figure_is_accepted_by_an_archival_and_accessible_pdf(tmp_path: Path) -> None:
    lines = ['#set document(title: "Figures")', '#set text(lang: "en")']
    for name in OF_AN_OUTCOME:
        drawing = draw(CASES["bcg"], name, sensitivity=examined(CASES["bcg"]))
        text = render(drawing.figure, id_prefix=name, title="T", description="D")
        (tmp_path / f"{name}.svg").write_text(text, encoding="utf-8")
        lines.append(f'#image("{name}.svg", alt: "{name}")')
    (tmp_path / "all.typ").write_text("\n".join(lines), encoding="utf-8")
    pdf = typst.compile(tmp_path / "all.typ", font_paths=[FONTS], pdf_standards=["a-3a", "ua-1"])
    assert pdf.startswith(b"%PDF")
