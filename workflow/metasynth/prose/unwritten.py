"""What is still to be written of a review: a record that jobs are told, without what finds it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A starter text in its place; `language` is blank where it is of all languages.

    `items` are those of PRISMA that rest on it.
    """

    file: str
    row: int
    text: str
    language: str
    items: tuple[str, ...]
