"""A synthetic review of any size, from a seed: `synthetic.py FOLDER --outcomes 1000`.

Binary outcomes with 2 to 12 of 40 trials each; the numbers mean nothing, but are as varied as real
ones: rare and common events, zero cells, small and large arms, effects that differ between trials.
"""

import argparse
import csv
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from metasynth import scaffold

TRIALS = 40
COLUMNS = {
    "study": "label year design status population background duration_weeks n_randomised "
    "registration reference note",
    "arms": "arm_id role label treatment dose dose_unit n_randomised source_id note",
    "results": "outcome week reading arm_id reference_arm_id events total events_low events_high "
    "reported_percent mean sd estimate se ci_low ci_high provenance source_id note",
    "sources": "source_id reference locator quote",
}
CONFIG = """review: {{title: A synthetic review, version: 0.0.1, date: "2000-01-01"}}
comparison: {{intervention: [drug], control: [placebo]}}
analyses:
  primary: {{label: Random effects, model: random, tau2: REML, ci: HKSJ, prediction: t_k-1}}
  common: {{label: Common effect, model: MH}}
outcomes:
{outcomes}"""
OUTCOME = """  {name}: {{label: Outcome {number}, outcome: {name}, week: 12, type: binary, \
measure: {measure}, direction: benefit, analyses: [primary, common]}}
"""


def table(folder: Path, name: str, rows: Iterable[Sequence[object]]) -> None:
    """Write a trial's table, the columns after those given being blank."""
    columns = COLUMNS[name].split()
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([*row, *[""] * (len(columns) - len(row))] for row in rows)


def results(numbers: random.Random, outcomes: int) -> dict[int, list[list[object]]]:
    """The rows of results.csv by trial; a trial's arms are as large in every outcome."""
    sizes = {trial: numbers.randint(20, 400) for trial in range(TRIALS)}
    rows: dict[int, list[list[object]]] = {trial: [] for trial in range(TRIALS)}
    for outcome in range(outcomes):
        base, ratio = numbers.uniform(0.02, 0.6), numbers.uniform(0.6, 1.5)
        for trial in numbers.sample(range(TRIALS), numbers.randint(2, 12)):
            risk = min(0.95, base * numbers.uniform(0.7, 1.4))
            for arm, own in (("drug", min(0.95, risk * ratio)), ("placebo", risk)):
                events = sum(numbers.random() < own for _ in range(sizes[trial]))
                start = [f"outcome_{outcome}", 12, "", arm, "", events, sizes[trial]]
                rows[trial].append([*start, *[""] * 9, "reported", "page_1"])
    return rows


def create(folder: Path, outcomes: int, seed: int) -> None:
    """Write the review into a new folder."""
    scaffold.create(folder)
    for text in (folder / "data/text").rglob("*.md"):
        text.write_text("", encoding="utf-8")  # the prose of the scaffold names its outcome
    numbers = random.Random(seed)
    references = []
    for trial, rows in results(numbers, outcomes).items():
        name, own = f"trial_{trial}", folder / "data/raw/trials" / f"trial_{trial}"
        own.mkdir()
        size = rows[0][6] if rows else 50
        study = [
            f"Trial {trial}",
            1990 + trial % 30,
            "parallel",
            "included",
            "",
            "",
            12,
            "",
            "",
            name,
        ]
        table(own, "study", [study])
        arms = [
            ("drug", "intervention", "Drug", "drug"),
            ("placebo", "control", "Placebo", "placebo"),
        ]
        table(own, "arms", [[*arm, "", "", size, "page_1"] for arm in arms])
        table(own, "results", rows)
        table(own, "sources", [["page_1", name, "Table 1", "as printed"]])
        references.append(
            f"@article{{{name}, author = {{A, B}}, title = {{T}}, year = {{2000}}}}\n"
        )
    (folder / "data/raw/references.bib").write_text("".join(references), encoding="utf-8")
    entries = "".join(
        OUTCOME.format(name=f"outcome_{n}", number=n, measure="RR" if n % 2 else "OR")
        for n in range(outcomes)
    )
    (folder / "config.yaml").write_text(CONFIG.format(outcomes=entries), encoding="utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--outcomes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    create(given.folder, given.outcomes, given.seed)


if __name__ == "__main__":
    main()
