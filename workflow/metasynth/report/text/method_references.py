"""References of methods and guidelines, which the report's own words name and so cite.

They stand in workflow/report/methods.bib, for any review: a key is the first author's surname and
the year, and `named` the words that name an entry where it is not called by these, with * for
endings.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from metasynth.core import bibtex
from metasynth.core.bibtex import Entry
from metasynth.model.methods import CI, MODEL, PREDICTION, Q_PROFILE, STUDY_CI, TAU2, TAU2_CI
from metasynth.model.records import AnalysisSpec

FILE = "methods.bib"
_YEAR = re.compile(r"([^\W\d_][\w’'-]*)[^;]*? (\d{4})")
_BETWEEN = r"(?:[^.;:()\d]|et al\.|i in\.){0,70}?"


def read(templates: Path) -> dict[str, Entry]:
    """The entries of the file in the folder of the report's templates, by key."""
    entries, _ = bibtex.parse((templates / FILE).read_text(encoding="utf-8"), FILE)
    return {entry.key: entry for entry in entries}


def keys_of(source: str) -> tuple[str, ...]:
    """The keys that a method's source goes by: "Hartung and Knapp 2001" → ("hartung2001",)."""
    return tuple(_letters(name) + year for name, year in _YEAR.findall(source))


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().replace("ø", "o").replace("ł", "l"))
    return re.sub("[^a-z]", "", plain)


def of_analyses(specs: Iterable[AnalysisSpec], known: Collection[str]) -> tuple[str, ...]:
    """The keys of what analyses are made by, each once, of those that are known."""
    sources = (source for spec in specs for source in _sources(spec))
    found = dict.fromkeys(key for source in sources for key in keys_of(source))
    return tuple(key for key in found if key in known)


def _sources(spec: AnalysisSpec) -> Iterable[str]:
    """Where the parts of an analysis were published; Wald's intervals need no reference."""
    yield MODEL[spec.model].source
    if spec.model == "random":
        yield TAU2[spec.tau2 or "REML"].source
    for record in (CI.get(spec.ci), STUDY_CI.get(spec.study_ci)):
        if record is not None and record.name != "Wald":
            yield record.source
    if spec.tau2_ci != Q_PROFILE:
        yield TAU2_CI[spec.tau2_ci].source
    if spec.prediction:
        yield PREDICTION[spec.prediction].source


Finder = Callable[[str], Iterable[tuple[int, str]]]


def finder(entries: Mapping[str, Entry]) -> Finder:
    """Finds in a text where entries are named: the place behind each name, and the key.

    What is named by its own words (`named`) is found as such, all else by surname and year.
    """
    patterns = {key: _pattern(entry) for key, entry in entries.items()}
    every = re.compile("|".join(f"(?P<k_{key}>{pattern})" for key, pattern in patterns.items()))

    def places(text: str) -> Iterable[tuple[int, str]]:
        for found in every.finditer(text) if entries else ():
            yield found.end(), str(found.lastgroup).removeprefix("k_")

    return places


def by_words(entries: Mapping[str, Entry]) -> frozenset[str]:
    """The keys of entries that are named by words of their own, which are said many times."""
    return frozenset(key for key, entry in entries.items() if entry.get("named"))


def _pattern(entry: Entry) -> str:
    if words := entry.get("named"):
        every = (re.escape(one).replace(r"\*", r"\w*") for one in words.split("; "))
        return rf"\b(?:{'|'.join(every)})\b"
    surname = entry.authors[0].partition(",")[0]
    return rf"\b{re.escape(surname)}\b{_BETWEEN} {entry.get('year')}\b"
