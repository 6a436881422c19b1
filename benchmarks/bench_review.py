"""How long whole runs take, as processes, and beside R with metafor doing the pooling and plotting.

    python benchmarks/bench_review.py [--runs 3] [--outcomes 10 100 1000]

Every row is the median of its runs: seconds of wall time on two cores and of processor time, the
share of Snakemake itself in that, and the peak memory of Snakemake and of the largest job. Ratios
are between medians of this one call: compare no absolute time across machines. Needs Rscript with
metafor for the peer's rows (left out otherwise); R makes estimates and forest plots only, once in
one process for all outcomes and once in a process for each of (at most) ten outcomes, which stand
for the others.
"""

import argparse
import csv
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import log
from pathlib import Path

import synthetic
from processes import Measured, measure

from metasynth.review.load import load_review

HERE = Path(__file__).parent
PIPELINE = HERE.parent
EMPTY = 'rule all:\n    input: "there.txt"\n'
SNAKEMAKE = [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all"]
ADDED = "data/raw/trials/added"
FELT = ("results/tables/estimates.csv", "results/figures/acr50_w24/forest.svg")
"""What the user who adds a trial waits for first."""
OFTEN = 9
"""Runs of what takes a second: its scatter is a tenth of that."""
MODELS = {"random": "random", "MH": "MH", "Peto": "Peto"}


def fresh(folder: Path) -> Callable[[], None]:
    """Makes a folder look as if nothing had ever run in it."""

    def clear() -> None:
        for name in ("results", ".snakemake", "logs"):
            shutil.rmtree(folder / name, ignore_errors=True)

    return clear


def workflow(*targets: str) -> list[str]:
    """The command that runs this workflow in another folder."""
    return [*SNAKEMAKE, "--snakefile", str(PIPELINE / "Snakefile"), "--", *targets]


def adding(review: Path, like: str, label: str, *targets: str) -> Callable[[], None]:
    """Gives a finished review one trial more: another one's tables under another name."""

    def add() -> None:
        shutil.rmtree(review / ADDED, ignore_errors=True)
        subprocess.run(workflow(*targets), cwd=review, check=True, capture_output=True)
        shutil.copytree(review / "data/raw/trials" / like, review / ADDED)
        study = review / ADDED / "study.csv"
        study.write_text(study.read_text("utf-8").replace(f"{label},", "Added,"), "utf-8")

    return add


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
    rows.append(("nothing to do", measure(workflow(), review, max(runs, OFTEN))))
    added = measure(workflow(), review, runs, adding(review, "bao2011", "Bao 2011"))
    rows.append(("one trial added", added))
    felt = measure(workflow(*FELT), review, runs, adding(review, "bao2011", "Bao 2011"))
    rows.append(("one trial added: the new row of estimates, and a forest plot", felt))
    shutil.rmtree(review / ADDED)
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
    (folder / "there.txt").touch()
    shutil.copytree(PIPELINE / "profiles", folder / "profiles")
    return measure(SNAKEMAKE, folder, max(runs, OFTEN))


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
    # Rscript starts R as a process of its own: there is no job beside it.
    single = replace(measure(command, review, runs), own=0.0, job_megabytes=0.0)
    rows = [("R, one process for all: pooling and forest plots", single)]
    chosen = ids[:: max(1, len(ids) // 10)][:10]
    each = [measure([*command, name], review, 1) for name in chosen]
    whole = statistics.median(one.seconds for one in each) * len(ids) / 2
    label = "R, a process for each outcome, two at a time"
    return [*rows, (label, Measured(whole, megabytes=max(one.megabytes for one in each)))]


def made_up(outcomes: int, runs: int, work: Path, base: Measured, *, with_peer: bool) -> Measured:
    """A made-up review of so many outcomes, pooled and plotted; its table is printed."""
    review = work / f"made-up-{outcomes}"
    synthetic.create(review, outcomes)
    clean = measure(workflow("tables", "plot"), review, runs, fresh(review))
    again = measure(workflow("tables", "plot"), review, runs)
    add = adding(review, "trial00001", "Trial 1", "tables", "plot")
    added = measure(workflow("tables", "plot"), review, runs, add)
    shutil.rmtree(review / ADDED)
    rows = [
        ("clean: pooled and plotted", clean),
        ("nothing to do", again),
        ("one trial added", added),
    ]
    rows += peer(review, 1, work) if with_peer else []
    table(f"Made up, {outcomes} outcomes", base, rows, outcomes)
    shutil.rmtree(review)
    return clean


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """b of seconds = a outcomes^b, by least squares of the logarithms."""
    x, y = ([log(value) for value in values] for values in (sizes, seconds))
    return statistics.linear_regression(x, y).slope


def main() -> None:
    """Measure, and print a Markdown table for each size of review."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--outcomes", type=int, nargs="*", default=[10, 100, 1000])
    parser.add_argument(
        "--peer-up-to", type=int, default=1000, help="outcomes beyond which R is left out"
    )
    parser.add_argument("--no-review", action="store_true", help="made-up reviews alone")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        base = empty(chosen.runs, work)
        if not chosen.no_review:
            rows = anakinra(chosen.runs, work) + peer(work / "anakinra", chosen.runs, work)
            table("Anakinra", base, rows)
        times = {}
        for outcomes in chosen.outcomes:
            runs = chosen.runs if outcomes < 500 else 1
            with_peer = outcomes <= chosen.peer_up_to
            times[outcomes] = made_up(outcomes, runs, work, base, with_peer=with_peer).seconds
        if len(large := [size for size in times if size >= 100]) > 1:
            grown = exponent(large, [times[size] for size in large])
            print(f"\nFrom {large[0]} to {large[-1]} outcomes, time grows as outcomes^{grown:.2f}.")


HEADER = (
    "",
    "seconds",
    "× an empty workflow",
    "processor seconds",
    "Snakemake's share",
    "MB",
    "MB of the largest job",
    "seconds an outcome",
)


def table(
    title: str, base: Measured, rows: Sequence[tuple[str, Measured]], outcomes: int = 0
) -> None:
    """One Markdown table."""
    print(f"\n### {title}\n\n| {' | '.join(HEADER)} |\n|---|{'---:|' * (len(HEADER) - 1)}")
    for name, one in [("Snakemake on an empty workflow", base), *rows]:
        cells = (
            name,
            f"{one.seconds:.2f}",
            f"{one.seconds / base.seconds:.2f}",
            f"{one.processor:.2f}" if one.processor else "",
            f"{one.own / one.processor:.0%}" if one.own else "",
            f"{one.megabytes:.0f}",
            f"{one.job_megabytes:.0f}" if one.job_megabytes else "",
            f"{one.seconds / outcomes:.3f}" if outcomes and one is not base else "",
        )
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
