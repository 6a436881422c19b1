"""The key beside a graph: what each mark means, then lines of statistics."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from metasynth.figures.canvas.page import HALF_CAP, Label, points
from metasynth.figures.canvas.style import BLUE, INK, LINE, NOTE_SIZE
from metasynth.figures.canvas.text import wrap

SYMBOL = 16.0
MARKER = 6.0
_LINES = 5
_SPACE = 4.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A mark and its meaning: a marker, a line of a dash pattern, or a ground of some opacity.

    `fill` is that opacity, `ground` its colour.
    """

    text: str
    marker: str = ""
    colour: str = BLUE
    line: str | tuple[float, tuple[float, ...]] = ""
    weight: float = 0.9
    fill: float | None = None
    ground: str = INK
    hollow: bool = False
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Key:
    """A key laid out: text, each entry with the middle of its symbol, and where it all ends."""

    labels: tuple[Label, ...]
    symbols: tuple[tuple[Entry, float, float], ...]
    bottom: float


def lay_out_key(
    entries: Sequence[Entry], notes: Sequence[str], left: float, top: float, room: float
) -> Key:
    """Stack entries, then notes as paragraphs, in a column `room` points wide."""
    labels: list[Label] = []
    symbols: list[tuple[Entry, float, float]] = []
    y = top
    for entry in entries:
        symbols.append((entry, left + SYMBOL / 2, y + LINE / 2))
        lines = wrap(entry.text, room - SYMBOL - 5.0, _LINES)
        labels += _stack(lines, left + SYMBOL + 5.0, y)
        y += len(lines) * LINE + _SPACE
    y += _SPACE if entries and notes else 0.0
    for note in notes:
        lines = wrap(note, room, _LINES, size=NOTE_SIZE)
        labels += _stack(lines, left, y, NOTE_SIZE)
        y += len(lines) * LINE + _SPACE
    return Key(tuple(labels), tuple(symbols), y - _SPACE)


def _stack(lines: Sequence[str], x: float, y: float, size: float | None = None) -> Iterator[Label]:
    for i, text in enumerate(lines):
        baseline = y + LINE / 2 + HALF_CAP + i * LINE
        yield Label(text, x, baseline) if size is None else Label(text, x, baseline, size=size)


def draw_symbols(figure: Figure, key: Key) -> None:
    """Draw the key's symbols on the page."""
    transform = points(figure)
    for entry, x, y in key.symbols:
        left, right = x - SYMBOL / 2, x + SYMBOL / 2
        if entry.fill is not None:
            patch = Rectangle(
                (left, y - 3.5), SYMBOL, 7.0, facecolor=entry.ground, alpha=entry.fill
            )
            patch.set_transform(transform)
            figure.add_artist(patch)
            border = Rectangle((left, y - 3.5), SYMBOL, 7.0, fill=False, edgecolor=entry.ground)
            border.set(linewidth=0.4, transform=transform)
            figure.add_artist(border)
        if entry.line:
            line = Line2D([left, right], [y, y], color=entry.colour, linewidth=entry.weight)
            line.set(linestyle=entry.line, transform=transform)
            figure.add_artist(line)
        if entry.marker:
            figure.add_artist(_marker(entry, x, y)).set_transform(transform)


def _marker(entry: Entry, x: float, y: float) -> Line2D:
    return Line2D(
        [x],
        [y],
        marker=entry.marker,
        markersize=MARKER,
        markerfacecolor="none" if entry.hollow else entry.colour,
        markeredgecolor=entry.colour,
        markeredgewidth=0.9 if entry.hollow else 0.0,
        linestyle="none",
        alpha=entry.opacity,
    )
