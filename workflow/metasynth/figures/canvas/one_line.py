"""Text on one line, as whatever draws, describes or lists a figure has it before it is measured."""

import unicodedata

from metasynth.language.tracked import NAME, is_marked, marked

_BIDI_CONTROLS = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def clean(text: str) -> str:
    """`text` on one line, without control characters or marks that reorder what follows them."""
    return visible(text).strip(" ")


def visible(text: str) -> str:
    """`text` as `clean` has it, with the blanks around it."""
    if text.isprintable():
        return text
    shown = (
        " " if char.isspace() and char != "\u2007" else char
        for char in text
        if ord(char) not in _BIDI_CONTROLS and (char.isspace() or not _is_control(char))
    )
    return "".join(shown)


def name(text: str) -> str:
    """What a table or choice calls something, on one line: its digits are no result."""
    return text if is_marked(text) else marked(clean(text), NAME)


def _is_control(char: str) -> bool:
    # Cc: controls, Cs: lone surrogates, Cn: not characters; none may stand in an XML document.
    return unicodedata.category(char) in ("Cc", "Cs", "Cn")
