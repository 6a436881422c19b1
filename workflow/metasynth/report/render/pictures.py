"""The review's figures as the report shows them: captions, and what each SVG says of itself.

A figure names each number that it prints by its key (see figures/canvas/svg.py): from these keys
the report knows where the numbers come from, and makes them links.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import unescape

from metasynth.report.document import Figure, Inline, Inlines, Number, Text

FOLDER = "results/figures/"
_SVG = "{http://www.w3.org/2000/svg}"
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_BREAKS = re.compile(r'<svg [^>]*data-breaks="([\d.]+)')
DRAWN, PAPER = 476, 620.0
"""The width of a figure in points, and the height of its largest part on a page, as figures know
them (`figures.style.WIDTH`, `figures.page.PAPER`)."""
_NUMBER = re.compile(r'<tspan data-key="([^"]*)">([^<]*)</tspan>')


def by_language(paths: Sequence[str], languages: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The figures of each language by name: "death/forest" → "results/figures/death/forest.svg"."""
    figures: dict[str, dict[str, str]] = {code: {} for code in languages}
    for path in paths:
        name, _, code = path.removeprefix(FOLDER).removesuffix(".svg").partition(".")
        figures[code or languages[0]][name] = path
    main = figures[languages[0]]
    return {code: main | own for code, own in figures.items()}


@dataclass(frozen=True, slots=True)
class Said:
    """What a figure says: a title, a description, and every number drawn in it, with their keys."""

    title: str
    description: Inlines
    numbers: tuple[Number, ...]


def said(path: str) -> Said:
    """What the SVG of a figure says, numbers by the keys that it gives them."""
    root = ElementTree.fromstring(Path(path).read_text(encoding="utf-8"))
    title, description = root.find(f"{_SVG}title"), root.find(f"{_SVG}desc")
    drawn = (number for text in root.iter(f"{_SVG}text") for number in _numbers(text))
    return Said(
        "" if title is None else title.text or "",
        () if description is None else tuple(_inlines(description)),
        tuple(drawn),
    )


def parts(path: str) -> tuple[tuple[float, float], ...]:
    """From where to where in points each page shows a figure that is higher than paper.

    Nothing for one that a page holds. Each part but the first is below the figure's heading, which
    its page repeats: the heading is what lies above the first break.
    """
    svg = Path(path).read_text(encoding="utf-8")
    root = svg[svg.index("<svg") : svg.index(">", svg.index("<svg"))]
    known = dict(_ATTRIBUTE.findall(root))
    if "data-breaks" not in known:
        return ()
    head, *breaks = map(float, known["data-breaks"].split())
    height = float(known["height"].removesuffix("pt"))
    found, start = list[tuple[float, float]](), 0.0
    for this, following in pairwise([*breaks, height]):
        room = PAPER - (head if start else 0.0)
        if following - start > room and this > start:
            found.append((start, this))
            start = this
    return (*found, (start, height))


def heading_foot(path: str) -> float:
    """Where the heading ends of a figure that is cut."""
    found = _BREAKS.search(Path(path).read_text(encoding="utf-8"))
    return float(found[1]) if found else 0.0


def _numbers(element: ElementTree.Element) -> Iterator[Number]:
    for part in element.iter(f"{_SVG}tspan"):
        if key := part.get("data-key"):
            yield Number(part.text or "", key)


def _inlines(element: ElementTree.Element) -> Iterator[Inline]:
    if element.text:
        yield Text(element.text)
    for part in element:
        yield from _numbers(part)
        if part.tail:
            yield Text(part.tail)


def linked(
    svg: str, figure: Figure, places: Mapping[str, int], address: Callable[[str], str]
) -> str:
    """The SVG with its numbers as links, by their places among the page's entries.

    `address` says where an anchor is.
    """
    targets = {number.key: number.target or "numbers" for number in figure.numbers}
    if not targets:
        return _NUMBER.sub(r"\2", svg)

    def link(number: re.Match[str]) -> str:
        key, printed = unescape(number[1], {"&quot;": '"'}), number[2]
        return f'<a class="n" href="{address(targets[key])}" data-n="{places[key]}">{printed}</a>'

    start, end, drawing = svg.partition("</desc>")
    # An image's parts are nothing to a screen reader; a group's are.
    opened = _NUMBER.sub(r"\2", start).replace('role="img"', 'role="group"', 1)
    return opened + end + _NUMBER.sub(link, drawing)
