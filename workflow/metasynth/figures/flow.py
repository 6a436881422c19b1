"""The boxes of a PRISMA 2020 flow diagram in words, and their places.

Page et al., BMJ 2021;372:n71. A number that was not reported says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from metasynth.figures.text import clean
from metasynth.flow import BOXES, Flow, has_other_methods, parts
from metasynth.language import ENGLISH, Language, message

ITEMS = {
    "databases": message("Databases"),
    "registers": message("Registers"),
    "duplicates": message("Duplicate records"),
    "automation": message("Records marked as ineligible by automation tools"),
    "removed_other": message("Records removed for other reasons"),
    "screened": message("Records screened"),
    "excluded": message("Records excluded"),
    "sought": message("Reports sought for retrieval"),
    "not_retrieved": message("Reports not retrieved"),
    "assessed": message("Reports assessed for eligibility"),
    "assessed_excluded": message("Reports excluded"),
    "other_websites": message("Websites"),
    "other_organisations": message("Organisations"),
    "other_citations": message("Citation searching"),
    "other_sought": message("Reports sought for retrieval"),
    "other_not_retrieved": message("Reports not retrieved"),
    "other_assessed": message("Reports assessed for eligibility"),
    "other_assessed_excluded": message("Reports excluded"),
    "studies": message("Studies included in the review"),
    "reports": message("Reports of included studies"),
}
"""What each box counts."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a box: what is counted, and how many; a `part` is told below its box's item."""

    what: str
    count: int | None
    part: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the diagram: its place in the grid, and its lines; `lead` heads several items."""

    column: int
    row: int
    lead: str
    items: tuple[Item, ...]


def boxes(flow: Flow, language: Language = ENGLISH) -> tuple[Box, ...]:
    """The boxes of a flow; those of other methods only where the flow has any.

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
        Box(column, row, language.say(lead) if lead else "", _items(flow, ids, language))
        for column, row, lead, ids in layout
    )


def _items(flow: Flow, ids: Sequence[str], language: Language) -> tuple[Item, ...]:
    """Each box's item, followed by those of its parts."""
    return tuple(
        item
        for name in ids
        for item in (
            Item(language.say(ITEMS[name]), flow.get(name)),
            *(Item(clean(what), n, True) for what, n in parts(flow, name)),
        )
    )
