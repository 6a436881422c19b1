"""How often intervals of few trials hold the true mean effect: a seeded simulation.

python benchmarks/coverage_of_few_trials.py writes the table of docs/few_trials.md, in about a
minute. Trials of 50 to 400 patients an arm; log odds ratios as normal effects with the variance
4/n / (p(1 - p)) at p = 0.3; true effects normal about mu = 0.4 with standard deviation tau.
Each number rests on the same made-up trials for all methods.
"""

from pathlib import Path

import numpy as np

from metasynth.model.priors import TauPrior
from metasynth.stats.bayes import bayes_columns
from metasynth.stats.effects.binary import Array
from metasynth.stats.intervals import hksj_ad_hoc_interval, hksj_interval, interval
from metasynth.stats.pooling import inverse_variance
from metasynth.stats.tau2 import estimate_tau2

PAGE = Path(__file__).parents[1] / "docs/few_trials.md"
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
POOLS, SEED, MU, RISK = 2000, 20261127, 0.4, 0.3
TRIALS, TAUS = (2, 3, 5), (0.0, 0.2, 0.5, 1.0)
PRIORS = {f"half-normal {scale:g}": TauPrior("half_normal", scale) for scale in (0.5, 1.0)}
METHODS = ("common effect", "Wald", "HKSJ", "HKSJ, ad hoc", *PRIORS)


def trials(k: int, tau: float, draw: np.random.Generator) -> tuple[Array, Array]:
    """Effects and variances of made-up meta-analyses, shape (pools, k)."""
    patients = np.exp(draw.uniform(np.log(50), np.log(400), (POOLS, k)))
    v = 2 / patients / (RISK * (1 - RISK))
    return draw.normal(MU, np.sqrt(v + tau**2)), v


def limits(y: Array, v: Array) -> dict[str, tuple[Array, Array]]:
    """The 95 % limits of every method, of every pool."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in METHODS[:4]}
    for effects, variances in zip(y, v, strict=True):
        tau2 = estimate_tau2(effects, variances, "REML").value
        common = inverse_variance(effects, variances)
        pool = inverse_variance(effects, variances, tau2)
        mean, variance = float(pool.mean), float(pool.variance)
        given = (effects, variances, tau2, mean, variance)
        intervals = (
            interval(float(common.mean), float(common.variance) ** 0.5),
            interval(mean, variance**0.5),
            hksj_interval(*given),
            hksj_ad_hoc_interval(*given),
        )
        for name, its in zip(found, intervals, strict=True):
            found[name].append((its.low, its.high))
    of_frequentists = {name: np.array(pairs).T for name, pairs in found.items()}
    columns = {name: (low, high) for name, (low, high) in of_frequentists.items()}
    return columns | {name: bayes_columns(y, v, prior).central for name, prior in PRIORS.items()}


def table() -> str:
    """The table, with the seed and what a number's chance error is."""
    draw = np.random.default_rng(SEED)
    lines = [
        f"| trials | tau | {' | '.join(METHODS)} |",
        f"| --- | --- |{' ---: |' * len(METHODS)}",
    ]
    for k in TRIALS:
        for tau in TAUS:
            found = limits(*trials(k, tau, draw))
            cells = []
            for name in METHODS:
                low, high = found[name]
                holds = 100 * np.mean((low <= MU) & (high >= MU))
                cells.append(f"{holds:.1f}% ({np.median(high - low):.2f})")
            lines.append(f"| {k} | {tau:g} | {' | '.join(cells)} |")
    error = 100 * np.sqrt(0.95 * 0.05 / POOLS)
    told = f"{POOLS} made-up meta-analyses a line, seed {SEED}; the standard error of 95% is "
    told += f"{error:.1f}%."
    return "\n".join([*lines, "", told])


def main() -> None:
    """Write the table into the page."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
