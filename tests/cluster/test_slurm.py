"""The review on a cluster: the same bytes as on one machine."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.reviews import REPOSITORY, Review

pytestmark = pytest.mark.slurm


def test_a_cluster_gives_the_same_bytes(
    slurm: list[str], fresh: Callable[[str], Review], finished: Callable[[str], Review]
) -> None:
    review = fresh("bcg")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(review.snakefile)]
    done = subprocess.run(
        [*slurm, *command, "--profile", str(REPOSITORY / "profiles" / "slurm")],
        cwd=review.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout
    assert "has been submitted with SLURM jobid" in done.stdout
    assert review.results() == finished("bcg").results()
