"""Whether what config.yaml says of authors can be: of whom it is, and the ORCID's check digit."""

from collections.abc import Iterator

from metasynth.core.config_lines import Lines
from metasynth.core.faults import Fault, nearest
from metasynth.model.authorship import is_orcid
from metasynth.model.records import Config


def faults(config: Config, lines: Lines) -> Iterator[Fault]:
    """Details of somebody who is no author, or twice of one, and an ORCID iD with a slip in it."""
    seen: set[str] = set()
    for place, known in enumerate(config.author_details):
        path = ("review", "author_details", place)
        if known.name not in config.authors:
            near = nearest(known.name, config.authors)
            remedy = f"did you mean {near}?" if near else "add the name to authors"
            yield lines.fault((*path, "name"), known.name, "a name of authors", remedy)
        elif known.name in seen:
            expected, remedy = "each author once", "put both entries into one"
            yield lines.fault((*path, "name"), known.name, expected, remedy)
        seen.add(known.name)
        if known.orcid and not is_orcid(known.orcid):
            expected = "an ORCID iD whose last sign is the check digit of the others"
            yield lines.fault((*path, "orcid"), known.orcid, expected, "copy it from orcid.org")
