"""A workbook (xlsx) of tables, the same bytes for the same tables, with nothing but the library.

ECMA-376 part 1, 18.3 (sheets), 18.8 (styles), 18.7 (comments). A column of text keeps what is typed
there as text, zeros at the end included: no program makes a date or a number of it.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from xml.sax.saxutils import escape, quoteattr

from metasynth.core.faults import column_letter

Value = str | int | float | None
LAST_ROW = 10_000
"""Down to which row drop-down lists reach."""
_TIME = (1980, 1, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_LIST_LIMIT = 255
_TEXT, _HEADER, _REQUIRED = 1, 2, 3  # places in cellXfs
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="10"/><name val="Calibri"/></font>'
    '<font><b/><sz val="10"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE3EAF2"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf xfId="0"/>'
    '<xf numFmtId="49" xfId="0" applyNumberFormat="1" applyProtection="1">'
    '<protection locked="0"/></xf>'
    '<xf numFmtId="49" fillId="2" xfId="0" applyFill="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="2" xfId="0" applyFont="1" applyFill="1"/>'
    "</cellXfs></styleSheet>"
)


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its name, and for whoever fills it in a comment, a list to choose from, its width.

    `choices` are words, or the cells of another sheet ("studies!$A$2:$A$10000") that hold them.
    """

    name: str
    comment: str = ""
    choices: Sequence[str] | str = ()
    required: bool = False
    width: int = 12


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of one table: text stays text, numbers are numbers, None is an empty cell.

    Where it is `to_fill` in, its header is protected (without a password) and all below is text.
    """

    name: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[Sequence[Value]] = ()
    to_fill: bool = False


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The workbook's file.

    Raises:
        ValueError: when a list to choose from is longer than a workbook allows.
    """
    parts = dict(_parts(sheets))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, 0o644 << 16
            packed.writestr(info, (_HEAD + text).encode())
    return out.getvalue()


def _parts(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    """Each part's name and text."""
    types = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    names = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in enumerate(sheets, start=1)
    )
    relations = [("styles", "styles.xml")]
    for n, sheet in enumerate(sheets, start=1):
        types.append((f"/xl/worksheets/sheet{n}.xml", "worksheet"))
        relations.insert(n - 1, ("worksheet", f"worksheets/sheet{n}.xml"))
        told = any(column.comment for column in sheet.columns)
        yield f"xl/worksheets/sheet{n}.xml", _sheet(sheet, told)
        if told:
            types.append((f"/xl/comments{n}.xml", "comments"))
            own = [("comments", f"../comments{n}.xml"), ("vmlDrawing", f"../drawings/{n}.vml")]
            yield f"xl/worksheets/_rels/sheet{n}.xml.rels", _relations(own)
            yield f"xl/comments{n}.xml", _comments(sheet)
            yield f"xl/drawings/{n}.vml", _shapes(sheet)
    yield "[Content_Types].xml", _types(types)
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    opened = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    yield "xl/workbook.xml", f"{opened}<sheets>{names}</sheets></workbook>"
    yield "xl/_rels/workbook.xml.rels", _relations(relations)
    yield "xl/styles.xml", _STYLES


def _types(parts: Sequence[tuple[str, str]]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{kind}{what}+xml"/>' for name, what in parts
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="vml"'
        ' ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        f"{overrides}</Types>"
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _sheet(sheet: Sheet, told: bool) -> str:
    style = f' style="{_TEXT}"' if sheet.to_fill else ""
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width}"{style} customWidth="1"/>'
        for n, column in enumerate(sheet.columns, start=1)
    )
    header = "".join(
        _cell(1, place, column.name, _REQUIRED if column.required else _HEADER)
        for place, column in enumerate(sheet.columns)
    )
    body = "".join(_row(number, row, sheet) for number, row in enumerate(sheet.rows, start=2))
    protected = "".join(f' {name}="0"' for name in (
        *("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows"),
        *("sort", "autoFilter"),
    ))  # fmt: skip
    return (
        f'<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        f'</sheetViews><cols>{widths}</cols><sheetData><row r="1">{header}</row>{body}</sheetData>'
        + (f'<sheetProtection sheet="1"{protected}/>' if sheet.to_fill else "")
        + _validations(sheet)
        + ('<legacyDrawing r:id="rId2"/>' if told else "")
        + "</worksheet>"
    )


def _row(number: int, row: Sequence[Value], sheet: Sheet) -> str:
    style = _TEXT if sheet.to_fill else 0
    cells = "".join(_cell(number, place, value, style) for place, value in enumerate(row))
    return f'<row r="{number}">{cells}</row>'


def _cell(number: int, place: int, value: Value, style: int) -> str:
    if value is None or value == "":
        return ""
    at = f'r="{column_letter(place)}{number}"' + (f' s="{style}"' if style else "")
    if isinstance(value, str):
        return f'<c {at} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c {at}><v>{value!r}</v></c>"


def _validations(sheet: Sheet) -> str:
    each = [
        _validation(column_letter(place), column)
        for place, column in enumerate(sheet.columns)
        if column.choices
    ]
    return f'<dataValidations count="{len(each)}">{"".join(each)}</dataValidations>' if each else ""


def _validation(letter: str, column: SheetColumn) -> str:
    """A list to choose from; what is not in it is asked about and not refused."""
    words = column.choices if isinstance(column.choices, str) else f'"{",".join(column.choices)}"'
    if len(words) > _LIST_LIMIT:
        raise ValueError(f"the list of {column.name} is longer than {_LIST_LIMIT} characters")
    return (
        '<dataValidation type="list" errorStyle="warning" allowBlank="1" showErrorMessage="1"'
        f' sqref="{letter}2:{letter}{LAST_ROW}"><formula1>{escape(words)}</formula1>'
        "</dataValidation>"
    )


def _comments(sheet: Sheet) -> str:
    each = "".join(
        f'<comment ref="{column_letter(place)}1" authorId="0"><text><t xml:space="preserve">'
        f"{escape(column.comment)}</t></text></comment>"
        for place, column in enumerate(sheet.columns)
        if column.comment
    )
    return (
        f'<comments xmlns="{_MAIN}"><authors><author></author></authors>'
        f"<commentList>{each}</commentList></comments>"
    )


def _shapes(sheet: Sheet) -> str:
    """The box of each comment, hidden until the pointer is on its cell."""
    told = [place for place, column in enumerate(sheet.columns) if column.comment]
    boxes = "".join(_box(n, place) for n, place in zip(count(1), told, strict=False))
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:'
        'office" xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="note"'
        ' coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"/>'
        f"{boxes}</xml>"
    )


def _box(n: int, place: int) -> str:
    return (
        f'<v:shape id="note{n}" type="#note" style="position:absolute;width:220pt;height:90pt;'
        'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:textbox/><x:ClientData'
        f' ObjectType="Note"><x:Anchor>{place + 1},10,0,5,{place + 4},10,6,5</x:Anchor>'
        f"<x:AutoFill>False</x:AutoFill><x:Row>0</x:Row><x:Column>{place}</x:Column>"
        "</x:ClientData></v:shape>"
    )
