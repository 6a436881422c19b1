"""How long the check takes when a large review is loaded: 1,000 trials with 10,000 results.

    python benchmarks/bench_validation.py [trials]

The trials are copies of Bao 2011, of which each keeps ten results under names of its own. Each
figure is the best of five rounds, in seconds of processor time; reading includes the disk's cache.
"""

import csv
import io
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from metasynth.review import load as validation
from metasynth.review import prose_check
from metasynth.tables import reader
from metasynth.validation.configuration import load

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "data" / "raw"
TRIALS, RESULTS = int((*sys.argv[1:], "1000")[0]), 10
BAO = SOURCE / "trials" / "bao2011"


def review(folder: Path) -> Path:
    """A review of many copies of one trial, with the anakinra review's choices."""
    data = folder / "data" / "raw"
    shutil.copytree(ROOT / "data" / "text", folder / "data" / "text")
    for text in (folder / "data" / "text").glob("*/*.md"):  # their own sentences name other trials
        text.write_text(re.sub(r"\{\{.*?\}\}", "a number", text.read_text("utf-8")), "utf-8")
    (data / "trials").mkdir(parents=True)
    (data / "references.bib").write_bytes((SOURCE / "references.bib").read_bytes())
    header, *rows = csv.reader(io.StringIO((BAO / "results.csv").read_text("utf-8"), newline=""))
    for number in range(TRIALS):
        trial = data / "trials" / f"bao{number:04}"
        trial.mkdir()
        for name in ("arms.csv", "sources.csv"):
            (trial / name).write_bytes((BAO / name).read_bytes())
        study = (BAO / "study.csv").read_text("utf-8").replace("Bao 2011", f"Bao {number}")
        (trial / "study.csv").write_text(study, encoding="utf-8")
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([header, *rows[:RESULTS]])
        (trial / "results.csv").write_text(out.getvalue(), encoding="utf-8")
    config = (ROOT / "config.yaml").read_text("utf-8")
    config = config[: config.index("  acr20_w24_randomised:")]  # its first outcome only
    lines = [line for line in config.splitlines() if not line.startswith("  - [serious")]
    (folder / "config.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """The least processor time of a few rounds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print the time of each stage and of the whole."""
    with tempfile.TemporaryDirectory() as name:
        folder = review(Path(name))
        loaded = validation.load_review(Path("config.yaml"), folder)
        found = sum(len(trial.results) for trial in loaded.trials)
        print(f"{len(loaded.trials):,} trials, {found:,} results")
        raw = reader.read(folder / "data" / "raw")
        config = load(folder / "config.yaml")
        own, own_raw = load(ROOT / "config.yaml"), reader.read(SOURCE)
        prose = prose_check.read(own, ROOT, own.text)
        for label, work in (
            ("read and check each cell", lambda: reader.read(folder / "data" / "raw")),
            ("check rows, trials, review", lambda: validation.validate(config, raw)),
            ("typed records", lambda: reader.trials(raw)),
            ("all, as the workflow loads it", lambda: _load(folder)),
            ("this review, whole", lambda: _load(ROOT)),
            ("of which its prose", lambda: list(prose_check.faults(prose, own, own_raw))),
        ):
            print(f"{label:<32} {best(work):6.2f} s")


def _load(folder: Path) -> object:
    return validation.load_review(Path("config.yaml"), folder)


if __name__ == "__main__":
    main()
