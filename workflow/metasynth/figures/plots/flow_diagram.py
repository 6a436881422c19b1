"""The drawing of a PRISMA 2020 flow diagram: boxes as high as their text, arrows between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import HALF_CAP, MARGIN, Drawing, Label, blank, points, write
from metasynth.figures.canvas.style import INK, LINE, NOTE_SIZE, WIDTH, isolated
from metasynth.figures.canvas.text import wrap
from metasynth.figures.plots.flow_boxes import NO_CELLS, Box, Item, boxes
from metasynth.language.formats import count
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.language.tracked import marked
from metasynth.tables.trial_flow import Flow, has_other_methods

GAP_ACROSS, GAP_DOWN = 18.0, 16.0
PADDING = 6.0
INDENT = 8.0
MAIN = (0, 2)
"""Columns of what goes on; the column to the right of each holds what was excluded."""
LAST_ROW = 4
_LINES = 4


@dataclass(frozen=True, slots=True)
class _Placed:
    """A box on the page: left, top, right, bottom, and its text."""

    box: Box
    left: float
    top: float
    right: float
    bottom: float
    labels: tuple[Label, ...]

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@isolated
def flow_diagram(
    flow: Flow,
    notes: Sequence[str] = (),
    *,
    cells: Mapping[str, str] = NO_CELLS,
    language: Language = ENGLISH,
) -> Drawing:
    """Draw the flow of records, reports and studies, with the notes of its table below.

    `cells` are the keys of the counts that a table holds.

    Raises:
        ValueError: for a box that the diagram does not have.
    """
    placed = _place(boxes(flow, language, cells), 4 if has_other_methods(flow) else 2, language)
    foot = max(box.bottom for box in placed)
    remarks = [name(note) for note in notes]
    lines = [line for text in remarks for line in wrap(text, WIDTH - 2 * MARGIN, 4, size=NOTE_SIZE)]
    below = [
        Label(line, MARGIN, foot + 6.0 + (i + 0.8) * LINE, size=NOTE_SIZE, muted=True)
        for i, line in enumerate(lines)
    ]
    figure = blank(foot + (6.0 + len(below) * LINE if below else 0.0) + 2 * MARGIN)
    write(figure, below)
    write(figure, _headings(placed, language))
    for number, box in enumerate(placed, 1):
        size = box.right - box.left, box.bottom - box.top
        outline = Rectangle((box.left, box.top), *size, fill=False, edgecolor=INK, linewidth=0.6)
        outline.set(transform=points(figure), gid=f"box-{number}")
        figure.add_artist(outline)
        write(figure, box.labels)
    _draw_arrows(figure, {(box.box.column, box.box.row): box for box in placed})
    return Drawing(figure, *_words(placed, remarks, language))


def _place(all_boxes: Sequence[Box], columns: int, language: Language) -> list[_Placed]:
    """Columns of one width, rows as high as their highest box."""
    wide = (WIDTH - 2 * MARGIN - GAP_ACROSS * (columns - 1)) / columns
    texts = {id(box): _lines(box, wide - 2 * PADDING, language) for box in all_boxes}
    placed, top = [], MARGIN + 2 * LINE + 6.0
    for row in range(LAST_ROW + 1):
        members = [box for box in all_boxes if box.row == row]
        high = max(len(texts[id(box)]) for box in members) * LINE + 2 * PADDING
        for box in members:
            left = MARGIN + box.column * (wide + GAP_ACROSS)
            labels = tuple(
                Label(text, left + PADDING + indent, top + PADDING + (i + 0.5) * LINE + HALF_CAP)
                for i, (text, indent) in enumerate(texts[id(box)])
            )
            placed.append(_Placed(box, left, top, left + wide, top + high, labels))
        top += high + GAP_DOWN
    return placed


def _lines(box: Box, room: float, language: Language) -> list[tuple[str, float]]:
    """A box's lines of text, each with its indent: items stand below what leads them."""
    lines = [(line, 0.0) for line in wrap(box.lead + ":", room, 2)] if box.lead else []
    for item in box.items:
        indent = INDENT * (bool(box.lead) + item.part)
        text = f"{item.what} ({_number(item, language)})"
        lines += [(line, indent) for line in wrap(text, room - indent, _LINES)]
    return lines


def _number(item: Item, language: Language) -> str:
    if item.count is None:
        return language.say("not reported")
    return f"n\u00a0=\u00a0{_count(item, language)}"


def _count(item: Item, language: Language) -> str:
    return marked(count(item.count, language.numbers), item.key)


def _headings(placed: Sequence[_Placed], language: Language) -> list[Label]:
    """What the columns are: how the records were found."""
    names = (
        message("Identification through databases and registers"),
        message("Identification through other methods"),
    )
    starts = [box.left for box in placed if box.box.row == 0 and box.box.column in MAIN]
    ends = [*(start - GAP_ACROSS for start in starts[1:]), WIDTH - MARGIN]
    return [
        Label(line, start, MARGIN + (i + 0.5) * LINE + HALF_CAP, bold=True)
        for start, end, name in zip(starts, ends, names, strict=False)
        for i, line in enumerate(wrap(language.say(name), end - start, 2, bold=True))
    ]


def _draw_arrows(figure: Figure, placed: dict[tuple[int, int], _Placed]) -> None:
    """Down the main columns, right to what was excluded, and all into the included studies."""
    included = placed[0, LAST_ROW]
    for (column, row), box in placed.items():
        if column not in MAIN:
            continue
        x = box.left + 3 * PADDING
        if side := placed.get((column + 1, row)):
            _arrow(figure, [(box.right, box.middle), (side.left, box.middle)], ">")
        below = next(
            (placed[column, r] for r in range(row + 1, LAST_ROW) if (column, r) in placed), None
        )
        if below:
            _arrow(figure, [(x, box.bottom), (x, below.top)], "v")
        elif row < LAST_ROW and column == 0:
            _arrow(figure, [(x, box.bottom), (x, included.top)], "v")
        elif row < LAST_ROW:
            path = [(x, box.bottom), (x, included.middle), (included.right, included.middle)]
            _arrow(figure, path, "<")


def _arrow(figure: Figure, path: Sequence[tuple[float, float]], head: str) -> None:
    """A line with its head just before the last point."""
    transform = points(figure)
    xs, ys = [x for x, _ in path], [y for _, y in path]
    line = Line2D(xs, ys, color=INK, linewidth=0.6, transform=transform)
    figure.add_artist(line)
    dx, dy = {">": (-2.0, 0.0), "<": (2.0, 0.0), "v": (0.0, -2.0)}[head]
    tip = Line2D([xs[-1] + dx], [ys[-1] + dy], marker=head, markersize=4.0, color=INK)
    tip.set(markeredgewidth=0.0, linestyle="none", transform=transform)
    figure.add_artist(tip)


def _words(
    placed: Sequence[_Placed], remarks: Sequence[str], language: Language
) -> tuple[str, str]:
    unknown = language.say("not reported")
    items = [item for box in placed for item in box.box.items]
    numbers = [
        (item.what, unknown if item.count is None else _count(item, language)) for item in items
    ]
    studies = next(n for (_, n), item in zip(numbers, items, strict=True) if item.box == "studies")
    title = language.say("PRISMA 2020 flow diagram: studies included: {n}.", n=studies)
    return title, " ".join([title, *(f"{what}: {n}." for what, n in numbers), *remarks])
