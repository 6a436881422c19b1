"""Make the small fonts that every SVG figure carries, and those of the page and of the PDF.

They have Latin letters and the signs we use. The PDF could be set in the full fonts, to the same
look, but looks up each pair of letters in many tables of them: these have one. What they lack, the
PDF takes from the full fonts.

A changed font may not bear the reserved name "Source", so the files call themselves Review Sans;
the figures bind them to the family name that the full fonts have. Needs fontTools, which comes with
matplotlib. Run it after a change of the fonts: python workflow/report/fonts/make_embedded.py
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.otlLib.builder import buildPairPosGlyphsSubtable
from fontTools.ttLib import TTFont

STYLES = {"Regular": "Regular", "Bold": "Bold", "It": "Italic"}
FOLDER = Path(__file__).parent
RANGES = ((0x20, 0x7E), (0xA0, 0x17F), (0x2007, 0x200A), (0x2010, 0x2027))
SIGNS = "\u202fτχμσΣΔθ†‡•…′″‹›€⁄−≤≥≈∞√≠²³¹½←→↑↓◊№"
PAPER = SIGNS + "●○"
PAGE = PAPER + "".join(map(chr, (*range(0x391, 0x3CA), *range(0x2070, 0x208A))))
"""A page has nothing to fall back on but the reader's own fonts: Greek and small digits, too."""
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "lnum", "tnum"]


def embedded(weight: str, name: str, signs: str) -> TTFont:
    """The subset of one weight for figures, or for the page."""
    font = subsetted(weight, name, signs, FEATURES)
    font.flavor = "woff"
    return font


def subsetted(weight: str, name: str, signs: str, features: list[str]) -> TTFont:
    """Latin letters of one weight and these signs, under a name of their own."""
    font = TTFont(FOLDER / f"SourceSans3-{weight}.otf", recalcTimestamp=False)
    options = subset.Options(layout_features=features, hinting=False, desubroutinize=True)
    options.name_IDs = []
    subsetter = subset.Subsetter(options)
    unicodes = {code for low, high in RANGES for code in range(low, high + 1)}
    subsetter.populate(unicodes=unicodes | set(map(ord, signs)))
    subsetter.subset(font)
    style = STYLES[weight]
    for number, text in ((1, name), (2, style), (4, f"{name} {style}")):
        font["name"].setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [f"{name.replace(' ', '')}-{weight}"]
    top = cff.topDictIndex[0]
    for key in ("FullName", "FamilyName", "Notice", "Copyright"):
        top.rawDict.pop(key, None)
    return font


def one_table_of_pairs(font: TTFont) -> None:
    """Make the kerning one table, read faster: of each pair, what is found first counts."""
    (lookup,) = font["GPOS"].table.LookupList.Lookup
    pairs: dict[tuple[str, str], Any] = {}
    for table in (extension.ExtSubTable for extension in lookup.SubTable):
        for first, second, value in _pairs(table, font.getGlyphOrder()):
            pairs.setdefault((first, second), value)
    moved = {
        pair: (value, None) for pair, value in pairs.items() if value and any(vars(value).values())
    }
    made = buildPairPosGlyphsSubtable(moved, font.getReverseGlyphMap())
    lookup.LookupType, lookup.SubTable, lookup.SubTableCount = 2, [made], 1


def _pairs(table: Any, glyphs: list[str]) -> Iterator[tuple[str, str, Any]]:
    if table.Format == 1:
        for first, those in zip(table.Coverage.glyphs, table.PairSet, strict=True):
            for record in those.PairValueRecord:
                yield first, record.SecondGlyph, record.Value1
        return
    for first in table.Coverage.glyphs:
        row = table.Class1Record[table.ClassDef1.classDefs.get(first, 0)]
        for second in glyphs:  # a class of pairs ends the search even where it moves nothing
            record = row.Class2Record[table.ClassDef2.classDefs.get(second, 0)]
            yield first, second, record.Value1


if __name__ == "__main__":
    for weight in ("Regular", "Bold"):
        embedded(weight, "Review Sans", SIGNS).save(FOLDER / f"ReviewSans-{weight}.woff")
    for weight in STYLES:
        embedded(weight, "Review Page", PAGE).save(FOLDER / f"ReviewPage-{weight}.woff")
        font = subsetted(weight, "Review Print", PAPER, ["kern", "liga", "locl", "lnum"])
        one_table_of_pairs(font)
        font["name"].setName(f"ReviewPrint-{weight}", 6, 3, 1, 0x409)  # Typst knows it by this
        font.save(FOLDER / f"ReviewPrint-{weight}.otf")
