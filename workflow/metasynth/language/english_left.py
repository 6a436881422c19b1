"""Paragraphs of a text in another language that stand in English, word for word."""

import re
from collections.abc import Iterator

_SOME_WORDS = 4
"""A paragraph of fewer may be the same in two languages: a name, a heading."""


def english_paragraphs(text: str, english: str) -> Iterator[tuple[int, str]]:
    """The paragraphs of a text that an English one has as well, each with its line."""
    known = {said for _, said in paragraphs(english)}
    for line, said in paragraphs(text):
        if said in known and is_prose(said):
            yield line, said


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Each paragraph on one line, with the line at which it begins."""
    begins, lines = 1, list[str]()
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            begins = begins if lines else number
            lines.append(line)
        elif lines:
            yield begins, " ".join("\n".join(lines).split())
            lines = []


def is_prose(paragraph: str) -> bool:
    """Whether it has words enough of its own, without the values and references that it names."""
    bare = re.sub(r"\{+[^{}]*\}+|\[@[^]]*\]", "", paragraph)
    return len(re.findall(r"[^\W\d_]{2,}", bare)) >= _SOME_WORDS
