"""Which texts a review has, in which files, and which of them a section of the report takes in."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from metasynth.core.faults import Fault, nearest, of_file
from metasynth.core.paths import WORKFLOW
from metasynth.core.text_files import hidden_faults, read_text
from metasynth.language.languages import LABELS, OWN, shipped

SECTIONS = WORKFLOW / "report"
_MAX_CHARACTERS = 1_000_000
_INCLUDED = re.compile(r'\{% include "own/(\w+)\.md"( ignore missing)? %\}')
_UNDER_ITEMS = re.compile(
    r'^#.*\{prisma:([^}]*)\}.*\n\n\{% include "own/(\w+)\.md" ignore missing %\}', re.MULTILINE
)
_ITEMS = re.compile(r"\{prisma(?:-none)?:([A-Za-z0-9. ]+)\}")


@dataclass(frozen=True, slots=True)
class OwnText:
    """One of the review's own texts; `file` is its path from the review's folder."""

    file: str
    language: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Sections:
    """What the sections of any review ask of its own texts, in one language.

    `included` are the texts that some section takes in, `under` the items of PRISMA whose heading
    has nothing but such a text below it, by its name, and `items` those that sections answer
    by themselves.
    """

    included: tuple[str, ...]
    under: dict[str, tuple[str, ...]]
    items: frozenset[str]


@cache
def sections(language: str) -> Sections:
    """What the sections in a language ask for; one that is not shipped has those of English."""
    language = language if language in shipped() else "en"
    texts = [path.read_text("utf-8") for path in sorted((SECTIONS / language).glob("*.md"))]
    included = {name for text in texts for name, _ in _INCLUDED.findall(text)}
    under = {
        name: tuple(under.split()) for text in texts for under, name in _UNDER_ITEMS.findall(text)
    }
    marked = set().union(*map(items, texts))
    resting = {item for found in under.values() for item in found}
    return Sections(tuple(sorted(included)), under, frozenset(marked - resting))


def items(text: str) -> set[str]:
    """The items of PRISMA that a text answers, or says why it does not."""
    return {item for found in _ITEMS.findall(text) for item in found.split()}


@dataclass(frozen=True, slots=True)
class Prose:
    """The texts of a review, of the languages that have a folder.

    `unread` are the files that could not be read, or are none of the texts, and `faults` say why.
    """

    languages: tuple[str, ...]
    texts: tuple[OwnText, ...]
    faults: tuple[Fault, ...]

    @property
    def unread(self) -> frozenset[str]:
        """The files that are told of already."""
        return frozenset(fault.file for fault in self.faults)


def read(workdir: Path, folder: str, languages: Sequence[str]) -> Prose:
    """The review's texts in these languages, from below a folder."""
    there = tuple(code for code in languages if os.path.isdir(workdir / folder / code))
    texts: list[OwnText] = []
    faults: list[Fault] = []
    for language in there:
        place = f"{folder}/{language}"
        for name in _entries(workdir / place, place, faults):
            read = _read(workdir / folder, f"{language}/{name}", folder, faults)
            if read and read.strip():
                texts.append(OwnText(f"{place}/{name}", language, name[:-3], read))
    return Prose(there, tuple(texts), tuple(faults))


def _entries(path: Path, file: str, faults: list[Fault]) -> Iterator[str]:
    """The names of the texts in a folder; whatever else is there is told of, and never opened."""
    try:
        names = sorted(os.listdir(path))
    except OSError as error:
        expected = f"a folder that can be opened ({error.strerror})"
        faults.append(of_file(file, "", expected, "give yourself the right to open it"))
        return
    included = sections(path.name).included
    missing = [f"{name}.md" for name in included if f"{name}.md" not in names]
    for name in names:
        if name.endswith(".md") and name[:-3] in included:
            yield name
        elif name == OWN and path.name not in shipped():
            pass  # its own sections and messages: review/language_check.py
        elif name == LABELS:
            _, fault = read_text(path / name, f"{file}/{name}", path.parent, "a catalogue (.po)")
            faults += [fault] if fault else []
        elif name[0] not in ".~#" and not name.endswith(("~", ".bak", ".swp")):
            faults.append(_stranger(f"{file}/{name}", name, missing, included))


def _stranger(file: str, name: str, missing: Sequence[str], included: Sequence[str]) -> Fault:
    """A file that no section takes in, and so would be lost without a word."""
    printable = os.fsencode(name).decode("utf-8", "backslashreplace")
    near = nearest(printable, missing)
    remedy = f"did you mean {near}?" if near else "give it the name of a text, or remove it"
    expected = f"a text that a section includes ({', '.join(included)}; each ending in .md)"
    return of_file(file, printable, expected, remedy)


def _read(root: Path, name: str, folder: str, faults: list[Fault]) -> str | None:
    file = f"{folder}/{name}"
    text, fault = read_text(root / name, file, root, "Markdown")
    if text is None:
        faults += [fault] if fault else []
        return None
    if len(text) > _MAX_CHARACTERS:
        expected = f"a text of at most {_MAX_CHARACTERS:,} characters"
        faults.append(of_file(file, "", expected, "is this the right file?"))
        return None
    if hidden := hidden_faults(text, file):
        faults += hidden
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")
