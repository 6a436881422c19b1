"""How journals lay a forest plot out: what stands left and right of the graph, and how limits read.

The default has what journals agree on: the data left of the graph, the effects at the far right.
The others follow forest plots as RevMan, JAMA and The BMJ draw them.
"""

from dataclasses import dataclass, replace
from typing import Literal

from metasynth.figures.canvas.style import BLUE, INK
from metasynth.figures.forest.columns import Column, ColumnKind

_MERGED = 4
"""Events and totals of two groups, which can be said as events/total."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A journal's layout: kinds of columns on each side of the graph, and the look of numbers.

    `merged` says events and total in one column; `separators` stand between limits of ratios and of
    differences, None for the language's own. `dots` of risk of bias stand left of the graph, behind
    what they are a judgement of, or right of all.
    """

    left: tuple[ColumnKind, ...] = ("data", "weight", "effect")
    right: tuple[ColumnKind, ...] = ()
    merged: bool = False
    brackets: tuple[str, str] = ("[", "]")
    separators: tuple[str, str] | None = None
    colour: str = BLUE
    dots: Literal["left", "right"] = "right"


JOURNAL = Preset(("data", "weight"), ("effect",), dots="left")
COCHRANE = Preset()
JAMA = Preset(("data", "effect"), ("weight",), True, ("(", ")"), ("–", " to "), INK)
BMJ = Preset(("data",), ("weight", "effect"), True, ("(", ")"), (" to ", " to "))

PRESETS = {"journal": JOURNAL, "cochrane": COCHRANE, "jama": JAMA, "bmj": BMJ}
"""By their names in config.yaml."""


def arrange(columns: tuple[Column, ...], preset: Preset) -> tuple[tuple[Column, ...], "Order"]:
    """The columns as `preset` has them, and the order that cells must be put into."""
    kinds = [column.kind for column in columns]
    merged = preset.merged and kinds.count("data") == _MERGED
    if merged:
        columns = (_merged(columns[0], columns[1]), _merged(columns[2], columns[3]), *columns[4:])
    sides: tuple[tuple[Literal["left", "right"], tuple[ColumnKind, ...]], ...] = (
        ("left", preset.left),
        ("right", preset.right),
    )
    places = [
        (i, replace(column, side=side))
        for side, chosen in sides
        for kind in chosen
        for i, column in enumerate(columns)
        if column.kind == kind
    ]
    return tuple(column for _, column in places), Order(merged, tuple(i for i, _ in places))


def _merged(first: Column, second: Column) -> Column:
    return replace(first, heading=f"{first.heading}/{second.heading.lower()}")


@dataclass(frozen=True, slots=True)
class Order:
    """How to rearrange the cells of a row: merge counts first, then take these."""

    merged: bool
    places: tuple[int, ...]

    def cells(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """A row's cells in their new order; a row without cells has none."""
        if not cells:
            return ()
        if self.merged:
            pairs = ("/".join(filter(None, cells[i : i + 2])) for i in (0, 2))
            cells = (*pairs, *cells[_MERGED:])
        return tuple(cells[i] for i in self.places)
