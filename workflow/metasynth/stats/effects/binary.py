"""Each study's own effect and its variance from the 2×2 table, on the analysis scale.

Notation as in the Cochrane Handbook, chapter 10: `a` of `n1` participants had the event under the
intervention, `c` of `n2` under control. Studies lie along the first axis; further axes, where
there are any, are separate meta-analyses.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from metasynth.core.arrays import Array as Array


@dataclass(frozen=True, slots=True)
class Tables:
    """2×2 tables as arrays: events and totals of the intervention (a, n1) and control (c, n2).

    All of one shape: (k,) of one meta-analysis, or (k, n) of n of them.
    """

    a: Array
    n1: Array
    c: Array
    n2: Array

    @property
    def cells(self) -> tuple[Array, ...]:
        """The arrays, in the order of the fields."""
        return self.a, self.n1, self.c, self.n2

    @property
    def b(self) -> Array:
        """Participants without the event under the intervention."""
        return self.n1 - self.a

    @property
    def d(self) -> Array:
        """Participants without the event under control."""
        return self.n2 - self.c

    @property
    def n(self) -> Array:
        """All participants."""
        return self.n1 + self.n2

    @property
    def any_zero(self) -> NDArray[np.bool_]:
        """Where one of the four cells is empty."""
        return np.asarray((self.a == 0) | (self.b == 0) | (self.c == 0) | (self.d == 0))

    def add(self, to_intervention: Array, to_control: Array) -> Self:
        """Add to both cells of each arm (so twice that to the totals)."""
        return type(self)(
            self.a + to_intervention,
            self.n1 + 2 * to_intervention,
            self.c + to_control,
            self.n2 + 2 * to_control,
        )


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects y and variances v on the analysis scale, and where cells were corrected first.

    All of one shape. Where a study has no effect of its own y is 0 and v infinite. `cluster` is the
    number of each one's cluster, from 0, for models that know clusters, `factors` what else tells
    true effects apart, for model multivariate.
    """

    y: Array
    v: Array
    corrected: NDArray[np.bool_]
    cluster: NDArray[np.intp] | None = None
    factors: "Factors | None" = None

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        assert self.cluster is not None
        return int(self.cluster.max()) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """What true effects have in common, or are apart by.

    Parameters:
        inner: the number of what each effect is within its cluster, from 0, shape (k,); None where
            nothing says so.
        levels: the names of these, shape (n,).
        times: theirs, shape (n,); None of what is no time.
        crossed: names of factors that cross clusters, with the number of each effect's level, from
            0, shape (k,).
    """

    inner: NDArray[np.intp] | None
    levels: tuple[str, ...]
    times: Array | None
    crossed: tuple[tuple[str, NDArray[np.intp]], ...]


def continuity_correction(tables: Tables, policy: str) -> tuple[Tables, NDArray[np.bool_]]:
    """Apply a zero-cell policy; give the tables to analyse and where they differ from the data.

    Parameters:
        tables: of any shape.
        policy: only0, 0.5 to all four cells of a study that has an empty one (Handbook 10.4.4.2);
            treatment_arm, in such a study n1/n to both cells of the intervention and n2/n to those
            of control, which leaves the ratio of a study without events at 1 (Sweeting, Sutton and
            Lambert, Stat Med 2004;23:1351-75); all, 0.5 to every study; none, the data as they are.

    Example:
        >>> tables = Tables(*(np.array([x]) for x in (0.0, 30.0, 3.0, 10.0)))
        >>> continuity_correction(tables, "only0")[0].cells
        (array([0.5]), array([31.]), array([3.5]), array([11.]))
        >>> continuity_correction(tables, "treatment_arm")[0].cells
        (array([0.75]), array([31.5]), array([3.25]), array([10.5]))
    """
    if policy == "none":
        return tables, np.zeros(tables.a.shape, dtype=bool)
    where = np.full(tables.a.shape, True) if policy == "all" else tables.any_zero
    extent = where.astype(np.float64)
    if policy == "treatment_arm":
        return tables.add(extent * tables.n1 / tables.n, extent * tables.n2 / tables.n), where
    return tables.add(0.5 * extent, 0.5 * extent), where


def _log_risk_ratio(t: Tables) -> tuple[Array, Array]:
    """Log risk ratio and its variance 1/a - 1/n1 + 1/c - 1/n2 (Handbook 6.4.1.2); a, c > 0.

    Example:
        >>> y, v = _log_risk_ratio(Tables(*(np.array([x]) for x in (10.0, 100.0, 20.0, 100.0))))
        >>> y.round(6).tolist(), v.round(6).tolist()  # log(1/2), 0.1 - 0.01 + 0.05 - 0.01
        ([-0.693147], [0.13])
    """
    return np.log(t.a / t.n1) - np.log(t.c / t.n2), 1 / t.a - 1 / t.n1 + 1 / t.c - 1 / t.n2


def log_odds_ratio(t: Tables) -> tuple[Array, Array]:
    """Log odds ratio and Woolf's variance 1/a + 1/b + 1/c + 1/d.

    Parameters:
        t: tables of any shape, all cells above 0.

    Example:
        >>> y, v = log_odds_ratio(Tables(*(np.array([x]) for x in (20.0, 60.0, 10.0, 60.0))))
        >>> y.round(6).tolist(), v.round(6).tolist()  # log(5/2), 1/20 + 1/40 + 1/10 + 1/50
        ([0.916291], [0.195])
    """
    return np.log(t.a / t.b) - np.log(t.c / t.d), 1 / t.a + 1 / t.b + 1 / t.c + 1 / t.d


