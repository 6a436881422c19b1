"""Time Bayesian pools: python benchmarks/bench_bayes.py.

One by one with all results, many at once, and, where R has the package bayesmeta, the same pools
there (its library may be named in R_LIBS). Also what importing the package costs who does not ask.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from metasynth.model.priors import TauPrior
from metasynth.stats.bayes import bayes, bayes_columns
from metasynth.stats.effects.binary import Array

PRIOR = TauPrior("half_normal", 0.5)
POOLS, ONE_BY_ONE, SEED = 10_000, 100, 2026
LAZY = "import sys, metasynth.synthesis.synthesise; print('metasynth.stats.bayes' in sys.modules)"
IN_R = """
suppressPackageStartupMessages(library(bayesmeta))
d <- as.matrix(read.csv(file("stdin"), header = FALSE)); k <- ncol(d) / 2
pool <- function(i) bayesmeta(d[i, 1:k], sqrt(d[i, k + 1:k]), tau.prior = function(t)
  dhalfnormal(t, scale = 0.5))
pool(1); t <- system.time(for (i in seq_len(nrow(d))) pool(i))[["elapsed"]]
cat(t / nrow(d))
"""


def made_up(pools: int, k: int) -> tuple[Array, Array]:
    """Effects and variances of the size of log odds ratios, always the same."""
    draw = np.random.default_rng(SEED)
    return draw.normal(0.0, 0.5, (pools, k)), draw.uniform(0.02, 0.3, (pools, k))


def seconds(work: Callable[[], object]) -> float:
    """Of the processor."""
    start = time.process_time()
    work()
    return time.process_time() - start


def in_r(y: Array, v: Array) -> float | None:
    """Seconds that bayesmeta takes for each pool; None where it is not installed."""
    lines = "\n".join(",".join(map(repr, row)) for row in np.hstack([y, v]).tolist())
    done = subprocess.run(["Rscript", "-e", IN_R], input=lines, capture_output=True, text=True)
    return float(done.stdout.split()[-1]) if done.returncode == 0 else None


def told(k: int) -> str:
    """What pools of k trials take, in a line."""
    y, v = made_up(POOLS, k)
    bayes(y[0], v[0], PRIOR)
    each = [seconds(partial(bayes, y[i], v[i], PRIOR)) for i in range(ONE_BY_ONE)]
    one, many = float(np.median(each)), seconds(partial(bayes_columns, y, v, PRIOR)) / POOLS
    there = in_r(y[:20], v[:20])
    parts = [
        f"{k} trials: {one * 1e3:.1f} ms with all results",
        f"{many * 1e3:.2f} ms each of {POOLS} at once, {one / many:.0f} times faster than that",
    ]
    if there is not None:
        parts.append(f"bayesmeta {there * 1e3:.0f} ms, {there / many:.0f} times as long")
    return "; ".join(parts)


def main() -> None:
    """Print a line for each number of trials."""
    for k in (3, 13):
        print(told(k))
    lazy = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True, check=True)
    print(f"imported without being asked for: {lazy.stdout.strip()}")


if __name__ == "__main__":
    main()
