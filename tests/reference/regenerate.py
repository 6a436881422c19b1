"""Make the reference values again, all or some, and say what moved.

    python tests/reference/regenerate.py                     all, in a scratch folder; about an hour
    python tests/reference/regenerate.py covariate dl_mh     these alone
    python tests/reference/regenerate.py --write covariate   and put them in place of the committed

Each `make_*` beside this file is run on a copy of this folder and of `data`, so the committed
values stay as they are unless `--write` is given. For each table the largest difference of a
number is printed, as a share of the number, and each other change. Exits with 1 when a number moved
by more than `TOLERANCE`, when anything else did, or when a script could not be run (what it needs
is said in its first lines).
"""

import argparse
import csv
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOLERANCE = 1e-9
"""Differences of numbers, as shares of them, that another processor's rounding makes."""
FIRST = "reference"
"""The script whose tables others read."""


def scripts() -> dict[str, Path]:
    """Each script by the name that it is asked for by, in the order in which they are run."""
    paths = [path for path in HERE.glob("make_*") if path.suffix in (".R", ".py")]
    found = {path.stem.removeprefix("make_").removesuffix("_reference"): path for path in paths}
    return {name: found[name] for name in sorted(found, key=lambda name: (name != FIRST, name))}


def run(script: Path, scratch: Path) -> str:
    """Run a script on the copy; what went wrong, or nothing."""
    program = "Rscript" if script.suffix == ".R" else sys.executable
    copy = scratch / script.relative_to(ROOT)
    try:
        ended = subprocess.run([program, str(copy)], cwd=scratch, capture_output=True, text=True)
    except OSError as error:
        return str(error)
    if ended.returncode == 0:
        return ""
    lines = ended.stderr.strip().removesuffix("Execution halted").strip().splitlines()
    return " ".join(lines[-2:]) or "no message"


def moved(new: Path) -> Iterator[str]:
    """What differs from the committed table: a line for all numbers, one for each other cell."""
    old = HERE / "expected" / new.name
    if not old.exists():
        yield "new"
        return
    before, after = _rows(old), _rows(new)
    if [len(row) for row in before] != [len(row) for row in after]:
        yield f"{len(before)} rows are {len(after)}, or their columns are others"
        return
    largest, texts = 0.0, []
    for number, (a_row, b_row) in enumerate(zip(before, after, strict=True), start=1):
        for a, b in zip(a_row, b_row, strict=True):
            off = _difference(a, b)
            if off is None:
                texts.append(f"row {number}: {a!r} is {b!r}")
            else:
                largest = max(largest, off)
    yield from texts
    if largest > TOLERANCE:
        yield f"numbers by up to {largest:.1e} of themselves"


def _difference(a: str, b: str) -> float | None:
    """How far two cells are apart as numbers, as a share of the larger; None when one is a text."""
    if a == b:
        return 0.0
    try:
        x, y = float(a), float(b)
    except ValueError:
        return None
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    return abs(x - y) / max(abs(x), abs(y), 1e-12)


def _rows(path: Path) -> list[list[str]]:
    if path.suffix != ".csv":
        return [[line] for line in path.read_text(encoding="utf-8").splitlines()]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def main() -> int:
    """Make, compare, and put in place if asked."""
    known = scripts()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--write", action="store_true", help="replace the committed values")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(known))
    if unknown:
        parser.error(f"no script makes {', '.join(unknown)}; there are {', '.join(known)}")
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        shutil.copytree(HERE, scratch / HERE.relative_to(ROOT))
        shutil.copytree(ROOT / "data", scratch / "data")
        expected = scratch / HERE.relative_to(ROOT) / "expected"
        differs = False
        for name in arguments.names or known:
            print(f"{name}: running {known[name].name}", flush=True)
            before = {path.name: path.read_bytes() for path in expected.iterdir()}
            wrong = run(known[name], scratch)
            written = [
                p for p in sorted(expected.iterdir()) if before.get(p.name) != p.read_bytes()
            ]
            changes = [f"could not be run: {wrong}"] if wrong else []
            changes += [f"{path.name}: {change}" for path in written for change in moved(path)]
            print("\n".join(f"  {change}" for change in changes) or "  nothing moved", flush=True)
            differs = differs or bool(changes)
            if arguments.write and not wrong:
                for path in written:
                    shutil.copyfile(path, HERE / "expected" / path.name)
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
