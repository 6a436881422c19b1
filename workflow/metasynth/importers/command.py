"""`metasynth import`: another program's file as trial folders of a review."""

import argparse
import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from metasynth.core import bibtex, store, together
from metasynth.core.foreign_files import signature
from metasynth.importers import (
    beside,
    covidence,
    draft,
    draft_comparisons,
    metafor,
    revman,
    revman_csv,
    revman_package,
    revman_rm5,
)
from metasynth.importers.found import ImportRefused, LeftOut, OutcomeFound, Reading
from metasynth.importers.parts import clustered
from metasynth.importers.revman_records import File
from metasynth.importers.source import Sides, how_read, ordinary, text_in
from metasynth.importers.trial_folders import Folders, Provenance, folders
from metasynth.importers.writing import listed, table_of, unwritten, write
from metasynth.tables import scaffold, trial_workbook
from metasynth.tables.table_schema import IMPORT_PART


def run(chosen: argparse.Namespace) -> int:
    """Write the trials of another program's file and print what could not be imported."""
    ordinary(chosen.file)
    if chosen.program == "rob2":
        return _judgements(chosen)
    if chosen.program == "references":
        return _references(chosen)
    found = read(chosen)
    _take_back(chosen.to)
    bib = chosen.to.parent / "references.bib"
    known = bib.read_text("utf-8") if bib.is_file() else ""
    keys, entries = draft.cited(found.studies, [e.key for e in bibtex.parse(known, bib.name)[0]])
    if not bib.is_file():
        found.left_out.extend(
            LeftOut(None, study, f"its reference: there is no {bib}") for study in keys
        )
        keys = {}
    origin = chosen.file.name, chosen.reference, chosen.week or ""
    made, left_out = tables(found, *origin, keys=keys)
    written, present = unwritten(made, chosen.to)
    left_out += present
    if left_out and chosen.left_out:
        store.write(chosen.left_out, table_of(left_out))
    new = "\n".join(entries[key] for key in sorted(_cited(written) & entries.keys()))
    write(written, chosen.to, {bib: _joined(known, new)} if new else {})
    print(f"{_trials(len(written))} written to {chosen.to}: {', '.join(written) or 'none'}")
    if left_out:
        print(listed(left_out))
    if written:
        print(
            "\nComplete what the file does not say (arms, weeks, sources), put the treatments and"
            "\noutcomes into config.yaml, and let `metasynth validate` check all of it."
        )
        if compared := _compared(found, made):
            print(f"\nThe file's comparisons for config.yaml:\n{compared}")
    return 0 if written else 1


def _compared(found: Reading, made: Folders) -> str:
    """The comparisons of a file as config.yaml has them."""
    return draft_comparisons.written(
        draft_comparisons.pooled_in(made, found.outcomes, found.comparisons)[1]
    )


def _take_back(trials: Path) -> None:
    """Take back what an import wrote that was cut off."""
    if together.cut_off(trials / IMPORT_PART):
        for path in together.take_back(trials / IMPORT_PART):
            print(f"An import was cut off, and {path} was changed since: it is kept. Look at it.")


def _judgements(chosen: argparse.Namespace) -> int:
    _take_back(chosen.to)
    made, left_out = beside.judgements(
        chosen.file,
        chosen.to,
        tool=chosen.tool,
        outcome=chosen.outcome,
        encoding=chosen.encoding,
    )
    together.write(made, chosen.to / IMPORT_PART)
    left_out[:0] = _how_read(chosen)
    print(f"Risk of bias of {_trials(len(made))} written to {chosen.to}.")
    if left_out:
        print(listed(left_out))
    return 0 if made else 1


def _references(chosen: argparse.Namespace) -> int:
    known = ordinary(chosen.to).read_text("utf-8") if chosen.to.exists() else ""
    added, keys = beside.references(chosen.file, known, chosen.encoding)
    if added:
        store.sweep(chosen.to.parent)
        store.write(chosen.to, _joined(known, added))
    print(f"{len(keys)} references added to {chosen.to}: {', '.join(keys) or 'none'}")
    return 0


def _joined(known: str, added: str) -> str:
    """The text of references.bib with more entries."""
    return f"{known.rstrip()}\n\n{added}".lstrip()


def _cited(written: Folders) -> set[str]:
    """The keys of references.bib that the studies written have as their reports."""
    tables_ = (io.StringIO(texts["study.csv"], newline="") for texts in written.values())
    return {row["reference"] for table in tables_ for row in csv.DictReader(table)}


_KEY = "imported_file"


