"""The reference list, set by a CSL style: pandoc's citeproc formats what references.bib says.

The style is workflow/report/references.csl (American Medical Association, by the CSL project, CC
BY-SA 3.0); any other numeric style of https://github.com/citation-style-language/styles serves.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from metasynth.core.bibtex import Entry
from metasynth.language.languages import Language
from metasynth.report.document import Inline, Inlines, Link, Styled, Text
from metasynth.report.render.converter import pandoc

_TYPES = {
    "article": "article-journal",
    "book": "book",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "phdthesis": "thesis",
    "techreport": "report",
    "online": "webpage",
}
_FIELDS = {
    "title": "title",
    "journal": "container-title",
    "booktitle": "container-title",
    "publisher": "publisher",
    "institution": "publisher",
    "volume": "volume",
    "number": "issue",
    "edition": "edition",
    "doi": "DOI",
    "url": "URL",
}
_LESS = "\uf8ff"
"""Stands for "<" on the way through citeproc, which would take <b> in a title for bold."""
_STYLES = {"Emph": "emphasis", "Strong": "strong"}


def references(entries: Sequence[Entry], style: Path, language: Language) -> tuple[Inlines, ...]:
    """Each entry as the CSL style at `style` prints it, in the same order, without its number.

    An `addendum`, such as what no record states of it, stands behind it in brackets.

    Raises:
        subprocess.CalledProcessError: where pandoc cannot use the style.
    """
    if not entries:
        return ()
    items = json.dumps([_item(entry) for entry in entries], ensure_ascii=False)
    command = ("--from=csljson", "--to=json", "--citeproc")
    chosen = (f"--csl={style.name}", f"--metadata=lang:{language.code}")
    printed = pandoc((*command, *chosen), items.replace("<", _LESS), style.parent)
    (listed,) = json.loads(printed.replace(_LESS, "<"))["blocks"]
    found = {block["c"][0][0]: _entry(block) for block in listed["c"][1]}
    return tuple((*found[f"ref-{entry.key}"], *_addendum(entry, language)) for entry in entries)


def _addendum(entry: Entry, language: Language) -> Inlines:
    words = entry.get("addendum")
    return (Text(f" [{language.label(words)}.]"),) if words else ()


def _item(entry: Entry) -> dict[str, Any]:
    """An entry in CSL's own terms; what references.bib does not state is left out."""
    known = {csl: entry.get(name) for name, csl in _FIELDS.items() if entry.get(name)}
    item: dict[str, Any] = {"id": entry.key, "type": _TYPES.get(entry.type, "document"), **known}
    if entry.authors:
        item["author"] = [_name(author) for author in entry.authors]
    if entry.get("year"):
        item["issued"] = {"date-parts": [[entry.get("year")]]}
    if pages := entry.get("pages"):
        item["page"] = pages.replace("–", "-")
    return item


def _name(author: str) -> dict[str, str]:
    """ "Mertens, Marty J." by parts; a name without a comma is printed as it stands."""
    if author == "others":
        return {"literal": "et al"}
    family, comma, given = author.partition(",")
    return {"family": family.strip(), "given": given.strip()} if comma else {"literal": author}


def _entry(block: dict[str, Any]) -> Inlines:
    """An entry's text; the number that a numeric style puts before it is the list's own here."""
    content = [inline for part in block["c"][1] for inline in part["c"]]
    bodies = [item for item in content if "csl-right-inline" in _classes(item)]
    return _joined(chain.from_iterable(body["c"][1] for body in bodies) if bodies else content)


def _classes(inline: dict[str, Any]) -> list[str]:
    return list(inline["c"][0][1]) if inline["t"] == "Span" else []


def _joined(inlines: Iterable[dict[str, Any]]) -> Inlines:
    """Pandoc's inlines as the report's, neighbouring texts joined."""
    found: list[Inline] = []
    for item in chain.from_iterable(map(_inline, inlines)):
        if isinstance(item, Text) and found and isinstance(found[-1], Text):
            found[-1] = Text(found[-1].text + item.text)
        else:
            found.append(item)
    return tuple(found)


def _inline(node: dict[str, Any]) -> Inlines:
    kind: str = node["t"]
    content: Any = node.get("c")
    match kind:
        case "Str":
            return (Text(content),)
        case "Space" | "SoftBreak":
            return (Text(" "),)
        case "Link":
            return (Link(content[2][0], _joined(content[1])),)
        case "Quoted":
            marks = "“”" if content[0]["t"] == "DoubleQuote" else "‘’"
            return (Text(marks[0]), *_joined(content[1]), Text(marks[1]))
        case "Emph" | "Strong":
            return (Styled(_STYLES[kind], _joined(content)),)
        case "Span":
            return _joined(content[1])
        case _:
            return _joined(content if isinstance(content, list) else ())
