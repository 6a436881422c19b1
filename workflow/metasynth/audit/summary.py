"""How many statements of an audit are of which sort."""

from collections.abc import Callable, Mapping, Sequence

from metasynth.audit.records import CONTRADICTED, NOT_REPRODUCED, REPRODUCED, UNCHECKED, Audited

SORTS: Mapping[str, Callable[[Audited], bool]] = {
    "total": lambda item: True,
    "reproduced": lambda item: item.verdict == REPRODUCED,
    "not_reproduced": lambda item: item.verdict == NOT_REPRODUCED,
    "contradicted": lambda item: item.verdict == CONTRADICTED,
    "unchecked": lambda item: item.verdict == UNCHECKED,
    "opposed": lambda item: bool(item.contradicts),
    "by_granularity": lambda item: item.verdict == REPRODUCED and item.method == "granularity",
    "by_own_counts": lambda item: item.verdict == REPRODUCED and item.reason == "own_counts",
    "depends_on_test": lambda item: item.method == "fisher" and bool(item.differing),
    "depends_on_analysis": lambda item: item.method == "pool" and bool(item.differing),
    "depends_on_counts": lambda item: (item.agreeing or 0) < (item.tables or 0),
    "depends_on_reading": lambda item: bool(item.readings),
}
"""What is counted over statements, by the name that texts use."""


def of_sort(items: Sequence[Audited], sort: str) -> list[Audited]:
    """The statements of a sort."""
    return [item for item in items if SORTS[sort](item)]


def parts(items: Sequence[Audited]) -> dict[str, list[Audited]]:
    """The statements by the part of the publication that they stand in, in the table's order."""
    found: dict[str, list[Audited]] = {}
    for item in items:
        found.setdefault(item.locator, []).append(item)
    return found
