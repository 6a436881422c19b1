"""The command line: `python -m metasynth validate`, `new`, `import`, `untranslated` and others.

The exit status is 0 for success and 1 where something is wrong with what was given; `verify`, which
alone runs a review, has its own.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from metasynth.core import verify
from metasynth.core.faults import Fault, InvalidReview, report
from metasynth.importers import covidence, metafor, revman, trial_folders
from metasynth.importers.source import Found, Sides
from metasynth.language.languages import speak
from metasynth.language.untranslated import as_catalogue, untranslated
from metasynth.prose import drafts
from metasynth.prose.unwritten import Unwritten
from metasynth.review import acceptance
from metasynth.review.load import load_review
from metasynth.tables import scaffold
from metasynth.tables.table_schema import ID


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["verify"]:
        return verify.main(given[1:])
    chosen = _parser().parse_args(given)
    try:
        if chosen.command == "validate":
            return validate(chosen.config, as_json=chosen.json)
        if chosen.command == "accept":
            return accept(chosen.config)
        if chosen.command == "untranslated":
            return list_untranslated(chosen.config)
        return new(chosen.folder) if chosen.command == "new" else import_trials(chosen)
    except (OSError, trial_folders.ImportRefused, acceptance.NotAccepted) as error:
        print(error, file=sys.stderr)
        return 1


def validate(config: Path, *, as_json: bool) -> int:
    """Check the review of the current folder and print what is wrong with it."""
    try:
        review = load_review(config, Path.cwd())
        faults, sound, left = review.warnings, True, review.draft
        verdict = f"{config}: {_trials(len(review.trials))} and all choices are in order."
    except InvalidReview as invalid:
        faults, sound, left, verdict = invalid.faults, False, (), ""
    print(_json(faults, sound, left) if as_json else _text(faults, drafts.note(left), verdict))
    return 0 if sound else 1


def _trials(number: int) -> str:
    return f"{number} trial{'' if number == 1 else 's'}"


def _json(faults: Sequence[Fault], sound: bool, left: Sequence[Unwritten]) -> str:
    told, unwritten = ([asdict(one) for one in several] for several in (faults, left))
    content = {"valid": sound, "faults": told, "draft": unwritten}
    return json.dumps(content, indent=1, ensure_ascii=False)


def _text(faults: Sequence[Fault], *more: str) -> str:
    return "\n\n".join(part for part in (report(faults) if faults else "", *more) if part)


def accept(config: Path) -> int:
    """Keep the state that the last run left as the baseline of the review in the current folder."""
    try:
        review = load_review(config, Path.cwd())
    except InvalidReview as invalid:
        print(invalid, file=sys.stderr)
        return 1
    path = acceptance.accept(review, Path.cwd())
    version = f"Version {review.config.version} of {review.config.date}"
    verdict = f"{version} is the baseline now: commit {path.relative_to(Path.cwd())}."
    print(_text(review.warnings, verdict))
    return 0


def list_untranslated(config: Path) -> int:
    """Print what the review's catalogues lack, ready to be pasted into them."""
    try:
        review = load_review(config, Path.cwd())
    except InvalidReview as invalid:
        print(invalid, file=sys.stderr)
        return 1
    for code in review.config.languages:
        if code != "en":
            language = speak(code, Path.cwd() / review.config.text)
            missing = untranslated(review.config, review.trials, review.search, language)
            print(as_catalogue(missing) if missing else f"{code}: everything is translated.")
    return 0


def new(folder: Path) -> int:
    """Make a new review and print what there is to fill in."""
    print(f"{folder}: a new review. Its README.md says what to do next.")
    print("\n".join(f"  {name}" for name in scaffold.create(folder)))
    return 0


