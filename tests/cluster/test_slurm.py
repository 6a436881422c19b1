"""The review on a cluster: the same bytes as on one machine."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.reviews import REPOSITORY, Review

READ = {"capture_output": True, "text": True, "check": True}
pytestmark = [pytest.mark.slurm, pytest.mark.slow]


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
    listed = subprocess.run([*slurm, "scontrol", "--oneliner", "show", "jobs"], **READ)
    asked = {
        (rule[1], memory[1])
        for job in listed.stdout.splitlines()
        if (rule := re.search(r"Comment=rule_([a-z]+)", job))
        and (memory := re.search(r"MinMemory(?:Node|CPU)=(\w+)", job))
    }
    assert asked >= {("report", "1300M"), ("pool", "400M"), ("plot", "400M")}, listed.stdout
