"""A document as one self-contained HTML file: styles, fonts and figures inside, nothing fetched."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from metasynth.core import store
from metasynth.language.languages import Language, message
from metasynth.model.authorship import AuthorDetails
from metasynth.provenance.entry import Entry
from metasynth.provenance.publish import record
from metasynth.report import exploration
from metasynth.report.byline import ORCID
from metasynth.report.document import Document, Figure, Inlines, References, Table, plain
from metasynth.report.render.citation import bibtex, ris
from metasynth.report.render.pictures import linked

_FONTS_INSIDE = re.compile(r" *<style>@font-face[^<]*</style>\n")
FONTS = (
    ("ReviewPage-Regular.woff", 400, "normal"),
    ("ReviewPage-Bold.woff", 700, "normal"),
    ("ReviewPage-It.woff", 400, "italic"),
)
WORDS = {
    "back": message("Back"),
    "cell": message("Cell"),
    "cells": message("Rows of the raw tables behind it"),
    "close": message("Close"),
    "declared": message("declared in config.yaml"),
    "derived": message("derived"),
    "external": message("external"),
    "formula": message("Formula"),
    "inputs": message("Made from"),
    "log": message("logarithmic scale"),
    "method": message("Method"),
    "natural": message("natural scale"),
    "reference": message("reference"),
    "reported": message("reported"),
    "row": message("row"),
    "see": message("Show the row"),
    "source": message("Source"),
    "large": message("Enlarge"),
    "svg": message("Save as SVG"),
    "copied": message("Copied"),
    "quotes": message("Where the numbers behind it are stated"),
    "more": message("and {n} more"),
    "hits": message("Places found: {n}"),
}
"""What the page's script says."""

OWN_NAMES = {"en": "English", "pl": "Polski"}
"""What languages call themselves; another is called by its letters."""

PACKED = (
    *("inputs", "label", "of", "method", "target", "formula", "measure", "scale", "provenance"),
    *("source", "note"),
)
"""Parts of entries that the page holds once for all entries that share them, the rarest last."""


def render(document: Document, templates: Path, language: Language) -> str:
    """The HTML text. Jinja2 escapes every text; only our own SVG figures go in as they are."""
    address = partial(document.address, form="html")
    style = _faces(templates / "fonts") + _read(templates / "review.css")
    script = _read(templates / "review.js")
    if document.explored:
        script += _read(templates / "explore.js")
    return _template(templates).render(
        document=document,
        svg=partial(_svg, address=address),
        csv=_csv,
        say=language.say,
        address=address,
        style=Markup(style),
        script=Markup(script),
        hashes={"style": _hash(style), "script": _hash(script)},
        place={key: number for number, key in enumerate(document.provenance)},
        data=Markup(_data(document, language)),
        schema=Markup(_schema(document)),
        names=OWN_NAMES,
        key_results=tuple(_key_results(document)),
        cites={"bib": _saved(bibtex(document)), "ris": _saved(ris(document))},
    )


def _key_results(document: Document) -> Iterator[tuple[Inlines, Inlines]]:
    """What each outcome of the summary of findings means, and its effect."""
    for block in document.blocks:
        if isinstance(block, Table) and block.anchor.startswith("table-findings"):
            cells = (row.cells for row in block.rows if not row.heading)
            yield from ((own[-1], own[2]) for own in cells if plain(own[-1]))


@cache
def _template(templates: Path) -> Template:
    """The page's template, which takes as long to compile as a page to be filled in."""
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
    return environment.get_template("review.html.j2")


def _schema(document: Document) -> str:
    """What search engines read of the page (https://schema.org/ScholarlyArticle)."""
    known = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "headline": document.title,
        "inLanguage": document.locale,
        "datePublished": document.date,
        "version": document.version,
        "author": [_person(author) for author in document.authors],
    }
    return _dumped({key: value for key, value in known.items() if value}).replace("<", "\\u003c")


