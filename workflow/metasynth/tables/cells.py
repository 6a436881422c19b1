"""One cell against its column: what is wrong with the text in it, and how to mend it."""

import re
import unicodedata
from functools import lru_cache

from metasynth.core.faults import nearest
from metasynth.tables.table_schema import ID, Column

_INTEGER = re.compile(r"0|[1-9][0-9]{0,8}")
_SIGNED = re.compile(r"0|-?[1-9][0-9]{0,8}")
# As R and Python print doubles: up to 17 digits, and an exponent for the very small only.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,20})?([eE]-[0-9]{1,2})?")
_ERROR = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)|Err:[0-9]+")
_NOT_STATED = re.compile(
    r"(n\.?/?[ar]\.?|n\.?d\.?|nan|null|none|missing|not (stated|reported)|[-–—?.*]+)", re.I
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}( .*)?"
    rf"|[0-9]{{1,4}}[-./ ]+({_MONTHS})[a-z]*\.?([-./ ][0-9]{{1,4}})?"
    rf"|({_MONTHS})[a-z]*[-./ ][0-9]{{1,4}}|[0-9]{{1,2}}:[0-9]{{2}}(:[0-9]{{2}})?",
    re.I,
)
_BLANK_MEANS_MISSING = "leave the cell blank: blank means “not stated”"

Advice = tuple[str, str]
"""What was expected, and the remedy."""


@lru_cache(maxsize=1 << 16)
def check(column: Column, text: str) -> Advice | None:
    """What `column` expects instead of `text`, and the remedy; None when the cell is in order."""
    if not text:
        if not column.required:
            return None
        return _described(column), "fill in the cell"
    if _ERROR.fullmatch(text):
        return _described(column), "a formula of the spreadsheet failed: type the value itself"
    if text != text.strip():
        return None if column.is_prose else _surrounded(text)
    if column.type == "string":
        return _check_text(column, text)
    return _check_number(column, text)


def _described(column: Column) -> str:
    if column.words:
        return f"one of {', '.join(column.words)}"
    kind = {"integer": "a whole number: ", "number": "a number: "}.get(column.type, "")
    return f"{kind}{column.description[0].lower()}{column.description[1:].rstrip('.')}"


def _surrounded(text: str) -> Advice:
    edge = text[0] if text != text.lstrip() else text[-1]
    name = "a blank" if edge == " " else unicodedata.name(edge, f"U+{ord(edge):04X}").lower()
    return "no space before or after the value", f"remove {name} at the edge of the cell"


def _check_text(column: Column, text: str) -> Advice | None:
    if column.words:
        if text in column.words:
            return None
        near = nearest(text, column.words)
        remedy = f"did you mean {near}?" if near else "choose one of these words"
        return _described(column), remedy
    if column.pattern and not column.pattern.fullmatch(text):
        return id_advice(text) if column.is_id else (_described(column), "see the template folder")
    return None


def id_advice(text: str) -> Advice:
    """Why `text` is no id, and what it could be instead."""
    expected = "an id: a small letter, then small letters, digits and _, at most 64 in all"
    if odd := next((char for char in text if ord(char) > 127), None):
        name = unicodedata.name(odd, "a character without a name")
        return expected, f"“{odd}” is {name} (U+{ord(odd):04X}): use the plain letters a to z"
    if ID.fullmatch(text):  # of a folder, and no name for one
        return (
            f"{expected}; not {text}",
            f"Windows keeps it for itself: write {text}_1, for instance",
        )
    suggestion = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:64]
    if re.fullmatch(r"[a-z][a-z0-9_]*", suggestion):
        return expected, f"write {suggestion}, for instance, and so wherever it is used"
    return expected, "give it a short name"


