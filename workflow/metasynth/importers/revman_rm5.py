"""RevMan 5's own file: one XML document of studies, risk of bias, references and analyses.

Only elements and attributes are read. A document type, and so every entity that could be declared
or fetched, is refused.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from metasynth.core.foreign_files import FileRefused
from metasynth.core.text_files import unmerged
from metasynth.core.xml_tree import Node, parsed
from metasynth.importers import revman
from metasynth.importers.found import About, ImportRefused, JudgementFound, LeftOut
from metasynth.importers.references import inverted
from metasynth.importers.revman_records import Analysis, File, StudyRow
from metasynth.importers.source import ordinary, refusal

_KINDS = {
    "DICH": revman.COUNTS,
    "CONT": revman.MEANS,
    "IV": revman.CONTRAST,
    "IPD": revman.O_MINUS_E,
}
_NUMBERS = {
    **{f"{name}_{side}": f"{name.upper()}_{side}"
       for name in ("events", "total", "mean", "sd") for side in (1, 2)},
    "estimate": "ESTIMATE",
    "se": "SE",
    "o_minus_e": "O_E",
    "variance": "VAR",
}  # fmt: skip
_JUDGEMENTS = {"YES": "Low risk", "NO": "High risk", "UNKNOWN": "Unclear risk"}
_STATUS = {
    "INCLUDED_STUDIES": "included",
    "EXCLUDED_STUDIES": "excluded",
    "AWAITING_STUDIES": "awaiting",
    "ONGOING_STUDIES": "ongoing",
}
_REFERENCE = {"AU": "author", "TI": "title", "SO": "journal", "YR": "year", "VL": "volume",
              "NO": "number", "PG": "pages", "PB": "publisher"}  # fmt: skip
_TYPES = {"JOURNAL_ARTICLE": "article", "BOOK": "book", "BOOK_SECTION": "incollection",
          "CONFERENCE_PROC": "inproceedings"}  # fmt: skip


def read(path: Path) -> File:
    """All that the file says.

    Raises:
        ImportRefused: when it is no XML file of RevMan, or declares a document type.
    """
    content = ordinary(path).read_bytes()
    if fault := unmerged(content.decode("latin-1"), path.name):
        raise refusal(str(path), fault)
    try:
        root = parsed(content, str(path))
    except FileRefused as refused:
        raise ImportRefused(str(refused)) from refused
    if root.name != "COCHRANE_REVIEW":
        raise ImportRefused(f"{path} is XML, but no review of RevMan 5: its root is {root.name}")
    names = _names(root)
    studies, left_out = _studies(root, names)
    title = next((node.text("TITLE") for node in root.all("COVER_SHEET")), "")
    return File(
        [
            (_analysis(comparison, outcome), list(_rows(outcome, names)))
            for comparison in root.all("COMPARISON")
            for outcome in comparison.children
            if outcome.name.endswith("_OUTCOME") and outcome.name != "OTHER_OUTCOME"
        ],
        {comparison["NO"]: comparison.text("NAME") for comparison in root.all("COMPARISON")},
        studies,
        [*left_out, *_others(root)],
        title,
        unit="line",
    )


def _names(root: Node) -> dict[str, tuple[str, str]]:
    """Name and year of each study by its ID; studies of one name get their year, or a number."""
    nodes = [node for node in root.all("STUDY") if node["ID"]]
    known: dict[str, list[Node]] = {}
    for node in nodes:
        known.setdefault(node["NAME"].casefold(), []).append(node)
    names = {}
    for same in known.values():
        years = [node["YEAR"] for node in same]
        for number, node in enumerate(same, start=1):
            name = node["NAME"]
            if len(same) > 1:
                own = (
                    node["YEAR"] if len(set(years)) == len(years) and node["YEAR"] else str(number)
                )
                name = f"{name} ({own})"
            names[node["ID"]] = (name, _year(node["YEAR"]))
    return names


def _year(text: str) -> str:
    return text.strip(". ")


def _analysis(comparison: Node, outcome: Node) -> Analysis:
    measure = outcome["EFFECT_MEASURE"] or outcome.text("EFFECT_MEASURE")
    return Analysis(
        comparison=comparison["NO"],
        number=outcome["NO"],
        name=outcome.text("NAME"),
        kind=_KINDS.get(outcome.name.removesuffix("_OUTCOME"), ""),
        measure=measure,
        method=outcome["METHOD"],
        random=outcome["RANDOM"] == "YES",
        intervention=outcome.text("GROUP_LABEL_1"),
        control=outcome.text("GROUP_LABEL_2"),
        total=outcome["TOTALS"] in ("YES", ""),
        swapped=outcome["SWAP_EVENTS"] == "YES",
        log={"YES": True, "NO": False}.get(outcome["LOG_DATA"]),
        left=outcome.text("GRAPH_LABEL_1"),
        unit=outcome["UNITS"].strip(),
    )


def _rows(outcome: Node, names: Mapping[str, tuple[str, str]]) -> Iterator[StudyRow]:
    stem = outcome.name.removesuffix("_OUTCOME")
    for node in outcome.children:
        subgroup = node.text("NAME") if node.name == f"{stem}_SUBGROUP" else ""
        for data in [node] if node.name == f"{stem}_DATA" else node.all(f"{stem}_DATA"):
            study, year = names.get(data["STUDY_ID"], (data["STUDY_ID"].removeprefix("STD-"), ""))
            numbers = {ours: data[theirs] for ours, theirs in _NUMBERS.items()}
            if stem == "IV" and not data["ESTIMATE"]:
                printed = data["EFFECT_SIZE"], data["CI_START"], data["CI_END"]
                log = {"YES": True, "NO": False}.get(outcome["LOG_DATA"])
                numbers["estimate"] = revman.entered(*printed, log=log)
            note = data.text("FOOTNOTE")
            yield StudyRow(data.line, study, year, subgroup, numbers, data["EFFECT_SIZE"], note)


def _studies(
    root: Node, names: Mapping[str, tuple[str, str]]
) -> tuple[tuple[About, ...], list[LeftOut]]:
    described = {node["STUDY_ID"]: node for node in root.all("INCLUDED_CHAR", "EXCLUDED_CHAR")}
    judgements, left_out = _judgements(root, names)
    found = []
    for element, status in _STATUS.items():
        for group in root.all(element):
            for node in group.all("STUDY"):
                name, year = names.get(node["ID"], (node["NAME"], node["YEAR"]))
                fields = _described(described.get(node["ID"]))
                fields |= {"status": status, "year": year}
                judged = tuple(judgements.get(node["ID"], ()))
                found.append(About(name, node.line, fields, judged, reference=_reference(node)))
    return tuple(found), left_out


def _described(node: Node | None) -> dict[str, str]:
    if node is None:
        return {}
    noted = ("CHAR_INTERVENTIONS", "CHAR_OUTCOMES", "CHAR_NOTES", "CHAR_REASON_FOR_EXCLUSION")
    return {
        "design": node.text("CHAR_METHODS"),
        "population": node.text("CHAR_PARTICIPANTS"),
        "note": " ".join(text for name in noted if (text := node.text(name))),
    }


def _judgements(
    root: Node, names: Mapping[str, tuple[str, str]]
) -> tuple[dict[str, list[JudgementFound]], list[LeftOut]]:
    """Judgements by a study's ID; "unclear" without a word of support was never made."""
    found: dict[str, list[JudgementFound]] = {}
    left_out = []
    for item in root.all("QUALITY_ITEM"):
        groups = {
            node["ID"]: node.text("NAME") for node in item.all("QUALITY_ITEM_DATA_ENTRY_GROUP")
        }
        for entry in item.all("QUALITY_ITEM_DATA_ENTRY"):
            group = groups.get(entry["GROUP_ID"]) or entry["GROUP_ID"]
            domain = item.text("NAME") + (f" ({group})" if group else "")
            word, support = _JUDGEMENTS.get(entry["RESULT"], ""), entry.text("DESCRIPTION")
            study = names.get(entry["STUDY_ID"], (entry["STUDY_ID"], ""))[0]
            if not support and word in ("", "Unclear risk"):
                reason = f"risk of bias, {domain}: no judgement and no support"
                left_out.append(LeftOut(entry.line, study, reason))
                continue
            judgement = JudgementFound(entry.line, "RoB 1", domain, word, support)
            found.setdefault(entry["STUDY_ID"], []).append(judgement)
    return found, left_out


