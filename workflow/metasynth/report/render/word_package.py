"""A Word file finished: vector figures beside their pictures, whole rows, every page numbered."""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO

_DOCUMENT, _RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
_TYPES = "[Content_Types].xml"
_BLIP = re.compile(r'<a:blip r:embed="([^"]+)"\s*/>')
_RELATION = re.compile(r'<Relationship (?=[^>]*Id="([^"]+)")(?=[^>]*Target="(media/[^"]+)")[^>]*/>')
_FOOTER = re.compile(r"<w:footerReference [^>]*/>")
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_SVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
_SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
"""Of a picture ([MS-ODRAWXML], svgBlip): a program that does not know it shows the PNG."""
_ROW = re.compile(r"<w:tr>(\s*)(<w:trPr>)?")
_TABLE = re.compile(r"<w:tbl>.*?</w:tbl>", re.DOTALL)
_WHOLE_ROW = re.compile(r"<w:tr>.*?</w:tr>", re.DOTALL)
_STYLE = re.compile(r"<w:pStyle [^>]*/>")
_TITLES = re.compile(r"<w:tblHeader|<w:gridSpan")
_SHORT = 14
"""A table of so many rows or fewer, its head counted, stays on one page, as in print."""


def finished(package: bytes, vectors: Mapping[bytes, bytes]) -> bytes:
    """The package of a Word file with the SVG of each picture, by the bytes of its PNG."""
    parts = _parts(package)
    relations = parts[_RELATIONS].decode()
    document = _kept_rows(_whole_rows(_same_footer(parts[_DOCUMENT].decode())))
    added: dict[str, str] = {}  # the relation of a PNG, and that of its SVG
    for relation, target in _RELATION.findall(relations):
        vector = vectors.get(parts[f"word/{target}"])
        if vector:
            own = f"{target.rpartition('.')[0]}.svg"
            parts[f"word/{own}"] = vector
            added[relation] = f"{relation}svg"
            made = f'<Relationship Id="{relation}svg" Type="{_IMAGE}" Target="{own}"/>'
            relations = relations.replace("</Relationships>", f"{made}</Relationships>")
    parts[_DOCUMENT] = _BLIP.sub(lambda blip: _with_vector(blip, added), document).encode()
    parts[_RELATIONS] = relations.encode()
    parts[_TYPES] = _with_type(parts[_TYPES].decode()).encode()
    return _package(parts)


def _with_vector(blip: re.Match[str], vectors: Mapping[str, str]) -> str:
    if blip[1] not in vectors:
        return blip[0]
    svg = f'<asvg:svgBlip xmlns:asvg="{_SVG}" r:embed="{vectors[blip[1]]}"/>'
    extension = f'<a:ext uri="{_SVG_EXTENSION}">{svg}</a:ext>'
    return f'<a:blip r:embed="{blip[1]}"><a:extLst>{extension}</a:extLst></a:blip>'


def _with_type(types: str) -> str:
    if 'Extension="svg"' in types:
        return types
    return types.replace(
        "</Types>", '<Default Extension="svg" ContentType="image/svg+xml"/></Types>'
    )


def _whole_rows(document: str) -> str:
    """Rows that no page breaks: a row's cells belong together."""
    return _ROW.sub(
        lambda row: f"<w:tr>{row[1]}<w:trPr><w:cantSplit/>" + ("" if row[2] else "</w:trPr>"),
        document,
    )


def _kept_rows(document: str) -> str:
    """A head and the title of a group with what they stand over, and a short table on one page."""

    def kept(table: re.Match[str]) -> str:
        left = len(_WHOLE_ROW.findall(table[0]))
        short = left <= _SHORT

        def row(found: re.Match[str]) -> str:
            nonlocal left
            left -= 1
            if not left or not (short or _TITLES.search(found[0])):
                return found[0]
            return _STYLE.sub(lambda style: f"{style[0]}<w:keepNext/>", found[0])

        return _WHOLE_ROW.sub(row, table[0])

    return _TABLE.sub(kept, document)


def _same_footer(document: str) -> str:
    """The footer of the last section in every section: pandoc gives it to that one alone."""
    found = _FOOTER.findall(document)
    if not found:
        return document
    return re.sub(r"<w:sectPr>(?!\s*<w:footerReference)", f"<w:sectPr>{found[-1]}", document)


def _parts(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(package)) as source:
        return {name: source.read(name) for name in source.namelist()}


def _package(parts: Mapping[str, bytes]) -> bytes:
    """The parts as they are: what a compressor makes of them would differ with its version."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            target.writestr(entry, content)
    return made.getvalue()
