"""Where everything in a forest plot stands, in points from the figure's upper left corner.

Every position follows from measured text: columns are as wide as what they hold, the study column
takes what remains beside a graph of useful width, and what is still too long is wrapped.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import fsum

from metasynth.figures.canvas.axis import Axis, Scale
from metasynth.figures.canvas.page import HALF_CAP, MARGIN, Align, Label, Pieces, Rule
from metasynth.figures.canvas.panel import TICK
from metasynth.figures.canvas.style import LINE, NOTE_SIZE, TEXT_SIZE, WIDTH
from metasynth.figures.canvas.text import width, wrap
from metasynth.figures.forest.columns import Column
from metasynth.figures.forest.rows import Forest, Row
from metasynth.language.tracked import bare, within

GAP, GROUP_GAP = 7.0, 11.0
GRAPH_BEST, GRAPH_GOOD, GRAPH_LEAST, GRAPH_BESIDE_DOTS = 190.0, 145.0, 110.0, 88.0
STUDY_LEAST = 100.0
INDENT = 9.0
DOT, DOT_PITCH = 8.0, 9.5
"""Diameter of a dot of risk of bias, and from one to the next."""
OVERHANG = 6.0
"""How far squares and arrows may reach beyond the ends of the axis."""
PITCH_LEAST, TALL = 10.5, 600.0
"""Rows are lower than they should be, down to the least, once they would be taller than TALL."""
BAND_TALL, BAND_PITCH = 430.0, 2.0
"""The height of a band of studies without rows, or what each has in it, whichever is less."""
BAND_LINES = 12
HEADING_LINES, LABEL_LINES, FAVOURS_LINES, NOTE_LINES = 4, 3, 3, 20


@dataclass(frozen=True, slots=True)
class Layout:
    """The page: its height, the graph's place, each row's middle, and all text and rules.

    `dots` are the middles of the columns of risk of bias; `band` is where the studies begin and end
    that have no row; `pieces` is where the parts stand that a narrow screen shows one by one.
    """

    height: float
    scale: Scale
    top: float
    bottom: float
    pitch: float
    middles: tuple[float, ...]
    dots: tuple[float, ...]
    labels: tuple[Label, ...]
    rules: tuple[Rule, ...]
    band: tuple[float, float]
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class _Widths:
    """The horizontal plan: room for study names, each column's right edge and width, the graph.

    `dots` are the middles of the columns of risk of bias; text beside the graph ends at
    `text_right`.
    """

    study: float
    rights: tuple[float, ...]
    widths: tuple[float, ...]
    scale: Scale
    dots: tuple[float, ...]
    text_right: float

    def span(self, first: int, last: int) -> tuple[float, float]:
        """Left and right edge of neighbouring columns."""
        return self.rights[first] - self.widths[first], self.rights[last]


def lay_out(
    forest: Forest, axis: Axis, among: Sequence[Forest] = (), start: float = MARGIN
) -> Layout:
    """Place a forest plot on a page of the common width; its height follows from the rows.

    It begins at `start`, and its columns are as wide as those of the plots `among` which it stands.
    """
    plan = _plan_widths(forest, axis, among or (forest,))
    pitch = max(PITCH_LEAST, min(forest.pitch, TALL / max(1, len(forest.rows))))
    headings, rules, top = _headings(forest, plan, start)
    labels = list(headings)
    band = top + 2.0, top + 2.0
    if forest.band:
        band = band[0], band[0] + min(BAND_TALL, BAND_PITCH * len(forest.band))
        labels += _band_note(forest, plan, band[0])
    middles, y, names = [], band[1] + (4.0 if forest.band else 0.0), MARGIN + plan.study
    for row, previous in zip(forest.rows, (None, *forest.rows), strict=False):
        y += _space_between(previous, row)
        lines = _label_lines(row, plan)
        middles.append(y + pitch / 2)
        labels += _row_labels(row, lines, middles[-1] + HALF_CAP, plan)
        names = max(names, *(_reach(row, line) for line in lines))
        y += pitch + (len(lines) - 1) * LINE
    bottom = y + 2.0
    axis_labels = [*_below_graph(forest, plan, bottom)]
    beside = min([plan.scale.left - OVERHANG, *(label.box[0] for label in axis_labels)]) - GAP
    statistics = [*_statistics(forest, max(beside, plan.text_right), bottom)]
    below = [*axis_labels, *statistics]
    foot = max((label.box[3] for label in below), default=bottom)
    labels += [*below, *_notes(forest, foot + 4.0)]
    height = max(label.box[3] for label in labels) + MARGIN
    graph = plan.scale.left - OVERHANG, plan.scale.right + OVERHANG
    pieces = Pieces(
        names=names,
        text=max([plan.text_right, *(label.box[2] for label in statistics)]),
        left=graph[0],
        right=graph[1],
        first=min(graph[0], *(label.box[0] for label in axis_labels)),
        last=max(graph[1], *(label.box[2] for label in axis_labels)),
        behind=_behind(plan),
        start=start - MARGIN,
        bottom=bottom,
        axis=max(bottom, *(label.box[3] for label in axis_labels)) + 2.0,
        foot=foot + 2.0,
        end=height,
    )
    return Layout(
        height,
        plan.scale,
        top,
        bottom,
        pitch,
        tuple(middles),
        plan.dots,
        tuple(labels),
        tuple(rules),
        band,
        pieces,
    )


NAMES_LEAST, NAMES_MOST = 64.0, 133.0
"""The least that names need, and the most of a figure that they take beyond the widest study's."""


