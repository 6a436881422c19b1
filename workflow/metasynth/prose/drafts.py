"""Starter texts that a review still has: as long as there is one, it is a draft.

What `metasynth new` writes says what belongs in its place. It is no text of a review, and
an item of a checklist that rests on it is not answered.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from metasynth.core.config_lines import Lines
from metasynth.model.records import Config, SearchLine, Trial
from metasynth.prose.texts import OwnText, sections
from metasynth.prose.unwritten import Unwritten
from metasynth.tables.scaffold import TEXTS

TITLE = "Title of the review"
AUTHORS = ("First Author", "Second Author")
SEARCHED = ("Name of a database", "a term", "another term")
"""What a new review's config.yaml and search.csv say (workflow/scaffold; a test compares them)."""
_ITEMS_OF_TITLE, _ITEMS_OF_SEARCH = ("1", "a1"), ("6", "7", "a4")
_ITEMS_OF_TRIALS = ("16a", "17", "18", "19", "20a", "20b", "20c", "20d", "21", "22", "a7", "a8")
_FEWEST = 4
"""Words: a shorter sentence is told by the items that it stands for as well."""
_MARK = re.compile(r"\{prisma(-none)?:([A-Za-z0-9. ]+)\}")
_ASIDE = re.compile(r"\{anchor:[a-z0-9-]+\}|\*\*[^*]*\*\*")
_SENTENCES = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, its line, and the items of PRISMA that it stands for."""

    line: int
    text: str
    items: tuple[str, ...]


def unwritten(
    config: Config,
    lines: Lines,
    texts: Sequence[OwnText],
    search: Iterable[SearchLine],
    trials: Iterable[Trial],
) -> tuple[Unwritten, ...]:
    """Every starter text, and made-up trial, that is left, in the order of files."""
    found = [*_choices(config, lines), *_rows(config, search), *_made_up(config, trials)]
    return (*found, *(one for text in texts for one in _within(text)))


def _choices(config: Config, lines: Lines) -> Iterator[Unwritten]:
    def at(key: str, text: str, items: tuple[str, ...]) -> Unwritten:
        place = lines.fault(("review", key), text, "", "")
        return Unwritten(place.file, place.row or 1, text, "", items)

    if config.title == TITLE:
        yield at("title", config.title, _ITEMS_OF_TITLE)
    for name in config.authors:
        if name in AUTHORS:
            yield at("authors", name, ())


def _rows(config: Config, search: Iterable[SearchLine]) -> Iterator[Unwritten]:
    for row in search:
        if row.text in SEARCHED:
            file = f"{config.data}/{row.cell.file}"
            yield Unwritten(file, row.cell.row, row.text, "", _ITEMS_OF_SEARCH)


def _made_up(config: Config, trials: Iterable[Trial]) -> Iterator[Unwritten]:
    for study in (trial.study for trial in trials if trial.made_up):
        file = f"{config.data}/{study.cell.file}"
        yield Unwritten(file, study.cell.row, study.label, "", _ITEMS_OF_TRIALS)


def _within(text: OwnText) -> Iterator[Unwritten]:
    under = sections(text.language).under.get(text.name, ())
    starters = _starters()
    for sentence in _read(text.text, under):
        if _is_starter(sentence, starters):
            words, named, _ = sentence.text.partition("{{")
            said = f"{words.strip()} …" if named else words
            # An abstract whose items are open is open itself.
            items = (*sentence.items, *(under if text.name == "abstract" else ()))
            yield Unwritten(text.file, sentence.line, said, text.language, items)


def _is_starter(sentence: _Sentence, starters: Mapping[str, frozenset[str]]) -> bool:
    words = sentence.text.partition("{{")[0].strip()
    if words in starters:
        return len(words.split()) >= _FEWEST or bool(starters[words].intersection(sentence.items))
    return any(words.startswith(f"{one} ") for one in starters if one[-1] not in ".?!")


@cache
def _starters() -> dict[str, frozenset[str]]:
    """The sentences of a new review, up to the first number that they name, with their items."""
    found: dict[str, frozenset[str]] = {}
    for path in sorted((TEXTS / "data/text/en").glob("*.md")):
        for sentence in _read(path.read_text("utf-8"), sections("en").under.get(path.stem, ())):
            if words := sentence.text.partition("{{")[0].strip():
                found[words] = found.get(words, frozenset()).union(sentence.items)
    return found


def _read(text: str, under: tuple[str, ...]) -> Iterator[_Sentence]:
    """The sentences of a text; `under` are the items of the heading that it stands below."""
    line = 1
    for paragraph in re.split(r"(\n[ \t]*\n)", text):
        if paragraph.lstrip().startswith("#"):
            under = tuple(item for found in _MARK.finditer(paragraph) for item in found[2].split())
        elif paragraph.strip():
            for words, items in _pieces(paragraph.strip()):
                said = _SENTENCES.split(" ".join(_ASIDE.sub(" ", words).split()))
                yield from (_Sentence(line, one, items or under) for one in said if one)
        line += paragraph.count("\n")


def _pieces(paragraph: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The parts of a paragraph with the items of the mark behind each, or before a reason."""
    if reason := _MARK.match(paragraph):
        yield paragraph[reason.end() :], tuple(reason[2].split())
        return
    place = 0
    for found in _MARK.finditer(paragraph):
        yield paragraph[place : found.start()], tuple(found[2].split())
        place = found.end()
    yield paragraph[place:], ()


def note(left: Sequence[Unwritten]) -> str:
    """What is still to write, for reading on a console."""
    if not left:
        return ""
    several = "a place" if len(left) == 1 else f"{len(left)} places"
    lines = [f"  {one.file}:{one.row}  {one.text}" for one in left]
    head = f"This review is a draft, and its report says so: starter text stands in {several}."
    return "\n".join([head, *lines])
