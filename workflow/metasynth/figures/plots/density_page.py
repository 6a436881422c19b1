"""A curve of what is credible, above the intervals that say the same in numbers: one axis for both.

Left of the curve stands its key, left of each interval its name, and right of it its numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metasynth.figures.canvas.axis import Axis, Scale
from metasynth.figures.canvas.graph import DASHED, tick_labels
from metasynth.figures.canvas.legend import Entry, draw_symbols, lay_out_key
from metasynth.figures.canvas.one_line import name
from metasynth.figures.canvas.page import HALF_CAP, MARGIN, Label, Page, blank, write
from metasynth.figures.canvas.panel import TICK, Panel
from metasynth.figures.canvas.style import (
    BLUE,
    INK,
    LINE,
    NOTE_SIZE,
    WIDTH,
    Z_INTERVAL,
    Z_REFERENCE,
    Z_SQUARE,
)
from metasynth.figures.canvas.text import width, wrap
from metasynth.figures.forest.rows import Mark
from metasynth.figures.forest.shapes import draw_arrows, visible
from metasynth.language.languages import Language
from metasynth.model.posteriors import Curve as Densities

CURVE = 120.0
"""Height of the curve."""
PITCH, POINT = 13.0, 5.5
NAMES_WIDEST, GAP = 150.0, 10.0
LABEL_LINES, NOTE_LINES = 3, 4
AIR = 1.06
"""The height of the axis up, as a multiple of the highest density."""
BEGINNING, STEEPEST = 0.05, 2.5
"""Within that share of a curve, densities this many times higher than all later ones are cut."""

Dashes = str | tuple[float, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through densities `ys` at `xs`, named for tests and readers of the SVG."""

    gid: str
    xs: Sequence[float]
    ys: Sequence[float]
    colour: str = BLUE
    line: Dashes = "-"
    weight: float = 1.4


@dataclass(frozen=True, slots=True)
class Ground:
    """The area under a curve from one value to another."""

    gid: str
    curve: Curve
    low: float
    high: float
    colour: str = BLUE
    opacity: float = 0.2


@dataclass(frozen=True, slots=True)
class Interval:
    """A row under the curve: a name, an interval with its point, and the same as text."""

    name: str
    mark: Mark
    text: str
    colour: str = INK
    bold: bool = False


@dataclass(frozen=True, slots=True)
class DensityPlan:
    """All that such a figure shows. `lines` are vertical, from the foot to the top of the curve.

    `ends` are the words under the left and right end of the axis.
    """

    heading: str
    numbers_heading: str
    axis: Axis
    title: str
    curves: Sequence[Curve]
    grounds: Sequence[Ground]
    intervals: Sequence[Interval]
    entries: Sequence[Entry]
    notes: Sequence[str]
    null: float | None = None
    ends: tuple[str, str] = ("", "")


def before_and_after(drawn: Densities, language: Language) -> tuple[list[Curve], list[Entry]]:
    """The curves of a posterior and, where it has one to draw, its prior; and the key of both.

    The posterior is the last of the curves. The area of its interval is in the key, too.
    """
    say = language.say
    curves = [Curve("posterior", drawn.x, drawn.posterior)]
    entries = [
        Entry(say("Posterior: after the data"), colour=BLUE, line="-", weight=1.4),
        Entry(name(say("95% credible interval (CrI)")), fill=0.2, ground=BLUE),
    ]
    if drawn.prior:
        curves.insert(0, Curve("prior", drawn.x, drawn.prior, INK, DASHED, 0.9))
        entries.append(Entry(say("Prior: before the data"), colour=INK, line=DASHED, weight=0.9))
    return curves, entries