def cramped(forest: Forest, axis: Axis) -> bool:
    """Whether the dots of risk of bias leave the names of rows less room than they need."""
    needed = min(NAMES_LEAST, _natural(forest))
    return bool(forest.domains) and _plan_widths(forest, axis, (forest,)).study < needed


def narrow(forest: Forest, axis: Axis) -> bool:
    """Whether the dots of risk of bias leave the graph less than a useful width."""
    scale = _plan_widths(forest, axis, (forest,)).scale
    return bool(forest.domains) and scale.right - scale.left < GRAPH_GOOD


def _band_note(forest: Forest, plan: _Widths, top: float) -> Iterator[Label]:
    """What the lines without rows are, where these would have their text."""
    lines = wrap(forest.band_note, plan.text_right - MARGIN, BAND_LINES)
    for i, line in enumerate(lines):
        yield Label(line, MARGIN, top + (i + 0.5) * LINE + HALF_CAP, muted=True)


# --- across ---------------------------------------------------------------------------------------


def _plan_widths(forest: Forest, axis: Axis, among: Sequence[Forest]) -> _Widths:
    """Give columns what their text needs, names what the graph can spare, the graph the rest."""
    widths = [max(of) for of in zip(*map(_column_widths, among), strict=True)]
    gaps = [GROUP_GAP if first else GAP for first in _starts_group(forest)]
    left, right = (max(OVERHANG, width(axis.labels[end]) / 2) for end in (0, -1))
    dots = DOT_PITCH * len(forest.domains) + (GAP if forest.domains else 0.0)
    before_graph, behind = (dots, 0.0) if forest.dots == "left" else (0.0, dots)
    room = WIDTH - 2 * MARGIN - fsum(widths) - fsum(gaps) - GROUP_GAP - left - right - dots
    study = max(_study_width(one, room) for one in among)
    spare = max(0.0, room - study - GRAPH_BEST)
    gaps = [gap + min(spare / len(gaps), 5.0) for gap in gaps]
    before = sum(column.side == "left" for column in forest.columns)
    rights = [MARGIN + study]
    for gap, wide in zip(gaps[:before], widths[:before], strict=True):
        rights.append(rights[-1] + gap + wide)
    last = WIDTH - MARGIN - behind
    beyond = fsum(gaps[before:]) + fsum(widths[before:])
    text_right = rights[-1]
    scale = Scale(axis, text_right + before_graph + GROUP_GAP + left, last - beyond - right)
    first_dot = (text_right if before_graph else last) + GAP
    rights.append(last - beyond)
    for gap, wide in zip(gaps[before:], widths[before:], strict=True):
        rights.append(rights[-1] + gap + wide)
    del rights[before + 1], rights[0]
    middles = (first_dot + (i + 0.5) * DOT_PITCH for i in range(len(forest.domains)))
    return _Widths(study, tuple(rights), tuple(widths), scale, tuple(middles), text_right)


def _study_width(forest: Forest, room: float) -> float:
    """What names need, as far as a graph of useful width leaves it."""
    natural = _natural(forest)
    study = min(natural, room - GRAPH_GOOD)
    if study < min(natural, STUDY_LEAST):
        least = GRAPH_BESIDE_DOTS if forest.domains else GRAPH_LEAST
        study = min(natural, STUDY_LEAST, room - least)
    return study


def _natural(forest: Forest) -> float:
    """What the names of rows and their heading are wide."""
    named = [row for row in forest.rows if row.kind not in ("heading", "note")]
    widest = max(
        (width(row.label, _is_bold(row)) + INDENT * row.indented for row in named),
        default=STUDY_LEAST,
    )
    return max(widest, width(forest.study_heading, bold=True))


