"""The boxes of a PRISMA 2020 flow diagram in words, and their places.

Page et al., BMJ 2021;372:n71. A number that was not reported says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from metasynth.figures.canvas.one_line import name as named
from metasynth.language import keys
from metasynth.language.languages import ENGLISH, Language, message
from metasynth.tables.trial_flow import BOXES, ITEMS, Flow, has_other_methods, parts

NO_CELLS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a box: what is counted, and how many; a `part` is told below its box's item.

    `key` is that of the count.
    """

    box: str
    what: str
    count: int | None
    key: str
    part: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the diagram: its place in the grid, and its lines; `lead` heads several items."""

    column: int
    row: int
    lead: str
    items: tuple[Item, ...]


def boxes(
    flow: Flow, language: Language = ENGLISH, cells: Mapping[str, str] = NO_CELLS
) -> tuple[Box, ...]:
    """The boxes of a flow; those of other methods only where the flow has any.

    `cells` are the keys of the counts that a table holds; others go by their box.

    Raises:
        ValueError: for a box that the diagram does not have.
    """
    for name in flow:
        if name.partition(":")[0] not in BOXES:
            raise ValueError(f"{name!r} is no box of the flow diagram: {', '.join(BOXES)}")
    found, removed = message("Records identified from"), message("Removed before screening")
    layout: list[tuple[int, int, str, tuple[str, ...]]] = [
        (0, 0, found, ("databases", "registers")),
        (1, 0, removed, ("duplicates", "automation", "removed_other")),
        (0, 1, "", ("screened",)),
        (1, 1, "", ("excluded",)),
        (0, 2, "", ("sought",)),
        (1, 2, "", ("not_retrieved",)),
        (0, 3, "", ("assessed",)),
        (1, 3, "", ("assessed_excluded",)),
        (0, 4, "", ("studies", "reports")),
    ]
    if has_other_methods(flow):
        sources = ("other_websites", "other_organisations", "other_citations")
        layout += [
            (2, 0, found, sources),
            (2, 2, "", ("other_sought",)),
            (3, 2, "", ("other_not_retrieved",)),
            (2, 3, "", ("other_assessed",)),
            (3, 3, "", ("other_assessed_excluded",)),
        ]
    return tuple(
        Box(column, row, language.say(lead) if lead else "", _items(flow, ids, cells, language))
        for column, row, lead, ids in layout
    )


def _items(
    flow: Flow, ids: Sequence[str], cells: Mapping[str, str], language: Language
) -> tuple[Item, ...]:
    """Each box's item, followed by those of its parts."""

    def at(name: str) -> str:
        return cells.get(name) or keys.flow(name)

    return tuple(
        item
        for name in ids
        for item in (
            Item(name, language.say(ITEMS[name]), flow.get(name), at(name)),
            *(
                Item(name, named(what), n, at(f"{name}:{what}"), part=True)
                for what, n in parts(flow, name)
            ),
        )
    )
