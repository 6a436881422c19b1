"""One outcome of ever more trials: processor seconds and peak memory of each stage.

    python benchmarks/bench_trials.py [--trials 65 150 500 5000] [--type binary]

Each size is a process of its own, which makes a made-up review (see synthetic.py), reads it and
runs what the stages' scripts run, without Snakemake; the memory is the most that the process had
needed by the end of a stage. Processor seconds, unlike wall time, are hardly changed by what else
the machine does.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import synthetic

from metasynth.core import bibtex
from metasynth.figures import catalogue
from metasynth.figures.files import outcome_files, review_files
from metasynth.figures.forest.files import forest_files
from metasynth.language.languages import ENGLISH
from metasynth.living.growth import growth
from metasynth.model.records import FigureChoices
from metasynth.report.compose import compose
from metasynth.report.material import Material
from metasynth.report.render.forms import rendered
from metasynth.review.load import load_review
from metasynth.sensitivity.battery import battery
from metasynth.sensitivity.extraction import extraction
from metasynth.sensitivity.multiverse import multiverse
from metasynth.sensitivity.robustness import Stability
from metasynth.sensitivity.sequential import sequential
from metasynth.synthesis.comparison import study_data
from metasynth.synthesis.synthesise import synthesise

TEMPLATES = Path(__file__).parents[1] / "workflow" / "report"
Made = TypeVar("Made")


def timed(cells: list[str], task: Callable[[], Made]) -> Made:
    """What a task gives; its processor seconds and the peak megabytes so far become cells."""
    start = time.process_time()
    found = task()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cells += [f"{time.process_time() - start:.1f}", f"{peak:.0f}"]
    return found


def one(trials: int, kind: str) -> list[str]:
    """The cells of one size, measured in this process, in an empty working directory."""
    folder, cells = Path("review"), [f"{trials}"]
    synthetic.create_large(folder, trials, kind)
    os.chdir(folder)
    review = timed(cells, lambda: load_review(Path("config.yaml"), Path()))
    config, outcome = review.config, review.config.outcomes[0]
    analyses = {analysis.name: analysis for analysis in config.analyses}
    specs = [analyses[name] for name in outcome.analyses]
    made = [study_data(trial, outcome, config.comparison) for trial in review.trials]
    studies = [study for own in made if isinstance(own, tuple) for study in own]
    result = timed(cells, lambda: synthesise(outcome, specs, config.comparison, studies))
    qualified = timed(cells, lambda: (battery(result), growth([result])))[0]
    stability = timed(
        cells,
        lambda: Stability(
            extraction(result, review.trials),
            multiverse(result, review.trials, config.multiverse),
            sequential(result),
        ),
    )
    names = [f"{outcome.id}/{name}" for name in catalogue.figures(outcome, trials)]
    languages = {"": ENGLISH}

    def draw() -> dict[str, str]:
        first, *others = (f"{name}.svg" for name in names)
        robust = qualified, stability.multiverse, stability.sequential
        return (
            forest_files([first], result, languages, FigureChoices(), {})
            | outcome_files(others, result, languages, *robust)
            | review_files(["flow.svg"], [result], review.trials, review.flow, languages)
        )

    figures = {}
    for name, svg in timed(cells, draw).items():
        path = Path("results/figures", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg, encoding="utf-8")
        figures[name.removesuffix(".svg")] = str(path)
    references = Path(config.data, "references.bib").read_text("utf-8")
    material = Material(
        config=config,
        trials=review.trials,
        results=(result,),
        reproductions=(),
        bibliography={it.key: it for it in bibtex.parse(references, "references.bib")[0]},
        figures=figures,
        sensitivities={outcome.id: qualified},
        versions=(),
        stability={outcome.id: stability},
    )
    document = timed(cells, lambda: compose(material, ENGLISH, TEMPLATES))
    for form in ("html", "pdf"):
        made_of = timed(cells, lambda form=form: rendered(document, form, ENGLISH, TEMPLATES, []))
        data = made_of.encode() if isinstance(made_of, str) else made_of
        Path(f"review.{form}").write_bytes(data)
        cells.append(f"{len(data) / 1e6:.1f}")
    return cells


STAGES = ("load", "pool", "sensitivity", "extraction, multiverse", "figures", "report")


def main() -> None:
    """Measure each size in a process of its own, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, nargs="*", default=[65, 150, 500, 5000])
    parser.add_argument("--type", choices=synthetic.TYPES, default="binary")
    parser.add_argument("--keep", type=Path, help="folder for the reviews, which are kept there")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.here:
        print("| " + " | ".join(one(chosen.trials[0], chosen.type)) + " |")
        return
    heads = [f"{stage}, s | MB" for stage in STAGES] + [
        "HTML, s | MB | size, MB",
        "PDF, s | MB | size, MB",
    ]
    line = "| trials | " + " | ".join(heads) + " |"
    print(line + "\n|" + " ---: |" * (line.count("|") - 1), flush=True)
    for trials in chosen.trials:
        with tempfile.TemporaryDirectory() as name:
            folder = (chosen.keep or Path(name)) / f"{chosen.type}-{trials}"
            folder.mkdir(parents=True)
            command = [sys.executable, str(Path(__file__).resolve()), "--here"]
            command += ["--trials", str(trials), "--type", chosen.type]
            subprocess.run(command, check=True, cwd=folder)


if __name__ == "__main__":
    main()
