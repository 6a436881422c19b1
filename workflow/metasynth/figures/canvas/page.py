"""The page of a figure: text and rules, in points from the upper left corner."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

from metasynth.figures.canvas.style import INK, MUTED, TEXT_SIZE, WIDTH, font
from metasynth.figures.canvas.text import width
from metasynth.language.tracked import bare

Align = Literal["left", "center", "right"]

MARGIN = 2.0
PAPER = 620.0
"""The height in points of the largest figure that paper holds in one piece."""
HALF_CAP = 0.33 * TEXT_SIZE
"""From the middle of a line of text down to its baseline."""


class Drawing(NamedTuple):
    """A figure, its short alternative text, and a long description made from its numbers.

    Both are marked (see language/tracked.py); what they say is `bare` of it.
    """

    figure: Figure
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text: its baseline starts, has its middle or ends at x, y.

    `colour` is for text on a coloured ground; elsewhere text takes the page's own colour.
    """

    text: str
    x: float
    y: float
    align: Align = "left"
    bold: bool = False
    size: float = TEXT_SIZE
    muted: bool = False
    colour: str = INK

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the text, from its advance width, ascent and descent."""
        wide = width(self.text, self.bold, self.size)
        left = self.x - {"left": 0.0, "center": wide / 2, "right": wide}[self.align]
        return left, self.y - 0.75 * self.size, left + wide, self.y + 0.24 * self.size


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin horizontal line."""

    x0: float
    x1: float
    y: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """Where the parts of a plot with rows stand, in points from the page's upper left corner.

    Across, the names of rows reach to `names` and what stands before the graph to `text`; the graph
    is between `left` and `right`, what is written below its axis between `first` and `last`, and
    what is printed behind the graph begins at `behind`. Down, the rows are between `start` and
    `bottom`, labels of the axis end at `axis`, statistics beside them at `foot`, notes at `end`.
    """

    names: float
    text: float
    left: float
    right: float
    first: float
    last: float
    behind: float
    start: float
    bottom: float
    axis: float
    foot: float
    end: float


class Page(Figure):
    """A figure of the common width, through which its surroundings show.

    `points` leads from points right and down of the upper left corner to where they are drawn.
    While the page is `telling`, its texts are drawn with their marks (see language/tracked.py). Of
    a page that is higher than paper `breaks` are the heights, in points from the top, at which it
    may be cut: the first is the foot of its heading, which each part repeats. `pieces` are those
    of its plots that a narrow screen can show below each other.
    """

    def __init__(self, height: float) -> None:
        super().__init__(figsize=(WIDTH / 72, height / 72), dpi=72)
        self.patch.set_visible(False)
        down = Affine2D().scale(1 / 72, -1 / 72).translate(0, height / 72)
        self.points: Transform = down + self.dpi_scale_trans
        self.telling = False
        self.breaks: tuple[float, ...] = ()
        self.pieces: tuple[Pieces, ...] = ()


class _Line(Text):
    """One line of text that stands where it was measured to: nothing is left to lay out.

    Its text is what is printed, `said` the same with its marks.
    """

    said = ""

    def draw(self, renderer: RendererBase) -> None:
        """Hand the text and its anchor to the renderer."""
        x, y = self.get_transform().transform(self.get_position())
        gc = renderer.new_gc()
        gc.set_foreground(self.get_color())
        gc.set_alpha(self.get_alpha() or 1.0)
        font = self.get_fontproperties()
        height = renderer.get_canvas_width_height()[1]
        figure = self.get_figure()
        said = self.said if isinstance(figure, Page) and figure.telling else self.get_text()
        renderer.draw_text(gc, x, height - y, said, font, 0.0, False, self)
        gc.restore()


def blank(height: float) -> Page:
    """An empty page, `height` points high."""
    return Page(height)


def breakable(figure: Page, height: float, head: float, tops: Iterable[float]) -> None:
    """Let a figure that is higher than paper be cut below its heading and above any of its rows."""
    if height > PAPER:
        figure.breaks = (head, *tops)


def points(figure: Figure) -> Transform:
    """From points right and down of the upper left corner to where `figure` draws them."""
    assert isinstance(figure, Page)
    return figure.points


def write(figure: Figure, labels: Iterable[Label]) -> None:
    """Put text on the page; what it says is never taken for mathematics."""
    transform = points(figure)
    for label in labels:
        text = _Line(
            label.x,
            label.y,
            bare(label.text),
            transform=transform,
            ha=label.align,
            va="baseline",
            color=label.colour,
            alpha=MUTED if label.muted else None,
            fontproperties=font(label.bold, label.size),
            parse_math=False,
        )
        text.said = label.text
        text.set_figure(figure)
        figure.texts.append(text)


def rule(figure: Figure, rules: Iterable[Rule]) -> None:
    """Put thin horizontal lines on the page."""
    for line in rules:
        drawn = Line2D([line.x0, line.x1], [line.y, line.y], color=INK, linewidth=0.6)
        figure.add_artist(drawn).set_transform(points(figure))
