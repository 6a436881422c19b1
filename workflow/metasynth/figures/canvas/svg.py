"""A figure as SVG text that stands alone or inside a page: deterministic, named and described.

What matplotlib writes is made fit for a page: ids get a prefix, the global style rule becomes
attributes of this figure, the reserved ink becomes the text colour of wherever the figure stands.

A printed number is a `tspan` whose `data-key` names its entry in provenance.json, in the text that
is drawn and in the description. Other digits are in an element whose `data-is` says that they are
part of a "scale" or a "name". A figure that is higher than paper says in `data-breaks` at which
heights it may be cut, the first being the foot of the heading that each part repeats.
"""

import base64
import io
import re
import warnings
from dataclasses import astuple
from xml.etree import ElementTree

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from metasynth.figures.canvas.one_line import clean, visible
from metasynth.figures.canvas.page import Page, Pieces
from metasynth.figures.canvas.style import EMBEDDED, FALLBACK, FAMILY, INK, isolated
from metasynth.language.tracked import MARK, NAME, SCALE, bare, each, unnamed

_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_DROPPED = {"metadata", "style"}
_AUTOMATIC_ID = re.compile(r"[a-z0-9.]+_\d+")
_DECIMALS = re.compile(r"-?\d+\.\d{3,}")
_OTHER = {NAME: "name", SCALE: "scale"}
_WHOLE = re.compile(f"(<text [^>]*)>{MARK.pattern}</text>")
_NO_TURN = "rotate(-0 "
"""matplotlib turns each text by no angle at all."""


def render(
    figure: Figure, *, id_prefix: str, title: str, description: str, fonts: bool = True
) -> str:
    """`figure` as SVG text, the same bytes wherever and whenever it is rendered.

    `title` and `description` are what a screen reader says. All ids start with `id_prefix` and a
    hyphen, so that several figures can stand in one page, which may have the `fonts` itself.
    """
    prefix = f"{id_prefix}-"
    breaks = figure.breaks if isinstance(figure, Page) else ()
    root = ElementTree.fromstring(_drawn(figure))
    _strip(root)
    for element in root.iter():
        _localise(element, prefix)
    _name_once(root)
    _unwrap(root)
    _describe(root, prefix, clean(bare(title)), _spoken(description))
    if isinstance(figure, Page) and figure.pieces:
        root.set("data-pieces", ";".join(map(_places, figure.pieces)))
    if breaks:
        root.set("data-breaks", " ".join(f"{height:.2f}" for height in breaks))
    if fonts:
        _carry_fonts(root)
    ElementTree.indent(root, " ")
    return _tagged(ElementTree.tostring(root, encoding="unicode")) + "\n"


def _places(pieces: Pieces) -> str:
    return " ".join(f"{place:.2f}" for place in astuple(pieces))


def _tagged(svg: str) -> str:
    """Each mark as an element, or an attribute of a text that is nothing else."""
    return MARK.sub(_tspan, _WHOLE.sub(_text, svg))


def _text(found: re.Match[str]) -> str:
    start, key, printed = found.groups()
    return f'{start} data-is="{_OTHER[key]}">{printed}</text>' if key in _OTHER else found[0]


def _tspan(found: re.Match[str]) -> str:
    key, printed = found.groups()
    what = f'data-is="{_OTHER[key]}"' if key in _OTHER else f'data-key="{_quoted(key)}"'
    return f"<tspan {what}>{printed}</tspan>"


@isolated
def _drawn(figure: Figure) -> str:
    """matplotlib's own SVG; a character that the font lacks is left to the viewer's fonts."""
    text = io.StringIO()
    if isinstance(figure, Page):
        figure.telling = True
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing", category=UserWarning)
        FigureCanvasSVG(figure).print_svg(text, metadata={"Date": None})  # type: ignore[no-untyped-call]
    if isinstance(figure, Page):
        figure.telling = False
    return text.getvalue()


def _strip(root: ElementTree.Element) -> None:
    """Drop namespaces of names, metadata, global style rules, and ids that matplotlib made up."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        for child in [child for child in element if child.tag.removeprefix(_SVG) in _DROPPED]:
            element.remove(child)
        if _AUTOMATIC_ID.fullmatch(element.get("id", "")):
            del element.attrib["id"]


def _localise(element: ElementTree.Element, prefix: str) -> None:
    """Prefix ids and references, and turn styles into attributes, which no page's policy blocks."""
    attributes = {}
    for name, value in element.attrib.items():
        name = name.removeprefix(_XLINK)
        if name == "id":
            attributes[name] = prefix + value
        elif name == "href":
            attributes[name] = value.replace("#", "#" + prefix, 1)
        elif name == "d":
            attributes[name] = _DECIMALS.sub(_hundredths, " ".join(value.split()))
        elif name == "style":
            attributes |= _declarations(value)
        elif not value.startswith(_NO_TURN):
            attributes[name] = value.replace("url(#", f"url(#{prefix}").strip()
    element.attrib.clear()
    element.attrib.update(attributes)


def _hundredths(number: re.Match[str]) -> str:
    """A coordinate to a hundredth of a point, which is finer than any screen or printer."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _declarations(style: str) -> dict[str, str]:
    """A style's declarations, its ink now the text colour around it, its font the figure's own."""
    pairs = (item.partition(":") for item in style.replace(INK, "currentColor").split(";"))
    named = {name.strip(): value.strip() for name, _, value in pairs if value}
    named.pop("font-family", None)
    return named


def _name_once(root: ElementTree.Element) -> None:
    """Leave an id to the first element that has it: panels name their axes alike."""
    seen: set[str] = set()
    for element in root.iter():
        if (name := element.get("id", "")) in seen:
            del element.attrib["id"]
        seen |= {name} if name else set()


def _unwrap(parent: ElementTree.Element) -> None:
    """Put the content of groups that say nothing in their place, and drop what is empty."""
    children: list[ElementTree.Element] = []
    for child in list(parent):
        _unwrap(child)
        if child.tag == "g" and not child.attrib:
            children += list(child)
        elif child.tag not in ("g", "defs") or len(child):
            children.append(child)
    parent[:] = children


def _quoted(key: str) -> str:
    """A key, escaped as text already, as the value of an attribute."""
    return key.replace('"', "&quot;")


def _spoken(description: str) -> str:
    """A description whose numbers keep their keys; its names say what they are by themselves."""
    return each(unnamed(description), visible).strip(" ")


def _carry_fonts(root: ElementTree.Element) -> None:
    """Put the fonts inside, so that text stands where it was measured wherever the file is opened.

    A page that shows figures inline has the fonts itself, and leaves this element out.
    """
    element = ElementTree.Element("style")
    element.text = "".join(
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};src:url(data:font/woff;base64,'
        f"{base64.b64encode(path.read_bytes()).decode('ascii')})}}"
        for weight, path in EMBEDDED.items()
    )
    root.insert(2, element)


def _describe(root: ElementTree.Element, prefix: str, title: str, description: str) -> None:
    """Name and describe the figure, and set once what holds for all of it."""
    size = {name: root.attrib[name] for name in ("width", "height", "viewBox")}
    root.attrib.clear()
    root.attrib.update(
        {
            "xmlns": "http://www.w3.org/2000/svg",
            **size,
            "role": "img",
            "aria-labelledby": f"{prefix}title {prefix}desc",
            "font-family": f"'{FAMILY}', {FALLBACK}",
            "stroke-linejoin": "round",
            "stroke-linecap": "butt",
        }
    )
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(tag, id=prefix + tag)
        element.text = text
        root.insert(place, element)