def density_page(plan: DensityPlan) -> Page:
    """Draw it; whoever calls must be `isolated`."""
    names = [wrap(row.name, NAMES_WIDEST, LABEL_LINES, bold=row.bold) for row in plan.intervals]
    key_room = max(NAMES_WIDEST, *(width(line, True) for lines in names for line in lines))
    left = MARGIN + key_room + GAP
    numbers = max(width(text) for text in (plan.numbers_heading, *(i.text for i in plan.intervals)))
    scale = Scale(plan.axis, left, WIDTH - MARGIN - numbers - GAP)
    top = MARGIN + LINE + 4.0
    key = lay_out_key(plan.entries, (), MARGIN, top, key_room)
    foot = max(top + CURVE, key.bottom + 4.0)
    middles, end = _rows(names, foot + 6.0)
    below = list(_below(plan, scale, end))
    notes_top = max(label.box[3] for label in below) + 5.0
    text = [*_heads(plan, scale, foot), *_texts(plan, names, middles), *below]
    text += _notes(plan.notes, notes_top)
    page = blank(max(label.box[3] for label in text) + MARGIN)
    write(page, key.labels)
    draw_symbols(page, key)
    write(page, text)
    draw_curves(page, plan, scale, top, foot)
    _draw_intervals(page, plan, scale, middles, (foot, end))
    return page


def _rows(names: Sequence[Sequence[str]], top: float) -> tuple[list[float], float]:
    """The middle of each interval's row, and the foot of the last."""
    middles, y = list[float](), top
    for lines in names:
        middles.append(y + PITCH / 2)
        y += PITCH + (len(lines) - 1) * LINE
    return middles, y + 2.0


def _heads(plan: DensityPlan, scale: Scale, foot: float) -> Iterator[Label]:
    baseline = MARGIN + LINE / 2 + HALF_CAP
    yield Label(plan.heading, scale.left, baseline, bold=True)
    yield Label(plan.numbers_heading, WIDTH - MARGIN, foot - 1.0, "right", bold=True)


def _texts(
    plan: DensityPlan, names: Sequence[Sequence[str]], middles: Sequence[float]
) -> Iterator[Label]:
    for row, lines, y in zip(plan.intervals, names, middles, strict=True):
        for i, line in enumerate(lines):
            yield Label(line, MARGIN, y + HALF_CAP + i * LINE, bold=row.bold)
        yield Label(row.text, WIDTH - MARGIN, y + HALF_CAP, "right", bold=row.bold)


def _below(plan: DensityPlan, scale: Scale, end: float) -> Iterator[Label]:
    """Ticks, the words at the ends of the axis, its title."""
    baseline = end + TICK + LINE / 2 + HALF_CAP + 1.0
    yield from tick_labels(scale, baseline)
    lines = 1
    if any(plan.ends):
        room = (scale.right - scale.left - GAP) / 2
        left, right = (wrap(text, room, LABEL_LINES) for text in plan.ends)
        lines += max(len(left), len(right))
        for i, line in enumerate(left):
            yield Label(line, scale.left, baseline + (i + 1.15) * LINE)
        for i, line in enumerate(right):
            yield Label(line, scale.right, baseline + (i + 1.15) * LINE, "right")
    middle = (scale.left + scale.right) / 2
    for i, line in enumerate(wrap(plan.title, WIDTH - 2 * MARGIN, LABEL_LINES, bold=True)):
        middle = max(middle, MARGIN + width(line, bold=True) / 2)
        yield Label(line, middle, baseline + (lines + i + 0.3) * LINE, "center", bold=True)


def _notes(notes: Sequence[str], top: float) -> Iterator[Label]:
    lines = [line for note in notes for line in wrap(note, WIDTH - 2 * MARGIN, NOTE_LINES)]
    return note_labels(lines, top)


def note_labels(lines: Sequence[str], top: float) -> Iterator[Label]:
    """The lines of notes below a figure, from `top` down."""
    for i, line in enumerate(lines):
        yield Label(line, MARGIN, top + (i + 0.8) * LINE, size=NOTE_SIZE, muted=True)


