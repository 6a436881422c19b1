"""References from RIS, PubMed and BibTeX as entries of references.bib.

RIS: the tags of the Research Information Systems format as reference managers and RevMan write it.
PubMed: the MEDLINE display format of NLM's "MEDLINE/PubMed Data Element (Field) Descriptions".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from metasynth.core import bibtex
from metasynth.core.text_files import one_line
from metasynth.importers.found import ImportRefused
from metasynth.importers.identifiers import identifier

Fields = dict[str, str]
"""A reference's fields by BibTeX's names; "type" is the entry's own."""
_RIS = re.compile(r"^([A-Z][A-Z0-9])  ?- ?(.*)$")
_MEDLINE = re.compile(r"^([A-Z]{2,4}) *- (.*)$")
_RIS_FIELDS = {
    "T1": "title", "TI": "title", "CT": "title", "JO": "journal", "JF": "journal", "T2": "journal",
    "JA": "journal", "PY": "year", "Y1": "year", "DA": "year", "VL": "volume", "IS": "number",
    "SP": "pages", "EP": "pages", "DO": "doi", "UR": "url", "PB": "publisher",
}  # fmt: skip
_MEDLINE_FIELDS = {
    "TI": "title", "BTI": "title", "JT": "journal", "TA": "journal", "DP": "year", "VI": "volume",
    "IP": "number", "PG": "pages",
}  # fmt: skip
_TYPES = {"JOUR": "article", "JFULL": "article", "MGZN": "article", "BOOK": "book",
          "CHAP": "incollection", "CONF": "inproceedings", "CPAPER": "inproceedings",
          "THES": "phdthesis", "RPRT": "techreport"}  # fmt: skip
_AUTHORS = frozenset({"AU", "A1"})
_ORDER = ("author", "title", "journal", "publisher", "year", "volume", "number", "pages", "doi",
          "url", "note")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference, and the study that it reports where the file says so."""

    fields: Mapping[str, str]
    study: str = ""


def read(content: str, called: str) -> list[Reference]:
    """All references of a text in one of the three formats.

    Raises:
        ImportRefused: when it is none of them, or a BibTeX entry is broken.
    """
    if re.search(r"^TY  ?- ", content, re.MULTILINE):
        return list(_ris(content))
    if re.search(r"^PMID *- ", content, re.MULTILINE):
        return list(_medline(content))
    if re.search(r"^[ \t]*@", content, re.MULTILINE):
        entries, faults = bibtex.parse(content, called)
        if faults:
            said = "; ".join(f"line {f.row}: expected {f.expected}; {f.remedy}" for f in faults)
            raise ImportRefused(f"{called}, {said}")
        return [
            Reference({"type": e.type, **dict(e.fields), "author": " and ".join(e.authors)})
            for e in entries
        ]
    raise ImportRefused(
        f"{called} has no references in RIS (TY  - …), PubMed (PMID- …) or BibTeX (@article…):"
        " export them again in one of these formats"
    )


def of_studies(content: bytes) -> dict[str, Mapping[str, str]]:
    """The first reference with a title of each study that a RIS file names (tag NS)."""
    found: dict[str, Mapping[str, str]] = {}
    for reference in _ris(content.decode("utf-8-sig", "replace")):
        if reference.study and reference.fields.get("title"):
            found.setdefault(reference.study, reference.fields)
    return found


def _ris(content: str) -> Iterator[Reference]:
    fields: Fields = {}
    names: list[str] = []
    study = ""
    for line in content.splitlines():
        found = _RIS.match(line.strip("\ufeff"))
        if not found:
            continue
        tag, text = found[1], one_line(found[2])
        if tag == "TY":
            fields, names, study = {"type": _TYPES.get(text, "misc")}, [], ""
        elif tag == "ER":
            if names:
                fields["author"] = " and ".join(names)
            yield Reference(_tidy(fields), study)
        elif tag == "NS":
            study = text
        elif tag in _AUTHORS:
            fields.setdefault("author", "")  # whose place among the fields this is
            if (author := inverted(text)) or names:
                names.append(author)
        elif name := _RIS_FIELDS.get(tag):
            _add(fields, name, text, tag)


def _add(fields: Fields, name: str, text: str, tag: str) -> None:
    if name == "year":
        text = (re.search(r"[0-9]{4}", text) or [""])[0]
    if name == "pages" and tag == "EP" and fields.get("pages"):
        fields["pages"] = f"{fields['pages']}--{text}" if text else fields["pages"]
    elif text:
        fields.setdefault(name, text)


def inverted(name: str) -> str:
    """A name such as "Smith AB" as "Smith, AB", so that BibTeX knows which part is the surname."""
    name = name.strip(" .")
    found = re.fullmatch(r"(.*[^\s,]) ([A-Z][A-Z.-]{0,5})", name)
    return f"{found[1]}, {found[2]}" if found else name


def _medline(content: str) -> Iterator[Reference]:
    joined = re.sub(r"\r?\n {6}", " ", content)  # long values go on below, indented by six
    for record in re.split(r"(?:\r?\n){2,}", joined):
        fields: Fields = {"type": "article"}
        names: list[str] = []
        for line in record.splitlines():
            if not (found := _MEDLINE.match(line)):
                continue
            tag, text = found[1], one_line(found[2])
            if tag in ("FAU", "CN"):
                names.append(f"{{{text}}}" if tag == "CN" else text)
            elif tag in ("LID", "AID") and text.endswith("[doi]"):
                fields.setdefault("doi", text.removesuffix("[doi]").strip())
            elif tag == "PMID":
                fields["note"] = f"PMID {text}"
            elif name := _MEDLINE_FIELDS.get(tag):
                _add(fields, name, text, tag)
        if fields.get("title"):
            fields["author"] = " and ".join(names)
            yield Reference(_tidy(fields))


def _tidy(fields: Fields) -> Fields:
    """Without blank fields; a title's last point belongs to the format, not to the title."""
    title = fields.get("title", "")
    if title.endswith(".") and not title.endswith(".."):
        fields["title"] = title[:-1]
    return {name: text for name, text in fields.items() if text}


def key_for(fields: Mapping[str, str], taken: Iterable[str]) -> str:
    """A key such as smith2001 that is not taken."""
    author = re.split(r",|\band\b", fields.get("author", ""))[0].strip(" {}")
    surname = author.split(" ")[0] if "," not in fields.get("author", "") else author
    name = f"{surname}{fields.get('year', '')}".replace(" ", "")
    return identifier(name or fields.get("title", "")[:30], taken, "reference").replace("_", "")


def entry(key: str, fields: Mapping[str, str]) -> str:
    """The entry as BibTeX that `bibtex.parse` reads back."""
    given = [(name, fields[name]) for name in _ORDER if fields.get(name)]
    body = ",\n".join(f"  {name} = {{{_protected(name, text)}}}" for name, text in given)
    return f"@{fields.get('type', 'misc')}{{{key},\n{body}\n}}\n"


def _protected(name: str, text: str) -> str:
    """A value whose braces and backslashes cannot end it; names keep the braces of bodies."""
    text = text.replace("\\", "/")
    if name != "author" or text.count("{") != text.count("}"):
        text = text.replace("{", "(").replace("}", ")")
    return re.sub(r"([&%$#])", r"\\\1", text) if name not in ("doi", "url") else text
