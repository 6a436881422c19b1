"""The command line: `metasynth new`, `run`, `validate`, `import` and others.

The exit status is 0 for success and 1 where something is wrong with what was given; `run` has
Snakemake's, `verify` its own.
"""

import signal

if __name__ == "__main__":  # until there is something to tidy up, Ctrl-C just ends it
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import io
import json
import runpy
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from metasynth import __version__
from metasynth.core import sealed_zip, store, streams, verify
from metasynth.core.faults import Fault, InvalidReview, report
from metasynth.core.paths import EXAMPLE, SNAKEFILE
from metasynth.importers import command, options
from metasynth.importers.found import ImportRefused
from metasynth.language.languages import speak
from metasynth.language.untranslated import as_catalogue, untranslated
from metasynth.living.changes import Changes
from metasynth.living.summary import summary
from metasynth.prose import drafts
from metasynth.prose.unwritten import Unwritten
from metasynth.review import acceptance, own_language
from metasynth.review.exported import exported
from metasynth.review.load import Review, load_review
from metasynth.review.revman_export import revman_files
from metasynth.tables import reader, scaffold, trial_workbook
from metasynth.validation import configuration

_SMALL = 1_000_000
"""Bytes that the files of a command may need; a review's tables are far smaller."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    streams.say_anything()
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["verify"]:
        return verify.main(given[1:])
    if given[:1] == ["run"] and not {"-h", "--help"} & set(given):
        return run(given[1:])
    with verify.heeding_signals():
        return _command(_parser().parse_args(given))


def _command(chosen: argparse.Namespace) -> int:
    try:
        if chosen.command == "validate":
            return validate(chosen.config, as_json=chosen.json)
        if chosen.command == "accept":
            return accept(chosen.config)
        if chosen.command == "schema":
            print(scaffold.config_schema(), end="")
            return 0
        if chosen.command == "snakefile":
            print(SNAKEFILE)
            return 0
        if chosen.command == "changes":
            return changes()
        if chosen.command == "export":
            return export(chosen.config, chosen.file)
        if chosen.command == "language":
            return language(chosen.config, chosen.action, chosen.code)
        if chosen.command == "untranslated":
            return list_untranslated(chosen.config)
        return new(chosen) if chosen.command == "new" else command.run(chosen)
    except (ImportRefused, acceptance.NotAccepted) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(verify.cause(error, dict.fromkeys(_written(chosen), _SMALL)), file=sys.stderr)
        return 1
    except KeyboardInterrupt as ended:
        print(f"interrupted ({ended}): give the same command again.", file=sys.stderr)
        return verify.INTERRUPTED


def _written(chosen: argparse.Namespace) -> list[Path]:
    """The folders that a command writes into."""
    return [Path(getattr(chosen, name)) for name in ("folder", "to") if hasattr(chosen, name)] or [
        Path.cwd()
    ]


def run(arguments: Sequence[str]) -> int:
    """Run the review of the current folder: Snakemake, with this workflow and all cores."""
    said = [word.partition("=")[0] for word in arguments]
    cores = [] if _HOW_MANY.intersection(said) else ["--cores", "all"]
    sys.argv = ["snakemake", "--snakefile", str(SNAKEFILE), *cores, *arguments]
    try:
        runpy.run_module("snakemake", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


_HOW_MANY = {"--cores", "-c", "--jobs", "-j", "--profile"}
"""Where one of these is given, it says how many cores a run takes."""


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
    return json.dumps(content, indent=1)  # in ASCII, which is the same in every encoding


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


def export(config: Path, file: Path) -> int:
    """Write what the review in the current folder has into one workbook, or a zip for RevMan."""
    try:
        review = load_review(config, Path.cwd())
    except InvalidReview as invalid:
        print(invalid, file=sys.stderr)
        return 1
    try:
        if file.suffix == ".zip":
            return _for_revman(review, file)
        raw = reader.read(Path(review.config.data))
        store.write(file, exported(raw, Path("results/tables")))
    except FileNotFoundError as absent:
        print(absent, file=sys.stderr)
        return 1
    print(f"{file}: the trials' tables and those of the results.")
    return 0


def _for_revman(review: Review, file: Path) -> int:
    files = revman_files(review.config.outcomes, Path("results/outcomes"))
    content = io.BytesIO()
    sealed_zip.pack(files, content)
    store.write(file, content.getvalue())
    print(f"{file}: study data for RevMan Web; its not-as-here.csv says what differs there.")
    return 0


def changes() -> int:
    """Print what the last run of the review in the current folder changed, as Markdown."""
    path = Path("results/changes.json")
    if not path.is_file():
        print(f"There is no {path}: metasynth run makes it.", file=sys.stderr)
        return 1
    print(summary(store.from_json(Changes, path.read_text("utf-8"))), end="")
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
            missing = untranslated(
                *(review.config, review.trials, review.search, language),
                *(review.claims, review.changelog),
            )
            print(as_catalogue(missing) if missing else f"{code}: everything is translated.")
    return 0


def language(config: Path, action: str, code: str) -> int:
    """Begin a language of the review's own, or say what it lacks."""
    reading = configuration.read(config)
    folder = Path(reading.config.text if reading.config else reading.text)
    try:
        if action == "new":
            made = own_language.begin(folder, code)
            print(f"{code}: {len(made)} files to translate, each in English so far:")
            print("\n".join(f"  {path}" for path in made))
            print(
                f"What is left: metasynth language check {code}. To use it: languages: [en, {code}]"
            )
            return 0
        lines = own_language.lacking(folder, code)
    except own_language.NoLanguage as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(lines) if lines else f"{code}: everything is translated.")
    return 0


