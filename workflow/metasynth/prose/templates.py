"""The tags of a text: `{{ a name }}`, `{% if … %}`, `{% for … %}`, `{% set … %}`, `{# … #}`."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from metasynth.core.faults import Fault, of_line
from metasynth.prose.expressions import evaluate
from metasynth.prose.values import ANYTHING, NUMBER, Slip, is_printable, items

_OPENS = re.compile(r"\{[{%#]")
_CLOSE = {"{{": "}}", "{%": "%}", "{#": "#}"}
_LEFT = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_FOR = re.compile(r"(\w+)(?:\s*,\s*(\w+))?\s+in\s+(.+)", re.DOTALL)
_SET = re.compile(r"(\w+)\s*=(?!=)\s*(.+)", re.DOTALL)
_CLOSES = {"endif": "if", "endfor": "for"}
_DEEPEST = 2
"""Loops within loops: more take time for each step of the others."""
_LOOP = {
    **dict.fromkeys(("index", "index0", "length", "revindex"), NUMBER),
    **dict.fromkeys(("first", "last"), NUMBER),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: its place in the text, how it opens, and what stands in it."""

    start: int
    end: int
    opens: str
    source: str


def tags(text: str) -> Iterator[Tag]:
    """Every tag of a text; what opens and is never closed is none, and is looked for only once."""
    place, unclosed = 0, set[str]()
    while found := _OPENS.search(text, place):
        opens, place = found[0], found.start() + 1
        end = -1 if opens in unclosed else text.find(_CLOSE[opens], found.end())
        if end < 0:
            unclosed.add(opens)
            continue
        source = re.sub(r"\A[-+]|[-+]\Z", "", text[found.end() : end])
        place = end + 2
        yield Tag(found.start(), place, opens, source)


def replaced(text: str, put: Callable[[Tag, str], str]) -> str:
    """The text with what `put` makes of each tag, and of how it is written, in its place."""
    parts, place = [], 0
    for tag in tags(text):
        parts += [text[place : tag.start], put(tag, text[tag.start : tag.end])]
        place = tag.end
    return "".join([*parts, text[place:]])


def without_tags(text: str) -> str:
    """The text with a letter for each name and nothing for other tags, line by line as it was."""
    return replaced(
        text, lambda tag, written: "x" * (tag.opens == "{{") + "\n" * written.count("\n")
    )


@dataclass
class _Reader:
    """Goes through the tags of a text, with the names that are known at each."""

    file: str
    names: dict[str, object] | None
    breaks: Sequence[int]
    faults: list[Fault] = field(default_factory=list)
    open: list[tuple[str, int, dict[str, object] | None]] = field(default_factory=list)

    def line(self, place: int) -> int:
        return bisect_left(self.breaks, place) + 1

    def slip(self, line: int, slip: Slip) -> None:
        self.faults.append(of_line(self.file, line, "", slip.value, slip.expected, slip.remedy))

    def printed(self, source: str) -> None:
        value = evaluate(source, self.names)
        if self.names is not None and not is_printable(value):
            expected = "a text or a number, but this names a whole thing with parts of its own"
            raise Slip(source.strip(), expected, "name one of its parts, as in x.primary.estimate")

    def statement(self, source: str, line: int) -> None:
        word, _, rest = source.strip().partition(" ")
        match word:
            case "if":
                self.open.append(("if", line, None))
                evaluate(rest, self.names)
            case "elif" if self.open and self.open[-1][0] == "if":
                evaluate(rest, self.names)
            case "else" if self.open and not rest.strip():
                return
            case "for":
                self._loop(rest, line)
            case "endif" | "endfor" if self.open and self.open[-1][0] == _CLOSES[word]:
                kind, _, before = self.open.pop()
                self.names = before if kind == "for" else self.names
            case "set" if found := _SET.fullmatch(rest.strip()):
                value = evaluate(found[2], self.names)
                self.names = None if self.names is None else {**self.names, found[1]: value}
            case _:
                allowed = "if, elif, else, endif, for, endfor or set, each in its place"
                raise Slip(source.strip(), allowed, "correct the word, or remove the tag")

    def _loop(self, rest: str, line: int) -> None:
        before = self.names
        self.open.append(("for", line, before))
        found = _FOR.fullmatch(rest.strip())
        if not found:
            raise Slip(
                rest.strip(), "a name, in, and a list", "write {% for trial in trials.all %}"
            )
        if sum(kind == "for" for kind, *_ in self.open) > _DEEPEST:
            raise Slip(rest.strip(), f"at most {_DEEPEST} loops within each other", "take one away")
        if before is None:
            evaluate(found[3], None)
            return
        own = {name: ANYTHING for name in (found[1], found[2]) if name}
        self.names = {**before, **own, "loop": _LOOP}
        one = items(evaluate(found[3], before), found[3].strip())
        if not found[2]:
            self.names[found[1]] = one


def faults(file: str, text: str, names: dict[str, object] | None) -> Iterator[Fault]:
    """What is wrong with the tags of a text; without `names`, with their form alone."""
    breaks = [found.start() for found in re.finditer("\n", text)]
    reader, place = _Reader(file, names, breaks), 0
    for tag in tags(text):
        _loose(reader, text, place, tag.start)
        place, line = tag.end, reader.line(tag.start)
        try:
            if tag.opens == "{{":
                reader.printed(tag.source)
            elif tag.opens == "{%":
                reader.statement(tag.source, line)
        except Slip as slip:
            reader.slip(line, slip)
    _loose(reader, text, place, len(text))
    for kind, line, _ in reader.open:
        remedy = f"write {{% end{kind} %}} where it ends"
        reader.slip(line, Slip(f"{{% {kind} … %}}", f"an end of this {kind}", remedy))
    yield from reader.faults


def _loose(reader: _Reader, text: str, start: int, end: int) -> None:
    """A brace that opens or closes nothing."""
    for found in _LEFT.finditer(text, start, end):
        expected, remedy = "every tag to be opened and closed", "add its other half, or remove it"
        reader.slip(reader.line(found.start()), Slip(found[0], expected, remedy))
