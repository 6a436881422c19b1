"""What the `design` column of study.csv says: whether a study calls itself randomised."""

import re

_RANDOMISED = re.compile(r"\brandomi[sz]ed\b|\brandom allocation\b|\brct\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:non|not|quasi|un)[- ]?randomi[sz]ed\b", re.IGNORECASE)


def is_randomised(design: str) -> bool:
    """Whether a design is described as randomised, in the language that tables are written in."""
    return bool(_RANDOMISED.search(design)) and not _NOT.search(design)
