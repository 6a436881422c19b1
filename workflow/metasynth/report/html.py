"""A document as one self-contained HTML file: styles, fonts and figures inside, nothing fetched."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from metasynth.language import Language
from metasynth.report.document import Document, plain

_FONTS_INSIDE = re.compile(r" *<style>@font-face[^<]*</style>\n")
FONTS = (
    ("SourceSans3-Regular.woff2", 400, "normal"),
    ("SourceSans3-Bold.woff2", 700, "normal"),
    ("SourceSans3-It.woff2", 400, "italic"),
)


def render(document: Document, templates: Path, language: Language) -> str:
    """The HTML text. Jinja2 escapes every text; only our own SVG figures go in as they are."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["a"] = lambda value, name: type(value).__name__ == name
    environment.filters["plain"] = plain
    environment.globals["say"] = language.say
    environment.globals["svg"] = _svg
    environment.globals["font"] = _font_reader(templates / "fonts")
    template = environment.get_template("review.html.j2")
    style = Markup((templates / "style.css").read_text(encoding="utf-8"))
    return template.render(document=document, style=style, fonts=FONTS)


def _svg(path: str) -> Markup:
    """A figure's own SVG element, without the fonts that it carries: the page has them once."""
    source = Path(path).read_text(encoding="utf-8")
    return Markup(_FONTS_INSIDE.sub("", source[source.index("<svg") :], count=1))


def _font_reader(fonts: Path) -> Callable[[str], str]:
    return lambda name: base64.b64encode((fonts / name).read_bytes()).decode("ascii")
