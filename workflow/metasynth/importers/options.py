"""The options of `import` and of `new --from` on the command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from metasynth.importers.column_sets import WIDE
from metasynth.tables.table_schema import ID

if TYPE_CHECKING:
    Programs = argparse._SubParsersAction[argparse.ArgumentParser]

_ONE = "number of the only comparison to take; default: all"


def add(commands: "Programs") -> None:
    """Add the command to those of the command line."""
    bring = commands.add_parser(
        "import",
        help="make trial folders from a file of metafor, RevMan or Covidence",
        description="Make a trial folder for each study in another program's file, and list"
        " what could not be imported. Folders that are there already are left as they are.",
    )
    _add_programs(bring.add_subparsers(required=True, metavar="program", dest="program"))


def _add_programs(programs: "Programs") -> None:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("file", type=Path, help="the file")
    _add_trials(common)
    common.add_argument(
        "--reference", required=True, help="the file's own key in references.bib", metavar="KEY"
    )
    common.add_argument("--week", type=_week, help="of every result in the file")
    common.add_argument(
        "--left-out", type=Path, metavar="FILE", help="write what was not imported to a CSV file"
    )
    _add_encoding(common)
    sides = argparse.ArgumentParser(add_help=False)
    _add_sides(sides)
    parents = [common, sides]
    data_frame = _program(
        programs, "metafor", "data for escalc or rma, as CSV or a workbook", parents
    )
    _add_columns(data_frame, outcome=True)
    forms = "the zip of RevMan Web, its …-data-rows.csv, or an .rm5 file or analysis CSV"
    package = _program(programs, "revman", forms, parents)
    package.add_argument("--comparison", default="", help=_ONE)
    export = _program(programs, "covidence", "its file Study results", [common])
    export.add_argument("--arms", type=Path, help="its file Study arms", metavar="FILE")
    export.add_argument("--control", required=True, help="name of the control arm", metavar="NAME")
    _add_beside(programs)


def _program(
    programs: "Programs",
    name: str,
    what: str,
    parents: Sequence[argparse.ArgumentParser] = (),
) -> argparse.ArgumentParser:
    return programs.add_parser(name, parents=parents, help=what, description=f"Read {what}.")


def _add_beside(programs: "Programs") -> None:
    bias = _program(programs, "rob2", "a sheet of risk of bias as robvis reads it")
    bias.add_argument("file", type=Path, help="CSV or workbook: Study, D1 to D5, Overall")
    _add_trials(bias)
    bias.add_argument("--tool", default="RoB 2", help="another tool, its words as they are")
    bias.add_argument("--outcome", default="", help="the outcome judged; default: the study")
    _add_encoding(bias)
    cited = _program(programs, "references", "RIS, PubMed or BibTeX for references.bib")
    cited.add_argument("file", type=Path, help="the exported list")
    bib = Path("data/raw/references.bib")
    cited.add_argument("--to", type=Path, default=bib, metavar="FILE", help=f"default: {bib}")
    _add_encoding(cited)


def _add_encoding(program: argparse.ArgumentParser) -> None:
    program.add_argument("--encoding", default="", help="where it is not UTF-8: cp1250")


def _add_trials(program: argparse.ArgumentParser) -> None:
    trials = Path("data/raw/trials")
    told = f"where the trials' folders stand; default: {trials}"
    program.add_argument("--to", type=Path, default=trials, metavar="DIR", help=told)


def _add_columns(data_frame: argparse.ArgumentParser, *, outcome: bool) -> None:
    """Options of a data frame; its outcome must be named where it joins others."""
    data_frame.add_argument(
        "--outcome",
        type=_id,
        required=outcome,
        default="outcome",
        help="what it is called here, such as acr20",
        metavar="ID",
    )
    data_frame.add_argument(
        "--column",
        type=_column,
        default=[],
        action="append",
        help="where the file has other names: ai=tpos",
        metavar="NAME=COLUMN",
    )
    data_frame.add_argument(
        "--type",
        choices=sorted({kind.type for kind in WIDE}),
        default="",
        help="which numbers to take where the file has several kinds",
    )
    data_frame.add_argument("--measure", default="", help="effect measure, such as OR")
    data_frame.add_argument("--numbered", action="store_true", help="studies have no names")
    data_frame.add_argument(
        "--where",
        type=_column,
        help='read only these rows: "Reviewer Name=Consensus"',
        metavar="COLUMN=VALUE",
    )
    data_frame.add_argument("--sheet", default="", help="of a workbook; default: the first")


def _add_sides(parser: argparse.ArgumentParser) -> None:
    for side in ("intervention", "control"):
        parser.add_argument(
            f"--{side}",
            default=side,
            help=f"name of the treatment on the {side} side",
            metavar="NAME",
        )


def add_source(begin: argparse.ArgumentParser) -> None:
    """Add to `new` the options of a file from which the review begins."""
    begin.add_argument(
        "--from", dest="source", type=Path, metavar="FILE", help="a file to begin with"
    )
    begin.add_argument(
        "--xlsx", action="store_true", help="trials in one workbook instead of a folder each"
    )
    begin.add_argument(
        "--program",
        choices=("revman", "metafor", "covidence"),
        default="",
        help="whose file it is; default: RevMan's where it is one, else a data frame for metafor",
    )
    _add_sides(begin)
    begin.add_argument("--comparison", default="", help=f"RevMan's: {_ONE}")
    begin.add_argument("--arms", type=Path, help="Covidence's file Study arms", metavar="FILE")
    _add_encoding(begin)
    _add_columns(begin, outcome=False)


def _week(text: str) -> str:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("a whole number of weeks")
    return str(int(text))


def _id(text: str) -> str:
    if not ID.fullmatch(text):
        raise argparse.ArgumentTypeError("an id: small letters, digits and _, such as acr20")
    return text


def _column(text: str) -> tuple[str, str]:
    wanted, equals, name = text.partition("=")
    if not (wanted and equals and name):
        raise argparse.ArgumentTypeError("such as ai=tpos")
    return wanted, name
