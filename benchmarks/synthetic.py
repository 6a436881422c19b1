"""Made-up reviews of any size, the same for the same seed: what benchmarks of size are run on.

    python benchmarks/synthetic.py <folder> --outcomes 1000
    python benchmarks/synthetic.py <folder> --trials 500 --type continuous

Each trial is of one of five sizes and reports about forty outcomes; each outcome is reported by 5
to 10 trials, with a true effect of its own and some heterogeneity. With `--trials` there is one
outcome, which all trials report. Nothing in them is real.
"""

import argparse
import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from metasynth.model.bounds import TOLD_OUTCOMES
from metasynth.tables import scaffold
from metasynth.tables.table_schema import tables

CONFIG = """\
review:
  title: A made-up review of {outcomes} outcomes
  version: 1.0.0
  date: "2026-01-31"
  languages: [en]
  formats: [{formats}]
comparison:
  intervention: [drug]
  control: [placebo]
  labels: {{intervention: Drug, control: Placebo}}
analyses:
  primary:
    label: Random effects (REML, HKSJ)
    model: random
    tau2: REML
    ci: HKSJ
    prediction: t_k-1
  common: {{label: Common effect (Mantel–Haenszel), model: MH}}
outcomes:
"""
OUTCOME = """\
  {id}:
    label: Outcome {number}
    outcome: {id}
    type: binary
    measure: {measure}
    direction: harm
    analyses: [primary, common]
"""
LARGE = """\
  response:
    label: Response
    outcome: response
    type: {type}
    measure: {measure}
    direction: harm
    analyses: [{analyses}]
"""
TYPES = {"binary": "OR", "continuous": "MD", "generic": "HR", "proportion": "PLO", "rate": "IRR"}
"""The types of outcome that one of many trials may have, each with its measure."""
REFERENCE = "@misc{synthetic, title = {A made-up source}, year = {2026}}\n"


def write_table(path: Path, name: str, rows: Iterable[Sequence[object]], *fields: str) -> None:
    """One raw table: the named fields, the other columns blank, optional ones only where named."""
    known = tables()[name].columns
    columns = [column.name for column in known if not column.optional or column.name in fields]
    places = [fields.index(column) if column in fields else None for column in columns]
    with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(["" if p is None else row[p] for p in places] for row in rows)


