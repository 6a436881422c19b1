"""The gallery shows every kind of figure, and asks for nothing beside its own page."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

from metasynth.figures.catalogue import OF_A_POSTERIOR, OF_AN_OUTCOME
from metasynth.language.tracked import is_marked

DOCS = Path(__file__).parents[3] / "docs"
sys.path.insert(0, str(DOCS))

import make_gallery  # noqa: E402


def test_the_page_has_every_figure_of_the_catalogue_once() -> None:
    page = make_gallery.page()
    drawn = re.findall(r'id="([a-z0-9-]+)-title"', page)
    assert len(drawn) == len(set(drawn))
    names = {name.replace("_", "-") for name in OF_AN_OUTCOME}
    assert {f"bcg-{name}" for name in names} <= set(drawn)
    of_posteriors = {name.replace("_", "-") for name in OF_A_POSTERIOR}
    assert {f"anakinra-outcome-{name}" for name in of_posteriors} <= set(drawn)
    assert not is_marked(page)
    layouts = {"bcg-layouts-forest-jama", "bcg-layouts-forest-bmj", "bcg-layouts-forest-pl"}
    assert layouts | {"anakinra-summary", "anakinra-flow"} <= set(drawn)
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert ElementTree.fromstring(svg).find(".//{*}text") is not None
    assert not re.search(r'(?:src|href)="(?!#)|@import|url\((?!data:|#)', page)
