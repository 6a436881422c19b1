"""The same pool by other libraries: lines, digits and time, in one run.

    uv run --all-groups --with pymare --with PyMetaAnalysis --with pimeta \
        python benchmarks/bench_peers.py

The 13 BCG trials as risk ratios, random effects by REML with Hartung and Knapp's interval. Each way
is the text of a program as its documentation would write it, counted in lines, run with the data
frame at hand; its time is the least of five medians. Needs Rscript with metafor for R's row and for
the digits that the others are compared with.
"""

import csv
import statistics
import subprocess
import sys
import time
from math import log10
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]
PROGRAMS = {
    "here": """
import metasynth as ms
r = ms.pool(df, measure="RR", tau2="REML", ci="HKSJ")
result = [r.pooled.tau2, r.pooled.log_estimate, r.pooled.se]
""",
    "PyMARE": """
import numpy as np
from pymare.estimators import VarianceBasedLikelihoodEstimator
y = np.log(df.ai / df.n1i) - np.log(df.ci / df.n2i)
v = 1 / df.ai - 1 / df.n1i + 1 / df.ci - 1 / df.n2i
estimator = VarianceBasedLikelihoodEstimator(method="REML")
fit = estimator.fit(y=y.values, v=v.values, X=np.ones((len(y), 1))).summary()
result = [fit.tau2.item(), *(fit.get_fe_stats()[name].item() for name in ("est", "se"))]
""",
    "PyMetaAnalysis": """
import meta_analyze as ma
r = ma.meta_binary(
    df, event_treat="ai", n_treat="n1i", event_control="ci", n_control="n2i", measure="RR",
    method="IV", model="random", tau2_method="REML", ci_method="hartung-knapp",
)
result = [r.tau2, r.estimate, r.standard_error]
""",
    "pimeta": """
from pimeta import escalc, rma
e = escalc("RR", ai="ai", n1i="n1i", ci="ci", n2i="n2i", data=df)
r = rma(e.yi, e.vi, method="REML", test="knha")
result = [r.tau2, *r.b, *r.se]
""",
    "statsmodels": """
from statsmodels.stats.meta_analysis import combine_effects, effectsize_2proportions
effect, variance = effectsize_2proportions(df.ai, df.n1i, df.ci, df.n2i, statistic="risk-ratio")
r = combine_effects(effect, variance, method_re="iterated")
result = [r.tau2, r.mean_effect_re, r.sd_eff_w_re_hksj]
""",
}
"""`result` is tau2, the pooled log risk ratio and its standard error."""
IN_R = """
df <- read.csv(commandArgs(TRUE)[1]); suppressMessages(library(metafor))
program <- function() {
  r <- rma(measure="RR", ai=ai, n1i=n1i, ci=ci, n2i=n2i, data=df, method="REML", test="knha",
           control=list(threshold=1e-12, maxiter=1000))
  c(r$tau2, r$beta, r$se)
}
timed <- function(j) system.time(for (k in 1:5) program())[["elapsed"]] / 5
runs <- sapply(1:5, function(i) median(sapply(1:20, timed)))
cat(sprintf("%.17g", c(program(), min(runs))))
"""


def trials() -> pd.DataFrame:
    """The counts of the review in .test, with metafor's names."""
    rows = []
    for folder in sorted((ROOT / ".test/data/raw/trials").iterdir()):
        with (folder / "results.csv").open(encoding="utf-8") as table:
            by_arm = {row["arm_id"]: row for row in csv.DictReader(table) if row["events"]}
        one, two = by_arm["vaccinated"], by_arm["control"]
        counts = (one["events"], one["total"], two["events"], two["total"])
        rows.append([folder.name, *map(int, counts)])
    return pd.DataFrame(rows, columns=["study", "ai", "n1i", "ci", "n2i"])


def run(program: str, df: pd.DataFrame) -> tuple[list[float], float]:
    """What a program gives, and the seconds that one run of it takes."""
    code, names = compile(program, "program", "exec"), {"df": df}
    exec(code, names)

    def timed() -> float:
        start = time.perf_counter()
        exec(code, names)
        return time.perf_counter() - start

    return list(map(float, names["result"])), min(
        statistics.median(timed() for _ in range(100)) for _ in range(5)
    )


def in_r(df: pd.DataFrame) -> tuple[list[float], float]:
    """The same of metafor, in an R process of its own."""
    table = ROOT / "results" / "peers.csv"
    table.parent.mkdir(exist_ok=True)
    df.to_csv(table, index=False)
    done = subprocess.run(
        ["Rscript", "-e", IN_R, str(table)], capture_output=True, text=True, check=True
    )
    table.unlink()
    *result, seconds = map(float, done.stdout.split())
    return result, seconds


def digits(result: list[float], reference: list[float]) -> float:
    """To how many significant digits the three numbers agree with metafor's, at least."""
    worst = max(abs(a - b) / abs(b) for a, b in zip(result, reference, strict=True))
    return 15.0 if worst == 0 else min(15.0, -log10(worst))


def main() -> None:
    """Print the table of docs/comparison.md."""
    df = trials()
    reference, seconds = in_r(df)
    print("| | lines | digits as metafor | µs | metafor's |\n| --- | ---: | ---: | ---: | ---: |")
    print(f"| metafor | 3 | | {seconds * 1e6:.0f} | 1 |")
    for name, program in PROGRAMS.items():
        try:
            result, own = run(program, df)
        except ImportError as error:
            print(f"{name} is not installed: {error}", file=sys.stderr)
            continue
        lines = len(program.strip().splitlines())
        print(
            f"| {name} | {lines} | {digits(result, reference):.1f} | {own * 1e6:.0f} "
            f"| {own / seconds:.2f} |"
        )
        print(name, result, reference, file=sys.stderr)


if __name__ == "__main__":
    main()
