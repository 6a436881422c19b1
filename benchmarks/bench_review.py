"""How long whole runs take, as processes, and beside R with metafor doing the pooling and plotting.

    python benchmarks/bench_review.py [--runs 3] [--outcomes 10 100 1000]

Every row is the median of its runs, in seconds of wall time on two cores, with the largest memory
of any one process. Ratios are between medians of this one call: compare no absolute time across
machines. Needs Rscript with metafor for the peer's rows (left out otherwise); R makes estimates and
forest plots only, once in one process for all outcomes and once in a process for each of (at most)
ten outcomes, which stand for the others.
"""

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import synthetic

from metasynth.validation import load_review

HERE = Path(__file__).parent
PIPELINE = HERE.parent
EMPTY = "rule all:\n    input: []\n"
SNAKEMAKE = [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all"]
MODELS = {"random": "random", "MH": "MH", "Peto": "Peto"}


@dataclass(frozen=True)
class Measured:
    """Medians of several runs: seconds, and megabytes of the largest process."""

    seconds: float
    megabytes: float


def measure(
    command: Sequence[str], folder: Path, runs: int, before: Callable[[], None]
) -> Measured:
    """Run a command several times, each time after `before`, which is not measured."""
    seconds, memory = [], []
    for _ in range(runs):
        before()
        start = time.perf_counter()
        with subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            said = process.stderr.read() if process.stderr else b""
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds.append(time.perf_counter() - start)
        memory.append(used.ru_maxrss / 1024)
        if process.returncode:
            sys.exit(f"{' '.join(command)}\n{said.decode()}")
    return Measured(statistics.median(seconds), statistics.median(memory))


def nothing() -> None:
    """Nothing has to be done before a run."""


def fresh(folder: Path) -> Callable[[], None]:
    """Makes a folder look as if nothing had ever run in it."""

    def clear() -> None:
        for name in ("results", ".snakemake", "logs"):
            shutil.rmtree(folder / name, ignore_errors=True)

    return clear


def workflow(*targets: str) -> list[str]:
    """The command that runs this workflow in another folder."""
    return [*SNAKEMAKE, "--snakefile", str(PIPELINE / "Snakefile"), "--", *targets]


def anakinra(runs: int, work: Path) -> list[tuple[str, Measured]]:
    """The review itself: clean, nothing to do, one trial added."""
    review = work / "anakinra"
    shutil.copytree(PIPELINE / "data", review / "data")
    shutil.copy(PIPELINE / "config.yaml", review)
    rows = [
        (
            "the review, clean: two languages, HTML, PDF, DOCX",
            measure(workflow(), review, runs, fresh(review)),
        )
    ]
    rows.append(("nothing to do", measure(workflow(), review, runs, nothing)))
    added = review / "data/raw/trials/added2026"

    def add() -> None:
        shutil.rmtree(added, ignore_errors=True)
        subprocess.run(workflow(), cwd=review, check=True, capture_output=True)
        shutil.copytree(review / "data/raw/trials/bao2011", added)
        study = added / "study.csv"
        study.write_text(study.read_text("utf-8").replace("Bao 2011", "Added 2026"), "utf-8")

    rows.append(("one trial added", measure(workflow(), review, runs, add)))
    shutil.rmtree(added)
    config = review / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("[en, pl]", "[en]"), "utf-8")
    english = workflow("results/report/review.html", "results/report/review.pdf")
    rows.append(
        ("the review, clean: English, HTML and PDF", measure(english, review, runs, fresh(review)))
    )
    return rows


def empty(runs: int, work: Path) -> Measured:
    """Snakemake's own no-op, with the same profile."""
    folder = work / "empty"
    folder.mkdir()
    (folder / "Snakefile").write_text(EMPTY, encoding="utf-8")
    shutil.copytree(PIPELINE / "profiles", folder / "profiles")
    return measure(SNAKEMAKE, folder, runs, nothing)


def specifications(review: Path, target: Path) -> list[str]:
    """Write config.yaml's outcomes as the table that peer.R reads; their ids."""
    config = load_review(review / "config.yaml", review).config
    models = {analysis.name: analysis.model for analysis in config.analyses}
    sides = (";".join(config.comparison.intervention), ";".join(config.comparison.control))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        header = "id label outcome week reading measure models intervention control"
        writer.writerow(header.split())
        for o in config.outcomes:
            asked = ";".join(dict.fromkeys(MODELS[models[name]] for name in o.analyses))
            writer.writerow([o.id, o.label, o.outcome, o.week, o.reading, o.measure, asked, *sides])
    return [outcome.id for outcome in config.outcomes]


def peer(review: Path, runs: int, work: Path) -> list[tuple[str, Measured]]:
    """The same outcomes by R: in one process, and in a process each (scaled from ten)."""
    if shutil.which("Rscript") is None:
        return []
    specs = work / f"{review.name}.csv"
    ids, out = specifications(review, specs), work / f"{review.name}-r"
    out.mkdir()
    command = ["Rscript", str(HERE / "peer.R"), str(review / "data/raw"), str(specs), str(out)]
    rows = [
        (
            "R, one process for all: pooling and forest plots",
            measure(command, review, runs, nothing),
        )
    ]
    chosen = ids[:: max(1, len(ids) // 10)][:10]
    each = [measure([*command, name], review, 1, nothing) for name in chosen]
    whole = statistics.median(one.seconds for one in each) * len(ids) / 2
    label = "R, a process for each outcome, two at a time"
    return [*rows, (label, Measured(whole, max(one.megabytes for one in each)))]


def main() -> None:
    """Measure, and print a Markdown table for each size of review."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--outcomes", type=int, nargs="*", default=[10, 100, 1000])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        base = empty(chosen.runs, work)
        table(
            "Anakinra, 22 outcomes",
            base,
            anakinra(chosen.runs, work) + peer(work / "anakinra", chosen.runs, work),
        )
        for outcomes in chosen.outcomes:
            review = work / f"made-up-{outcomes}"
            synthetic.create(review, outcomes)
            runs = chosen.runs if outcomes < 500 else 1
            made = measure(workflow("tables", "plot"), review, runs, fresh(review))
            again = measure(workflow("tables", "plot"), review, runs, nothing)
            rows = [("clean: pooled and plotted", made), ("nothing to do", again)]
            table(f"Made up, {outcomes} outcomes", base, rows + peer(review, 1, work), outcomes)


def table(
    title: str, base: Measured, rows: Sequence[tuple[str, Measured]], outcomes: int = 0
) -> None:
    """One Markdown table: seconds, as a multiple of Snakemake's own no-op, memory, per outcome."""
    print(f"\n### {title}\n\n| | seconds | × an empty workflow | MB | seconds an outcome |")
    print("|---|---:|---:|---:|---:|")
    for name, one in [("Snakemake on an empty workflow", base), *rows]:
        each = f"{one.seconds / outcomes:.3f}" if outcomes and one is not base else ""
        ratio = one.seconds / base.seconds
        print(
            f"| {name} | {one.seconds:.2f} | {ratio:.2f} | {one.megabytes:.0f} | {each} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