def create(folder: Path, outcomes: int, seed: int = 1) -> None:
    """Write a made-up review of so many outcomes into a new folder."""
    scaffold.create(folder)
    for text in (folder / "data/text").rglob("*.md"):
        items = " ".join(re.findall(r"\{prisma[^}]*\}", text.read_text("utf-8")))
        said = f"Nothing in this review is real. {items}".strip()  # names no outcome
        text.write_text(f"{said}\n", encoding="utf-8")
    draw = np.random.default_rng(seed)
    trials = max(10, outcomes * 15 // 80)  # 7.5 trials an outcome, 40 outcomes a trial
    sizes = draw.choice([40, 90, 150, 300, 800], trials)
    results: list[list[tuple[object, ...]]] = [[] for _ in range(trials)]
    names = [f"outcome_{number:05}" for number in range(1, outcomes + 1)]
    for name in names:
        log_ratio, tau = draw.normal(0, 0.3), abs(draw.normal(0, 0.2))
        for trial in draw.choice(trials, draw.integers(5, 11), replace=False):
            total, risk = int(sizes[trial]), draw.uniform(0.05, 0.4)
            other = min(0.95, risk * np.exp(log_ratio + draw.normal(0, tau)))
            for arm, chance in (("drug", other), ("placebo", risk)):
                events = int(draw.binomial(total, chance))
                results[trial].append((name, arm, events, total, "external", "synthetic"))
    for number, rows in enumerate(results, start=1):
        write_trial(folder / "data/raw/trials" / f"trial{number:05}", number, rows)
    (folder / "data/raw/references.bib").write_text(REFERENCE, encoding="utf-8")
    formats = "html, pdf, docx" if outcomes <= TOLD_OUTCOMES else ""
    text = CONFIG.format(outcomes=outcomes, formats=formats)
    for number, name in enumerate(names, start=1):
        text += OUTCOME.format(id=name, number=number, measure="RR" if number % 2 else "OR")
    (folder / "config.yaml").write_text(text, encoding="utf-8")


def create_large(folder: Path, trials: int, kind: str = "binary", seed: int = 1) -> None:
    """Write a made-up review of one outcome, which so many trials report, into a new folder.

    Its prose is the scaffold's, which names an outcome of this name. Of counts, a tenth of the
    trials print percentages that fit three numbers of events.
    """
    scaffold.create(folder)
    draw = np.random.default_rng(seed)
    for number in range(1, trials + 1):
        columns, rows = _reported(kind, number % 10 == 0, draw)
        place = folder / "data/raw/trials" / f"trial{number:05}"
        write_trial(place, number, rows, ("outcome", *columns, "provenance", "source_id"))
    (folder / "data/raw/references.bib").write_text(REFERENCE, encoding="utf-8")
    analyses = "primary, common" if kind == "binary" else "primary"
    outcome = LARGE.format(type=kind, measure=TYPES[kind], analyses=analyses)
    text = CONFIG.format(outcomes=1, formats="html, pdf, docx") + outcome
    (folder / "config.yaml").write_text(text, encoding="utf-8")


def _reported(
    kind: str, vague: bool, draw: np.random.Generator
) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """The columns and rows in which a trial reports the outcome of its type."""
    total, risk, shift = int(draw.integers(40, 300)), draw.uniform(0.1, 0.4), draw.normal(-0.1, 0.2)
    sides = (("drug", shift), ("placebo", 0.0))
    rows: list[tuple[object, ...]]
    if kind == "generic":
        columns: tuple[str, ...] = ("arm_id", "reference_arm_id", "estimate", "ci_low", "ci_high")
        limits = (f"{np.exp(shift + z / np.sqrt(total)):.6g}" for z in (0.0, -1.96, 1.96))
        rows = [("drug", "placebo", *limits)]
    elif kind == "continuous":
        columns = ("arm_id", "mean", "sd", "total")
        rows = [(arm, f"{5 + own + draw.normal(0, 0.1):.2f}", "1.8", total) for arm, own in sides]
    else:
        counts = [(arm, int(draw.binomial(total, risk * np.exp(own)))) for arm, own in sides]
        columns = ("arm_id", "events", "total", "events_low", "events_high")
        spread = (1, 1) if vague else (0, 0)
        rows = [
            (arm, n, total, max(0, n - spread[0]), min(total, n + spread[1])) for arm, n in counts
        ]
        if kind == "rate":
            columns = ("arm_id", "events", "person_time")
            rows = [(arm, n, 1.5 * total) for arm, n in counts]
        elif not vague:
            columns, rows = columns[:3], [row[:3] for row in rows]
        if kind == "proportion":
            rows = rows[:1]
    return columns, [("response", *row, "external", "synthetic") for row in rows]


COUNTS = ("outcome", "arm_id", "events", "total", "provenance", "source_id")


def write_trial(
    folder: Path,
    number: int,
    rows: Sequence[tuple[object, ...]],
    columns: Sequence[str] = COUNTS,
) -> None:
    """One trial's folder; `columns` are those of its results."""
    folder.mkdir()
    study = [(f"Trial {number}", 1980 + number % 40, "made up", "included", "synthetic")]
    write_table(folder, "study", study, "label", "year", "design", "status", "reference")
    arms = [
        ("drug", "intervention", "Drug", "drug", "synthetic"),
        ("placebo", "control", "Placebo", "placebo", "synthetic"),
    ]
    write_table(folder, "arms", arms, "arm_id", "role", "label", "treatment", "source_id")
    write_table(folder, "results", rows, *columns)
    source = [("synthetic", "synthetic", "made up", "made up")]
    write_table(folder, "sources", source, "source_id", "reference", "locator", "quote")


def main() -> None:
    """Read the command line and write the review."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--outcomes", type=int, default=100)
    parser.add_argument("--trials", type=int, default=0, help="of one outcome that all report")
    parser.add_argument("--type", choices=TYPES, default="binary", help="of that outcome")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if chosen.trials:
        create_large(chosen.folder, chosen.trials, chosen.type, chosen.seed)
    else:
        create(chosen.folder, chosen.outcomes, chosen.seed)


if __name__ == "__main__":
    main()
