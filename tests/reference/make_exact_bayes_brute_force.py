"""Posteriors of 2x2 tables by plain integration over mu, tau and each trial's own effect.

    .venv/bin/python tests/reference/make_exact_bayes_brute_force.py

writes expected/exact_bayes_brute_force.csv beside itself (about ten minutes). Nothing here is taken
from the engine: a table's probability is the sum over all tables with its margins, in logarithms;
its trial's effect is integrated out by 400 points of Gauss and Legendre's rule over ten standard
deviations on either side, from the value `split` on where that is asked for; tau and mu by
trapezoidal sums over double-exponential maps (Takahasi and Mori, Publ RIMS 1974;9:721-41), with two
steps that must agree to 1e-9.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from scipy import special, stats

TABLES = {  # events and participants of both groups
    "sparse": [(0, 50, 4, 50), (3, 43, 5, 43), (2, 60, 5, 58)],
    "two": [(0, 20, 1, 20), (1, 31, 3, 31)],
    "none_treated": [(0, 50, 4, 50), (0, 30, 2, 30)],
    "opposed": [(0, 40, 5, 41), (6, 38, 0, 40)],
    "common": [(6, 30, 3, 29), (9, 40, 7, 41)],
}
PRIORS = {
    "half_normal": lambda t, s, m: stats.halfnorm.pdf(t, scale=s),
    "exponential": lambda t, s, m: stats.expon.pdf(t, scale=s),
    "log_normal": lambda t, s, m: stats.norm.pdf((np.log(t) - m) / s) / (s * t),
}
RUNS = [
    ("sparse", "half_normal", 0.5, None, None, None),
    ("two", "log_normal", 0.87, -1.28, 0.0, 2.0),
    ("none_treated", "half_normal", 0.5, None, 0.0, 2.0),
    ("opposed", "half_normal", 1.0, None, None, None),
    ("common", "exponential", 0.3, None, None, None),
]
SPLIT, AGREE, POINTS, REACH = -0.4, 1e-9, 400, 10.0
NODES, WEIGHTS = np.polynomial.legendre.leggauss(POINTS)


def log_likelihood(table, theta):
    a, n1, c, n2 = table
    x = np.arange(max(0, a + c - n2), min(n1, a + c) + 1)
    ways = [-special.gammaln(z + 1) for z in (x, n1 - x, a + c - x, n2 - a - c + x)]
    ways = np.sum(ways, axis=0)
    each = ways[:, None] + x[:, None] * theta.ravel()
    found = ways[x == a] + a * theta.ravel() - special.logsumexp(each, axis=0)
    return found.reshape(theta.shape)


def over_effects(table, mu, tau, start):
    """Integrals of 1 and theta over effects normal about mu, z from `start` on; mu (n,)."""
    half = (REACH - start) / 2
    z = start[:, None] + half[:, None] * (1 + NODES)
    theta = mu[:, None] + tau * z
    weight = np.exp(log_likelihood(table, theta) - z**2 / 2) / np.sqrt(2 * np.pi) * WEIGHTS
    weight *= half[:, None]
    return weight.sum(axis=1), (weight * theta).sum(axis=1)


def integrals(run, step):
    """Weighted sums over the plane, one tau after the other."""
    name, family, scale, location, mean, sd = run
    t = np.arange(-4.4, 4.4, step)
    away = np.exp(np.pi / 2 * np.sinh(t))
    mu = np.concatenate([SPLIT + away, SPLIT - away])
    jacobian = np.tile(away * np.pi / 2 * np.cosh(t) * step, 2)
    keep = np.abs(mu) < 60
    mu, jacobian = mu[keep], jacobian[keep]
    prior = stats.norm.pdf(mu, mean, sd) if sd else np.ones_like(mu)
    total = np.zeros(7)
    for w in np.arange(-4.5, 3.0, step):
        tau = np.exp(2 * np.sinh(w))
        density = PRIORS[family](tau, scale, location) * tau * 2 * np.cosh(w) * step
        if density < 1e-22:
            continue
        whole = np.full_like(mu, -REACH)
        first, theta = over_effects(TABLES[name][0], mu, tau, whole)
        others = prior * jacobian * density
        for table in TABLES[name][1:]:
            others = others * over_effects(table, mu, tau, whole)[0]
        start = np.clip((SPLIT - mu) / tau, -REACH, REACH)
        beyond, _ = over_effects(TABLES[name][0], mu, tau, start)
        weight = first * others
        parts = [
            weight,
            weight * (mu > SPLIT),
            weight * mu,
            weight * tau,
            theta * others,
            beyond * others,
            weight * stats.norm.sf(SPLIT, mu, tau),
        ]
        total += np.array([part.sum() for part in parts])
    return np.array([total[0], *(total[1:] / total[0])])


def settled(run):
    """The integrals, which another step does not change."""
    coarse, fine = (integrals(run, step) for step in (0.055, 0.04))
    change = np.abs(coarse - fine) / np.maximum(1e-2, np.abs(fine))
    print(run, fine, change.max(), flush=True)
    if not change.max() < AGREE:
        sys.exit(f"{run}: the integrals change by {change}")
    return fine


def main():
    file = Path(__file__).parent / "expected" / "exact_bayes_brute_force.csv"
    names = ("family", "scale", "location", "mu_mean", "mu_sd", "tables", "split", "marginal")
    names += ("mu_above", "mu_mean_after", "tau_mean", "theta1_mean", "theta1_above", "new_above")
    with file.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["dataset", *names])
        for run in RUNS:
            found = settled(run)
            tables = "; ".join(" ".join(map(str, table)) for table in TABLES[run[0]])
            cells = ["" if x is None else x for x in run]
            writer.writerow([*cells, tables, SPLIT, *(f"{x:.12g}" for x in found)])


if __name__ == "__main__":
    main()
