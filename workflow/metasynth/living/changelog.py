"""Whether changelog.csv gives a reason for each change since the baseline."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from metasynth.core.faults import Fault
from metasynth.living.input_changes import Inputs
from metasynth.living.state import State
from metasynth.model.records import Cell, ChangelogEntry

_NOWHERE = Cell("", 0)


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Changes of one trial, outcome, table, choice or the code that no entry covers."""

    scope: str
    item: str
    rows: tuple[str, ...]


def new_entries(before: State, after: State) -> tuple[ChangelogEntry, ...]:
    """The entries of changelog.csv that the earlier state did not have, wherever they stand."""
    known = {replace(entry, cell=_NOWHERE) for entry in before.changelog}
    return tuple(entry for entry in after.changelog if replace(entry, cell=_NOWHERE) not in known)


def unexplained(
    before: State, after: State, inputs: Inputs, *, software: bool = False
) -> tuple[Unexplained, ...]:
    """All that differs and that no new entry is about, by scope and item.

    Other software needs a reason where it changed results, which `software` says.
    """
    entries = new_entries(before, after)
    found: dict[tuple[str, str], list[str]] = {}
    changes = [*_changes(inputs), *([("code", "", "")] if software else [])]
    for scope, item, row in changes:
        if not any(_covers(entry, scope, item, row) for entry in entries):
            found.setdefault((scope, item), []).append(row)
    return tuple(Unexplained(*key, tuple(filter(None, rows))) for key, rows in found.items())


def _changes(inputs: Inputs) -> Iterator[tuple[str, str, str]]:
    """Every change by what an entry may be about: its scope, item and row."""
    for row in inputs.rows:
        if row.study:
            yield "trial", row.study, row.name
        elif row.table == "certainty":
            yield "outcome", row.key.split(" ")[0], row.name
        else:
            yield "review", row.table, row.name
    for choice in inputs.choices:
        section, _, rest = choice.name.partition(".")
        outcome, _, key = rest.partition(".")
        if section == "outcomes":
            yield "outcome", outcome, key
        else:
            yield "config", choice.name, ""


def _covers(entry: ChangelogEntry, scope: str, item: str, row: str) -> bool:
    """Whether an entry is about a change: its item and row are those, or their beginning."""
    if entry.scope == "config" and scope == "outcome":
        return _begins(f"outcomes.{item}.{row}", entry.item, ".")
    return entry.scope == scope and _begins(item, entry.item, ".") and _begins(row, entry.row, " ")


def _begins(text: str, start: str, separator: str) -> bool:
    return not start or text == start or text.startswith(f"{start}{separator}")


def warnings(baseline: str, changes: Iterable[Unexplained]) -> Iterator[Fault]:
    """A warning for each trial, outcome, table or choice that changed for no reason given.

    `baseline` is the version since which changes are looked for.
    """
    for change in changes:
        rows = f": {', '.join(change.rows[:5])}" if change.rows else ""
        more = f" and {len(change.rows) - 5} more" if len(change.rows) > 5 else ""
        yield Fault(
            file="changelog.csv",
            row=None,
            column="",
            cell="changelog.csv",
            value=f"{change.scope} {change.item}".strip() + rows + more,
            expected=f"an entry that says why this has changed since version {baseline}",
            remedy="add a row to changelog.csv",
            severity="warning",
            kind="change_unexplained",
        )
