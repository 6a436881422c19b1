"""Observed minus expected events and their variance from two Kaplan-Meier curves.

Parmar, Torri and Stewart, Stat Med 1998;17:2815-34; Williamson, Tudur Smith, Hutton and Marson,
Stat Med 2002;21:3337-51 (with numbers at risk); Tierney, Stewart, Ghersi, Burdett and Sydes, Trials
2007;8:16. Between two times a curve gives the patients who were at risk and those of them who had
the event; the ratio of these risks in the two arms has a logarithm, that a variance, and all
intervals are weighted by its inverse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log


@dataclass(frozen=True, slots=True)
class Curve:
    """An arm's curve: the share without the event, and the patients at risk, at each time.

    The first time is 0, where all are at risk; times ascend, shares are above 0 and do not rise.
    """

    times: tuple[float, ...]
    survival: tuple[float, ...]
    at_risk: tuple[float, ...]


def numbers_at_risk(
    times: Sequence[float],
    survival: Sequence[float],
    patients: float,
    shortest: float,
    longest: float,
) -> tuple[float, ...]:
    """Patients at risk where none are printed and follow-up ends evenly between two times.

    Of those at risk the share that is still without the event stays, and of these the share whose
    follow-up is longer.

    Parameters:
        times: from 0, ascending, the last at most `longest`.
        survival: the share without the event at each.
        patients: at risk at 0.
        shortest: follow-up of a patient without the event.
        longest: likewise, in the unit of the times.

    Example:
        >>> numbers_at_risk((0, 1, 2, 3), (1.0, 0.5, 0.5, 0.25), 80, 1, 3)
        (80, 40.0, 20.0, 0.0)
    """
    found = [patients]
    for (t0, t1), (s0, s1) in zip(pairwise(times), pairwise(survival), strict=True):
        found.append(found[-1] * (s1 / s0) * (1 - _ending(t0, t1, shortest, longest)))
    return tuple(found)


def _ending(start: float, end: float, shortest: float, longest: float) -> float:
    """The share of patients, without the event, whose follow-up ends in an interval."""
    begun = max(start, shortest)
    return (end - begun) / (longest - begun) if end > begun else 0.0


def of_curves(first: Curve, second: Curve, *, hazards: bool = False) -> tuple[float, float] | None:
    """O - E of the first arm and its variance V; None where no interval says anything.

    An interval in which one arm alone has an event is joined to the next in which the other has,
    at the end to the one before: its risk has no logarithm by itself, and to leave it out would
    leave out its events.

    Parameters:
        first: the curve of the arm whose events are observed.
        second: that of the other, at the same times.
        hazards: whether intervals are compared by their cumulative hazards, not by their risks.

    Example:
        >>> one = Curve((0, 1), (1.0, 0.9), (100, 90))
        >>> other = Curve((0, 1), (1.0, 0.8), (100, 80))
        >>> found = of_curves(one, other)  # ln(0.1/0.2) over 1/10 - 1/100 + 1/20 - 1/100
        >>> [round(x, 6) for x in found]
        [-5.331901, 7.692308]
    """
    differences, informations = [], []
    for start, end in _informative_intervals(first, second):
        (y1, v1), (y2, v2) = (
            _level(*_interval(curve, start, end), hazards=hazards) for curve in (first, second)
        )
        differences.append((y1 - y2) / (v1 + v2))
        informations.append(1 / (v1 + v2))
    return (sum(differences), sum(informations)) if informations else None


def _informative_intervals(first: Curve, second: Curve) -> list[tuple[int, int]]:
    """The intervals in which both arms have an event, by the places of their times.

    Example:
        >>> one = Curve((0, 1, 2, 3), (1.0, 0.9, 0.8, 0.8), (10, 9, 8, 8))
        >>> other = Curve((0, 1, 2, 3), (1.0, 1.0, 0.8, 0.7), (10, 10, 8, 7))
        >>> _informative_intervals(one, other)
        [(0, 3)]
    """
    found: list[tuple[int, int]] = []
    start = 0
    for end in range(1, len(first.times)):
        had = [curve.survival[end] < curve.survival[start] for curve in (first, second)]
        if all(had):
            found.append((start, end))
        if all(had) or not any(had):
            start = end
        elif end == len(first.times) - 1 and found:
            found[-1] = (found[-1][0], end)
    return found


def _interval(curve: Curve, start: int, end: int) -> tuple[float, float]:
    """The patients at risk in an interval, and the share of them who stay without the event.

    Those whose follow-up ends count for half, as in a life table: of R at the start and R' at the
    end, with S and S' without the event, that leaves (R + R') S / (S + S').

    Example:
        >>> _interval(Curve((0, 1), (1.0, 0.75), (100, 67)), 0, 1)  # 167 x 1/1.75
        (95.42857142857143, 0.75)
    """
    s0, s1 = curve.survival[start], curve.survival[end]
    return (curve.at_risk[start] + curve.at_risk[end]) * s0 / (s0 + s1), s1 / s0


def _level(n: float, share: float, *, hazards: bool) -> tuple[float, float]:
    """The logarithm of an arm's risk in an interval, or of its hazard, and the variance."""
    if hazards:
        return log(-log(share)), (1 - share) / (n * share * log(share) ** 2)
    return log(1 - share), 1 / (n * (1 - share)) - 1 / n
