"""Numbers that remember what they are while they travel through ordinary strings.

A printed number is formatted early, then put into sentences, templates, translations, Markdown and
the lines of a figure by code that need not know of provenance. So it carries its key with it (see
keys.py), between characters which Unicode reserves for a program's own use and which no table,
choice or text may hold (`HIDDEN` in core/text_files.py). As the last step, the report's
report/document.py turns what is marked into `Number` inlines, and a figure's figures/canvas/svg.py
into elements with that key.

Figures say of their other digits what these are: a SCALE, such as a tick or a level in a key, which
is no result, or a NAME, such as "ACR20" or "95% interval".
"""

import re
from collections.abc import Callable, Iterable, Iterator

NAME, SCALE = "=name", "=scale"
"""What stands in place of a key where digits are no result."""

_OPEN, _MIDDLE, _CLOSE = "\ufdd0", "\ufdd1", "\ufdd2"
MARK = re.compile(f"{_OPEN}([^{_OPEN}{_MIDDLE}{_CLOSE}]*){_MIDDLE}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
"""A mark: its key, and what is printed."""
_DIGIT = re.compile("[0-9]")


def marked(printed: str, key: str, *, spelled: bool = False) -> str:
    """`printed` with the key of its entry in provenance.json; text without a digit stays as it is.

    What does not exist ("–") has no provenance, and what is marked already keeps its own key. A
    number may be `spelled` as a word.
    """
    if _OPEN in printed or not (spelled or _DIGIT.search(printed)):
        return printed
    return _mark(printed, key)


def _mark(printed: str, key: str) -> str:
    return f"{_OPEN}{key}{_MIDDLE}{printed}{_CLOSE}"


def is_marked(content: str) -> bool:
    """Whether any of `content` is marked."""
    return _OPEN in content and MARK.search(content) is not None


def bare(content: str) -> str:
    """`content` without marks: only what is printed."""
    return MARK.sub(r"\2", content) if _OPEN in content else content


def capitalised(content: str) -> str:
    """`content` with its first letter that is printed in upper case."""
    place = content.find(_MIDDLE) + 1 if content.startswith(_OPEN) else 0
    return content[:place] + content[place : place + 1].upper() + content[place + 1 :]


def remark(content: str, printed: str) -> str:
    """`printed` under the key that `content` is marked with, if it is."""
    found = MARK.fullmatch(content)
    return marked(printed, found[1]) if found else printed


def pieces(content: str) -> Iterator[tuple[str, str]]:
    """The parts of `content` as (printed, key), the key empty where a part is not marked."""
    place = 0
    for found in MARK.finditer(content):
        if found.start() > place:
            yield content[place : found.start()], ""
        yield found[2], found[1]
        place = found.end()
    if content[place:]:
        yield content[place:], ""


def each(content: str, change: Callable[[str], str]) -> str:
    """`content` with all that is printed changed, piece by piece, under the same marks."""
    return "".join(_mark(change(p), key) if key else change(p) for p, key in pieces(content))


def unnamed(content: str) -> str:
    """`content` with the marks of numbers alone: names and scales say what they are in words."""
    return MARK.sub(lambda found: found[2] if found[1] in (NAME, SCALE) else found[0], content)


def within(content: str, lines: Iterable[str]) -> tuple[str, ...]:
    """The marks of `content` put back into `lines` that its bare text was broken into.

    The lines hold that text in its order, less blanks where it broke; the last may end early, with
    an ellipsis.
    """
    keys = [key for printed, key in pieces(content) for _ in printed]
    letters, place, made = bare(content), 0, []
    for line in lines:
        own = []
        for letter in line:
            found = letters.find(letter, place)
            own.append(keys[found] if found >= 0 else "")
            place = found + 1 if found >= 0 else place
        made.append(_joined(line, own))
    return tuple(made)


def _joined(line: str, own: list[str]) -> str:
    """A line whose letters have these keys, each run of one key as one mark."""
    starts = [i for i in range(len(line)) if i == 0 or own[i] != own[i - 1]]
    runs = ((a, b) for a, b in zip(starts, [*starts[1:], len(line)], strict=True))
    return "".join(_mark(line[a:b], own[a]) if own[a] else line[a:b] for a, b in runs)
