"""The outlines of the letters that make_metrics.py measures, into outlines.json beside this.

    python workflow/report/fonts/make_outlines.py

Drawings in a Word file have their letters drawn, as no program there has the font. Outlines are
paths of SVG in thousandths of the size, upwards positive; a blank has an empty one.
"""

import json
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
FONTS = {"regular": "SourceSans3-Regular.otf", "bold": "SourceSans3-Bold.otf"}


def outlines(font: TTFont, letters: str) -> dict[str, str]:
    """The path of each letter that the font has."""
    glyphs, known = font.getGlyphSet(), font.getBestCmap()
    found = {}
    for letter in letters:
        if ord(letter) in known:
            pen = SVGPathPen(glyphs)
            glyphs[known[ord(letter)]].draw(pen)
            found[letter] = pen.getCommands()
    return found


def made() -> str:
    """The text of the file."""
    measured = json.loads((HERE / "metrics.json").read_text(encoding="utf-8"))
    found = {}
    for weight, name in FONTS.items():
        font = TTFont(HERE / name)
        assert font["head"].unitsPerEm == 1000, "metrics are in thousandths"
        found[weight] = outlines(font, "".join(measured[weight]["letters"]))
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


if __name__ == "__main__":
    (HERE / "outlines.json").write_text(made(), encoding="utf-8")
