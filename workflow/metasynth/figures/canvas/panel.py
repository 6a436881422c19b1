"""A graph's ground: data coordinates between the ends of two scales, and what is drawn in them.

matplotlib's own axes find ticks, limits and margins for themselves and cost most of the time of a
figure; here all of these are known beforehand, so that a panel is only a transform and its artists.
"""

from collections.abc import Sequence
from math import log10
from typing import Any

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon
from matplotlib.scale import LogTransform
from matplotlib.transforms import (
    Affine2D,
    Bbox,
    IdentityTransform,
    Transform,
    TransformedBbox,
    blended_transform_factory,
)

from metasynth.figures.canvas.axis import Scale
from metasynth.figures.canvas.page import Page
from metasynth.figures.canvas.style import INK

TICK = 3.0
_LOGARITHMIC, _LINEAR = LogTransform(10), IdentityTransform()


class Panel(Artist):
    """Marks in data coordinates; methods are called and behave as those of matplotlib's axes."""

    def __init__(self, page: Page, x: Scale, y: Scale) -> None:
        super().__init__()
        self.x, self.y = x, y
        top, bottom = sorted((y.left, y.right))
        self.data = _transform(x, y) + page.points
        self.extent = TransformedBbox(Bbox.from_extents(x.left, top, x.right, bottom), page.points)
        self._artists: list[Artist] = []
        page.add_artist(self)

    def get_children(self) -> list[Artist]:
        """What is drawn in the panel."""
        return self._artists

    def draw(self, renderer: RendererBase) -> None:
        """Draw all of it, the lowest first."""
        for artist in sorted(self._artists, key=lambda artist: artist.zorder):
            artist.draw(renderer)

    def plot(self, xs: Sequence[float], ys: Sequence[float], **look: Any) -> Line2D:
        """A line through points, or markers at them."""
        line = Line2D(xs, ys, **look)
        self.add(line)
        return line

    def vlines(self, x: float, y0: float, y1: float, **look: Any) -> Line2D:
        """A vertical line."""
        return self.plot([x, x], [y0, y1], solid_capstyle="butt", **look)

    def fill(self, xs: Sequence[float], ys: Sequence[float], **look: Any) -> Polygon:
        """A ground with these corners."""
        polygon = Polygon(list(zip(xs, ys, strict=True)), **look)
        self.add(polygon)
        return polygon

    def fill_between(
        self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], **look: Any
    ) -> Polygon:
        """A ground between two lines over the same values across."""
        return self.fill([*xs, *reversed(xs)], [*low, *reversed(high)], **look)

    def add_patch(self, patch: Patch) -> None:
        """Any shape in data coordinates."""
        self.add(patch)

    def add(self, artist: Line2D | Patch) -> None:
        """Any artist in data coordinates, clipped at the panel's edges unless `clip_on` is off."""
        figure = self.get_figure()
        assert figure is not None
        artist.set_figure(figure)
        artist.set_transform(self.data)
        if artist.get_clip_on():
            artist.set_clip_box(self.extent)
        self._artists.append(artist)

    def spines(self, *, left: bool = True) -> None:
        """The axes below and, if wanted, at the left, with their ticks."""
        x, y = self.x, self.y
        foot = max(y.left, y.right)
        self._spine(x, [(x.left, foot), (x.right, foot)], "bottom")
        if left:
            self._spine(y, [(x.left, y.left), (x.left, y.right)], "left")

    def _spine(self, scale: Scale, ends: list[tuple[float, float]], side: str) -> None:
        """One path of the axis and its ticks, in points on the page."""
        at = [scale.x(tick) for tick in scale.axis.ticks]
        (x0, y0), _ = ends
        inner = (
            [((x, y0), (x, y0 + TICK)) for x in at]
            if side == "bottom"
            else [((x0, y), (x0 - TICK, y)) for y in at]
        )
        xs, ys = [], []
        for start, end in (tuple(ends), *inner):
            xs += [start[0], end[0], float("nan")]
            ys += [start[1], end[1], float("nan")]
        figure = self.get_figure()
        assert isinstance(figure, Page)
        line = Line2D(xs[:-1], ys[:-1], color=INK, linewidth=0.6, solid_capstyle="butt")
        line.set(transform=figure.points, gid=f"axis-{side}")
        line.set_figure(figure)
        self._artists.append(line)


def _transform(x: Scale, y: Scale) -> Transform:
    """From data to points on the page."""
    (kind_x, scale_x, start_x), (kind_y, scale_y, start_y) = _steps(x), _steps(y)
    affine = Affine2D().scale(scale_x, scale_y).translate(start_x, start_y)
    if kind_x is kind_y is _LINEAR:
        return affine
    return blended_transform_factory(kind_x, kind_y) + affine


def _steps(scale: Scale) -> tuple[Transform, float, float]:
    """What bends a scale, then the factor and the start of the straight rest."""
    low, high = scale.axis.low, scale.axis.high
    kind: Transform = _LINEAR
    if scale.axis.logarithmic:
        kind, low, high = _LOGARITHMIC, log10(low), log10(high)
    factor = (scale.right - scale.left) / (high - low)
    return kind, factor, scale.left - factor * low
