"""What is known of a review's authors beside their names, and how an ORCID iD is checked."""

import re
from dataclasses import dataclass

_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")


@dataclass(frozen=True, slots=True)
class AuthorDetails:
    """What config.yaml says of an author; one with an `email` answers letters."""

    name: str
    affiliations: tuple[str, ...] = ()
    orcid: str = ""
    email: str = ""


def is_orcid(text: str) -> bool:
    """Whether the last sign of an ORCID iD is the check digit of the others.

    ISO 7064 MOD 11-2, as ORCID describes it (Structure of the ORCID Identifier).
    """
    if not _ORCID.fullmatch(text):
        return False
    total = 0
    for digit in text.replace("-", "")[:-1]:
        total = 2 * (total + int(digit))
    return text[-1] == "0123456789X"[(12 - total % 11) % 11]
