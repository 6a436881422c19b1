"""The data package of RevMan Web: the zip as it is downloaded, or its file "…-data-rows.csv".

Its columns are those of Cochrane's RevMan knowledge base, "Data package specification". In the
rows of data each unused column holds 0.0, so "Data type" of the file "…-settings.csv" says which
are used.
"""

import io
import math
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from metasynth.core.foreign_files import BROKEN_ZIP, signature
from metasynth.core.text_files import MAX_BYTES, one_line
from metasynth.importers import revman
from metasynth.importers.found import About, ImportRefused, JudgementFound, LeftOut
from metasynth.importers.references import of_studies
from metasynth.importers.revman_records import Analysis, File, StudyRow
from metasynth.importers.source import Line, lines_of, ordinary

_ROWS, _SETTINGS = "-data-rows.csv", "-overall-estimates-and-settings.csv"
_STUDIES, _BIAS, _REFERENCES = "-study-information.csv", "-risk-of-bias.csv", "-included.ris"
_NESTED = "-data.zip"
_PARTS = (_ROWS, _SETTINGS, _STUDIES, _BIAS, _REFERENCES)
_NUMBERS = {
    "events_1": "Experimental cases",
    "total_1": "Experimental N",
    "events_2": "Control cases",
    "total_2": "Control N",
    "mean_1": "Experimental mean",
    "sd_1": "Experimental SD",
    "mean_2": "Control mean",
    "sd_2": "Control SD",
    "estimate": "GIV Mean",
    "se": "GIV SE",
    "o_minus_e": "O-E",
    "variance": "Variance",
}
_SIGNS = {  # a number other than 0 in one of these shows that its type of data is used
    revman.COUNTS: ("events_1", "events_2"),
    revman.MEANS: ("mean_1", "sd_1", "mean_2", "sd_2"),
    revman.CONTRAST: ("estimate", "se"),
    revman.O_MINUS_E: ("o_minus_e", "variance"),
}
_JUDGED, _SUPPORTED = "domain (judgement): ", "domain (support): "
_DESCRIBED = {"design": "Char: Methods", "population": "Char: Participants"}
_NOTED = ("Char: Interventions", "Char: Outcomes", "Char: Notes")


def read(path: Path, encoding: str = "") -> File:
    """All that the package says; `encoding` is that of a file of rows alone.

    Raises:
        ImportRefused: when there are no rows of data in it.
    """
    parts = _zipped(path) if zipfile.is_zipfile(path) else _beside(path)
    if _ROWS not in parts:
        raise ImportRefused(
            f"{path} is {signature(path.read_bytes())}, with no file …{_ROWS}:"
            " choose the zip as RevMan Web downloads it, one of its files, or a file of RevMan 5"
        )
    needed = "Analysis group", "Analysis number", "Analysis name", "Study"
    called = path.name if path.name.endswith(_ROWS) else f"{path.name}: …{_ROWS}"
    rows = lines_of(parts[_ROWS], called, *needed, encoding=encoding)
    settings = _table(parts, _SETTINGS, path)
    known = {(line["Analysis group"], line["Analysis number"]): line for line in settings}
    analyses: dict[tuple[str, str], list[Line]] = {}
    for line in rows:
        analyses.setdefault((line["Analysis group"], line["Analysis number"]), []).append(line)
    studies, left_out = _studies(parts, path)
    return File(
        [
            (_analysis(known.get(key), own), [_row(line) for line in own])
            for key, own in analyses.items()
        ],
        {line["Analysis group"]: line["Analysis group name"] for line in settings},
        tuple(studies),
        left_out,
        part="" if path.name.endswith(_ROWS) else _ROWS.removeprefix("-"),
    )


def _beside(path: Path) -> dict[str, bytes]:
    """The parts that stand with a file of rows, in its folder or the next one."""
    try:
        parts = {_ROWS: path.read_bytes()}
        places = [*path.parent.iterdir()]
        if path.parent.name.endswith("-analysis-data"):
            places += [p for f in path.parent.parent.glob("*-study-data") for p in f.iterdir()]
    except OSError as error:
        raise ImportRefused(f"{path}: {error.strerror or error}") from error
    review = path.name.removesuffix(_ROWS)
    for part in _PARTS[1:]:
        named = next((p for p in places if p.name == f"{review}{part}" and p.is_file()), None)
        if named is not None:
            parts[part] = ordinary(named).read_bytes()
    return parts


def _zipped(path: Path) -> dict[str, bytes]:
    """The parts in a zip, or in the zip of data within it."""
    try:
        return _unpacked(path.read_bytes(), inner=True)
    except ImportRefused:
        raise
    except BROKEN_ZIP as error:
        raise ImportRefused(f"{path} is a zip that cannot be read: {error}") from error