def new(chosen: argparse.Namespace) -> int:
    """Make a new review, from another program's file if there is one, and print what to fill in."""
    folder: Path = chosen.folder
    if chosen.source:
        return command.begin(folder, chosen)
    if chosen.example:
        scaffold.create(folder, scaffold.example())
        print(f"{folder}: a review of {len(list(EXAMPLE.glob('data/raw/trials/*')))} trials.")
        print(f"Its report: cd {folder} && metasynth run")
        return 0
    print(f"{folder}: a new review. Its README.md says what to do next.")
    files = scaffold.files()
    written = scaffold.with_workbook(files, trial_workbook.template()) if chosen.xlsx else files
    print("\n".join(f"  {name}" for name in scaffold.create(folder, written)))
    print(f"A draft report, of made-up trials until yours are there: cd {folder} && metasynth run")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="metasynth",
        description="A systematic review, from extracted trial tables to an audited report.",
        epilog="Begin: metasynth new myreview --example && cd myreview && metasynth run",
    )
    version = f"%(prog)s {__version__}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    _add_new(commands)
    commands.add_parser(
        "run",
        usage="metasynth run [Snakemake's own arguments]",
        help="make the report of the review in the current folder",
        description="Run the review of the current folder, on all cores unless told otherwise:"
        " the same as snakemake -s $(metasynth snakefile) --cores all. What follows is Snakemake's"
        " own, such as -n to see what would be done, or a file of the results to make.",
    )
    config = argparse.ArgumentParser(add_help=False)
    choices = Path("config.yaml")
    config.add_argument("--config", type=Path, default=choices, help=f"default: {choices}")
    check = commands.add_parser(
        "validate",
        parents=[config],
        help="check config.yaml and all raw tables",
        description="Check config.yaml and all raw tables; list every fault, its cell and remedy.",
    )
    check.add_argument("--json", action="store_true", help="print the faults as JSON")
    options.add(commands)
    commands.add_parser(
        "accept",
        parents=[config],
        help="make the last run's state the baseline of what changes next",
        description="Keep the state that the last run left (results/state.json) in data/baseline,"
        " so that later versions are compared with it.",
    )
    commands.add_parser(
        "untranslated",
        parents=[config],
        help="list labels and remarks that a language of the report lacks",
        description="List what config.yaml and the tables say in English and the review's own"
        " catalogues (labels.po) do not translate, as entries to paste into them.",
    )
    own = commands.add_parser(
        "language",
        parents=[config],
        help="begin a language that is not shipped, in the review's folder, or say what it lacks",
        description="new: write the catalogue of the report's messages and the files of its"
        " sections and of the review's own texts into the folder of the review's prose, to be"
        " translated there. check: list what is still in English.",
    )
    own.add_argument(
        "action", choices=("new", "check"), help="begin it, or list what is still in English"
    )
    own.add_argument("code", help="the language's two letters, such as de")
    out = commands.add_parser(
        "export",
        parents=[config],
        help="write the tables and the last run's results into one workbook, or for RevMan",
        description="Write the trials' tables and those of the last run's results, a sheet each,"
        " into a workbook (xlsx) for readers; or, where the file is a zip, each outcome's studies"
        " as RevMan Web imports study data.",
    )
    out.add_argument("file", type=Path, help="the file, such as review.xlsx or revman.zip")
    for name, told in {
        "changes": "print what the last run changed, in Markdown for a pull request",
        "schema": "print the schema of config.yaml, for an editor",
        "snakefile": "print where the workflow's Snakefile is, for snakemake -s",
    }.items():
        commands.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.")
    commands.add_parser("verify", add_help=False, help="check an archived review: verify --help")
    return parser


def _add_new(commands: "options.Programs") -> None:
    begin = commands.add_parser(
        "new",
        help="make the files of a new review",
        description="Make the files of a new review in an empty folder, or in one that is not yet.",
    )
    begin.add_argument("folder", type=Path, help="where the review is to stand")
    begin.add_argument(
        "--example",
        action="store_true",
        help="with trials and text: BCG vaccine against tuberculosis, 13 trials",
    )
    options.add_source(begin)


if __name__ == "__main__":
    sys.exit(main())
