"""From a risk without the intervention, and an effect, to the risk with it."""

from collections.abc import Callable
from math import asin, exp, pi, sin, sqrt

MEASURES = ("RR", "OR", "RD", "HR")
"""Measures of which absolute effects are told."""
LOGISTIC = pi / sqrt(3)
"""The standard deviation of a logistic distribution, by which a standardised difference becomes a
log odds ratio: Chinn, Stat Med 2000;19:3127-31."""


def _odds_ratio(effect: float, risk: float) -> float:
    return 1.0 if risk == 1 else effect * risk / (1 - risk + effect * risk)


def _arcsine_difference(effect: float, risk: float) -> float:
    return sin(min(max(asin(sqrt(risk)) + effect, 0.0), pi / 2)) ** 2


_WITH: dict[str, Callable[[float, float], float]] = {
    "RR": lambda effect, risk: risk * effect,
    "OR": _odds_ratio,
    "RD": lambda effect, risk: risk + effect,
    "HR": lambda effect, risk: 1 - (1 - risk) ** effect,
    "ASD": _arcsine_difference,
}


def risk_with(measure: str, effect: float, baseline_risk: float) -> float:
    """The risk under the intervention, given the risk under control and an effect.

    RR, OR and RD by Handbook 15.4.4, HR as 1 - (1 - risk)^HR, the arcsine difference as it is
    defined; kept within 0 and 1.

    Parameters:
        measure: a binary outcome's, or HR.
        effect: on the natural scale.
        baseline_risk: from 0 to 1.

    Raises:
        ValueError: for a baseline outside 0 to 1, or another measure.

    Example:
        >>> risk_with("RR", 0.5, 0.5), risk_with("OR", 3.0, 0.5)
        (0.25, 0.75)
    """
    if not 0 <= baseline_risk <= 1:
        raise ValueError(f"a baseline risk lies between 0 and 1, not {baseline_risk}")
    if measure not in _WITH:
        raise ValueError(
            f"no absolute effect follows from {measure}; it does from {', '.join(_WITH)}"
        )
    return min(1.0, max(0.0, _WITH[measure](effect, baseline_risk)))


def odds_ratio_of_difference(difference: float, events_mean: str) -> float:
    """The odds ratio of an event, given a standardised difference of the scores behind it.

    Scores are taken to be logistic with equal spread (Chinn 2000; Handbook 15.5.3.2).

    Parameters:
        difference: in standard deviations.
        events_mean: whether those with the event have "higher" scores, or "lower".

    Example:
        >>> round(odds_ratio_of_difference(0.5, "higher"), 4)  # exp(0.5 * 1.8138)
        2.4766
    """
    sign = -1 if events_mean == "lower" else 1
    return exp(sign * LOGISTIC * difference)
