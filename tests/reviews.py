"""Real runs of the workflow, each in its own temporary folder."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from metasynth.core import file_locks
from tests import forks, made_up

REPOSITORY = forks.REPOSITORY
OWN = {REPOSITORY / "Snakefile": REPOSITORY / "workflow"}
REVIEWS = {"anakinra": REPOSITORY, "bcg": REPOSITORY / ".test"}
_OUTPUT = re.compile(r"^    output: (.*)$", re.MULTILINE)
_RECORD = re.compile(r"results/made/(\w+)(?:/([\w.]+))?\.json")


def made(output: str) -> set[str]:
    """What the jobs in Snakemake's own list make, by the records that are among their outputs.

    The report's languages and forms are one: "report".
    """
    records = {pair for line in _OUTPUT.findall(output) for pair in _RECORD.findall(line)}
    return {stage if stage == "report" else f"{stage} {name}".strip() for stage, name in records}


@dataclass(frozen=True)
class Run:
    """What one call of snakemake did."""

    code: int
    output: str


@dataclass(frozen=True)
class Review:
    """A folder with a review's config and data, in which the workflow is run."""

    folder: Path
    snakefile: Path = REPOSITORY / "Snakefile"
    workflow: Path | None = None
    """Of another Snakefile, the folder of its package, if that stays as it is (tests/forks.py)."""

    def report(self, mark: str = "") -> str:
        """The HTML of the article and its supplement; `mark` is a further language's, ".pl"."""
        folder = self.folder / "results/report"
        return "".join(
            (folder / f"{stem}{mark}.html").read_text("utf-8") for stem in ("review", "supplement")
        )

    def snakemake(self, *arguments: str, **environment: str) -> Run:
        words = [
            *("-m", "snakemake", "--snakefile", str(self.snakefile)),
            *("--directory", str(self.folder), "--cores", "2", *arguments),
        ]
        settings = os.environ | environment
        if workflow := self.workflow or OWN.get(self.snakefile):
            return Run(*forks.run(words, self.folder, settings, workflow))
        return Run(*forks.started(words, self.folder, settings))

    def metasynth(self, *words: str) -> Run:
        """What a command of metasynth says in the review's folder."""
        return Run(*forks.run(["-m", "metasynth", *words], self.folder, os.environ))

    def run(self, *arguments: str, **environment: str) -> Run:
        done = self.snakemake(*arguments, **environment)
        assert done.code == 0, done.output
        return done

    def planned(self, *arguments: str, **environment: str) -> set[str]:
        """What the jobs that a dry run announces would make, as "stage member"."""
        return made(self.run("--dry-run", *arguments, "--quiet", "host", **environment).output)

    def results(self) -> dict[str, bytes]:
        root = self.folder / "results"
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }


def copy_review(name: str, folder: Path) -> Review:
    """A copy of a review at its first version, of which no state was accepted yet."""
    source = REVIEWS[name]
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "config.yaml", folder)
    shutil.copytree(source / "data", folder / "data", ignore=shutil.ignore_patterns("baseline"))
    return Review(folder)


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[str], Review]:
    """Makes a copy of a review that has never run."""
    return lambda name: copy_review(name, tmp_path / name)


def write_made_up(name: str, folder: Path) -> Review:
    """A review of tests/made_up.py, whose report is a page alone."""
    made_up.REVIEWS[name].write(folder)
    config = folder / "config.yaml"
    text = config.read_text("utf-8").replace("review:\n", "review:\n  formats: [html]\n", 1)
    config.write_text(text, "utf-8")
    return Review(folder)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Review]:
    """Runs a review to its end, once for all tests of all workers; it is not to be changed.

    One of this repository, or one that is made up.
    """

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    @cache
    def run(name: str) -> Review:
        folder = shared / "finished" / name
        folder.parent.mkdir(exist_ok=True)
        with Path(f"{folder}.lock").open("a+", encoding="utf-8") as lock:
            file_locks.take(lock)
            if not lock.seek(0, os.SEEK_END):
                (copy_review if name in REVIEWS else write_made_up)(name, folder).run()
                lock.write("finished")
        return Review(folder)

    return run


@pytest.fixture
def ran(finished: Callable[[str], Review], tmp_path: Path) -> Review:
    """A finished anakinra review that a test may change."""
    shutil.copytree(finished("anakinra").folder, tmp_path / "review")
    return Review(tmp_path / "review")
