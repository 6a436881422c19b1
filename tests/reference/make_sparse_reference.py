"""A thousand made-up sparse reviews, and the maxima of their binomial-normal likelihoods.

    .venv/bin/python tests/reference/make_sparse_reference.py

writes expected/sparse.csv beside itself (ten minutes). Nothing here is taken from the engine:
the integrals are plain trapezoidal sums over a fixed grid, which are exact to rounding for such
bells (Trefethen and Weideman, SIAM Rev 2014;56:385-458), with their slopes, and the maximiser is
scipy's BFGS from several starts, of which the highest end counts.
"""

import csv
import random
import sys
from math import exp, log
from pathlib import Path
from statistics import NormalDist

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, gammaln, logsumexp, softmax

SEED = 20070614
REVIEWS = 1000
FITTED = {"UM.FS": REVIEWS, "CM.EL": 100, "UM.RS": 12}
"""How many of the reviews, from the first, get each model: the slower, the fewer."""
CONTROL_RISK, ITS_SPREAD = 0.02, 0.7
EFFECT, ITS_SD = -0.2, 0.2
TAUS = (0.0, 0.0, 0.6, 1.2)
"""Between-study standard deviations of the reviews, in turn."""
STEP = 0.04
U = np.arange(-200, 201) * STEP
STEP_2 = 0.05
SIDE = np.arange(-130, 131) * STEP_2


def review(number):
    """Tables (a, n1, c, n2) of the informative studies of a review, as an array (4, k).

    Only `random()` is drawn on, whose sequence is the same in every version of Python.
    """
    draw = random.Random(SEED + number)

    def normal(mean, sd):
        return NormalDist(mean, sd).inv_cdf(1 - draw.random()) if sd else mean

    def binomial(n, p):
        return sum(draw.random() < p for _ in range(n))

    mean, tau = normal(EFFECT, ITS_SD), TAUS[number % len(TAUS)]
    studies = []
    for _ in range(5 + int(11 * draw.random())):
        n1, n2 = (50 + int(1151 * draw.random()) for _ in range(2))
        risk = min(0.5, exp(normal(log(CONTROL_RISK), ITS_SPREAD)))
        odds = log(risk / (1 - risk)) + normal(mean, tau)
        studies.append((binomial(n1, 1 / (1 + exp(-odds))), n1, binomial(n2, risk), n2))
    return np.array([s for s in studies if 0 < s[0] + s[2] < s[1] + s[3]], dtype=float).T


def _arms(t, one, two):
    """Binomial log likelihood of the log odds of both arms (k, …), and its slopes."""
    a, n1, c, n2 = (x.reshape(-1, *[1] * (one.ndim - 1)) for x in t)
    value = a * one - n1 * np.logaddexp(0, one) + c * two - n2 * np.logaddexp(0, two)
    return value, a - n1 * expit(one), c - n2 * expit(two)


def _integral(value, step):
    """Log of the sum over the last axis times the step, and the shares of the sum."""
    return logsumexp(value, axis=-1) + log(step), softmax(value, axis=-1)


def study_levels(x, t):
    """UM.FS: minus log likelihood and slopes by the k levels, the mean and tau."""
    levels, mean, tau = x[:-2, None], x[-2], x[-1]
    value, one, two = _arms(t, levels + mean + tau * U / 2, levels - tau * U / 2)
    area, share = _integral(value - U**2 / 2, STEP)
    slopes = [(share * (one + two)).sum(axis=1), [(share * one).sum()]]
    slopes.append([(share * (one - two) * U / 2).sum()])
    return -float(area.sum()), -np.concatenate(slopes)


def random_levels(x, t, side=SIDE):
    """UM.RS: minus log likelihood and slopes by level, mean, sigma and tau."""
    level, mean, sigma, tau = x
    u, w = (z.ravel() for z in np.meshgrid(side, side))
    shape = (t.shape[1], len(u))
    one = np.broadcast_to(level + mean + sigma * u + tau * w / 2, shape)
    two = np.broadcast_to(level + sigma * u - tau * w / 2, shape)
    value, one, two = _arms(t, one, two)
    area, share = _integral(value - (u**2 + w**2) / 2, (side[1] - side[0]) ** 2)
    parts = (one + two, one, (one + two) * u, (one - two) * w / 2)
    return -float(area.sum()), -np.array([(share * part).sum() for part in parts])


def conditional(x, t):
    """CM.EL: minus log likelihood, relative to the count's own ways, and slopes by mean and tau."""
    ratio = x[0] + x[1] * U
    height, slopes = 0.0, np.zeros(2)
    for a, n1, c, n2 in t.T:
        count = np.arange(max(0, a + c - n2), min(n1, a + c) + 1)
        ways = -sum(gammaln(z + 1) for z in (count, n1 - count, a + c - count, n2 - a - c + count))
        each = (ways - ways[count == a])[:, None] + (count - a)[:, None] * ratio
        area, share = _integral(-logsumexp(each, axis=0) - U**2 / 2, STEP)
        slope = -(softmax(each, axis=0) * (count - a)[:, None]).sum(axis=0)
        height += float(area)
        slopes += [(share * slope).sum(), (share * slope * U).sum()]
    return -height, -slopes


def highest(loss, t, starts):
    """The highest of the maxima that BFGS reaches: log likelihood and parameters."""
    options = {"gtol": 1e-7, "maxiter": 2000}
    ends = [minimize(loss, x, args=(t,), jac=True, method="BFGS", options=options) for x in starts]
    best = min(ends, key=lambda end: end.fun)
    return -best.fun, best.x


def fit(model, t):
    """Log likelihood (without the constants of the data and of 2π), mean, tau2 and sigma2."""
    a, n1, c, n2 = t
    odds = np.log((a + c + 0.5) / (n1 + n2 - a - c + 0.5))
    if model == "UM.FS":
        starts = [np.concatenate([odds, [0.0, tau]]) for tau in (0.0, 0.4, 1.5)]
        height, x = highest(study_levels, t, starts)
        return height, x[-2], x[-1] ** 2, ""
    if model == "CM.EL":
        height, x = highest(conditional, t, [np.array([0.0, tau]) for tau in (0.0, 0.4, 1.5)])
        return height, x[0], x[1] ** 2, ""
    pairs = [(0.5, 0.0), (0.5, 0.8)]
    starts = [np.array([odds.mean(), 0.0, *pair]) for pair in pairs]
    height, x = highest(random_levels, t, starts)
    return height, x[1], x[3] ** 2, x[2] ** 2


def rows():
    """Rows of the reference."""
    for number in range(REVIEWS):
        t = review(number)
        for model in (model for model, most in FITTED.items() if number < most):
            found = [f"{x:.13g}" if x != "" else "" for x in fit(model, t)]
            yield number, t.shape[1], int(t[[0, 2]].sum()), model, *found


if __name__ == "__main__":
    path = Path(__file__).parent / "expected" / "sparse.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        head = ["review", "k", "events", "model", "log_likelihood", "mean", "tau2", "sigma2"]
        writer.writerow(head)
        for row in rows():
            writer.writerow(row)
            if row[0] % 50 == 0:
                print(row, file=sys.stderr)
