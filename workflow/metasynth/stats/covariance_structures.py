"""Covariances of the true effects of one study: by outcome, or over time.

A structure has free parameters without bounds: standard deviations, the factor of a covariance,
the angle of a correlation. Each value that a variance or correlation may have, its limits included,
is that of such parameters, and a maximum on a limit is level in them, so that one search serves
all. What a structure gives are the distinct elements of the covariance, with slopes and curvatures.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import asin, cos, sin

import numpy as np
from numpy.typing import NDArray

from metasynth.stats.effects.binary import Array

STRUCTURES = ("ID", "DIAG", "CS", "HCS", "UN", "AR", "HAR", "CAR")
"""One variance or one of each outcome (ID, DIAG: uncorrelated; CS, HCS: with one correlation);
unstructured; a correlation that falls with the step between outcomes (AR, HAR) or with time."""
_OF_EACH = ("HCS", "HAR")

Elements = tuple[Array, Array, Array]
"""Distinct elements of a covariance (e,), their slopes (e, q) and curvatures (e, q, q)."""


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """A covariance of n outcomes with q parameters and e distinct elements.

    Parameters:
        kind: one of `STRUCTURES`.
        pattern: which element stands where, shape (n, n).
        steps: by how many steps of time two outcomes of an element differ, shape (e,).
        parameters: their number, q.
        unit: of time, the least difference.
    """

    kind: str
    pattern: NDArray[np.intp]
    steps: Array
    parameters: int
    unit: float = 1.0

    @property
    def levels(self) -> int:
        """The number of outcomes."""
        return len(self.pattern)

    def covariance(self, elements: Array) -> Array:
        """The covariance of given elements, shape (n, n).

        Parameters:
            elements: shape (e,).
        """
        return np.asarray(elements[self.pattern])

    def at(self, theta: Array) -> Elements:
        """Its elements at the values of the parameters.

        Parameters:
            theta: shape (q,).
        """
        if self.kind in ("ID", "DIAG", "CS"):
            return _of_squares(self._of_variances(), theta)
        if self.kind == "UN":
            return _of_factor(self.levels, theta)
        return self._of_correlation(theta)

    def start(self, deviations: Array, correlation: float) -> Array:
        """Parameters with about these deviations and, as far as there is one, a correlation.

        Parameters:
            deviations: of the outcomes; below 0 for one that goes against the others, which UN
                alone has; shape (n,).
            correlation: between the lowest that all outcomes may have, and 1.
        """
        n, typical = self.levels, float(np.abs(deviations).max())
        if self.kind == "ID":
            return np.full(1, typical)
        if self.kind == "DIAG":
            return np.abs(deviations)
        if self.kind == "CS":
            eigenvalues = [1 + (n - 1) * correlation, 1 - correlation]
            return typical * np.sqrt(eigenvalues)
        if self.kind == "UN":
            equal = np.full((n, n), correlation) + (1 - correlation) * np.eye(n)
            factor = deviations[:, None] * np.linalg.cholesky(equal)
            return np.asarray(factor[np.tril_indices(n)])
        low, high = self._range
        angle = asin(2 * (max(correlation, low) - low) / (high - low) - 1)
        own = np.sqrt(np.abs(deviations)) if self.kind in _OF_EACH else np.full(1, typical)
        return np.append(own, angle)

    @property
    def each(self) -> bool:
        """Whether every outcome has a deviation of its own."""
        return self.kind in ("DIAG", "UN", *_OF_EACH)

    @property
    def _range(self) -> tuple[float, float]:
        if self.kind == "HCS":
            return -1 / (self.levels - 1), 1.0
        return (0.0 if self.kind == "CAR" else -1.0), 1.0

    def _of_variances(self) -> Array:
        """What each element is of the squares of the parameters, shape (e, q)."""
        if self.kind != "CS":
            return np.eye(len(self.steps), self.parameters)  # the last element is 0
        n = self.levels
        return np.array([[1.0, n - 1.0], [1.0, -1.0]]) / n

    def _of_correlation(self, theta: Array) -> Elements:
        """Deviations and a power of the correlation, whose angle is the last parameter."""
        q = self.parameters
        each = self.kind in _OF_EACH
        low, high = self._range
        half = (high - low) / 2
        r = low + half * (1 + sin(theta[-1]))
        r1, r2 = half * cos(theta[-1]), -half * sin(theta[-1])
        s = theta[:-1] ** 2 if each else theta[:-1]
        s1 = 2 * theta[:-1] if each else np.ones(1)
        s2 = 2.0 if each else 0.0
        value = np.zeros(len(self.steps))
        slope, bend = np.zeros((len(value), q)), np.zeros((len(value), q, q))
        for e, lag in enumerate(self.steps.tolist()):
            j, k = (int(x[0]) for x in np.nonzero(self.pattern == e)) if each else (0, 0)
            power = r**lag
            d1 = lag * r ** (lag - 1) if lag else 0.0
            # d2 r1², which at a correlation of 0 is finite for times between one unit and two
            bent = 0.0
            if lag > 1:
                at_zero = r ** (lag - 1) * (1 - r)
                bent = at_zero if self.kind == "CAR" else r ** (lag - 2) * r1 * r1
            product = s[j] * s[k]
            value[e] = product * power
            slope[e, j] += s1[j] * s[k] * power
            slope[e, k] += s1[k] * s[j] * power
            slope[e, -1] = product * d1 * r1
            bend[e, j, j] += s2 * s[k] * power
            bend[e, k, k] += s2 * s[j] * power
            bend[e, j, k] += s1[j] * s1[k] * power
            bend[e, k, j] += s1[j] * s1[k] * power
            for one, other in ((j, k), (k, j)):
                mixed = s1[one] * s[other] * d1 * r1
                bend[e, one, -1] += mixed
                bend[e, -1, one] += mixed
            bend[e, -1, -1] = product * (lag * (lag - 1) * bent + d1 * r2)
        return value, slope, bend


def structure(kind: str, levels: int, times: Array | None = None) -> Structure:
    """A structure for a number of outcomes.

    HCS and HAR of two outcomes are UN; any structure of one is a variance.

    Parameters:
        kind: one of `STRUCTURES`.
        levels: the number of outcomes, n.
        times: of the outcomes in their order, for CAR, shape (n,); AR counts steps.

    Raises:
        ValueError: for another kind, or CAR without times that all differ.

    Example:
        >>> two = structure("UN", 2)
        >>> two.covariance(two.at(np.array([2.0, 1.0, 3.0]))[0]).tolist()
        [[4.0, 2.0], [2.0, 10.0]]
    """
    if kind not in STRUCTURES:
        raise ValueError(f"{kind!r} is not one of {', '.join(STRUCTURES)}")
    n = levels
    if n == 1:
        return Structure("ID", np.zeros((1, 1), dtype=np.intp), np.zeros(1), 1)
    if n == 2 and kind in ("HCS", "HAR"):
        kind = "UN"
    diagonal = np.eye(n, dtype=bool)
    if kind in ("ID", "CS"):
        pattern = np.where(diagonal, 0, 1)
        return Structure(kind, pattern, np.zeros(2), 1 + (kind == "CS"))
    if kind == "DIAG":
        return Structure(kind, np.where(diagonal, np.arange(n), n), np.zeros(n + 1), n)
    if kind in ("AR", "CAR"):
        at = np.arange(n, dtype=np.float64)
        if kind == "CAR":
            if times is None or len(set(times.tolist())) < n:
                raise ValueError("a correlation over time needs times that differ")
            at = times
        apart = np.abs(at[:, None] - at)
        unit = float(apart[~diagonal].min())
        steps, places = np.unique(apart / unit, return_inverse=True)
        return Structure(kind, places.reshape(n, n), steps, 2, unit)
    pairs = list(combinations_with_replacement(range(n), 2))
    pattern = np.zeros((n, n), dtype=np.intp)
    for place, (j, k) in enumerate(pairs):
        pattern[j, k] = pattern[k, j] = place
    if kind == "UN":
        return Structure(kind, pattern, np.zeros(len(pairs)), len(pairs))
    steps = np.array([k - j if kind == "HAR" else float(k > j) for j, k in pairs])
    return Structure(kind, pattern, steps, n + 1)


def _of_squares(mixing: Array, theta: Array) -> Elements:
    bend = np.zeros((*mixing.shape, len(theta)))
    each = np.arange(len(theta))
    bend[:, each, each] = 2 * mixing
    return mixing @ theta**2, 2 * mixing * theta, bend


def _of_factor(n: int, theta: Array) -> Elements:
    """The products of the rows of a lower triangle, row after row."""
    rows, columns = np.tril_indices(n)
    place = {(int(j), int(k)): i for i, (j, k) in enumerate(zip(rows, columns, strict=True))}
    pairs = list(combinations_with_replacement(range(n), 2))
    bend = np.zeros((len(pairs), len(theta), len(theta)))
    for e, (j, k) in enumerate(pairs):
        for column in range(j + 1):
            one, other = place[j, column], place[k, column]
            bend[e, one, other] += 1
            bend[e, other, one] += 1
    slope = bend @ theta
    return slope @ theta / 2, slope, bend
