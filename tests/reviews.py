"""Real runs of the workflow, each in its own temporary folder."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
REVIEWS = {"anakinra": REPOSITORY, "bcg": REPOSITORY / "tests" / "bcg"}
_JOB = re.compile(r"^(?:local)?rule (\w+):$", re.MULTILINE)


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

    def snakemake(self, *arguments: str, **environment: str) -> Run:
        command = [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(self.snakefile)),
            *("--directory", str(self.folder), "--cores", "2", *arguments),
        ]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def run(self, *arguments: str, **environment: str) -> Run:
        done = self.snakemake(*arguments, **environment)
        assert done.code == 0, done.output
        return done

    def planned(self, **environment: str) -> set[str]:
        """The jobs that a dry run announces, as "rule wildcard"."""
        output = self.run("--dry-run", **environment).output
        jobs = set()
        _, *parts = _JOB.split(output)
        for rule, block in zip(parts[::2], parts[1::2], strict=True):
            wildcards = re.search(r"wildcards: \w+=(\w+)", block)
            rule = re.sub(r"^plot_\d+$", "plot", rule)  # one rule for each set of figures
            jobs.add(f"{rule} {wildcards[1]}" if wildcards else rule)
        return jobs - {"all"}

    def results(self) -> dict[str, bytes]:
        root = self.folder / "results"
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }


def copy_review(name: str, folder: Path) -> Review:
    source = REVIEWS[name]
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "config.yaml", folder)
    shutil.copytree(source / "data", folder / "data")
    return Review(folder)


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[str], Review]:
    """Makes a copy of a review that has never run."""
    return lambda name: copy_review(name, tmp_path / name)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Review]:
    """Runs a review to its end, once for all tests; what it gives is not to be changed."""

    @cache
    def run(name: str) -> Review:
        review = copy_review(name, tmp_path_factory.mktemp("finished") / name)
        review.run()
        return review

    return run


@pytest.fixture
def ran(finished: Callable[[str], Review], tmp_path: Path) -> Review:
    """A finished anakinra review that a test may change."""
    shutil.copytree(finished("anakinra").folder, tmp_path / "review")
    return Review(tmp_path / "review")
