"""Posteriors of small random-effects meta-analyses by plain integration over mu and tau.

    .venv/bin/python tests/reference/make_bayes_brute_force.py

writes expected/bayes_brute_force.csv beside itself (two minutes). Nothing here is taken from the
engine: mu is not integrated out by a formula, densities come from scipy.stats, and the integrals
are trapezoidal sums over double-exponential maps of tau and, on either side of a value, of mu
(Takahasi and Mori, Publ RIMS 1974;9:721-41), done with two steps that must agree to 1e-10.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from scipy import stats

TRIALS = {
    "two_alike": ([-0.7, -0.4], [0.35, 0.5]),
    "two_apart": ([-1.3, 0.9], [0.3, 0.4]),
    "three": ([0.12, -0.35, 0.62], [0.21, 0.3, 0.55]),
    "three_uneven": ([0.05, 1.1, -0.4], [0.05, 0.9, 0.7]),
    "five": ([2.1, 3.9, 1.2, 5.5, 2.8], [0.9, 1.4, 0.6, 2.0, 1.1]),
}
PRIORS = {
    "half_normal": lambda t, s, m, d: stats.halfnorm.pdf(t, scale=s),
    "half_t": lambda t, s, m, d: 2 * stats.t.pdf(t / s, d) / s,
    "half_cauchy": lambda t, s, m, d: stats.halfcauchy.pdf(t, scale=s),
    "exponential": lambda t, s, m, d: stats.expon.pdf(t, scale=s),
    "log_normal": lambda t, s, m, d: stats.norm.pdf((np.log(t) - m) / s) / (s * t),
    "log_t": lambda t, s, m, d: stats.t.pdf((np.log(t) - m) / s, d) / (s * t),
    "uniform": lambda t, s, m, d: np.ones_like(t),
}
RUNS = [
    ("two_alike", "half_normal", 0.5, None, None, None, None),
    ("two_alike", "exponential", 0.3, None, None, None, None),
    ("two_alike", "log_normal", 0.87, -1.28, None, 0.0, 4.0),
    ("two_apart", "half_normal", 0.5, None, None, 0.0, 2.8),
    ("two_apart", "half_t", 0.5, None, 4.0, None, None),
    ("two_apart", "half_cauchy", 0.5, None, None, 0.0, 1.0),
    ("three", "half_normal", 1.0, None, None, None, None),
    ("three", "half_cauchy", 1.0, None, None, None, None),
    ("three", "log_t", 1.295, -1.72, 5.0, 0.5, 2.0),
    ("three", "jeffreys", None, None, None, None, None),
    ("three_uneven", "half_normal", 0.5, None, None, None, None),
    ("three_uneven", "exponential", 0.5, None, None, 0.0, 1.0),
    ("five", "uniform", None, None, None, None, None),
    ("five", "half_t", 2.0, None, 3.0, None, None),
    ("five", "jeffreys", None, None, None, 0.0, 10.0),
]
FIELDS = ("dataset", "family", "scale", "location", "df", "mu_mean", "mu_sd")
AGREE = 1e-10


def prior_of_tau(run, se):
    _, family, scale, location, df, _, _ = run
    if family == "jeffreys":
        return lambda t: np.sqrt(sum((t / (s * s + t * t)) ** 2 for s in se))
    return lambda t: PRIORS[family](t, scale, location, df)


def integrals(run, split, step):
    """Weighted sums over the plane; the side of mu above `split`, then the side below."""
    y, se = TRIALS[run[0]]
    w = np.arange(-5.9, 4.3, step)
    tau = np.exp(2 * np.sinh(w))[:, None]
    t = np.arange(-4.6, 4.6, step)
    away = np.exp(np.pi / 2 * np.sinh(t))
    jacobian = away * np.pi / 2 * np.cosh(t)
    density_of_tau = prior_of_tau(run, se)(tau[:, 0]) * tau[:, 0] * 2 * np.cosh(w) * step
    total = np.zeros(7)
    for side in (1, -1):
        mu = (split + side * away)[None, :]
        log_likelihood = sum(
            stats.norm.logpdf(a, mu, np.hypot(s, tau)) for a, s in zip(y, se, strict=True)
        )
        log_likelihood = log_likelihood + (stats.norm.logpdf(mu, run[5], run[6]) if run[6] else 0.0)
        weight = np.exp(log_likelihood) * density_of_tau[:, None] * (jacobian * step)[None, :]
        b = tau**2 / (tau**2 + se[0] ** 2)
        theta = b * y[0] + (1 - b) * mu
        spread = np.sqrt(b) * se[0]
        parts = [
            weight,
            weight * (side > 0),
            weight * mu,
            weight * tau,
            weight * theta,
            weight * stats.norm.sf(split, theta, spread),
            weight * stats.norm.sf(split, mu, tau),
        ]
        total += np.array([part.sum() for part in parts])
    return np.array([total[0], *(total[1:] / total[0])])


def settled(run, split):
    """The integrals, which half the step does not change."""
    coarse, fine = (integrals(run, split, step) for step in (0.02, 0.01))
    change = np.abs(coarse - fine) / np.maximum(1e-3, np.abs(fine))
    if not change.max() < AGREE:
        sys.exit(f"{run}: the integrals change by {change}")
    return fine


def main():
    file = Path(__file__).parent / "expected" / "bayes_brute_force.csv"
    names = ("split", "marginal", "mu_above", "mu_mean_after", "tau_mean")
    names += ("theta1_mean", "theta1_above", "new_above")
    with file.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow([*FIELDS, "y", "se", *names])
        for run in RUNS:
            for split in (0.0, 0.4):
                found = settled(run, split)
                y, se = (" ".join(map(str, x)) for x in TRIALS[run[0]])
                cells = ["" if x is None else x for x in run]
                writer.writerow([*cells, y, se, split, *(f"{x:.13g}" for x in found)])


if __name__ == "__main__":
    main()
