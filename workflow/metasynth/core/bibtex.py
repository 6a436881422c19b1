"""references.bib: BibTeX entries as plain text, in the order of the file.

Reads the part of BibTeX that reference managers write: entries with braced, quoted or bare values,
values joined by #, @string abbreviations, @comment and @preamble. TeX accents become the letters
they stand for; braces that only protect capitals are dropped.
"""

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass

from metasynth.core.faults import Fault, of_line


@dataclass(frozen=True, slots=True)
class Entry:
    """One reference; `fields` are (name in small letters, plain text) in the order of the file.

    `authors` are the names of the field author, each as written: "Surname, Given" or, for a body in
    braces, its name, which may hold the word "and".
    """

    key: str
    type: str
    fields: tuple[tuple[str, str], ...]
    authors: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """The text of a field, blank if the entry has none of this name."""
        return next((text for field, text in self.fields if field == name), "")


_MARKS = re.compile(r'\\.|[{}"]', re.DOTALL)
_START = re.compile(r"^[ \t]*@", re.MULTILINE)
_WORD = re.compile(r"[^\s\"#%'(),={}]+")
_SPACE = re.compile(r"\s*")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_VERBATIM = frozenset({"doi", "url", "eprint"})
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "i": "i", "j": "j", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "dj": "đ", "DJ": "Đ", "textendash": "–", "textemdash": "—", "ldots": "…", "dots": "…",
}  # fmt: skip
_ACCENT = re.compile(r"""\\(?:([`'^~=."])\s*|([urHvdckb])(?:\s+|(?=\{)))\{?\\?([A-Za-z])\}?""")
_LETTER = re.compile(
    rf"\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![A-Za-z])(?:\s+|\{{\}})?"
)
_STYLE = re.compile(
    r"\\(?:emph|textit|textbf|textsc|textsuperscript|textsubscript|url|mbox|text)(?=\{)"
)
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("~", " "))


def parse(text: str, file: str) -> tuple[tuple[Entry, ...], list[Fault]]:
    """All entries of a BibTeX text, and its faults, which call the text `file`.

    Reading ends at the first entry whose form is broken: what follows it cannot be trusted.
    """
    reader = _Reader(text)
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    while reader.next_entry():
        line = reader.line()
        try:
            entry = reader.entry()
        except _BrokenError as broken:
            expected, remedy = broken.args
            faults.append(of_line(file, reader.line(), "", reader.here(), expected, remedy))
            break
        if entry is None:
            continue
        if entry.key in entries:
            expected, remedy = "each key once", "give one of the two entries another key"
            faults.append(of_line(file, line, "", entry.key, expected, remedy))
        for name, value in entry.fields:
            if name not in _VERBATIM and (command := re.search(r"\\\S*", value)):
                expected, remedy = "no TeX command but accents", "write the character itself"
                faults.append(of_line(file, line, name, command.group(), expected, remedy))
        entries.setdefault(entry.key, entry)
    return tuple(entries.values()), faults


class _BrokenError(ValueError):
    """The form of an entry is broken at the reader's position; its args are two texts."""


class _Reader:
    """A position in a BibTeX text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [found.start() for found in re.finditer("\n", text)]
        self.strings = {name[:3].casefold(): name for name in _MONTHS}

    def line(self) -> int:
        """The line of the position, counted from 1."""
        return bisect_left(self.breaks, self.at) + 1

    def here(self) -> str:
        """The rest of the position's line."""
        return self.text[self.at : self.at + 40].split("\n", 1)[0]

    def next_entry(self) -> bool:
        """Go behind the next @ that begins a line; what stands between entries is a remark."""
        found = _START.search(self.text, self.at)
        self.at = found.end() if found else len(self.text)
        return found is not None

    def entry(self) -> Entry | None:
        """The entry at the position; None for a comment, preamble or abbreviation."""
        kind = self.word("the type of the entry").casefold()
        if kind == "comment":
            return None
        self.expect("{")
        if kind == "preamble":
            self.value()
            self.expect("}")
            return None
        if kind == "string":
            name, value = self.field()
            self.strings[name] = value
            self.expect("}")
            return None
        key = self.word("the key of the entry")
        fields: dict[str, str] = {}
        authors: tuple[str, ...] = ()
        while self.has(","):
            if self.peek() == "}":
                break
            name, value = self.field()
            if name == "author":
                authors = _names(value)
            if name not in fields:
                fields[name] = _verbatim(value) if name in _VERBATIM else plain(value)
        self.expect("}")
        return Entry(key, kind, tuple(fields.items()), authors)

    def field(self) -> tuple[str, str]:
        """`name = value` at the position."""
        name = self.word("the name of a field").casefold()
        self.expect("=")
        return name, self.value()

    def value(self) -> str:
        """One value, its parts joined."""
        parts = [self.part()]
        while self.has("#"):
            parts.append(self.part())
        return "".join(parts)

    def part(self) -> str:
        """A braced, quoted or bare part of a value."""
        if self.has("{"):
            return self.enclosed("}")
        if self.has('"'):
            return self.enclosed('"')
        word = self.word("a value in braces")
        return word if word.isdigit() else self.strings.get(word.casefold(), word)

    def enclosed(self, closing: str) -> str:
        """Text up to `closing`, which does not count within braces or behind a backslash."""
        start, depth = self.at, 0
        for found in _MARKS.finditer(self.text, start):
            mark = found.group()
            if mark == closing and depth == 0:
                self.at = found.end()
                return self.text[start : found.start()]
            depth += {"{": 1, "}": -1}.get(mark, 0)
            if depth < 0:
                break
        raise _BrokenError(f"{closing} that ends the value", "close what opens here")

    def word(self, what: str) -> str:
        """A name, key or number at the position."""
        self.peek()
        found = _WORD.match(self.text, self.at)
        if not found:
            raise _BrokenError(
                what, "mend the entry, or export it again from the reference manager"
            )
        self.at = found.end()
        return found.group()

    def peek(self) -> str:
        """The next character that is not blank."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def has(self, mark: str) -> bool:
        """Whether `mark` comes next; if so it is passed."""
        if self.peek() != mark:
            return False
        self.at += 1
        return True

    def expect(self, mark: str) -> None:
        """Pass `mark`, which must come next."""
        if not self.has(mark):
            remedy = "look for a missing comma or brace in this line and the one before"
            raise _BrokenError(f"{mark} here", remedy)


def plain(value: str) -> str:
    """A field's value as plain text: accents composed, dashes and quotes set, braces dropped."""
    text = _ACCENT.sub(_accented, value)
    text = _LETTER.sub(lambda found: _LETTERS[found.group(1)], text)
    text = _STYLE.sub("", text)
    for tex, char in _LIGATURES:
        text = text.replace(tex, char)
    return " ".join(_unescaped(re.sub(r"(?<!\\)[{}]", "", text)).split())


def _names(value: str) -> tuple[str, ...]:
    """The names that an "and" outside of braces separates."""
    names, depth = [""], 0
    for part in re.split(r"(\s+and\s+|[{}])", value):
        depth += {"{": 1, "}": -1}.get(part, 0)
        if depth == 0 and part.strip() == "and":
            names.append("")
        else:
            names[-1] += part
    return tuple(plain(name) for name in names)


def _accented(found: re.Match[str]) -> str:
    accent = _ACCENTS[found.group(1) or found.group(2)]
    return unicodedata.normalize("NFC", found.group(3) + accent)


def _verbatim(value: str) -> str:
    return _unescaped(value.strip())


def _unescaped(text: str) -> str:
    return re.sub(r"\\([&%$#_{}])", r"\1", text)
