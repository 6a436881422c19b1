"""How many statements of an audit are of which sort."""

from collections.abc import Callable, Mapping, Sequence

from metasynth.audit.verdicts import (
    CONTRADICTED,
    DEPENDS_ON_COUNTS,
    DEPENDS_ON_TEST,
    NOT_REPRODUCED,
    REPRODUCED,
    UNCHECKED,
    UNSUPPORTED,
    Audited,
)

VERDICT_SORTS = {
    "reproduced": REPRODUCED,
    "unsupported": UNSUPPORTED,
    "depends_on_test": DEPENDS_ON_TEST,
    "depends_on_counts": DEPENDS_ON_COUNTS,
    "not_reproduced": NOT_REPRODUCED,
    "contradicted": CONTRADICTED,
    "unchecked": UNCHECKED,
}
"""The verdicts, in their order, by the name that texts use."""


def _with(verdict: str) -> Callable[[Audited], bool]:
    return lambda item: item.verdict == verdict


SORTS: Mapping[str, Callable[[Audited], bool]] = {
    "total": lambda item: True,
    **{name: _with(verdict) for name, verdict in VERDICT_SORTS.items()},
    "opposed": lambda item: bool(item.contradicts),
    "possible": lambda item: item.reason == "possible",
    "by_own_counts": lambda item: item.reason == "own_counts",
    "depends_on_analysis": lambda item: item.method == "pool" and bool(item.differing),
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
