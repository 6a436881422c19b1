"""What one group has beside a proportion: a rate, a mean, or a correlation, and its variance.

Formulas as in metafor's escalc; `tests/reference` compares them. Arrays have the shape (k,), and
each function gives values on the analysis scale and their variances.
"""

from dataclasses import dataclass

import numpy as np

from metasynth.stats.effects.binary import Array, Effects
from metasynth.stats.effects.changes import change_by_changes


@dataclass(frozen=True, slots=True)
class Events:
    """Events of one group a study, and of how much: patients, or (of a rate) person-time."""

    x: Array
    size: Array

    @property
    def cells(self) -> tuple[Array, ...]:
        """The arrays, in the order of the fields."""
        return self.x, self.size


def _log_rate(events: Array, time: Array) -> tuple[Array, Array]:
    """Log of the rate, variance 1/events (Poisson counts); needs an event.

    Example:
        >>> y, v = _log_rate(np.array([10.0]), np.array([100.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()
        ([-2.302585], [0.1])
    """
    return np.log(events / time), 1 / events


def _rate(events: Array, time: Array) -> tuple[Array, Array]:
    """The rate itself, variance events/time².

    Example:
        >>> y, v = _rate(np.array([10.0]), np.array([100.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()
        ([0.1], [0.001])
    """
    return events / time, events / time**2


def _root_rate(events: Array, time: Array) -> tuple[Array, Array]:
    """Square root of the rate, variance 1/(4 time); defined without events.

    Example:
        >>> y, v = _root_rate(np.array([4.0]), np.array([100.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()
        ([0.2], [0.0025])
    """
    return np.sqrt(events / time), 1 / (4 * time)


INCIDENCE_EFFECTS = {"IRLN": _log_rate, "IR": _rate, "IRS": _root_rate}


def incidence_effects(
    events: Array, time: Array, measure: str, zero_cells: str = "only0"
) -> Effects:
    """Give transformed rates and variances after the zero-cell policy.

    Parameters:
        events: shape (k,).
        time: person-time, above 0, shape (k,).
        measure: a key of `INCIDENCE_EFFECTS`.
        zero_cells: only0 adds 0.5 to the events of a group without any, but for roots; all adds it
            everywhere, none nowhere; person-time stays.

    Returns:
        Logs of rates, rates or their roots; 0 with infinite variance where one is undefined.

    Example:
        >>> found = incidence_effects(np.array([10.0, 0.0]), np.array([100.0, 50.0]), "IRLN")
        >>> found.y.round(6).tolist(), found.v.round(6).tolist()  # log(0.1) and log(0.01)
        ([-2.302585, -4.60517], [0.1, 2.0])
    """
    empty = (events == 0) & (measure != "IRS")
    corrected = empty if zero_cells == "only0" else np.full(events.shape, zero_cells == "all")
    undefined = empty & ~corrected
    added = np.where(undefined | corrected, 0.5, 0.0)
    y, v = INCIDENCE_EFFECTS[measure](events + added, time)
    return Effects(np.where(undefined, 0.0, y), np.where(undefined, np.inf, v), corrected)


def from_root(value: float) -> float:
    """The rate with this square root; 0 below the end of the scale.

    Parameters:
        value: the root of a rate.

    Example:
        >>> round(from_root(0.2), 9), from_root(-0.1)
        (0.04, 0.0)
    """
    return max(0.0, value) ** 2


def _mean(m: Array, sd: Array, n: Array) -> tuple[Array, Array]:
    """The mean, variance sd²/n.

    Example:
        >>> y, v = _mean(np.array([5.0]), np.array([2.0]), np.array([10.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()
        ([5.0], [0.4])
    """
    return m, sd**2 / n


def _log_mean(m: Array, sd: Array, n: Array) -> tuple[Array, Array]:
    """Log of a mean above 0, variance sd²/(n m²).

    Example:
        >>> y, v = _log_mean(np.array([1.0]), np.array([2.0]), np.array([10.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()
        ([0.0], [0.4])
    """
    return np.log(m), sd**2 / (n * m**2)


MEAN_EFFECTS = {"MN": _mean, "MNLN": _log_mean, "MC": _mean, "SMCC": change_by_changes}


def _fisher_z(r: Array, n: Array) -> tuple[Array, Array]:
    """Fisher's z of a correlation, variance 1/(n - 3); needs four people.

    Example:
        >>> y, v = _fisher_z(np.array([0.5]), np.array([13.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()  # log(3) / 2
        ([0.549306], [0.1])
    """
    return np.arctanh(r), 1 / (n - 3)


def _correlation(r: Array, n: Array) -> tuple[Array, Array]:
    """The correlation, variance (1 - r²)²/(n - 1).

    Example:
        >>> y, v = _correlation(np.array([0.5]), np.array([10.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()  # 0.75² / 9
        ([0.5], [0.0625])
    """
    return r, (1 - r**2) ** 2 / (n - 1)


CORRELATION_EFFECTS = {"ZCOR": _fisher_z, "COR": _correlation}