def _unpacked(content: bytes, *, inner: bool) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        within = [name for name in package.namelist() if inner and name.endswith(_NESTED)]
        if len(within) > 1:
            raise ImportRefused(f"several zips of data are in it: {', '.join(within[:5])}")
        for member in package.infolist():
            part = next((part for part in _PARTS if member.filename.endswith(part)), "")
            nested = member.filename in within
            if not (part or nested):
                continue
            if member.file_size > MAX_BYTES:
                raise ImportRefused(f"{member.filename} is larger than {MAX_BYTES} bytes")
            if nested:
                parts |= _unpacked(package.read(member), inner=False)
            else:
                parts[part] = package.read(member)
    return parts


def _table(parts: Mapping[str, bytes], part: str, path: Path) -> list[Line]:
    return lines_of(parts[part], f"{path.name}: …{part}", empty=True) if part in parts else []


def _analysis(settings: Line | None, rows: Sequence[Line]) -> Analysis:
    first = rows[0]
    number, name = first["Analysis number"], one_line(first["Analysis name"])
    if settings is None:
        return Analysis(first["Analysis group"], number, name, _guessed(rows))
    return Analysis(
        comparison=first["Analysis group"],
        number=number,
        name=name,
        kind=revman.kind_of(settings["Data type"]),
        measure=settings["Effect measure"],
        method=settings["Statistical method"],
        random=settings["Analysis model"].casefold().startswith("random"),
        tau2="REML" if "restricted" in _estimator(settings) else "DL",
        ci="HKSJ" if "hartung" in _interval(settings) or "hksj" in _interval(settings) else "Wald",
        intervention=one_line(
            settings["Experimental group label"] or settings["Experimental intervention"]
        ),
        control=one_line(settings["Control group label"] or settings["Control intervention"]),
        total=settings["Overall estimates"].casefold() != "false",
        swapped=settings["Swap event and non-event"].casefold() == "true",
        log={"true": True, "false": False}.get(settings["Log-scale data"].casefold()),
    )


def _estimator(settings: Line) -> str:
    return _like(settings, "estimator")


def _interval(settings: Line) -> str:
    return _like(settings, "ci method") or _like(settings, "confidence interval method")


def _like(settings: Line, words: str) -> str:
    """The cell of a column that newer packages have, under one name or another."""
    return next((settings[c].casefold() for c in settings.cells if words in c.casefold()), "")


def _guessed(rows: Sequence[Line]) -> str:
    """The type of data without settings: the only one of which any number is not 0; or none."""
    shown = [
        kind
        for kind, names in _SIGNS.items()
        if any(_number(line[_NUMBERS[name]]) for line in rows for name in names)
    ]
    return shown[0] if len(shown) == 1 else ""


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return 0.0 if math.isnan(number) else number


def _row(line: Line) -> StudyRow:
    return StudyRow(
        line.row,
        one_line(line["Study"]),
        line["Study year"],
        one_line(line["Subgroup"]),
        {name: line[column] for name, column in _NUMBERS.items()},
        line["Mean"],
        one_line(line["Footnotes"]),
    )


def _studies(parts: Mapping[str, bytes], path: Path) -> tuple[list[About], list[LeftOut]]:
    """What the package says of each study, and the judgements that are none."""
    known = {}
    for line in _table(parts, _STUDIES, path):
        fields = {ours: one_line(line[theirs]) for ours, theirs in _DESCRIBED.items()}
        fields["note"] = " ".join(text for name in _NOTED if (text := one_line(line[name])))
        known[line["Study"]] = About(one_line(line["Study"]), line.row, fields)
    left_out = []
    for line in _table(parts, _BIAS, path):
        judged, unjudged = _judgements(line)
        left_out += [
            LeftOut(line.row, line["Study"], f"{_BIAS[1:]}, {domain}: no judgement and no support")
            for domain in unjudged
        ]
        about = known.get(line["Study"], About(one_line(line["Study"]), line.row))
        known[line["Study"]] = replace(about, judgements=tuple(judged))
    for study, reference in of_studies(parts.get(_REFERENCES, b"")).items():
        if study in known:
            known[study] = replace(known[study], reference=reference)
    return list(known.values()), left_out


def _judgements(line: Line) -> tuple[list[JudgementFound], list[str]]:
    judged, unjudged = [], []
    domains = [c.removeprefix(_JUDGED) for c in line.cells if c.startswith(_JUDGED)]
    for domain in domains:
        word, support = line[_JUDGED + domain], one_line(line[_SUPPORTED + domain])
        if word.casefold() == "not applicable":
            word = ""
        if word or support:
            domain = domain[:1].upper() + domain[1:]
            judged.append(
                JudgementFound(line.row, tool_of(domains), domain, word, support, _BIAS[1:])
            )
        else:
            unjudged.append(domain)
    return judged, unjudged


def tool_of(domains: Iterable[str]) -> str:
    """The tool that has such domains; RevMan 5 knew Cochrane's first alone."""
    second = any("arising from" in d.casefold() or "overall" in d.casefold() for d in domains)
    return "RoB 2" if second else "RoB 1"
