"""Measure every letter and pair of letters of the figures' fonts, into metrics.json beside this.

    python workflow/report/fonts/make_metrics.py

A text's width is then a sum: that of its letters, and of what each pair adds or takes (kerning).
Widths are in thousandths of the size, as matplotlib's own layout has them.
"""

import json
import sys
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from metasynth.figures.canvas.text import laid_out  # noqa: E402

LETTERS = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "ĄĆĘŁŃÓŚŹŻąćęłńóśźżÄÖÜäöüßÉÈÊéèêëÁÀÂáàâçñíîïôúûøØåÅæÆ"
    + "\u00a0\u2007\u202f–—−’‘“”„…·×±²³°≤≥√τχαβμΔ†←→"
)


def metrics(bold: bool) -> dict[str, dict[str, int]]:
    """The widths of letters, and what pairs differ from the sum of theirs."""
    single = {letter: laid_out(letter, bold) for letter in LETTERS}
    pairs = {}
    for a, b in product(LETTERS, LETTERS):
        extra = round(1000 * (laid_out(a + b, bold) - single[a] - single[b]))
        if extra:
            pairs[a + b] = extra
    return {"letters": {a: round(1000 * wide) for a, wide in single.items()}, "pairs": pairs}


if __name__ == "__main__":
    found = {"regular": metrics(False), "bold": metrics(True)}
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (HERE / "metrics.json").write_text(text + "\n", encoding="utf-8")
