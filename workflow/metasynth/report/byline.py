"""Who wrote the review, as it stands below the title."""

from collections.abc import Iterator

from metasynth.language.languages import Language
from metasynth.model.authorship import AuthorDetails
from metasynth.model.records import Config
from metasynth.report.document import Inline, Inlines, Link, Styled, Text, text

ORCID = "https://orcid.org/"


def authors(config: Config) -> tuple[AuthorDetails, ...]:
    """Every author in order, with what is known of them."""
    details = {known.name: known for known in config.author_details}
    return tuple(details.get(name, AuthorDetails(name)) for name in config.authors)


def affiliations(people: tuple[AuthorDetails, ...]) -> list[str]:
    """The affiliations of all authors, each once, in the order in which they come."""
    return list(dict.fromkeys(place for one in people for place in one.affiliations))


def byline(people: tuple[AuthorDetails, ...], language: Language) -> tuple[Inlines, ...]:
    """Lines: the names with their marks, the affiliations, and who answers letters."""
    if not people:
        return (text(language.say("Authors, affiliations and correspondence: not named yet.")),)
    places = affiliations(people)
    marks = {place: str(number) for number, place in enumerate(places, start=1)}
    lines = [tuple(_names(people, marks if len(places) > 1 else {}))]
    for place in places:
        mark = (Styled("superscript", (Text(marks[place]),)),) if len(places) > 1 else ()
        lines.append((*mark, Text(place)))
    writers = [one for one in people if one.email]
    if writers:
        said = language.say("Correspondence:")
        addresses = "; ".join(f"{one.name}, {one.email}" for one in writers)
        lines.append((Text(f"{said} {addresses}"),))
    return tuple(lines)


def _names(people: tuple[AuthorDetails, ...], marks: dict[str, str]) -> Iterator[Inline]:
    for number, one in enumerate(people):
        yield Text((", " if number else "") + one.name)
        own = ",".join(marks[place] for place in one.affiliations if place in marks)
        if own:
            yield Styled("superscript", (Text(own),))
        if one.orcid:
            yield Text(" ")
            yield Link(ORCID + one.orcid, (Text("ORCID"),))
