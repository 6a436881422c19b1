"""Text measured before it is drawn: widths from the font's own metrics, wrapping, shortening.

What is marked (see language/tracked.py) is measured and broken as it is printed, and keeps its
marks.
"""

import json
import re
from functools import cache
from itertools import pairwise

from matplotlib.font_manager import get_font
from matplotlib.textpath import text_to_path

from metasynth.figures.canvas.style import BOLD, METRICS, REGULAR, TEXT_SIZE
from metasynth.language.tracked import bare, is_marked, within

ELLIPSIS = "…"
_UNKNOWN = "…0"
"""Stands for a character that the font lacks: the viewer's fonts may draw it as wide as this."""


@cache
def _known(bold: bool) -> frozenset[int]:
    path = (BOLD if bold else REGULAR).get_file()
    assert path is not None
    return frozenset(get_font(path).get_charmap())


@cache
def width(text: str, bold: bool = False, size: float = TEXT_SIZE) -> float:
    """The advance width of one line of `text` in points, kerning included."""
    if is_marked(text):
        return width(bare(text), bold, size)
    letters, pairs = _metrics()["bold" if bold else "regular"].values()
    try:
        thousandths = sum(letters[char] for char in text)
    except KeyError:
        return laid_out(text, bold) * size
    return (thousandths + sum(pairs.get(a + b, 0) for a, b in pairwise(text))) * size / 1000


@cache
def _metrics() -> dict[str, dict[str, dict[str, int]]]:
    """Widths of letters, and what pairs of them add, by weight: see make_metrics.py beside them."""
    found: dict[str, dict[str, dict[str, int]]] = json.loads(METRICS.read_text(encoding="utf-8"))
    return found


def laid_out(text: str, bold: bool = False) -> float:
    """The width of `text` as matplotlib lays it out, as a multiple of its size; slow."""
    if not text:
        return 0.0
    known = _known(bold)
    shown = "".join(char if ord(char) in known else _UNKNOWN for char in text)
    font = BOLD if bold else REGULAR
    at_text_size: float = text_to_path.get_text_width_height_descent(shown, font, ismath=False)[0]
    return at_text_size / TEXT_SIZE


def shorten(text: str, room: float, bold: bool = False, size: float = TEXT_SIZE) -> str:
    """`text`, cut with an ellipsis where it is wider than `room`."""
    if width(text, bold, size) <= room:
        return text
    if is_marked(text):
        return within(text, [shorten(bare(text), room, bold, size)])[0]
    for end in range(len(text) - 1, 0, -1):
        cut = text[:end].rstrip() + ELLIPSIS
        if width(cut, bold, size) <= room:
            return cut
    return ELLIPSIS


def wrap(
    text: str, room: float, lines: int, bold: bool = False, size: float = TEXT_SIZE
) -> tuple[str, ...]:
    """`text` in at most `lines` lines no wider than `room`; the last is shortened if need be.

    Lines break at spaces, but not within parentheses that fit in one line; a word wider than
    `room` is broken where it must be, after a hyphen if it has one.
    """
    if is_marked(text):
        return within(text, wrap(bare(text), room, lines, bold, size))
    words = _words(text, room, bold, size)
    wrapped: list[str] = []
    while words and len(wrapped) < lines - 1:
        taken = _words_that_fit(words, room, bold, size)
        if not taken:
            words[:1] = _break(words[0], room, bold, size)
            taken = 1
        wrapped.append(" ".join(words[:taken]))
        del words[:taken]
    if words:
        wrapped.append(shorten(" ".join(words), room, bold, size))
    return tuple(wrapped) or ("",)


def _words(text: str, room: float, bold: bool, size: float) -> list[str]:
    """Where lines may break: around words, and around a parenthesis that fits."""
    words: list[str] = []
    for piece in re.findall(r"\([^()]*\)[^ ]*|[^ ]+", text):
        words += [piece] if width(piece, bold, size) <= room else piece.split(" ")
    return words


def _words_that_fit(words: list[str], room: float, bold: bool, size: float) -> int:
    """How many of the first words fit in one line."""
    taken = 0
    while taken < len(words) and width(" ".join(words[: taken + 1]), bold, size) <= room:
        taken += 1
    return taken


def _break(word: str, room: float, bold: bool, size: float) -> tuple[str, str]:
    """A word in two, the first part as long as fits (and at least one character)."""
    end = len(word) - 1
    while end > 1 and width(word[:end], bold, size) > room:
        end -= 1
    end = word.rfind("-", 0, end) + 1 or end
    return word[:end], word[end:]