def _person(author: AuthorDetails) -> dict[str, Any]:
    """An author as https://schema.org/Person has them."""
    known = {
        "@type": "Person",
        "name": author.name,
        "identifier": f"{ORCID}{author.orcid}" if author.orcid else "",
        "affiliation": [{"@type": "Organization", "name": name} for name in author.affiliations],
        "email": author.email,
    }
    return {key: value for key, value in known.items() if value}


def _read(path: Path) -> str:
    return "\n" + path.read_text(encoding="utf-8")


def _faces(fonts: Path) -> str:
    """The fonts as a part of the style."""
    return "".join(
        f'\n@font-face {{ font-family: "Source Sans 3"; font-weight: {weight}; font-style: {slant};'
        f' src: url("data:font/woff;base64,{_base64((fonts / name).read_bytes())}"); }}'
        for name, weight, slant in FONTS
    )


def _hash(content: str) -> str:
    """As a content security policy names an inline style or script."""
    return f"sha256-{_base64(hashlib.sha256(content.encode()).digest())}"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _data(document: Document, language: Language) -> str:
    """What the page's script knows of the numbers; spelling "<" keeps the element whole."""
    here = {
        anchor: str(number)
        for block in document.blocks
        if isinstance(block, References)
        for number, (anchor, _) in enumerate(block.entries, start=1)
    }
    references = {
        anchor.removeprefix("ref-"): [number, document.address(anchor, "html")]
        for anchor, number in {**here, **document.elsewhere}.items()
        if anchor.startswith("ref-")
    }
    said = {**WORDS, **(exploration.WORDS if document.explored else {})}
    words: dict[str, str] = {name: language.say(text, n="{n}") for name, text in said.items()}
    numbers = language.numbers
    known: Mapping[str, Any] = {
        "words": words
        | {"decimal": numbers.decimal, "between": numbers.separator}
        | {"thousands": numbers.thousands},
        "references": references,
        "sibling": f"{document.sibling}.html",
        **exploration.known(document.explored, language),
        **_packed(document.provenance),
    }
    text = json.dumps(known, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


_dumped = json.JSONEncoder(ensure_ascii=False).encode


def _packed(provenance: Mapping[str, Entry]) -> dict[str, Any]:
    """The entries as lists: a value, then the places of their other parts among what is shared.

    Most of these are said many times; 0 is a part that an entry lacks, as are those left out at the
    end. Inputs are the places of their keys. A cell's kind and place are in its key.
    """
    numbers = {key: number for number, key in enumerate(provenance)}
    shared = {"": 0}
    entries = []
    for entry in provenance.values():
        known = record(entry) | {"inputs": [numbers[key] for key in entry.inputs]}
        parts = [known.get(name) for name in PACKED]
        places = [shared.setdefault(_dumped(part), len(shared)) if part else 0 for part in parts]
        while places and not places[-1]:
            places.pop()
        entries.append([known.get("value"), *places])
    return {
        "names": PACKED,
        "keys": list(numbers),
        "shared": [json.loads(part or "null") for part in shared],
        "entries": entries,
    }


def _csv(table: Table) -> str:
    """A table as an address that saves it: CSV, with the mark that spreadsheets look for."""
    rows = [[plain(cell) for cell in row.cells] for row in table.rows]
    text = store.to_csv([column.title for column in table.columns], rows)
    return f"data:text/csv;charset=utf-8;base64,{_base64(text.encode('utf-8-sig'))}"


def _saved(text: str) -> str:
    return f"data:text/plain;charset=utf-8;base64,{_base64(text.encode())}"


def _svg(figure: Figure, places: dict[str, int], address: Callable[[str], str]) -> Markup:
    """A figure's own SVG element, without the fonts that it carries: the page has them once."""
    source = Path(figure.path).read_text(encoding="utf-8")
    element = _FONTS_INSIDE.sub("", source[source.index("<svg") :], count=1)
    return Markup(linked(element, figure, places, address))
