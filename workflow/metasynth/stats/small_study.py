"""Do smaller studies show larger effects? Tests of funnel asymmetry.

A test with fewer than ten studies cannot tell asymmetry from chance (Handbook 13.3.5.4), so it is
refused unless the caller lowers `minimum`.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from metasynth.core.distributions import two_sided_p
from metasynth.core.messages import Refused, Sentence, sentence, sentence_n
from metasynth.stats.effects.binary import (
    Array,
    Tables,
    continuity_correction,
    log_odds_ratio,
    observed_minus_expected,
)
from metasynth.stats.least_squares import LeastSquares, NotTestable, weighted_least_squares
from metasynth.stats.linear_model import unexplained

MINIMUM = 10


class TooFewStudies(Refused, ValueError):  # noqa: N818 - it names the fault, as `why` does
    """Fewer studies than an analysis of small-study effects needs to mean anything."""


@dataclass(frozen=True, slots=True)
class AsymmetryTest:
    """The asymmetry coefficient with its standard error, t statistic, df and two-sided p.

    The coefficient is on the analysis scale per unit of the regressor: of a standard error (Egger,
    Harbord) or of 1/n (Peters).
    """

    coefficient: float
    se: float
    statistic: float
    df: int
    p: float


def egger(y: Array, v: Array, minimum: int = MINIMUM) -> AsymmetryTest:
    """Regress effects on their standard errors, weights 1/v: Egger et al., BMJ 1997;315:629-34.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        v: their variances, above 0, shape (k,).
        minimum: studies below which the test is refused.

    Raises:
        TooFewStudies: below `minimum`, or three.
        NotTestable: when the effects lie exactly on a line, as where they all agree.
        ValueError: when all studies are equally precise.

    Example:
        >>> y, v = np.array([0.1, 0.3, 0.4, 0.9]), np.array([0.01, 0.02, 0.05, 0.1])
        >>> found = egger(y, v, minimum=3)
        >>> round(found.statistic, 6), found.df
        (5.166256, 2)
    """
    return regress(y, np.sqrt(v), 1 / v, minimum)


def harbord(t: Tables, minimum: int = MINIMUM) -> AsymmetryTest:
    """Egger's test on efficient scores of the odds ratio: Harbord et al., Stat Med 2006;25:3443-57.

    Needs no correction of empty cells; studies without an event, or with nothing else, drop out.

    Parameters:
        t: tables as they are, shape (k,).
        minimum: studies below which the test is refused.

    Raises:
        TooFewStudies: below `minimum`, or three, of those that are used.
        NotTestable: when the scores over their variances lie exactly on a line.
        ValueError: when all variances are the same.

    Example:
        >>> t = Tables(*np.array([[4.0, 123, 11, 139], [6, 306, 29, 303], [3, 231, 11, 220]]).T)
        >>> found = harbord(t, minimum=3)
        >>> round(found.coefficient, 6), found.df
        (1.861189, 1)
    """
    z, v = observed_minus_expected(t)
    used = v > 0
    return regress(z[used] / v[used], 1 / np.sqrt(v[used]), v[used], minimum)


def peters(t: Tables, minimum: int = MINIMUM) -> AsymmetryTest:
    """Regress log odds ratios on 1/n, with weights events × others / n.

    Peters et al., JAMA 2006;295:676-80. Only a log odds ratio needs 0.5 in an empty table; patients
    and events are counted as they are, for n + 2 is no trial's size (as R's meta has it).

    Parameters:
        t: tables as they are, shape (k,); those without an event, or with nothing else, drop out.
        minimum: studies below which the test is refused.

    Raises:
        TooFewStudies: below `minimum`, or three, of those that are used.
        NotTestable: when the log odds ratios lie exactly on a line.
        ValueError: when all studies are of one size.

    Example:
        >>> t = Tables(*np.array([[4.0, 123, 11, 139], [6, 306, 29, 303], [3, 231, 11, 220]]).T)
        >>> found = peters(t, minimum=3)
        >>> round(found.coefficient, 6), found.df
        (332.999751, 1)
    """
    used, y = telling_log_odds(t)
    return regress(y, 1 / t.n[used], events_by_others(t)[used], minimum)


def telling_log_odds(t: Tables) -> tuple[NDArray[np.bool_], Array]:
    """Which tables tell of a difference, and their log odds ratios, 0.5 added to those with a 0.

    Parameters:
        t: tables as they are, shape (k,).

    Example:
        >>> t = Tables(*np.array([[1.0, 10, 2, 10], [0, 10, 0, 10], [1, 5, 2, 4]]).T)
        >>> used, y = telling_log_odds(t)
        >>> used.tolist(), y.round(6).tolist()
        ([True, False, True], [-0.81093, -1.386294])
    """
    used = (t.a + t.c > 0) & (t.b + t.d > 0)
    return used, log_odds_ratio(continuity_correction(t, "only0")[0])[0][used]


def events_by_others(t: Tables) -> Array:
    """The weights events × others / n, which the effect itself does not move.

    Parameters:
        t: tables as they are, shape (k,).

    Example:
        >>> events_by_others(Tables(*np.array([[1.0, 10, 2, 10]]).T)).tolist()
        [2.55]
    """
    return np.asarray((t.a + t.c) * (t.b + t.d) / t.n)


def regress(y: Array, x: Array, w: Array, minimum: int) -> AsymmetryTest:
    """Test the slope of y on x with weights w and a dispersion estimated from the residuals.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        x: what tells large studies from small ones, shape (k,).
        w: weights above 0, shape (k,).
        minimum: studies below which the test is refused.

    Raises:
        TooFewStudies: below `minimum`, or three.
        NotTestable: when the effects lie exactly on a line.
        ValueError: when all studies have the same x.

    Example:
        >>> found = regress(np.array([0.0, 1.0, 2.5]), np.array([1.0, 2.0, 3.0]), np.ones(3), 3)
        >>> round(found.coefficient, 6), round(found.statistic, 6)
        (1.25, 8.660254)
    """
    fit, dispersion = dispersed_line(y, x, w, minimum)
    slope, se = float(fit.coefficients[1]), sqrt(dispersion * float(fit.unscaled[1, 1]))
    df = len(y) - 2
    return AsymmetryTest(slope, se, slope / se, df, two_sided_p(slope / se, df))


def dispersed_line(y: Array, x: Array, w: Array, minimum: int) -> tuple[LeastSquares, float]:
    """The line of y on x with weights w, and a dispersion estimated from the residuals.

    Parameters:
        y: effects on the analysis scale, shape (k,).
        x: what tells large studies from small ones, shape (k,).
        w: weights above 0, shape (k,).
        minimum: studies below which it is refused.

    Raises:
        TooFewStudies: below `minimum`, or three.
        NotTestable: when the effects lie exactly on a line.
        ValueError: when all studies have the same x.

    Example:
        >>> x, w = np.array([1.0, 2.0, 3.0]), np.ones(3)
        >>> fit, dispersion = dispersed_line(np.array([0.0, 1.0, 2.5]), x, w, 3)
        >>> fit.coefficients.round(6).tolist(), round(dispersion, 6)
        ([-1.333333, 1.25], 0.041667)
    """
    require(len(y), max(3, minimum))
    fit = weighted_least_squares(y, np.column_stack([np.ones_like(x), x]), w)
    left = float(unexplained((w * fit.residuals**2).sum(), (w * y * y).sum()))
    if left == 0:
        raise NotTestable(
            sentence("the effects lie exactly on a line, so that nothing is left to test by")
        )
    return fit, left / (len(y) - 2)


def require(k: int, minimum: int) -> None:
    """Refuse what is made of k studies where that takes more.

    Parameters:
        k: how many there are.
        minimum: how many it takes.

    Raises:
        TooFewStudies: where there are fewer.

    Example:
        >>> require(3, 3)
    """
    if k < minimum:
        raise TooFewStudies(too_few(k, minimum))


def too_few(k: int, minimum: int) -> Sentence:
    """Say that k studies are fewer than an analysis of small-study effects needs.

    Parameters:
        k: how many there are.
        minimum: how many it takes.

    Example:
        >>> str(too_few(4, 10).message)
        '{n} study; an analysis of small-study effects needs {least}'
    """
    return sentence_n(
        "{n} study; an analysis of small-study effects needs {least}",
        "{n} studies; an analysis of small-study effects needs {least}",
        k,
        least=minimum,
    )