def begin(folder: Path, chosen: argparse.Namespace) -> int:
    """Make a new review of a file's trials, with its outcomes in config.yaml; all or nothing.

    Raises:
        ImportRefused: when nothing in the file can be imported.
        FileExistsError: when there is something in the folder already.
    """
    chosen.file, chosen.reference, chosen.week = ordinary(chosen.source), _KEY, ""
    found = read(chosen)
    bib, keys = draft.references(found.studies, chosen.file.name, _KEY)
    made, left_out = tables(found, chosen.file.name, _KEY, keys=keys)
    outcomes, compared = draft_comparisons.pooled_in(made, found.outcomes, found.comparisons)
    if not outcomes:
        told = "\n".join(f"  {one}" for one in left_out)
        raise ImportRefused(f"{chosen.file}: nothing could be imported\n{told}")
    files = scaffold.without_made_up(scaffold.files())
    files["config.yaml"] = draft.config(files["config.yaml"], made, outcomes, found.title, compared)
    files["data/raw/references.bib"] = bib
    files["imported/not-imported.csv"] = table_of(left_out)
    in_clusters = draft.in_clusters(made, outcomes)
    for name in files:
        if name.startswith("data/text/"):
            files[name] = draft.prose(files[name], outcomes, in_clusters)
    scaffold.create(folder, _placed(files, made, xlsx=chosen.xlsx))
    several = f"{len(outcomes)} outcome{'' if len(outcomes) == 1 else 's'}"
    said = f" in {len(compared)} comparisons" if compared else ""
    print(f"{folder}: a new review of {_trials(len(made))} and {several}{said}.")
    if left_out:
        print(f"{len(left_out)} rows or columns were not imported, or need a look:")
        print(f"  {folder}/imported/not-imported.csv has the reasons.")
    doubts = [f"  {outcome.id}: {outcome.doubt}" for outcome in outcomes if outcome.doubt]
    doubts += [
        f"  {name}: several of its trials are of one cluster, so that three levels lead;"
        " correlation says whether these have the same patients"
        for name in sorted(in_clusters)
    ]
    doubts += _unnamed(made, outcomes)
    print("\n".join(["Look at these choices in config.yaml:", *doubts] if doubts else []))
    print(f"The draft report: cd {folder} && metasynth run")
    return 0


def _unnamed(made: Folders, outcomes: Sequence[OutcomeFound]) -> Iterator[str]:
    """What the file does not name, and the report would call by the words of a form."""
    arms = (csv.DictReader(io.StringIO(texts["arms.csv"], newline="")) for texts in made.values())
    treatments = {row["treatment"] for table in arms for row in table}
    if names := [side for side in ("intervention", "control") if side in treatments]:
        options = " and ".join(f"--{name}" for name in names)
        yield f"  comparison: the file does not say what is compared; {options} would name it"
    if [outcome.id for outcome in outcomes] == ["outcome"]:
        yield "  outcome: the file does not say what it is; its label does, and --outcome names it"


def _placed(files: dict[str, str], made: Folders, *, xlsx: bool) -> Mapping[str, str | bytes]:
    """The files of a new review with its trials, in folders or in a workbook."""
    if xlsx:
        trials = (trial_workbook.from_texts(study, made[study]) for study in sorted(made))
        return scaffold.with_workbook(files, trial_workbook.filled(trials))
    for study, texts in made.items():
        files |= {f"data/raw/trials/{study}/{name}": text for name, text in texts.items()}
    return files


def tables(
    found: Reading,
    file: str,
    reference: str,
    week: str = "",
    keys: Mapping[str, str] | None = None,
) -> tuple[Folders, list[LeftOut]]:
    """The tables of every study in what was found, and what could not be mapped, by row."""
    origin = Provenance(file, reference, week, found.part, found.unit)
    made, unfit = folders(clustered(found), origin, keys)
    return made, sorted([*found.left_out, *unfit], key=lambda one: one.row or 0)


def _trials(number: int) -> str:
    return f"{number} trial{'' if number == 1 else 's'}"


def read(chosen: argparse.Namespace) -> Reading:
    """What the chosen file says.

    Raises:
        ImportRefused: when it is no file of the chosen program.
    """
    found = _read(chosen)
    found.left_out[:0] = _how_read(chosen)
    return found


def _how_read(chosen: argparse.Namespace) -> list[LeftOut]:
    said = how_read(chosen.file, chosen.encoding, getattr(chosen, "sheet", ""))
    return [LeftOut(None, chosen.file.name, one, kept=True) for one in said]


def _read(chosen: argparse.Namespace) -> Reading:
    program = chosen.program or ("revman" if is_revman(chosen.file) else "metafor")
    if program == "covidence":
        arms = ordinary(chosen.arms) if chosen.arms else None
        return covidence.read(chosen.file, arms, chosen.control, chosen.encoding)
    sides = Sides(chosen.intervention, chosen.control)
    if program == "revman":
        try:
            file = revman_file(chosen.file, chosen.encoding)
            return revman.reading(file, chosen.comparison, sides)
        except ImportRefused as refused:
            named = str(chosen.file) in str(refused) or chosen.file.name in str(refused)
            raise refused if named else ImportRefused(f"{chosen.file}: {refused}") from None
    choices = metafor.Choices(
        chosen.outcome,
        sides,
        dict(chosen.column),
        chosen.type,
        chosen.measure,
        chosen.numbered,
        chosen.encoding,
        chosen.sheet,
        chosen.where,
    )
    return metafor.read(chosen.file, choices)


def is_revman(path: Path) -> bool:
    """Whether a file looks like one of RevMan's, by its first bytes and its header."""
    if not path.is_file():
        return False
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as package:
                return "xl/workbook.xml" not in package.namelist()
        except (zipfile.BadZipFile, OSError):
            return True
    with path.open("rb") as file:
        start = file.read(1000)
    return _is_xml(start) or b"Comparison Number" in start or b"Analysis group" in start


def _is_xml(start: bytes) -> bool:
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")


def revman_file(path: Path, encoding: str = "") -> File:
    """A file of RevMan, whichever of its forms it has; `encoding` is that of a CSV file.

    Raises:
        ImportRefused: when it has none of them.
    """
    content = ordinary(path).read_bytes()
    if zipfile.is_zipfile(path):
        return revman_package.read(path)
    if _is_xml(content) and "HTML" not in signature(content):
        return revman_rm5.read(path)
    if "Comparison Number" in text_in(content, str(path), encoding=encoding)[:1000]:
        return revman_csv.read(path, encoding)
    return revman_package.read(path, encoding)
