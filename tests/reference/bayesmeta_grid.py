# ruff: noqa: E501, RUF007, ANN - formulas are easier to read in one line
"""The grid by which the R package bayesmeta replaces the continuum of tau, written anew.

Röver and Friede, J Comput Graph Stat 2017;26:217-22: tau = 0 is the first point; from each point on
a bin reaches to where the normal distributions given tau (of mu, of a new effect and of each trial's
own) have moved by a symmetrised divergence of delta, and the next point lies as far again; weights
are the posterior probabilities of the bins, up to all but epsilon of them. What is computed from it
are sums over these points. Nothing here is taken from the engine.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import integrate, optimize, stats

PIECES = (0, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Grid:
    """Points of tau with weights, and the means and deviations given them (distributions, points)."""

    def __init__(self, y, se, prior: Callable, mean=0.0, sd=None, delta=0.01, epsilon=1e-4):
        self.y, self.v, self.prior = y, se**2, prior
        self.mean, self.precision = mean, 0.0 if sd is None else 1 / sd**2
        self.total = self.mass(1024.0) + integrate.quad(self.joint, 1024, np.inf)[0]
        last = optimize.brentq(lambda t: self.below(t) - (1 - epsilon), 0, 1e3, xtol=1e-10)
        points, ends = [0.0], [self.next(0.0, delta)]
        while ends[-1] <= last or len(points) < 2:
            points.append(self.next(ends[-1], delta))
            ends.append(self.next(points[-1], delta))
        weight = np.diff([0.0, *map(self.below, ends)])
        self.tau, self.weight = np.array(points), weight / weight.sum()
        means, sds = zip(*map(self.given, points), strict=True)
        self.means, self.sds = np.array(means).T, np.array(sds).T

    def of_mu(self, tau):
        w = 1 / (self.v + tau**2)
        precision = w.sum() + self.precision
        return w, precision, ((w * self.y).sum() + self.precision * self.mean) / precision

    def given(self, tau):
        """Means and standard deviations of mu, of a new effect and of each trial's own."""
        _, precision, mu = self.of_mu(tau)
        own = tau**2 / (self.v + tau**2)
        means = np.array([mu, mu, *(own * self.y + (1 - own) * mu)])
        own_variance = own * self.v + (1 - own) ** 2 / precision
        return means, np.sqrt(np.array([1 / precision, 1 / precision + tau**2, *own_variance]))

    def joint(self, tau):
        w, precision, mu = self.of_mu(tau)
        away = (w * (self.y - mu) ** 2).sum() + self.precision * (mu - self.mean) ** 2
        scaled = (w * self.v).prod() / (precision * self.v[0])
        return np.sqrt(scaled) * np.exp(-away / 2) * self.prior(tau)

    @cache  # noqa: B019 - a handful of grids
    def mass(self, top):
        ends = [*(x for x in PIECES if x < top), top]
        exact = {"epsabs": 0, "epsrel": 1e-11}
        return sum(
            integrate.quad(self.joint, a, b, **exact)[0]
            for a, b in zip(ends, ends[1:], strict=False)
        )

    def below(self, tau):
        return self.mass(float(tau)) / self.total

    def divergence(self, one, two):
        (m, s), (n, t) = self.given(one), self.given(two)
        return np.max(
            (m - n) ** 2 / 2 * (1 / s**2 + 1 / t**2) + (s**2 - t**2) ** 2 / (2 * s**2 * t**2)
        )

    def next(self, tau, delta):
        top = max(1.0, 2 * tau)
        while self.divergence(tau, top) <= delta:
            top *= 2
        return optimize.brentq(lambda x: self.divergence(tau, x) - delta, tau, top, xtol=1e-12)

    def above(self, i, x):
        """Probability of more than x of distribution i: mu, a new effect, then the trials."""
        return (self.weight * stats.norm.sf(x, self.means[i], self.sds[i])).sum()

    def quantile(self, i, p):
        mean, sd = self.moments(i)
        ends = mean - 60 * sd, mean + 60 * sd
        return optimize.brentq(lambda x: 1 - self.above(i, x) - p, *ends, xtol=1e-13)

    def moments(self, i):
        mean = (self.weight * self.means[i]).sum()
        return mean, ((self.weight * ((self.means[i] - mean) ** 2 + self.sds[i] ** 2)).sum()) ** 0.5

    def density(self, i, x):
        return (self.weight * stats.norm.pdf(x, self.means[i], self.sds[i])).sum()

    def mode(self, i):
        m, s = self.means[i], self.sds[i]
        slope = lambda x: (self.weight * stats.norm.pdf(x, m, s) * (m - x) / s**2).sum()  # noqa: E731
        return optimize.brentq(slope, m.min() - 1e-9, m.max() + 1e-9, xtol=1e-13)

    def shortest(self, i):
        def gap(p):
            low, high = self.quantile(i, p), self.quantile(i, p + 0.95)
            return self.density(i, high) - self.density(i, low)

        p = optimize.brentq(gap, 1e-6, 0.05 - 1e-6, xtol=1e-12)
        return self.quantile(i, p), self.quantile(i, p + 0.95)
