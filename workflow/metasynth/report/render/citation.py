"""The report itself as an entry for reference managers: BibTeX and RIS."""

import re
import unicodedata

from metasynth.report.document import Document

_SPECIAL = re.compile(r"([&%$#_{}])")


def bibtex(document: Document) -> str:
    """An entry of a report; TeX's own signs are escaped, letters stand as they are (UTF-8)."""
    fields = {
        "author": " and ".join(f"{{{_tex(one.name)}}}" for one in document.authors),
        "title": f"{{{_tex(document.title)}}}",
        "year": document.date[:4],
        "note": f"Version {document.version} of {document.date}",
    }
    body = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items() if text)
    return f"@techreport{{{_key(document)},\n{body}}}\n"


def ris(document: Document) -> str:
    """An entry of a report (https://en.wikipedia.org/wiki/RIS_(file_format))."""
    lines = [("TY", "RPRT"), *(("AU", one.name) for one in document.authors)]
    lines += [("TI", document.title), ("PY", document.date[:4])]
    lines += [("DA", document.date.replace("-", "/")), ("ET", document.version), ("ER", "")]
    return "".join(f"{tag}  - {text}\r\n" for tag, text in lines)


def _tex(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("\\", r"\textbackslash "))


def _key(document: Document) -> str:
    words = unicodedata.normalize("NFKD", document.title.lower())
    first = re.findall(r"[a-z]{4,}", words.encode("ascii", "ignore").decode("ascii"))
    return (first[0] if first else "review") + document.date[:4]
