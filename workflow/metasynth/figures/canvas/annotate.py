"""Names beside the points of a graph, each where it stands on no other name or mark."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from metasynth.figures.canvas.page import Label
from metasynth.figures.canvas.text import shorten

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in points from the page's upper left corner."""
Point = tuple[float, float]

_LONGEST = 120.0
_CLEAR = 1.0


def beside(
    labels: Sequence[str],
    places: Sequence[Point],
    radii: Sequence[float],
    order: Iterable[int],
    bounds: Box,
    lines: Sequence[Sequence[Point]],
    size: float,
    crowded: bool,
) -> Iterator[Label]:
    """Place the names of points, the most important first; who finds no room goes without.

    A name crosses one of `lines` only if there is no other place for it, and never where it is
    `crowded`. Every name is in the figure's description, so that none is lost.
    """
    taken = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(places, radii, strict=True)]
    for i in order:
        text = shorten(labels[i], _LONGEST, size=size)
        free = [
            label
            for label in _candidates(text, *places[i], radii[i], size)
            if _within(label.box, bounds) and not any(_meet(label.box, box) for box in taken)
        ]
        clear = (label for label in free if not any(_crosses(line, label.box) for line in lines))
        if best := next(clear, free[0] if free and not crowded else None):
            taken.append(best.box)
            yield best


def _candidates(text: str, x: float, y: float, r: float, size: float) -> Iterator[Label]:
    """Right, left, above, below and the corners of a point, from the best place to the worst."""
    middle, above, below = y + 0.28 * size, y - r - 2.5, y + r + 0.75 * size + 1.5
    near = r + 2.5
    yield Label(text, x + near, middle, size=size)
    yield Label(text, x - near, middle, "right", size=size)
    yield Label(text, x, above, "center", size=size)
    yield Label(text, x, below, "center", size=size)
    for baseline in (above + 0.5, below - 1.5):
        yield Label(text, x + 0.6 * near, baseline, size=size)
        yield Label(text, x - 0.6 * near, baseline, "right", size=size)


def _within(box: Box, bounds: Box) -> bool:
    starts = box[0] >= bounds[0] and box[1] >= bounds[1]
    return starts and box[2] <= bounds[2] and box[3] <= bounds[3]


def _meet(a: Box, b: Box) -> bool:
    across = a[0] < b[2] + _CLEAR and b[0] < a[2] + _CLEAR
    return across and a[1] < b[3] and b[1] < a[3]


def _crosses(line: Sequence[Point], box: Box) -> bool:
    return any(_cuts(a, b, box) for a, b in pairwise(line))


def _cuts(a: Point, b: Point, box: Box) -> bool:
    """Whether the segment from a to b enters a box: what remains after clipping it on each axis."""
    start, end = 0.0, 1.0
    for i in (0, 1):
        low, high, step = box[i], box[i + 2], b[i] - a[i]
        if step == 0:
            if not low < a[i] < high:
                return False
            continue
        first, last = sorted(((low - a[i]) / step, (high - a[i]) / step))
        start, end = max(start, first), min(end, last)
    return start < end
