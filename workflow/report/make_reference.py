"""Make reference.docx, whose styles and pages a report in Word takes: pandoc's own, set for print.

uv run --with python-docx python workflow/report/make_reference.py
"""

import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pypandoc
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

INK, FAINT, ACCENT = (
    RGBColor(0x1A, 0x1D, 0x21),
    RGBColor(0x5C, 0x64, 0x70),
    RGBColor(0x0B, 0x53, 0x94),
)
# size, bold, colour, space before, space after
STYLES = {
    "Normal": (10, False, INK, 0, 0),
    "Body Text": (10, False, INK, 0, 6),
    "First Paragraph": (10, False, INK, 4, 6),
    "Compact": (8, False, INK, 1, 1),
    "Title": (22, True, INK, 0, 4),
    "Subtitle": (11, False, FAINT, 0, 14),
    "Heading 1": (15, True, ACCENT, 18, 6),
    "Heading 2": (12, True, INK, 14, 4),
    "Heading 3": (10.5, True, INK, 10, 3),
    "Table Caption": (9, False, INK, 12, 4),
    "Captioned Figure": (10, False, INK, 12, 0),
    "Image Caption": (9, False, INK, 4, 12),
    "Block Text": (9.5, False, INK, 3, 6),
}
FONT = "Arial"


def plain(style, size, bold, colour, before, after):
    """One look for a paragraph style, without the theme's fonts."""
    style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
    style.font.italic, style.font.color.rgb = False, colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        if "Theme" in key or key.endswith("theme"):
            del fonts.attrib[key]
    for key in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{key}"), FONT)
    style.paragraph_format.space_before = Pt(before)
    style.paragraph_format.space_after = Pt(after)
    style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT


def main() -> None:
    """Write reference.docx beside this file, the same bytes each time."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    original = subprocess.run(command, check=True, capture_output=True).stdout
    document = docx.Document(BytesIO(original))
    for name, look in STYLES.items():
        plain(document.styles[name], *look)
    document.styles["Table Caption"].paragraph_format.keep_with_next = True
    note = document.styles.add_style("Table Note", 1)
    note.base_style = document.styles["Normal"]
    plain(note, 8, False, FAINT, 3, 12)
    alignment = note.element.pPr.find(qn("w:jc"))  # notes of one table stand together
    alignment.addprevious(parse_xml(f"<w:contextualSpacing {nsdecls('w')}/>"))
    small = document.styles.add_style("Table Small", 1)
    small.base_style = document.styles["Compact"]
    plain(small, 7, False, INK, 1, 1)
    code = document.styles["Verbatim Char"].element.rPr
    code.remove(code.find(qn("w:sz")))  # in a table as small as its words
    rules = "".join(
        f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="{colour}"/>'
        for side, width, colour in (
            ("top", 8, "1A1D21"),
            ("bottom", 8, "1A1D21"),
            ("insideH", 2, "C9CED6"),
        )
    )
    table = document.styles["Table"].element
    for old in table.findall(qn("w:tblPr")):
        table.remove(old)
    sides = "".join(f'<w:{side} w:w="60" w:type="dxa"/>' for side in ("left", "right"))
    properties = (
        f"<w:tblPr {nsdecls('w')}><w:tblBorders>{rules}</w:tblBorders>"
        f"<w:tblCellMar>{sides}</w:tblCellMar></w:tblPr>"
    )
    table.find(qn("w:tblStylePr")).addprevious(parse_xml(properties))
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.bottom_margin = Mm(21)
    section.top_margin = Mm(23)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for instruction in ("PAGE", "NUMPAGES"):
        run = '<w:r><w:rPr><w:sz w:val="16"/></w:rPr><w:t>1</w:t></w:r>'
        field = f'<w:fldSimple {nsdecls("w")} w:instr=" {instruction} ">{run}</w:fldSimple>'
        if instruction == "NUMPAGES":
            footer.add_run(" / ").font.size = Pt(8)
        footer._p.append(parse_xml(field))
    made = BytesIO()
    document.save(made)
    target = Path(__file__).with_name("reference.docx")
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, source.read(name))


if __name__ == "__main__":
    main()
