"""Make the small fonts that every SVG figure carries: Latin letters and the signs we use.

A changed font may not bear the reserved name "Source", so the files call themselves Review Sans;
the figures bind them to the family name that the full fonts have. Needs fontTools, which comes with
matplotlib. Run it after a change of the fonts: python workflow/report/fonts/make_embedded.py
"""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent
RANGES = ((0x20, 0x7E), (0xA0, 0x17F), (0x2007, 0x200A), (0x2010, 0x2027))
SIGNS = "τχμσΣΔθ†‡•…′″‹›€⁄−≤≥≈∞√≠²³¹½←→↑↓◊№"
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "lnum", "tnum"]


def embedded(weight: str) -> TTFont:
    """The subset of one weight, under its own name."""
    font = TTFont(FOLDER / f"SourceSans3-{weight}.otf", recalcTimestamp=False)
    options = subset.Options(layout_features=FEATURES, hinting=False, desubroutinize=True)
    options.flavor = "woff"
    options.name_IDs = []
    subsetter = subset.Subsetter(options)
    unicodes = {code for low, high in RANGES for code in range(low, high + 1)} | set(
        map(ord, SIGNS)
    )
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(font)
    for number, text in ((1, "Review Sans"), (2, weight), (4, f"Review Sans {weight}")):
        font["name"].setName(text, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [f"ReviewSans-{weight}"]
    top = cff.topDictIndex[0]
    for key in ("FullName", "FamilyName", "Notice", "Copyright"):
        top.rawDict.pop(key, None)
    font.flavor = "woff"
    return font


if __name__ == "__main__":
    for weight in ("Regular", "Bold"):
        embedded(weight).save(FOLDER / f"ReviewSans-{weight}.woff")
