"""The proportion of one group with the event, on a scale where it is closer to normal, and back.

The arcsine scales exist at 0 and 1 as they are and get no correction but under the policy `all`; on
the other scales a group in which nobody or everybody had the event needs one. Arrays have the shape
(k,), and each function gives values on the analysis scale and their variances.
"""

from math import asin, cos, exp, inf, sin, sqrt

import numpy as np

from metasynth.stats.effects.binary import Array, Effects


def _logit(events: Array, total: Array) -> tuple[Array, Array]:
    """Log odds and their variance 1/events + 1/(total - events); neither count may be 0.

    Example:
        >>> y, v = _logit(np.array([2.0]), np.array([10.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()  # log(1/4), 1/2 + 1/8
        ([-1.386294], [0.625])
    """
    others = total - events
    return np.log(events / others), 1 / events + 1 / others


def _arcsine(events: Array, total: Array) -> tuple[Array, Array]:
    """Arcsine of the root of the proportion, variance 1/(4 total): Anscombe, Biometrika 1948.

    Example:
        >>> y, v = _arcsine(np.array([5.0]), np.array([10.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()  # a quarter of pi
        ([0.785398], [0.025])
    """
    return np.arcsin(np.sqrt(events / total)), 1 / (4 * total)


def _double_arcsine(events: Array, total: Array) -> tuple[Array, Array]:
    """Mean of two arcsines, variance 1/(4 total + 2): half of Freeman and Tukey's sum.

    Ann Math Stat 1950;21:607-11.

    Example:
        >>> y, v = _double_arcsine(np.array([5.0]), np.array([10.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()  # a quarter of pi, 1/42
        ([0.785398], [0.02381])
    """
    low, high = events / (total + 1), (events + 1) / (total + 1)
    return (np.arcsin(np.sqrt(low)) + np.arcsin(np.sqrt(high))) / 2, 1 / (4 * total + 2)


def _raw(events: Array, total: Array) -> tuple[Array, Array]:
    """The proportion p itself, variance p(1 - p)/total: Barendregt et al. 2013.

    Example:
        >>> y, v = _raw(np.array([2.0]), np.array([10.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()
        ([0.2], [0.016])
    """
    p = events / total
    return p, p * (1 - p) / total


def _logarithm(events: Array, total: Array) -> tuple[Array, Array]:
    """Log of the proportion, variance 1/events - 1/total; needs an event.

    Example:
        >>> y, v = _logarithm(np.array([2.0]), np.array([10.0]))
        >>> y.round(6).tolist(), v.round(6).tolist()  # log(0.2), 1/2 - 1/10
        ([-1.609438], [0.4])
    """
    return np.log(events / total), 1 / events - 1 / total


PROPORTION_EFFECTS = {
    "PLO": _logit,
    "PAS": _arcsine,
    "PFT": _double_arcsine,
    "PR": _raw,
    "PLN": _logarithm,
}
_ARCSINES = ("PAS", "PFT")


def proportion_effects(
    events: Array, total: Array, measure: str, zero_cells: str = "only0"
) -> Effects:
    """Give transformed proportions and variances after the zero-cell policy.

    Parameters:
        events: shape (k,).
        total: patients, at least 1, shape (k,).
        measure: a key of `PROPORTION_EFFECTS`.
        zero_cells: only0 adds 0.5 to events and to others where one of them is 0, but for arcsines;
            all adds it everywhere, none nowhere.

    Returns:
        Effects on the transformed scale; what is left undefined, or without a variance, is 0 with
        infinite variance.

    Example:
        >>> found = proportion_effects(np.array([5.0, 0.0]), np.array([10.0, 10.0]), "PLO")
        >>> found.y.round(6).tolist(), found.v.round(6).tolist()  # log(1) and log(0.5 / 10.5)
        ([0.0, -3.044522], [0.4, 2.095238])
    """
    empty = (events == 0) | (events == total)
    corrected = np.full(events.shape, zero_cells == "all")
    if measure not in _ARCSINES and zero_cells == "only0":
        corrected = empty
    undefined = empty & ~corrected if measure not in _ARCSINES else np.zeros(events.shape, bool)
    added = np.where(undefined | corrected, 0.5, 0.0)
    y, v = PROPORTION_EFFECTS[measure](events + added, total + 2 * added)
    return Effects(np.where(undefined, 0.0, y), np.where(undefined, np.inf, v), corrected)


def from_logit(value: float) -> float:
    """The proportion with these log odds.

    Parameters:
        value: any number, however large.

    Example:
        >>> round(from_logit(-1.3862943611), 9), from_logit(-800.0), from_logit(800.0)  # log(1/4)
        (0.2, 0.0, 1.0)
    """
    return 1 / (1 + exp(-value)) if value >= 0 else exp(value) / (1 + exp(value))


def from_arcsine(value: float) -> float:
    """The proportion whose root has this arcsine; 0 and 1 beyond the ends of the scale.

    Parameters:
        value: in radians.

    Example:
        >>> round(from_arcsine(asin(1.0) / 2), 9), from_arcsine(-0.1), from_arcsine(2.0)
        (0.5, 0.0, 1.0)
    """
    return sin(min(asin(1.0), max(0.0, value))) ** 2


def from_double_arcsine(value: float, total: float) -> float:
    """The proportion of `total` with this double arcsine; 0 and 1 beyond the ends of the scale.

    Miller, Am Stat 1978;32:138, who takes the harmonic mean of the totals for a pooled value. Of
    infinitely many the double arcsine is the arcsine.

    Parameters:
        value: in radians, of the measure PFT.
        total: the number that the proportion is of, infinite for the arcsine.

    Example:
        >>> y, _ = _double_arcsine(np.array([3.0]), np.array([12.0]))
        >>> round(from_double_arcsine(float(y[0]), 12), 6)
        0.25
    """
    lowest = asin(sqrt(1 / (total + 1))) / 2
    if value <= lowest:
        return 0.0
    if value >= asin(1.0) - lowest:
        return 1.0
    s = sin(2 * value)
    root = sqrt(max(0.0, 1 - (s + (s - 1 / s) / total) ** 2))
    return (1 - root) / 2 if cos(2 * value) >= 0 else (1 + root) / 2


def pooled_size(mean: float, events: Array, totals: Array) -> float:
    """The size by which a pooled double arcsine is turned back: the harmonic mean of the totals.

    Infinity, which turns it back as an arcsine, where that gives no usable answer: 0 although there
    are events, 1 although there are others, or a proportion beyond those of all groups. So it does
    with very unequal sizes: Schwarzer et al., Res Synth Methods 2019;10:476-83.

    Parameters:
        mean: the pooled double arcsine, in radians.
        events: shape (k,).
        totals: patients, at least 1, shape (k,).

    Example:
        >>> round(pooled_size(0.49, np.array([2.0, 10.0]), np.array([10.0, 40.0])), 6)
        16.0
    """
    size = float(len(totals) / (1 / totals).sum())
    found, risks = from_double_arcsine(mean, size), events / totals
    at_end = (found == 0 and events.any()) or (found == 1 and (events < totals).any())
    # The formula is exact to about half the digits of a float.
    beyond = not risks.min() - 1e-7 <= found <= risks.max() + 1e-7
    return inf if at_end or beyond else size
