"""Large inputs of other kinds than many trials or outcomes: what the check at load needs for them.

    python benchmarks/bench_load.py [kind ...]

Each kind is made in four sizes, each twice the one before, and each of these is a process of its
own: processor seconds and the most megabytes of loading a review with it; of statements, the audit
as well. Seconds less those of the review without it grow as size to the power that is printed.
"""

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from math import log
from pathlib import Path

from metasynth.audit.run import audit
from metasynth.core.faults import InvalidReview
from metasynth.review.load import load_review
from metasynth.tables import scaffold

ENTRY = "@article{{a{0}, author = {{Doe, Jane}}, title = {{Trial {0}}}, year = 2001}}\n"


def references(folder: Path, size: int) -> None:
    """So many entries in references.bib."""
    with (folder / "data/raw/references.bib").open("a", encoding="utf-8") as file:
        file.writelines(ENTRY.format(number) for number in range(size))


def label(folder: Path, size: int) -> None:
    """A label of so many characters."""
    config = folder / "config.yaml"
    words = ("Tuberculosis of any kind " * size)[:size].strip()
    text = config.read_text("utf-8").replace("label: Tuberculosis\n", f'label: "{words}"\n')
    config.write_text(text, encoding="utf-8")


def table(folder: Path, size: int) -> None:
    """A table of so many kilobytes: quotations in a trial's sources."""
    path = folder / "data/raw/trials/aronson1948/sources.csv"
    header, first, *rest = path.read_text("utf-8").splitlines()
    names = header.split(",")
    row = {"source_id": "s{}", "reference": "colditz1994", "locator": "p. {}", "quote": "x" * 900}
    line = ",".join(row.get(name, "") for name in names)
    made = (line.format(n, n) for n in range(size * 1000 // (len(line) + 8)))
    path.write_text("\n".join([header, first, *rest, *made, ""]), encoding="utf-8")


def claims(folder: Path, size: int) -> None:
    """So many statements, each contradicting the one before."""
    header = scaffold.forms()["claims.csv"].splitlines()[0]
    same = {"reference": "colditz1994", "quote": "Said.", "kind": "text"}
    rows = (
        same
        | {"claim_id": f"c{n}", "locator": f"p. {n}", "assertion": f"said_{n % 2}"}
        | {"contradicts": f"c{n - 1}" if n else ""}
        for n in range(size)
    )
    with (folder / "data/raw/claims.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header.split(","), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


KINDS: dict[str, tuple[Callable[[Path, int], None], str, int]] = {
    "references": (references, "entries", 100_000),
    "label": (label, "characters", 100_000),
    "table": (table, "kB", 49_000),
    "claims": (claims, "statements", 8_000),
}


def one(kind: str, size: int) -> tuple[float, float, str]:
    """Processor seconds, megabytes, and how it ended, in this process and working directory."""
    scaffold.create(Path("review"), scaffold.example())
    os.chdir("review")
    if size:
        KINDS[kind][0](Path(), size)
    begin, ended = time.process_time(), "read"
    try:
        review = load_review(Path("config.yaml"), Path())
        if kind == "claims":
            audit(review.claims, (), review.trials, review.config.comparison)
    except InvalidReview as invalid:
        ended = f"refused: {invalid.faults[0].expected}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return time.process_time() - begin, peak, ended


def measured(kind: str, size: int) -> tuple[float, float, str]:
    """The same, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(Path(__file__).resolve()), kind, "--size", str(size)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    seconds, peak, ended = done.stdout.strip().split("\t")
    return float(seconds), float(peak), ended


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kinds", nargs="*", default=list(KINDS), metavar="kind")
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.size is not None:
        print(*one(chosen.kinds[0], chosen.size), sep="\t")
        return
    print("| what | size | seconds | MB | grows as size to the power of | |")
    print("| --- | ---: | ---: | ---: | ---: | --- |", flush=True)
    for kind in chosen.kinds:
        alone, _, _ = measured(kind, 0)
        _, unit, most = KINDS[kind]
        found = [(size, *measured(kind, size)) for size in (most // 8, most // 4, most // 2, most)]
        spent = [max(seconds - alone, 0.001) for _, seconds, _, _ in found]
        for number, (size, seconds, peak, ended) in enumerate(found):
            power = f"{log(spent[-1] / spent[-3]) / log(4):.2f}" if number == 3 else ""
            print(f"| {kind} | {size} {unit} | {seconds:.1f} | {peak:.0f} | {power} | {ended} |")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
