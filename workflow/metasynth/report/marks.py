"""Numbers that remember what they are while they travel through ordinary strings.

A printed number is formatted early, then put into sentences, templates, translations and Markdown
by code that need not know of provenance. So it carries its key with it, between characters which
Unicode reserves for a program's own use and which no table, choice or text may hold (`HIDDEN` in
text_files.py); document.py turns what is marked into `Number` inlines, as the last step.
"""

import re
from collections.abc import Iterator

_OPEN, _MIDDLE, _CLOSE = "\ufdd0", "\ufdd1", "\ufdd2"
_MARK = re.compile(f"{_OPEN}([^{_OPEN}{_MIDDLE}{_CLOSE}]*){_MIDDLE}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_DIGIT = re.compile("[0-9]")


def marked(printed: str, key: str, *, spelled: bool = False) -> str:
    """`printed` with the key of its entry in provenance.json; text without a digit stays as it is.

    What does not exist ("–") has no provenance, and what is marked already keeps its own key. A
    number may be `spelled` as a word.
    """
    if _OPEN in printed or not (spelled or _DIGIT.search(printed)):
        return printed
    return f"{_OPEN}{key}{_MIDDLE}{printed}{_CLOSE}"


def bare(content: str) -> str:
    """`content` without marks: only what is printed."""
    return _MARK.sub(r"\2", content)


def capitalised(content: str) -> str:
    """`content` with its first letter that is printed in upper case."""
    place = content.find(_MIDDLE) + 1 if content.startswith(_OPEN) else 0
    return content[:place] + content[place : place + 1].upper() + content[place + 1 :]


def remark(content: str, printed: str) -> str:
    """`printed` under the key that `content` is marked with, if it is."""
    found = _MARK.fullmatch(content)
    return marked(printed, found[1]) if found else printed


def pieces(content: str) -> Iterator[tuple[str, str]]:
    """The parts of `content` as (printed, key), the key empty where a part is not marked."""
    place = 0
    for found in _MARK.finditer(content):
        if found.start() > place:
            yield content[place : found.start()], ""
        yield found[2], found[1]
        place = found.end()
    if content[place:]:
        yield content[place:], ""
