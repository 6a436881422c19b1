"""Ids of this review made of names in other programs' files."""

import re
import unicodedata
from collections.abc import Iterable

from metasynth.tables.table_schema import ID, RESERVED

LONGEST = 50
_WHOLE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)
"""Letters that Unicode does not take apart into a plain one and its mark."""
_WORDS_OF_YAML = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})


def identifier(name: str, taken: Iterable[str], kind: str) -> str:
    """An id made of `name` that is not `taken`; `kind` stands for a name without plain letters."""
    whole = name.casefold().translate(_WHOLE)
    plain = unicodedata.normalize("NFKD", whole).encode("ascii", "ignore").decode().casefold()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    words = (
        words if len(words) <= LONGEST else words[: LONGEST + 1].rpartition("_")[0] or words[:50]
    )
    if not re.match("[a-z]", words) or words in _WORDS_OF_YAML:
        words = f"{kind}_{words}".rstrip("_")
    taken, number, made = set(taken), 1, words
    while made in taken or RESERVED.fullmatch(made) or not ID.fullmatch(made):
        number += 1
        made = f"{words}_{number}"
    return made