def import_trials(chosen: argparse.Namespace) -> int:
    """Write the trials of another program's file and print what could not be imported."""
    items, unread = _read(chosen)
    origin = trial_folders.Provenance(chosen.file.name, chosen.reference, chosen.week or "")
    made, unfit = trial_folders.folders(items, origin)
    written, present = trial_folders.write(made, chosen.to)
    print(f"{_trials(len(written))} written to {chosen.to}: {', '.join(written) or 'none'}")
    left_out = sorted([*unread, *unfit, *present], key=lambda one: one.row or 0)
    if left_out:
        print(f"\nNot imported ({len(left_out)}):")
        print("\n".join(f"  {one}" for one in left_out))
    if written:
        print(
            "\nComplete what the file does not say (arms, weeks, sources), put the treatments and"
            "\noutcomes into config.yaml, and let `python -m metasynth validate` check all of it."
        )
    return 0 if written else 1


def _read(chosen: argparse.Namespace) -> Found:
    if chosen.program == "covidence":
        return covidence.read(chosen.file, chosen.arms, chosen.control)
    sides = Sides(chosen.intervention, chosen.control)
    if chosen.program == "revman":
        return revman.read(chosen.file, chosen.comparison, sides)
    return metafor.read(chosen.file, chosen.outcome, sides, dict(chosen.column))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m metasynth")
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    check = commands.add_parser(
        "validate",
        help="check config.yaml and all raw tables",
        description="Check config.yaml and all raw tables; list every fault, its cell and remedy.",
    )
    check.add_argument(
        "--config", type=Path, default=Path("config.yaml"), help="default: config.yaml"
    )
    check.add_argument("--json", action="store_true", help="print the faults as JSON")
    keep = commands.add_parser(
        "accept",
        help="make the last run's state the baseline of what changes next",
        description="Keep the state that the last run left (results/state.json) in data/baseline,"
        " so that later versions are compared with it.",
    )
    keep.add_argument(
        "--config", type=Path, default=Path("config.yaml"), help="default: config.yaml"
    )
    words = commands.add_parser(
        "untranslated",
        help="list labels and remarks that a language of the report lacks",
        description="List what config.yaml and the tables say in English and the review's own"
        " catalogues (labels.po) do not translate, as entries to paste into them.",
    )
    words.add_argument(
        "--config", type=Path, default=Path("config.yaml"), help="default: config.yaml"
    )
    commands.add_parser("verify", add_help=False, help="check an archived review: verify --help")
    begin = commands.add_parser(
        "new",
        help="make the files of a new review",
        description="Make the files of a new review in an empty folder, or in one that is not yet.",
    )
    begin.add_argument("folder", type=Path)
    bring = commands.add_parser(
        "import",
        help="make trial folders from a file of metafor, RevMan or Covidence",
        description="Make a trial folder for each study in another program's CSV file, and list"
        " what could not be imported. Folders that are there already are left as they are.",
    )
    _add_programs(bring.add_subparsers(required=True, metavar="program", dest="program"))
    return parser


def _add_programs(programs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("file", type=Path, help="the CSV file")
    common.add_argument("--to", type=Path, default=Path("data/raw/trials"), metavar="DIR")
    common.add_argument(
        "--reference", required=True, help="the file's own key in references.bib", metavar="KEY"
    )
    common.add_argument("--week", type=_week, help="of every result in the file")
    sides = argparse.ArgumentParser(add_help=False)
    for side in ("intervention", "control"):
        sides.add_argument(f"--{side}", default=side, help="name of the treatment", metavar="NAME")
    parents = [common, sides]
    data_frame = programs.add_parser("metafor", parents=parents, help="data for escalc or rma")
    data_frame.add_argument("--outcome", type=_id, required=True, metavar="ID")
    data_frame.add_argument(
        "--column",
        type=_column,
        default=[],
        action="append",
        help="where the file has other names: ai=tpos",
        metavar="NAME=COLUMN",
    )
    package = programs.add_parser("revman", parents=parents, help="…-data-rows.csv of RevMan")
    package.add_argument("--comparison", default="", help="number of the analysis group")
    export = programs.add_parser("covidence", parents=[common], help="its file Study results")
    export.add_argument("--arms", type=Path, help="its file Study arms", metavar="FILE")
    export.add_argument("--control", required=True, help="name of the control arm", metavar="NAME")


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


if __name__ == "__main__":
    sys.exit(main())
