"""A bibliography entry as a line of the reference list, in the manner of the ICMJE/AMA examples."""

from collections.abc import Sequence

from metasynth.bibliography import Entry
from metasynth.report.document import Inlines, Link, Styled, Text, text

_MOST_AUTHORS = 6


def reference(entry: Entry) -> Inlines:
    """Authors. Title. *Journal*. Year;volume(number):pages. Address. The unknown is left out."""
    parts: list[Inlines] = []
    if authors := _authors(entry.authors):
        parts.append(text(_stop(authors)))
    parts.append(text(_stop(entry.get("title"))))
    if journal := entry.get("journal") or entry.get("publisher"):
        parts.append((Styled("emphasis", text(journal)), Text(".")))
    if issue := _issue(entry):
        parts.append(text(_stop(issue)))
    if doi := entry.get("doi"):
        parts.append((Link(f"https://doi.org/{doi}", text(f"doi:{doi}")),))
    elif url := entry.get("url"):
        parts.append((Link(url, text(url)),))
    return tuple(item for part in parts for item in (*part, Text(" ")))[:-1]


def _authors(names: Sequence[str]) -> str:
    people = [_author(name) for name in names]
    if len(people) > _MOST_AUTHORS or "others" in people:
        people = [*(name for name in people[:3] if name != "others"), "et al"]
    return ", ".join(people)


def _author(name: str) -> str:
    """ "Mertens, Marty J." as "Mertens MJ"; a name without a comma stays as it is."""
    family, comma, given = name.strip().partition(",")
    initials = "".join(part[0] for part in given.replace("-", " ").replace(".", ". ").split())
    return f"{family} {initials}" if comma and initials else family


def _issue(entry: Entry) -> str:
    volume, number, pages = (entry.get(name) for name in ("volume", "number", "pages"))
    where = volume + (f"({number})" if number else "") + (f":{pages}" if pages else "")
    return f"{entry.get('year')};{where}" if where else entry.get("year")


def _stop(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."
