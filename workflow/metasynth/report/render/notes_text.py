"""What a numbered note says: what the numbers are, their method, their cells and their sources."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from metasynth.language.languages import Language, message
from metasynth.provenance.entry import CHOICE, COMPUTED, RAW, Book, Entry, Origin
from metasynth.report.document import (
    Citation,
    Document,
    Inline,
    Inlines,
    Link,
    Paragraph,
    References,
    Styled,
    Table,
    Text,
    plain,
)
from metasynth.report.tables.base import PROVENANCES

_FORMULAS = message("Formulas")
_AS_IN = message("numbers and methods as in {note}.")
_OTHERWISE = message("Otherwise as in {note}.")
Made = frozenset[tuple[str, str, str]]
"""Numbers by label, method and formula."""

_FEW = 3  # others that a number is of, and sorts of rows in a file
_CHOICES = 3  # of one section of config.yaml; of more, the section is named alone
_SHORT = 120  # letters of quotes; longer ones stand in the data by trial


class Places:
    """Where a document has what notes lead to, and what it is called there."""

    def __init__(self, document: Document, language: Language) -> None:
        self.book = Book(dict(document.provenance))
        self.language = language
        self.tables: dict[str, str] = {}
        self.formulas: dict[str, str] = {}
        self.references: dict[str, int] = {}
        for block in document.blocks:
            if isinstance(block, Table):
                self.tables[block.anchor] = block.number
                self.tables |= {row.anchor: block.number for row in block.rows if row.anchor}
            if isinstance(block, References):
                self.references = {anchor: n for n, (anchor, _) in enumerate(block.entries, 1)}
        self._name_formulas(document.blocks)

    def _name_formulas(self, part: object) -> None:
        if isinstance(part, Paragraph) and part.anchor.startswith("formula-"):
            first = part.content[0]
            self.formulas[part.anchor] = plain(first.children) if isinstance(first, Styled) else ""
        for inner in part if isinstance(part, tuple) else getattr(part, "items", ()):
            self._name_formulas(inner)


def notes(origins: Iterable[Iterable[str]], places: Places) -> tuple[Inlines, ...]:
    """The notes of printed numbers, by their keys; those of a note have one origin."""
    told = dict[Made, int]()
    return tuple(_note(tuple(keys), n, told, places) for n, keys in enumerate(origins, start=1))


def _note(keys: Sequence[str], number: int, told: dict[Made, int], places: Places) -> Inlines:
    entries = [places.book.entries[key] for key in keys]
    behind = _behind(keys, places)
    cells = [end for end in behind if end.kind == RAW]
    if all(entry.kind == RAW for entry in entries):
        parts = [_rows_said(entries, places)]
    else:
        parts = [_what(entries, number, told, places), _cells(cells, places.language)]
    parts += [
        () if cells else _choices([end for end in behind if end.kind == CHOICE]),
        _quotes(cells, places),
        _forward(entries, places),
    ]
    return _joined(filter(None, parts), " ")


def _behind(keys: Iterable[str], places: Places) -> list[Entry]:
    """The cells and choices that numbers rest on, each once."""
    behind = places.book.behind(keys).values()
    return [entry for entry in behind if entry.kind != COMPUTED]


def _what(entries: Sequence[Entry], number: int, told: dict[Made, int], places: Places) -> Inlines:
    """What the numbers are and how they are made, as far as no earlier note says just that."""
    of = [entry.of for entry in entries]
    title = max(dict.fromkeys(of), key=of.count)
    head: Inlines = ()
    if title and (of.count(title) > 1 or len(of) == 1):
        head = (Styled("strong", (Text(f"{title}:"),)), Text(" "))
    made = frozenset(map(_how, entries))
    known = max(told, key=lambda earlier: len(made & earlier), default=Made())
    told.setdefault(made, number)
    if 2 * len(made & known) <= len(made):
        return (*head, *_said(entries, title), *_formulas(entries, places))
    own = [entry for entry in entries if _how(entry) not in known]
    if not own:
        return (*head, *_as_in(_AS_IN, told[known], places.language))
    otherwise = _as_in(_OTHERWISE, told[known], places.language)
    return (*head, *_said(own, title), *_formulas(own, places), Text(" "), *otherwise)


def _how(entry: Entry) -> tuple[str, str, str]:
    return entry.label, entry.method, entry.formula


def _as_in(message: str, earlier: int, language: Language) -> Inlines:
    before, _, after = language.say(message, note="\n").partition("\n")
    return Text(before), Link(f"#note-{earlier}", (Text(f"n{earlier}"),)), Text(after)


def _said(entries: Sequence[Entry], title: str) -> Inlines:
    """Labels of numbers, those made in one way together, and what others they are of."""
    made: dict[str, dict[str, dict[str, None]]] = {}
    for entry in entries:
        other = "; ".join(part for part in entry.of.split("; ") if part not in title.split("; "))
        made.setdefault(entry.method, {}).setdefault(entry.label, {})[other] = None
    said = []
    for how, labels in made.items():
        of = {label: ", ".join(filter(None, others)) for label, others in labels.items()}
        named = (
            f"{label} ({of[label]})" if of[label] and len(labels[label]) <= _FEW else label
            for label in labels
        )
        said.append(": ".join(filter(None, (", ".join(named), how))))
    return (Text(f"{'; '.join(said)}."),)


def _rows_said(entries: Sequence[Entry], places: Places) -> Inlines:
    """Cells that the report prints as they are: what each row is about."""
    said, file = [], ""
    for (file, row, of, provenance), group in groupby(sorted(entries, key=_row), _row):  # noqa: B007
        what = f"{places.language.say('row')} {row}, {of}: {', '.join(it.label for it in group)}"
        word = PROVENANCES.get(provenance)
        said.append(f"{what} ({places.language.say(word)})" if word else what)
    return (Styled("code", (Text(file),)), Text(f", {'; '.join(said)}."))


def _row(entry: Entry) -> tuple[str, int, str, str]:
    assert entry.place
    return entry.place.file, entry.place.row or 0, entry.of, entry.provenance


def _cells(cells: Sequence[Entry], language: Language) -> Inlines:
    """The raw cells: files and rows, those together of which the same columns are used."""
    files: dict[str, dict[int, list[Entry]]] = {}
    for cell in cells:
        assert cell.place
        assert cell.place.row
        files.setdefault(cell.place.file, {}).setdefault(cell.place.row, []).append(cell)
    alike: dict[str, list[Inlines]] = {}
    for file, rows in sorted(files.items()):
        for columns, those in _by_columns(rows, language).items():
            said = language.say_n("row {rows}", "rows {rows}", len(those), rows=_ranges(those))
            place = (Styled("code", (Text(file),)), Text(f" {said}"))
            alike.setdefault(columns, []).append(place)
    parts = [(*_joined(those, ", "), Text(f" ({columns})")) for columns, those in alike.items()]
    return (*_joined(parts, "; "), Text(".")) if parts else ()


def _by_columns(rows: Mapping[int, Sequence[Entry]], language: Language) -> dict[str, list[int]]:
    """Rows of a file by what is used of them; in one lot where that would be a long list."""
    alike: dict[str, list[int]] = {}
    for row, found in sorted(rows.items()):
        alike.setdefault(_columns(found, language), []).append(row)
    if len(alike) <= _FEW:
        return alike
    return {_columns([cell for found in rows.values() for cell in found], language): sorted(rows)}


def _columns(cells: Sequence[Entry], language: Language) -> str:
    """ "events, total; derived": the columns of a row, and how it came to be known."""
    names = ", ".join(sorted({cell.place.column for cell in cells if cell.place}))
    words = [PROVENANCES[it.provenance] for it in cells if it.provenance in PROVENANCES]
    return "; ".join([names, *map(language.say, dict.fromkeys(words))])


def _joined(parts: Iterable[Inlines], between: str) -> Inlines:
    """Inlines one after the other, with a text between them."""
    return tuple(item for part in parts for item in (Text(between), *part))[1:]


def _ranges(rows: Sequence[int]) -> str:
    """ "2–4, 7" for 2, 3, 4 and 7."""
    found = []
    for _, group in groupby(enumerate(rows), lambda pair: pair[1] - pair[0]):
        first, *_, last = [row for _, row in group] * 2
        found.append(f"{first}–{last}" if last > first else str(first))
    return ", ".join(found)


def _choices(choices: Sequence[Entry]) -> Inlines:
    """What config.yaml declares of it."""
    sections: dict[str, list[str]] = {}
    for choice in choices:
        assert choice.place
        section, _, rest = choice.place.column.partition(".")
        sections.setdefault(section, []).append(rest)
    said = (
        f"{section}.{name}"
        for section, names in sections.items()
        for name in (names if len(names) <= _CHOICES else "*")
    )
    return (Styled("code", (Text("config.yaml"),)), Text(f" {', '.join(said)}.")) if choices else ()


def _formulas(entries: Iterable[Entry], places: Places) -> Inlines:
    """The formulas of the appendix, by name."""
    names = dict.fromkeys(it.formula for it in entries if it.formula in places.formulas)
    links = _joined(((Link(f"#{name}", (Text(places.formulas[name]),)),) for name in names), ", ")
    return (Text(f" {places.language.say(_FORMULAS)}: "), *links, Text(".")) if links else ()


def _quotes(cells: Iterable[Entry], places: Places) -> Inlines:
    """The words of the sources, where they are few."""
    found = dict.fromkeys(it.source for it in cells if it.source and it.source.quote)
    sources = [source for source in found if source]
    if sum(len(source.quote) for source in sources) > _SHORT:
        return ()
    return _joined((tuple(_quote(source, places)) for source in sources), " ")


def _quote(source: Origin, places: Places) -> Iterator[Inline]:
    yield Text(f"“{source.quote}” ({source.locator or source.reference})")
    if number := places.references.get(f"ref-{source.reference}"):
        yield Citation(((source.reference, number),))


def _forward(entries: Iterable[Entry], places: Places) -> Inlines:
    """Where the data behind them stand."""
    found = (it.target for it in entries if it.target in places.tables)
    if not (target := next(found, "")):
        return ()
    name = f"{places.language.say('Table')}\u00a0{places.tables[target]}"
    return (Text("→\u00a0"), Link(f"#{target}", (Text(name),)), Text("."))
