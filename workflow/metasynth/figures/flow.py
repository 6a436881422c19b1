"""The PRISMA 2020 flow diagram: where the studies of a review come from.

Page et al., BMJ 2021;372:n71. Numbers come as a mapping of box ids to counts; None, or an id that
is missing, is a number that was not reported, and the diagram says so. Reasons for exclusion are
ids with a colon: "assessed_excluded:Wrong comparator".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from metasynth.figures.text import clean
from metasynth.language import ENGLISH, Language

Flow = Mapping[str, int | None]

OTHER = "other_"
ITEMS = {
    "databases": "Databases",
    "registers": "Registers",
    "duplicates": "Duplicate records",
    "automation": "Records marked as ineligible by automation tools",
    "removed_other": "Records removed for other reasons",
    "screened": "Records screened",
    "excluded": "Records excluded",
    "sought": "Reports sought for retrieval",
    "not_retrieved": "Reports not retrieved",
    "assessed": "Reports assessed for eligibility",
    "assessed_excluded": "Reports excluded",
    "other_websites": "Websites",
    "other_organisations": "Organisations",
    "other_citations": "Citation searching",
    "other_sought": "Reports sought for retrieval",
    "other_not_retrieved": "Reports not retrieved",
    "other_assessed": "Reports assessed for eligibility",
    "other_assessed_excluded": "Reports excluded",
    "studies": "Studies included in the review",
    "reports": "Reports of included studies",
}
"""Every box id and what it counts."""

_WITH_REASONS = ("assessed_excluded", "other_assessed_excluded")


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the diagram: its place in the grid, and its lines; `lead` heads several items."""

    column: int
    row: int
    lead: str
    items: tuple[tuple[str, int | None], ...]


def boxes(flow: Flow, language: Language = ENGLISH) -> tuple[Box, ...]:
    """The boxes of a flow; those of other methods only where the flow has any.

    Raises:
        ValueError: for an id that the diagram does not have.
    """
    _require_known(flow)
    layout: list[tuple[int, int, str, tuple[str, ...]]] = [
        (0, 0, "Records identified from", ("databases", "registers")),
        (1, 0, "Removed before screening", ("duplicates", "automation", "removed_other")),
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
            (2, 0, "Records identified from", sources),
            (2, 2, "", ("other_sought",)),
            (3, 2, "", ("other_not_retrieved",)),
            (2, 3, "", ("other_assessed",)),
            (3, 3, "", ("other_assessed_excluded",)),
        ]
    return tuple(
        Box(column, row, language.say(lead) if lead else "", _items(flow, ids, language))
        for column, row, lead, ids in layout
    )


def has_other_methods(flow: Flow) -> bool:
    """Whether the flow has records found by other methods than databases and registers."""
    return any(name.startswith(OTHER) for name in flow)


def _require_known(flow: Flow) -> None:
    for name in flow:
        base, _, reason = name.partition(":")
        if base not in ITEMS or (reason and base not in _WITH_REASONS):
            raise ValueError(f"{name!r} is no box of the flow diagram: {', '.join(ITEMS)}")


def _items(
    flow: Flow, ids: Sequence[str], language: Language
) -> tuple[tuple[str, int | None], ...]:
    counted = [(language.say(ITEMS[name]), flow.get(name)) for name in ids]
    return (*counted, *((reason, n) for name in ids for reason, n in reasons(flow, name)))


def reasons(flow: Flow, name: str) -> list[tuple[str, int | None]]:
    """The reasons for exclusion that a flow gives for a box."""
    return [
        (clean(key.partition(":")[2]), n) for key, n in flow.items() if key.startswith(f"{name}:")
    ]


def disagreements(flow: Flow, language: Language = ENGLISH) -> tuple[str, ...]:
    """Sentences on the sums that fail; a sum with a number that is not known is not checked.

    Raises:
        ValueError: for an id that the diagram does not have.
    """
    _require_known(flow)
    return tuple(
        language.say(
            "{what}: {found} reported, but the boxes before it leave {expected}.",
            what=language.say(ITEMS[name]),
            found=flow[name],
            expected=expected,
        )
        for name, expected in _expected(flow)
        if flow.get(name) is not None and flow[name] != expected
    )


def _expected(flow: Flow) -> Iterator[tuple[str, int]]:
    """What each number must be, where the numbers that it follows from are all known."""
    removed = ("duplicates", "automation", "removed_other")
    sums = [
        ("screened", ("databases", "registers"), removed),
        ("sought", ("screened",), ("excluded",)),
        ("assessed", ("sought",), ("not_retrieved",)),
        ("other_sought", ("other_websites", "other_organisations", "other_citations"), ()),
        ("other_assessed", ("other_sought",), ("other_not_retrieved",)),
    ]
    other = has_other_methods(flow)
    last = ("assessed", "other_assessed") if other else ("assessed",)
    sums.append(("reports", last, _WITH_REASONS if other else _WITH_REASONS[:1]))
    for name, added, taken in sums:
        plus, minus = [flow.get(a) for a in added], [flow.get(t) for t in taken]
        if None not in (*plus, *minus):
            yield name, sum(n or 0 for n in plus) - sum(n or 0 for n in minus)
    for name in _WITH_REASONS:
        own = [n for _, n in reasons(flow, name)]
        if own and None not in own:
            yield name, sum(n or 0 for n in own)
