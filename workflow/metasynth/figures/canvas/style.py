"""The look that all figures share: colours, sizes in points, the font, what lies above what."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import matplotlib
from matplotlib.font_manager import FontProperties

from metasynth.core.paths import WORKFLOW

Parameters = ParamSpec("Parameters")
Made = TypeVar("Made")

WIDTH = 476.0
"""Width of every figure, in points: that of the text on the report's A4 pages."""

TEXT_SIZE = 8.0
NOTE_SIZE = 8.0
LINE = 9.6
"""From one line of text to the next, in points."""

INK = "#010203"
"""Text, axes and diamonds: a reserved colour, which the SVG turns into the page's text colour."""
BLUE = "#0072B2"
VERMILION = "#D55E00"
"""Blue and vermilion of Okabe and Ito, told apart by colour-blind readers."""

MUTED = 0.65
"""Opacity of what is secondary, so that it stays secondary on a dark page too."""

Z_REFERENCE, Z_SQUARE, Z_INTERVAL, Z_DIAMOND, Z_ARROW = 1, 2, 3, 4, 5

FAMILY = "Source Sans 3"
FALLBACK = "'Source Sans Pro', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
_FONTS = WORKFLOW / "report" / "fonts"
REGULAR = FontProperties(family=FAMILY, fname=_FONTS / "SourceSans3-Regular.otf", size=TEXT_SIZE)
BOLD = FontProperties(
    family=FAMILY, fname=_FONTS / "SourceSans3-Bold.otf", size=TEXT_SIZE, weight="bold"
)
"""The fonts by file: what is installed on the machine has no say in the layout."""
EMBEDDED = {400: _FONTS / "ReviewSans-Regular.woff", 700: _FONTS / "ReviewSans-Bold.woff"}
"""The same letters, in the small files that each SVG carries, by weight."""
METRICS = _FONTS / "metrics.json"


@cache
def font(bold: bool = False, size: float = TEXT_SIZE) -> FontProperties:
    """The figures' font in a weight and size; nobody changes what this gives."""
    properties = (BOLD if bold else REGULAR).copy()
    properties.set_size(size)
    return properties


_inside: ContextVar[bool] = ContextVar("_inside", default=False)


def isolated(draw: Callable[Parameters, Made]) -> Callable[Parameters, Made]:
    """Run `draw` with matplotlib's defaults and ours, whatever a matplotlibrc of the user says.

    Within another isolated function there is nothing left to set.
    """

    @wraps(draw)
    def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Made:
        if _inside.get():
            return draw(*args, **kwargs)
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams["svg.fonttype"] = "none"
            matplotlib.rcParams["svg.hashsalt"] = "figure"
            token = _inside.set(True)
            try:
                return draw(*args, **kwargs)
            finally:
                _inside.reset(token)

    return drawn
