"""Two groups' rates of events over person-time: their log ratio and their difference."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metasynth.stats.effects.binary import Array, Effects


@dataclass(frozen=True, slots=True)
class Rates:
    """Events and person-time of the intervention (x1, t1) and control (x2, t2); x may be > t.

    All of one shape, (k,) or (k, n) of n meta-analyses.
    """

    x1: Array
    t1: Array
    x2: Array
    t2: Array

    @property
    def cells(self) -> tuple[Array, ...]:
        """The arrays, in the order of the fields."""
        return self.x1, self.t1, self.x2, self.t2


def _log_rate_ratio(r: Rates) -> tuple[Array, Array]:
    """Log ratio of rates and its variance 1/x1 + 1/x2 (Poisson counts); events in both groups.

    Example:
        >>> y, v = _log_rate_ratio(Rates(*(np.array([x]) for x in (10.0, 100.0, 20.0, 100.0))))
        >>> y.round(6).tolist(), v.round(6).tolist()
        ([-0.693147], [0.15])
    """
    return np.log(r.x1 / r.t1) - np.log(r.x2 / r.t2), 1 / r.x1 + 1 / r.x2


def _rate_difference(r: Rates) -> tuple[Array, Array]:
    """Difference of rates and its variance x1/t1² + x2/t2² (Poisson counts).

    Example:
        >>> y, v = _rate_difference(Rates(*(np.array([x]) for x in (10.0, 100.0, 20.0, 100.0))))
        >>> y.round(6).tolist(), v.round(6).tolist()
        ([-0.1], [0.003])
    """
    return r.x1 / r.t1 - r.x2 / r.t2, r.x1 / r.t1**2 + r.x2 / r.t2**2


RATE_EFFECTS = {"IRR": _log_rate_ratio, "IRD": _rate_difference}


def rate_effects(rates: Rates, measure: str, zero_cells: str = "only0") -> Effects:
    """Give effects and variances after the zero-cell policy.

    Parameters:
        rates: of shape (k,), or (k, n) of n meta-analyses.
        measure: IRR or IRD.
        zero_cells: only0 adds 0.5 to the events of both groups where one has none, all everywhere,
            none nowhere; person-time stays.

    Returns:
        Log ratios of rates, or their differences; 0 with infinite variance where one is undefined.

    Example:
        >>> found = rate_effects(Rates(*np.array([[10.0, 100, 20, 100], [0, 50, 3, 50]]).T), "IRR")
        >>> found.y.round(6).tolist(), found.corrected.tolist()  # log(1/2) and log(0.5 / 3.5)
        ([-0.693147, -1.94591], [False, True])
    """
    corrected = _corrected(rates, zero_cells)
    undefined = ~corrected & ((rates.x1 == 0) & (rates.x2 == 0))
    if measure == "IRR":
        undefined = ~corrected & ((rates.x1 == 0) | (rates.x2 == 0))
    added = np.where(corrected | undefined, 0.5, 0.0)
    y, v = RATE_EFFECTS[measure](Rates(rates.x1 + added, rates.t1, rates.x2 + added, rates.t2))
    return Effects(np.where(undefined, 0.0, y), np.where(undefined, np.inf, v), corrected)


def corrected_rates(rates: Rates, zero_cells: str = "only0") -> Rates:
    """Rates with the events that the zero-cell policy adds.

    Parameters:
        rates: of any shape.
        zero_cells: as for `rate_effects`.

    Example:
        >>> corrected_rates(Rates(*(np.array([x]) for x in (0.0, 50.0, 3.0, 50.0)))).cells
        (array([0.5]), array([50.]), array([3.5]), array([50.]))
    """
    added = np.where(_corrected(rates, zero_cells), 0.5, 0.0)
    return Rates(rates.x1 + added, rates.t1, rates.x2 + added, rates.t2)


def _corrected(rates: Rates, policy: str) -> NDArray[np.bool_]:
    if policy == "only0":
        return np.asarray((rates.x1 == 0) | (rates.x2 == 0))
    return np.full(rates.x1.shape, policy == "all")
