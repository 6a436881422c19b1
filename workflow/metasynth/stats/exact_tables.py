"""One trial's 2x2 table as a likelihood of its log odds ratio, and what normal effects make of it.

Given both margins the events of the first group follow the noncentral hypergeometric distribution,
in which the level of the trial no longer stands: no prior of it is needed, and no empty cell is
corrected (Stijnen, Hamza and Özdemir, Stat Med 2010;29:3046-67, section 3). The likelihood is
log-concave, and free of poles where the imaginary part of the log odds ratio is below pi.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from metasynth.core import lazy_special as special
from metasynth.stats.effects.binary import Array
from metasynth.stats.tau_posterior import legendre

RULE = 16
NARROW, HERMITE = 0.7, 24
"""Up to this tau, in the least width of a likelihood, a rule of so many points over the normal
distribution is exact to rounding (Gauss and Hermite's)."""
SMALL = 1e-17
"""A likelihood below this share of its maximum, or so near to its limit, is that."""


@dataclass(frozen=True, slots=True)
class ExactTable:
    """The likelihood of theta, relative to that of the likeliest one at a table's odds.

    `up` and `down` are how many more ways there are to have one, two … events more, or fewer, in
    the first group, at theta = `centre`. `width` is the least standard deviation of theta that the
    table's information is worth; below `low` and above `high` the likelihood has reached its limit.
    """

    up: Array
    down: Array
    centre: float
    width: float
    low: float
    high: float

    @property
    def interior(self) -> bool:
        """Whether the likelihood falls on both sides: no margin makes its count the last one."""
        return bool(len(self.up) and len(self.down))

    def likelihood(self, theta: Array) -> Array:
        """Of any array of theta."""
        odds = np.exp(np.clip(theta - self.centre, -700, 700))
        with np.errstate(over="ignore"):
            return np.asarray(1 / (1 + _powers(self.up, odds) + _powers(self.down, 1 / odds)))

    def given(self, mu: Array, tau: Array) -> Array:
        """The likelihood of effects normal about mu: mu (n,), tau (points,), result (points, n)."""
        found = np.empty((len(tau), len(mu)))
        narrow = tau <= NARROW * min(self.width, 1.0)
        if narrow.any():
            found[narrow] = self._narrow(mu, tau[narrow])
        if not narrow.all():
            found[~narrow] = self._wide(mu, tau[~narrow])
        return found

    def _narrow(self, mu: Array, tau: Array) -> Array:
        """By points of the normal distribution, over which the likelihood changes little."""
        z, weights = hermite()
        theta = mu[None, :, None] + tau[:, None, None] * z
        return np.asarray((self.likelihood(theta) * weights).sum(axis=2))

    def _wide(self, mu: Array, tau: Array) -> Array:
        """By panels over the likelihood, and the tails of the normal distribution beyond them."""
        theta, weights = self._panels()
        spread = tau[:, None]
        z = (theta - mu[:, None])[None] / spread[:, :, None]
        bells = np.exp(-z * z / 2) / (spread[:, :, None] * np.sqrt(2 * np.pi))
        found = (bells * (weights * self.likelihood(theta))).sum(axis=2)
        if not len(self.down):
            found += special.ndtr((self.low - mu) / spread)
        if not len(self.up):
            found += special.ndtr((mu - self.high) / spread)
        return np.asarray(found)

    def _panels(self) -> tuple[Array, Array]:
        """Gauss and Legendre's points and weights between the ends."""
        panels = int(np.ceil((self.high - self.low) / min(3 * self.width, 4.0)))
        edges = np.linspace(self.low, self.high, panels + 1)
        z, weights = legendre(RULE)
        half = (self.high - self.low) / (2 * panels)
        middles = (edges[1:] + edges[:-1]) / 2
        return (middles[:, None] + half * z).ravel(), np.tile(half * weights, panels)


@cache
def hermite() -> tuple[Array, Array]:
    """Gauss and Hermite's points of a standard normal distribution, with weights of sum 1.

    Returns:
        Two arrays of shape (HERMITE,).

    Example:
        >>> z, weights = hermite()
        >>> round(float(weights @ z**2), 9), round(float(weights @ z**4), 9)
        (1.0, 3.0)
    """
    z, weights = np.polynomial.hermite_e.hermegauss(HERMITE)
    return z, weights / weights.sum()


def _powers(ways: Array, odds: Array) -> Array:
    """The sum of ways[j] odds^(j + 1), by Horner's scheme."""
    total = np.zeros_like(odds)
    for number in ways[::-1]:
        total += number
        total *= odds
    return total


def exact_table(a: float, b: float, c: float, d: float) -> ExactTable:
    """The likelihood of one table given its margins, by its log odds ratio.

    Stijnen, Hamza and Özdemir, Stat Med 2010;29:3046-67, section 3.

    Parameters:
        a: events of the first group, a whole number.
        b: others of the first group.
        c: events of the second group.
        d: others of the second group; together an event and an other at least.

    Example:
        >>> exact_table(1, 1, 1, 1).likelihood(np.zeros(1)).round(6).tolist()  # 4 of 6 ways
        [0.666667]
    """
    events = a + c
    x = np.arange(max(0.0, events - (c + d)), min(a + b, events) + 1)
    cells = (x, a + b - x, events - x, c + d - events + x)
    ways = -np.sum([special.gammaln(cell + 1) for cell in cells], axis=0)
    here = int(a - x[0])
    ways -= ways[here]
    centre = _odds(a, b, c, d)
    ways += (x - a) * centre
    up, down = np.exp(ways[here + 1 :]), np.exp(ways[:here][::-1])
    variance = _variances(ways, x, centre).max()
    rough = ExactTable(up, down, centre, float(variance**-0.5), 0.0, 0.0)
    low, high = _end(rough, -1.0), _end(rough, 1.0)
    return ExactTable(up, down, centre, rough.width, low, high)


def _odds(a: float, b: float, c: float, d: float) -> float:
    """The log odds ratio of a table with half an event added to every cell: where to look from."""
    return float(np.log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5))))


def _variances(ways: Array, x: Array, centre: float) -> Array:
    """Variances of the count over a wide range of theta: the information that it can have."""
    away = np.linspace(-40, 40, 401)[:, None]
    each = ways + (x - x[0]) * away
    chance = np.exp(each - each.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    mean = (chance * x).sum(axis=1)
    return np.asarray((chance * (x - mean[:, None]) ** 2).sum(axis=1))


def _end(table: ExactTable, side: float) -> float:
    """Where the likelihood reaches its limit, 0 or 1, on one side of the centre: by doubling."""
    nothing = len(table.up if side > 0 else table.down) > 0
    away = table.width
    while True:
        theta = np.array([table.centre + side * away])
        value = float(table.likelihood(theta)[0])
        rest = _rest(table, theta, side)
        if (value < SMALL) if nothing else (rest < SMALL):
            return float(theta[0])
        away *= 1.2


def _rest(table: ExactTable, theta: Array, side: float) -> float:
    """By how much the likelihood misses its limit of 1 on that side."""
    odds = np.exp(-side * (theta - table.centre))
    return float(_powers(table.down if side > 0 else table.up, odds)[0])