def _reference(study: Node) -> dict[str, str]:
    """The report marked as the main one, or the first, where it has a title."""
    reports = [node for node in study.all("REFERENCE") if node.text("TI")]
    chosen = next((node for node in reports if node["PRIMARY"] == "YES"), None)
    chosen = chosen or (reports[0] if reports else None)
    if chosen is None:
        return {}
    fields = {ours: chosen.text(theirs) for theirs, ours in _REFERENCE.items()}
    names = fields["author"].replace(";", ",").split(",")
    fields["author"] = " and ".join(inverted(name) for name in names if name.strip(" ."))
    for identifier in chosen.all("IDENTIFIER"):
        if identifier["TYPE"] == "DOI":
            fields["doi"] = identifier["VALUE"]
    kept = {name: text for name, text in fields.items() if text}
    return {"type": _TYPES.get(chosen["TYPE"], "misc"), **kept}


def _others(root: Node) -> Iterator[LeftOut]:
    """Analyses that are tables of words, which no number can be made of."""
    for outcome in root.all("OTHER_OUTCOME"):
        for data in outcome.all("OTHER_DATA"):
            reason = f"{outcome.text('NAME')}: a table of words"
            yield LeftOut(data.line, data["STUDY_ID"].removeprefix("STD-"), reason)
