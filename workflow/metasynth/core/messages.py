"""Marks texts for the message catalogues; see language/languages.py, which translates them."""


def message(text: str) -> str:
    """Mark a text for the catalogue where it stands; `Language.say` translates it where it is used.

    Sentences that a result carries are formatted at once, in English, and said again later
    (`Language.again`).
    """
    return text
