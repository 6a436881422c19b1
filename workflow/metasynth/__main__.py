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
from metasynth.importers import command, options
from metasynth.importers.found import ImportRefused
from metasynth.language.languages import speak
from metasynth.language.untranslated import as_catalogue, untranslated
from metasynth.prose import drafts
from metasynth.prose.unwritten import Unwritten
from metasynth.review import acceptance
from metasynth.review.load import load_review
from metasynth.tables import scaffold, trial_workbook


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
        if chosen.command == "schema":
            print(scaffold.config_schema(), end="")
            return 0
        if chosen.command == "untranslated":
            return list_untranslated(chosen.config)
        return new(chosen) if chosen.command == "new" else command.run(chosen)
    except (OSError, ImportRefused, acceptance.NotAccepted) as error:
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


def new(chosen: argparse.Namespace) -> int:
    """Make a new review, from another program's file if there is one, and print what to fill in."""
    folder: Path = chosen.folder
    if chosen.source:
        return command.begin(folder, chosen)
    print(f"{folder}: a new review. Its README.md says what to do next.")
    files = scaffold.files()
    written = scaffold.with_workbook(files, trial_workbook.template()) if chosen.xlsx else files
    print("\n".join(f"  {name}" for name in scaffold.create(folder, written)))
    return 0


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
    commands.add_parser("schema", help="print the schema of config.yaml, for an editor")
    commands.add_parser("verify", add_help=False, help="check an archived review: verify --help")
    begin = commands.add_parser(
        "new",
        help="make the files of a new review",
        description="Make the files of a new review in an empty folder, or in one that is not yet.",
    )
    begin.add_argument("folder", type=Path)
    options.add_source(begin)
    options.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