def draw_curves(
    page: Page, plan: DensityPlan, scale: Scale, top: float, foot: float, mark: str = ""
) -> Panel:
    """Draw curves, grounds and lines from `foot` up to `top`; `mark` begins the name of each."""
    highest = AIR * max(map(_height, plan.curves))
    up = Axis(False, 0.0, highest, (), ())
    panel = Panel(page, scale, Scale(up, foot, top))
    for ground in plan.grounds:
        inside = _between(ground)
        xs, ys = [x for x, _ in inside], [y for _, y in inside]
        if len(xs) > 1:
            look = {"facecolor": ground.colour, "alpha": ground.opacity, "linewidth": 0}
            panel.fill_between(xs, [0.0] * len(xs), ys, gid=f"{mark}{ground.gid}", zorder=0, **look)
    if plan.null is not None and plan.axis.holds(plan.null):
        panel.vlines(
            plan.null, 0.0, highest, color=INK, linewidth=0.6, zorder=Z_REFERENCE, gid=f"{mark}null"
        )
    for curve in plan.curves:
        panel.plot(
            curve.xs,
            curve.ys,
            color=curve.colour,
            linewidth=curve.weight,
            linestyle=curve.line,
            zorder=Z_SQUARE,
            gid=f"{mark}{curve.gid}",
        )
    if plan.intervals and plan.axis.holds(middle := plan.intervals[0].mark.estimate):
        top_of_it = _at(plan.curves[-1].xs, plan.curves[-1].ys, middle)
        panel.vlines(
            middle, 0.0, top_of_it, color=BLUE, linewidth=0.8, linestyle=DASHED,
            zorder=Z_REFERENCE, gid=f"{mark}median",
        )  # fmt: skip
    panel.plot(
        [plan.axis.low, plan.axis.high], [0.0, 0.0], color=INK, linewidth=0.6, clip_on=False,
        zorder=Z_REFERENCE, gid=f"{mark}foot",
    )  # fmt: skip
    return panel


def _height(curve: Curve) -> float:
    """The highest density, but for one that rises without bound at the curve's beginning."""
    inner = max(curve.ys[round(BEGINNING * len(curve.ys)) :])
    return min(max(curve.ys), STEEPEST * inner)


def _between(ground: Ground) -> list[tuple[float, float]]:
    """The points of a ground's curve between its ends, which lie on it."""
    xs, ys = ground.curve.xs, ground.curve.ys
    low, high = max(ground.low, xs[0]), min(ground.high, xs[-1])
    if low >= high:
        return []
    inside = [(x, y) for x, y in zip(xs, ys, strict=True) if low < x < high]
    return [(low, _at(xs, ys, low)), *inside, (high, _at(xs, ys, high))]


def _at(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """A curve's height at `x`, on the straight line between the points beside it."""
    i = next((i for i in range(1, len(xs)) if xs[i] >= x), len(xs) - 1)
    share = (x - xs[i - 1]) / (xs[i] - xs[i - 1])
    return ys[i - 1] + share * (ys[i] - ys[i - 1])


def _draw_intervals(
    page: Page,
    plan: DensityPlan,
    scale: Scale,
    middles: Sequence[float],
    ends: tuple[float, float],
) -> None:
    down = Axis(False, *ends, (), ())
    panel = Panel(page, scale, Scale(down, *ends))
    panel.spines(left=False)
    if plan.null is not None and plan.axis.holds(plan.null):
        panel.vlines(
            plan.null, *ends, color=INK, linewidth=0.6, zorder=Z_REFERENCE, gid="null-foot"
        )
    for number, (row, y) in enumerate(zip(plan.intervals, middles, strict=True), 1):
        low, high = visible(plan.axis, row.mark)
        if low < high:
            panel.plot(
                [low, high], [y, y], color=row.colour, linewidth=1.8 if row.bold else 1.0,
                solid_capstyle="butt", zorder=Z_INTERVAL, gid=f"interval-{number}",
            )  # fmt: skip
        if plan.axis.holds(row.mark.estimate):
            panel.plot(
                [row.mark.estimate], [y], marker="D" if row.bold else "o", markersize=POINT,
                markerfacecolor=row.colour, markeredgewidth=0.0, linestyle="none", clip_on=False,
                zorder=Z_INTERVAL + 1, gid=f"interval-{number}-point",
            )  # fmt: skip
        draw_arrows(panel, plan.axis, row.mark, y, row.colour, f"interval-{number}")
