"""Marks stay on their numbers while text is measured, broken, shortened and written as SVG."""

from xml.etree import ElementTree

import pytest

from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import Label, blank, write
from metasynth.figures.canvas.svg import render
from metasynth.figures.canvas.text import shorten, width, wrap
from metasynth.language.formats import stated
from metasynth.language.tracked import NAME, SCALE, bare, marked, pieces, unnamed, within

TAU = f"Heterogeneity: Tau² = {marked('0.04', 'a.tau2')}; Q = {marked('3.21', 'a.q')}"
SVG = "{http://www.w3.org/2000/svg}"


def numbers(text: str) -> dict[str, str]:
    return {key: printed for printed, key in pieces(text) if key}


def test_marked_text_is_as_wide_as_what_is_printed() -> None:
    assert width(TAU) == width(bare(TAU))
    assert width(TAU, bold=True, size=11) == width(bare(TAU), bold=True, size=11)


@pytest.mark.parametrize("room", [30, 50, 80, 120, 400])
def test_lines_break_as_without_marks_and_each_number_keeps_its_key(room: float) -> None:
    lines = wrap(TAU, room, 9)
    assert [bare(line) for line in lines] == list(wrap(bare(TAU), room, 9))
    found = dict.fromkeys(("a.tau2", "a.q"), "")
    for line in lines:
        for printed, key in pieces(line):
            if key:
                found[key] += printed
    assert found == {"a.tau2": "0.04", "a.q": "3.21"}


def test_a_name_cut_short_is_still_a_name() -> None:
    label = name("ACR20 response at week 24 among completers")
    cut = shorten(label, 60)
    assert bare(cut) == shorten(bare(label), 60)
    assert bare(cut).endswith("…")
    assert next(key for _, key in pieces(cut)) == NAME


def test_lines_that_repeat_a_letter_take_their_own_marks() -> None:
    text = f"1 and {marked('1', 'b')} and 1"
    assert within(text, ["1 and", "1 and 1"]) == ("1 and", f"{marked('1', 'b')} and 1")


def test_a_name_is_marked_once_and_only_with_a_digit() -> None:
    assert name("Placebo") == "Placebo"
    assert name(name("IL-1 blockade")) == name("IL-1 blockade")
    assert unnamed(f"{name('ACR20')}: {marked('3', 'k')}") == f"ACR20: {marked('3', 'k')}"


def test_statements_and_columns_look_at_what_is_printed() -> None:
    assert bare(stated("p", marked("<0.001", "p"))) == "p < 0.001"
    assert numbers(stated("p", marked("<0.001", "p"))) == {"p": "< 0.001"}


def test_the_svg_names_numbers_scales_and_names() -> None:
    page = blank(40)
    hostile = marked('5 <">&', 'key"<&')
    lines = (TAU, marked("0.5", SCALE), f"{name('ACR20')} {marked('3', 'k')}", hostile)
    write(page, (Label(line, 2, 10 * i) for i, line in enumerate(lines)))
    text = render(page, id_prefix="x", title=TAU, description=f"{name('ACR20')}: {TAU}")
    root = ElementTree.fromstring(text)
    drawn = list(root.iter(f"{SVG}text"))
    assert ["".join(line.itertext()) for line in drawn] == [bare(line) for line in lines]
    keyed = [(p.get("data-key"), p.get("data-is"), p.text) for p in root.iter(f"{SVG}tspan")]
    described = [("a.tau2", None, "0.04"), ("a.q", None, "3.21")]
    assert keyed == [
        *described,
        *described,
        (None, "name", "ACR20"),
        ("k", None, "3"),
        ('key"<&', None, '5 <">&'),
    ]
    assert drawn[1].get("data-is") == "scale"
    title, description = root[0], root[1]
    assert (title.text, len(title)) == (bare(TAU), 0)
    assert "".join(description.itertext()) == f"ACR20: {bare(TAU)}"
    assert not any(ord(letter) in range(0xFDD0, 0xFDF0) for letter in text)


def test_what_matplotlib_itself_draws_is_what_is_printed() -> None:
    page = blank(20)
    write(page, [Label(TAU, 2, 10)])
    assert [text.get_text() for text in page.texts] == [bare(TAU)]
