"""The cells of a workbook (xlsx) as text, read with nothing but the standard library.

ECMA-376 part 1, 18.3: a sheet's cells are numbers, or indices of the workbook's shared strings.
"""

import io
import re
import zipfile
from collections.abc import Iterator

from metasynth.core.text_files import MAX_BYTES
from metasynth.importers.found import ImportRefused
from metasynth.importers.source import BROKEN
from metasynth.importers.xml_tree import Node, parsed

_CELL = re.compile(r"([A-Z]+)([0-9]+)")


def rows(content: bytes, called: str, sheet: str = "") -> list[list[str]]:
    """The rows of a sheet, by default the first, each from column A on, blank rows kept.

    Raises:
        ImportRefused: when it is no workbook, or has no sheet of this name.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            tree = {name: _part(book, name, called) for name in _needed(book)}
            path = _path_of(tree, called, sheet)
            return _table(_part(book, path, called), _strings(tree))
    except ImportRefused:
        raise
    except (KeyError, *BROKEN) as error:
        raise ImportRefused(f"{called} is no workbook (xlsx) that can be read: {error}") from error


def _needed(book: zipfile.ZipFile) -> list[str]:
    wanted = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
    strings = "xl/sharedStrings.xml"
    return [*wanted, strings] if strings in book.namelist() else wanted


def _part(book: zipfile.ZipFile, name: str, called: str) -> Node:
    if book.getinfo(name).file_size > MAX_BYTES:
        raise ImportRefused(f"{called}: {name} is larger than {MAX_BYTES} bytes")
    return parsed(book.read(name), f"{called}: {name}")


def _path_of(tree: dict[str, Node], called: str, sheet: str) -> str:
    sheets = {node["name"]: node for node in tree["xl/workbook.xml"].all("sheet")}
    if not sheets or (sheet and sheet not in sheets):
        raise ImportRefused(f"{called} has no sheet {sheet}, only {', '.join(sheets) or 'none'}")
    chosen = sheets[sheet] if sheet else next(iter(sheets.values()))
    relations = tree["xl/_rels/workbook.xml.rels"].all("Relationship")
    target = {node["Id"]: node["Target"] for node in relations}[chosen["r:id"]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _strings(tree: dict[str, Node]) -> list[str]:
    if "xl/sharedStrings.xml" not in tree:
        return []
    return [_words(node) for node in tree["xl/sharedStrings.xml"].children if node.name == "si"]


def _words(node: Node) -> str:
    """The text of a string without the phonetic runs that East Asian workbooks have."""
    texts = (
        n
        for c in node.children
        if c.name in ("t", "r")
        for n in ([c] if c.name == "t" else c.all("t"))
    )
    return "".join("".join(text.texts) for text in texts)


def _table(sheet: Node, strings: list[str]) -> list[list[str]]:
    made: list[list[str]] = []
    for row in sheet.all("row"):
        cells = dict(_cells(row, strings))
        while row["r"].isdecimal() and len(made) < int(row["r"]) - 1:
            made.append([])
        made.append([cells.get(i, "") for i in range(max(cells, default=-1) + 1)])
    return made


def _cells(row: Node, strings: list[str]) -> Iterator[tuple[int, str]]:
    for place, cell in enumerate(node for node in row.children if node.name == "c"):
        found = _CELL.fullmatch(cell["r"])
        yield (_index(found[1]) if found else place), _text(cell, strings)


def _index(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _text(cell: Node, strings: list[str]) -> str:
    kind, value = cell["t"], cell.child("v")
    if kind == "inlineStr":
        inner = cell.child("is")
        return _words(inner) if inner else ""
    text = "".join(value.texts) if value else ""
    if kind == "s":
        return strings[int(text)] if text.isdecimal() and int(text) < len(strings) else ""
    return _number(text) if kind in ("", "n") else text


def _number(text: str) -> str:
    """A number as it is shown: the workbook keeps 0.1 as 0.10000000000000001."""
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
