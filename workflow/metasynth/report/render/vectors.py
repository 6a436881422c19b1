"""The figures of a Word file as drawings that need nothing else, one for each page of a figure.

Word takes neither a font nor another drawing from within a drawing. So letters are outlines, which
stand once in a drawing and are used at each of their places, colours are named, and a page of a
long figure has what stands on it and no more: the pages of a figure together are as large as it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import zip_longest
from math import inf
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from metasynth.report.render.pictures import DRAWN, heading_foot, parts

_NAMESPACES = {
    "xmlns": "http://www.w3.org/2000/svg",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
}
_INK = "#000000"
_REACH = 40.0
"""How far in points a letter or a mark may reach beyond the place where it stands."""
_ABSOLUTE = re.compile(r"[MLCQz\d\s.e+-]+")
_POINT = re.compile(r"[\d.e+-]+\s+([\d.e+-]+)")
_UNDRAWN = frozenset({"title", "desc", "style"})
_FAMILY = "'Source Sans 3', Arial, sans-serif"
_BOLD = 600


@dataclass(frozen=True, slots=True)
class _Weight:
    """The letters of a weight of the font, in thousandths of its size, upwards positive.

    `outlines` are paths of SVG, `widths` how far the next letter is, and `pairs` what two letters
    beside each other add to that.
    """

    name: str
    outlines: Mapping[str, str]
    widths: Mapping[str, int]
    pairs: Mapping[str, int]

    def places(self, text: str) -> list[int]:
        """Where each letter of a line begins, and, last, where the line ends."""
        found = [0]
        for letter, following in zip_longest(text, text[1:], fillvalue=""):
            found.append(found[-1] + self.widths[letter] + self.pairs.get(letter + following, 0))
        return found


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something drawn, with its upper and lower end in points; infinite where it is not known.

    `letters` are the outlines that it uses, by their names.
    """

    element: Element
    top: float
    bottom: float
    letters: Mapping[str, str] = field(default_factory=dict)


def drawings(path: str, fonts: Path) -> list[str]:
    """The SVG of each page of the figure in `path`, a page having at most paper's height.

    `fonts` is the folder of the letters' outlines and widths. A text with a letter that has no
    outline there stays a text.
    """
    written = Path(path).read_text(encoding="utf-8")
    root = ElementTree.fromstring(written.replace(f' xmlns="{_NAMESPACES["xmlns"]}"', "", 1))
    weights = _weights(fonts)
    pieces = [_drawn(piece, weights) for piece in _pieces(root)]
    if not (cut := parts(path)):
        _, _, wide, tall = root.get("viewBox", f"0 0 {DRAWN} 0").split()
        return [_svg(float(wide), [(0.0, float(tall))], pieces)]
    head = (0.0, heading_foot(path))
    return [_svg(DRAWN, [head, one] if one[0] else [one], pieces) for one in cut]


def _svg(wide: float, spans: list[tuple[float, float]], pieces: list[_Piece]) -> str:
    """What stands within the spans of a figure's height, one span below the other."""
    tall = sum(end - start for start, end in spans)
    size = {"width": f"{wide:g}pt", "height": f"{tall:g}pt", "viewBox": f"0 0 {wide:g} {tall:g}"}
    within = [
        [p for p in pieces if p.top - _REACH <= end and p.bottom + _REACH >= start]
        for start, end in spans
    ]
    svg, below = Element("svg", _NAMESPACES | size), 0.0
    letters = {name: line for some in within for p in some for name, line in p.letters.items()}
    outlines = ElementTree.SubElement(svg, "defs")
    outlines.extend(Element("path", {"id": name, "d": line}) for name, line in letters.items())
    svg.append(Element("rect", {"width": f"{wide:g}", "height": f"{tall:g}", "fill": "#ffffff"}))
    for number, ((start, end), some) in enumerate(zip(spans, within, strict=True)):
        clip = ElementTree.SubElement(svg, "clipPath", {"id": f"part-{number}"})
        room = {"x": "0", "y": f"{start:g}", "width": f"{wide:g}", "height": f"{end - start:g}"}
        clip.append(Element("rect", room))
        place = {
            "clip-path": f"url(#part-{number})",
            "transform": f"translate(0 {below - start:g})",
        }
        group = ElementTree.SubElement(svg, "g", place)
        group.extend(piece.element for piece in some)
        below += end - start
    return ElementTree.tostring(svg, encoding="unicode")


def _pieces(parent: Element) -> Iterator[_Piece]:
    """What a figure draws, its groups taken apart, which only name their parts."""
    for element in parent:
        if element.tag == "g":
            yield from _pieces(element)
        elif element.tag == "path" and _ABSOLUTE.fullmatch(line := element.get("d", "")):
            heights = [float(number) for number in _POINT.findall(line)]
            yield _Piece(element, min(heights, default=-inf), max(heights, default=inf))
        elif element.tag in ("text", "use"):
            yield _Piece(element, float(element.get("y", -inf)), float(element.get("y", inf)))
        elif element.tag not in _UNDRAWN:
            yield _Piece(element, -inf, inf)


@cache
def _weights(fonts: Path) -> tuple[_Weight, _Weight]:
    """The regular letters and the bold ones."""
    outlines = json.loads((fonts / "outlines.json").read_text(encoding="utf-8"))
    metrics = json.loads((fonts / "metrics.json").read_text(encoding="utf-8"))
    regular, bold = (
        _Weight(name, outlines[name], metrics[name]["letters"], metrics[name]["pairs"])
        for name in ("regular", "bold")
    )
    return regular, bold


def _drawn(piece: _Piece, weights: tuple[_Weight, _Weight]) -> _Piece:
    """A piece as every program draws it: colours named, links as of old, letters drawn."""
    for element in piece.element.iter():
        for name, value in list(element.attrib.items()):
            if value == "currentColor":
                element.set(name, _INK)
            elif name == "href":
                element.set("xlink:href", element.attrib.pop("href"))
            elif name.startswith("data-"):
                del element.attrib[name]
    if piece.element.tag != "text":
        return piece
    line, weight = "".join(piece.element.itertext()), weights[_is_bold(piece.element)]
    if not all(letter in weight.outlines for letter in line):
        return replace(piece, element=_plain(piece.element, line))
    names = {letter: f"{weight.name}-{ord(letter):x}" for letter in line if weight.outlines[letter]}
    letters = {name: weight.outlines[letter] for letter, name in names.items()}
    return replace(piece, element=_outlined(piece.element, line, weight, names), letters=letters)


def _is_bold(text: Element) -> bool:
    return int(text.get("font-weight", "400")) >= _BOLD


def _plain(text: Element, line: str) -> Element:
    """A line that stays a text."""
    written = Element("text", text.attrib | {"font-family": _FAMILY})
    written.text = line
    return written


def _outlined(text: Element, line: str, weight: _Weight, names: Mapping[str, str]) -> Element:
    """A line as the outlines of its letters, each at its place."""
    kept = {name: text.attrib[name] for name in ("fill", "opacity") if name in text.attrib}
    size = float(text.get("font-size", "8px").removesuffix("px")) / 1000
    *places, end = weight.places(line)
    ahead = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")] * end * size
    x, y = float(text.get("x", 0)) - ahead, float(text.get("y", 0))
    moved = f"translate({x:.2f} {y:.2f}) scale({size:.6g} {-size:.6g})"
    group = Element("g", kept | {"transform": moved})
    for letter, place in zip(line, places, strict=True):
        if letter in names:
            ElementTree.SubElement(
                group, "use", {"xlink:href": f"#{names[letter]}", "x": f"{place}"}
            )
    return group