def _risk_difference(t: Tables) -> tuple[Array, Array]:
    """Risk difference and its variance ab/n1³ + cd/n2³.

    Example:
        >>> y, v = _risk_difference(Tables(*(np.array([x]) for x in (5.0, 10.0, 2.0, 10.0))))
        >>> y.round(6).tolist(), v.round(6).tolist()
        ([0.3], [0.041])
    """
    return t.a / t.n1 - t.c / t.n2, t.a * t.b / t.n1**3 + t.c * t.d / t.n2**3


def _arcsine_difference(t: Tables) -> tuple[Array, Array]:
    """Difference of the arcsines of the roots of the risks; variance 1/(4 n1) + 1/(4 n2).

    Rücker et al., Stat Med 2009;28:721-38. Defined at empty cells as they are.

    Example:
        >>> y, v = _arcsine_difference(Tables(*(np.array([x]) for x in (5.0, 10.0, 0.0, 20.0))))
        >>> y.round(6).tolist(), v.round(6).tolist()  # a quarter of pi, 1/40 + 1/80
        ([0.785398], [0.0375])
    """
    difference = np.arcsin(np.sqrt(t.a / t.n1)) - np.arcsin(np.sqrt(t.c / t.n2))
    return difference, 1 / (4 * t.n1) + 1 / (4 * t.n2)


def peto_log_odds_ratio(t: Tables) -> tuple[Array, Array]:
    """Peto's log odds ratio (O - E)/V and its variance 1/V; needs an event and a non-event.

    Yusuf et al., Prog Cardiovasc Dis 1985;27:335-71.

    Parameters:
        t: tables as they are, uncorrected, of any shape.

    Example:
        >>> y, v = peto_log_odds_ratio(Tables(*(np.array([x]) for x in (10.0, 20.0, 5.0, 20.0))))
        >>> y.round(6).tolist(), v.round(6).tolist()  # 2.5 / (15 * 25 * 400 / (1600 * 39))
        ([1.04], [0.416])
    """
    o_minus_e, variance = observed_minus_expected(t)
    return o_minus_e / variance, 1 / variance


def observed_minus_expected(t: Tables) -> tuple[Array, Array]:
    """Events observed minus expected under the intervention, and the hypergeometric variance.

    Yusuf et al., Prog Cardiovasc Dis 1985;27:335-71.

    Parameters:
        t: tables as they are, uncorrected, of any shape, each of two participants at least.

    Example:
        >>> tables = Tables(*(np.array([x]) for x in (10.0, 20.0, 5.0, 20.0)))
        >>> excess, variance = observed_minus_expected(tables)
        >>> excess.round(6).tolist(), variance.round(6).tolist()
        ([2.5], [2.403846])
    """
    events, others = t.a + t.c, t.b + t.d
    return t.a - events * t.n1 / t.n, events * others * t.n1 * t.n2 / (t.n**2 * (t.n - 1))


BINARY_EFFECTS = {
    "RR": _log_risk_ratio,
    "OR": log_odds_ratio,
    "RD": _risk_difference,
    "ASD": _arcsine_difference,
}


def binary_effects(tables: Tables, measure: str, zero_cells: str = "only0") -> Effects:
    """Give effects and variances of a binary outcome after the zero-cell policy.

    The arcsine difference needs no correction and gets none but under `all`. Where the policy
    leaves an effect or its variance undefined, the effect is 0 with infinite variance, so that
    its weight is 0.

    Parameters:
        tables: of any shape.
        measure: a key of `BINARY_EFFECTS`.
        zero_cells: as the policy of `continuity_correction`.

    Returns:
        Log ratios, differences of risks or of arcsines, of the tables' shape.

    Example:
        >>> tables = Tables(*np.array([[10.0, 100, 20, 100], [0, 50, 3, 50]]).T)
        >>> binary_effects(tables, "RR", "none").v.round(6).tolist()
        [0.13, inf]
        >>> binary_effects(tables, "RR").corrected.tolist()
        [False, True]
    """
    policy = "none" if measure == "ASD" and zero_cells != "all" else zero_cells
    analysed, corrected = continuity_correction(tables, policy)
    undefined = _undefined(analysed, measure)
    whole = np.where(undefined, 1.0, 0.0)
    y, v = BINARY_EFFECTS[measure](analysed.add(whole, whole))
    return Effects(np.where(undefined, 0.0, y), np.where(undefined, np.inf, v), corrected)


def _undefined(t: Tables, measure: str) -> NDArray[np.bool_]:
    """Where an effect is infinite, or its variance is 0 for want of variation."""
    if measure == "OR":
        return t.any_zero
    if measure == "ASD":
        return np.zeros(t.a.shape, dtype=bool)
    certain = ((t.a == 0) | (t.b == 0)) & ((t.c == 0) | (t.d == 0))
    return np.asarray(certain | (t.a == 0) | (t.c == 0) if measure == "RR" else certain)