def _check_number(column: Column, text: str) -> Advice | None:
    whole, signed = column.type == "integer", (column.minimum or 0) < 0
    grammar = _NUMBER if not whole else _SIGNED if signed else _INTEGER
    if not grammar.fullmatch(text):
        return _described(column), _number_remedy(text, whole=whole and not signed)
    value = int(text) if column.type == "integer" else float(text)
    if column.minimum is not None and value < column.minimum:
        return f"{_described(column)}, at least {column.minimum}", "check it against the source"
    if column.maximum is not None and value > column.maximum:
        return f"{_described(column)}, at most {column.maximum}", "check it against the source"
    return None


def _number_remedy(text: str, *, whole: bool) -> str:
    """The remedy for a text that is no number, by the commonest ways to spoil one."""
    for pattern, remedy in _WHOLE_REMEDIES if whole else _NUMBER_REMEDIES:
        if pattern.fullmatch(text):
            return remedy.format(digits=re.sub(r"[^0-9]", "", text))
    if odd := next((char for char in text if char.isdigit() and not char.isascii()), None):
        return f"“{odd}” is {unicodedata.name(odd)}: use the digits 0 to 9"
    if odd := next((char for char in text if not char.isascii() or not char.isprintable()), None):
        return f"remove U+{ord(odd):04X} ({unicodedata.name(odd, 'no name')}); write digits only"
    return "write digits only; words about the number belong in note"


_COMMON_REMEDIES = [
    (_NOT_STATED, _BLANK_MEANS_MISSING),
    (_DATE, "a spreadsheet has made a date or time of it: type the number anew, as text"),
    (re.compile(r"\+[0-9.]+"), "remove the plus sign"),
    (re.compile(r"-?0[0-9]+(\.[0-9]+)?"), "remove the zeros in front"),
    (re.compile(r"-?[0-9.,]+\s?%"), "write the number without the sign for per cent"),
    (re.compile(r"[0-9]+\s?/\s?[0-9]+"), "write events and total in their own columns"),
    (re.compile(r"-?[0-9.,]+[eE][+-]?[0-9]+"), "write the number in full, without an exponent"),
    (re.compile(r"[0-9.]+\s?[-–]\s?[0-9.]+"), "only one number can stand here; explain in note"),
    (re.compile(r"[<>≤≥~≈].*"), "only an exact value can stand here; explain in note"),
    (re.compile(r"[\u2212\u2013]\s?[0-9.]+"), "use the hyphen of the keyboard as minus sign"),
    (re.compile(r"[0-9IlOo]*[IlOo][0-9IlOo]*"), "a letter (I, l, O) stands for a digit (1, 0)"),
    (re.compile(r"TRUE|FALSE|true|false"), "a spreadsheet has made a truth value of it"),
    (re.compile(r"=.*"), "write the result of the formula"),
]
_WHOLE_REMEDIES = [
    *_COMMON_REMEDIES,
    (re.compile(r"-[0-9.]+"), "a count is never negative: check it against the source"),
    (re.compile(r"[0-9]+[.,]0{1,2}"), "write it without decimals"),
    (
        re.compile(r"[0-9]{1,3}([ ,.'’\u00a0\u2009\u202f][0-9]{3})+"),
        "write {digits}, without separators of thousands",
    ),
    (re.compile(r"[0-9]+[.,][0-9]+"), "a count has no decimals: check it against the source"),
    (re.compile(r"[0-9]{10,}"), "too large for a count: check it against the source"),
]
_NUMBER_REMEDIES = [
    *_COMMON_REMEDIES,
    (re.compile(r"-?[0-9]+,[0-9]+"), "use a point as decimal mark, and no separators of thousands"),
    (re.compile(r"-?\.[0-9]+"), "write a zero before the point"),
    (re.compile(r"-?[0-9]+\."), "remove the point, or write the decimals after it"),
    (
        re.compile(r"-?[0-9]{1,3}([ ,'’\u00a0\u2009\u202f][0-9]{3})+([.,][0-9]+)?"),
        "remove the separators of thousands",
    ),
    (re.compile(r"-?[0-9.]+"), "write a decimal number, with at most 15 digits before the point"),
]
