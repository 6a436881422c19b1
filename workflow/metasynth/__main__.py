"""The command line: `python -m metasynth validate` checks a review without running anything."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from metasynth.archive import verify
from metasynth.faults import Fault, InvalidReview, report
from metasynth.validation import load_review


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 for success and 1 for a review with faults."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["verify"]:
        return verify.main(given[1:])
    chosen = _parser().parse_args(given)
    return validate(chosen.config, as_json=chosen.json)


def validate(config: Path, *, as_json: bool) -> int:
    """Check the review of the current folder and print what is wrong with it."""
    try:
        review = load_review(config, Path.cwd())
        faults, sound = review.warnings, True
        verdict = f"{config}: {len(review.trials)} trials and all choices are in order."
    except InvalidReview as invalid:
        faults, sound, verdict = invalid.faults, False, ""
    print(_json(faults, sound) if as_json else _text(faults, verdict))
    return 0 if sound else 1


def _json(faults: Sequence[Fault], sound: bool) -> str:
    content = {"valid": sound, "faults": [asdict(fault) for fault in faults]}
    return json.dumps(content, indent=1, ensure_ascii=False)


def _text(faults: Sequence[Fault], verdict: str) -> str:
    return "\n\n".join(part for part in (report(faults) if faults else "", verdict) if part)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m metasynth", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    check = commands.add_parser(
        "validate",
        help="check config.yaml and all raw tables",
        description="Check config.yaml and all raw tables; list every fault, its cell and remedy.",
    )
    check.add_argument(
        "--config", type=Path, default=Path("config.yaml"), help="default: config.yaml"
    )
    check.add_argument("--json", action="store_true", help="print the faults as JSON")
    commands.add_parser(
        "verify", add_help=False, help="check an archived review and rerun it (verify --help)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