def _column_widths(forest: Forest) -> list[float]:
    """As wide as the widest cell or heading; a group's first column takes its heading's excess."""
    widths = [
        max(width(column.heading, bold=True), *(width(row.cells[i]) for row in _celled(forest)), 0)
        for i, column in enumerate(forest.columns)
    ]
    for group, first, last in _groups(forest):
        longest = max((width(word, bold=True) for word in bare(group).split(" ")), default=0.0)
        excess = min(longest, 80.0) - fsum(widths[first : last + 1]) - GAP * (last - first)
        widths[first] += max(0.0, excess)
    return widths


def _celled(forest: Forest) -> list[Row]:
    return [row for row in forest.rows if row.cells]


def _groups(forest: Forest) -> Iterator[tuple[str, int, int]]:
    """Each group heading with its first and last column."""
    places = enumerate(forest.columns)
    for group, members in groupby(places, key=lambda place: place[1].group):
        numbers = [number for number, _ in members]
        if group:
            yield group, numbers[0], numbers[-1]


def _behind(plan: _Widths) -> float:
    """Where the columns and dots behind the graph begin; the page's edge without any."""
    columns = zip(plan.rights, plan.widths, strict=True)
    edges = [right - wide - GAP / 2 for right, wide in columns if right > plan.scale.right]
    edges += [dot - DOT_PITCH for dot in plan.dots if dot > plan.scale.right]
    return min(edges, default=WIDTH)


def _starts_group(forest: Forest) -> list[bool]:
    groups = [column.group for column in forest.columns]
    return [group != before for group, before in zip(groups, [None, *groups], strict=False)]


# --- down -----------------------------------------------------------------------------------------


def _headings(forest: Forest, plan: _Widths, start: float) -> tuple[list[Label], list[Rule], float]:
    """The headings of groups and columns, with their rules, and where the rows begin."""
    wrapped = []
    for group, first, last in _groups(forest):
        left, right = plan.span(first, last)
        room = right - left + (GROUP_GAP - GAP)
        wrapped.append((wrap(group, room, HEADING_LINES, bold=True), first, last))
    tallest = max((len(lines) for lines, _, _ in wrapped), default=0)
    line = start + tallest * LINE + 2.0
    labels, rules = [], []
    for lines, first, last in wrapped:
        left, right = plan.span(first, last)
        first_line = start + (tallest - len(lines)) * LINE + LINE / 2 + HALF_CAP
        middle = (left + right) / 2
        labels += [
            Label(text, middle, first_line + i * LINE, "center", bold=True)
            for i, text in enumerate(lines)
        ]
        if last > first:
            rules.append(Rule(left, right, line))
    y = line + 2.0 + LINE / 2 + HALF_CAP
    labels.append(Label(forest.study_heading, MARGIN, y, bold=True))
    labels += [_heading(column, plan, i, y) for i, column in enumerate(forest.columns)]
    labels += _dot_headings(forest, plan, y)
    top = line + 2.0 + LINE + 2.0
    rules.append(Rule(MARGIN, WIDTH - MARGIN, top))
    return labels, rules, top


def _heading(column: Column, plan: _Widths, number: int, y: float) -> Label:
    """A column's heading, above the middle of effects and the right edge of other numbers."""
    if column.kind == "effect":
        return Label(column.heading, sum(plan.span(number, number)) / 2, y, "center", bold=True)
    return Label(column.heading, plan.rights[number], y, "right", bold=True)


def _dot_headings(forest: Forest, plan: _Widths, y: float) -> Iterator[Label]:
    """A letter above each column of dots, and above these what they are, if it has room."""
    for letter, x in zip(forest.domains, plan.dots, strict=True):
        yield Label(letter, x, y, "center", bold=True)
    if plan.dots and len(plan.dots) * DOT_PITCH >= width(forest.dots_heading, bold=True):
        above = y - LINE - 4.0
        yield Label(
            forest.dots_heading, (plan.dots[0] + plan.dots[-1]) / 2, above, "center", bold=True
        )


def _space_between(previous: Row | None, row: Row) -> float:
    """Air above subgroups and above the first pooled row."""
    if previous is None:
        return 0.0
    starts_total = row.kind == "total" and previous.kind not in ("total", "prediction")
    return 4.0 if starts_total or row.kind == "heading" else 0.0


def _is_bold(row: Row) -> bool:
    return row.kind in ("heading", "subtotal", "total")


