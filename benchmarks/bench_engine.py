"""How fast the engine pools, as a multiple of metafor's rate in one R process on this machine.

    python benchmarks/bench_engine.py

Needs Rscript with metafor. Both pool the log risk ratios of the 13 BCG trials by REML with HKSJ
and a prediction interval; each figure is the best of five rounds.
"""

import subprocess
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np

from metasynth.stats.effects.binary import Tables, binary_effects
from metasynth.stats.heterogeneity import q_profile
from metasynth.stats.intervals import hksj_interval, prediction_interval
from metasynth.stats.pool_columns import gosh, pool_many
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.tau2 import estimate_tau2

HERE = Path(__file__).parent
COUNTS = HERE.parent / "tests" / "reference" / "expected" / "counts.csv"


def bcg() -> tuple[np.ndarray, np.ndarray]:
    """The effects and variances that both sides pool."""
    lines = [line.split(",") for line in COUNTS.read_text(encoding="utf-8").splitlines()]
    rows = [[float(x) for x in line[2:]] for line in lines if line[0] == "bcg"]
    own = binary_effects(Tables(*np.array(rows).T), "RR")
    return own.y, own.v


def seconds(task: Callable[[], object], repeats: int) -> float:
    """Best mean time of one call over five rounds."""
    task()
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(repeats):
            task()
        best = min(best, (time.perf_counter() - start) / repeats)
    return best


def pool(y: np.ndarray, v: np.ndarray) -> None:
    """One meta-analysis: REML, HKSJ, prediction interval."""
    tau2 = estimate_tau2(y, v, "REML").value
    found = inverse_variance(y, v, tau2)
    mean = float(found.mean)
    hksj = hksj_interval(y, v, tau2, mean, float(found.variance))
    prediction_interval(mean, hksj.se, tau2, len(y) - 1)


def pool_with_limits(y: np.ndarray, v: np.ndarray) -> None:
    """The same with Q-profile limits."""
    pool(y, v)
    q_profile(y, v)


def peak_of_gosh(y: np.ndarray, v: np.ndarray, subsets: int) -> float:
    """Megabytes in use at most while that many subsets are pooled and looked at."""
    tracemalloc.start()
    for batch in gosh(y, v, subsets):
        batch.mean.max()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def main() -> None:
    """Measure both sides and print a Markdown table."""
    y, v = bcg()
    many = 100_000
    draw = np.random.default_rng(1)
    columns = y[:, None] + draw.normal(0, 0.1, (len(y), many)), np.repeat(v[:, None], many, axis=1)
    command = ["Rscript", str(HERE / "bench_engine.R")]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    r_pool, r_limits = (float(x) for x in output.split())
    rows = [
        ("REML + HKSJ + prediction, one at a time", r_pool, seconds(lambda: pool(y, v), 200)),
        ("the same + Q-profile limits", r_limits, seconds(lambda: pool_with_limits(y, v), 100)),
        (f"{many} meta-analyses at once", r_pool, seconds(lambda: pool_many(*columns), 1) / many),
        (
            f"GOSH, all {2 ** len(y) - 1} subsets",
            r_pool,
            seconds(lambda: list(gosh(y, v)), 1) / (2 ** len(y) - 1),
        ),
    ]
    print("| 13 trials | metafor, µs | here, µs | ratio |\n|---|---:|---:|---:|")
    for name, theirs, ours in rows:
        print(f"| {name} | {1e6 * theirs:.0f} | {1e6 * ours:.1f} | {theirs / ours:.0f}× |")
    for subsets in (10_000, 100_000):
        print(f"\nGOSH of {subsets} subsets: {peak_of_gosh(y, v, subsets):.1f} MB at most")


if __name__ == "__main__":
    main()
