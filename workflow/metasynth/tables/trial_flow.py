"""Where the studies of a review come from: the boxes of PRISMA 2020, and the sums between them.

Page et al., BMJ 2021;372:n71. A number that is not known is None or left out; no sum that needs it
is then checked, and nothing is concluded from it. A box may be told by its parts: the databases
searched, the reasons for exclusion, the kinds of study.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from metasynth.core.messages import message
from metasynth.model.records import FlowCount

Flow = Mapping[str, int | None]
"""Counts by box, or by box and part: "excluded", "assessed_excluded:Wrong comparator"."""

OTHER = "other_"
BOXES = (
    "databases",
    "registers",
    "duplicates",
    "automation",
    "removed_other",
    "screened",
    "excluded",
    "sought",
    "not_retrieved",
    "assessed",
    "assessed_excluded",
    "other_websites",
    "other_organisations",
    "other_citations",
    "other_sought",
    "other_not_retrieved",
    "other_assessed",
    "other_assessed_excluded",
    "studies",
    "reports",
)


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
class Disagreement:
    """A count that is not what the boxes before it, or its own parts, leave; `because` of which."""

    box: str
    found: int
    expected: int
    because: tuple[str, ...]


def flow_of(rows: Iterable[FlowCount]) -> dict[str, int | None]:
    """The flow that the rows of flow.csv tell; a box without a count is the sum of its parts."""
    flow = {flow_name(row): row.count for row in rows}
    for box in BOXES:
        counts = [n for _, n in parts(flow, box)]
        if flow.get(box) is None and counts and None not in counts:
            flow[box] = sum(n or 0 for n in counts)
    return flow


def flow_name(row: FlowCount) -> str:
    """What a row of flow.csv counts, as a `Flow` names it."""
    return f"{row.box}:{row.part}" if row.part else row.box


def parts(flow: Flow, box: str) -> list[tuple[str, int | None]]:
    """The parts by which a flow tells a box, with their counts."""
    found = ((key.partition(":"), n) for key, n in flow.items())
    return [(part, n) for (name, colon, part), n in found if colon and name == box]


def has_other_methods(flow: Flow) -> bool:
    """Whether the flow has records found by other methods than databases and registers."""
    return any(name.startswith(OTHER) for name in flow)


def disagreements(flow: Flow) -> tuple[Disagreement, ...]:
    """The first sum that fails of each box, all numbers of which are known."""
    found: dict[str, Disagreement] = {}
    for box, expected, because in _expected(flow):
        count = flow.get(box)
        if count is not None and count != expected:
            found.setdefault(box, Disagreement(box, count, expected, because))
    return tuple(found.values())


def _expected(flow: Flow) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """What each number must be, where the numbers that it follows from are all known."""
    for box in BOXES:
        own = parts(flow, box)
        counts = [n for _, n in own if n is not None]
        if own and len(counts) == len(own):
            yield box, sum(counts), tuple(part for part, _ in own)
    for box, added, taken in _sums(has_other_methods(flow)):
        plus, minus = [flow.get(name) for name in added], [flow.get(name) for name in taken]
        if None not in (*plus, *minus):
            total = sum(n or 0 for n in plus) - sum(n or 0 for n in minus)
            yield box, total, (*added, *taken)


def _sums(other: bool) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Each box that follows from others: those that add up to it, those that are taken away."""
    removed = ("duplicates", "automation", "removed_other")
    yield "screened", ("databases", "registers"), removed
    yield "sought", ("screened",), ("excluded",)
    yield "assessed", ("sought",), ("not_retrieved",)
    found = ("other_websites", "other_organisations", "other_citations")
    yield "other_sought", found, ()
    yield "other_assessed", ("other_sought",), ("other_not_retrieved",)
    if other:
        excluded = ("assessed_excluded", "other_assessed_excluded")
        yield "reports", ("assessed", "other_assessed"), excluded
    else:
        yield "reports", ("assessed",), ("assessed_excluded",)
