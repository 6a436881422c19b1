"""What joins a review that is there: judgements of risk of bias, and references.

A sheet of RoB 2 as robvis reads it has the columns Study, D1 to D5 and Overall (McGuinness and
Higgins, Res Synth Methods 2021;12:55-61); a column of another name is a domain of that name.
"""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from metasynth.core import bibtex
from metasynth.core.faults import nearest
from metasynth.core.store import guarded
from metasynth.core.text_files import HIDDEN, one_line, read_text
from metasynth.importers.found import ImportRefused, LeftOut
from metasynth.importers.references import entry, key_for
from metasynth.importers.references import read as read_references
from metasynth.importers.source import Line, ordinary, sheet, text_in
from metasynth.tables.table_schema import tables

_DOMAINS = {
    "d1": "randomisation process",
    "d2": "deviations from intended interventions",
    "d3": "missing outcome data",
    "d4": "measurement of the outcome",
    "d5": "selection of the reported result",
    "overall": "overall",
}
_WORDS = {"l": "Low", "s": "Some concerns", "h": "High", "n": "No information",
          "low": "Low", "some concerns": "Some concerns", "high": "High",
          "no information": "No information"}  # fmt: skip
_IGNORED = frozenset({"study", "weight"})
TABLE = "risk_of_bias.csv"


def judgements(
    path: Path, trials: Path, *, tool: str = "RoB 2", outcome: str = "", encoding: str = ""
) -> tuple[dict[Path, str], list[LeftOut]]:
    """The table of each trial of the sheet, by its path, and the rows of no trial that is there.

    Raises:
        ImportRefused: when the file is no such sheet, or has two rows for a study.
    """
    lines = sheet(path, "Study", encoding=encoding)
    domains = [name for name in lines[0].cells if name and name not in _IGNORED]
    if not domains:
        raise ImportRefused(f"{path} has no column of judgements, such as D1 or Overall")
    folders = _labels(trials)
    made: dict[Path, str] = {}
    left_out: list[LeftOut] = []
    for line in lines:
        study = one_line(line["Study"])
        folder = folders.get(study.casefold())
        if folder is None:
            near = nearest(study, folders)
            reason = f"no trial of this name{f'; did you mean {near}?' if near else ''}"
        elif os.path.lexists(folder / TABLE):
            reason = f"it has a {TABLE} already; left as it is"
        elif unknown := [d for d in domains if tool == "RoB 2" and not _word(line[d])]:
            reason = f'{unknown[0]} "{line[unknown[0]]}": expected low, some concerns or high'
        elif any(HIDDEN.search(line[d]) for d in domains):
            reason = "a character that cannot be seen"
        else:
            if folder / TABLE in made:
                raise ImportRefused(f"{path}, row {line.row}: a second row for {study}")
            made[folder / TABLE] = _table(line, domains, tool, outcome, path.name)
            continue
        left_out.append(LeftOut(line.row, study, reason))
    return made, left_out


def _word(text: str) -> str:
    return _WORDS.get(text.casefold().strip().removesuffix(" risk"), "")


def _labels(trials: Path) -> dict[str, Path]:
    """The folders of trials by their names and by the labels in study.csv."""
    found: dict[str, Path] = {}
    for folder in sorted(trials.iterdir()) if trials.is_dir() else ():
        text, _ = read_text(folder / "study.csv", "study.csv", trials)
        if folder.name.startswith(("_", ".")) or text is None:
            continue
        for row in csv.DictReader(io.StringIO(text, newline="")):
            found[(row.get("label") or "").strip().casefold()] = folder
        found.setdefault(folder.name, folder)
    return found


def _table(line: Line, domains: Sequence[str], tool: str, outcome: str, file: str) -> str:
    columns = [column.name for column in tables()["risk_of_bias"].columns if not column.optional]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for domain in domains:
        writer.writerow(
            {
                "outcome": outcome,
                "tool": guarded(tool),
                "domain": guarded(_DOMAINS.get(domain, domain)),
                "judgement": guarded(_word(line[domain]) or line[domain]),
                "support": guarded(f"{HIDDEN.sub('', file)}, row {line.row}"),
            }
        )
    return out.getvalue()


def references(path: Path, known: str, encoding: str = "") -> tuple[str, list[str]]:
    """Entries to add to a BibTeX text, and their keys; what is there already is not added again.

    Raises:
        ImportRefused: when the file has no references, or cannot be read.
    """
    text = text_in(ordinary(path).read_bytes(), str(path), "text", encoding)
    entries, _ = bibtex.parse(known, "references.bib")
    keys = [one.key for one in entries]
    there = {_same(dict(one.fields)) for one in entries}
    added: list[str] = []
    parts: list[str] = []
    for reference in read_references(text, path.name):
        if not reference.fields.get("title") or _same(reference.fields) in there:
            continue
        there.add(_same(reference.fields))
        key = key_for(reference.fields, [*keys, *added])
        added.append(key)
        parts.append(entry(key, reference.fields))
    return "\n".join(parts), added


def _same(fields: Mapping[str, str]) -> str:
    """What tells one reference from another: its DOI, or its title and year."""
    doi = fields.get("doi", "").casefold()
    plain = "".join(c for c in fields.get("title", "").casefold() if c.isalnum())
    return doi or f"{plain} {fields.get('year', '')}"