def _label_lines(row: Row, plan: _Widths) -> tuple[str, ...]:
    """A row's label in lines: the first reaches to the number beside it, others go on below."""
    numbers = (
        right - width(cell) - GAP
        for cell, right in zip(row.cells, plan.rights, strict=False)
        if cell and right <= plan.text_right
    )
    free = next(numbers, plan.text_right) - MARGIN
    if row.kind not in ("heading", "note"):
        free = min(free, NAMES_MOST)
    room = max(plan.study, free) - INDENT * row.indented
    lines = wrap(row.label, room, LABEL_LINES, _is_bold(row))
    if len(lines) < 3:
        return lines
    words = bare(row.label)
    rest = words[len(bare(lines[0])) :].lstrip()
    below = min(plan.text_right - MARGIN, NAMES_MOST) - INDENT * row.indented
    more = wrap(rest, max(room, below), LABEL_LINES - 1, _is_bold(row))
    return within(row.label, (bare(lines[0]), *more))


def _reach(row: Row, line: str) -> float:
    """How far a line of a row's name goes; what stands above rows or below them is no name."""
    spans = row.kind in ("heading", "note")
    return 0.0 if spans else MARGIN + INDENT * row.indented + width(line, _is_bold(row))


def _row_labels(
    row: Row, lines: tuple[str, ...], baseline: float, plan: _Widths
) -> Iterator[Label]:
    """A row's label, line by line, and its cells beside the first line."""
    for i, text in enumerate(lines):
        x, y = MARGIN + INDENT * row.indented, baseline + i * LINE
        yield Label(text, x, y, bold=_is_bold(row), muted=row.kind == "note")
    for cell, right in zip(row.cells, plan.rights, strict=False):
        if cell:
            yield Label(cell, right, baseline, "right")


def _below_graph(forest: Forest, plan: _Widths, bottom: float) -> Iterator[Label]:
    """Tick labels, and on either side of no effect whom it favours."""
    scale = plan.scale
    y = bottom + TICK + LINE / 2 + HALF_CAP + 1.0
    for i in visible_ticks(scale):
        yield Label(scale.axis.labels[i], scale.x(scale.axis.ticks[i]), y, "center")
    null = scale.x(scale.axis.null)
    if not any(forest.favours):
        return
    for text, edge, side in zip(forest.favours, (-1, 1), ("right", "left"), strict=True):
        room = (null - plan.text_right - GAP if edge < 0 else WIDTH - MARGIN - null) - 6.0
        for i, line in enumerate(wrap(text, room, FAVOURS_LINES)):
            align: Align = "right" if side == "right" else "left"
            yield Label(line, null + 6.0 * edge, y + (i + 1.15) * LINE, align)


def visible_ticks(scale: Scale) -> list[int]:
    """The ticks whose labels have room: no effect (or the middle), the ends, and so inwards.

    Ticks that are equally far from it on either side are shown together or not at all.
    """
    ticks, labels = scale.axis.ticks, scale.axis.labels
    null = scale.axis.null
    centre = ticks.index(null) if null in ticks else len(ticks) // 2
    places = [scale.x(tick) for tick in ticks]
    spans = [
        (x - width(text) / 2 - 2.0, x + width(text) / 2 + 2.0)
        for x, text in zip(places, labels, strict=True)
    ]
    pairs: dict[float, list[int]] = {}
    for i in sorted(range(len(ticks)), key=lambda i: -abs(places[i] - places[centre])):
        if i != centre:
            pairs.setdefault(round(abs(places[i] - places[centre]), 3), []).append(i)
    kept = [centre]
    for pair in pairs.values():
        if all(
            spans[a][1] <= spans[b][0] or spans[b][1] <= spans[a][0] for a in pair for b in kept
        ):
            kept += pair
    return sorted(kept)


def _statistics(forest: Forest, right: float, bottom: float) -> Iterator[Label]:
    """Heterogeneity and overall effect, as far as the labels of the axis leave them room."""
    lines = _wrapped(forest.statistics, right - MARGIN, TEXT_SIZE)
    for i, line in enumerate(lines):
        yield Label(line, MARGIN, bottom + TICK + LINE / 2 + HALF_CAP + 1.0 + i * LINE)


def _notes(forest: Forest, top: float) -> Iterator[Label]:
    if not forest.notes:
        return
    lines = wrap(" ".join(forest.notes), WIDTH - 2 * MARGIN, NOTE_LINES, size=NOTE_SIZE)
    for i, line in enumerate(lines):
        yield Label(line, MARGIN, top + (i + 0.8) * LINE, size=NOTE_SIZE, muted=True)


def _wrapped(texts: Iterable[str], room: float, size: float) -> list[str]:
    return [line for text in texts for line in wrap(text, room, LABEL_LINES, size=size)]
