"""What is known of one number, and a book of such entries."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

RAW, CHOICE, COMPUTED = "raw", "choice", "computed"
Value = float | int | str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: a file below data/raw (or config.yaml), its row in a spreadsheet, and its column."""

    file: str
    row: int | None
    column: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document states a number: bibliography key, place and quoted words."""

    reference: str
    locator: str
    quote: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One number: what it is, what it was made from and how.

    `kind` is raw (a cell of a table), choice (declared in config.yaml) or computed. `label` says
    what the number is, `of` what it belongs to. `scale` is natural or log, empty for counts and
    percentages. `formula` and `target` are anchors in the report: the formula's, and that of the
    data behind the number. `provenance` is the table's own word: reported, external or derived.
    """

    key: str
    kind: str
    label: str
    of: str
    value: Value
    measure: str = ""
    scale: str = ""
    method: str = ""
    formula: str = ""
    inputs: tuple[str, ...] = ()
    place: Place | None = None
    provenance: str = ""
    source: Origin | None = None
    note: str = ""
    target: str = ""


class UntracedNumberError(ValueError):
    """A printed number, or an input of one, has no entry."""


@dataclass(slots=True)
class Book:
    """Entries by key."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def add(self, entries: Iterable[Entry]) -> None:
        """Add entries; the first of a key is kept."""
        for entry in entries:
            self.entries.setdefault(entry.key, entry)

    def behind(self, keys: Iterable[str]) -> dict[str, Entry]:
        """The entries of `keys` and of all that they were made from, in the order of first need.

        Raises:
            UntracedNumberError: when one of them is not in the book.
        """
        found: dict[str, Entry] = {}
        waiting = list(dict.fromkeys(keys))[::-1]
        while waiting:
            key = waiting.pop()
            if key in found:
                continue
            if key not in self.entries:
                raise UntracedNumberError(f"the number {key!r} has no provenance")
            found[key] = self.entries[key]
            waiting += reversed(found[key].inputs)
        return found


def ends(entries: Mapping[str, Entry], key: str) -> Iterator[Entry]:
    """The raw cells and declared choices that an entry rests on in the end, each once.

    Raises:
        UntracedNumberError: when the walk leads in a circle, or ends at a computed number.
    """
    seen: set[str] = set()

    def walk(key: str, above: frozenset[str]) -> Iterator[Entry]:
        entry = entries[key]
        if key in above or (entry.kind == COMPUTED and not entry.inputs):
            raise UntracedNumberError(f"{key!r} rests on no cell and no choice")
        if key in seen:
            return
        seen.add(key)
        if entry.kind != COMPUTED:
            yield entry
        for other in entry.inputs:
            yield from walk(other, above | {key})

    return walk(key, frozenset())
