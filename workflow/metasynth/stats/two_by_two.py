"""Two-sided tests of one 2×2 table, in plain integers and the standard library.

Four tests, since a publication seldom names its own: a verdict that hangs on the choice says so.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import comb, erfc, fsum, log, sqrt

ALPHA = 0.05
"""Level of significance, that of the reviews audited unless they say otherwise."""


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """`a` of `n1` patients with the event under the intervention, `c` of `n2` under control."""

    a: int
    n1: int
    c: int
    n2: int

    @property
    def direction(self) -> int:
        """1 where the risk is higher under the intervention, -1 where lower, 0 where equal."""
        difference = self.a * self.n2 - self.c * self.n1
        return (difference > 0) - (difference < 0)


@dataclass(frozen=True, slots=True)
class Tests:
    """Two-sided p-values of one table."""

    fisher: float
    midp: float
    score: float
    wald: float


@lru_cache(maxsize=4096)
def tests(table: TwoByTwo) -> Tests:
    """All four tests of a table; sources are with the function of each.

    Parameters:
        table: of whole counts, each group of one patient at least.

    Example:
        >>> found = tests(TwoByTwo(1, 10, 9, 10))
        >>> round(found.fisher, 6), round(found.score, 6)  # 202 / 184756, and z² of 12.8
        (0.001093, 0.000347)
    """
    fisher, midp = exact_p(table)
    return Tests(fisher, midp, _score_p(table), _wald_p(table))


def exact_p(table: TwoByTwo) -> tuple[float, float]:
    """Fisher's exact p and its mid-p.

    The tables with the same margins that are no likelier than the one observed (Fisher 1934; the
    rule of R's fisher.test); mid-p counts half of the observed one's own probability (Lancaster, J
    Am Stat Assoc 1961;56:223-34). Weights are integers, so that ties are exact.

    Parameters:
        table: of whole counts, each group of one patient at least.

    Example:
        >>> [round(p, 6) for p in exact_p(TwoByTwo(0, 2, 2, 2))]  # 2 / 6 and 1.5 / 6
        [0.333333, 0.25]
    """
    a, n1, n2 = table.a, table.n1, table.n2
    events = a + table.c
    low, high = max(0, events - n2), min(n1, events)
    weights = [comb(n1, low) * comb(n2, events - low)]
    for x in range(low, high):
        step = (n1 - x) * (events - x), (x + 1) * (n2 - events + x + 1)
        weights.append(weights[-1] * step[0] // step[1])
    own, total = weights[a - low], sum(weights)
    tail = sum(weight for weight in weights if weight <= own)
    return tail / total, (2 * tail - own) / (2 * total)


def _score_p(table: TwoByTwo) -> float:
    """Pearson's chi-squared test without correction: the score test of equal risks.

    1 where no patient, or every one, has the event.

    Example:
        >>> round(_score_p(TwoByTwo(1, 10, 9, 10)), 6)  # z² is 12.8
        0.000347
    """
    return _pearson_p(table, 0.0)


def _pearson_p(table: TwoByTwo, correction: float) -> float:
    """The difference of a n2 and c n1, less the correction, over its error when risks are equal."""
    a, n1, c, n2 = table.a, table.n1, table.c, table.n2
    events, n = a + c, n1 + n2
    if events in (0, n):
        return 1.0
    difference = max(abs(a * n2 - c * n1) - correction, 0.0)
    return _normal_p(difference / sqrt(n1 * n2 * events * (n - events) / n))


def _wald_p(table: TwoByTwo) -> float:
    """Wald's test of the log risk ratio, 0.5 added to every cell where one is empty.

    1 where no patient, or every one, has the event.

    Example:
        >>> round(_wald_p(TwoByTwo(1, 10, 9, 10)), 6)  # log(9) over the root of 0.911111
        0.02134
    """
    cells = _corrected(table)
    if cells is None:
        return 1.0
    x, b, y, d = cells
    n, m = x + b, y + d
    return _normal_p(log(x * m / (y * n)) / sqrt(1 / x - 1 / n + 1 / y - 1 / m))


def _corrected(table: TwoByTwo) -> tuple[float, float, float, float] | None:
    """The four cells, 0.5 added to each where one is empty; None where all patients are alike."""
    a, b, c, d = table.a, table.n1 - table.a, table.c, table.n2 - table.c
    if a + c in (0, table.n1 + table.n2):
        return None
    add = 0.5 if 0 in (a, b, c, d) else 0.0
    return a + add, b + add, c + add, d + add


def corrected_p(table: TwoByTwo) -> float:
    """Pearson's chi-squared test with the correction of Yates (Suppl J R Stat Soc 1934;1:217-35).

    1 where no patient, or every one, has the event.

    Parameters:
        table: of whole counts, each group of one patient at least.

    Example:
        >>> round(corrected_p(TwoByTwo(1, 10, 9, 10)), 6)  # z² is 20 (80 - 10)² / 10⁴
        0.001745
    """
    return _pearson_p(table, (table.n1 + table.n2) / 2)


def likelihood_p(table: TwoByTwo) -> float:
    """Likelihood-ratio test of equal risks (G test), as logistic regression has it.

    Parameters:
        table: of whole counts, each group of one patient at least.

    Example:
        >>> round(likelihood_p(TwoByTwo(1, 10, 9, 10)), 6)
        0.000125
    """
    a, n1, c, n2 = table.a, table.n1, table.c, table.n2
    risk = (a + c) / (n1 + n2)
    parts = ((a, n1 * risk), (n1 - a, n1 - n1 * risk), (c, n2 * risk), (n2 - c, n2 - n2 * risk))
    g = 2 * fsum(seen * log(seen / expected) for seen, expected in parts if seen)
    return _normal_p(sqrt(max(g, 0.0)))


def odds_p(table: TwoByTwo) -> float:
    """Wald's test of the log odds ratio, 0.5 added to every cell where one is empty.

    1 where no patient, or every one, has the event.

    Parameters:
        table: of whole counts, each group of one patient at least.

    Example:
        >>> round(odds_p(TwoByTwo(1, 10, 9, 10)), 6)  # log(81) over the root of 2.222222
        0.0032
    """
    cells = _corrected(table)
    if cells is None:
        return 1.0
    log_odds = log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return _normal_p(log_odds / sqrt(fsum(1 / x for x in cells)))


@lru_cache(maxsize=4096)
def usual_p(table: TwoByTwo) -> tuple[float, ...]:
    """The p-values of every test that a publication is likely to have used.

    Parameters:
        table: of whole counts, each group of one patient at least.

    Returns:
        Fisher's, its mid-p, score, Wald's of the log risk ratio, Yates's, of the likelihood ratio,
        and Wald's of the log odds ratio.

    Example:
        >>> [round(p, 3) for p in usual_p(TwoByTwo(1, 10, 9, 10))]
        [0.001, 0.001, 0.0, 0.021, 0.002, 0.0, 0.003]
    """
    known = tests(table)
    four = (known.fisher, known.midp, known.score, known.wald)
    return (*four, corrected_p(table), likelihood_p(table), odds_p(table))


def _normal_p(z: float) -> float:
    return erfc(abs(z) / sqrt(2))
