"""How a run on a cluster grows with its jobs: a real Slurm of one node, started and stopped here.

    sudo python benchmarks/bench_slurm.py [--outcomes 10 20 40] [--jobs 20]

Every outcome is a job of its own in pooling and again in plotting, the worst case; with `--jobs`
they are shared out among so many jobs at once. On a cluster of many nodes as many jobs run at once,
here as many as there are cores. Needs root and Debian's slurm-wlm and munge.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import synthetic
from processes import Measured, measure

PIPELINE = Path(__file__).parent.parent
sys.path.insert(0, str(PIPELINE))

from tests.cluster.one_node import one_node  # noqa: E402

HEADER = """\
| outcomes | jobs | seconds | seconds a job | Snakemake's processor seconds | of these, a job |
|---:|---:|---:|---:|---:|---:|"""
SNAKEMAKE = [sys.executable, "-m", "snakemake", "--quiet", "all"]


def run(review: Path, start: list[str], how: list[str]) -> Measured:
    """One clean run that pools and plots."""
    command = [*start, *SNAKEMAKE, "--snakefile", str(PIPELINE / "Snakefile"), *how]
    return measure([*command, "--", "tables", "plot"], review, 1)


def main() -> None:
    """Measure, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outcomes", type=int, nargs="*", default=[10, 20, 40])
    parser.add_argument("--jobs", type=int, help="at once; by default as many as outcomes take")
    asked = parser.parse_args()
    print(HEADER)
    with tempfile.TemporaryDirectory() as name, one_node(Path(name)) as start:
        profile = ["--profile", str(PIPELINE / "profiles" / "slurm"), "--jobs"]
        for outcomes in asked.outcomes:
            review = Path(name) / f"made-up-{outcomes}"
            synthetic.create(review, outcomes)
            at_once = asked.jobs or 2 * outcomes + 2
            taken = run(review, start, [*profile, str(at_once)])
            jobs = 2 * min(outcomes, at_once) + 2
            times = f"{taken.seconds:.1f} | {taken.seconds / jobs:.2f}"
            own = f"{taken.own:.1f} | {taken.own / jobs:.3f}"
            print(f"| {outcomes} | {jobs} | {times} | {own} |", flush=True)


if __name__ == "__main__":
    main()
